/* The store of a site: users, accounts, sessions and verification tokens, as its adapter
 * keeps them. What changes or ends a session here is seen at the next request: the store
 * tells the cache of sessions. */
#ifndef AUTHJS_ADAPTERS_STORE_H
#define AUTHJS_ADAPTERS_STORE_H

#include "site/site.h"
#include "mod_authjs.h"

/* What methods take after the call, and how that is handed on. */
#define AUTHJS_TAKES_OBJECT struct json_object *object, struct json_object **result
#define AUTHJS_GIVES_OBJECT object, result
#define AUTHJS_TAKES_TEXT   const char *text, struct json_object **result
#define AUTHJS_GIVES_TEXT   text, result
#define AUTHJS_TAKES_TEXTS                                                               \
    const char *first, const char *second, struct json_object **result
#define AUTHJS_GIVES_TEXTS first, second, result
#define AUTHJS_TAKES_COUNTER                                                             \
    const char *credential_id, apr_int64_t counter, struct json_object **updated
#define AUTHJS_GIVES_COUNTER credential_id, counter, updated
#define AUTHJS_TAKES_SIGN_UP                                                             \
    struct json_object *user, struct json_object *account, struct json_object *session,  \
        struct json_object **created
#define AUTHJS_GIVES_SIGN_UP user, account, session, created
#define AUTHJS_TAKES_BUT_LAST                                                            \
    const char *user_id, const char *provider, const char *provider_account_id,          \
        struct json_object **unlinked
#define AUTHJS_GIVES_BUT_LAST user_id, provider, provider_account_id, unlinked
#define AUTHJS_TAKES_DESCRIBE                                                            \
    const char *credential_id, struct json_object *texts, struct json_object **described
#define AUTHJS_GIVES_DESCRIBE credential_id, texts, described
#define AUTHJS_TAKES_PRUNE    const char *now, int limit, apr_int64_t *pruned
#define AUTHJS_GIVES_PRUNE    now, limit, pruned

/**
 * The methods, as mod_authjs.h describes them: X(name, need, kind, form).
 * NEEDED: a site does not start with an adapter that lacks it. OPTIONAL: ask
 * authjs_store_can; without it, a call ends FAILED.
 * PLAIN: the adapter's method and nothing else. OWN: written out in store.c.
 */
#define AUTHJS_STORE_METHODS(X)                                                          \
    X(create_user, NEEDED, PLAIN, OBJECT)                                                \
    X(get_user, NEEDED, PLAIN, TEXT)                                                     \
    X(get_user_by_email, NEEDED, OWN, TEXT)                                              \
    X(get_user_by_account, NEEDED, PLAIN, TEXTS)                                         \
    X(update_user, NEEDED, OWN, OBJECT)                                                  \
    X(delete_user, OPTIONAL, OWN, TEXT)                                                  \
    X(link_account, NEEDED, OWN, OBJECT)                                                 \
    X(unlink_account, OPTIONAL, OWN, TEXTS)                                              \
    X(create_session, NEEDED, PLAIN, OBJECT)                                             \
    X(get_session_and_user, NEEDED, PLAIN, TEXT)                                         \
    X(update_session, NEEDED, OWN, OBJECT)                                               \
    X(delete_session, NEEDED, OWN, TEXT)                                                 \
    X(create_verification_token, OPTIONAL, PLAIN, OBJECT)                                \
    X(use_verification_token, OPTIONAL, PLAIN, TEXTS)                                    \
    X(get_account, OPTIONAL, PLAIN, TEXTS)                                               \
    X(get_authenticator, OPTIONAL, PLAIN, TEXT)                                          \
    X(create_authenticator, OPTIONAL, PLAIN, OBJECT)                                     \
    X(list_authenticators_by_user_id, OPTIONAL, PLAIN, TEXT)                             \
    X(update_authenticator_counter, OPTIONAL, PLAIN, COUNTER)                            \
    X(sign_up, OPTIONAL, OWN, SIGN_UP)                                                   \
    X(update_account, OPTIONAL, PLAIN, OBJECT)                                           \
    X(list_accounts, OPTIONAL, PLAIN, TEXT)                                              \
    X(unlink_account_but_last, OPTIONAL, OWN, BUT_LAST)                                  \
    X(list_sessions, OPTIONAL, PLAIN, TEXT)                                              \
    X(prune, OPTIONAL, PLAIN, PRUNE)                                                     \
    X(list_passkeys, OPTIONAL, PLAIN, TEXT)                                              \
    X(describe_passkey, OPTIONAL, OWN, DESCRIBE)                                         \
    X(get_verification_token, OPTIONAL, PLAIN, TEXTS)

typedef enum {
#define X(method, need, kind, form) AUTHJS_METHOD_##method,
    AUTHJS_STORE_METHODS(X)
#undef X
        AUTHJS_METHOD__COUNT
} authjs_method_e;

/** A call for a request. In r->pool. */
authjs_call_t *authjs_call(request_rec *r);

/** The error of a call that did not end OK: AdapterError, with what the adapter said. */
const authjs_error_t *authjs_adapter_error(const authjs_call_t *call,
                                           authjs_adapter_status_e status,
                                           const char *method);

/* authjs_store_create_user(store, call, user, &created) and so on. */
#define X(method, need, kind, form)                                                      \
    authjs_adapter_status_e authjs_store_##method(                                       \
        const authjs_store_t *store, authjs_call_t *call, AUTHJS_TAKES_##form);
AUTHJS_STORE_METHODS(X)
#undef X

/**
 * A store over an adapter and the instance that its create made. In pconf.
 * @param identity of the database
 * @param site whose cache of sessions is told; finished before the first call
 * @return NULL, or the name of a method that is needed and not there.
 */
const char *authjs_store_create(authjs_store_t **store, apr_pool_t *pconf,
                                const authjs_adapter_t *adapter, void *instance,
                                const char *identity, const authjs_site_t *site);

/** In each child, before its first request. */
apr_status_t authjs_store_child_init(const authjs_store_t *store, apr_pool_t *pchild,
                                     server_rec *s);

/** Whether the store has a method. 0 when store is NULL: a site without an adapter. */
int authjs_store_can(const authjs_store_t *store, authjs_method_e method);

/** Names the database; NULL when store is NULL. */
const char *authjs_store_identity(const authjs_store_t *store);

/** The store as an adapter, for other modules: its functions take the store as their
 * instance. Methods that the adapter lacks are NULL. */
const authjs_adapter_t *authjs_store_adapter(const authjs_store_t *store);

/** Take a user back whose first sign-in came to nothing, with all that belongs to it. A
 * failure is logged. */
void authjs_store_undo_sign_up(const authjs_store_t *store, authjs_call_t *call,
                               struct json_object *user);

#endif
