#include "sql/statement.h"

#include "core/core.h"
#include "core/json.h"
#include "sql/value.h"

#include <apr_strings.h>

#include <string.h>

/* The type of a column; NULL: statements leave it alone. */
static const authjs_sql_type_t *column_type(const authjs_sql_list_t *list,
                                            const authjs_sql_column_t *column)
{
    return list->sql->schema->roles[column->role].type;
}

/* Whether a column of that type (NULL: no) is read. */
static int is_read(const authjs_sql_type_t *type)
{
    return type && type->kind != AUTHJS_SQL_NOW;
}

authjs_sql_list_t *authjs_sql_list(void *instance, authjs_call_t *call)
{
    authjs_sql_list_t *list = apr_pcalloc(call->pool, sizeof(*list));

    list->sql = instance;
    list->call = call;
    list->text = apr_array_make(call->pool, 64, sizeof(const char *));
    list->args = apr_array_make(call->pool, 16, sizeof(const char *));
    return list;
}

authjs_adapter_status_e authjs_sql_failed(authjs_sql_list_t *list, const char *error)
{
    list->failed = 1;
    list->call->error = error;
    return AUTHJS_ADAPTER_FAILED;
}

/* FAILED for a column: told by its place, never by its value. */
static void refuse_column(authjs_sql_list_t *list, authjs_sql_table_e table,
                          const char *column, const char *why)
{
    authjs_sql_failed(list, apr_psprintf(list->call->pool, "%s.%s %s",
                                         list->sql->schema->tables[table], column, why));
}

/* ---- parts ---------------------------------------------------------------------- */

void authjs_sql_text(authjs_sql_list_t *list, const char *text)
{
    if (text) {
        APR_ARRAY_PUSH(list->text, const char *) = text;
    }
}

static void put_name(authjs_sql_list_t *list, const char *name)
{
    authjs_sql_text(list, authjs_sql_quote(list->call->pool, list->sql->dialect, name));
}

void authjs_sql_table(authjs_sql_list_t *list, authjs_sql_table_e table)
{
    put_name(list, list->sql->schema->tables[table]);
}

void authjs_sql_column(authjs_sql_list_t *list, authjs_sql_table_e table,
                       const char *column)
{
    authjs_sql_table(list, table);
    authjs_sql_text(list, ".");
    put_name(list, column);
}

static void put_argument(authjs_sql_list_t *list, const authjs_sql_type_t *type,
                         const char *arg)
{
    authjs_sql_text(list, type->put[0]);
    authjs_sql_text(list, list->sql->question_marks ? "?" : "%s");
    authjs_sql_text(list, type->put[1]);
    APR_ARRAY_PUSH(list->args, const char *) = arg;
}

static const authjs_sql_type_t *type_by_name(const authjs_sql_list_t *list,
                                             authjs_sql_table_e table, const char *name)
{
    const authjs_sql_column_t *c;

    for (c = authjs_sql_columns(table); c->name; c++) {
        if (!strcmp(c->name, name)) {
            return column_type(list, c);
        }
    }
    return NULL;
}

int authjs_sql_select_columns(authjs_sql_list_t *list, authjs_sql_table_e table)
{
    const authjs_sql_column_t *c;
    int count = 0;

    for (c = authjs_sql_columns(table); c->name; c++) {
        const authjs_sql_type_t *type = column_type(list, c);

        if (is_read(type)) {
            authjs_sql_text(list, count++ ? ", " : NULL);
            authjs_sql_text(list, type->get[0]);
            authjs_sql_column(list, table, c->name);
            authjs_sql_text(list, type->get[1]);
        }
    }
    return count;
}

int authjs_sql_select_from(authjs_sql_list_t *list, authjs_sql_table_e table)
{
    int ncolumns;

    authjs_sql_text(list, "SELECT ");
    ncolumns = authjs_sql_select_columns(list, table);
    authjs_sql_text(list, " FROM ");
    authjs_sql_table(list, table);
    return ncolumns;
}

