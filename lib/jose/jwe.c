#include "jose/jwe.h"

#include "core/core.h"
#include "core/jsonscan.h"
#include "jose/base64url.h"
#include "jose/keyring.h"

#include <openssl/crypto.h>
#include <string.h>

#define CBC_IV_LEN  16
#define CBC_TAG_LEN 32
#define CBC_BLOCK   16
#define GCM_IV_LEN  12
#define GCM_TAG_LEN 16
/* The longest header that is parsed; ours has 174 characters. */
#define MAX_HEADER_LEN 2048

/* One text for whatever the key alone could tell apart (RFC 7516 section 11.5). */
static const char undecryptable[] = "the token cannot be decrypted";
static const char malformed[] = "the token is no compact JWE";

typedef struct {
    const char *text;
    apr_size_t len;
} part_t;

typedef enum { ENC_NONE, ENC_CBC, ENC_GCM } enc_e;

/* A token taken apart. */
typedef struct {
    part_t header, iv, ciphertext, tag;
    enc_e enc;
    const authjs_key_t *key;
} jwe_t;

/* The next part of a token, up to a dot. @return what follows the dot, NULL if there is
 * none. */
static const char *take_part(part_t *part, const char *text, const char *end)
{
    const char *dot = memchr(text, '.', (apr_size_t)(end - text));

    if (!dot) {
        return NULL;
    }
    part->text = text;
    part->len = (apr_size_t)(dot - text);
    return dot + 1;
}

static int split(jwe_t *jwe, const char *token, apr_size_t len)
{
    const char *end = token + len, *p = token;
    part_t encrypted_key;

    if (!(p = take_part(&jwe->header, p, end)) ||
        !(p = take_part(&encrypted_key, p, end)) || !(p = take_part(&jwe->iv, p, end)) ||
        !(p = take_part(&jwe->ciphertext, p, end))) {
        return 0;
    }
    jwe->tag.text = p;
    jwe->tag.len = (apr_size_t)(end - p);
    /* "dir" has no encrypted key; a dot in the tag is caught when it is decoded */
    return encrypted_key.len == 0;
}

/* What a header says; each member may be there once. */
typedef struct {
    apr_pool_t *pool;
    authjs_scan_value_t alg, enc, kid;
} header_t;

static const char *header_member(void *baton, const authjs_scan_value_t *name,
                                 const authjs_scan_value_t *value)
{
    header_t *header = baton;
    authjs_scan_value_t *slot = NULL;

    if (authjs_scan_string_is(header->pool, name, "alg")) {
        slot = &header->alg;
    }
    else if (authjs_scan_string_is(header->pool, name, "enc")) {
        slot = &header->enc;
    }
    else if (authjs_scan_string_is(header->pool, name, "kid")) {
        slot = &header->kid;
    }
    else if (authjs_scan_string_is(header->pool, name, "crit") ||
             authjs_scan_string_is(header->pool, name, "zip")) {
        return "the token's header has crit or zip, which are not supported";
    }
    if (slot) {
        if (slot->raw) {
            return "the token's header repeats a member";
        }
        *slot = *value;
    }
    return NULL;
}

static int says(apr_pool_t *pool, const authjs_scan_value_t *value, const char *text)
{
    return value->raw && value->type == AUTHJS_SCAN_STRING &&
           authjs_scan_string_is(pool, value, text);
}

static const authjs_key_t *key_of(const header_t *header, const authjs_keyring_t *ring,
                                  enc_e enc)
{
    const authjs_key_t *key;
    int i;

    if (!header->kid.raw) {
        return &ring->keys[0]; /* as Auth.js does: the others are not tried */
    }
    for (i = 0; i < ring->count; i++) {
        key = &ring->keys[i];
        if (says(header->pool, &header->kid,
                 enc == ENC_CBC ? key->kid_cbc : key->kid_gcm)) {
            return key;
        }
    }
    return NULL;
}

