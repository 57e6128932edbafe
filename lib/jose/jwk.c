#include "jose/jwk.h"

#include "core/json.h"
#include "jose/base64url.h"
#include "jose/pkey.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <openssl/err.h>
#include <string.h>

/* The modulus of the largest key that is read, with a zero byte some write before it. */
#define NUMBER_MAX (AUTHJS_RSA_MAX_BITS / 8 + 1)

typedef struct {
    const char *kid;         /* NULL: none */
    const authjs_alg_t *alg; /* NULL: any that fits the key */
    EVP_PKEY *pkey;
} jwk_t;

struct authjs_jwks_t {
    apr_array_header_t *keys; /* jwk_t */
};

static apr_status_t free_keys(void *data)
{
    authjs_jwks_t *jwks = data;
    int i;

    for (i = 0; i < jwks->keys->nelts; i++) {
        EVP_PKEY_free(APR_ARRAY_IDX(jwks->keys, i, jwk_t).pkey);
    }
    return APR_SUCCESS;
}

/* A base64url member of at most max bytes. @return its bytes, or -1. */
static apr_ssize_t member_bytes(struct json_object *jwk, const char *name,
                                unsigned char *out, apr_size_t max)
{
    unsigned char bytes[AUTHJS_BASE64URL_MAX(AUTHJS_BASE64URL_LEN(NUMBER_MAX))];
    const char *text = authjs_json_get_string(jwk, name);
    apr_ssize_t len;

    if (!text || strlen(text) > AUTHJS_BASE64URL_LEN(max)) {
        return -1;
    }
    len = authjs_base64url_decode(bytes, text, strlen(text));
    if (len < 0 || (apr_size_t)len > max) {
        return -1;
    }
    memcpy(out, bytes, (apr_size_t)len);
    return len;
}

static EVP_PKEY *read_rsa(struct json_object *jwk)
{
    unsigned char n[NUMBER_MAX], e[NUMBER_MAX];
    apr_ssize_t n_len = member_bytes(jwk, "n", n, sizeof(n));
    apr_ssize_t e_len = member_bytes(jwk, "e", e, sizeof(e));

    return n_len > 0 && e_len > 0
               ? authjs_pkey_rsa(n, (apr_size_t)n_len, e, (apr_size_t)e_len)
               : NULL;
}

static EVP_PKEY *read_ec(struct json_object *jwk)
{
    const authjs_alg_t *alg =
        authjs_alg_of_curve(AUTHJS_KTY_EC, authjs_json_get_string(jwk, "crv"));
    unsigned char x[AUTHJS_COORDINATE_MAX], y[AUTHJS_COORDINATE_MAX];

    if (!alg ||
        member_bytes(jwk, "x", x, alg->coordinate) != (apr_ssize_t)alg->coordinate ||
        member_bytes(jwk, "y", y, alg->coordinate) != (apr_ssize_t)alg->coordinate) {
        return NULL;
    }
    return authjs_pkey_ec(alg, x, y);
}

static EVP_PKEY *read_okp(struct json_object *jwk)
{
    const authjs_alg_t *alg =
        authjs_alg_of_curve(AUTHJS_KTY_OKP, authjs_json_get_string(jwk, "crv"));
    unsigned char x[32];

    if (!alg || member_bytes(jwk, "x", x, sizeof(x)) != (apr_ssize_t)sizeof(x)) {
        return NULL;
    }
    return authjs_pkey_ed25519(x);
}

/* key_ops, when present, must be an array that allows verifying (RFC 7517 4.3). */
static int allows_verify(struct json_object *key_ops)
{
    size_t i;

    if (!json_object_is_type(key_ops, json_type_array)) {
        return 0;
    }
    for (i = 0; i < json_object_array_length(key_ops); i++) {
        struct json_object *op = json_object_array_get_idx(key_ops, i);

        if (json_object_is_type(op, json_type_string) &&
            !strcmp(json_object_get_string(op), "verify")) {
            return 1;
        }
    }
    return 0;
}

/* A public key, made for signatures. A private one that was published is nobody's secret
 * any more: it proves nothing. */
