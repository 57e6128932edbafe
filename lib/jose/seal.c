#include "jose/seal.h"

#include "core/core.h"
#include "jose/keyring.h"

#include <apr_escape.h>
#include <limits.h>
#include <string.h>

#define VERSION  1
#define IV_LEN   12
#define END_LEN  8
#define TAG_LEN  16
#define HEAD_LEN (1 + IV_LEN)
#define MAX_LEN  (INT_MAX / 2)

/* Fields of a sealed value: version, IV, then encrypted: end (big endian), value; tag. */

static int encrypt(const authjs_keyring_t *ring, const unsigned char *bound,
                   const unsigned char *end, const char *value, int len,
                   unsigned char *sealed)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    unsigned char *out = sealed + HEAD_LEN;
    int n, ok;

    ok = ctx &&
         EVP_EncryptInit_ex2(ctx, ring->gcm, ring->keys[0].cek, sealed + 1, NULL) == 1 &&
         EVP_EncryptUpdate(ctx, NULL, &n, bound, AUTHJS_SEAL_BOUND) == 1 &&
         EVP_EncryptUpdate(ctx, out, &n, end, END_LEN) == 1 &&
         EVP_EncryptUpdate(ctx, out + END_LEN, &n, (const unsigned char *)value, len) ==
             1 &&
         EVP_EncryptFinal_ex(ctx, out + END_LEN + len, &n) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, out + END_LEN + len) ==
             1;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

const char *authjs_seal(apr_pool_t *pool, const authjs_keyring_t *ring,
                        const unsigned char bound[AUTHJS_SEAL_BOUND], apr_int64_t expires,
                        const char *value, apr_size_t len, unsigned char **sealed)
{
    unsigned char end[END_LEN];
    int i;

    if (len > MAX_LEN) {
        return "the value is too long";
    }
    for (i = 0; i < END_LEN; i++) {
        end[i] = (unsigned char)((apr_uint64_t)expires >> (56 - 8 * i));
    }
    *sealed = apr_palloc(pool, len + AUTHJS_SEAL_OVERHEAD);
    (*sealed)[0] = VERSION;
    if (authjs_random_bytes(*sealed + 1, IV_LEN) != APR_SUCCESS) {
        return "there is no randomness";
    }
    return encrypt(ring, bound, end, value, (int)len, *sealed)
               ? NULL
               : "it cannot be sealed: OpenSSL failed";
}

/* GCM's final step accepts what the key's owner has sealed, and nothing else. */
static int decrypt(const authjs_keyring_t *ring, const authjs_key_t *key,
                   const unsigned char *bound, const unsigned char *sealed, int len,
                   unsigned char *end, char *value)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    const unsigned char *in = sealed + HEAD_LEN;
    unsigned char tag[TAG_LEN];
    int n, ok;

    memcpy(tag, in + END_LEN + len, TAG_LEN);
    ok = ctx && EVP_DecryptInit_ex2(ctx, ring->gcm, key->cek, sealed + 1, NULL) == 1 &&
         EVP_DecryptUpdate(ctx, NULL, &n, bound, AUTHJS_SEAL_BOUND) == 1 &&
         EVP_DecryptUpdate(ctx, end, &n, in, END_LEN) == 1 &&
         EVP_DecryptUpdate(ctx, (unsigned char *)value, &n, in + END_LEN, len) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) == 1 &&
         EVP_DecryptFinal_ex(ctx, (unsigned char *)value + len, &n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

const char *authjs_unseal(apr_pool_t *pool, const authjs_keyring_t *ring,
                          const unsigned char bound[AUTHJS_SEAL_BOUND], apr_int64_t now,
                          const unsigned char *sealed, apr_size_t len, char **value)
{
    unsigned char end[END_LEN];
    apr_uint64_t expires = 0;
    char *plain;
    int i, opened = 0;

    *value = NULL;
    if (len < AUTHJS_SEAL_OVERHEAD || len > MAX_LEN || sealed[0] != VERSION) {
        return "it is not a sealed value";
    }
    len -= AUTHJS_SEAL_OVERHEAD;
    plain = apr_palloc(pool, len + 1);
    for (i = 0; i < ring->count && !opened; i++) {
        opened = decrypt(ring, &ring->keys[i], bound, sealed, (int)len, end, plain);
    }
    if (!opened) {
        return "it was changed, or sealed for something else";
    }
    for (i = 0; i < END_LEN; i++) {
        expires = expires << 8 | end[i];
    }
    if ((apr_int64_t)expires <= now) {
        return "it is past its end";
    }
    plain[len] = '\0';
    *value = plain;
    return NULL;
}

const char *authjs_seal_name_key(apr_pool_t *pool, const authjs_keyring_t *ring)
{
    return apr_pescape_hex(pool, ring->keys[0].cek + AUTHJS_GCM_KEY_LEN,
                           AUTHJS_CEK_LEN - AUTHJS_GCM_KEY_LEN, 0);
}
