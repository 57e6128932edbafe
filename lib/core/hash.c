#include "core/core.h"

#include <apr_escape.h>
#include <openssl/evp.h>
#include <string.h>

int authjs_sha256(unsigned char out[32], const void *data, apr_size_t len)
{
    return EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) == 1;
}

const char *authjs_sha256_hex(apr_pool_t *pool, const char *text)
{
    unsigned char digest[32];

    if (!authjs_sha256(digest, text, strlen(text))) {
        return NULL;
    }
    return apr_pescape_hex(pool, digest, sizeof(digest), 0);
}
