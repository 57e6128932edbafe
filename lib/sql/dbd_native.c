/* What apr_dbd does not tell: PostgreSQL's error codes (its texts come in the server's
 * language), and whether a driver has connected anew by itself, which loses the session's
 * settings. The client library is in the process already, brought by the driver: two of
 * its functions are looked up by their names. */
#include "sql/dbd_internal.h"

#include <apr_dso.h>

#define PQERRORS_VERBOSE 2

typedef int set_verbosity_fn(void *connection, int verbosity);
typedef int backend_pid_fn(const void *connection);
typedef unsigned long thread_id_fn(void *connection);

/* ISO C knows no way from an object's address to a function's; POSIX asks for this one.
 */
typedef union {
    apr_dso_handle_sym_t address;
    set_verbosity_fn *set_verbosity;
    backend_pid_fn *backend_pid;
    thread_id_fn *thread_id;
} symbol_t;

static int look_up(symbol_t *symbol, apr_pool_t *pool, const char *name)
{
    apr_dso_handle_t *everything;

    return apr_dso_load(&everything, NULL, pool) == APR_SUCCESS &&
           apr_dso_sym(&symbol->address, everything, name) == APR_SUCCESS;
}

const char *authjs_dbd_native(authjs_dbd_work_t *work)
{
    const authjs_dbd_connection_t *connection = work->connection;
    symbol_t symbol;

    if (work->sql->dialect != AUTHJS_PGSQL) {
        return NULL;
    }
    if (!look_up(&symbol, work->pool, "PQsetErrorVerbosity")) {
        return "libpq has no PQsetErrorVerbosity that can be found";
    }
    symbol.set_verbosity(apr_dbd_native_handle(connection->driver, connection->handle),
                         PQERRORS_VERBOSE);
    return NULL;
}

unsigned long authjs_dbd_backend(authjs_dbd_work_t *work)
{
    const authjs_dbd_connection_t *connection = work->connection;
    void *handle = apr_dbd_native_handle(connection->driver, connection->handle);
    symbol_t symbol;

    switch (work->sql->dialect) {
    case AUTHJS_PGSQL:
        return look_up(&symbol, work->pool, "PQbackendPID")
                   ? (unsigned long)symbol.backend_pid(handle)
                   : 0;
    case AUTHJS_MYSQL:
        return look_up(&symbol, work->pool, "mysql_thread_id") ? symbol.thread_id(handle)
                                                               : 0;
    default:
        return 0;
    }
}
