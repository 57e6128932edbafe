#include "sql/methods.h"

#include "core/core.h"
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

authjs_adapter_status_e authjs_sql_delete_user(void *instance, authjs_call_t *call,
                                               const char *id,
                                               struct json_object **deleted)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    authjs_adapter_status_e status;
    unsigned present;
    int found;

    *deleted = NULL;
    status = authjs_sql_present(instance, call, &present);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    found = authjs_sql_select(list, AUTHJS_USERS, AUTHJS_MATCH("id", id), NULL);
    authjs_sql_delete(list, AUTHJS_SESSIONS, AUTHJS_MATCH("userId", id));
    if (present & 1u << AUTHJS_PASSKEYS) {
        authjs_sql_delete(list, AUTHJS_PASSKEYS, AUTHJS_MATCH("userId", id));
    }
    if (present & 1u << AUTHJS_AUTHENTICATORS) {
        authjs_sql_delete(list, AUTHJS_AUTHENTICATORS, AUTHJS_MATCH("userId", id));
    }
    authjs_sql_delete(list, AUTHJS_ACCOUNTS, AUTHJS_MATCH("userId", id));
    authjs_sql_delete(list, AUTHJS_USERS, AUTHJS_MATCH("id", id));
    return authjs_sql_run_row(list, 0, found, AUTHJS_USERS, deleted);
}

/* ---- new ones ------------------------------------------------------------------- */

/* A serial id is drawn beforehand: what follows is a plain list of statements, in which
 * none needs the result of another. */
static authjs_adapter_status_e draw_id(void *instance, authjs_call_t *call,
                                       const char **id)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    authjs_adapter_status_e status;

    if (list->sql->schema->roles[AUTHJS_SQL_ID].type->kind != AUTHJS_SQL_SERIAL) {
        *id = authjs_random_uuid(call->pool);
        return *id ? AUTHJS_ADAPTER_OK : authjs_sql_failed(list, "no random bytes");
    }
    authjs_sql_text(list, "SELECT nextval(pg_get_serial_sequence('");
    authjs_sql_table(list, AUTHJS_USERS);
    authjs_sql_text(list, "', 'id'))");
    authjs_sql_end(list, 1);
    status = authjs_sql_run(list, 0);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    *id = authjs_sql_count(list, 0) == 1 ? authjs_sql_cells(list, 0, 0)[0] : NULL;
    return *id ? AUTHJS_ADAPTER_OK
               : authjs_sql_failed(list, "the id of users has no sequence");
}

static void insert_user(authjs_sql_list_t *list, struct json_object *user,
                        struct json_object *account, const char *id)
{
    const authjs_sql_match_t *same =
        AUTHJS_MATCH2("provider", authjs_json_get_string(account, "provider"),
                      "providerAccountId",
                      authjs_json_get_string(account, "providerAccountId"));
    const authjs_sql_condition_t is_new[] = {
        {0, AUTHJS_ACCOUNTS, same},
        {0, AUTHJS_USERS, AUTHJS_MATCH("email", authjs_json_get_string(user, "email"))},
        {0, AUTHJS_TABLES, NULL},
    };

    if (account) {
        authjs_sql_delete_orphan(list, same);
    }
    authjs_sql_insert(list, AUTHJS_USERS, user, id, is_new);
}

/* What belongs to the user, if it was inserted. */
static void insert_with_user(authjs_sql_list_t *list, authjs_sql_table_e table,
                             struct json_object *row, const char *id)
{
    const authjs_sql_condition_t was_inserted[] = {
        {1, AUTHJS_USERS, AUTHJS_MATCH("id", id)},
        {0, AUTHJS_TABLES, NULL},
    };

    if (row) {
        authjs_sql_insert(list, table, row, id, was_inserted);
    }
}

authjs_adapter_status_e authjs_sql_sign_up(void *instance, authjs_call_t *call,
                                           struct json_object *user,
                                           struct json_object *account,
                                           struct json_object *session,
                                           struct json_object **created)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    authjs_adapter_status_e status;
    const char *id;
    int found;

    *created = NULL;
    status = draw_id(instance, call, &id);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    insert_user(list, user, account, id);
    insert_with_user(list, AUTHJS_ACCOUNTS, account, id);
    insert_with_user(list, AUTHJS_SESSIONS, session, id);
    found = authjs_sql_select(list, AUTHJS_USERS, AUTHJS_MATCH("id", id), NULL);
    status = authjs_sql_run_row(list, 1, found, AUTHJS_USERS, created);
    if (status == AUTHJS_ADAPTER_OK && !*created) {
        call->error = "the account or the e-mail address is there already";
        return AUTHJS_ADAPTER_CONFLICT;
    }
    return status;
}

authjs_adapter_status_e authjs_sql_create_user(void *instance, authjs_call_t *call,
                                               struct json_object *user,
                                               struct json_object **created)
{
    return authjs_sql_sign_up(instance, call, user, NULL, NULL, created);
}
