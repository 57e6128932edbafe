/* authjs-sql DRIVER: statements over apr_dbd as the adapter dbd runs them, for the tests;
 * not installed. AUTHJS_TEST_PARAMS has what DBDParams would have. Each line of stdin is
 * a list, [lock, [text, columns, argument...]...] or the word "migrate"; each line of
 * stdout its end, {"status":"ok","rows":[[[cell...]...]...]} or {"status":...,
 * "error":...}. */
#include "core/json.h"
#include "sql/dbd.h"

#include <apr_general.h>
#include <apr_strings.h>

#include <stdio.h>
#include <stdlib.h>

#define MAX_LINE       (4 * 1024 * 1024)
#define MAX_STATEMENTS 50

static const char *text_of(struct json_object *value)
{
    return value ? json_object_get_string(value) : NULL;
}

static void read_statement(apr_pool_t *pool, authjs_statement_t *statement,
                           struct json_object *list)
{
    int n = (int)json_object_array_length(list) - 2, i;
    const char **args = apr_pcalloc(pool, sizeof(char *) * (apr_size_t)(n + 1));

    statement->text = text_of(json_object_array_get_idx(list, 0));
    statement->ncolumns = json_object_get_int(json_object_array_get_idx(list, 1));
    statement->nargs = n;
    for (i = 0; i < n; i++) {
        args[i] = text_of(json_object_array_get_idx(list, (size_t)i + 2));
    }
    statement->args = args;
}

static struct json_object *cells_of(const char *const *cells, int count)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; i < count; i++) {
        json_object_array_add(array, cells[i] ? json_object_new_string(cells[i]) : NULL);
    }
    return array;
}

static struct json_object *rows_of(const authjs_statement_t *statement)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; i < statement->rows->nelts; i++) {
        const char *const *cells = APR_ARRAY_IDX(statement->rows, i, const char *const *);

        json_object_array_add(array, cells_of(cells, statement->ncolumns));
    }
    return array;
}

static authjs_adapter_status_e run(const authjs_sql_t *sql, authjs_call_t *call,
                                   struct json_object *list, struct json_object *rows)
{
    authjs_statement_t statements[MAX_STATEMENTS];
    int count = (int)json_object_array_length(list) - 1, i;
    int lock = json_object_get_boolean(json_object_array_get_idx(list, 0));
    authjs_adapter_status_e status;

    memset(statements, 0, sizeof(statements));
    for (i = 0; i < count && i < MAX_STATEMENTS; i++) {
        read_statement(call->pool, &statements[i],
                       json_object_array_get_idx(list, (size_t)i + 1));
    }
    status = sql->run(sql, call, statements, count, lock);
    for (i = 0; i < count && status == AUTHJS_ADAPTER_OK; i++) {
        json_object_array_add(rows, rows_of(&statements[i]));
    }
    return status;
}

static void answer(const authjs_sql_t *sql, const char *line, apr_pool_t *pool)
{
    static const char *const names[] = {"ok", "conflict", "unavailable", "failed"};
    authjs_call_t call = {NULL, NULL, pool, NULL};
    struct json_object *list, *end = json_object_new_object();
    struct json_object *rows = json_object_new_array();
    authjs_adapter_status_e status;

    authjs_json_parse(&list, pool, line, strlen(line));
    status = json_object_is_type(list, json_type_array) ? run(sql, &call, list, rows)
                                                        : authjs_dbd_migrate(sql, &call);
    json_object_object_add(end, "status", json_object_new_string(names[status]));
    json_object_object_add(end, "rows", rows);
    if (call.error) {
        json_object_object_add(end, "error", json_object_new_string(call.error));
    }
    puts(json_object_to_json_string_ext(end, JSON_C_TO_STRING_PLAIN));
    fflush(stdout);
    json_object_put(end);
}

int main(int argc, char **argv)
{
    static char line[MAX_LINE];
    const char *why, *params = getenv("AUTHJS_TEST_PARAMS");
    authjs_sql_t *sql;
    apr_pool_t *pool, *call_pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    why = argc == 2 && params ? authjs_dbd_open(&sql, pool, argv[1], params, NULL)
                              : "AUTHJS_TEST_PARAMS=... authjs-sql DRIVER";
    if (why) {
        fprintf(stderr, "authjs-sql: %s\n", why);
        return 1;
    }
    while (fgets(line, sizeof(line), stdin)) {
        apr_pool_create(&call_pool, pool);
        answer(sql, line, call_pool);
        apr_pool_destroy(call_pool);
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