void authjs_sql_delete_where(authjs_sql_list_t *list, authjs_sql_table_e table)
{
    authjs_sql_text(list, "DELETE FROM ");
    authjs_sql_table(list, table);
    authjs_sql_text(list, " WHERE ");
}

void authjs_sql_value(authjs_sql_list_t *list, authjs_sql_table_e table,
                      const char *column, const char *value)
{
    const authjs_sql_type_t *type = type_by_name(list, table, column);
    const char *arg, *why;

    why = authjs_sql_search(list->call->pool, type->kind, value, &arg);
    if (why) {
        refuse_column(list, table, column, why);
    }
    list->impossible |= value && !arg;
    put_argument(list, type, arg);
}

static void put_exact(authjs_sql_list_t *list, authjs_sql_table_e table,
                      const char *column)
{
    int mysql = list->sql->dialect == AUTHJS_MYSQL;

    authjs_sql_text(list, mysql ? "CAST(CONVERT(" : NULL);
    authjs_sql_column(list, table, column);
    authjs_sql_text(list, mysql ? " USING utf8mb4) AS BINARY)" : NULL);
}

void authjs_sql_match(authjs_sql_list_t *list, authjs_sql_table_e table,
                      const authjs_sql_match_t *match)
{
    const authjs_sql_match_t *m;

    for (m = match; m->column; m++) {
        authjs_sql_text(list, m == match ? NULL : " AND ");
        authjs_sql_column(list, table, m->column);
        authjs_sql_text(list, " = ");
        authjs_sql_value(list, table, m->column, m->value);
        /* MySQL's usual collations take 'abc' for 'ABC' and e for é. */
        if (list->sql->dialect == AUTHJS_MYSQL) {
            authjs_sql_text(list, " AND ");
            put_exact(list, table, m->column);
            authjs_sql_text(list, " = CAST(");
            authjs_sql_value(list, table, m->column, m->value);
            authjs_sql_text(list, " AS BINARY)");
        }
    }
}

/* "EXISTS (...) AND NOT EXISTS (...)" */
static void put_conditions(authjs_sql_list_t *list,
                           const authjs_sql_condition_t *conditions)
{
    const authjs_sql_condition_t *c;

    for (c = conditions; c->match; c++) {
        authjs_sql_text(list, c == conditions ? NULL : " AND ");
        authjs_sql_text(list, c->exists ? "EXISTS (SELECT 1 FROM "
                                        : "NOT EXISTS (SELECT 1 FROM ");
        authjs_sql_table(list, c->table);
        authjs_sql_text(list, " WHERE ");
        authjs_sql_match(list, c->table, c->match);
        authjs_sql_text(list, ")");
    }
}

void authjs_sql_same(authjs_sql_list_t *list, authjs_sql_table_e table,
                     authjs_sql_table_e other, const char *column)
{
    put_exact(list, table, column);
    authjs_sql_text(list, " = ");
    put_exact(list, other, column);
}

void authjs_sql_same_user(authjs_sql_list_t *list, authjs_sql_table_e table)
{
    authjs_sql_column(list, AUTHJS_USERS, "id");
    authjs_sql_text(list, " = ");
    authjs_sql_column(list, table, "userId");
}

void authjs_sql_join_users(authjs_sql_list_t *list, authjs_sql_table_e table)
{
    authjs_sql_text(list, " JOIN ");
    authjs_sql_table(list, AUTHJS_USERS);
    authjs_sql_text(list, " ON ");
    authjs_sql_same_user(list, table);
}

int authjs_sql_end(authjs_sql_list_t *list, int ncolumns)
{
    apr_pool_t *pool = list->call->pool;
    authjs_statement_t *statement = &list->statements[list->count];

    statement->text = apr_array_pstrcat(pool, list->text, 0);
    statement->args = (const char *const *)apr_array_copy(pool, list->args)->elts;
    statement->nargs = list->args->nelts;
    statement->ncolumns = ncolumns;
    apr_array_clear(list->text);
    apr_array_clear(list->args);
    return list->count++;
}

