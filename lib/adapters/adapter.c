#include "adapters/adapter.h"

#include "adapters/d1.h"
#include "adapters/dbd.h"
#include "settings/settings.h"

void authjs_adapters_register(apr_pool_t *pool)
{
    authjs_d1_register(pool);
    authjs_dbd_register(pool);
}

static const authjs_adapter_t *lookup(const char *name)
{
    return ap_lookup_provider(AUTHJS_ADAPTER_GROUP, name, AUTHJS_ADAPTER_VERSION);
}

static const char *identify_database(apr_pool_t *pool, const authjs_adapter_t *adapter,
                                     const void *instance,
                                     const apr_array_header_t *words)
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
        static const char *const own[] = {"dbd", "d1", NULL};
        const char *meant = authjs_did_you_mean_word(ptemp, own, argv[0]);

        return apr_pstrcat(
            ptemp, "there is no adapter ", argv[0],
            meant ? meant : "; write dbd or d1, or load the module that brings it", NULL);
    }
    why = adapter->create(&instance, pconf, ptemp, site->s, words->nelts - 1, argv + 1);
    if (why) {
        return why;
    }
    why = authjs_store_create(&site->store, pconf, adapter, instance,
                              identify_database(pconf, adapter, instance, words), site);
    return why ? apr_psprintf(ptemp, "the adapter %s has no %s", argv[0], why) : NULL;
}

void authjs_adapters_child_init(apr_pool_t *pchild, server_rec *s)
{
    const authjs_site_t *site;
    apr_status_t rv;

    while ((site = authjs_site_next(&s))) {
        rv = site->store ? authjs_store_child_init(site->store, pchild, site->s)
                         : APR_SUCCESS;
        if (rv != APR_SUCCESS) {
            ap_log_error(APLOG_MARK, APLOG_ERR, rv, site->s,
                         "AuthJS: the adapter is not ready in this child");
        }
    }
}
