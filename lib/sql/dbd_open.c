/* Which drivers there are, and a connection of one's own outside of httpd. */
#include "sql/dbd_internal.h"

#include "core/file.h"

static const struct {
    const char *driver;
    authjs_dialect_e dialect;
} drivers[] = {
    {"sqlite3", AUTHJS_SQLITE}, {"pgsql", AUTHJS_PGSQL}, {"mysql", AUTHJS_MYSQL}};

const char *authjs_dbd_dialect(apr_pool_t *pool, authjs_dialect_e *dialect,
                               const char *driver)
{
    size_t i;

    for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        if (!strcmp(drivers[i].driver, driver)) {
            *dialect = drivers[i].dialect;
            return NULL;
        }
    }
    return apr_psprintf(pool,
                        "the driver %s is not one that AuthJS can use; write DBDriver "
                        "sqlite3, pgsql or mysql (MariaDB too)",
                        driver);
}

/* ---- one connection of one's own ------------------------------------------------ */

static authjs_dbd_connection_t *acquire(authjs_dbd_t *dbd, authjs_call_t *call,
                                        apr_time_t deadline)
{
    authjs_dbd_connection_t *connection = dbd->owner;

    (void)deadline;
    if (apr_dbd_check_conn(connection->driver, call->pool, connection->handle) ==
        APR_EGENERAL) {
        call->error = "the connection to the database was lost";
        return NULL;
    }
    return connection;
}

static void release(authjs_dbd_t *dbd, authjs_dbd_connection_t *connection)
{
    (void)dbd;
    (void)connection;
}

static apr_status_t close_connection(void *data)
{
    authjs_dbd_connection_t *connection = data;

    return (apr_status_t)apr_dbd_close(connection->driver, connection->handle);
}

static const char *connect_to(authjs_dbd_connection_t *connection, apr_pool_t *pool,
                              const char *driver, const char *params)
{
    const char *error = NULL;

    if (!strcmp(driver, "sqlite3") && *params == '/') {
        authjs_file_make(params);
    }
    apr_dbd_init(pool);
    if (apr_dbd_get_driver(pool, driver, &connection->driver) != APR_SUCCESS) {
        return apr_psprintf(pool, "there is no apr_dbd driver %s on this machine",
                            driver);
    }
    if (apr_dbd_open_ex(connection->driver, pool, params, &connection->handle, &error) !=
        APR_SUCCESS) {
        return error && *error ? error : "the database cannot be opened";
    }
    connection->pool = pool;
    apr_pool_cleanup_register(pool, connection, close_connection, apr_pool_cleanup_null);
    return NULL;
}

const char *authjs_dbd_open(authjs_sql_t **sql, apr_pool_t *pool, const char *driver,
                            const char *params, const char *schema)
{
    authjs_sql_t *made = apr_pcalloc(pool, sizeof(*made));
    authjs_dbd_t *dbd = apr_pcalloc(pool, sizeof(*dbd));
    const char *why = authjs_dbd_dialect(pool, &made->dialect, driver);

    if (why) {
        return why;
    }
    made->schema = authjs_sql_schema(made->dialect, schema);
    if (!made->schema) {
        return apr_psprintf(pool, "there is no schema %s for %s; there are: %s", schema,
                            driver, authjs_sql_schema_names(pool, made->dialect));
    }
    dbd->acquire = acquire;
    dbd->release = release;
    dbd->owner = apr_pcalloc(pool, sizeof(authjs_dbd_connection_t));
    made->run = authjs_dbd_run;
    made->connection = dbd;
    *sql = made;
    return connect_to(dbd->owner, pool, driver, params);
}