/* ---- whole statements ----------------------------------------------------------- */

int authjs_sql_select(authjs_sql_list_t *list, authjs_sql_table_e table,
                      const authjs_sql_match_t *match, const char *behind)
{
    int ncolumns = authjs_sql_select_from(list, table);

    authjs_sql_text(list, " WHERE ");
    authjs_sql_match(list, table, match);
    authjs_sql_text(list, behind ? behind : " LIMIT 2");
    return authjs_sql_end(list, ncolumns);
}

/* Rows are found by text: a number that a provider says would be another key. */
static int has_text_for_its_key(const authjs_sql_column_t *c, struct json_object *row)
{
    struct json_object *value = authjs_json_get(row, c->name);

    return (c->role != AUTHJS_SQL_KEY && c->role != AUTHJS_SQL_HASH) || !value ||
           json_object_is_type(value, json_type_string);
}

static void put_member(authjs_sql_list_t *list, authjs_sql_table_e table,
                       const authjs_sql_column_t *c, struct json_object *row)
{
    const authjs_sql_type_t *type = column_type(list, c);
    const char *arg, *why;

    if (type->kind == AUTHJS_SQL_NOW) {
        authjs_sql_text(list, type->put[0]);
        return;
    }
    why = authjs_sql_argument(list->call->pool, type->kind, row, c->name, &arg);
    if (!why && !has_text_for_its_key(c, row)) {
        why = "is no text";
    }
    if (why) {
        refuse_column(list, table, c->name, why);
    }
    put_argument(list, type, arg);
}

static void put_new(authjs_sql_list_t *list, authjs_sql_table_e table,
                    const authjs_sql_column_t *c, struct json_object *row,
                    const char *user_id)
{
    if (c->role == AUTHJS_SQL_ROW_ID) {
        put_argument(list, column_type(list, c), authjs_random_uuid(list->call->pool));
    }
    else if (user_id && (c->role == AUTHJS_SQL_ID || c->role == AUTHJS_SQL_USER_ID)) {
        authjs_sql_value(list, table, c->name, user_id);
    }
    else {
        put_member(list, table, c, row);
    }
}

/* Ids of rows that are no text are the database's own to make. */
static int is_written(const authjs_sql_list_t *list, const authjs_sql_column_t *c)
{
    const authjs_sql_type_t *type = column_type(list, c);

    return type && (c->role != AUTHJS_SQL_ROW_ID || type->kind == AUTHJS_SQL_TEXT);
}

int authjs_sql_insert(authjs_sql_list_t *list, authjs_sql_table_e table,
                      struct json_object *row, const char *user_id,
                      const authjs_sql_condition_t *conditions)
{
    const authjs_sql_column_t *c;
    const char *comma = " (";

    authjs_sql_text(list, "INSERT INTO ");
    authjs_sql_table(list, table);
    for (c = authjs_sql_columns(table); c->name; c++) {
        if (is_written(list, c)) {
            authjs_sql_text(list, comma);
            put_name(list, c->name);
            comma = ", ";
        }
    }
    comma = conditions ? ") SELECT " : ") VALUES (";
    for (c = authjs_sql_columns(table); c->name; c++) {
        if (is_written(list, c)) {
            authjs_sql_text(list, comma);
            put_new(list, table, c, row, user_id);
            comma = ", ";
        }
    }
    if (conditions) {
        authjs_sql_text(list, list->sql->dialect == AUTHJS_MYSQL ? " FROM DUAL WHERE "
                                                                 : " WHERE ");
        put_conditions(list, conditions);
    }
    else {
        authjs_sql_text(list, ")");
    }
    return authjs_sql_end(list, 0);
}

