/* What apr_dbd does not give: PostgreSQL's error codes (its texts come in the server's
 * language), an end to waiting for a server that has vanished, and whether a driver has
 * connected anew by itself, which loses the session's settings. The client library is in
 * the process already, brought by the driver: a few of its functions are looked up by
 * their names. */
#include "sql/dbd_internal.h"

#include <apr_dso.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define PQERRORS_VERBOSE 2

/* The numbers that MySQL's and MariaDB's libraries have in common. */
#define MYSQL_OPT_CONNECT_TIMEOUT 0
#define MYSQL_OPT_READ_TIMEOUT    11
#define MYSQL_OPT_WRITE_TIMEOUT   12

/* Seconds; a statement may take less (dbd_session.c). */
static const unsigned int connect_timeout = 2, io_timeout = 7;

typedef int set_verbosity_fn(void *connection, int verbosity);
typedef int number_fn(const void *connection);
typedef unsigned long thread_id_fn(void *connection);
typedef int options_fn(void *connection, int option, const void *value);

/* ISO C knows no way from an object's address to a function's; POSIX asks for this one.
 */
typedef union {
    apr_dso_handle_sym_t address;
    set_verbosity_fn *set_verbosity;
    number_fn *number;
    thread_id_fn *thread_id;
    options_fn *options;
} symbol_t;

static int look_up(symbol_t *symbol, apr_pool_t *pool, const char *name)
{
    apr_dso_handle_t *everything;

    return apr_dso_load(&everything, NULL, pool) == APR_SUCCESS &&
           apr_dso_sym(&symbol->address, everything, name) == APR_SUCCESS;
}

/* Where the system cannot, it waits as long as it likes. */
static void set_option(int fd, int level, int option, unsigned int value)
{
    (void)setsockopt(fd, level, option, &value, sizeof(value));
}

static void limit_socket(int fd)
{
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 3);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 2);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 2);
#endif
#ifdef TCP_USER_TIMEOUT
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, io_timeout * 1000);
#endif
}

static const char *prepare_pgsql(apr_pool_t *pool, void *handle)
{
    symbol_t symbol;

    if (!look_up(&symbol, pool, "PQsetErrorVerbosity")) {
        return "the driver's libpq cannot be found";
    }
    symbol.set_verbosity(handle, PQERRORS_VERBOSE);
    if (look_up(&symbol, pool, "PQsocket")) {
        limit_socket(symbol.number(handle));
    }
    return NULL;
}

static const char *prepare_mysql(apr_pool_t *pool, void *handle)
{
    symbol_t symbol;

    if (!look_up(&symbol, pool, "mysql_options")) {
        return "the driver's client library cannot be found";
    }
    symbol.options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
    symbol.options(handle, MYSQL_OPT_READ_TIMEOUT, &io_timeout);
    symbol.options(handle, MYSQL_OPT_WRITE_TIMEOUT, &io_timeout);
    return NULL;
}

const char *authjs_dbd_native(authjs_dbd_work_t *work)
{
    const authjs_dbd_connection_t *connection = work->connection;
    void *handle = apr_dbd_native_handle(connection->driver, connection->handle);

    switch (work->sql->dialect) {
    case AUTHJS_PGSQL:
        return prepare_pgsql(work->pool, handle);
    case AUTHJS_MYSQL:
        return prepare_mysql(work->pool, handle);
    default:
        return NULL;
    }
}

unsigned long authjs_dbd_backend(authjs_dbd_work_t *work)
{
    const authjs_dbd_connection_t *connection = work->connection;
    void *handle = apr_dbd_native_handle(connection->driver, connection->handle);
    symbol_t symbol;

    switch (work->sql->dialect) {
    case AUTHJS_PGSQL:
        return look_up(&symbol, work->pool, "PQbackendPID")
                   ? (unsigned long)symbol.number(handle)
                   : 0;
    case AUTHJS_MYSQL:
        return look_up(&symbol, work->pool, "mysql_thread_id") ? symbol.thread_id(handle)
                                                               : 0;
    default:
        return 0;
    }
}
