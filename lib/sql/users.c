#include "sql/methods.h"

#include "core/json.h"

#include <apr_strings.h>

static authjs_adapter_status_e find(void *instance, authjs_call_t *call,
                                    const authjs_sql_match_t *match,
                                    struct json_object **user)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int found = authjs_sql_select(list, AUTHJS_USERS, match, NULL);

    *user = NULL;
    return authjs_sql_run_row(list, 0, found, AUTHJS_USERS, user);
}

authjs_adapter_status_e authjs_sql_get_user(void *instance, authjs_call_t *call,
                                            const char *id, struct json_object **user)
{
    return find(instance, call, AUTHJS_MATCH("id", id), user);
}

authjs_adapter_status_e authjs_sql_get_user_by_email(void *instance, authjs_call_t *call,
                                                     const char *email,
                                                     struct json_object **user)
{
    return find(instance, call, AUTHJS_MATCH("email", email), user);
}

authjs_adapter_status_e
authjs_sql_get_user_by_account(void *instance, authjs_call_t *call, const char *provider,
                               const char *provider_account_id, struct json_object **user)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int ncolumns;

    *user = NULL;
    authjs_sql_text(list, "SELECT ");
    ncolumns = authjs_sql_select_columns(list, AUTHJS_USERS);
    authjs_sql_text(list, " FROM ");
    authjs_sql_table(list, AUTHJS_ACCOUNTS);
    authjs_sql_join_users(list, AUTHJS_ACCOUNTS);
    authjs_sql_text(list, " WHERE ");
    authjs_sql_match(list, AUTHJS_ACCOUNTS,
                     AUTHJS_MATCH2("provider", provider, "providerAccountId",
                                   provider_account_id));
    authjs_sql_text(list, " LIMIT 2");
    return authjs_sql_run_row(list, 0, authjs_sql_end(list, ncolumns), AUTHJS_USERS,
                              user);
}

authjs_adapter_status_e authjs_sql_update_user(void *instance, authjs_call_t *call,
                                               struct json_object *user,
                                               struct json_object **updated)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match =
        AUTHJS_MATCH("id", authjs_json_get_string(user, "id"));
    authjs_adapter_status_e status;
    int found;

    *updated = NULL;
    authjs_sql_update(list, AUTHJS_USERS, user, match);
    found = authjs_sql_select(list, AUTHJS_USERS, match, NULL);
    status = authjs_sql_run_row(list, 0, found, AUTHJS_USERS, updated);
    if (status == AUTHJS_ADAPTER_OK && !*updated) {
        return authjs_sql_failed(list, "there is no such user");
    }
    return status;
}

/* Databases that Auth.js's own adapters use may lack the table of authenticators. */
static authjs_adapter_status_e has_authenticators(void *instance, authjs_call_t *call,
                                                  int *has)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const char *table = list->sql->schema->tables[AUTHJS_AUTHENTICATORS];
    authjs_adapter_status_e status;

    switch (list->sql->dialect) {
    case AUTHJS_PGSQL:
        authjs_sql_text(list, "SELECT 1 WHERE to_regclass('");
        authjs_sql_table(list, AUTHJS_AUTHENTICATORS);
        authjs_sql_text(list, "') IS NOT NULL");
        break;
    case AUTHJS_MYSQL:
        authjs_sql_text(list, "SELECT 1 FROM information_schema.tables"
                              " WHERE table_schema = DATABASE() AND table_name = '");
        authjs_sql_text(list, table);
        authjs_sql_text(list, "'");
        break;
    case AUTHJS_SQLITE:
    default:
        authjs_sql_text(list, "SELECT 1 FROM sqlite_master"
                              " WHERE type = 'table' AND name = '");
        authjs_sql_text(list, table);
        authjs_sql_text(list, "'");
    }
    authjs_sql_end(list, 1);
    status = authjs_sql_run(list, 0);
    *has = status == AUTHJS_ADAPTER_OK && authjs_sql_count(list, 0) > 0;
    return status;
}

authjs_adapter_status_e authjs_sql_delete_user(void *instance, authjs_call_t *call,
                                               const char *id,
                                               struct json_object **deleted)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    authjs_adapter_status_e status;
    int found, has;

    *deleted = NULL;
    status = has_authenticators(instance, call, &has);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    found = authjs_sql_select(list, AUTHJS_USERS, AUTHJS_MATCH("id", id), NULL);
    authjs_sql_delete(list, AUTHJS_SESSIONS, AUTHJS_MATCH("userId", id));
    if (has) {
        authjs_sql_delete(list, AUTHJS_AUTHENTICATORS, AUTHJS_MATCH("userId", id));
    }
    authjs_sql_delete(list, AUTHJS_ACCOUNTS, AUTHJS_MATCH("userId", id));
    authjs_sql_delete(list, AUTHJS_USERS, AUTHJS_MATCH("id", id));
    return authjs_sql_run_row(list, 0, found, AUTHJS_USERS, deleted);
}