static int is_matched(const authjs_sql_match_t *match, const char *column)
{
    for (; match->column; match++) {
        if (!strcmp(match->column, column)) {
            return 1;
        }
    }
    return 0;
}

static int is_updated(const authjs_sql_list_t *list, const authjs_sql_column_t *c,
                      struct json_object *row, const authjs_sql_match_t *match)
{
    return is_read(column_type(list, c)) && c->role != AUTHJS_SQL_ID &&
           c->role != AUTHJS_SQL_ROW_ID && c->role != AUTHJS_SQL_USER_ID &&
           !is_matched(match, c->name) && json_object_object_get_ex(row, c->name, NULL);
}

void authjs_sql_update(authjs_sql_list_t *list, authjs_sql_table_e table,
                       struct json_object *row, const authjs_sql_match_t *match)
{
    const authjs_sql_column_t *c;
    int count = 0;

    for (c = authjs_sql_columns(table); c->name; c++) {
        const authjs_sql_type_t *type = column_type(list, c);

        if (is_updated(list, c, row, match) ||
            (count && type && c->role == AUTHJS_SQL_UPDATED)) {
            authjs_sql_text(list, count++ ? ", " : "UPDATE ");
            if (count == 1) {
                authjs_sql_table(list, table);
                authjs_sql_text(list, " SET ");
            }
            put_name(list, c->name);
            authjs_sql_text(list, " = ");
            put_member(list, table, c, row);
        }
    }
    if (count) {
        authjs_sql_text(list, " WHERE ");
        authjs_sql_match(list, table, match);
        authjs_sql_end(list, 0);
    }
}

int authjs_sql_delete(authjs_sql_list_t *list, authjs_sql_table_e table,
                      const authjs_sql_match_t *match)
{
    authjs_sql_delete_where(list, table);
    authjs_sql_match(list, table, match);
    return authjs_sql_end(list, 0);
}

/* ---- results -------------------------------------------------------------------- */

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

const char *const *authjs_sql_cells(const authjs_sql_list_t *list, int statement, int row)
{
    return APR_ARRAY_IDX(list->statements[statement].rows, row, const char *const *);
}

authjs_adapter_status_e authjs_sql_read(authjs_sql_list_t *list, const char *const *cells,
                                        int first, authjs_sql_table_e table,
                                        struct json_object **row)
{
    struct json_object *object = authjs_json_object(list->call->pool);
    const authjs_sql_column_t *c;
    const char *why = NULL;

    for (c = authjs_sql_columns(table); c->name && !why; c++) {
        const authjs_sql_type_t *type = column_type(list, c);

        if (is_read(type)) {
            why = c->required && !cells[first]
                      ? "is NULL"
                      : authjs_sql_cell(type->kind, cells[first], object, c->name);
            first++;
            if (why) {
                refuse_column(list, table, c->name, why);
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
    int count = authjs_sql_count(list, statement);

    if (count > 1) {
        return authjs_sql_failed(
            list, apr_psprintf(list->call->pool, "two rows of %s where there must be one",
                               list->sql->schema->tables[table]));
    }
    if (count == 0) {
        return AUTHJS_ADAPTER_OK;
    }
    return authjs_sql_read(list, authjs_sql_cells(list, statement, 0), 0, table, row);
}

authjs_adapter_status_e authjs_sql_rows(authjs_sql_list_t *list, int statement,
                                        authjs_sql_table_e table,
                                        struct json_object **rows)
{
    struct json_object *array =
        authjs_json_own(list->call->pool, json_object_new_array());
    struct json_object *row = NULL;
    authjs_adapter_status_e status;
    int i;

    for (i = 0; i < authjs_sql_count(list, statement); i++) {
        status =
            authjs_sql_read(list, authjs_sql_cells(list, statement, i), 0, table, &row);
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

    return status == AUTHJS_ADAPTER_OK ? authjs_sql_rows(list, statement, table, rows)
                                       : status;
}