/* A header that is not one of those we write. */
static const char *parse_header(jwe_t *jwe, apr_pool_t *pool,
                                const authjs_keyring_t *ring)
{
    header_t header = {0};
    authjs_scan_value_t object;
    unsigned char *text;
    apr_size_t len;
    const char *why;

    header.pool = pool;
    if (jwe->header.len > MAX_HEADER_LEN) {
        return "the token's header is too long";
    }
    if (!authjs_base64url_decode_dup(pool, jwe->header.text, jwe->header.len, &text,
                                     &len)) {
        return malformed;
    }
    why = authjs_json_scan((const char *)text, len, &object, header_member, &header);
    if (why) {
        return why;
    }
    if (object.type != AUTHJS_SCAN_OBJECT || !says(pool, &header.alg, "dir")) {
        return "the token's alg is not dir";
    }
    if (says(pool, &header.enc, "A256CBC-HS512")) {
        jwe->enc = ENC_CBC;
    }
    else if (says(pool, &header.enc, "A256GCM")) {
        jwe->enc = ENC_GCM;
    }
    else {
        return "the token's enc is neither A256CBC-HS512 nor A256GCM";
    }
    jwe->key = key_of(&header, ring, jwe->enc);
    return jwe->key ? NULL : "no secret matches the token's kid";
}

static const char *find_key(jwe_t *jwe, apr_pool_t *pool, const authjs_keyring_t *ring)
{
    int i;

    for (i = 0; i < ring->count; i++) {
        if (jwe->header.len == ring->keys[i].header_len &&
            !memcmp(jwe->header.text, ring->keys[i].header, jwe->header.len)) {
            jwe->enc = ENC_CBC;
            jwe->key = &ring->keys[i];
            return NULL;
        }
    }
    return parse_header(jwe, pool, ring);
}

/* data: iv and ciphertext; the plaintext takes the ciphertext's place.
 * @return bytes of plaintext, or -1. */
static int open_cbc(const jwe_t *jwe, unsigned char *data, int len,
                    const unsigned char *tag)
{
    unsigned char mac[AUTHJS_HMAC_LEN], *text = data + CBC_IV_LEN;
    EVP_CIPHER_CTX *ctx;
    int n = 0, last = 0, ok;

    if (len == 0 || len % CBC_BLOCK != 0 ||
        !authjs_key_mac(mac, jwe->key, jwe->header.text, jwe->header.len, data,
                        (apr_size_t)(CBC_IV_LEN + len)) ||
        !authjs_equal(mac, CBC_TAG_LEN, tag, CBC_TAG_LEN)) {
        return -1;
    }
    ctx = EVP_CIPHER_CTX_new();
    ok = ctx && EVP_CIPHER_CTX_copy(ctx, jwe->key->decrypt) == 1 &&
         EVP_DecryptInit_ex2(ctx, NULL, NULL, data, NULL) == 1 &&
         EVP_DecryptUpdate(ctx, text, &n, text, len) == 1 &&
         EVP_DecryptFinal_ex(ctx, text + n, &last) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok ? n + last : -1;
}

static int open_gcm(const jwe_t *jwe, const authjs_keyring_t *ring, unsigned char *data,
                    int len, unsigned char *tag)
{
    unsigned char *text = data + GCM_IV_LEN;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    const unsigned char *aad = (const unsigned char *)jwe->header.text;
    int n = 0, last = 0, ok;

    ok = ctx && EVP_DecryptInit_ex2(ctx, ring->gcm, jwe->key->cek, data, NULL) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_LEN, tag) == 1 &&
         EVP_DecryptUpdate(ctx, NULL, &n, aad, (int)jwe->header.len) == 1 &&
         EVP_DecryptUpdate(ctx, text, &n, text, len) == 1 &&
         EVP_DecryptFinal_ex(ctx, text + n, &last) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok ? n + last : -1;
}

/* Decode and decrypt what the header has chosen a key for. */
static const char *open_content(const jwe_t *jwe, const authjs_keyring_t *ring,
                                apr_pool_t *pool, char **plain, apr_size_t *plain_len)
{
    apr_ssize_t iv_len = jwe->enc == ENC_CBC ? CBC_IV_LEN : GCM_IV_LEN;
    apr_ssize_t tag_len = jwe->enc == ENC_CBC ? CBC_TAG_LEN : GCM_TAG_LEN;
    unsigned char *data, tag[CBC_TAG_LEN + 2];
    apr_ssize_t len;
    int n;

    if (jwe->iv.len != AUTHJS_BASE64URL_LEN((apr_size_t)iv_len) ||
        jwe->tag.len != AUTHJS_BASE64URL_LEN((apr_size_t)tag_len)) {
        return malformed;
    }
    data = apr_palloc(pool, CBC_IV_LEN + AUTHJS_BASE64URL_MAX(jwe->ciphertext.len) + 1);
    if (authjs_base64url_decode(data, jwe->iv.text, jwe->iv.len) != iv_len ||
        authjs_base64url_decode(tag, jwe->tag.text, jwe->tag.len) != tag_len) {
        return malformed;
    }
    len =
        authjs_base64url_decode(data + iv_len, jwe->ciphertext.text, jwe->ciphertext.len);
    if (len < 0) {
        return malformed;
    }
    n = jwe->enc == ENC_CBC ? open_cbc(jwe, data, (int)len, tag)
                            : open_gcm(jwe, ring, data, (int)len, tag);
    if (n < 0) {
        return undecryptable;
    }
    *plain = (char *)data + iv_len;
    *plain_len = (apr_size_t)n;
    (*plain)[n] = '\0';
    return NULL;
}

