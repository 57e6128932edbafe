#include "session/refresh.h"

#include "http/cache.h"
#include "site/provider_type.h"

#define PURPOSE "refresh"
/* All in seconds. Whoever holds the lease is done, or has given up, before it ends. */
#define LEASE        15
#define ASK_TIME     10
#define PAUSE        LEASE /* until a provider that is away is asked again */
#define REFUSED_TIME 3600
/* Until another one may try to save them; how long they stay when nobody could. */
#define SAVE_TIME    10
#define UNSAVED_TIME 3600
/* How long somebody else's result is waited for, and how long nobody waits after that
 * was in vain. */
#define WAIT      apr_time_from_sec(3)
#define POLL      apr_time_from_msec(50)
#define VAIN_TIME 5
/* Instead of tokens. */
#define REFUSED "refused"
#define AWAY    "away"
/* The member of tokens that are in the cache alone. */
#define UNSAVED "unsaved"

/* Two sites on one cache have their own providers. Holds a secret: the cache hashes it.
 */
static const char *cache_name(const authjs_renewal_t *in)
{
    return apr_pstrcat(in->r->pool, in->provider->id, "\n", in->provider->client_id, "\n",
                       in->refresh_token, NULL);
}

/* ---- the result in the cache ------------------------------------------------------ */

static void publish(const authjs_renewal_t *in, const char *name, const char *result,
                    apr_int64_t ttl)
{
    authjs_cache_set(in->site->cache, in->r->pool, PURPOSE, name, result, strlen(result),
                     ttl);
}

/* For those who wait, and for whoever comes while it is being saved: what was renewed
 * must be found as soon as the older refresh token is good no longer. What could not be
 * saved stays until somebody could. */
static void publish_unsaved(const authjs_renewal_t *in, const char *name,
                            struct json_object *tokens)
{
    authjs_json_set_boolean(tokens, UNSAVED, 1);
    publish(in, name, authjs_json_text(in->r->pool, tokens), UNSAVED_TIME);
    json_object_object_del(tokens, UNSAVED);
}

/* One at a time: the others have the tokens, and wait for nothing. */
static void save_tokens(const authjs_renewal_t *in, const char *name,
                        struct json_object *tokens)
{
    if (in->save && (!authjs_cache_first(in->site->cache, in->r->pool, PURPOSE " saved",
                                         name, SAVE_TIME) ||
                     !in->save(in->baton, tokens))) {
        return;
    }
    publish(in, name, authjs_json_text(in->r->pool, tokens), in->site->refresh_grace);
}

static authjs_refresh_e find_result(const authjs_renewal_t *in, const char *name,
                                    struct json_object **tokens)
{
    const char *text;
    apr_size_t len;

    if (authjs_cache_get(in->site->cache, in->r->pool, PURPOSE, name, AUTHJS_CACHE_MAX,
                         &text, &len) != APR_SUCCESS) {
        return AUTHJS_REFRESH_UNKNOWN;
    }
    if (!strcmp(text, REFUSED)) {
        return AUTHJS_REFRESH_REFUSED;
    }
    if (!strcmp(text, AWAY) || authjs_json_parse_object(tokens, in->r->pool, text, len)) {
        return AUTHJS_REFRESH_LATER;
    }
    if (authjs_json_get(*tokens, UNSAVED)) {
        json_object_object_del(*tokens, UNSAVED);
        save_tokens(in, name, *tokens);
    }
    return AUTHJS_REFRESH_DONE;
}

/* ---- the one who asks ------------------------------------------------------------- */

static authjs_refresh_e ask_provider(const authjs_renewal_t *in, const char *name,
                                     struct json_object **tokens)
{
    authjs_refresh_e outcome = find_result(in, name, tokens);
    apr_time_t end = apr_time_now() + apr_time_from_sec(ASK_TIME);
    authjs_exchange_t *x;

    if (outcome != AUTHJS_REFRESH_UNKNOWN) {
        return outcome;
    }
    if (authjs_exchange_begin(&x, in->r, in->site, NULL)) {
        return AUTHJS_REFRESH_LATER;
    }
    x->deadline = end;
    outcome =
        in->provider->type->renewer->ask(x, in->provider, in->refresh_token, tokens);
    if (outcome == AUTHJS_REFRESH_DONE) {
        if (in->save) {
            publish_unsaved(in, name, *tokens);
        }
        save_tokens(in, name, *tokens);
    }
    else if (outcome == AUTHJS_REFRESH_REFUSED) {
        publish(in, name, REFUSED, REFUSED_TIME);
    }
    else {
        publish(in, name, AWAY, PAUSE);
    }
    return outcome;
}

/* ---- the others ------------------------------------------------------------------- */

static authjs_refresh_e wait_for_result(const authjs_renewal_t *in, const char *name,
                                        struct json_object **tokens)
{
    static const char vain[] = PURPOSE " takes long";
    apr_time_t end = apr_time_now() + WAIT;
    authjs_refresh_e outcome = find_result(in, name, tokens);
    const char *text;
    apr_size_t len;

    if (outcome != AUTHJS_REFRESH_UNKNOWN) {
        return outcome;
    }
    if (!in->expired || authjs_cache_get(in->site->cache, in->r->pool, vain, name, 1,
                                         &text, &len) == APR_SUCCESS) {
        return AUTHJS_REFRESH_LATER;
    }
    while (outcome == AUTHJS_REFRESH_UNKNOWN && apr_time_now() < end) {
        apr_sleep(POLL);
        outcome = find_result(in, name, tokens);
    }
    if (outcome == AUTHJS_REFRESH_UNKNOWN) {
        authjs_cache_set(in->site->cache, in->r->pool, vain, name, "1", 1, VAIN_TIME);
        return AUTHJS_REFRESH_LATER;
    }
    return outcome;
}

authjs_refresh_e authjs_renew(const authjs_renewal_t *in, struct json_object **tokens)
{
    const char *name = cache_name(in);
    authjs_refresh_e outcome = find_result(in, name, tokens);

    if (outcome != AUTHJS_REFRESH_UNKNOWN) {
        return outcome;
    }
    return authjs_cache_lease(in->site->cache, in->r->pool, PURPOSE " lease", name, LEASE)
               ? ask_provider(in, name, tokens)
               : wait_for_result(in, name, tokens);
}
