#include "http/cache.h"

#include "ap_provider.h"
#include "ap_socache.h"
#include "util_mutex.h"

#define MUTEX_TYPE "authjs-cache"
#define KEY_LEN    32
/* Discovery documents and key sets are far smaller; a larger buffer would stay with every
 * thread. */
#define VALUE_MAX    (32 * 1024)
#define DEFAULT_SPEC "shmcb:authjs-cache(2097152)"

struct authjs_cache_t {
    const ap_socache_provider_t *provider;
    ap_socache_instance_t *instance;
    apr_global_mutex_t *mutex;
    const char *name;
};

apr_status_t authjs_cache_pre_config(apr_pool_t *pconf)
{
    return ap_mutex_register(pconf, MUTEX_TYPE, NULL, APR_LOCK_DEFAULT, 0);
}

const char *authjs_cache_create(authjs_cache_t **cache, apr_pool_t *pconf,
                                apr_pool_t *ptemp, const char *spec)
{
    authjs_cache_t *made = apr_pcalloc(pconf, sizeof(*made));
    const char *colon, *why;

    if (!spec || !ap_cstr_casecmp(spec, "shmcb")) {
        spec = DEFAULT_SPEC;
    }
    colon = ap_strchr_c(spec, ':');
    made->name = colon ? apr_pstrmemdup(pconf, spec, colon - spec) : spec;
    made->provider = ap_lookup_provider(AP_SOCACHE_PROVIDER_GROUP, made->name,
                                        AP_SOCACHE_PROVIDER_VERSION);
    if (!made->provider) {
        return apr_psprintf(pconf,
                            "the cache provider %s is not loaded; write: LoadModule "
                            "socache_%s_module modules/mod_socache_%s.so",
                            made->name, made->name, made->name);
    }
    why = made->provider->create(&made->instance, colon ? colon + 1 : NULL, ptemp, pconf);
    if (!why) {
        *cache = made;
    }
    return why;
}

typedef struct {
    authjs_cache_t *cache;
    server_rec *s;
} cleanup_t;

static apr_status_t destroy(void *data)
{
    cleanup_t *cleanup = data;

    cleanup->cache->provider->destroy(cleanup->cache->instance, cleanup->s);
    return APR_SUCCESS;
}

const char *authjs_cache_init(authjs_cache_t *cache, server_rec *s, apr_pool_t *pconf)
{
    struct ap_socache_hints hints = {KEY_LEN, 2048, apr_time_from_sec(60)};
    cleanup_t *cleanup = apr_palloc(pconf, sizeof(*cleanup));

    if (ap_global_mutex_create(&cache->mutex, NULL, MUTEX_TYPE, NULL, s, pconf, 0) !=
        APR_SUCCESS) {
        return "the mutex " MUTEX_TYPE " cannot be made";
    }
    if (cache->provider->init(cache->instance, "authjs", &hints, s, pconf) !=
        APR_SUCCESS) {
        return "the cache cannot be started; see the lines above";
    }
    cleanup->cache = cache;
    cleanup->s = s;
    apr_pool_cleanup_register(pconf, cleanup, destroy, apr_pool_cleanup_null);
    return NULL;
}

void authjs_cache_child_init(authjs_cache_t *cache, apr_pool_t *pchild, server_rec *s)
{
    apr_status_t rv =
        apr_global_mutex_child_init(&cache->mutex,
                                    apr_global_mutex_lockfile(cache->mutex), pchild);

    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_CRIT, rv, s,
                     "AuthJS: the mutex " MUTEX_TYPE " is lost to this child");
    }
}

/* shmcb picks a sub-cache by the first byte of a key: keys are hashes, raw. */
static int make_key(request_rec *r, unsigned char key[KEY_LEN], const char *purpose,
                    const char *name)
{
    const char *text = apr_pstrcat(r->pool, purpose, "\n", name, NULL);

    return authjs_sha256(key, text, strlen(text));
}

static apr_status_t lock(authjs_cache_t *cache)
{
    return cache->provider->flags & AP_SOCACHE_FLAG_NOTMPSAFE
               ? apr_global_mutex_lock(cache->mutex)
               : APR_SUCCESS;
}

static void unlock(authjs_cache_t *cache)
{
    if (cache->provider->flags & AP_SOCACHE_FLAG_NOTMPSAFE) {
        apr_global_mutex_unlock(cache->mutex);
    }
}

apr_status_t authjs_cache_get(authjs_cache_t *cache, request_rec *r, const char *purpose,
                              const char *name, const char **value, apr_size_t *len)
{
    unsigned char key[KEY_LEN], *buffer;
    unsigned int found = VALUE_MAX;
    apr_status_t rv;

    if (!cache || !make_key(r, key, purpose, name) || lock(cache) != APR_SUCCESS) {
        return APR_NOTFOUND;
    }
    buffer = apr_palloc(r->pool, VALUE_MAX + 1);
    rv = cache->provider->retrieve(cache->instance, r->server, key, KEY_LEN, buffer,
                                   &found, r->pool);
    unlock(cache);
    if (rv != APR_SUCCESS || found > VALUE_MAX) {
        return APR_NOTFOUND;
    }
    buffer[found] = '\0';
    *value = (const char *)buffer;
    *len = found;
    return APR_SUCCESS;
}

void authjs_cache_set(authjs_cache_t *cache, request_rec *r, const char *purpose,
                      const char *name, const char *value, apr_size_t len,
                      apr_int64_t ttl)
{
    unsigned char key[KEY_LEN];
    apr_status_t rv = APR_ENOSPC;

    if (!cache || !make_key(r, key, purpose, name)) {
        return;
    }
    if (len <= VALUE_MAX && (rv = lock(cache)) == APR_SUCCESS) {
        rv = cache->provider->store(cache->instance, r->server, key, KEY_LEN,
                                    apr_time_now() + apr_time_from_sec(ttl),
                                    (unsigned char *)apr_pmemdup(r->pool, value, len),
                                    (unsigned int)len, r->pool);
        unlock(cache);
    }
    if (rv != APR_SUCCESS) {
        ap_log_rerror(APLOG_MARK, APLOG_DEBUG, rv, r, "AuthJS: %s is not cached",
                      purpose);
    }
}

int authjs_cache_claim(authjs_cache_t *cache, request_rec *r, const char *purpose,
                       const char *name, apr_int64_t ttl)
{
    unsigned char key[KEY_LEN], taken[1] = {1}, buffer[64];
    unsigned int len = sizeof(buffer);
    apr_status_t rv;
    int free = 0;

    if (!cache || !make_key(r, key, purpose, name) ||
        apr_global_mutex_lock(cache->mutex) != APR_SUCCESS) {
        return 0;
    }
    rv = cache->provider->retrieve(cache->instance, r->server, key, KEY_LEN, buffer, &len,
                                   r->pool);
    if (APR_STATUS_IS_NOTFOUND(rv)) {
        rv = cache->provider->store(cache->instance, r->server, key, KEY_LEN,
                                    apr_time_now() + apr_time_from_sec(ttl), taken,
                                    sizeof(taken), r->pool);
        free = rv == APR_SUCCESS;
    }
    apr_global_mutex_unlock(cache->mutex);
    return free;
}
