#include "oauth/oauth.h"

#include "http/cache.h"
#include "jose/base64url.h"
#include "jose/jwt.h"

#define CHECK_MAX_AGE 900

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

const authjs_error_t *authjs_check_set(authjs_exchange_t *x, authjs_cookie_e which,
                                       const char *value)
{
    struct json_object *claims = authjs_json_object(x->pool);
    const char *token, *why;

    authjs_json_set_string(claims, "value", value);
    authjs_json_set_string(claims, "provider", x->provider->id);
    authjs_json_set_string(claims, "via", x->provider->fingerprint);
    if (x->straight) {
        authjs_json_set_boolean(claims, "straight", 1);
    }
    why = authjs_jwt_encode(x->pool, x->cookies->cookie[which].keys, claims,
                            CHECK_MAX_AGE, x->now, &token);
    if (why) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "the %s check: %s",
                            label(which), why);
    }
    authjs_exchange_set_cookie(x, which, token, x->now + CHECK_MAX_AGE);
    return NULL;
}

static const authjs_error_t *cookie_error(authjs_exchange_t *x, authjs_cookie_e which,
                                          const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_InvalidCheck, "the %s cookie: %s",
                        label(which), why);
}

const authjs_error_t *authjs_check_use(authjs_exchange_t *x, authjs_cookie_e which,
                                       const char **value)
{
    const char *token = authjs_exchange_cookie(x, which);
    const char *why, *provider, *via, *jti;
    struct json_object *claims;

    if (!token || !*token) {
        return cookie_error(x, which, "it is missing");
    }
    authjs_exchange_delete_cookie(x, which);
    why = authjs_jwt_decode(x->pool, x->cookies->cookie[which].keys, token, strlen(token),
                            x->now, &claims);
    if (why) {
        return cookie_error(x, which, why);
    }
    provider = authjs_json_get_string(claims, "provider");
    via = authjs_json_get_string(claims, "via");
    if (!provider || strcmp(provider, x->provider->id) ||
        (via && strcmp(via, x->provider->fingerprint))) {
        return cookie_error(x, which, "it was made for another provider");
    }
    x->straight |= authjs_json_is_affirmative(authjs_json_get(claims, "straight"));
    *value = authjs_json_get_string(claims, "value");
    jti = authjs_json_get_string(claims, "jti");
    if (!*value || !jti) {
        return cookie_error(x, which, "it holds no value");
    }
    if (!authjs_cache_claim(x->site->cache, x->pool, "check", jti,
                            CHECK_MAX_AGE + 2 * AUTHJS_JWT_TOLERANCE)) {
        return cookie_error(x, which, "it was used before, or the cache failed");
    }
    return NULL;
}

const authjs_error_t *authjs_state_create(authjs_exchange_t *x, const char *origin,
                                          const char **state)
{
    struct json_object *claims = authjs_json_object(x->pool);
    const char *random = authjs_random_base64url(x->pool, 32);
    const char *why = "no randomness";

    if (origin) {
        authjs_json_set_string(claims, "origin", origin);
    }
    if (random) {
        authjs_json_set_string(claims, "random", random);
        why = authjs_jwt_encode(x->pool, x->site->state_keys, claims, CHECK_MAX_AGE,
                                x->now, state);
    }
    return why ? authjs_error(x->pool, AUTHJS_ERR_AuthError, "the state: %s", why) : NULL;
}

const authjs_error_t *authjs_state_origin(authjs_exchange_t *x, const char *state,
                                          const char **origin)
{
    struct json_object *claims;
    const char *why = authjs_jwt_decode(x->pool, x->site->state_keys, state,
                                        strlen(state), x->now, &claims);

    if (why) {
        return authjs_error(x->pool, AUTHJS_ERR_InvalidCheck, "the state: %s", why);
    }
    *origin = authjs_json_get_string(claims, "origin");
    return NULL;
}
