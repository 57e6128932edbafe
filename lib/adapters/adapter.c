#include "adapters/adapter.h"

#include "jose/jwe.h"

static const authjs_adapter_t *lookup(const char *name)
{
    return ap_lookup_provider(AUTHJS_ADAPTER_GROUP, name, AUTHJS_ADAPTER_VERSION);
}

const char *authjs_adapter_create(authjs_site_t *site, apr_pool_t *pconf,
                                  apr_pool_t *ptemp, const apr_array_header_t *words)
{
    const char *const *argv = (const char *const *)words->elts;
    const authjs_adapter_t *adapter = lookup(argv[0]);
    const char *why;
    void *instance;

    if (!adapter) {
        return apr_psprintf(ptemp,
                            "there is no adapter %s; write dbd or d1, or load the module "
                            "that brings it",
                            argv[0]);
    }
    why = adapter->create(&instance, pconf, ptemp, site->s, words->nelts - 1, argv + 1);
    if (why) {
        return why;
    }
    site->adapter = adapter;
    site->adapter_instance = instance;
    return NULL;
}

void authjs_adapters_child_init(apr_pool_t *pchild, server_rec *s)
{
    const authjs_site_t *site;
    apr_status_t rv;

    while ((site = authjs_site_next(&s))) {
        if (site->adapter && site->adapter->child_init) {
            rv = site->adapter->child_init(site->adapter_instance, pchild, site->s);
            if (rv != APR_SUCCESS) {
                ap_log_error(APLOG_MARK, APLOG_ERR, rv, site->s,
                             "AuthJS: the adapter is not ready in this child");
            }
        }
    }
}

authjs_call_t *authjs_call(request_rec *r)
{
    authjs_call_t *call = apr_pcalloc(r->pool, sizeof(*call));

    call->r = r;
    call->s = r->server;
    call->pool = r->pool;
    return call;
}

const authjs_error_t *authjs_adapter_error(const authjs_call_t *call,
                                           authjs_adapter_status_e status,
                                           const char *method)
{
    static const char *const what[] = {"no error", "the same is there already",
                                       "the database is away", "failed"};

    return authjs_error(call->pool, AUTHJS_ERR_AdapterError, "%s: %s%s%s", method,
                        what[status], call->error ? ": " : "",
                        call->error ? call->error : "");
}
