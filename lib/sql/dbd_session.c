/* The session that statements run in: its settings, its transactions, its locks. With raw
 * BEGIN and COMMIT: apr_dbd's own transactions do not tell one from the other. */
#include "sql/dbd_internal.h"
#include "sql/schema.h"

/* Nothing waits much longer than run does. */
static const char pgsql_settings[] =
    "SET client_encoding TO 'UTF8'; SET TIME ZONE 'UTC'; SET lock_timeout TO '3s'; "
    "SET statement_timeout TO '6s'; SET idle_in_transaction_session_timeout TO '30s'; "
    "SET default_transaction_isolation TO 'read committed'";

/* A value that does not fit is an error, never cut. The time zone stays the server's:
 * what others write into TIMESTAMP columns means that one. */
static const char mysql_settings[] =
    "SET NAMES utf8mb4, innodb_lock_wait_timeout = 3, lock_wait_timeout = 3, "
    "sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')"
    "/*M!100101 , max_statement_time = 6 */";

/* MySQL's own table locks would end the transaction. Its named locks are the server's,
 * not a database's, and no longer than 64 characters. */
static const char mysql_lock[] =
    "SELECT GET_LOCK(CONCAT('authjs.', SHA1(DATABASE())), 3)";
static const char mysql_unlock[] = "DO RELEASE_LOCK(CONCAT('authjs.', SHA1(DATABASE())))";

/* A statement without arguments and rows. */
static authjs_dbd_outcome_e run_command(authjs_dbd_work_t *work, const char *text)
{
    int affected;

    return authjs_dbd_outcome(work,
                              apr_dbd_query(work->connection->driver,
                                            work->connection->handle, &affected, text));
}

/* A statement without arguments; *cell is the first of its first row, or NULL. */
static authjs_dbd_outcome_e ask_cell(authjs_dbd_work_t *work, const char *text,
                                     const char **cell)
{
    const authjs_dbd_connection_t *connection = work->connection;
    apr_dbd_results_t *results = NULL;
    apr_dbd_row_t *row = NULL;
    int rv;

    *cell = NULL;
    rv = apr_dbd_select(connection->driver, work->pool, connection->handle, &results,
                        text, 1);
    if (rv) {
        return authjs_dbd_outcome(work, rv);
    }
    if (!apr_dbd_get_row(connection->driver, work->pool, results, &row, 1)) {
        *cell = apr_pstrdup(work->pool, apr_dbd_get_entry(connection->driver, row, 0));
    }
    return DBD_DONE;
}

void authjs_dbd_forget(authjs_dbd_connection_t *connection)
{
    if (connection->statements_pool) {
        apr_pool_destroy(connection->statements_pool);
        connection->statements_pool = NULL;
    }
    connection->ready = 0;
}

authjs_dbd_outcome_e authjs_dbd_same_backend(authjs_dbd_work_t *work)
{
    if (authjs_dbd_backend(work) == work->connection->backend) {
        return DBD_DONE;
    }
    work->call->error = "the connection was lost";
    return DBD_LOST;
}

/* ---- SQLite --------------------------------------------------------------------- */

static authjs_dbd_outcome_e is_empty(authjs_dbd_work_t *work, int *empty)
{
    const char *cell;
    authjs_dbd_outcome_e outcome =
        ask_cell(work, "SELECT 1 FROM sqlite_master LIMIT 1", &cell);

    *empty = outcome == DBD_DONE && !cell;
    return outcome;
}

authjs_dbd_outcome_e authjs_dbd_create_tables(authjs_dbd_work_t *work)
{
    const authjs_sql_t *sql = work->sql;
    apr_array_header_t *statements =
        authjs_sql_migration(work->pool, sql->dialect, sql->schema);
    authjs_dbd_outcome_e outcome = DBD_DONE;
    int i;

    for (i = 0; i < statements->nelts && outcome == DBD_DONE; i++) {
        outcome = run_command(work, APR_ARRAY_IDX(statements, i, const char *));
    }
    return outcome;
}

/* Of several processes that find the file empty, the first fills it. */
static authjs_dbd_outcome_e fill(authjs_dbd_work_t *work)
{
    authjs_dbd_outcome_e outcome;
    int empty;

    outcome = authjs_dbd_begin(work, 0);
    if (outcome != DBD_DONE) {
        return outcome;
    }
    outcome = is_empty(work, &empty);
    if (outcome == DBD_DONE && empty) {
        outcome = authjs_dbd_create_tables(work);
    }
    if (outcome == DBD_DONE) {
        outcome = authjs_dbd_commit(work);
    }
    if (outcome != DBD_DONE) {
        authjs_dbd_rollback(work);
    }
    return outcome;
}