const char *authjs_jwe_open(apr_pool_t *pool, const authjs_keyring_t *ring,
                            const char *token, apr_size_t len, char **plain,
                            apr_size_t *plain_len)
{
    jwe_t jwe;
    const char *why;

    *plain = NULL;
    *plain_len = 0;
    if (len > AUTHJS_JWE_MAX_LEN) {
        return "the token is too long";
    }
    if (!split(&jwe, token, len)) {
        return malformed;
    }
    if ((why = find_key(&jwe, pool, ring))) {
        return why;
    }
    return open_content(&jwe, ring, pool, plain, plain_len);
}

/* @return bytes of ciphertext, or -1. */
static int encrypt_cbc(const authjs_keyring_t *ring, const unsigned char *iv,
                       unsigned char *out, const char *plain, int len)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0, last = 0, ok;

    ok = ctx &&
         EVP_EncryptInit_ex2(ctx, ring->cbc, ring->keys[0].cek + AUTHJS_CEK_MAC_LEN, iv,
                             NULL) == 1 &&
         EVP_EncryptUpdate(ctx, out, &n, (const unsigned char *)plain, len) == 1 &&
         EVP_EncryptFinal_ex(ctx, out + n, &last) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok ? n + last : -1;
}

const char *authjs_jwe_seal_iv(apr_pool_t *pool, const authjs_keyring_t *ring,
                               const unsigned char iv[AUTHJS_JWE_IV_LEN],
                               const char *plain, apr_size_t len, const char **token)
{
    const authjs_key_t *key = &ring->keys[0];
    unsigned char *data, mac[AUTHJS_HMAC_LEN];
    apr_size_t data_len;
    char *out;
    int n;

    *token = NULL;
    if (len > AUTHJS_JWE_MAX_PLAIN) {
        return "the token would be too long";
    }
    data = apr_palloc(pool, CBC_IV_LEN + len + CBC_BLOCK);
    memcpy(data, iv, CBC_IV_LEN);
    n = encrypt_cbc(ring, iv, data + CBC_IV_LEN, plain, (int)len);
    data_len = CBC_IV_LEN + (apr_size_t)n;
    if (n < 0 ||
        !authjs_key_mac(mac, key, key->header, key->header_len, data, data_len)) {
        return "the token cannot be encrypted: OpenSSL failed";
    }
    out = apr_palloc(pool, key->header_len + AUTHJS_BASE64URL_LEN(data_len) +
                               AUTHJS_BASE64URL_LEN(CBC_TAG_LEN) + sizeof("......"));
    *token = out;
    memcpy(out, key->header, key->header_len);
    out += key->header_len;
    *out++ = '.';
    *out++ = '.';
    out += authjs_base64url_encode(out, data, CBC_IV_LEN);
    *out++ = '.';
    out += authjs_base64url_encode(out, data + CBC_IV_LEN, (apr_size_t)n);
    *out++ = '.';
    authjs_base64url_encode(out, mac, CBC_TAG_LEN);
    return NULL;
}

const char *authjs_jwe_seal(apr_pool_t *pool, const authjs_keyring_t *ring,
                            const char *plain, apr_size_t len, const char **token)
{
    unsigned char iv[AUTHJS_JWE_IV_LEN];

    *token = NULL;
    if (authjs_random_bytes(iv, sizeof(iv)) != APR_SUCCESS) {
        return "the token cannot be encrypted: no randomness";
    }
    return authjs_jwe_seal_iv(pool, ring, iv, plain, len, token);
}
