/* Any text: what is decoded encodes to the same text, and any bytes come back. */
#include "jose/base64url.h"

#include <apr_general.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check(int good)
{
    if (!good) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    /* of the documented sizes: one byte too many is a sanitizer's finding */
    unsigned char *decoded = malloc(AUTHJS_BASE64URL_MAX(size));
    char *encoded = malloc(AUTHJS_BASE64URL_LEN(size) + 1);
    unsigned char *copy;
    apr_pool_t *pool;
    apr_size_t len;
    apr_ssize_t n;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    n = authjs_base64url_decode(decoded, (const char *)data, size);
    check(authjs_base64url_decode_dup(pool, (const char *)data, size, &copy, &len) ==
          (n >= 0));
    if (n >= 0) {
        const char *again = authjs_base64url(pool, decoded, (apr_size_t)n);

        check((apr_size_t)n == len && !memcmp(copy, decoded, len) && !copy[len]);
        check(strlen(again) == size && !memcmp(again, data, size));
    }
    len = authjs_base64url_encode(encoded, data, size);
    check(len == AUTHJS_BASE64URL_LEN(size) && strlen(encoded) == len);
    check(authjs_base64url_decode_dup(pool, encoded, len, &copy, &len));
    check(len == size && !memcmp(copy, data, size));
    apr_pool_destroy(pool);
    free(decoded);
    free(encoded);
    return 0;
}
