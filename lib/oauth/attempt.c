/* One attempt to sign in. Several of one browser may be on their way at once: each is
 * known by its state, and what belongs to it is found through that, not through the name
 * of a cookie.
 *
 * The state is sealed, and nobody but us can read what it holds besides Auth.js's
 * members: b: a hash of the browser's CSRF token, of the provider, and of random, so that
 * the state is of use in the browser alone that began the attempt, and at that provider;
 * to: the callback URL, where it is short; s: 1 for a sign-in without a button.
 * The PKCE verifier and the nonce of such an attempt are hashes of random. Auth.js's
 * cookies are written as well, for the newest attempt of a browser: they do where the
 * browser withholds the CSRF cookie (response_mode=form_post), or has none. */
#include "oauth/oauth.h"

#include "callbacks/callbacks.h"
#include "http/cache.h"
#include "jose/base64url.h"
#include "jose/jwt.h"

/* No longer than providers take a state, unless their definition says (stateMax). */
#define STATE_MAX 1000

static const char *derived(apr_pool_t *pool, const char *purpose, const char *random)
{
    return authjs_check_hash(pool, apr_pstrcat(pool, purpose, "\n", random, NULL), 32);
}

static const char *derive(authjs_attempt_t *attempt, apr_pool_t *pool, const char *random)
{
    attempt->verifier = derived(pool, "pkce", random);
    attempt->nonce = derived(pool, "nonce", random);
    return attempt->verifier && attempt->nonce ? NULL : "OpenSSL made no hash";
}

/* ---- begin ------------------------------------------------------------------------- */

const char *authjs_attempt_to(const authjs_exchange_t *x)
{
    const char *url = x->callback_url;
    apr_size_t len = strlen(x->origin);

    return !strncmp(url, x->origin, len) && (!url[len] || url[len] == '/') ? url + len
                                                                           : url;
}

/* Elsewhere is decided anew: the state may be of another site of the same secret. */
static const char *with_origin(const authjs_exchange_t *x, const char *to)
{
    return !*to || *to == '/' ? apr_pstrcat(x->pool, x->origin, to, NULL)
                              : authjs_callback_target(x->r, x->site, to, x->origin);
}

static const char *seal(authjs_exchange_t *x, struct json_object *claims,
                        const char **state)
{
    return authjs_jwt_encode(x->pool, x->site->state_keys, claims,
                             authjs_check_max_age(x, AUTHJS_COOKIE_STATE), x->now, state);
}

/* Seal the state, with the callback URL where there is room for it. */
static const char *seal_state(authjs_exchange_t *x, struct json_object *claims,
                              authjs_attempt_t *attempt)
{
    apr_size_t max = x->provider->state_max ? x->provider->state_max : STATE_MAX;
    const char *why = seal(x, claims, &attempt->state);

    if (!why && strlen(attempt->state) + strlen(attempt->to) <= max) {
        const char *shorter = attempt->state;

        authjs_json_set_string(claims, "to", attempt->to);
        why = seal(x, claims, &attempt->state);
        attempt->to_in_state = !why && strlen(attempt->state) <= max;
        if (!why && !attempt->to_in_state) {
            attempt->state = shorter;
        }
    }
    return why;
}

const authjs_error_t *authjs_attempt_begin(authjs_exchange_t *x, const char *origin,
                                           authjs_attempt_t *attempt)
{
    struct json_object *claims = authjs_json_object(x->pool);
    const char *random = authjs_random_base64url(x->pool, 32);
    const char *why = random ? NULL : "no randomness", *bound;

    if (origin) {
        authjs_json_set_string(claims, "origin", origin);
    }
    if (random) {
        authjs_json_set_string(claims, "random", random);
    }
    if (random && x->csrf_token) {
        bound = authjs_check_bind(x, random);
        why = bound ? derive(attempt, x->pool, random) : "OpenSSL made no hash";
        authjs_json_set_string(claims, "b", bound);
    }
    if (x->straight) {
        authjs_json_set_int64(claims, "s", 1);
    }
    if (!why) {
        why = seal_state(x, claims, attempt);
    }
    if (!why) {
        attempt->id = authjs_check_hash(x->pool, attempt->state, AUTHJS_SHORT_HASH);
        why = attempt->id ? NULL : "OpenSSL made no hash";
    }
    return why ? authjs_error(x->pool, AUTHJS_ERR_AuthError, "the state: %s", why) : NULL;
}

/* ---- find -------------------------------------------------------------------------- */

