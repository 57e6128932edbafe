/* A JWK set of anybody: read, select by every algorithm, verify by what was selected. */
#include "core/json.h"
#include "jose/jwk.h"

#include <apr_general.h>
#include <openssl/err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"RS256", "RS384",   "RS512", "PS256",
                                    "PS384", "PS512",   "ES256", "ES384",
                                    "ES512", "Ed25519", "HS256"};

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static void use(const authjs_jwks_t *jwks, const char *name)
{
    static const unsigned char sig[1024] = {1};
    const authjs_alg_t *alg = authjs_alg(name);
    int fitting;
    EVP_PKEY *pkey = authjs_jwks_select(jwks, alg, NULL, &fitting);

    check((pkey != NULL) == (fitting == 1) && fitting <= authjs_jwks_count(jwks));
    if (pkey) {
        check(alg->kty != AUTHJS_KTY_OCT && authjs_alg_fits(alg, pkey));
        authjs_alg_verify(alg, pkey, name, strlen(name), sig,
                          (apr_size_t)EVP_PKEY_get_size(pkey));
        authjs_alg_verify(alg, pkey, name, strlen(name), sig, 2 * alg->coordinate);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    struct json_object *set;
    authjs_jwks_t *jwks;
    apr_pool_t *pool;
    size_t i;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    if (!authjs_json_parse(&set, pool, (const char *)data, size) &&
        !authjs_jwks_parse(&jwks, pool, set)) {
        check(authjs_jwks_count(jwks) <= AUTHJS_JWKS_MAX);
        for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            use(jwks, names[i]);
        }
    }
    check(ERR_peek_error() == 0);
    apr_pool_destroy(pool);
    return 0;
}
