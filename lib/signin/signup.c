#include "signin/signup.h"

#include "adapters/adapter.h"
#include "settings/settings.h"

void authjs_sign_up_undo(authjs_exchange_t *x, struct json_object *user)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *deleted;
    authjs_adapter_status_e status =
        x->site->adapter->delete_user(x->site->adapter_instance, call,
                                      authjs_json_get_string(user, "id"), &deleted);

    if (status != AUTHJS_ADAPTER_OK) {
        authjs_log_error(x->r, authjs_adapter_error(call, status, "deleteUser"));
    }
}

static authjs_adapter_status_e add_to_user(const authjs_site_t *site, authjs_call_t *call,
                                           const char *id, struct json_object *account,
                                           struct json_object *session)
{
    const authjs_adapter_t *adapter = site->adapter;
    authjs_adapter_status_e status;
    struct json_object *stored;

    authjs_json_set_string(account, "userId", id);
    status = adapter->link_account(site->adapter_instance, call, account, &stored);
    if (status != AUTHJS_ADAPTER_OK || !session) {
        return status;
    }
    authjs_json_set_string(session, "userId", id);
    return adapter->create_session(site->adapter_instance, call, session, &stored);
}

authjs_adapter_status_e authjs_sign_up(authjs_exchange_t *x, authjs_call_t *call,
                                       struct json_object *user,
                                       struct json_object *account,
                                       struct json_object *session,
                                       struct json_object **created)
{
    const authjs_adapter_t *adapter = x->site->adapter;
    void *instance = x->site->adapter_instance;
    authjs_adapter_status_e status;

    if (adapter->sign_up) {
        return adapter->sign_up(instance, call, user, account, session, created);
    }
    status = adapter->create_user(instance, call, user, created);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    status = add_to_user(x->site, call, authjs_json_get_string(*created, "id"), account,
                         session);
    if (status != AUTHJS_ADAPTER_OK) {
        authjs_sign_up_undo(x, *created);
    }
    return status;
}
