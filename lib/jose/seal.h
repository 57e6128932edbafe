/* What leaves this machine for a shared cache: AES-256-GCM (RFC 5116), bound to the key
 * it is stored under, with a time from which on it is refused. */
#ifndef AUTHJS_JOSE_SEAL_H
#define AUTHJS_JOSE_SEAL_H

#include "jose/jwe.h"

/** Bytes of what a sealed value is bound to. */
#define AUTHJS_SEAL_BOUND 32
/** How much longer a sealed value is: version, IV, end, tag. */
#define AUTHJS_SEAL_OVERHEAD (1 + 12 + 8 + 16)

/**
 * Seal with the newest key and a random IV.
 * @param expires seconds since the epoch: from then on it is refused
 * @param sealed len + AUTHJS_SEAL_OVERHEAD bytes, in pool
 * @return NULL, or why (OpenSSL, no randomness, too long).
 */
const char *authjs_seal(apr_pool_t *pool, const authjs_keyring_t *ring,
                        const unsigned char bound[AUTHJS_SEAL_BOUND], apr_int64_t expires,
                        const char *value, apr_size_t len, unsigned char **sealed);

/**
 * Open with any key of the ring.
 * @param value len - AUTHJS_SEAL_OVERHEAD bytes, in pool, NUL-terminated behind them
 * @return NULL, or why it was refused (truncated, changed, of another ring, stored under
 *         another key, past its end).
 */
const char *authjs_unseal(apr_pool_t *pool, const authjs_keyring_t *ring,
                          const unsigned char bound[AUTHJS_SEAL_BOUND], apr_int64_t now,
                          const unsigned char *sealed, apr_size_t len, char **value);

/** Part of the newest key that seals nothing, in hex: whoever lacks the secret cannot
 * make what is derived from it. In pool; NULL without memory. */
const char *authjs_seal_name_key(apr_pool_t *pool, const authjs_keyring_t *ring);

#endif
