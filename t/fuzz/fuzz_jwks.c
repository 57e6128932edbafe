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

/* A signature that nobody made is good under no key. With a point of small order as the
 * key, Ed25519 takes any; such a key harms him alone who publishes it. */
static void refuse(const authjs_alg_t *alg, EVP_PKEY *pkey, apr_size_t len)
{
    static const unsigned char sig[AUTHJS_RSA_MAX_BITS / 8] = {3, 1, 4, 1, 5};

    check(!authjs_alg_verify(alg, pkey, alg->name, strlen(alg->name), sig, len) ||
          alg->kty == AUTHJS_KTY_OKP);
}

/* What was accepted is a key of the algorithm, of an allowed size, on its curve. */
static void check_key(const authjs_alg_t *alg, EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    int bits = EVP_PKEY_get_bits(pkey);

    check(alg->kty != AUTHJS_KTY_OCT && authjs_alg_fits(alg, pkey));
    check(alg->kty != AUTHJS_KTY_RSA ||
          (bits >= AUTHJS_RSA_MIN_BITS && bits <= AUTHJS_RSA_MAX_BITS));
    check(alg->kty != AUTHJS_KTY_EC || EVP_PKEY_public_check(ctx) == 1);
    EVP_PKEY_CTX_free(ctx);
    refuse(alg, pkey, (apr_size_t)EVP_PKEY_get_size(pkey));
    refuse(alg, pkey, 2 * alg->coordinate);
    refuse(alg, pkey, 0);
}

/* Keys of the same set, read again from the text of its JSON, are the same keys. */
static void use(const authjs_jwks_t *jwks, const authjs_jwks_t *again, const char *name)
{
    const authjs_alg_t *alg = authjs_alg(name);
    int fitting, fitting_again;
    EVP_PKEY *pkey = authjs_jwks_select(jwks, alg, NULL, &fitting);
    EVP_PKEY *same = authjs_jwks_select(again, alg, NULL, &fitting_again);

    check((pkey != NULL) == (fitting == 1) && fitting <= authjs_jwks_count(jwks));
    check(fitting == fitting_again);
    check(alg->kty != AUTHJS_KTY_OCT || !fitting);
    if (pkey) {
        check(EVP_PKEY_eq(pkey, same) == 1);
        check_key(alg, pkey);
    }
}

/* The set as the cache gives it back. */
static authjs_jwks_t *read_again(apr_pool_t *pool, struct json_object *set)
{
    const char *text = authjs_json_text(pool, set);
    struct json_object *copy;
    authjs_jwks_t *again;

    check(!authjs_json_parse(&copy, pool, text, strlen(text)));
    check(!authjs_jwks_parse(&again, pool, copy));
    return again;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    struct json_object *set;
    authjs_jwks_t *jwks, *again;
    apr_pool_t *pool;
    size_t i;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    if (!authjs_json_parse(&set, pool, (const char *)data, size) &&
        !authjs_jwks_parse(&jwks, pool, set)) {
        again = read_again(pool, set);
        check(authjs_jwks_count(jwks) <= AUTHJS_JWKS_MAX);
        check(authjs_jwks_count(jwks) == authjs_jwks_count(again));
        for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            use(jwks, again, names[i]);
        }
    }
    check(ERR_peek_error() == 0);
    apr_pool_destroy(pool);
    return 0;
}
