/* Whose address it is (Auth.js: handleLoginOrRegister, type email). */
#include "signin/link.h"

#include "adapters/adapter.h"
#include "session/stored.h"
#include "settings/settings.h"
#include "signin/events.h"

/* As in link.c: of two first sign-ins at the same moment one makes the user. */
#define MAX_DECISIONS 3

static const char *now_of(const authjs_exchange_t *x)
{
    char *text = apr_palloc(x->pool, AUTHJS_ISO8601_LEN + 1);

    authjs_iso8601(text, x->now);
    return text;
}

/* A row of somebody else's, or one that nobody knows. Where it fails, it stays until it
 * is pruned. */
static void end_other_session(authjs_exchange_t *x, authjs_call_t *call,
                              authjs_visitor_t *visitor, struct json_object *user)
{
    const char *id = authjs_json_get_string(user, "id");
    const char *own = authjs_json_get_string(visitor->user, "id");
    struct json_object *deleted;
    authjs_adapter_status_e status;

    if (!x->site->strategy->row || !visitor->token ||
        !authjs_stored_token_valid(visitor->token) || (id && own && !strcmp(id, own))) {
        return;
    }
    status = authjs_store_delete_session(x->site->store, call, visitor->token, &deleted);
    if (status != AUTHJS_ADAPTER_OK) {
        authjs_log_error(x->r, authjs_adapter_error(call, status, "deleteSession"));
    }
    visitor->token = NULL;
}

static authjs_adapter_status_e update_user(authjs_exchange_t *x, authjs_call_t *call,
                                           struct json_object *user,
                                           authjs_linked_t *linked)
{
    struct json_object *changed = authjs_json_object(x->pool);
    authjs_adapter_status_e status;

    authjs_json_set(changed, "id", authjs_json_get(user, "id"));
    authjs_json_set_string(changed, "emailVerified", now_of(x));
    status = authjs_store_update_user(x->site->store, call, changed, &linked->user);
    if (status == AUTHJS_ADAPTER_OK) {
        linked->user = linked->user ? linked->user : user;
        authjs_user_complete(linked->user);
        authjs_event_update_user(x, linked->user);
    }
    return status;
}

static authjs_adapter_status_e create_user(authjs_exchange_t *x, authjs_call_t *call,
                                           struct json_object *profile,
                                           struct json_object *session,
                                           authjs_linked_t *linked)
{
    struct json_object *user = authjs_json_object(x->pool);
    authjs_adapter_status_e status;

    authjs_json_copy_member(user, profile, "id");
    authjs_json_copy_member(user, profile, "email");
    authjs_json_set_string(user, "emailVerified", now_of(x));
    status =
        authjs_store_sign_up(x->site->store, call, user, NULL, session, &linked->user);
    if (status == AUTHJS_ADAPTER_OK) {
        linked->stored = session;
        linked->is_new = 1;
        authjs_user_complete(linked->user);
        authjs_event_create_user(x, linked->user);
    }
    return status;
}

/* One decision. *status CONFLICT: somebody else made the user meanwhile. */
static const authjs_error_t *decide(authjs_exchange_t *x, authjs_visitor_t *visitor,
                                    struct json_object *profile, authjs_linked_t *linked,
                                    authjs_adapter_status_e *status)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *user, *session = NULL;
    const authjs_error_t *error = NULL;

    memset(linked, 0, sizeof(*linked));
    *status =
        authjs_store_get_user_by_email(x->site->store, call,
                                       authjs_json_get_string(profile, "email"), &user);
    if (*status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, *status, "getUserByEmail");
    }
    if (user) {
        end_other_session(x, call, visitor, user);
        *status = update_user(x, call, user, linked);
        return *status == AUTHJS_ADAPTER_OK
                   ? NULL
                   : authjs_adapter_error(call, *status, "updateUser");
    }
    if (x->site->strategy->row) {
        error = x->site->strategy->row(x, &session);
    }
    if (error) {
        return error;
    }
    *status = create_user(x, call, profile, session, linked);
    return *status == AUTHJS_ADAPTER_OK ? NULL
                                        : authjs_adapter_error(call, *status, "signUp");
}

const authjs_error_t *authjs_link_address(authjs_exchange_t *x, authjs_visitor_t *visitor,
                                          struct json_object *profile,
                                          struct json_object *account,
                                          authjs_linked_t *linked)
{
    authjs_adapter_status_e status;
    const authjs_error_t *error;
    int decisions = 0;

    do {
        error = decide(x, visitor, profile, linked, &status);
    } while (error && status == AUTHJS_ADAPTER_CONFLICT && ++decisions < MAX_DECISIONS);
    if (!error && !authjs_json_get_string(linked->user, "id")) {
        error = authjs_error(x->pool, AUTHJS_ERR_AdapterError, "the user has no id");
    }
    if (!error) {
        authjs_json_set(account, "userId", authjs_json_get(linked->user, "id"));
    }
    return error;
}
