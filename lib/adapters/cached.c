#include "adapters/cached.h"

#include "http/cache.h"
#include "jose/seal.h"

typedef struct {
    authjs_adapter_t outer;
    const authjs_adapter_t *inner;
    void *instance;            /* inner's */
    const authjs_site_t *site; /* finished before the first call */
} cached_t;

/* ---- names in the cache ----------------------------------------------------------- */

const char *authjs_session_names(authjs_site_t *site, apr_pool_t *pconf,
                                 apr_pool_t *ptemp)
{
    authjs_keyring_t *ring;
    const char *why =
        authjs_keyring_create(&ring, ptemp, site->secrets, "mod_authjs session names");

    if (!why) {
        site->session_names = apr_pstrcat(pconf, authjs_seal_name_key(ptemp, ring), "\n",
                                          site->adapter_identity, "\n", NULL);
    }
    return why;
}

const char *authjs_session_cache_name(apr_pool_t *pool, const authjs_site_t *site,
                                      const char *session_token)
{
    return apr_pstrcat(pool, site->session_names, session_token, NULL);
}

/* ---- what is forgotten ------------------------------------------------------------ */

void authjs_cached_forget(const authjs_site_t *site, apr_pool_t *pool,
                          const char *session_token)
{
    authjs_cache_set(site->cache, pool, AUTHJS_SESSION_CACHE,
                     authjs_session_cache_name(pool, site, session_token),
                     AUTHJS_SESSION_RESTS, sizeof(AUTHJS_SESSION_RESTS) - 1,
                     AUTHJS_SESSION_REST);
}

int authjs_cached_is_kept(const authjs_site_t *site, apr_pool_t *pool, const char *token)
{
    const char *entry;
    apr_size_t len;

    return authjs_cache_get(site->cache, pool, AUTHJS_SESSION_CACHE,
                            authjs_session_cache_name(pool, site, token),
                            AUTHJS_SESSION_ENTRY_MAX, &entry, &len) == APR_SUCCESS;
}

static void forget_session(const cached_t *cached, authjs_call_t *call, const char *token)
{
    if (token) {
        authjs_cached_forget(cached->site, call->pool, token);
    }
}

/* NULL when it is not known whose sessions they are, or which. */
static struct json_object *sessions_of(const cached_t *cached, authjs_call_t *call,
                                       const char *user_id)
{
    struct json_object *sessions = NULL;
    authjs_call_t asking = *call;

    if (!user_id || !cached->inner->list_sessions || !cached->site->cache) {
        return NULL;
    }
    if (cached->inner->list_sessions(cached->instance, &asking, user_id, &sessions) !=
        AUTHJS_ADAPTER_OK) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, call->s,
                     "AuthJS: the sessions of a user who is changed are not known (%s): "
                     "they last as long as they are cached",
                     asking.error ? asking.error : "no reason given");
        return NULL;
    }
    return sessions;
}

static void forget_sessions(const cached_t *cached, authjs_call_t *call,
                            struct json_object *sessions)
{
    size_t i;

    if (!json_object_is_type(sessions, json_type_array)) {
        return;
    }
    for (i = 0; i < json_object_array_length(sessions); i++) {
        forget_session(cached, call,
                       authjs_json_get_string(json_object_array_get_idx(sessions, i),
                                              "sessionToken"));
    }
}

/* ---- methods that change a session ------------------------------------------------ */

/* Before, so that nobody who reads the old row from now on keeps it; and after, for those
 * who kept it in between. */

static authjs_adapter_status_e update_session(void *instance, authjs_call_t *call,
                                              struct json_object *session,
                                              struct json_object **updated)
{
    const cached_t *cached = instance;
    const char *token = authjs_json_get_string(session, "sessionToken");
    authjs_adapter_status_e status;

    forget_session(cached, call, token);
    status = cached->inner->update_session(cached->instance, call, session, updated);
    forget_session(cached, call, token);
    return status;
}

/* Whether a token is a session's, in the cache or in the database: whoever makes up
 * tokens leaves nothing in the cache. */
