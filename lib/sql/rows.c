#include "sql/statement.h"

#include "core/json.h"
#include "sql/value.h"

#include <apr_strings.h>

authjs_adapter_status_e authjs_sql_run(authjs_sql_list_t *list, int lock)
{
    int i;

    if (list->failed) {
        return AUTHJS_ADAPTER_FAILED;
    }
    for (i = 0; i < list->count; i++) {
        list->statements[i].rows =
            apr_array_make(list->call->pool, 1, sizeof(const char *const *));
    }
    if (list->impossible) {
        return AUTHJS_ADAPTER_OK;
    }
    return list->sql->run(list->sql, list->call, list->statements, list->count, lock);
}

int authjs_sql_count(const authjs_sql_list_t *list, int statement)
{
    return list->statements[statement].rows->nelts;
}

authjs_adapter_status_e authjs_sql_read(authjs_sql_list_t *list, const char *const *cells,
                                        int first, authjs_sql_table_e table,
                                        struct json_object **row)
{
    struct json_object *object = authjs_json_object(list->call->pool);
    const authjs_sql_column_t *c;
    const char *why = NULL;

    for (c = authjs_sql_columns(table); c->name && !why; c++) {
        const authjs_sql_type_t *type = authjs_sql_type(list, c);

        if (authjs_sql_is_read(type)) {
            why = c->required && !cells[first]
                      ? "is NULL"
                      : authjs_sql_cell(type->kind, cells[first], object, c->name);
            first++;
            if (why) {
                authjs_sql_refuse(list, table, c->name, why);
            }
        }
    }
    if (why) {
        return AUTHJS_ADAPTER_FAILED;
    }
    *row = object;
    return AUTHJS_ADAPTER_OK;
}

authjs_adapter_status_e authjs_sql_row(authjs_sql_list_t *list, int statement,
                                       authjs_sql_table_e table, struct json_object **row)
{
    const apr_array_header_t *rows = list->statements[statement].rows;

    if (rows->nelts > 1) {
        return authjs_sql_failed(
            list, apr_psprintf(list->call->pool, "two rows of %s where there must be one",
                               list->sql->schema->tables[table]));
    }
    if (rows->nelts == 0) {
        return AUTHJS_ADAPTER_OK;
    }
    return authjs_sql_read(list, APR_ARRAY_IDX(rows, 0, const char *const *), 0, table,
                           row);
}

static authjs_adapter_status_e read_rows(authjs_sql_list_t *list, int statement,
                                         authjs_sql_table_e table,
                                         struct json_object **rows)
{
    const apr_array_header_t *from = list->statements[statement].rows;
    struct json_object *array =
        authjs_json_own(list->call->pool, json_object_new_array());
    struct json_object *row = NULL;
    authjs_adapter_status_e status;
    int i;

    for (i = 0; i < from->nelts; i++) {
        status = authjs_sql_read(list, APR_ARRAY_IDX(from, i, const char *const *), 0,
                                 table, &row);
        if (status != AUTHJS_ADAPTER_OK) {
            return status;
        }
        json_object_array_add(array, json_object_get(row));
    }
    *rows = array;
    return AUTHJS_ADAPTER_OK;
}

authjs_adapter_status_e authjs_sql_run_row(authjs_sql_list_t *list, int lock,
                                           int statement, authjs_sql_table_e table,
                                           struct json_object **row)
{
    authjs_adapter_status_e status = authjs_sql_run(list, lock);

    return status == AUTHJS_ADAPTER_OK ? authjs_sql_row(list, statement, table, row)
                                       : status;
}

authjs_adapter_status_e authjs_sql_run_rows(authjs_sql_list_t *list, int statement,
                                            authjs_sql_table_e table,
                                            struct json_object **rows)
{
    authjs_adapter_status_e status = authjs_sql_run(list, 0);

    return status == AUTHJS_ADAPTER_OK ? read_rows(list, statement, table, rows) : status;
}
