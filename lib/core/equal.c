#include "core/core.h"

#include <openssl/crypto.h>
#include <string.h>

int authjs_equal(const void *a, apr_size_t a_len, const void *b, apr_size_t b_len)
{
    if (!a || !b || a_len != b_len) {
        return 0;
    }
    return CRYPTO_memcmp(a, b, a_len) == 0;
}

int authjs_equal_str(const char *a, const char *b)
{
    if (!a || !b) {
        return 0;
    }
    return authjs_equal(a, strlen(a), b, strlen(b));
}
