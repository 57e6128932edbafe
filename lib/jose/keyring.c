#include "jose/keyring.h"

#include "jose/base64url.h"

#include <apr_strings.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#define SHA512_BLOCK 128

static apr_status_t release(void *data)
{
    authjs_keyring_t *ring = data;
    int i;

    for (i = 0; i < ring->count; i++) {
        EVP_MD_CTX_free(ring->keys[i].inner);
        EVP_MD_CTX_free(ring->keys[i].inner_header);
        EVP_MD_CTX_free(ring->keys[i].outer);
        EVP_CIPHER_CTX_free(ring->keys[i].decrypt);
        OPENSSL_cleanse(ring->keys[i].cek, AUTHJS_CEK_LEN);
    }
    EVP_MD_free(ring->sha512);
    EVP_CIPHER_free(ring->cbc);
    EVP_CIPHER_free(ring->gcm);
    return APR_SUCCESS;
}

/* HKDF-SHA-256 as Auth.js calls it. */
static int derive(unsigned char cek[AUTHJS_CEK_LEN], apr_pool_t *pool, const char *secret,
                  const char *salt)
{
    char *info = apr_psprintf(pool, "Auth.js Generated Encryption Key (%s)", salt);
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM params[5];
    char digest[] = "SHA256";
    int ok;

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
    params[1] =
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, apr_pstrdup(pool, secret),
                                          strlen(secret));
    params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
                                                  apr_pstrdup(pool, salt), strlen(salt));
    params[3] =
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, strlen(info));
    params[4] = OSSL_PARAM_construct_end();
    ok = ctx && EVP_KDF_derive(ctx, cek, AUTHJS_CEK_LEN, params) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    OPENSSL_cleanse(params[1].data, params[1].data_size);
    return ok;
}

/* The JWK thumbprint (RFC 7638) that Auth.js gives a key as its kid, NULL when OpenSSL
 * fails. The digest is as wide as the key. */
static const char *thumbprint(apr_pool_t *pool, const unsigned char *cek, apr_size_t len)
{
    char k[AUTHJS_BASE64URL_LEN(AUTHJS_CEK_LEN) + 1];
    char jwk[sizeof(k) + sizeof("{\"k\":\"\",\"kty\":\"oct\"}")];
    unsigned char digest[EVP_MAX_MD_SIZE];
    const EVP_MD *md = len == AUTHJS_CEK_LEN ? EVP_sha512() : EVP_sha256();
    unsigned digest_len;
    int n, ok;

    authjs_base64url_encode(k, cek, len);
    n = apr_snprintf(jwk, sizeof(jwk), "{\"k\":\"%s\",\"kty\":\"oct\"}", k);
    ok = EVP_Digest(jwk, (size_t)n, digest, &digest_len, md, NULL) == 1;
    OPENSSL_cleanse(k, sizeof(k));
    OPENSSL_cleanse(jwk, sizeof(jwk));
    return ok ? authjs_base64url(pool, digest, digest_len) : NULL;
}

