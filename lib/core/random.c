#include "core/core.h"

#include <apr_errno.h>
#include <apr_escape.h>
#include <apr_strings.h>
#include <limits.h>
#include <openssl/rand.h>

apr_status_t authjs_random_bytes(unsigned char *out, apr_size_t len)
{
    if (len > INT_MAX || RAND_bytes(out, (int)len) != 1) {
        return APR_EGENERAL;
    }
    return APR_SUCCESS;
}

const char *authjs_random_hex(apr_pool_t *pool, apr_size_t len)
{
    unsigned char *bytes = apr_palloc(pool, len + 1);

    if (authjs_random_bytes(bytes, len) != APR_SUCCESS) {
        return NULL;
    }
    return apr_pescape_hex(pool, bytes, len, 0);
}

const char *authjs_random_uuid(apr_pool_t *pool)
{
    unsigned char b[16];
    const char *hex;

    if (authjs_random_bytes(b, sizeof(b)) != APR_SUCCESS) {
        return NULL;
    }
    b[6] = (b[6] & 0x0f) | 0x40; /* version 4 */
    b[8] = (b[8] & 0x3f) | 0x80; /* the RFC 9562 variant */
    hex = apr_pescape_hex(pool, b, sizeof(b), 0);
    return apr_psprintf(pool, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
                        hex + 16, hex + 20);
}
