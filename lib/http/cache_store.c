#include "http/cache_store.h"

#include "core/file.h"
#include "settings/settings.h"

#include "util_mutex.h"

#include <sys/stat.h>

#define MUTEX_TYPE   "authjs-cache"
#define DEFAULT_SPEC "shmcb:authjs-cache(2097152)"
/* Keys are derived for this purpose: no cookie can have such a name. */
#define SEAL_SALT "mod_authjs cache"
/* Of a cached session, on average: shmcb sizes its index by it. */
#define USUAL_SIZE 512

apr_status_t authjs_cache_pre_config(apr_pool_t *pconf)
{
    return ap_mutex_register(pconf, MUTEX_TYPE, NULL, APR_LOCK_DEFAULT, 0);
}

/* The name may be misspelt, or of a module that is not loaded. */
static const char *not_loaded(apr_pool_t *pool, const authjs_cache_store_t *store)
{
    static const char *const usual[] = {"shmcb", "dbm",  "memcache", "redis",
                                        "dc",    "none", NULL};
    const char *meant = authjs_word(usual, store->name)
                            ? NULL
                            : authjs_did_you_mean_word(pool, usual, store->name);

    if (meant) {
        return apr_pstrcat(pool, "there is no cache provider ", store->name, meant, NULL);
    }
    return apr_psprintf(
        pool, "the cache provider %s is not loaded; write: %s", store->name,
        authjs_load_module(pool, apr_pstrcat(pool, "socache_", store->name, NULL)));
}

const char *authjs_cache_create(authjs_cache_store_t **store, apr_pool_t *pconf,
                                apr_pool_t *ptemp, const char *spec)
{
    authjs_cache_store_t *made = apr_pcalloc(pconf, sizeof(*made));
    const char *colon, *why;

    if (spec && !ap_cstr_casecmp(spec, "none")) {
        made->name = "none";
        made->none = made->local = 1;
        *store = made;
        return NULL;
    }
    if (!spec || !ap_cstr_casecmp(spec, "shmcb")) {
        spec = DEFAULT_SPEC;
    }
    colon = ap_strchr_c(spec, ':');
    made->name = colon ? apr_pstrmemdup(pconf, spec, colon - spec) : spec;
    if (!strcmp(made->name, "dbm") && colon) {
        if (!colon[1]) {
            return "dbm: names no file; write: AuthJSCache dbm:/path/file";
        }
        made->file = ap_server_root_relative(pconf, colon + 1);
    }
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
    if (!store->none && strcmp(store->name, "shmcb")) {
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

static apr_status_t destroy_provider(void *data)
{
    cleanup_t *cleanup = data;

    cleanup->store->provider->destroy(cleanup->store->instance, cleanup->s);
    return APR_SUCCESS;
}

/* ---- the files of dbm ------------------------------------------------------------ */

/* Of all the kinds that apr_dbm knows. */
static const char *const suffixes[] = {"", ".pag", ".dir", ".db", NULL};

static const char *check_files(const authjs_cache_store_t *store, apr_pool_t *pool)
{
    const char *why = NULL;
    int i;

    for (i = 0; store->file && suffixes[i] && !why; i++) {
        why =
            authjs_file_open_to_others(pool,
                                       apr_pstrcat(pool, store->file, suffixes[i], NULL),
                                       AUTHJS_FILE_READ | AUTHJS_FILE_WRITE);
    }
    return why;
}

/* mod_socache_dbm lets everybody read what it makes. */
static apr_status_t init_provider(authjs_cache_store_t *store, server_rec *s,
                                  apr_pool_t *pconf)
{
    struct ap_socache_hints hints = {AUTHJS_CACHE_KEY_LEN, USUAL_SIZE,
                                     apr_time_from_sec(60)};
    mode_t mask = umask(S_IRWXG | S_IRWXO);
    apr_status_t rv = store->provider->init(store->instance, "authjs", &hints, s, pconf);

    umask(mask);
    return rv;
}

/* ---- the trial ---------------------------------------------------------- */

static int keeps_value(const authjs_cache_t *cache, apr_pool_t *pool, const char *name,
                       apr_size_t len)
{
    const char *value = authjs_random_hex(pool, len / 2), *found;
    apr_size_t found_len;

    if (!value || authjs_cache_get(cache, pool, "trial", name, len, &found, &found_len) ==
                      APR_SUCCESS) {
        return 0;
    }
    authjs_cache_set(cache, pool, "trial", name, value, len, 2);
    return authjs_cache_get(cache, pool, "trial", name, len, &found, &found_len) ==
               APR_SUCCESS &&
           found_len == len && !memcmp(found, value, len);
}

/* Before anybody signs in: a name can be claimed once only, and what is set is found. A
 * cache that other hosts share is not tried out: it may be away, and children must not
 * inherit a connection to it. */
static const char *try_out(authjs_cache_t *cache, apr_pool_t *pool)
{
    authjs_cache_store_t *store = cache->store;
    const char *name = authjs_random_hex(pool, 16);

    if (!store->local) {
        return NULL;
    }
    if (!name || !authjs_cache_claim(cache, pool, "trial", name, 2) ||
        authjs_cache_claim(cache, pool, "trial", name, 2)) {
        return "the memory of what was claimed does not work";
    }
    if (store->none) {
        return NULL;
    }
    store->narrow = !keeps_value(cache, pool, name, AUTHJS_CACHE_TOKENS);
    if (store->narrow &&
        !keeps_value(cache, pool, apr_pstrcat(pool, name, "2", NULL), 64)) {
        return apr_psprintf(pool,
                            "AuthJSCache: what is put into %s is not found again; see "
                            "the lines above, or write AuthJSCache shmcb",
                            store->name);
    }
    return NULL;
}

const char *authjs_cache_is_narrow(const authjs_cache_t *cache, apr_pool_t *pool)
{
    return cache->store->narrow
               ? apr_psprintf(pool,
                              "AuthJSRefresh: a provider's tokens may have %d bytes, and "
                              "AuthJSCache %s keeps nothing of that size here, so that "
                              "a refresh token would be used twice; write AuthJSCache "
                              "shmcb:authjs(2097152)",
                              AUTHJS_CACHE_TOKENS, cache->store->name)
               : NULL;
}

const char *authjs_cache_init(authjs_cache_t *cache, server_rec *s, apr_pool_t *pconf)
{
    authjs_cache_store_t *store = cache->store;
    cleanup_t *cleanup = apr_palloc(pconf, sizeof(*cleanup));
    const char *why = authjs_marks_create(&store->marks, s->process);

    if (why) {
        return why;
    }
    if (ap_global_mutex_create(&store->mutex, NULL, MUTEX_TYPE, NULL, s, pconf, 0) !=
        APR_SUCCESS) {
        return "the mutex " MUTEX_TYPE " cannot be made";
    }
    if (store->provider) {
        if (init_provider(store, s, pconf) != APR_SUCCESS) {
            return "the cache cannot be started; see the lines above";
        }
        cleanup->store = store;
        cleanup->s = s;
        apr_pool_cleanup_register(pconf, cleanup, destroy_provider,
                                  apr_pool_cleanup_null);
    }
    why = check_files(store, pconf);
    return why ? apr_pstrcat(pconf, "AuthJSCache: ", why, NULL) : try_out(cache, pconf);
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
