/* Public keys of credentials: COSE_Key (RFC 9052 section 7, RFC 9053, RFC 8230) as
 * WebAuthn wants them (section 6.5.1.1). */
#ifndef AUTHJS_WEBAUTHN_COSE_H
#define AUTHJS_WEBAUTHN_COSE_H

#include "jose/alg.h"
#include "webauthn/cbor.h"

typedef struct {
    int algorithm; /**< COSE: -7, -8, ... */
    const authjs_alg_t *alg;
    EVP_PKEY *pkey;
} authjs_cose_key_t;

/**
 * Read a public key. It has the members that it needs and no other: alg, and those of its
 * kty, all of one kind; numbers are written as they have to be.
 * @param key released with pool
 * @return NULL, or a constant sentence: what was refused.
 */
const char *authjs_cose_read(authjs_cose_key_t *key, apr_pool_t *pool,
                             const authjs_cbor_t *map);

/** Verify a signature of an authenticator over data. @return 1, or 0 whatever is wrong.
 */
int authjs_cose_verify(const authjs_cose_key_t *key, const void *data, apr_size_t len,
                       const unsigned char *sig, apr_size_t sig_len);

#endif