static int is_for_verifying(struct json_object *jwk)
{
    const char *use = authjs_json_get_string(jwk, "use");
    struct json_object *member;

    if (json_object_object_get_ex(jwk, "d", NULL) ||
        json_object_object_get_ex(jwk, "k", NULL)) {
        return 0;
    }
    if (json_object_object_get_ex(jwk, "use", NULL) &&
        (!use || strcmp(use, "sig") != 0)) {
        return 0;
    }
    return !json_object_object_get_ex(jwk, "key_ops", &member) || allows_verify(member);
}

static EVP_PKEY *read_public_key(struct json_object *jwk)
{
    const char *kty = authjs_json_get_string(jwk, "kty");

    if (!kty || !is_for_verifying(jwk)) {
        return NULL;
    }
    if (!strcmp(kty, "RSA")) {
        return read_rsa(jwk);
    }
    if (!strcmp(kty, "EC")) {
        return read_ec(jwk);
    }
    return !strcmp(kty, "OKP") ? read_okp(jwk) : NULL;
}

/* Add a JWK to the set if it can verify something. */
static void read_jwk(authjs_jwks_t *jwks, apr_pool_t *pool, struct json_object *object)
{
    const char *alg = authjs_json_get_string(object, "alg");
    const char *kid = authjs_json_get_string(object, "kid");
    jwk_t jwk;

    jwk.kid = kid ? apr_pstrdup(pool, kid) : NULL;
    jwk.alg = authjs_alg(alg);
    if ((json_object_object_get_ex(object, "alg", NULL) && !jwk.alg) ||
        (json_object_object_get_ex(object, "kid", NULL) && !jwk.kid)) {
        return;
    }
    jwk.pkey = read_public_key(object);
    if (jwk.pkey && jwk.alg && !authjs_alg_fits(jwk.alg, jwk.pkey)) {
        EVP_PKEY_free(jwk.pkey);
        return;
    }
    if (jwk.pkey) {
        APR_ARRAY_PUSH(jwks->keys, jwk_t) = jwk;
    }
}

const char *authjs_jwks_parse(authjs_jwks_t **jwks, apr_pool_t *pool,
                              struct json_object *set)
{
    struct json_object *keys = authjs_json_get_array(set, "keys");
    authjs_jwks_t *made = apr_palloc(pool, sizeof(*made));
    size_t i, n;

    *jwks = NULL;
    if (!keys) {
        return "the JWK set has no array \"keys\"";
    }
    n = json_object_array_length(keys);
    if (n > AUTHJS_JWKS_MAX) {
        return "the JWK set has too many keys";
    }
    made->keys = apr_array_make(pool, (int)n, sizeof(jwk_t));
    apr_pool_cleanup_register(pool, made, free_keys, apr_pool_cleanup_null);
    ERR_set_mark();
    for (i = 0; i < n; i++) {
        struct json_object *key = json_object_array_get_idx(keys, i);

        if (json_object_is_type(key, json_type_object)) {
            read_jwk(made, pool, key);
        }
    }
    ERR_pop_to_mark();
    *jwks = made;
    return NULL;
}

int authjs_jwks_count(const authjs_jwks_t *jwks)
{
    return jwks->keys->nelts;
}

EVP_PKEY *authjs_jwks_select(const authjs_jwks_t *jwks, const authjs_alg_t *alg,
                             const char *kid, int *fitting)
{
    EVP_PKEY *found = NULL;
    int i;

    *fitting = 0;
    for (i = 0; jwks && i < jwks->keys->nelts; i++) {
        const jwk_t *jwk = &APR_ARRAY_IDX(jwks->keys, i, jwk_t);

        if (authjs_alg_fits(alg, jwk->pkey) &&
            (!jwk->alg || authjs_alg_same(jwk->alg, alg)) &&
            (!kid || (jwk->kid && !strcmp(kid, jwk->kid)))) {
            found = jwk->pkey;
            ++*fitting;
        }
    }
    return *fitting == 1 ? found : NULL;
}
