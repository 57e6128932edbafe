/* base64url without padding (RFC 4648 section 5, RFC 7515 section 2). */
#ifndef AUTHJS_JOSE_BASE64URL_H
#define AUTHJS_JOSE_BASE64URL_H

#include <apr_pools.h>

#define AUTHJS_BASE64URL_LEN(n) ((4 * (n) + 2) / 3)
/** Bytes that len characters decode to at most. */
#define AUTHJS_BASE64URL_MAX(len) ((len) / 4 * 3 + 2)

/** Write AUTHJS_BASE64URL_LEN(len) characters and a NUL. @return characters written. */
apr_size_t authjs_base64url_encode(char *out, const void *data, apr_size_t len);
/** The same into pool. */
const char *authjs_base64url(apr_pool_t *pool, const void *data, apr_size_t len);
/** base64url of len random bytes; NULL when there is no randomness. */
const char *authjs_random_base64url(apr_pool_t *pool, apr_size_t len);
/** Strict decoding: only the alphabet, no padding, no blanks, spare bits zero.
 * @param out room for AUTHJS_BASE64URL_MAX(len)
 * @return the number of bytes, or -1 when the text is not base64url. */
apr_ssize_t authjs_base64url_decode(unsigned char *out, const char *text, apr_size_t len);
/** The same into pool; *data has a NUL behind it. @return 1, or 0 when refused. */
int authjs_base64url_decode_dup(apr_pool_t *pool, const char *text, apr_size_t len,
                                unsigned char **data, apr_size_t *data_len);

#endif
