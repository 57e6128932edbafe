#include "sql/d1_answer.h"

#include <apr_escape.h>
#include <apr_strings.h>

#define ROWS_MAX    1000
#define MESSAGE_MAX 200

static int is_true(struct json_object *value)
{
    return json_object_is_type(value, json_type_boolean) &&
           json_object_get_boolean(value);
}

/* D1 has text, numbers and NULL; a BLOB would come as an array. */
static const char *read_cell(apr_pool_t *pool, struct json_object *value,
                             const char **cell)
{
    const char *text;

    *cell = NULL;
    if (!value) {
        return NULL;
    }
    if (!json_object_is_type(value, json_type_string) &&
        !json_object_is_type(value, json_type_int) &&
        !json_object_is_type(value, json_type_double)) {
        return "a column holds neither text nor a number";
    }
    text = json_object_get_string(value);
    if (json_object_is_type(value, json_type_string) &&
        strlen(text) != (apr_size_t)json_object_get_string_len(value)) {
        return "a column holds a NUL byte";
    }
    *cell = apr_pstrdup(pool, text);
    return NULL;
}

static const char *read_row(apr_pool_t *pool, struct json_object *row, int columns,
                            const char ***cells)
{
    const char *why = NULL;
    int i;

    if (!json_object_is_type(row, json_type_array) ||
        json_object_array_length(row) != (size_t)columns) {
        return "a row has not as many columns as were asked for";
    }
    *cells = apr_palloc(pool, sizeof(char *) * (apr_size_t)columns);
    for (i = 0; i < columns && !why; i++) {
        why = read_cell(pool, json_object_array_get_idx(row, (size_t)i), &(*cells)[i]);
    }
    return why;
}

static const char *read_rows(apr_pool_t *pool, struct json_object *result, int columns,
                             apr_array_header_t **rows)
{
    struct json_object *all =
        authjs_json_get_array(authjs_json_get_object(result, "results"), "rows");
    const char **cells, *why;
    size_t count, i;

    if (!all) {
        return "a result has no rows";
    }
    count = json_object_array_length(all);
    if (count > ROWS_MAX) {
        return "a result has too many rows";
    }
    for (i = 0; i < count; i++) {
        why = read_row(pool, json_object_array_get_idx(all, i), columns, &cells);
        if (why) {
            return why;
        }
        APR_ARRAY_PUSH(*rows, const char *const *) = cells;
    }
    return NULL;
}

/* What one statement returned. */
static const char *read_result(apr_pool_t *pool, struct json_object *result, int columns,
                               apr_array_header_t **rows)
{
    *rows = apr_array_make(pool, 1, sizeof(const char *const *));
    if (!json_object_is_type(result, json_type_object) ||
        !is_true(authjs_json_get(result, "success"))) {
        return "a statement did not succeed";
    }
    return columns ? read_rows(pool, result, columns, rows) : NULL;
}

static int says(const apr_array_header_t *rows, const char *nonce)
{
    const char *cell;

    if (rows->nelts != 1) {
        return 0;
    }
    cell = APR_ARRAY_IDX(rows, 0, const char *const *)[0];
    return cell && !strcmp(cell, nonce);
}

const char *authjs_d1_read(apr_pool_t *pool, struct json_object *answer,
                           const char *nonce, const int *columns, int count,
                           apr_array_header_t **rows)
{
    struct json_object *results = authjs_json_get_array(answer, "result");
    apr_array_header_t *first;
    const char *why;
    int i;

    if (!is_true(authjs_json_get(answer, "success"))) {
        return "it does not say that it succeeded";
    }
    if (!results || json_object_array_length(results) != (size_t)count + 1) {
        return "it has not as many results as there were statements";
    }
    why = read_result(pool, json_object_array_get_idx(results, 0), 1, &first);
    if (why || !says(first, nonce)) {
        return "it answers another question, perhaps another database's";
    }
    for (i = 0; i < count; i++) {
        why = read_result(pool, json_object_array_get_idx(results, (size_t)i + 1),
                          columns[i], &rows[i]);
        if (why) {
            return why;
        }
    }
    return NULL;
}

const char *authjs_d1_error(apr_pool_t *pool, struct json_object *answer)
{
    struct json_object *errors = authjs_json_get_array(answer, "errors"), *first;
    const char *message;
    apr_int64_t code = 0;

    if (!errors || !json_object_array_length(errors)) {
        return NULL;
    }
    first = json_object_array_get_idx(errors, 0);
    message = authjs_json_get_string(first, "message");
    if (!message) {
        return NULL;
    }
    authjs_json_get_int64(first, "code", &code);
    message = apr_pstrndup(pool, message, MESSAGE_MAX);
    return apr_psprintf(pool, "%" APR_INT64_T_FMT " %s", code,
                        apr_pescape_echo(pool, message, 0));
}
