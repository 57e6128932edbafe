#include "adapters/store.h"

#include "adapters/session_cache.h"
#include "settings/settings.h"

#include "apr_atomic.h"

struct authjs_store_t {
    const authjs_adapter_t *adapter;
    void *instance;            /* the adapter's */
    const char *identity;      /* of the database */
    const authjs_site_t *site; /* finished before the first call */
    apr_uint32_t can;          /* a bit for each method that the adapter has */
    authjs_adapter_t methods;  /* what other modules are given */
    apr_uint32_t *told;        /* in a child: that passkeys cannot be described */
};

/* ---- calls ----------------------------------------------------------------------- */

authjs_call_t *authjs_call(request_rec *r)
{
    authjs_call_t *call = apr_pcalloc(r->pool, sizeof(*call));

    call->r = r;
    call->s = r->server;
    call->pool = r->pool;
    return call;
}

const authjs_error_t *authjs_adapter_error(const authjs_call_t *call,
                                           authjs_adapter_status_e status,
                                           const char *method)
{
    static const char *const what[] = {"no error", "the same is there already",
                                       "the database is away", "failed"};

    return authjs_error(call->pool, AUTHJS_ERR_AdapterError, "%s: %s%s%s", method,
                        what[status], call->error ? ": " : "",
                        call->error ? call->error : "");
}

/* ---- calling the adapter ---------------------------------------------------------- */

/* adapter_create_user and so on. */
#define CALL(method, need, kind, form)                                                   \
    static authjs_adapter_status_e adapter_##method(                                     \
        const authjs_store_t *store, authjs_call_t *call, AUTHJS_TAKES_##form)           \
    {                                                                                    \
        if (!store->adapter->method) {                                                   \
            call->error = "the adapter has no " #method;                                 \
            return AUTHJS_ADAPTER_FAILED;                                                \
        }                                                                                \
        return store->adapter->method(store->instance, call, AUTHJS_GIVES_##form);       \
    }
AUTHJS_STORE_METHODS(CALL)

#define OWN(method, form)
#define PLAIN(method, form)                                                              \
    authjs_adapter_status_e authjs_store_##method(                                       \
        const authjs_store_t *store, authjs_call_t *call, AUTHJS_TAKES_##form)           \
    {                                                                                    \
        return adapter_##method(store, call, AUTHJS_GIVES_##form);                       \
    }
#define DEFINE(method, need, kind, form) kind(method, form)
AUTHJS_STORE_METHODS(DEFINE)

/* ---- what is forgotten ------------------------------------------------------------ */

static void forget_session(const authjs_store_t *store, authjs_call_t *call,
                           const char *token)
{
    if (token) {
        authjs_session_cache_forget(store->site, call->pool, token);
    }
}

/* The sessions of a user; NULL: not known. */
static struct json_object *sessions_of(const authjs_store_t *store, authjs_call_t *call,
                                       const char *user_id)
{
    struct json_object *sessions = NULL;
    authjs_call_t asking = *call;

    if (!user_id || !authjs_store_can(store, AUTHJS_METHOD_list_sessions) ||
        !store->site->cache) {
        return NULL;
    }
    if (adapter_list_sessions(store, &asking, user_id, &sessions) != AUTHJS_ADAPTER_OK) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, call->s,
                     "AuthJS: the sessions of a user who is changed are not known (%s): "
                     "they last as long as they are cached",
                     asking.error ? asking.error : "no reason given");
        return NULL;
    }
    return sessions;
}

static void forget_sessions(const authjs_store_t *store, authjs_call_t *call,
                            struct json_object *sessions)
{
    size_t i;

    if (!json_object_is_type(sessions, json_type_array)) {
        return;
    }
    for (i = 0; i < json_object_array_length(sessions); i++) {
        forget_session(store, call,
                       authjs_json_get_string(json_object_array_get_idx(sessions, i),
                                              "sessionToken"));
    }
}

/* ---- methods that change a session ------------------------------------------------ */

/* A session is forgotten before the change, so that a request that reads the old row from
 * then on does not cache it; and after, for what was cached in between. */

authjs_adapter_status_e authjs_store_update_session(const authjs_store_t *store,
                                                    authjs_call_t *call,
                                                    struct json_object *session,
                                                    struct json_object **updated)
{
    const char *token = authjs_json_get_string(session, "sessionToken");
    authjs_adapter_status_e status;

    forget_session(store, call, token);
    status = adapter_update_session(store, call, session, updated);
    forget_session(store, call, token);
    return status;
}

/* Whether a token is that of a session, in the cache or in the database. Only such tokens
 * get an entry that makes the session rest: made-up ones cannot fill the cache. */
