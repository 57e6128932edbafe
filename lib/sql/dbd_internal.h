/* What the files of the apr_dbd executor share among themselves. */
#ifndef AUTHJS_SQL_DBD_INTERNAL_H
#define AUTHJS_SQL_DBD_INTERNAL_H

#include "sql/dbd.h"

#include <apr_buckets.h>
#include <apr_strings.h>

/** How a step ended, and what is to be done about it. */
typedef enum {
    DBD_DONE,
    DBD_CONFLICT, /**< a unique index */
    DBD_BUSY,     /**< locked by others, or a deadlock: from the beginning, soon */
    DBD_STALE,    /**< prepared statements are gone or outdated: from the beginning */
    DBD_LOST,     /**< the connection is dead: from the beginning, with another */
    DBD_AWAY,     /**< no hope for this call */
    DBD_MISSING,  /**< no such table */
    DBD_FAILED
} authjs_dbd_outcome_e;

/** One run under way. */
typedef struct {
    const authjs_sql_t *sql;
    authjs_call_t *call;
    authjs_dbd_connection_t *connection; /**< of this attempt */
    apr_pool_t *pool;                    /**< of this attempt */
    apr_time_t deadline;
    int unsure; /**< a lone statement was lost on its way: perhaps it was run */
} authjs_dbd_work_t;

/* ---- dbd_error.c */

/** What return value rv of the driver means; call->error is set. */
authjs_dbd_outcome_e authjs_dbd_outcome(authjs_dbd_work_t *work, int rv);

/* ---- dbd_native.c */

/** Ask the client library for error codes and for an end to waiting. NULL, or what is
 * wrong. */
const char *authjs_dbd_native(authjs_dbd_work_t *work);
/** What backend the connection has now; 0 where there are none. */
unsigned long authjs_dbd_backend(authjs_dbd_work_t *work);

/* ---- dbd_session.c */

/** Make the connection ours, if it is not: settings, an end to what others left open;
 * SQLite's tables. */
authjs_dbd_outcome_e authjs_dbd_session(authjs_dbd_work_t *work);
/** LOST when the connection has another backend than when it was made ours. */
authjs_dbd_outcome_e authjs_dbd_same_backend(authjs_dbd_work_t *work);
/** Forget all that was prepared: the next session begins anew. */
void authjs_dbd_forget(authjs_dbd_connection_t *connection);

authjs_dbd_outcome_e authjs_dbd_begin(authjs_dbd_work_t *work, int lock);
authjs_dbd_outcome_e authjs_dbd_commit(authjs_dbd_work_t *work);
void authjs_dbd_rollback(authjs_dbd_work_t *work);
/** After commit or rollback of a transaction that began with lock. */
void authjs_dbd_unlock_tables(authjs_dbd_work_t *work);
/** Run the statements of the migration, on a connection that is ours. */
authjs_dbd_outcome_e authjs_dbd_create_tables(authjs_dbd_work_t *work);

/* ---- dbd_statement.c */

/** Run one statement and collect its rows. */
authjs_dbd_outcome_e authjs_dbd_execute(authjs_dbd_work_t *work,
                                        authjs_statement_t *statement);

#endif
