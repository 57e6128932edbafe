/* A list of statements as one transaction, from the beginning again when the connection
 * was dead or the database busy: all or nothing, within a time. */
#include "sql/dbd_internal.h"

#include <apr_general.h>

#define ATTEMPTS_MAX 64
#define PAUSE_MAX    20000 /* microseconds */

apr_thread_mutex_t *authjs_dbd_mutex(apr_pool_t *pool)
{
    apr_thread_mutex_t *mutex = NULL;

    return apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_TIMED, pool) == APR_SUCCESS
               ? mutex
               : NULL;
}

int authjs_dbd_lock(apr_thread_mutex_t *mutex, apr_time_t deadline)
{
    return !mutex ||
           apr_thread_mutex_timedlock(mutex, deadline - apr_time_now()) == APR_SUCCESS;
}

void authjs_dbd_unlock(apr_thread_mutex_t *mutex)
{
    if (mutex) {
        apr_thread_mutex_unlock(mutex);
    }
}

static int is_write(const authjs_statement_t *statements, int count)
{
    int i;

    for (i = 0; i < count && !strncmp(statements[i].text, "SELECT", 6); i++) {
    }
    return i < count;
}

typedef struct {
    authjs_statement_t *statements;
    int count;
    int lock;
} list_t;

static authjs_dbd_outcome_e run_alone(authjs_dbd_work_t *work, const list_t *list)
{
    authjs_dbd_outcome_e outcome = authjs_dbd_execute(work, list->statements);

    /* Others are rolled back with the connection that was lost; this one may have been
     * run before its answer was. */
    if (outcome == DBD_LOST && is_write(list->statements, 1)) {
        work->unsure = 1;
    }
    if (outcome == DBD_CONFLICT && work->unsure) {
        work->call->error = "the connection was lost, perhaps after the row was written";
        return DBD_AWAY;
    }
    return outcome;
}

static authjs_dbd_outcome_e run_together(authjs_dbd_work_t *work, const list_t *list)
{
    authjs_dbd_outcome_e outcome = authjs_dbd_begin(work, list->lock);
    int i;

    if (outcome != DBD_DONE) {
        return outcome;
    }
    for (i = 0; i < list->count && outcome == DBD_DONE; i++) {
        outcome = authjs_dbd_execute(work, &list->statements[i]);
    }
    if (outcome == DBD_DONE) {
        outcome = authjs_dbd_commit(work);
    }
    if (outcome != DBD_DONE) {
        authjs_dbd_rollback(work);
    }
    if (list->lock) {
        authjs_dbd_unlock_tables(work);
    }
    return outcome;
}

/* When SQLite cannot commit a statement that stands alone, its driver runs it once more
 * and adds the rows of both times. */
static int needs_transaction(const authjs_dbd_work_t *work, const list_t *list)
{
    return list->count > 1 || list->lock ||
           (work->sql->dialect == AUTHJS_SQLITE && is_write(list->statements, 1) &&
            list->statements[0].ncolumns > 0);
}

/* list NULL: the migration. */
static authjs_dbd_outcome_e run_on_connection(authjs_dbd_work_t *work, const list_t *list)
{
    authjs_dbd_outcome_e outcome = authjs_dbd_session(work);

    if (outcome != DBD_DONE) {
        return outcome;
    }
    if (!list) {
        return authjs_dbd_create_tables(work);
    }
    return needs_transaction(work, list) ? run_together(work, list)
                                         : run_alone(work, list);
}

static authjs_dbd_outcome_e attempt(authjs_dbd_work_t *work, const list_t *list)
{
    authjs_dbd_t *dbd = work->sql->connection;
    authjs_dbd_outcome_e outcome;

    work->connection = dbd->acquire(dbd, work->call, work->deadline);
    if (!work->connection) {
        return DBD_AWAY;
    }
    outcome = run_on_connection(work, list);
    if (outcome == DBD_LOST || outcome == DBD_STALE) {
        authjs_dbd_forget(work->connection);
    }
    apr_pool_clear(work->pool);
    dbd->release(dbd, work->connection);
    return outcome;
}

/* Those who collided once would collide again if they all waited equally long. */
static void pause_a_little(void)
{
    apr_uint16_t random = 0;

    (void)apr_generate_random_bytes((unsigned char *)&random, sizeof(random));
    apr_sleep(1000 + random % PAUSE_MAX);
}

static authjs_dbd_outcome_e attempts(authjs_dbd_work_t *work, const list_t *list)
{
    authjs_dbd_outcome_e outcome = DBD_AWAY;
    int i;

    for (i = 0; i < ATTEMPTS_MAX; i++) {
        outcome = attempt(work, list);
        if ((outcome != DBD_BUSY && outcome != DBD_LOST && outcome != DBD_STALE) ||
            apr_time_now() > work->deadline) {
            break;
        }
        if (outcome == DBD_BUSY) {
            pause_a_little();
        }
    }
    return outcome;
}

static authjs_adapter_status_e run(const authjs_sql_t *sql, authjs_call_t *call,
                                   const list_t *list, apr_thread_mutex_t *mutex)
{
    authjs_dbd_work_t work = {sql, call, NULL, NULL, apr_time_now() + AUTHJS_DBD_WAIT, 0};
    authjs_dbd_outcome_e outcome = DBD_BUSY;

    call->error = NULL;
    if (apr_pool_create(&work.pool, call->pool) != APR_SUCCESS) {
        return AUTHJS_ADAPTER_FAILED;
    }
    if (authjs_dbd_lock(mutex, work.deadline)) {
        outcome = attempts(&work, list);
        authjs_dbd_unlock(mutex);
    }
    apr_pool_destroy(work.pool);
    switch (outcome) {
    case DBD_DONE:
        call->error = NULL;
        return AUTHJS_ADAPTER_OK;
    case DBD_CONFLICT:
        return AUTHJS_ADAPTER_CONFLICT;
    case DBD_MISSING:
        call->error =
            apr_pstrcat(call->pool, "tables are missing; run: authjsctl migrate (",
                        call->error, ")", NULL);
        return AUTHJS_ADAPTER_FAILED;
    case DBD_FAILED:
        return AUTHJS_ADAPTER_FAILED;
    default:
        call->error = call->error ? call->error : "others write for too long";
        return AUTHJS_ADAPTER_UNAVAILABLE;
    }
}

authjs_adapter_status_e authjs_dbd_run(const authjs_sql_t *sql, authjs_call_t *call,
                                       authjs_statement_t *statements, int count,
                                       int lock)
{
    const authjs_dbd_t *dbd = sql->connection;
    list_t list = {statements, count, lock};

    return run(sql, call, &list,
               lock || is_write(statements, count) ? dbd->writers : NULL);
}

authjs_adapter_status_e authjs_dbd_migrate(const authjs_sql_t *sql, authjs_call_t *call)
{
    return run(sql, call, NULL, NULL);
}
