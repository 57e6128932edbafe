/* The shared cache: httpd's socache providers behind hashed keys. A cache, never the
 * store. */
#ifndef AUTHJS_HTTP_CACHE_H
#define AUTHJS_HTTP_CACHE_H

#include "authjs.h"

typedef struct authjs_cache_t authjs_cache_t;

/**
 * Make the cache (one for the server).
 * @param spec provider[:args] as AuthJSCache has it, NULL: shmcb if its module is loaded
 * @return NULL, or what to write.
 */
const char *authjs_cache_create(authjs_cache_t **cache, apr_pool_t *pconf,
                                apr_pool_t *ptemp, const char *spec);
/** pre_config: register the mutex type "authjs-cache". */
apr_status_t authjs_cache_pre_config(apr_pool_t *pconf);
/** post_config, not on the dry run: socache init, mutex. NULL, or what failed. */
const char *authjs_cache_init(authjs_cache_t *cache, server_rec *s, apr_pool_t *pconf);
/** child_init, where authjs_cache_init has run: opens the mutex, or says that it cannot.
 */
void authjs_cache_child_init(authjs_cache_t *cache, apr_pool_t *pchild, server_rec *s);

/**
 * Key: SHA-256 of purpose and name, its raw bytes. Values up to 32 KB.
 * @return APR_SUCCESS, APR_NOTFOUND (also for any failure of the cache).
 */
apr_status_t authjs_cache_get(authjs_cache_t *cache, request_rec *r, const char *purpose,
                              const char *name, const char **value, apr_size_t *len);
/** Store for ttl seconds; failure is only logged (debug). */
void authjs_cache_set(authjs_cache_t *cache, request_rec *r, const char *purpose,
                      const char *name, const char *value, apr_size_t len,
                      apr_int64_t ttl);
/**
 * Claim a name once, atomically among all threads and children (replay protection).
 * @return 1 when it was free and is now taken for ttl seconds; 0 when it was taken, or
 *         when the cache failed: a failure refuses.
 */
int authjs_cache_claim(authjs_cache_t *cache, request_rec *r, const char *purpose,
                       const char *name, apr_int64_t ttl);

#endif
