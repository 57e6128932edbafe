#include "oauth/oauth.h"

#include "http/cache.h"
#include "jose/base64url.h"
#include "jose/jwt.h"

/* Seconds, unless AuthJSCookie says so (maxAge). */
#define CHECK_MAX_AGE 900

static const authjs_cookie_e all_checks[] = {
    AUTHJS_COOKIE_STATE, AUTHJS_COOKIE_PKCE_CODE_VERIFIER, AUTHJS_COOKIE_NONCE};
#define CHECKS (sizeof(all_checks) / sizeof(all_checks[0]))

static const char *label(authjs_cookie_e which)
{
    switch (which) {
    case AUTHJS_COOKIE_STATE:
        return "state";
    case AUTHJS_COOKIE_NONCE:
        return "nonce";
    default:
        return "PKCE";
    }
}

apr_int64_t authjs_check_max_age(const authjs_exchange_t *x, authjs_cookie_e which)
{
    const authjs_cookie_def_t *def = &x->cookies->cookie[which].def;

    return def->max_age > 0 ? def->max_age : CHECK_MAX_AGE;
}

/* ---- whose browser ----------------------------------------------------------------- */

const char *authjs_check_hash(apr_pool_t *pool, const char *text, apr_size_t len)
{
    unsigned char digest[32];

    return authjs_sha256(digest, text, strlen(text)) ? authjs_base64url(pool, digest, len)
                                                     : NULL;
}

static const char *binding(const authjs_exchange_t *x, const char *csrf_token,
                           const char *random)
{
    return authjs_check_hash(x->pool,
                             apr_pstrcat(x->pool, csrf_token, "\n", x->provider->id, "\n",
                                         x->provider->fingerprint, "\n", random, NULL),
                             AUTHJS_SHORT_HASH);
}

const char *authjs_check_bind(const authjs_exchange_t *x, const char *random)
{
    return binding(x, x->csrf_token, random);
}

int authjs_check_is_bound(const authjs_exchange_t *x, const char *bound,
                          const char *random)
{
    int i, found = 0;

    for (i = 0; bound && random && i < x->csrf_tokens->nelts; i++) {
        found |= authjs_equal_str(
            bound, binding(x, APR_ARRAY_IDX(x->csrf_tokens, i, const char *), random));
    }
    return found;
}

int authjs_check_can_bind(const authjs_exchange_t *x)
{
    const char *same_site = x->cookies->cookie[AUTHJS_COOKIE_CSRF_TOKEN].def.same_site;

    return x->csrf_token && !x->provider->form_post && strcmp(same_site, "Strict");
}

/* ---- set --------------------------------------------------------------------------- */

const authjs_error_t *authjs_check_set(authjs_exchange_t *x, authjs_cookie_e which,
                                       const char *value, const authjs_attempt_t *attempt)
{
    struct json_object *claims = authjs_json_object(x->pool);
    apr_int64_t max_age = authjs_check_max_age(x, which);
    const char *token, *why;

    authjs_json_set_string(claims, "value", value);
    authjs_json_set_string(claims, "provider", x->provider->id);
    authjs_json_set_string(claims, "via", x->provider->fingerprint);
    if (authjs_check_can_bind(x)) {
        authjs_json_set_string(claims, "b", authjs_check_bind(x, value));
    }
    if (x->straight) {
        authjs_json_set_boolean(claims, "straight", 1);
    }
    if (attempt->id && which != AUTHJS_COOKIE_STATE) {
        authjs_json_set_string(claims, "of", attempt->id);
    }
    if (attempt->to && !attempt->to_in_state &&
        strlen(attempt->to) <= AUTHJS_CHECK_TO_MAX) {
        authjs_json_set_string(claims, "to", attempt->to);
    }
    why = authjs_jwt_encode(x->pool, x->cookies->cookie[which].keys, claims, max_age,
                            x->now, &token);
    if (why) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "the %s check: %s",
                            label(which), why);
    }
    authjs_exchange_set_cookie(x, which, token, x->now + max_age);
    return NULL;
}

int authjs_check_claim(authjs_exchange_t *x, authjs_cookie_e which, const char *name)
{
    return authjs_cache_claim(x->site->cache, x->pool, "check", name,
                              authjs_check_max_age(x, which) + 2 * AUTHJS_JWT_TOLERANCE);
}

/* ---- whose a cookie is ------------------------------------------------------------- */

static const char *open_cookie(const authjs_exchange_t *x, authjs_cookie_e which,
                               const char *token, struct json_object **claims)
{
    return authjs_jwt_decode(x->pool, x->cookies->cookie[which].keys, token,
                             strlen(token), x->now, claims);
}

/* Those that know no attempt (of Auth.js, or of one without a state) belong to an answer
 * without a state, or to one whose state a cookie has. */