/* SHA-512 behind the first block of HMAC (RFC 2104): the MAC key under a pad. */
static EVP_MD_CTX *padded(const EVP_MD *sha512, const unsigned char *cek,
                          unsigned char pad)
{
    unsigned char block[SHA512_BLOCK];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int i, ok;

    memset(block, pad, sizeof(block));
    for (i = 0; i < AUTHJS_CEK_MAC_LEN; i++) {
        block[i] ^= cek[i];
    }
    ok = ctx && EVP_DigestInit_ex2(ctx, sha512, NULL) == 1 &&
         EVP_DigestUpdate(ctx, block, sizeof(block)) == 1;
    OPENSSL_cleanse(block, sizeof(block));
    if (!ok) {
        EVP_MD_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

static int prepare(authjs_key_t *key, apr_pool_t *pool, const authjs_keyring_t *ring)
{
    const char *header;

    key->kid_cbc = thumbprint(pool, key->cek, AUTHJS_CEK_LEN);
    key->kid_gcm = thumbprint(pool, key->cek, AUTHJS_GCM_KEY_LEN);
    if (!key->kid_cbc || !key->kid_gcm) {
        return 0;
    }
    header = apr_pstrcat(pool, "{\"alg\":\"dir\",\"enc\":\"A256CBC-HS512\",\"kid\":\"",
                         key->kid_cbc, "\"}", NULL);
    key->header = authjs_base64url(pool, header, strlen(header));
    key->header_len = strlen(key->header);
    key->inner = padded(ring->sha512, key->cek, 0x36);
    key->outer = padded(ring->sha512, key->cek, 0x5c);
    key->inner_header = EVP_MD_CTX_new();
    key->decrypt = EVP_CIPHER_CTX_new();
    return key->inner && key->outer && key->inner_header && key->decrypt &&
           EVP_MD_CTX_copy_ex(key->inner_header, key->inner) == 1 &&
           EVP_DigestUpdate(key->inner_header, key->header, key->header_len) == 1 &&
           EVP_DecryptInit_ex2(key->decrypt, ring->cbc, key->cek + AUTHJS_CEK_MAC_LEN,
                               NULL, NULL) == 1;
}

const char *authjs_keyring_create(authjs_keyring_t **ring, apr_pool_t *pool,
                                  const apr_array_header_t *secrets, const char *salt)
{
    static const char *const failed = "keys cannot be derived: OpenSSL failed";
    authjs_keyring_t *made = apr_pcalloc(pool, sizeof(*made));
    const char *secret;
    int i;

    *ring = NULL;
    if (secrets->nelts == 0) {
        return "keys cannot be derived: there is no secret";
    }
    made->count = secrets->nelts;
    made->keys = apr_pcalloc(pool, sizeof(*made->keys) * (apr_size_t)made->count);
    apr_pool_cleanup_register(pool, made, release, apr_pool_cleanup_null);
    made->sha512 = EVP_MD_fetch(NULL, "SHA512", NULL);
    made->cbc = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
    made->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (!made->sha512 || !made->cbc || !made->gcm) {
        return failed;
    }
    for (i = 0; i < made->count; i++) {
        secret = APR_ARRAY_IDX(secrets, i, const char *);
        if (!secret || !*secret) {
            return "keys cannot be derived: a secret is empty";
        }
        if (!derive(made->keys[i].cek, pool, secret, salt) ||
            !prepare(&made->keys[i], pool, made)) {
            return failed;
        }
    }
    *ring = made;
    return NULL;
}

int authjs_key_mac(unsigned char mac[AUTHJS_HMAC_LEN], const authjs_key_t *key,
                   const char *header, apr_size_t header_len, const unsigned char *data,
                   apr_size_t len)
{
    int known = header_len == key->header_len && !memcmp(header, key->header, header_len);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    apr_uint64_t bits = (apr_uint64_t)header_len * 8;
    unsigned char al[8];
    int i, ok;

    for (i = 0; i < 8; i++) {
        al[i] = (unsigned char)(bits >> (56 - 8 * i));
    }
    ok = ctx && EVP_MD_CTX_copy_ex(ctx, known ? key->inner_header : key->inner) == 1 &&
         (known || EVP_DigestUpdate(ctx, header, header_len) == 1) &&
         EVP_DigestUpdate(ctx, data, len) == 1 &&
         EVP_DigestUpdate(ctx, al, sizeof(al)) == 1 &&
         EVP_DigestFinal_ex(ctx, mac, NULL) == 1 &&
         EVP_MD_CTX_copy_ex(ctx, key->outer) == 1 &&
         EVP_DigestUpdate(ctx, mac, AUTHJS_HMAC_LEN) == 1 &&
         EVP_DigestFinal_ex(ctx, mac, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}