/* A file that has any table is somebody's already, and stays as it is. */
static authjs_dbd_outcome_e sqlite_session(authjs_dbd_work_t *work)
{
    const authjs_dbd_t *dbd = work->sql->connection;
    authjs_dbd_outcome_e outcome;
    const char *mode;
    int empty;

    outcome = is_empty(work, &empty);
    if (outcome != DBD_DONE) {
        return outcome;
    }
    /* The mode belongs to the file. While another process changes it this one fails, and
     * the file stays empty until one of them succeeds. */
    outcome = ask_cell(work, empty ? "PRAGMA journal_mode = WAL" : "PRAGMA journal_mode",
                       &mode);
    if (outcome == DBD_DONE && empty && dbd->creates) {
        outcome = fill(work);
    }
    if (outcome == DBD_DONE && mode && !strcmp(mode, "wal")) {
        outcome = run_command(work, "PRAGMA synchronous = NORMAL");
    }
    return outcome;
}

/* ---- any ------------------------------------------------------------------------ */

static authjs_dbd_outcome_e set_up(authjs_dbd_work_t *work)
{
    const char *why = authjs_dbd_native(work);

    if (why) {
        work->call->error = why;
        return DBD_FAILED;
    }
    switch (work->sql->dialect) {
    case AUTHJS_PGSQL:
        return run_command(work, pgsql_settings);
    case AUTHJS_MYSQL:
        return run_command(work, mysql_settings);
    default:
        return sqlite_session(work);
    }
}

authjs_dbd_outcome_e authjs_dbd_session(authjs_dbd_work_t *work)
{
    authjs_dbd_connection_t *connection = work->connection;
    authjs_dbd_outcome_e outcome;

    if (connection->ready && authjs_dbd_same_backend(work) == DBD_DONE) {
        return DBD_DONE;
    }
    authjs_dbd_forget(connection);
    if (connection->in_doubt) {
        /* An error here says that there was none. */
        (void)run_command(work, "ROLLBACK");
        connection->in_doubt = 0;
    }
    outcome = set_up(work);
    if (outcome != DBD_DONE) {
        return outcome;
    }
    if (apr_pool_create(&connection->statements_pool, connection->pool) != APR_SUCCESS) {
        return DBD_FAILED;
    }
    connection->statements = apr_hash_make(connection->statements_pool);
    connection->backend = authjs_dbd_backend(work);
    connection->ready = 1;
    return DBD_DONE;
}

/* ---- transactions --------------------------------------------------------------- */

/* Against every writer, of an Auth.js application too; readers do not wait. */
static const char *lock_statement(authjs_dbd_work_t *work)
{
    const char *const *tables = work->sql->schema->tables;

    return apr_psprintf(work->pool,
                        "LOCK TABLE \"%s\", \"%s\" IN SHARE ROW EXCLUSIVE MODE",
                        tables[AUTHJS_USERS], tables[AUTHJS_ACCOUNTS]);
}

static authjs_dbd_outcome_e lock_tables(authjs_dbd_work_t *work)
{
    authjs_dbd_outcome_e outcome;
    const char *taken;

    switch (work->sql->dialect) {
    case AUTHJS_PGSQL:
        return run_command(work, lock_statement(work));
    case AUTHJS_MYSQL:
        outcome = ask_cell(work, mysql_lock, &taken);
        if (outcome == DBD_DONE && (!taken || strcmp(taken, "1"))) {
            work->call->error = "others sign up for too long";
            return DBD_BUSY;
        }
        return outcome;
    default:
        return DBD_DONE;
    }
}

authjs_dbd_outcome_e authjs_dbd_begin(authjs_dbd_work_t *work, int lock)
{
    authjs_dbd_outcome_e outcome =
        run_command(work,
                    work->sql->dialect == AUTHJS_SQLITE ? "BEGIN IMMEDIATE" : "BEGIN");

    if (outcome != DBD_DONE) {
        return outcome;
    }
    /* MySQL's driver may have connected anew to send it. */
    outcome = authjs_dbd_same_backend(work);
    if (outcome == DBD_DONE && lock) {
        outcome = lock_tables(work);
    }
    if (outcome != DBD_DONE) {
        authjs_dbd_rollback(work);
    }
    return outcome;
}

authjs_dbd_outcome_e authjs_dbd_commit(authjs_dbd_work_t *work)
{
    authjs_dbd_outcome_e outcome = run_command(work, "COMMIT");

    if (outcome == DBD_LOST) {
        work->call->error = "the connection was lost while the transaction was committed";
        return DBD_AWAY;
    }
    return outcome;
}

/* The error of what is rolled back is the one to tell. */
void authjs_dbd_rollback(authjs_dbd_work_t *work)
{
    const char *error = work->call->error;

    if (run_command(work, "ROLLBACK") != DBD_DONE) {
        work->connection->in_doubt = 1;
        work->connection->ready = 0;
    }
    work->call->error = error;
}

void authjs_dbd_unlock_tables(authjs_dbd_work_t *work)
{
    const char *error = work->call->error;

    if (work->sql->dialect == AUTHJS_MYSQL) {
        (void)run_command(work, mysql_unlock);
    }
    work->call->error = error;
}
