/* Statements over apr_dbd: authjs_sql_t's run for SQLite, PostgreSQL and MySQL, with what
 * each driver needs to be right after errors and restarts of the database. Of httpd it
 * uses nothing, so that tools link it; where connections come from is the caller's. */
#ifndef AUTHJS_SQL_DBD_H
#define AUTHJS_SQL_DBD_H

#include "sql/sql.h"

#include <apr_dbd.h>
#include <apr_hash.h>
#include <apr_thread_mutex.h>

/** How long run goes on trying when the database is busy or connections are dead. */
#define AUTHJS_DBD_WAIT apr_time_from_sec(3)
/** A longer value in the database is refused. */
#define AUTHJS_DBD_CELL_MAX (1024 * 1024)

/** A connection and what is known of it. Belongs to one thread at a time. */
typedef struct authjs_dbd_connection_t {
    const apr_dbd_driver_t *driver;
    apr_dbd_t *handle;
    apr_pool_t *pool; /**< its subpools are destroyed before the handle is closed */
    void *owner;      /**< of who gives and takes connections */

    /* run's own; zero at first */
    apr_pool_t *statements_pool;
    apr_hash_t *statements; /**< apr_dbd_prepared_t * by their text */
    unsigned int labels;
    int ready;             /**< the session is set up, for this backend: */
    unsigned long backend; /**< PostgreSQL's process, MySQL's thread: tells that a driver
                                has connected anew behind our back */
    int in_doubt;          /**< a transaction may still be open */
} authjs_dbd_connection_t;

/** Where run gets its connections: authjs_sql_t's connection. */
typedef struct authjs_dbd_t {
    /** A connection that seems to be alive, or NULL: the database is away (call->error
     * may say more). */
    authjs_dbd_connection_t *(*acquire)(struct authjs_dbd_t *dbd, authjs_call_t *call,
                                        apr_time_t deadline);
    void (*release)(struct authjs_dbd_t *dbd, authjs_dbd_connection_t *connection);
    void *owner;
    /** SQLite has one writer at a time: those of one process queue for this mutex. NULL:
     * they do not. */
    apr_thread_mutex_t *writers;
    int creates; /**< SQLite: make the tables when the file is empty */
} authjs_dbd_t;

/** A mutex for authjs_dbd_lock, in pool. NULL when the system gives none. */
apr_thread_mutex_t *authjs_dbd_mutex(apr_pool_t *pool);
/** Wait for a mutex until the clock says deadline; NULL is free at all times.
 * @return 1: locked, call authjs_dbd_unlock; 0: it took too long */
int authjs_dbd_lock(apr_thread_mutex_t *mutex, apr_time_t deadline);
void authjs_dbd_unlock(apr_thread_mutex_t *mutex);

/** The dialect of an apr_dbd driver. NULL, or what to write instead. In pool. */
const char *authjs_dbd_dialect(apr_pool_t *pool, authjs_dialect_e *dialect,
                               const char *driver);

/** authjs_sql_t's run; sql->connection is an authjs_dbd_t. */
authjs_adapter_status_e authjs_dbd_run(const authjs_sql_t *sql, authjs_call_t *call,
                                       authjs_statement_t *statements, int count,
                                       int lock);

/** Create what is missing of the tables (authjs_sql_migration). */
authjs_adapter_status_e authjs_dbd_migrate(const authjs_sql_t *sql, authjs_call_t *call);

/** Open one connection of one's own, outside of httpd. All in pool, which closes it.
 * @param schema as authjs_sql_schema
 * @return NULL, or what is wrong (may quote the database's words, never params). */
const char *authjs_dbd_open(authjs_sql_t **sql, apr_pool_t *pool, const char *driver,
                            const char *params, const char *schema);

#endif
