/* The shared cache: httpd's socache providers behind hashed keys. Nothing is in it that
 * may not be lost. */
#ifndef AUTHJS_HTTP_CACHE_H
#define AUTHJS_HTTP_CACHE_H

#include "jose/jwe.h"
#include "site/site.h"

/* authjs_cache_store_t is the socache instance and its mutex, one for the server;
 * authjs_cache_t the store as a site uses it, with the site's keys: read-only, in pconf.
 */

/** The longest value that is kept. */
#define AUTHJS_CACHE_MAX (32 * 1024)
/** The size of a provider's tokens at most: AuthJSRefresh needs a store that keeps it. */
#define AUTHJS_CACHE_TOKENS (8 * 1024)

/* ---- start ---------------------------------------------------------------------- */

/**
 * Make the store.
 * @param spec provider[:args] as AuthJSCache has it; NULL: shmcb; "none": nothing is
 *             kept, while claims still work
 * @return NULL, or what to write.
 */
const char *authjs_cache_create(authjs_cache_store_t **store, apr_pool_t *pconf,
                                apr_pool_t *ptemp, const char *spec);
/** The store for a site. Values are sealed with the site's secrets when they leave the
 * memory of this machine (every provider but shmcb). NULL, or what failed. */
const char *authjs_cache_for_site(authjs_cache_t **cache, apr_pool_t *pconf,
                                  authjs_cache_store_t *store, server_rec *s,
                                  const apr_array_header_t *secrets);
/** pre_config: register the mutex type "authjs-cache". */
apr_status_t authjs_cache_pre_config(apr_pool_t *pconf);
/** post_config, not on the dry run: socache init, mutex; a store on this machine is tried
 * out. NULL, or what failed. */
const char *authjs_cache_init(authjs_cache_t *cache, server_rec *s, apr_pool_t *pconf);
/** child_init, where authjs_cache_init has run: opens the mutex, or says that it cannot.
 */
void authjs_cache_child_init(authjs_cache_t *cache, apr_pool_t *pchild, server_rec *s);

/* ---- use ------------------------------------------------------------------------ */
/* By any thread; cache may be NULL. Keys are the raw SHA-256 of purpose and name.
 * Whatever fails is logged (debug) and is a miss. */

/** @param max a longer value is a miss; so much memory is taken
 * @return APR_SUCCESS, or APR_NOTFOUND: also for what failed, was changed, is another
 *         site's, or is past its end. value is NUL-terminated behind len bytes. */
apr_status_t authjs_cache_get(const authjs_cache_t *cache, apr_pool_t *pool,
                              const char *purpose, const char *name, apr_size_t max,
                              const char **value, apr_size_t *len);
/** Store for ttl seconds, whatever is there. */
void authjs_cache_set(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                      const char *name, const char *value, apr_size_t len,
                      apr_int64_t ttl);
/** The same, unless the name has a value. One step among the processes of one machine
 * with shmcb and dbm, else two. */
void authjs_cache_add(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                      const char *name, const char *value, apr_size_t len,
                      apr_int64_t ttl);
/**
 * Claim a name once, atomically among all threads and children (replay protection): in
 * memory beside the cache, so that nothing drives it out, and in a cache that other hosts
 * share as well.
 * @return 1 when it was free and is now taken for ttl seconds; 0 when it was taken, when
 *         there are too many, or when the cache failed: a failure refuses.
 */
int authjs_cache_claim(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                       const char *name, apr_int64_t ttl);
/** The same where a claim only spares work: 1 also when the cache failed. */
int authjs_cache_first(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                       const char *name, apr_int64_t ttl);
/**
 * Claim a name among all hosts that share the cache. With Redis and memcached that takes
 * a quarter of a second, and where hosts are too slow to tell which of them was first,
 * none gets it for four seconds.
 * @return as authjs_cache_claim.
 */
int authjs_cache_lease(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                       const char *name, apr_int64_t ttl);

/** How often something may be done in a span of time: so many places, of which each is
 * taken for ttl seconds. They are kept as claims are: nothing drives them out. */
typedef struct {
    const char *purpose, *name;
    int count;
    apr_int64_t ttl; /**< a week at most */
    int exact; /**< 0: a cache of several hosts that fails has each of them count alone,
                    and one that is slow may let each have a place at the same moment;
                    1: as authjs_cache_lease, for few places: then there is none */
} authjs_places_t;

/**
 * Take a place, one step among the threads and children of this machine.
 * @param place which
 * @param until when there is one again, in seconds since 1970, where there is none: the
 *              first of those looked at
 * @return APR_SUCCESS; APR_EEXIST: there is none; else what failed, and none is taken
 */
apr_status_t authjs_places_take(const authjs_cache_t *cache, apr_pool_t *pool,
                                const authjs_places_t *places, int *place,
                                apr_int64_t *until);
/** Leave a place that was taken. */
void authjs_places_leave(const authjs_cache_t *cache, apr_pool_t *pool,
                         const authjs_places_t *places, int place);
/** How many are taken. */
int authjs_places_taken(const authjs_cache_t *cache, apr_pool_t *pool,
                        const authjs_places_t *places);

/** Whether the cache keeps anything: not with AuthJSCache none. */
int authjs_cache_keeps(const authjs_cache_t *cache);
/** After authjs_cache_init: NULL, or why the store cannot keep a provider's tokens. */
const char *authjs_cache_is_narrow(const authjs_cache_t *cache, apr_pool_t *pool);

#endif
