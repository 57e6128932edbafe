/* Which tables of passkeys a database has: those that Auth.js's own adapters use may lack
 * the authenticators, and those that were made before may lack what we keep beside them.
 */
#include "sql/methods.h"

static void put_presence(authjs_sql_list_t *list, authjs_sql_table_e table,
                         const char *bit)
{
    authjs_sql_text(list, list->text->nelts ? " UNION ALL SELECT '" : "SELECT '");
    authjs_sql_text(list, bit);
    switch (list->sql->dialect) {
    case AUTHJS_PGSQL:
        authjs_sql_text(list, "' WHERE to_regclass('");
        authjs_sql_table(list, table);
        authjs_sql_text(list, "') IS NOT NULL");
        return;
    case AUTHJS_MYSQL:
        authjs_sql_text(list, "' FROM information_schema.tables"
                              " WHERE table_schema = DATABASE() AND table_name = '");
        break;
    case AUTHJS_SQLITE:
    default:
        authjs_sql_text(list, "' FROM sqlite_master WHERE type = 'table' AND name = '");
    }
    authjs_sql_text(list, list->sql->schema->tables[table]);
    authjs_sql_text(list, "'");
}

authjs_adapter_status_e authjs_sql_present(void *instance, authjs_call_t *call,
                                           unsigned *present)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    authjs_adapter_status_e status;
    int i;

    *present = 0;
    put_presence(list, AUTHJS_AUTHENTICATORS, "a");
    put_presence(list, AUTHJS_PASSKEYS, "p");
    authjs_sql_end(list, 1);
    status = authjs_sql_run(list, 0);
    for (i = 0; status == AUTHJS_ADAPTER_OK && i < authjs_sql_count(list, 0); i++) {
        const char *cell = authjs_sql_cells(list, 0, i)[0];

        *present |=
            1u << (cell && *cell == 'a' ? AUTHJS_AUTHENTICATORS : AUTHJS_PASSKEYS);
    }
    return status;
}