static int is_of_attempt(struct json_object *claims, authjs_cookie_e which,
                         const authjs_attempt_t *attempt)
{
    const char *of = authjs_json_get_string(claims, "of");

    if (which == AUTHJS_COOKIE_STATE) {
        return authjs_equal_str(authjs_json_get_string(claims, "value"), attempt->state);
    }
    return of ? authjs_equal_str(of, attempt->id) : !attempt->id || attempt->by_cookie;
}

void authjs_checks_of_attempt(authjs_exchange_t *x, authjs_attempt_t *attempt)
{
    struct json_object *claims;
    apr_size_t i;
    int j;

    x->attempt_known = 1;
    for (i = 0; i < CHECKS; i++) {
        const apr_array_header_t *values = authjs_exchange_cookies(x, all_checks[i]);

        for (j = 0; j < values->nelts; j++) {
            if (!open_cookie(x, all_checks[i], APR_ARRAY_IDX(values, j, const char *),
                             &claims) &&
                is_of_attempt(claims, all_checks[i], attempt)) {
                x->attempt_cookies |= 1 << all_checks[i];
                attempt->to =
                    attempt->to ? attempt->to : authjs_json_get_string(claims, "to");
            }
        }
    }
}

void authjs_checks_delete(authjs_exchange_t *x)
{
    apr_size_t i;

    for (i = 0; i < CHECKS; i++) {
        if (x->attempt_cookies & 1 << all_checks[i]) {
            authjs_exchange_delete_cookie(x, all_checks[i]);
        }
    }
}

authjs_pending_e authjs_checks_pending(const authjs_exchange_t *x)
{
    authjs_pending_e pending = AUTHJS_PENDING_NONE;
    struct json_object *claims;
    apr_size_t i;
    int j;

    for (i = 0; i < CHECKS; i++) {
        const apr_array_header_t *values = authjs_exchange_cookies(x, all_checks[i]);

        for (j = 0; j < values->nelts; j++) {
            if (open_cookie(x, all_checks[i], APR_ARRAY_IDX(values, j, const char *),
                            &claims)) {
                continue;
            }
            if (all_checks[i] != AUTHJS_COOKIE_STATE &&
                !authjs_json_get_string(claims, "of")) {
                return AUTHJS_PENDING_NAMELESS;
            }
            pending = AUTHJS_PENDING;
        }
    }
    return pending;
}

/* ---- use --------------------------------------------------------------------------- */

static const authjs_error_t *cookie_error(authjs_exchange_t *x, authjs_cookie_e which,
                                          const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_InvalidCheck, "the %s cookie: %s",
                        label(which), why);
}

/* NULL, or why a cookie is none of this attempt. */
static const char *check_cookie(authjs_exchange_t *x, authjs_cookie_e which,
                                const char *token, const authjs_attempt_t *attempt,
                                struct json_object **claims)
{
    const char *why = open_cookie(x, which, token, claims), *provider, *via, *bound;

    if (why) {
        return why;
    }
    if (!authjs_json_get_string(*claims, "value") ||
        !authjs_json_get_string(*claims, "jti")) {
        return "it holds no value";
    }
    if (!is_of_attempt(*claims, which, attempt)) {
        return "the state is missing, or it belongs to another sign-in";
    }
    provider = authjs_json_get_string(*claims, "provider");
    via = authjs_json_get_string(*claims, "via");
    if (!provider || strcmp(provider, x->provider->id) ||
        (via && strcmp(via, x->provider->fingerprint))) {
        x->start_again = 0;
        return "it was made for another provider";
    }
    bound = authjs_json_get_string(*claims, "b");
    return !bound || authjs_check_is_bound(x, bound,
                                           authjs_json_get_string(*claims, "value"))
               ? NULL
               : "another browser began that sign-in";
}

const authjs_error_t *authjs_check_use(authjs_exchange_t *x, authjs_cookie_e which,
                                       authjs_attempt_t *attempt, const char **value)
{
    const apr_array_header_t *values = authjs_exchange_cookies(x, which);
    const char *why = "it is missing", *name;
    struct json_object *claims = NULL;
    int i;

    for (i = 0; why && i < values->nelts; i++) {
        why = check_cookie(x, which, APR_ARRAY_IDX(values, i, const char *), attempt,
                           &claims);
    }
    if (why) {
        return cookie_error(x, which, why);
    }
    authjs_exchange_delete_cookie(x, which);
    *value = authjs_json_get_string(claims, "value");
    name = which == AUTHJS_COOKIE_STATE ? *value : authjs_json_get_string(claims, "jti");
    if (!authjs_check_claim(x, which, name)) {
        return cookie_error(x, which, "it was used before, or the cache failed");
    }
    x->straight |= authjs_json_is_affirmative(authjs_json_get(claims, "straight"));
    attempt->to = attempt->to ? attempt->to : authjs_json_get_string(claims, "to");
    return NULL;
}
