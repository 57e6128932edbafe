/* Authenticator data (section 6.1). */
#ifndef AUTHJS_WEBAUTHN_AUTHDATA_H
#define AUTHJS_WEBAUTHN_AUTHDATA_H

#include "webauthn/cbor.h"

/* Flags; the two that are left are reserved, and passed over. */
#define AUTHJS_FLAG_UP 0x01 /**< a person was there */
#define AUTHJS_FLAG_UV 0x04 /**< and was the right one */
#define AUTHJS_FLAG_BE 0x08 /**< the credential may be on several devices */
#define AUTHJS_FLAG_BS 0x10 /**< and is */
#define AUTHJS_FLAG_AT 0x40 /**< a credential follows */
#define AUTHJS_FLAG_ED 0x80 /**< extensions follow */

/** What points, points into the bytes that were read. */
typedef struct {
    const unsigned char *rp_id_hash; /**< 32 bytes */
    unsigned flags;
    apr_uint32_t counter;
    const unsigned char *credential_id; /**< AT, else NULL */
    apr_size_t credential_id_len;
    authjs_cbor_t public_key; /**< AT: an item, of any type */
} authjs_authdata_t;

/**
 * Read authenticator data to its last byte; what follows is what the flags say.
 * Extensions are a map, which is not looked into.
 * @return NULL, or a constant sentence: what was refused.
 */
const char *authjs_authdata_read(authjs_authdata_t *data, apr_pool_t *pool,
                                 const unsigned char *bytes, apr_size_t len);

#endif
