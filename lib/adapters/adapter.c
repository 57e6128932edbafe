#include "adapters/adapter.h"

#include "adapters/cached.h"

static const authjs_adapter_t *lookup(const char *name)
{
    return ap_lookup_provider(AUTHJS_ADAPTER_GROUP, name, AUTHJS_ADAPTER_VERSION);
}

/* What sessions and sign-in cannot do without. */
static const char *find_missing(const authjs_adapter_t *adapter)
{
#define NEED(method)                                                                     \
    if (!adapter->method) {                                                              \
        return #method;                                                                  \
    }
    NEED(create_user)
    NEED(get_user)
    NEED(get_user_by_email)
    NEED(get_user_by_account)
    NEED(update_user)
    NEED(link_account)
    NEED(create_session)
    NEED(get_session_and_user)
    NEED(update_session)
    NEED(delete_session)
#undef NEED
    return NULL;
}

static const char *identity(apr_pool_t *pool, const authjs_adapter_t *adapter,
                            const void *instance, const apr_array_header_t *words)
{
    const char *database = adapter->identity ? adapter->identity(instance)
                                             : apr_array_pstrcat(pool, words, '\n');

    return apr_pstrcat(pool, APR_ARRAY_IDX(words, 0, const char *), "\n", database, NULL);
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
    why = find_missing(adapter);
    if (why) {
        return apr_psprintf(ptemp, "the adapter %s has no %s", argv[0], why);
    }
    site->adapter_identity = identity(pconf, adapter, instance, words);
    site->adapter_instance =
        authjs_cached_create(&site->adapter, pconf, adapter, instance, site);
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
