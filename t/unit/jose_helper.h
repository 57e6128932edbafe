/* Keys made for a test, as a PEM text and as a JWK. */
#ifndef AUTHJS_T_JOSE_HELPER_H
#define AUTHJS_T_JOSE_HELPER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/json.h"
#include "jose/base64url.h"
#include "jose/jwk.h"

#include <apr_strings.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

/* A fresh key: "RSA" or "RSA-PSS" and bits, "EC" and its curve, "ED25519". */
static inline EVP_PKEY *helper_key(const char *type, unsigned int bits, const char *curve)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM params[2] = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
    EVP_PKEY *pkey = NULL;
    char name[16];

    if (bits) {
        params[0] = OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_BITS, &bits);
    }
    if (curve) {
        apr_cpystrn(name, curve, sizeof(name));
        params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
    }
    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_params(ctx, params), 1);
    assert_int_equal(EVP_PKEY_generate(ctx, &pkey), 1);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

static inline const char *helper_pem(apr_pool_t *pool, EVP_PKEY *pkey)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long len;

    assert_int_equal(PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
    len = BIO_get_mem_data(bio, &text);
    text = apr_pstrmemdup(pool, text, (apr_size_t)len);
    BIO_free(bio);
    return text;
}

static inline void helper_number(apr_pool_t *pool, struct json_object *jwk,
                                 const char *member, EVP_PKEY *pkey, const char *param,
                                 int width)
{
    unsigned char bytes[2048];
    BIGNUM *n = NULL;
    int len;

    assert_int_equal(EVP_PKEY_get_bn_param(pkey, param, &n), 1);
    len = width ? width : BN_num_bytes(n);
    assert_int_equal(BN_bn2binpad(n, bytes, len), len);
    authjs_json_set_string(jwk, member, authjs_base64url(pool, bytes, (apr_size_t)len));
    BN_free(n);
}

static inline struct json_object *helper_jwk(apr_pool_t *pool, EVP_PKEY *pkey,
                                             const char *crv, const char *kid)
{
    struct json_object *jwk = authjs_json_object(pool);

    if (EVP_PKEY_is_a(pkey, "RSA")) {
        authjs_json_set_string(jwk, "kty", "RSA");
        helper_number(pool, jwk, "n", pkey, OSSL_PKEY_PARAM_RSA_N, 0);
        helper_number(pool, jwk, "e", pkey, OSSL_PKEY_PARAM_RSA_E, 0);
    }
    else if (EVP_PKEY_is_a(pkey, "EC")) {
        int width = (EVP_PKEY_get_bits(pkey) + 7) / 8;

        authjs_json_set_string(jwk, "kty", "EC");
        authjs_json_set_string(jwk, "crv", crv);
        helper_number(pool, jwk, "x", pkey, OSSL_PKEY_PARAM_EC_PUB_X, width);
        helper_number(pool, jwk, "y", pkey, OSSL_PKEY_PARAM_EC_PUB_Y, width);
    }
    else {
        unsigned char x[32];
        size_t len = sizeof(x);

        assert_int_equal(EVP_PKEY_get_raw_public_key(pkey, x, &len), 1);
        authjs_json_set_string(jwk, "kty", "OKP");
        authjs_json_set_string(jwk, "crv", "Ed25519");
        authjs_json_set_string(jwk, "x", authjs_base64url(pool, x, len));
    }
    if (kid) {
        authjs_json_set_string(jwk, "kid", kid);
    }
    return jwk;
}

/* A JWK set of up to two keys. */
static inline struct json_object *helper_set(apr_pool_t *pool, struct json_object *one,
                                             struct json_object *two)
{
    struct json_object *set = authjs_json_object(pool);
    struct json_object *keys = json_object_new_array();

    json_object_array_add(keys, json_object_get(one));
    if (two) {
        json_object_array_add(keys, json_object_get(two));
    }
    json_object_object_add(set, "keys", keys);
    return set;
}

/* A file of t/data: automake's srcdir, or the current directory. */
static inline struct json_object *helper_data(apr_pool_t *pool, const char *name)
{
    const char *srcdir = getenv("srcdir");
    const char *path = apr_pstrcat(pool, srcdir ? srcdir : ".", "/t/data/", name, NULL);
    struct json_object *data = json_object_from_file(path);

    assert_non_null(data);
    return authjs_json_own(pool, data);
}

#endif