static authjs_adapter_status_e is_session(const cached_t *cached, authjs_call_t *call,
                                          const char *token, int *is)
{
    struct json_object *found = NULL;
    authjs_adapter_status_e status;

    *is = authjs_cached_is_kept(cached->site, call->pool, token);
    if (*is) {
        return AUTHJS_ADAPTER_OK;
    }
    status = cached->inner->get_session_and_user(cached->instance, call, token, &found);
    *is = found || status != AUTHJS_ADAPTER_OK;
    /* A row that cannot be read can be deleted. */
    return status == AUTHJS_ADAPTER_UNAVAILABLE ? status : AUTHJS_ADAPTER_OK;
}

static authjs_adapter_status_e delete_session(void *instance, authjs_call_t *call,
                                              const char *token,
                                              struct json_object **deleted)
{
    const cached_t *cached = instance;
    authjs_adapter_status_e status;
    int is;

    *deleted = NULL;
    status = is_session(cached, call, token, &is);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    if (is) {
        forget_session(cached, call, token);
    }
    status = cached->inner->delete_session(cached->instance, call, token, deleted);
    if (is || *deleted) {
        forget_session(cached, call, token);
    }
    return status;
}

/* ---- methods that change a user --------------------------------------------------- */

static authjs_adapter_status_e update_user(void *instance, authjs_call_t *call,
                                           struct json_object *user,
                                           struct json_object **updated)
{
    const cached_t *cached = instance;
    struct json_object *sessions =
        sessions_of(cached, call, authjs_json_get_string(user, "id"));
    authjs_adapter_status_e status;

    forget_sessions(cached, call, sessions);
    status = cached->inner->update_user(cached->instance, call, user, updated);
    forget_sessions(cached, call, sessions);
    return status;
}

static authjs_adapter_status_e delete_user(void *instance, authjs_call_t *call,
                                           const char *id, struct json_object **deleted)
{
    const cached_t *cached = instance;
    struct json_object *sessions = sessions_of(cached, call, id);
    authjs_adapter_status_e status;

    forget_sessions(cached, call, sessions);
    status = cached->inner->delete_user(cached->instance, call, id, deleted);
    forget_sessions(cached, call, sessions);
    return status;
}

/* A session is of the provider of the user's only account, where its token does not say
 * which: that may change with the accounts. */

static authjs_adapter_status_e link_account(void *instance, authjs_call_t *call,
                                            struct json_object *account,
                                            struct json_object **linked)
{
    const cached_t *cached = instance;
    authjs_adapter_status_e status =
        cached->inner->link_account(cached->instance, call, account, linked);

    if (status == AUTHJS_ADAPTER_OK) {
        forget_sessions(cached, call,
                        sessions_of(cached, call,
                                    authjs_json_get_string(account, "userId")));
    }
    return status;
}

static authjs_adapter_status_e unlink_account(void *instance, authjs_call_t *call,
                                              const char *provider,
                                              const char *provider_account_id,
                                              struct json_object **unlinked)
{
    const cached_t *cached = instance;
    authjs_adapter_status_e status =
        cached->inner->unlink_account(cached->instance, call, provider,
                                      provider_account_id, unlinked);

    if (status == AUTHJS_ADAPTER_OK) {
        forget_sessions(cached, call,
                        sessions_of(cached, call,
                                    authjs_json_get_string(*unlinked, "userId")));
    }
    return status;
}

static authjs_adapter_status_e
unlink_account_but_last(void *instance, authjs_call_t *call, const char *user_id,
                        const char *provider, const char *provider_account_id,
                        struct json_object **unlinked)
{
    const cached_t *cached = instance;
    authjs_adapter_status_e status =
        cached->inner->unlink_account_but_last(cached->instance, call, user_id, provider,
                                               provider_account_id, unlinked);

    if (status == AUTHJS_ADAPTER_OK && *unlinked) {
        forget_sessions(cached, call, sessions_of(cached, call, user_id));
    }
    return status;
}

/* ---- methods that are passed on --------------------------------------------------- */

#define PASS_OBJECT(method)                                                              \
    static authjs_adapter_status_e method(void *instance, authjs_call_t *call,           \
                                          struct json_object *object,                    \
                                          struct json_object **result)                   \
    {                                                                                    \
        const cached_t *cached = instance;                                               \
        return cached->inner->method(cached->instance, call, object, result);            \
    }
