#include "oauth/oauth.h"

#include "http/cache.h"
#include "http/parsed.h"

/* An unknown key, or one that was changed under its name, causes one fetch a minute at
 * most, whoever sends the tokens. */
#define REFETCH_SECONDS 60

static const authjs_error_t *keys_error(authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError, "the provider's keys: %s",
                        why);
}

static const char *parse_keys(const void **jwks, apr_pool_t *pool, apr_pool_t *ptemp,
                              const char *text, apr_size_t len, const void *data)
{
    struct json_object *set;
    const char *why = authjs_json_parse_object(&set, ptemp, text, len);
    authjs_jwks_t *made = NULL;

    (void)data;
    why = why ? why : authjs_jwks_parse(&made, pool, set);
    *jwks = made;
    return why;
}

static const char *cached_keys(authjs_exchange_t *x, const char *uri,
                               const authjs_jwks_t **jwks)
{
    const char *text, *why;
    const void *parsed;
    apr_size_t len;

    if (authjs_cache_get(x->site->cache, x->pool, "jwks", uri, AUTHJS_CACHE_MAX, &text,
                         &len) != APR_SUCCESS) {
        return "not in the cache";
    }
    why = authjs_parsed(&parsed, x->pool, apr_pstrcat(x->pool, "jwks ", uri, NULL), text,
                        len, parse_keys, NULL);
    *jwks = why ? NULL : parsed;
    return why;
}

/* What cannot verify a signature is no key: its neighbours are as good without it. */
static void say_what_is_left_out(authjs_exchange_t *x, struct json_object *set,
                                 const authjs_jwks_t *jwks)
{
    int all = (int)json_object_array_length(authjs_json_get_array(set, "keys"));

    if (x->provider && authjs_jwks_count(jwks) < all) {
        authjs_oauth_odd(
            x, x->provider,
            apr_psprintf(x->pool,
                         "%d of the %d keys that it publishes cannot verify a "
                         "signature: they are taken for absent",
                         all - authjs_jwks_count(jwks), all));
    }
}

/* Only what can be used is kept: a mistake of the provider's must not last. */
static const char *fetch_keys(authjs_exchange_t *x,
                              const authjs_server_metadata_t *metadata,
                              const authjs_jwks_t **jwks)
{
    authjs_jwks_t *made = NULL;
    struct json_object *set;
    const char *text, *why;
    apr_int64_t max_age;

    why = authjs_oauth_get_json(x, metadata->jwks_uri, metadata->allow_http, &set,
                                &max_age);
    if (!why) {
        why = authjs_jwks_parse(&made, x->pool, set);
    }
    if (!why) {
        *jwks = made;
        say_what_is_left_out(x, set, made);
        text = authjs_json_text(x->pool, set);
        authjs_cache_set(x->site->cache, x->pool, "jwks", metadata->jwks_uri, text,
                         strlen(text), authjs_oauth_ttl(x->site, max_age));
    }
    return why;
}

/* The keys: cached, else fetched. Again: fetched, or when somebody did so less than a
 * minute ago, what is in the cache by now. */
static const char *get_keys(authjs_exchange_t *x,
                            const authjs_server_metadata_t *metadata, int again,
                            const authjs_jwks_t **jwks)
{
    if (again && authjs_cache_claim(x->site->cache, x->pool, "jwks-refetch",
                                    metadata->jwks_uri, REFETCH_SECONDS)) {
        return fetch_keys(x, metadata, jwks);
    }
    if (cached_keys(x, metadata->jwks_uri, jwks) == NULL) {
        return NULL;
    }
    return again ? "they do not verify it, and were fetched less than a minute ago"
                 : fetch_keys(x, metadata, jwks);
}

const authjs_error_t *authjs_oauth_by_keys(authjs_exchange_t *x,
                                           const authjs_server_metadata_t *metadata,
                                           authjs_oauth_verify_t verify, void *data,
                                           const char **why)
{
    authjs_jws_e verdict = AUTHJS_JWS_UNKNOWN_KEY;
    const authjs_jwks_t *jwks;
    const char *failure;
    int again;

    if (!metadata->jwks_uri) {
        return keys_error(x, "there is no jwks_uri");
    }
    for (again = 0; again < 2; again++) {
        failure = get_keys(x, metadata, again, &jwks);
        if (failure) {
            return keys_error(x, failure);
        }
        *why = NULL;
        verdict = verify(data, jwks, why);
        if (verdict != AUTHJS_JWS_UNKNOWN_KEY && verdict != AUTHJS_JWS_BAD_SIGNATURE) {
            break;
        }
    }
    return NULL;
}
