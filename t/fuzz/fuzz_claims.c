/* The claims reader against json-c: the same verdict, the same values. */
#include "core/core.h"
#include "core/json.h"
#include "jose/jwt.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1790000000

static void check(int good)
{
    if (!good) {
        abort();
    }
}

/* A double compares as JavaScript compares it. @return 0 when there but no number. */
static int number(struct json_object *tree, const char *name, double *value, int *there)
{
    struct json_object *member;

    *there = json_object_object_get_ex(tree, name, &member);
    if (*there && !json_object_is_type(member, json_type_int) &&
        !json_object_is_type(member, json_type_double)) {
        return 0;
    }
    *value = *there ? json_object_get_double(member) : 0;
    return 1;
}

/* The reader's rules, written a second time over the tree. */
static int acceptable(struct json_object *tree)
{
    double exp, nbf, iat;
    int has_exp, has_nbf, has_iat;

    return number(tree, "exp", &exp, &has_exp) && number(tree, "nbf", &nbf, &has_nbf) &&
           number(tree, "iat", &iat, &has_iat) && (!has_exp || exp > NOW - 15) &&
           (!has_nbf || nbf <= NOW + 15);
}

/* Further from whole seconds than a double can tell: the reader, which counts in digits,
 * may see a difference that JavaScript does not. */
static int too_fine(struct json_object *tree)
{
    double exp, nbf;
    int there;

    number(tree, "exp", &exp, &there);
    if (there && exp == NOW - 15) {
        return 1;
    }
    number(tree, "nbf", &nbf, &there);
    return there && nbf == NOW + 15;
}

static void check_claim(const authjs_claim_t *claim, apr_pool_t *pool,
                        struct json_object *tree, const char *name)
{
    const char *text = authjs_line(authjs_json_get_string(tree, name));
    struct json_object *member, *raw;

    check((claim->raw != NULL) == json_object_object_get_ex(tree, name, &member));
    check((claim->value != NULL) == (text != NULL));
    if (text) {
        check(!strcmp(claim->value, text));
    }
    if (claim->raw) {
        const char *wrapped =
            apr_psprintf(pool, "{\"raw\":%.*s}", (int)claim->raw_len, claim->raw);

        check(!authjs_json_parse_own(&raw, pool, wrapped, strlen(wrapped)));
        check(json_object_equal(authjs_json_get(raw, "raw"), member));
    }
}

static void check_claims(const authjs_claims_t *claims, apr_pool_t *pool,
                         struct json_object *tree)
{
    struct json_object *verified;
    apr_int64_t iat = 0, expires_at = 0;

    check_claim(&claims->access_token, pool, tree, "access_token");
    check(claims->has_refresh_token ==
          json_object_is_type(authjs_json_get(tree, "refresh_token"), json_type_string));
    if (json_object_is_type(authjs_json_get(tree, "expires_at"), json_type_int) &&
        authjs_json_get_int64(tree, "expires_at", &expires_at) &&
        llabs(expires_at) <= 9007199254740992) {
        check(claims->expires_at == expires_at);
    }
    check_claim(&claims->sub, pool, tree, "sub");
    check_claim(&claims->name, pool, tree, "name");
    check_claim(&claims->email, pool, tree, "email");
    check_claim(&claims->picture, pool, tree, "picture");
    check_claim(&claims->provider, pool, tree, "provider");
    check(claims->email_unverified ==
          (json_object_object_get_ex(tree, "email_verified", &verified) &&
           !authjs_json_is_affirmative(verified)));
    check(!claims->email_unverified || !authjs_claims_email(claims));
    if (json_object_is_type(authjs_json_get(tree, "iat"), json_type_int) &&
        authjs_json_get_int64(tree, "iat", &iat) && llabs(iat) <= 9007199254740992) {
        check(claims->iat == iat);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    authjs_claims_t claims;
    struct json_object *tree;
    const char *text, *why, *parsed;
    apr_pool_t *pool;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    text = apr_pstrmemdup(pool, (const char *)data, size);
    why = authjs_claims_read(pool, text, size, NOW, &claims);
    parsed = authjs_json_parse_own(&tree, pool, text, size);
    if (parsed) {
        check(why != NULL && !claims.json);
    }
    else if (!too_fine(tree)) {
        check((why == NULL) == acceptable(tree));
    }
    if (!why) {
        check_claims(&claims, pool, tree);
    }
    apr_pool_destroy(pool);
    return 0;
}
