/* Ceremonies made for a test: bytes that grow, CBOR, an authenticator with a key of its
 * own. */
#ifndef AUTHJS_T_WEBAUTHN_HELPER_H
#define AUTHJS_T_WEBAUTHN_HELPER_H

#include "jose_helper.h"

#include "core/core.h"
#include "webauthn/webauthn.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#define RP_ID     "localhost"
#define ORIGIN    "http://localhost:18260"
#define CHALLENGE "Y2hhbGxlbmdlLWNyZWF0ZS0wMTIzNDU2Nzg5"

typedef struct {
    unsigned char *data;
    apr_size_t len, room;
} buf_t;

static inline void put(apr_pool_t *pool, buf_t *buf, const void *data, apr_size_t len)
{
    if (buf->room - buf->len < len) {
        unsigned char *more = apr_palloc(pool, 2 * buf->len + len);

        if (buf->len) {
            memcpy(more, buf->data, buf->len);
        }
        buf->data = more;
        buf->room = 2 * buf->len + len;
    }
    if (len) {
        memcpy(buf->data + buf->len, data, len);
    }
    buf->len += len;
}

static inline void put_byte(apr_pool_t *pool, buf_t *buf, unsigned byte)
{
    unsigned char c = (unsigned char)byte;

    put(pool, buf, &c, 1);
}

static inline void put_head(apr_pool_t *pool, buf_t *buf, unsigned major, unsigned number)
{
    if (number > 255) {
        put_byte(pool, buf, major << 5 | 25);
        put_byte(pool, buf, number >> 8);
    }
    else if (number > 23) {
        put_byte(pool, buf, major << 5 | 24);
    }
    else {
        number |= major << 5;
    }
    put_byte(pool, buf, number & 255);
}

static inline void put_int(apr_pool_t *pool, buf_t *buf, int number)
{
    put_head(pool, buf, number < 0, (unsigned)(number < 0 ? -1 - number : number));
}

static inline void put_bytes(apr_pool_t *pool, buf_t *buf, const void *data,
                             apr_size_t len)
{
    put_head(pool, buf, 2, (unsigned)len);
    put(pool, buf, data, len);
}

static inline void put_text(apr_pool_t *pool, buf_t *buf, const char *text)
{
    put_head(pool, buf, 3, (unsigned)strlen(text));
    put(pool, buf, text, strlen(text));
}

static inline buf_t from_hex(apr_pool_t *pool, const char *hex)
{
    buf_t buf = {0};
    unsigned byte, n = 0;

    for (byte = 0; *hex; hex++) {
        if (*hex != ' ') {
            byte = byte << 4 | (unsigned)(*hex <= '9' ? *hex - '0' : *hex - 'a' + 10);
            if (++n % 2 == 0) {
                put_byte(pool, &buf, byte & 255);
            }
        }
    }
    return buf;
}

static inline buf_t from_base64url(apr_pool_t *pool, const char *text)
{
    buf_t buf = {0};

    assert_int_equal(
        authjs_base64url_decode_dup(pool, text, strlen(text), &buf.data, &buf.len), 1);
    buf.room = buf.len;
    return buf;
}

/* A number of a key, as many bytes wide (0: as short as it goes). */
static inline void put_number(apr_pool_t *pool, buf_t *buf, EVP_PKEY *pkey,
                              const char *param, int width)
{
    unsigned char bytes[2100];
    BIGNUM *n = NULL;
    int len;

    assert_int_equal(EVP_PKEY_get_bn_param(pkey, param, &n), 1);
    len = width ? width : BN_num_bytes(n);
    assert_int_equal(BN_bn2binpad(n, bytes, len), len);
    put_bytes(pool, buf, bytes, (apr_size_t)len);
    BN_free(n);
}

/* What a key of an algorithm is made of. */
typedef struct {
    int algorithm;
    const char *type, *curve, *digest;
    unsigned bits;
    int kty, crv, width;
} kind_t;

