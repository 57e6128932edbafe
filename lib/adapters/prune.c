#include "adapters/prune.h"

#include "adapters/adapter.h"
#include "ap_mpm.h"
#include "apr_portable.h"
#include "apr_thread_mutex.h"
#include "mod_watchdog.h"

#define FIRST_RUN apr_time_from_sec(2)
#define INTERVAL  apr_time_from_sec(10 * 60)
/* Rows of one statement, which keeps locks short; and statements of one run. */
#define ROWS       1000
#define STATEMENTS 20

typedef struct {
    server_rec *s; /* the main server */
    ap_watchdog_t *watchdog;
    APR_OPTIONAL_FN_TYPE(ap_watchdog_set_callback_interval) * set_interval;
    /* Of this child; held while we delete. NULL: it has not begun, or cannot. */
    apr_thread_mutex_t *running;
    apr_os_thread_t thread; /* who deletes */
    int is_deleting, has_ended;
} prune_t;

/* What post_config has made, as long as its pool. */
static prune_t *registered;

static int is_stopping(void)
{
    int state;

    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS &&
           state == AP_MPMQ_STOPPING;
}

static int can_prune(const authjs_site_t *site)
{
    return authjs_store_can(site->store, AUTHJS_METHOD_prune);
}

static void prune_site(const authjs_site_t *site, apr_pool_t *pool)
{
    authjs_call_t call = {NULL, site->s, pool, NULL};
    authjs_adapter_status_e status = AUTHJS_ADAPTER_OK;
    apr_int64_t rows = ROWS, sum = 0;
    char now[AUTHJS_ISO8601_LEN + 1];
    int i;

    authjs_iso8601(now, apr_time_sec(apr_time_now()));
    for (i = 0; i < STATEMENTS && rows >= ROWS && !is_stopping(); i++) {
        rows = 0;
        status = authjs_store_prune(site->store, &call, now, ROWS, &rows);
        if (status != AUTHJS_ADAPTER_OK) {
            break;
        }
        sum += rows;
    }
    if (status != AUTHJS_ADAPTER_OK) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, site->s, "AuthJS: %s",
                     authjs_adapter_error(&call, status, "prune")->detail);
    }
    if (sum) {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, site->s,
                     "AuthJS: %" APR_INT64_T_FMT
                     " expired sessions and verification tokens deleted",
                     sum);
    }
}

/* Sites that share a database: the first one prunes it. */
static int is_first_of_database(const authjs_site_t *site, server_rec *main_server)
{
    const authjs_site_t *other;

    while ((other = authjs_site_next(&main_server)) && other != site) {
        if (other->store && !strcmp(authjs_store_identity(other->store),
                                    authjs_store_identity(site->store))) {
            return 0;
        }
    }
    return 1;
}

static void prune_all(const prune_t *prune, apr_pool_t *pool)
{
    server_rec *s = prune->s;
    const authjs_site_t *site;

    while ((site = authjs_site_next(&s))) {
        if (can_prune(site) && is_first_of_database(site, prune->s)) {
            prune_site(site, pool);
        }
    }
}

static apr_status_t on_watchdog(int state, void *data, apr_pool_t *pool)
{
    prune_t *prune = data;

    if (state != AP_WATCHDOG_STATE_RUNNING || !prune->running ||
        apr_thread_mutex_lock(prune->running) != APR_SUCCESS) {
        return APR_SUCCESS;
    }
    if (!prune->has_ended) {
        prune->thread = apr_os_thread_current();
        prune->is_deleting = 1;
        prune->set_interval(prune->watchdog, INTERVAL, prune, on_watchdog);
        prune_all(prune, pool);
        prune->is_deleting = 0;
    }
    apr_thread_mutex_unlock(prune->running);
    return APR_SUCCESS;
}

/* mod_watchdog's thread may outlive pchild, and what we delete with does not: the child
 * waits for the answer of the database. Where a signal ends the child in that very thread
 * (prefork), nothing of ours goes on. */
static apr_status_t wait_for_answer(void *data)
{
    prune_t *prune = data;

    if ((!prune->is_deleting ||
         !apr_os_thread_equal(prune->thread, apr_os_thread_current())) &&
        apr_thread_mutex_lock(prune->running) == APR_SUCCESS) {
        prune->has_ended = 1;
        apr_thread_mutex_unlock(prune->running);
    }
    return APR_SUCCESS;
}

void authjs_prune_child_init(apr_pool_t *pchild, server_rec *s)
{
    /* In a pool that outlives pchild, as the thread does. */
    if (!registered ||
        apr_thread_mutex_create(&registered->running, APR_THREAD_MUTEX_DEFAULT,
                                s->process->pool) != APR_SUCCESS) {
        return;
    }
    registered->has_ended = 0;
    apr_pool_pre_cleanup_register(pchild, registered, wait_for_answer);
}

static apr_status_t forget(void *data)
{
    (void)data;
    registered = NULL;
    return APR_SUCCESS;
}

/* The first site that can be pruned, or NULL. */
static const authjs_site_t *find_prunable(server_rec *s)
{
    const authjs_site_t *site;

    do {
        site = authjs_site_next(&s);
    } while (site && !can_prune(site));
    return site;
}

void authjs_prune_register(apr_pool_t *pconf, server_rec *s)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) *get_instance =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) *register_callback =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    const authjs_site_t *site = find_prunable(s);
    prune_t *prune;

    if (!site) {
        return;
    }
    prune = registered = apr_pcalloc(pconf, sizeof(*prune));
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    prune->s = s;
    prune->set_interval = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_set_callback_interval);
    if (!get_instance || !register_callback || !prune->set_interval ||
        get_instance(&prune->watchdog, "_authjs_prune_", 0, 1, pconf) != APR_SUCCESS ||
        register_callback(prune->watchdog, FIRST_RUN, prune, on_watchdog) !=
            APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, site->s,
                     "AuthJS: expired sessions and verification tokens stay in the "
                     "database until \"authjsctl prune\" is run: load mod_watchdog and "
                     "they are deleted from time to time");
    }
}
