#include "sql/methods.h"

#include "core/json.h"

authjs_adapter_status_e authjs_sql_get_authenticator(void *instance, authjs_call_t *call,
                                                     const char *credential_id,
                                                     struct json_object **authenticator)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int found = authjs_sql_select(list, AUTHJS_AUTHENTICATORS,
                                  AUTHJS_MATCH("credentialID", credential_id), NULL);

    *authenticator = NULL;
    return authjs_sql_run_row(list, 0, found, AUTHJS_AUTHENTICATORS, authenticator);
}

authjs_adapter_status_e authjs_sql_create_authenticator(void *instance,
                                                        authjs_call_t *call,
                                                        struct json_object *authenticator,
                                                        struct json_object **created)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int found;

    *created = NULL;
    authjs_sql_insert(list, AUTHJS_AUTHENTICATORS, authenticator, NULL, NULL);
    found = authjs_sql_select(
        list, AUTHJS_AUTHENTICATORS,
        AUTHJS_MATCH("credentialID",
                     authjs_json_get_string(authenticator, "credentialID")),
        NULL);
    return authjs_sql_run_row(list, 0, found, AUTHJS_AUTHENTICATORS, created);
}

authjs_adapter_status_e
authjs_sql_list_authenticators(void *instance, authjs_call_t *call, const char *user_id,
                               struct json_object **authenticators)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int found = authjs_sql_select(list, AUTHJS_AUTHENTICATORS,
                                  AUTHJS_MATCH("userId", user_id), AUTHJS_SQL_ALL);

    *authenticators = NULL;
    return authjs_sql_run_rows(list, found, AUTHJS_AUTHENTICATORS, authenticators);
}

authjs_adapter_status_e
authjs_sql_update_authenticator_counter(void *instance, authjs_call_t *call,
                                        const char *credential_id, apr_int64_t counter,
                                        struct json_object **updated)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match = AUTHJS_MATCH("credentialID", credential_id);
    struct json_object *change = authjs_json_object(call->pool);
    authjs_adapter_status_e status;
    int found;

    *updated = NULL;
    authjs_json_set_int64(change, "counter", counter);
    authjs_sql_update(list, AUTHJS_AUTHENTICATORS, change, match);
    found = authjs_sql_select(list, AUTHJS_AUTHENTICATORS, match, NULL);
    status = authjs_sql_run_row(list, 0, found, AUTHJS_AUTHENTICATORS, updated);
    if (status == AUTHJS_ADAPTER_OK && !*updated) {
        return authjs_sql_failed(list, "there is no such authenticator");
    }
    return status;
}
