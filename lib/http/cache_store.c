#include "http/cache_store.h"

#include "util_mutex.h"

#define MUTEX_TYPE   "authjs-cache"
#define DEFAULT_SPEC "shmcb:authjs-cache(2097152)"
/* Keys are derived for this purpose: no cookie can have such a name. */
#define SEAL_SALT "mod_authjs cache"
/* A session as it is kept, on average: shmcb makes room for as many entries as fit. */
#define USUAL_SIZE 512

apr_status_t authjs_cache_pre_config(apr_pool_t *pconf)
{
    return ap_mutex_register(pconf, MUTEX_TYPE, NULL, APR_LOCK_DEFAULT, 0);
}

static const char *not_loaded(apr_pool_t *pool, const authjs_cache_store_t *store)
{
    return apr_psprintf(pool,
                        "the cache provider %s is not loaded%s; write: LoadModule "
                        "socache_%s_module modules/mod_socache_%s.so",
                        store->name,
                        store->none ? ", and without it nobody sees that a sign-in is "
                                      "replayed, also with AuthJSCache none"
                                    : "",
                        store->name, store->name);
}

const char *authjs_cache_create(authjs_cache_store_t **store, apr_pool_t *pconf,
                                apr_pool_t *ptemp, const char *spec)
{
    authjs_cache_store_t *made = apr_pcalloc(pconf, sizeof(*made));
    const char *colon, *why;

    made->none = spec && !ap_cstr_casecmp(spec, "none");
    if (!spec || made->none || !ap_cstr_casecmp(spec, "shmcb")) {
        spec = DEFAULT_SPEC;
    }
    colon = ap_strchr_c(spec, ':');
    made->name = colon ? apr_pstrmemdup(pconf, spec, colon - spec) : spec;
    made->local = !strcmp(made->name, "shmcb") || !strcmp(made->name, "dbm");
    made->provider = ap_lookup_provider(AP_SOCACHE_PROVIDER_GROUP, made->name,
                                        AP_SOCACHE_PROVIDER_VERSION);
    if (!made->provider) {
        return not_loaded(pconf, made);
    }
    why = made->provider->create(&made->instance, colon ? colon + 1 : NULL, ptemp, pconf);
    if (!why) {
        *store = made;
    }
    return why;
}

const char *authjs_cache_for_site(authjs_cache_t **cache, apr_pool_t *pconf,
                                  authjs_cache_store_t *store, server_rec *s,
                                  const apr_array_header_t *secrets)
{
    authjs_cache_t *made = apr_pcalloc(pconf, sizeof(*made));
    authjs_keyring_t *ring;
    const char *why;

    made->store = store;
    made->s = s;
    if (!store->local) {
        why = authjs_keyring_create(&ring, pconf, secrets, SEAL_SALT);
        if (why) {
            return why;
        }
        made->ring = ring;
    }
    *cache = made;
    return NULL;
}

typedef struct {
    authjs_cache_store_t *store;
    server_rec *s;
} cleanup_t;

static apr_status_t destroy(void *data)
{
    cleanup_t *cleanup = data;

    cleanup->store->provider->destroy(cleanup->store->instance, cleanup->s);
    return APR_SUCCESS;
}

const char *authjs_cache_init(authjs_cache_t *cache, server_rec *s, apr_pool_t *pconf)
{
    struct ap_socache_hints hints = {AUTHJS_CACHE_KEY_LEN, USUAL_SIZE,
                                     apr_time_from_sec(60)};
    authjs_cache_store_t *store = cache->store;
    cleanup_t *cleanup = apr_palloc(pconf, sizeof(*cleanup));

    if (ap_global_mutex_create(&store->mutex, NULL, MUTEX_TYPE, NULL, s, pconf, 0) !=
        APR_SUCCESS) {
        return "the mutex " MUTEX_TYPE " cannot be made";
    }
    if (store->provider->init(store->instance, "authjs", &hints, s, pconf) !=
        APR_SUCCESS) {
        return "the cache cannot be started; see the lines above";
    }
    cleanup->store = store;
    cleanup->s = s;
    apr_pool_cleanup_register(pconf, cleanup, destroy, apr_pool_cleanup_null);
    return NULL;
}

void authjs_cache_child_init(authjs_cache_t *cache, apr_pool_t *pchild, server_rec *s)
{
    authjs_cache_store_t *store = cache->store;
    apr_status_t rv =
        apr_global_mutex_child_init(&store->mutex,
                                    apr_global_mutex_lockfile(store->mutex), pchild);

    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_CRIT, rv, s,
                     "AuthJS: the mutex " MUTEX_TYPE " is lost to this child");
    }
}
