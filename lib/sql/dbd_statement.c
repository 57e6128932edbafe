/* One statement: prepared once a connection, run, its rows read. */
#include "sql/dbd_internal.h"

/* The texts are those of authjs_sql_methods, so there is a bound to how many there are. A
 * label must never be a keyword (PostgreSQL takes it as it is) nor come back while the
 * backend lives. */
static authjs_dbd_outcome_e prepare(authjs_dbd_work_t *work, const char *text,
                                    apr_dbd_prepared_t **prepared)
{
    authjs_dbd_connection_t *connection = work->connection;
    authjs_dbd_outcome_e outcome;
    const char *label;

    *prepared = apr_hash_get(connection->statements, text, APR_HASH_KEY_STRING);
    if (*prepared) {
        return DBD_DONE;
    }
    label = apr_psprintf(connection->statements_pool, "authjs_%u", ++connection->labels);
    outcome = authjs_dbd_outcome(
        work, apr_dbd_prepare(connection->driver, connection->statements_pool,
                              connection->handle, text, label, prepared));
    if (outcome == DBD_DONE) {
        outcome = authjs_dbd_same_backend(work);
    }
    if (outcome != DBD_DONE) {
        /* What is left of the attempt goes with the others. */
        authjs_dbd_forget(connection);
        return outcome;
    }
    apr_hash_set(connection->statements, apr_pstrdup(connection->statements_pool, text),
                 APR_HASH_KEY_STRING, *prepared);
    return DBD_DONE;
}

/* As a BLOB, which alone tells the length, is whole beyond MySQL's field buffers, and is
 * NULL where the others give an empty text. */
static const char *read_cell(authjs_dbd_work_t *work, apr_bucket_brigade *brigade,
                             apr_dbd_row_t *row, int column, const char **cell)
{
    apr_off_t length = 0;
    apr_size_t size;
    apr_status_t rv;
    char *text;

    *cell = NULL;
    rv = apr_dbd_datum_get(work->connection->driver, row, column, APR_DBD_TYPE_BLOB,
                           brigade);
    if (rv == APR_ENOENT) {
        return NULL;
    }
    if (rv != APR_SUCCESS || apr_brigade_length(brigade, 1, &length) != APR_SUCCESS) {
        return "a column cannot be read";
    }
    if (length > AUTHJS_DBD_CELL_MAX) {
        return "a column is longer than 1 MB";
    }
    size = (apr_size_t)length;
    text = apr_palloc(work->call->pool, size + 1);
    if (apr_brigade_flatten(brigade, text, &size) != APR_SUCCESS) {
        return "a column cannot be read";
    }
    text[size] = '\0';
    *cell = text;
    return memchr(text, '\0', size) ? "a column has a NUL byte" : NULL;
}

static const char *read_row(authjs_dbd_work_t *work, apr_bucket_brigade *brigade,
                            apr_dbd_row_t *row, authjs_statement_t *statement)
{
    const char **cells =
        apr_pcalloc(work->call->pool, sizeof(char *) * (apr_size_t)statement->ncolumns);
    const char *why = NULL;
    int i;

    for (i = 0; i < statement->ncolumns && !why; i++) {
        why = read_cell(work, brigade, row, i, &cells[i]);
        apr_brigade_cleanup(brigade);
    }
    APR_ARRAY_PUSH(statement->rows, const char *const *) = cells;
    return why;
}

/* By number: MySQL has no "next" in a stored result, and PostgreSQL's results that are
 * not stored hide errors. */
static authjs_dbd_outcome_e read_rows(authjs_dbd_work_t *work, apr_dbd_results_t *results,
                                      authjs_statement_t *statement)
{
    authjs_dbd_connection_t *connection = work->connection;
    apr_bucket_brigade *brigade =
        apr_brigade_create(work->pool, apr_bucket_alloc_create(work->pool));
    int count = apr_dbd_num_tuples(connection->driver, results), i;
    const char *why = NULL;

    if (apr_dbd_num_cols(connection->driver, results) != statement->ncolumns) {
        why = "a statement returned another number of columns than it should";
    }
    for (i = 1; i <= count && i <= AUTHJS_SQL_ROWS_MAX && !why; i++) {
        apr_dbd_row_t *row = NULL;

        why = apr_dbd_get_row(connection->driver, work->pool, results, &row, i)
                  ? "a row cannot be read"
                  : read_row(work, brigade, row, statement);
    }
    if (why) {
        work->call->error = why;
        return DBD_FAILED;
    }
    return DBD_DONE;
}

/* MySQL's driver takes the descriptions of 50 arguments and columns from the pool without
 * filling them in, and the client library reads what was there: numbers came back cut.
 * The first block of a pool stays when it is cleared, and so do the zeros in it. */
static apr_pool_t *pool_of_zeros(apr_pool_t *parent)
{
    apr_pool_t *pool;

    if (apr_pool_create(&pool, parent) != APR_SUCCESS) {
        return parent;
    }
    (void)apr_pcalloc(pool, 7000);
    apr_pool_clear(pool);
    return pool;
}

authjs_dbd_outcome_e authjs_dbd_execute(authjs_dbd_work_t *work,
                                        authjs_statement_t *statement)
{
    authjs_dbd_connection_t *connection = work->connection;
    apr_pool_t *pool = work->pool;
    apr_dbd_results_t *results = NULL;
    apr_dbd_prepared_t *prepared;
    authjs_dbd_outcome_e outcome;
    const char **args;
    int affected, rv;

    statement->rows = apr_array_make(work->call->pool, 1, sizeof(const char *const *));
    outcome = prepare(work, statement->text, &prepared);
    if (outcome != DBD_DONE) {
        return outcome;
    }
    args = apr_pmemdup(work->pool, statement->args,
                       sizeof(char *) * (apr_size_t)statement->nargs);
    if (!statement->ncolumns) {
        rv = apr_dbd_pquery(connection->driver, work->pool, connection->handle, &affected,
                            prepared, statement->nargs, args);
        return authjs_dbd_outcome(work, rv);
    }
    if (work->sql->dialect == AUTHJS_MYSQL) {
        pool = pool_of_zeros(pool);
    }
    rv = apr_dbd_pselect(connection->driver, pool, connection->handle, &results, prepared,
                         1, statement->nargs, args);
    return rv ? authjs_dbd_outcome(work, rv) : read_rows(work, results, statement);
}