static authjs_adapter_status_e is_session(const authjs_store_t *store,
                                          authjs_call_t *call, const char *token, int *is)
{
    struct json_object *found = NULL;
    authjs_adapter_status_e status;

    *is = authjs_session_cache_has(store->site, call->pool, token);
    if (*is) {
        return AUTHJS_ADAPTER_OK;
    }
    status = adapter_get_session_and_user(store, call, token, &found);
    *is = found || status != AUTHJS_ADAPTER_OK;
    /* A row that cannot be read is deleted all the same. */
    return status == AUTHJS_ADAPTER_UNAVAILABLE ? status : AUTHJS_ADAPTER_OK;
}

authjs_adapter_status_e authjs_store_delete_session(const authjs_store_t *store,
                                                    authjs_call_t *call,
                                                    const char *token,
                                                    struct json_object **deleted)
{
    authjs_adapter_status_e status;
    int is;

    *deleted = NULL;
    status = is_session(store, call, token, &is);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    if (is) {
        forget_session(store, call, token);
    }
    status = adapter_delete_session(store, call, token, deleted);
    if (is || *deleted) {
        forget_session(store, call, token);
    }
    return status;
}

/* ---- methods that find a user ----------------------------------------------------- */

/* Whoever has one address has proved nothing about another that a database, by its
 * collation, or another module's adapter takes for the same. */
authjs_adapter_status_e authjs_store_get_user_by_email(const authjs_store_t *store,
                                                       authjs_call_t *call,
                                                       const char *email,
                                                       struct json_object **user)
{
    authjs_adapter_status_e status = adapter_get_user_by_email(store, call, email, user);

    if (*user && !authjs_equal_str(email, authjs_json_get_string(*user, "email"))) {
        *user = NULL;
    }
    return status;
}

/* ---- methods that change a user --------------------------------------------------- */

authjs_adapter_status_e authjs_store_update_user(const authjs_store_t *store,
                                                 authjs_call_t *call,
                                                 struct json_object *user,
                                                 struct json_object **updated)
{
    struct json_object *sessions =
        sessions_of(store, call, authjs_json_get_string(user, "id"));
    authjs_adapter_status_e status;

    forget_sessions(store, call, sessions);
    status = adapter_update_user(store, call, user, updated);
    forget_sessions(store, call, sessions);
    return status;
}

authjs_adapter_status_e authjs_store_delete_user(const authjs_store_t *store,
                                                 authjs_call_t *call, const char *id,
                                                 struct json_object **deleted)
{
    struct json_object *sessions = sessions_of(store, call, id);
    authjs_adapter_status_e status;

    forget_sessions(store, call, sessions);
    status = adapter_delete_user(store, call, id, deleted);
    forget_sessions(store, call, sessions);
    return status;
}

/* A session whose token names no provider has that of the user's only account: it may
 * change with the accounts. */

authjs_adapter_status_e authjs_store_link_account(const authjs_store_t *store,
                                                  authjs_call_t *call,
                                                  struct json_object *account,
                                                  struct json_object **linked)
{
    authjs_adapter_status_e status = adapter_link_account(store, call, account, linked);

    if (status == AUTHJS_ADAPTER_OK) {
        forget_sessions(store, call,
                        sessions_of(store, call,
                                    authjs_json_get_string(account, "userId")));
    }
    return status;
}

authjs_adapter_status_e authjs_store_unlink_account(const authjs_store_t *store,
                                                    authjs_call_t *call,
                                                    const char *provider,
                                                    const char *provider_account_id,
                                                    struct json_object **unlinked)
{
    authjs_adapter_status_e status =
        adapter_unlink_account(store, call, provider, provider_account_id, unlinked);

    if (status == AUTHJS_ADAPTER_OK) {
        forget_sessions(store, call,
                        sessions_of(store, call,
                                    authjs_json_get_string(*unlinked, "userId")));
    }
    return status;
}

authjs_adapter_status_e authjs_store_unlink_account_but_last(
    const authjs_store_t *store, authjs_call_t *call, const char *user_id,
    const char *provider, const char *provider_account_id, struct json_object **unlinked)
{
    authjs_adapter_status_e status =
        adapter_unlink_account_but_last(store, call, user_id, provider,
                                        provider_account_id, unlinked);

    if (status == AUTHJS_ADAPTER_OK && *unlinked) {
        forget_sessions(store, call, sessions_of(store, call, user_id));
    }
    return status;
}

/* ---- passkeys --------------------------------------------------------------------- */

/* A database without our table works: that there will be no names and times is said once,
 * for who wonders. */
