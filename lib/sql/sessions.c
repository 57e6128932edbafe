#include "sql/methods.h"

#include "core/json.h"

authjs_adapter_status_e authjs_sql_create_session(void *instance, authjs_call_t *call,
                                                  struct json_object *session,
                                                  struct json_object **created)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int found;

    *created = NULL;
    authjs_sql_insert(list, AUTHJS_SESSIONS, session, NULL, NULL);
    found = authjs_sql_select(
        list, AUTHJS_SESSIONS,
        AUTHJS_MATCH("sessionToken", authjs_json_get_string(session, "sessionToken")),
        NULL);
    return authjs_sql_run_row(list, 0, found, AUTHJS_SESSIONS, created);
}

authjs_adapter_status_e authjs_sql_get_session_and_user(void *instance,
                                                        authjs_call_t *call,
                                                        const char *session_token,
                                                        struct json_object **found)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    struct json_object *session = NULL, *user = NULL;
    authjs_adapter_status_e status;
    int nsession, nuser;

    *found = NULL;
    authjs_sql_text(list, "SELECT ");
    nsession = authjs_sql_select_columns(list, AUTHJS_SESSIONS);
    authjs_sql_text(list, ", ");
    nuser = authjs_sql_select_columns(list, AUTHJS_USERS);
    authjs_sql_text(list, " FROM ");
    authjs_sql_table(list, AUTHJS_SESSIONS);
    authjs_sql_join_users(list, AUTHJS_SESSIONS);
    authjs_sql_text(list, " WHERE ");
    authjs_sql_match(list, AUTHJS_SESSIONS, AUTHJS_MATCH("sessionToken", session_token));
    authjs_sql_text(list, " LIMIT 2");
    authjs_sql_end(list, nsession + nuser);
    status = authjs_sql_run_row(list, 0, 0, AUTHJS_SESSIONS, &session);
    if (status == AUTHJS_ADAPTER_OK && session) {
        status = authjs_sql_read(list, authjs_sql_cells(list, 0, 0), nsession,
                                 AUTHJS_USERS, &user);
    }
    if (status == AUTHJS_ADAPTER_OK && user) {
        *found = authjs_json_object(call->pool);
        authjs_json_set(*found, "session", session);
        authjs_json_set(*found, "user", user);
    }
    return status;
}

authjs_adapter_status_e authjs_sql_update_session(void *instance, authjs_call_t *call,
                                                  struct json_object *session,
                                                  struct json_object **updated)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match =
        AUTHJS_MATCH("sessionToken", authjs_json_get_string(session, "sessionToken"));
    int found;

    *updated = NULL;
    authjs_sql_update(list, AUTHJS_SESSIONS, session, match);
    found = authjs_sql_select(list, AUTHJS_SESSIONS, match, NULL);
    return authjs_sql_run_row(list, 0, found, AUTHJS_SESSIONS, updated);
}

authjs_adapter_status_e authjs_sql_delete_session(void *instance, authjs_call_t *call,
                                                  const char *session_token,
                                                  struct json_object **deleted)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match = AUTHJS_MATCH("sessionToken", session_token);
    int was = authjs_sql_select(list, AUTHJS_SESSIONS, match, " LIMIT 1");

    *deleted = NULL;
    authjs_sql_delete(list, AUTHJS_SESSIONS, match);
    return authjs_sql_run_row(list, 0, was, AUTHJS_SESSIONS, deleted);
}

authjs_adapter_status_e authjs_sql_list_sessions(void *instance, authjs_call_t *call,
                                                 const char *user_id,
                                                 struct json_object **sessions)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int found = authjs_sql_select(list, AUTHJS_SESSIONS, AUTHJS_MATCH("userId", user_id),
                                  " ORDER BY expires" AUTHJS_SQL_ALL);

    *sessions = NULL;
    return authjs_sql_run_rows(list, found, AUTHJS_SESSIONS, sessions);
}
