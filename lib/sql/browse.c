#include "sql/statement.h"

#include <apr_strings.h>

static authjs_adapter_status_e browse(authjs_sql_t *sql, authjs_call_t *call,
                                      authjs_sql_table_e table, const char *key,
                                      const authjs_sql_match_t *match, const char *like,
                                      const char *after, int limit,
                                      struct json_object **rows)
{
    authjs_sql_list_t *list = authjs_sql_list(sql, call);
    int ncolumns = authjs_sql_select_from(list, table);

    *rows = NULL;
    if (match) {
        authjs_sql_text(list, " WHERE ");
        authjs_sql_match(list, table, match);
    }
    if (like) {
        authjs_sql_text(list, " WHERE ");
        authjs_sql_column(list, table, key);
        authjs_sql_text(list, " LIKE ");
        authjs_sql_value(list, table, key, like);
    }
    if (after) {
        authjs_sql_text(list, match || like ? " AND " : " WHERE ");
        authjs_sql_column(list, table, key);
        authjs_sql_text(list, " > ");
        authjs_sql_value(list, table, key, after);
    }
    authjs_sql_text(list, " ORDER BY ");
    authjs_sql_column(list, table, key);
    authjs_sql_text(list, apr_psprintf(call->pool, " LIMIT %d", limit));
    return authjs_sql_run_rows(list, authjs_sql_end(list, ncolumns), table, rows);
}

authjs_adapter_status_e authjs_sql_browse_users(authjs_sql_t *sql, authjs_call_t *call,
                                                const char *after, int limit,
                                                struct json_object **users)
{
    return browse(sql, call, AUTHJS_USERS, "id", NULL, NULL, after, limit, users);
}

authjs_adapter_status_e authjs_sql_browse_sessions(authjs_sql_t *sql, authjs_call_t *call,
                                                   const char *user_id, const char *after,
                                                   int limit,
                                                   struct json_object **sessions)
{
    return browse(sql, call, AUTHJS_SESSIONS, "sessionToken",
                  user_id ? AUTHJS_MATCH("userId", user_id) : NULL, NULL, after, limit,
                  sessions);
}

authjs_adapter_status_e
authjs_sql_browse_verification_tokens(authjs_sql_t *sql, authjs_call_t *call,
                                      const char *like, const char *after, int limit,
                                      struct json_object **tokens)
{
    return browse(sql, call, AUTHJS_VERIFICATION_TOKENS, "identifier", NULL, like, after,
                  limit, tokens);
}