authjs_adapter_status_e authjs_store_describe_passkey(const authjs_store_t *store,
                                                      authjs_call_t *call,
                                                      const char *credential_id,
                                                      struct json_object *texts,
                                                      struct json_object **described)
{
    authjs_adapter_status_e status =
        adapter_describe_passkey(store, call, credential_id, texts, described);

    if (status == AUTHJS_ADAPTER_OK && call->error &&
        !apr_atomic_xchg32(store->told, 1)) {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, call->s,
                     "AuthJS: names and times of passkeys are not kept: %s", call->error);
    }
    return status;
}

/* ---- the first sign-in of someone ------------------------------------------------- */

void authjs_store_undo_sign_up(const authjs_store_t *store, authjs_call_t *call,
                               struct json_object *user)
{
    struct json_object *deleted;
    authjs_adapter_status_e status =
        authjs_store_delete_user(store, call, authjs_json_get_string(user, "id"),
                                 &deleted);

    if (status != AUTHJS_ADAPTER_OK) {
        authjs_log_error(call->r, authjs_adapter_error(call, status, "deleteUser"));
    }
}

static authjs_adapter_status_e add_to_user(const authjs_store_t *store,
                                           authjs_call_t *call, const char *id,
                                           struct json_object *account,
                                           struct json_object *session)
{
    authjs_adapter_status_e status = AUTHJS_ADAPTER_OK;
    struct json_object *stored;

    if (account) {
        authjs_json_set_string(account, "userId", id);
        status = authjs_store_link_account(store, call, account, &stored);
    }
    if (status == AUTHJS_ADAPTER_OK && session) {
        authjs_json_set_string(session, "userId", id);
        status = authjs_store_create_session(store, call, session, &stored);
    }
    return status;
}

/* Where the adapter has no such step: Auth.js's calls one after the other, and what was
 * begun is undone when a later one does not end well. */
authjs_adapter_status_e
authjs_store_sign_up(const authjs_store_t *store, authjs_call_t *call,
                     struct json_object *user, struct json_object *account,
                     struct json_object *session, struct json_object **created)
{
    authjs_adapter_status_e status;
    authjs_call_t undo;

    if (authjs_store_can(store, AUTHJS_METHOD_sign_up)) {
        return adapter_sign_up(store, call, user, account, session, created);
    }
    status = authjs_store_create_user(store, call, user, created);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    status = add_to_user(store, call, authjs_json_get_string(*created, "id"), account,
                         session);
    if (status != AUTHJS_ADAPTER_OK) {
        undo = *call;
        undo.error = NULL;
        authjs_store_undo_sign_up(store, &undo, *created);
    }
    return status;
}

/* ---- the store as an adapter ------------------------------------------------------ */

#define AS_ADAPTER(method, need, kind, form)                                             \
    static authjs_adapter_status_e method(void *instance, authjs_call_t *call,           \
                                          AUTHJS_TAKES_##form)                           \
    {                                                                                    \
        return authjs_store_##method(instance, call, AUTHJS_GIVES_##form);               \
    }
AUTHJS_STORE_METHODS(AS_ADAPTER)

const authjs_adapter_t *authjs_store_adapter(const authjs_store_t *store)
{
    return store ? &store->methods : NULL;
}

/* ---- the store -------------------------------------------------------------------- */

const char *authjs_store_create(authjs_store_t **store, apr_pool_t *pconf,
                                const authjs_adapter_t *adapter, void *instance,
                                const char *identity, const authjs_site_t *site)
{
    enum { OPTIONAL, NEEDED };
    authjs_store_t *made = apr_pcalloc(pconf, sizeof(*made));

    made->adapter = adapter;
    made->instance = instance;
    made->identity = identity;
    made->site = site;
    made->told = apr_pcalloc(pconf, sizeof(*made->told));
#define TAKE(method, need, kind, form)                                                   \
    if (adapter->method) {                                                               \
        made->can |= 1u << AUTHJS_METHOD_##method;                                       \
        made->methods.method = method;                                                   \
    }                                                                                    \
    else if (need == NEEDED) {                                                           \
        return #method;                                                                  \
    }
    AUTHJS_STORE_METHODS(TAKE)
    *store = made;
    return NULL;
}

apr_status_t authjs_store_child_init(const authjs_store_t *store, apr_pool_t *pchild,
                                     server_rec *s)
{
    return store->adapter->child_init
               ? store->adapter->child_init(store->instance, pchild, s)
               : APR_SUCCESS;
}

int authjs_store_can(const authjs_store_t *store, authjs_method_e method)
{
    return store && (store->can & 1u << method);
}

const char *authjs_store_identity(const authjs_store_t *store)
{
    return store ? store->identity : NULL;
}
