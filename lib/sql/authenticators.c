#include "sql/methods.h"

#include "core/json.h"

#include <apr_strings.h>

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
    const authjs_sql_match_t *match =
        AUTHJS_MATCH("credentialID",
                     authjs_json_get_string(authenticator, "credentialID"));
    const authjs_sql_condition_t is_new[] = {
        {0, AUTHJS_AUTHENTICATORS, match},
        {0, AUTHJS_TABLES, NULL},
    };
    authjs_adapter_status_e status;
    int before, after;

    *created = NULL;
    before = authjs_sql_select(list, AUTHJS_AUTHENTICATORS, match, NULL);
    authjs_sql_insert(list, AUTHJS_AUTHENTICATORS, authenticator, NULL, is_new);
    after = authjs_sql_select(list, AUTHJS_AUTHENTICATORS, match, NULL);
    status = authjs_sql_run(list, 1);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    if (authjs_sql_count(list, before) > 0) {
        call->error = "the authenticator is there already";
        return AUTHJS_ADAPTER_CONFLICT;
    }
    return authjs_sql_row(list, after, AUTHJS_AUTHENTICATORS, created);
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

/* Of two that come with one counter, the second sees what the first has written: the row
 * is locked where it is read (SQLite and D1 run one transaction after the other). */
static int select_and_hold(authjs_sql_list_t *list, const authjs_sql_match_t *match)
{
    return authjs_sql_select(list, AUTHJS_AUTHENTICATORS, match,
                             list->sql->dialect == AUTHJS_SQLITE ? NULL
                                                                 : " LIMIT 2 FOR UPDATE");
}

static void raise_counter(authjs_sql_list_t *list, const authjs_sql_match_t *match,
                          apr_int64_t counter)
{
    apr_pool_t *pool = list->call->pool;
    const char *value = apr_psprintf(pool, "%" APR_INT64_T_FMT, counter);

    authjs_sql_text(list, "UPDATE ");
    authjs_sql_table(list, AUTHJS_AUTHENTICATORS);
    authjs_sql_text(list, " SET ");
    authjs_sql_text(list, authjs_sql_quote(pool, list->sql->dialect, "counter"));
    authjs_sql_text(list, " = ");
    authjs_sql_value(list, AUTHJS_AUTHENTICATORS, "counter", value);
    authjs_sql_text(list, " WHERE ");
    authjs_sql_match(list, AUTHJS_AUTHENTICATORS, match);
    authjs_sql_text(list, " AND ");
    authjs_sql_column(list, AUTHJS_AUTHENTICATORS, "counter");
    authjs_sql_text(list, " < ");
    authjs_sql_value(list, AUTHJS_AUTHENTICATORS, "counter", value);
    authjs_sql_end(list, 0);
}

authjs_adapter_status_e
authjs_sql_update_authenticator_counter(void *instance, authjs_call_t *call,
                                        const char *credential_id, apr_int64_t counter,
                                        struct json_object **updated)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match = AUTHJS_MATCH("credentialID", credential_id);
    struct json_object *found = NULL;
    authjs_adapter_status_e status;
    apr_int64_t stored = 0;
    int before;

    *updated = NULL;
    before = select_and_hold(list, match);
    raise_counter(list, match, counter);
    status = authjs_sql_run_row(list, 0, before, AUTHJS_AUTHENTICATORS, &found);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    if (!authjs_json_get_int64(found, "counter", &stored)) {
        return authjs_sql_failed(list, "there is no such authenticator");
    }
    if (stored < counter || (stored == 0 && counter == 0)) {
        authjs_json_set_int64(found, "counter", counter);
        *updated = found;
    }
    return AUTHJS_ADAPTER_OK;
}
