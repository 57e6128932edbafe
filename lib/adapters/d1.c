#include "adapters/d1.h"
#include "settings/settings.h"

/* What a call may take at least: one that is answered at once ends well, also when the
 * request has used up its time. */
#define LEAST_TIME apr_time_from_sec(2)

static authjs_adapter_t adapter;

/* A request may call D1 more than once: the time of all calls together is bounded. */
static apr_time_t deadline_of(const authjs_call_t *call, const authjs_site_t *site)
{
    apr_time_t now = apr_time_now();
    apr_time_t begin = call->r ? call->r->request_time : now;
    apr_time_t end = begin + site->http.exchange_ms * 1000;

    return end > now + LEAST_TIME ? end : now + LEAST_TIME;
}

static void log_d1_failure(const authjs_client_caller_t *caller, const char *what)
{
    if (caller->r) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, caller->r, "AuthJS: D1: %s", what);
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, caller->site->s, "AuthJS: D1: %s", what);
    }
}

static const char *send_and_log(void *baton, const authjs_client_request_t *request,
                                authjs_client_response_t **response)
{
    const authjs_client_caller_t *caller = baton;
    const char *why = authjs_client_send_for(caller, request, response);

    if (why) {
        log_d1_failure(caller, why);
    }
    else if ((*response)->status != HTTP_OK) {
        log_d1_failure(caller,
                       apr_psprintf(caller->pool, "status %ld", (*response)->status));
    }
    return why;
}

/* D1 runs one batch after the other, which is all that lock wants. */
static authjs_adapter_status_e run_batch(const authjs_sql_t *sql, authjs_call_t *call,
                                         authjs_statement_t *statements, int count,
                                         int lock)
{
    const authjs_site_t *site = authjs_site_of(call->r ? call->r->server : call->s);
    authjs_client_caller_t caller = {site, call->r, call->pool, deadline_of(call, site)};
    authjs_d1_link_t link = {caller.deadline, send_and_log, &caller};

    (void)lock;
    return authjs_d1_run((const authjs_d1_t *)sql, call, statements, count, &link);
}

static const char *create(void **instance, apr_pool_t *pconf, apr_pool_t *ptemp,
                          server_rec *s, int argc, const char *const *argv)
{
    authjs_d1_t *d1 = NULL;
    const char *why = authjs_d1_open(&d1, pconf, argc, argv, authjs_secret_resolve);

    (void)ptemp;
    (void)s;
    if (why) {
        return why;
    }
    d1->sql.run = run_batch;
    *instance = d1;
    return NULL;
}

static const char *identity(const void *instance)
{
    return ((const authjs_d1_t *)instance)->identity;
}

void authjs_d1_register(apr_pool_t *pool)
{
    adapter = authjs_sql_methods;
    adapter.create = create;
    adapter.identity = identity;
    ap_register_provider(pool, AUTHJS_ADAPTER_GROUP, "d1", AUTHJS_ADAPTER_VERSION,
                         &adapter);
}