#define PASS_TEXT(method)                                                                \
    static authjs_adapter_status_e method(void *instance, authjs_call_t *call,           \
                                          const char *text, struct json_object **result) \
    {                                                                                    \
        const cached_t *cached = instance;                                               \
        return cached->inner->method(cached->instance, call, text, result);              \
    }
#define PASS_TEXTS(method)                                                               \
    static authjs_adapter_status_e method(void *instance, authjs_call_t *call,           \
                                          const char *first, const char *second,         \
                                          struct json_object **result)                   \
    {                                                                                    \
        const cached_t *cached = instance;                                               \
        return cached->inner->method(cached->instance, call, first, second, result);     \
    }

PASS_OBJECT(create_user)
PASS_TEXT(get_user)
PASS_TEXT(get_user_by_email)
PASS_TEXTS(get_user_by_account)
PASS_OBJECT(create_session)
PASS_TEXT(get_session_and_user)
PASS_OBJECT(create_verification_token)
PASS_TEXTS(use_verification_token)
PASS_TEXTS(get_account)
PASS_TEXT(get_authenticator)
PASS_OBJECT(create_authenticator)
PASS_TEXT(list_authenticators_by_user_id)
PASS_OBJECT(update_account)
PASS_TEXT(list_accounts)
PASS_TEXT(list_sessions)

static authjs_adapter_status_e update_authenticator_counter(void *instance,
                                                            authjs_call_t *call,
                                                            const char *credential_id,
                                                            apr_int64_t counter,
                                                            struct json_object **updated)
{
    const cached_t *cached = instance;

    return cached->inner->update_authenticator_counter(cached->instance, call,
                                                       credential_id, counter, updated);
}

static authjs_adapter_status_e sign_up(void *instance, authjs_call_t *call,
                                       struct json_object *user,
                                       struct json_object *account,
                                       struct json_object *session,
                                       struct json_object **created)
{
    const cached_t *cached = instance;

    return cached->inner->sign_up(cached->instance, call, user, account, session,
                                  created);
}

static authjs_adapter_status_e prune(void *instance, authjs_call_t *call, const char *now,
                                     int limit, apr_int64_t *pruned)
{
    const cached_t *cached = instance;

    return cached->inner->prune(cached->instance, call, now, limit, pruned);
}

static apr_status_t child_init(void *instance, apr_pool_t *pchild, server_rec *s)
{
    const cached_t *cached = instance;

    return cached->inner->child_init(cached->instance, pchild, s);
}

/* ---- the adapter ------------------------------------------------------------------ */

#define ADAPTER_METHODS(X)                                                               \
    X(child_init)                                                                        \
    X(create_user)                                                                       \
    X(get_user)                                                                          \
    X(get_user_by_email)                                                                 \
    X(get_user_by_account)                                                               \
    X(update_user)                                                                       \
    X(delete_user)                                                                       \
    X(link_account)                                                                      \
    X(unlink_account)                                                                    \
    X(create_session)                                                                    \
    X(get_session_and_user)                                                              \
    X(update_session)                                                                    \
    X(delete_session)                                                                    \
    X(create_verification_token)                                                         \
    X(use_verification_token)                                                            \
    X(get_account)                                                                       \
    X(get_authenticator)                                                                 \
    X(create_authenticator)                                                              \
    X(list_authenticators_by_user_id)                                                    \
    X(update_authenticator_counter)                                                      \
    X(sign_up)                                                                           \
    X(update_account)                                                                    \
    X(list_accounts)                                                                     \
    X(unlink_account_but_last)                                                           \
    X(list_sessions)                                                                     \
    X(prune)

void *authjs_cached_create(const authjs_adapter_t **outer, apr_pool_t *pconf,
                           const authjs_adapter_t *inner, void *instance,
                           const authjs_site_t *site)
{
    cached_t *cached = apr_pcalloc(pconf, sizeof(*cached));

    cached->inner = inner;
    cached->instance = instance;
    cached->site = site;
#define X(method) cached->outer.method = inner->method ? method : NULL;
    ADAPTER_METHODS(X)
#undef X
    *outer = &cached->outer;
    return cached;
}
