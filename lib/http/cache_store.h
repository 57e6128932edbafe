/* What is inside the shared cache (cache.h): for the files that make and use it. */
#ifndef AUTHJS_HTTP_CACHE_STORE_H
#define AUTHJS_HTTP_CACHE_STORE_H

#include "http/cache.h"
#include "http/marks.h"

#include "ap_provider.h"
#include "ap_socache.h"

#define AUTHJS_CACHE_KEY_LEN AUTHJS_MARK_KEY_LEN

struct authjs_cache_store_t {
    const ap_socache_provider_t *provider; /**< NULL: none */
    ap_socache_instance_t *instance;
    authjs_marks_t *marks;
    apr_global_mutex_t *mutex;
    const char *name;
    const char *file; /**< of dbm, NULL for others */
    int none;         /**< only claims are kept */
    int local;        /**< what it keeps stays on this machine */
    int narrow;       /**< it keeps no AUTHJS_CACHE_TOKENS bytes */
};

struct authjs_cache_t {
    authjs_cache_store_t *store;
    server_rec *s;
    const authjs_keyring_t *ring; /**< NULL: values are kept as they are */
};

#endif