static const kind_t kinds[] = {
    {-7, "EC", "P-256", "SHA256", 0, 2, 1, 32},
    {-35, "EC", "P-384", "SHA384", 0, 2, 2, 48},
    {-36, "EC", "P-521", "SHA512", 0, 2, 3, 66},
    {-257, "RSA", NULL, "SHA256", 2048, 3, 0, 0},
    {-37, "RSA", NULL, "SHA256", 2048, 3, 0, 0},
    {-8, "ED25519", NULL, NULL, 0, 1, 6, 0},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static inline buf_t cose_of(apr_pool_t *pool, const kind_t *kind, EVP_PKEY *pkey)
{
    buf_t cose = {0};
    unsigned char x[32];
    size_t len = sizeof(x);

    put_head(pool, &cose, 5, kind->kty == 2 ? 5 : 4);
    put_int(pool, &cose, 1);
    put_int(pool, &cose, kind->kty);
    put_int(pool, &cose, 3);
    put_int(pool, &cose, kind->algorithm);
    put_int(pool, &cose, -1);
    if (kind->kty == 3) {
        put_number(pool, &cose, pkey, OSSL_PKEY_PARAM_RSA_N, 0);
        put_int(pool, &cose, -2);
        put_number(pool, &cose, pkey, OSSL_PKEY_PARAM_RSA_E, 0);
        return cose;
    }
    put_int(pool, &cose, kind->crv);
    put_int(pool, &cose, -2);
    if (kind->kty == 1) {
        assert_int_equal(EVP_PKEY_get_raw_public_key(pkey, x, &len), 1);
        put_bytes(pool, &cose, x, len);
        return cose;
    }
    put_number(pool, &cose, pkey, OSSL_PKEY_PARAM_EC_PUB_X, kind->width);
    put_int(pool, &cose, -3);
    put_number(pool, &cose, pkey, OSSL_PKEY_PARAM_EC_PUB_Y, kind->width);
    return cose;
}

/* An authenticator's signature over its data and the hash of the client's. */
static inline buf_t sign_of(apr_pool_t *pool, const kind_t *kind, EVP_PKEY *pkey,
                            const buf_t *authdata, const buf_t *client)
{
    buf_t signature = {0}, input = {0};
    unsigned char hash[32];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx;

    put(pool, &input, authdata->data, authdata->len);
    assert_int_equal(authjs_sha256(hash, client->data, client->len), 1);
    put(pool, &input, hash, sizeof(hash));
    assert_int_equal(
        EVP_DigestSignInit_ex(ctx, &pctx, kind->digest, NULL, NULL, pkey, NULL), 1);
    if (kind->algorithm == -37) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, 32), 1);
    }
    signature.len = (apr_size_t)EVP_PKEY_get_size(pkey);
    signature.room = signature.len;
    signature.data = apr_palloc(pool, signature.len);
    assert_int_equal(
        EVP_DigestSign(ctx, signature.data, &signature.len, input.data, input.len), 1);
    EVP_MD_CTX_free(ctx);
    return signature;
}

static inline buf_t client_data(apr_pool_t *pool, const char *type, const char *more)
{
    buf_t client = {0};
    const char *text =
        apr_pstrcat(pool, "{\"type\":\"", type,
                    "\",\"challenge\":\"" CHALLENGE "\",\"origin\":\"" ORIGIN "\"", more,
                    "}", NULL);

    put(pool, &client, text, strlen(text));
    return client;
}

/* Authenticator data of RP_ID; id and cose are NULL in an authentication. */
static inline buf_t authdata_of(apr_pool_t *pool, unsigned flags, unsigned counter,
                                const buf_t *id, const buf_t *cose)
{
    buf_t data = {0};
    unsigned char hash[32];

    assert_int_equal(authjs_sha256(hash, RP_ID, strlen(RP_ID)), 1);
    put(pool, &data, hash, sizeof(hash));
    put_byte(pool, &data, flags);
    put_byte(pool, &data, counter >> 24);
    put_byte(pool, &data, counter >> 16 & 255);
    put_byte(pool, &data, counter >> 8 & 255);
    put_byte(pool, &data, counter & 255);
    if (id) {
        put(pool, &data, "0123456789abcdef", 16);
        put_byte(pool, &data, (unsigned)id->len >> 8);
        put_byte(pool, &data, (unsigned)id->len & 255);
        put(pool, &data, id->data, id->len);
        put(pool, &data, cose->data, cose->len);
    }
    return data;
}

/* @param statement CBOR; NULL: an empty map */
static inline buf_t attestation_of(apr_pool_t *pool, const char *format,
                                   const buf_t *statement, const buf_t *authdata)
{
    buf_t object = {0};

    put_head(pool, &object, 5, 3);
    put_text(pool, &object, "fmt");
    put_text(pool, &object, format);
    put_text(pool, &object, "attStmt");
    if (statement) {
        put(pool, &object, statement->data, statement->len);
    }
    else {
        put_head(pool, &object, 5, 0);
    }
    put_text(pool, &object, "authData");
    put_bytes(pool, &object, authdata->data, authdata->len);
    return object;
}

/* What a browser sends; signature NULL: a registration, and data its attestation object.
 */
static inline struct json_object *sent_of(apr_pool_t *pool, const buf_t *id,
                                          const buf_t *client, const buf_t *data,
                                          const buf_t *signature)
{
    struct json_object *sent = authjs_json_object(pool);
    struct json_object *response = authjs_json_object(pool);
    const char *text = authjs_base64url(pool, id->data, id->len);

    authjs_json_set_string(sent, "id", text);
    authjs_json_set_string(sent, "rawId", text);
    authjs_json_set_string(sent, "type", "public-key");
    authjs_json_set_string(response, "clientDataJSON",
                           authjs_base64url(pool, client->data, client->len));
    authjs_json_set_string(response,
                           signature ? "authenticatorData" : "attestationObject",
                           authjs_base64url(pool, data->data, data->len));
    if (signature) {
        authjs_json_set_string(response, "signature",
                               authjs_base64url(pool, signature->data, signature->len));
    }
    authjs_json_set(sent, "response", response);
    return sent;
}

static inline authjs_webauthn_expected_t expected_of(apr_pool_t *pool)
{
    authjs_webauthn_expected_t expected = {RP_ID, NULL, CHALLENGE, 0,
                                           AUTHJS_ATTESTATION_NONE};
    apr_array_header_t *origins = apr_array_make(pool, 2, sizeof(const char *));

    APR_ARRAY_PUSH(origins, const char *) = "https://other.example";
    APR_ARRAY_PUSH(origins, const char *) = ORIGIN;
    expected.origins = origins;
    return expected;
}

#endif