/* The claims of a state that was sealed here, whenever that was; or NULL. */
static struct json_object *open_state(const authjs_exchange_t *x, const char *state)
{
    struct json_object *claims;

    return state && !authjs_jwt_decode(x->pool, x->site->state_keys, state, strlen(state),
                                       0, &claims)
               ? claims
               : NULL;
}

static int is_expired(const authjs_exchange_t *x, struct json_object *claims)
{
    struct json_object *exp = authjs_json_get(claims, "exp");

    return !exp || json_object_get_int64(exp) + AUTHJS_JWT_TOLERANCE <= x->now;
}

/* Whether this browser began it, at this provider. */
static int is_bound(const authjs_exchange_t *x, struct json_object *claims)
{
    return authjs_check_is_bound(x, authjs_json_get_string(claims, "b"),
                                 authjs_json_get_string(claims, "random"));
}

static const authjs_error_t *stale(authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_InvalidCheck, "the state: %s", why);
}

/* The attempt of a state that is bound to this browser: it needs no cookie of its own. */
static const authjs_error_t *take_bound(authjs_exchange_t *x, authjs_attempt_t *attempt)
{
    if (is_expired(x, attempt->claims)) {
        return stale(x, "it has expired");
    }
    if (!authjs_check_claim(x, AUTHJS_COOKIE_STATE, attempt->state)) {
        return stale(x, "it was used before, or the cache failed");
    }
    authjs_checks_delete(x);
    return NULL;
}

void authjs_attempt_read(authjs_exchange_t *x, const char *state,
                         authjs_attempt_t *attempt)
{
    memset(attempt, 0, sizeof(*attempt));
    attempt->claims = open_state(x, state);
    attempt->state = state;
    if (attempt->claims) {
        attempt->id = authjs_check_hash(x->pool, state, AUTHJS_SHORT_HASH);
        attempt->to = authjs_json_get_string(attempt->claims, "to");
        authjs_checks_of_attempt(x, attempt);
        x->attempt_to = attempt->to ? with_origin(x, attempt->to) : NULL;
    }
}

/* Once it counts: where it leads, and what it holds instead of cookies. */
static const authjs_error_t *settle(authjs_exchange_t *x, authjs_attempt_t *attempt)
{
    const char *why = NULL;

    x->start_again = 0;
    if (attempt->claims) {
        x->straight |= authjs_json_get(attempt->claims, "s") != NULL;
    }
    if (attempt->claims && authjs_json_get_string(attempt->claims, "b")) {
        why = derive(attempt, x->pool, authjs_json_get_string(attempt->claims, "random"));
    }
    if (attempt->to) {
        x->callback_url = with_origin(x, attempt->to);
    }
    return why ? authjs_error(x->pool, AUTHJS_ERR_AuthError, "the state: %s", why) : NULL;
}

const authjs_error_t *authjs_attempt_use(authjs_exchange_t *x, int required,
                                         authjs_attempt_t *attempt)
{
    const authjs_error_t *error = NULL;
    const char *expected;

    x->start_again = attempt->claims != NULL;
    if (attempt->claims && is_bound(x, attempt->claims)) {
        error = take_bound(x, attempt);
        return error ? error : settle(x, attempt);
    }
    if (!required) {
        /* Without a check of the state its cookies say whose attempt it is. */
        return NULL;
    }
    error = authjs_check_use(x, AUTHJS_COOKIE_STATE, attempt, &expected);
    attempt->by_cookie = !error;
    return error ? error : settle(x, attempt);
}

/* A value that the state does not hold. Without its cookie the attempt has ended. */
static const authjs_error_t *use_cookie(authjs_exchange_t *x, authjs_cookie_e which,
                                        authjs_attempt_t *attempt, const char **value)
{
    const authjs_error_t *error;

    x->start_again = 1;
    error = authjs_check_use(x, which, attempt, value);
    if (!error) {
        x->start_again = 0;
        x->callback_url = attempt->to ? with_origin(x, attempt->to) : x->callback_url;
    }
    return error;
}

const authjs_error_t *authjs_attempt_verifier(authjs_exchange_t *x,
                                              authjs_attempt_t *attempt)
{
    return attempt->verifier ? NULL
                             : use_cookie(x, AUTHJS_COOKIE_PKCE_CODE_VERIFIER, attempt,
                                          &attempt->verifier);
}

const authjs_error_t *authjs_attempt_nonce(authjs_exchange_t *x,
                                           authjs_attempt_t *attempt)
{
    return attempt->nonce ? NULL
                          : use_cookie(x, AUTHJS_COOKIE_NONCE, attempt, &attempt->nonce);
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
