/* A token of anybody against fixed keys; the same bytes as claims that are signed. */
#include "core/json.h"
#include "jose/base64url.h"
#include "jose/jws.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOW    1790000000
#define SECRET "client-secret"

/* The keys of t/data/jws.json. */
static const char keys[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"yGs5U6KCjbSnYL7PBEROfJpzJmykk6LiS3"
    "p6LBqvr9EhdtroqSfXwrqJiDH2pOVCzRXDmKqN-V2Pzy0WdSGDJ145FtR2oGltRmwEB4mc"
    "x84d9ZeFwhx2M5rQ6t6zNLmxH-F9gkTY5UCyVcLehGjc-3RN9vMdS508JkR6XlD99V6neL"
    "pfLndbH3r6B2m-PjDHgWYefoaT5tFid1RJb30TaZ_HRxuAWai5Z_FIX8tDkPlb4nY_1Pyi"
    "C9mI4fsRoXwSMHe2hsjTRX1zlaUVD6bceG73_eTtUZHvpRZEWg8zMSYUb_RBjum6p_S1ar"
    "8hTGhz4-YwIHfHRFGXExSnaLSmCQ\",\"e\":\"AQAB\",\"kid\":\"k1\"},{\"kty\""
    ":\"EC\",\"x\":\"N4BKmGzpavdoLtmNmx-vb3e8V8gcRbovRbc3USkWK6E\",\"y\":\""
    "alCH1mqZ3w79bnScGVV-0YUStbpfO8W_bik9J7otj1g\",\"crv\":\"P-256\",\"kid"
    "\":\"k1\"},{\"crv\":\"Ed25519\",\"x\":\"I7pINDvme7VjsAV7Y6c0I2V9B2CRbC"
    "jOsXzGYC2fXrg\",\"kty\":\"OKP\",\"kid\":\"k1\"}]}";

static const char *const names[] = {"RS256", "PS256",   "ES256",
                                    "EdDSA", "Ed25519", "HS256"};

static void check(int good)
{
    if (!good) {
        abort();
    }
}

/* Success and claims go together, and so do refusal and a reason. */
static void verify(apr_pool_t *pool, const authjs_jws_verifier_t *verifier,
                   const char *token, apr_size_t len)
{
    authjs_id_token_expected_t expected = {"https://op.example", "client-1", "nonce-1",
                                           "at", NOW};
    struct json_object *claims;
    const char *why = NULL, *sub;
    authjs_jws_e verdict =
        authjs_id_token_verify(pool, verifier, &expected, token, len, &claims, &why);

    check((verdict == AUTHJS_JWS_OK) == (claims != NULL));
    check((verdict == AUTHJS_JWS_OK) == (why == NULL));
    if (claims) {
        sub = authjs_json_get_string(claims, "sub");
        check(sub && *sub);
        check(!strcmp(authjs_json_get_string(claims, "iss"), expected.issuer));
        check(!strcmp(authjs_json_get_string(claims, "nonce"), expected.nonce));
    }
}

/* Any bytes as the payload under a good signature. */
static const char *signed_token(apr_pool_t *pool, const uint8_t *data, size_t size)
{
    static const char header[] = "{\"alg\":\"HS256\"}";
    const char *input = apr_pstrcat(pool, authjs_base64url(pool, header, strlen(header)),
                                    ".", authjs_base64url(pool, data, size), NULL);
    unsigned char mac[EVP_MAX_MD_SIZE];
    apr_size_t len;

    check(authjs_alg_mac(authjs_alg("HS256"), SECRET, input, strlen(input), mac, &len));
    return apr_pstrcat(pool, input, ".", authjs_base64url(pool, mac, len), NULL);
}

static const authjs_jwks_t *read_keys(apr_pool_t *pool)
{
    struct json_object *set;
    authjs_jwks_t *jwks;

    check(!authjs_json_parse_object(&set, pool, keys, strlen(keys)));
    check(!authjs_jwks_parse(&jwks, pool, set) && authjs_jwks_count(jwks) == 3);
    return jwks;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    authjs_jws_verifier_t verifier = {NULL, SECRET, NULL};
    apr_array_header_t *algs;
    struct json_object *claims;
    const char *token;
    apr_pool_t *pool;
    size_t i;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    algs = apr_array_make(pool, 8, sizeof(const char *));
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        APR_ARRAY_PUSH(algs, const char *) = names[i];
    }
    verifier.jwks = read_keys(pool);
    verifier.algs = algs;
    verify(pool, &verifier, (const char *)data, size);
    token = signed_token(pool, data, size);
    verify(pool, &verifier, token, strlen(token));
    authjs_jws_peek(pool, (const char *)data, size, &claims);
    apr_pool_destroy(pool);
    return 0;
}
