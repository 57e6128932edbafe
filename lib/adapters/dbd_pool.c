/* Connections from mod_dbd. A request holds one only while statements run, never while it
 * waits for a provider or a callback. */
#include "adapters/dbd.h"

#include "authjs.h"

#include "apr_atomic.h"
#include "mod_dbd.h"

/* What we attach to the pools of mod_dbd's connections; and to pconf: how many of them
 * this process has closed. */
#define CONNECTION_KEY "authjs-dbd-connection"
#define CLOSED_KEY     "authjs-dbd-closed"

struct authjs_dbd_pool_t {
    server_rec *s;
    APR_OPTIONAL_FN_TYPE(ap_dbd_open) * open;
    APR_OPTIONAL_FN_TYPE(ap_dbd_close) * close;
    apr_uint32_t *closed;
    apr_thread_mutex_t *mutex; /* a child's: one thread at a time asks for a connection */
};

static apr_uint32_t *closed_of(apr_pool_t *pconf)
{
    void *closed = NULL;

    apr_pool_userdata_get(&closed, CLOSED_KEY, pconf);
    return closed;
}

static apr_status_t count_closed(void *closed)
{
    apr_atomic_inc32(closed);
    return APR_SUCCESS;
}

/* For each new connection of mod_dbd, also of virtual hosts without AuthJS. */
static apr_status_t post_connect(apr_pool_t *pool, dbd_cfg_t *cfg, ap_dbd_t *rec)
{
    apr_uint32_t *closed = closed_of(cfg->server->process->pconf);
    authjs_dbd_connection_t *connection;

    (void)pool;
    if (!closed) {
        return APR_SUCCESS;
    }
    connection = apr_pcalloc(rec->pool, sizeof(*connection));
    connection->driver = rec->driver;
    connection->handle = rec->handle;
    connection->pool = rec->pool;
    connection->owner = rec;
    apr_pool_userdata_setn(connection, CONNECTION_KEY, NULL, rec->pool);
    apr_pool_cleanup_register(rec->pool, closed, count_closed, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

void authjs_dbd_pool_register(void)
{
    APR_OPTIONAL_HOOK(dbd, post_connect, post_connect, NULL, NULL, APR_HOOK_MIDDLE);
}

authjs_dbd_pool_t *authjs_dbd_pool_create(apr_pool_t *pconf, server_rec *s)
{
    authjs_dbd_pool_t *pool = apr_pcalloc(pconf, sizeof(*pool));

    pool->s = s;
    pool->open = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open);
    pool->close = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_close);
    if (!pool->open || !pool->close) {
        return NULL;
    }
    if (!closed_of(pconf)) {
        apr_pool_userdata_setn(apr_pcalloc(pconf, sizeof(apr_uint32_t)), CLOSED_KEY, NULL,
                               pconf);
    }
    pool->closed = closed_of(pconf);
    return pool;
}

void authjs_dbd_pool_child_init(authjs_dbd_pool_t *pool, apr_pool_t *pchild)
{
    pool->mutex = authjs_dbd_mutex(pchild);
}

/* mod_dbd answers NULL when the database is away, and also when it has just closed a dead
 * connection: then another try may find a living one. */
static ap_dbd_t *open_living(authjs_dbd_pool_t *pool, apr_pool_t *p, apr_time_t deadline)
{
    apr_uint32_t before;
    ap_dbd_t *rec;

    do {
        before = apr_atomic_read32(pool->closed);
        rec = pool->open(p, pool->s);
    } while (!rec && apr_atomic_read32(pool->closed) != before &&
             apr_time_now() < deadline);
    return rec;
}

/* In mod_dbd threads wait without a time limit: for a connection to become free, and,
 * while the database is away, for the attempts of all threads before them. Here they wait
 * for their turn at most until deadline. */
authjs_dbd_connection_t *authjs_dbd_pool_acquire(authjs_dbd_t *dbd, authjs_call_t *call,
                                                 apr_time_t deadline)
{
    authjs_dbd_pool_t *pool = dbd->owner;
    void *connection = NULL;
    ap_dbd_t *rec;

    if (!authjs_dbd_lock(pool->mutex, deadline)) {
        call->error = "no connection to the database became free";
        return NULL;
    }
    rec = open_living(pool, call->pool, deadline);
    authjs_dbd_unlock(pool->mutex);
    if (!rec) {
        call->error = "there is no connection to the database (mod_dbd has logged why)";
        return NULL;
    }
    apr_pool_userdata_get(&connection, CONNECTION_KEY, rec->pool);
    return connection;
}

void authjs_dbd_pool_release(authjs_dbd_t *dbd, authjs_dbd_connection_t *connection)
{
    authjs_dbd_pool_t *pool = dbd->owner;

    pool->close(pool->s, connection->owner);
}
