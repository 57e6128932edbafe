/* Compact JWE as Auth.js uses it: alg "dir", enc A256CBC-HS512 (written and read) and
 * A256GCM (read), keys derived from a secret and a salt (RFC 7516, RFC 7518, RFC 5869).
 */
#ifndef AUTHJS_JOSE_JWE_H
#define AUTHJS_JOSE_JWE_H

#include <apr_pools.h>
#include <apr_tables.h>

/** The keys of one purpose (one salt): one per secret, newest first; the first encrypts.
 * Read-only after creation, safe to share between threads, wiped with its pool. */
typedef struct authjs_keyring_t authjs_keyring_t;

#define AUTHJS_JWE_MAX_LEN (512 * 1024)
/** Bytes of plaintext that can be sealed: their token is no longer than what can be
 * opened. */
#define AUTHJS_JWE_MAX_PLAIN (AUTHJS_JWE_MAX_LEN / 4 * 3 - 512)
#define AUTHJS_JWE_IV_LEN    16

/**
 * Derive the keys of a purpose. Costs one HKDF a secret: for start-up only.
 * @param secrets const char * elements, newest first, at least one, none empty
 * @param salt the purpose: a cookie's full name, or a fixed word such as encodedState
 * @return NULL, or why it failed (OpenSSL).
 */
const char *authjs_keyring_create(authjs_keyring_t **ring, apr_pool_t *pool,
                                  const apr_array_header_t *secrets, const char *salt);

/**
 * Open a compact JWE. The hot path: no lock, no I/O, no key derivation; a header that
 * equals the one we write needs no parse.
 * @param plain in pool, NUL-terminated behind plain_len bytes
 * @return NULL, or why the token was refused. Which check failed cannot be told from
 *         the answer's time once the header was accepted.
 */
const char *authjs_jwe_open(apr_pool_t *pool, const authjs_keyring_t *ring,
                            const char *token, apr_size_t len, char **plain,
                            apr_size_t *plain_len);

/** Encrypt with the first key, fresh IV. @return NULL, or why (OpenSSL, no randomness,
 * more than AUTHJS_JWE_MAX_PLAIN bytes). */
const char *authjs_jwe_seal(apr_pool_t *pool, const authjs_keyring_t *ring,
                            const char *plain, apr_size_t len, const char **token);

/** The same with a given IV: only for comparing with test vectors. An IV that is used
 * twice betrays what two tokens have in common. */
const char *authjs_jwe_seal_iv(apr_pool_t *pool, const authjs_keyring_t *ring,
                               const unsigned char iv[AUTHJS_JWE_IV_LEN],
                               const char *plain, apr_size_t len, const char **token);

#endif
