#include "sql/methods.h"

#include "core/json.h"

authjs_adapter_status_e authjs_sql_create_verification_token(void *instance,
                                                             authjs_call_t *call,
                                                             struct json_object *token,
                                                             struct json_object **created)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int found;

    *created = NULL;
    authjs_sql_insert(list, AUTHJS_VERIFICATION_TOKENS, token, NULL, NULL);
    found = authjs_sql_select(
        list, AUTHJS_VERIFICATION_TOKENS,
        AUTHJS_MATCH2("identifier", authjs_json_get_string(token, "identifier"), "token",
                      authjs_json_get_string(token, "token")),
        NULL);
    return authjs_sql_run_row(list, 0, found, AUTHJS_VERIFICATION_TOKENS, created);
}

/* One statement; on MySQL, which has no RETURNING, the row is locked where it is read. */
authjs_adapter_status_e authjs_sql_use_verification_token(void *instance,
                                                          authjs_call_t *call,
                                                          const char *identifier,
                                                          const char *token,
                                                          struct json_object **used)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match =
        AUTHJS_MATCH2("identifier", identifier, "token", token);
    int ncolumns;

    *used = NULL;
    if (list->sql->dialect == AUTHJS_MYSQL) {
        authjs_sql_select(list, AUTHJS_VERIFICATION_TOKENS, match, " LIMIT 2 FOR UPDATE");
        authjs_sql_delete(list, AUTHJS_VERIFICATION_TOKENS, match);
    }
    else {
        authjs_sql_delete_where(list, AUTHJS_VERIFICATION_TOKENS);
        authjs_sql_match(list, AUTHJS_VERIFICATION_TOKENS, match);
        authjs_sql_text(list, " RETURNING ");
        ncolumns = authjs_sql_select_columns(list, AUTHJS_VERIFICATION_TOKENS);
        authjs_sql_end(list, ncolumns);
    }
    return authjs_sql_run_row(list, 0, 0, AUTHJS_VERIFICATION_TOKENS, used);
}

authjs_adapter_status_e authjs_sql_get_verification_token(void *instance,
                                                          authjs_call_t *call,
                                                          const char *identifier,
                                                          const char *token,
                                                          struct json_object **found)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);

    *found = NULL;
    return authjs_sql_run_row(
        list, 0,
        authjs_sql_select(list, AUTHJS_VERIFICATION_TOKENS,
                          AUTHJS_MATCH2("identifier", identifier, "token", token), NULL),
        AUTHJS_VERIFICATION_TOKENS, found);
}
