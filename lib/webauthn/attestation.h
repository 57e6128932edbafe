/* Attestation objects (section 6.5.4) and the statements that are looked into (section
 * 8). */
#ifndef AUTHJS_WEBAUTHN_ATTESTATION_H
#define AUTHJS_WEBAUTHN_ATTESTATION_H

#include "webauthn/cbor.h"
#include "webauthn/cose.h"
#include "webauthn/webauthn.h"

/** Bytes of a format's name at most (RFC 8809 section 2.1). */
#define AUTHJS_FORMAT_MAX 32

typedef struct {
    const char *format;             /**< in the reader's pool: printable ASCII */
    const authjs_cbor_t *statement; /**< a map */
    const unsigned char *authdata;
    apr_size_t authdata_len;
} authjs_attestation_t;

/** Read an attestation object. What points, points into the bytes that were read, or is
 * in pool. @return NULL, or a constant sentence: what was refused. */
const char *authjs_attestation_read(authjs_attestation_t *attestation, apr_pool_t *pool,
                                    const unsigned char *bytes, apr_size_t len);

/**
 * Check the statement as far as the policy asks: one of none is empty, one of packed that
 * the credential made itself (no x5c) is signed by it, others pass with a policy that
 * asks for nothing.
 * @param signed_data what it is a signature of, and how long that is
 * @return NULL, or a constant sentence: what was refused.
 */
const char *authjs_attestation_check(const authjs_attestation_t *attestation,
                                     authjs_attestation_e policy,
                                     const authjs_cose_key_t *key,
                                     const unsigned char *signed_data, apr_size_t len);

#endif
