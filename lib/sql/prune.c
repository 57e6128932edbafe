#include "sql/methods.h"

#include <apr_strings.h>

static void put_expired(authjs_sql_list_t *list, authjs_sql_table_e table,
                        const char *now)
{
    authjs_sql_column(list, table, "expires");
    authjs_sql_text(list, " < ");
    authjs_sql_value(list, table, "expires", now);
}

static void count_expired(authjs_sql_list_t *list, authjs_sql_table_e table,
                          const char *now, const char *limit)
{
    authjs_sql_text(list, "SELECT COUNT(*) FROM (SELECT 1 FROM ");
    authjs_sql_table(list, table);
    authjs_sql_text(list, " WHERE ");
    put_expired(list, table, now);
    authjs_sql_text(list, limit);
    authjs_sql_text(list, ") AS expired");
    authjs_sql_end(list, 1);
}

/* MySQL has no LIMIT behind IN (SELECT ...), the others none behind DELETE. */
static void delete_expired(authjs_sql_list_t *list, authjs_sql_table_e table,
                           const char *key, const char *now, const char *limit)
{
    authjs_sql_text(list, "DELETE FROM ");
    authjs_sql_table(list, table);
    authjs_sql_text(list, " WHERE ");
    put_expired(list, table, now);
    if (list->sql->dialect == AUTHJS_MYSQL) {
        authjs_sql_text(list, limit);
    }
    else {
        authjs_sql_text(list, " AND ");
        authjs_sql_column(list, table, key);
        authjs_sql_text(list, " IN (SELECT ");
        authjs_sql_column(list, table, key);
        authjs_sql_text(list, " FROM ");
        authjs_sql_table(list, table);
        authjs_sql_text(list, " WHERE ");
        put_expired(list, table, now);
        authjs_sql_text(list, limit);
        authjs_sql_text(list, ")");
    }
    authjs_sql_end(list, 0);
}

static apr_int64_t counted(const authjs_sql_list_t *list, int statement)
{
    const apr_array_header_t *rows = list->statements[statement].rows;
    const char *cell =
        rows->nelts ? APR_ARRAY_IDX(rows, 0, const char *const *)[0] : NULL;

    return cell ? apr_atoi64(cell) : 0;
}

authjs_adapter_status_e authjs_sql_prune(void *instance, authjs_call_t *call,
                                         const char *now, int limit, apr_int64_t *pruned)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const char *behind = apr_psprintf(call->pool, " LIMIT %d", limit);
    authjs_adapter_status_e status;

    *pruned = 0;
    count_expired(list, AUTHJS_SESSIONS, now, behind);
    delete_expired(list, AUTHJS_SESSIONS, "sessionToken", now, behind);
    count_expired(list, AUTHJS_VERIFICATION_TOKENS, now, behind);
    delete_expired(list, AUTHJS_VERIFICATION_TOKENS, "token", now, behind);
    status = authjs_sql_run(list, 0);
    if (status == AUTHJS_ADAPTER_OK) {
        *pruned = counted(list, 0) + counted(list, 2);
    }
    return status;
}
