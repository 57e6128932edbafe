/* What OpenSSL is asked for: randomness, equality of secrets, hashes. */
#include "core/core.h"

#include <apr_errno.h>
#include <apr_escape.h>
#include <apr_strings.h>

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

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

/* A byte of 250 or more would make some digits likelier than others: it is not used. */
const char *authjs_random_digits(apr_pool_t *pool, apr_size_t count)
{
    char *digits = apr_palloc(pool, count + 1);
    apr_size_t len = 0;
    unsigned char byte;

    while (len < count) {
        if (authjs_random_bytes(&byte, 1) != APR_SUCCESS) {
            return NULL;
        }
        if (byte < 250) {
            digits[len++] = (char)('0' + byte % 10);
        }
    }
    digits[len] = '\0';
    return digits;
}

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

int authjs_sha256(unsigned char out[32], const void *data, apr_size_t len)
{
    return EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) == 1;
}

int authjs_hmac(unsigned char mac[AUTHJS_MAC_MAX], const char *digest, const char *key,
                const char *text)
{
    size_t len;

    return EVP_Q_mac(NULL, "HMAC", NULL, digest, NULL, key, strlen(key),
                     (const unsigned char *)text, strlen(text), mac, AUTHJS_MAC_MAX,
                     &len) != NULL;
}

const char *authjs_sha256_hex(apr_pool_t *pool, const char *text)
{
    unsigned char digest[32];

    if (!authjs_sha256(digest, text, strlen(text))) {
        return NULL;
    }
    return apr_pescape_hex(pool, digest, sizeof(digest), 0);
}
