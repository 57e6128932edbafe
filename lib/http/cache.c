#include "http/cache.h"

#include "http/cache_store.h"
#include "jose/seal.h"

/* ---- one entry -------------------------------------------------------------------- */

typedef struct {
    const authjs_cache_t *cache;
    authjs_cache_store_t *store;
    apr_pool_t *pool;
    const char *purpose;
    unsigned char key[AUTHJS_CACHE_KEY_LEN];
} entry_t;

/* shmcb picks a sub-cache by the first byte of a key: keys are hashes, raw. */
static int name_entry(entry_t *entry, const authjs_cache_t *cache, apr_pool_t *pool,
                      const char *purpose, const char *name)
{
    const char *text = apr_pstrcat(pool, purpose, "\n", name, NULL);

    if (!cache) {
        return 0;
    }
    entry->cache = cache;
    entry->store = cache->store;
    entry->pool = pool;
    entry->purpose = purpose;
    return authjs_sha256(entry->key, text, strlen(text));
}

static apr_int64_t seconds_now(void)
{
    return apr_time_sec(apr_time_now());
}

static apr_status_t lock(const entry_t *entry)
{
    return entry->store->provider->flags & AP_SOCACHE_FLAG_NOTMPSAFE
               ? apr_global_mutex_lock(entry->store->mutex)
               : APR_SUCCESS;
}

static void unlock(const entry_t *entry)
{
    if (entry->store->provider->flags & AP_SOCACHE_FLAG_NOTMPSAFE) {
        apr_global_mutex_unlock(entry->store->mutex);
    }
}

/* A value longer than the buffer is not found: some providers say so themselves. */
static apr_status_t retrieve(const entry_t *entry, unsigned char *buffer, apr_size_t *len)
{
    unsigned int found = (unsigned int)*len;
    apr_status_t rv =
        entry->store->provider->retrieve(entry->store->instance, entry->cache->s,
                                         entry->key, AUTHJS_CACHE_KEY_LEN, buffer, &found,
                                         entry->pool);

    if (rv == APR_SUCCESS && found > *len) {
        return APR_NOTFOUND;
    }
    *len = found;
    return rv;
}

static apr_status_t store(const entry_t *entry, unsigned char *value, apr_size_t len,
                          apr_int64_t ttl)
{
    return entry->store->provider->store(entry->store->instance, entry->cache->s,
                                         entry->key, AUTHJS_CACHE_KEY_LEN,
                                         apr_time_now() + apr_time_from_sec(ttl), value,
                                         (unsigned int)len, entry->pool);
}

/* ---- get -------------------------------------------------------------------------- */

static const char *unseal_value(const entry_t *entry, unsigned char *kept,
                                apr_size_t *len, const char **value)
{
    const char *why;
    char *plain;

    if (!entry->cache->ring) {
        kept[*len] = '\0';
        *value = (const char *)kept;
        return NULL;
    }
    why = authjs_unseal(entry->pool, entry->cache->ring, entry->key, seconds_now(), kept,
                        *len, &plain);
    if (!why) {
        *value = plain;
        *len -= AUTHJS_SEAL_OVERHEAD;
    }
    return why;
}

apr_status_t authjs_cache_get(const authjs_cache_t *cache, apr_pool_t *pool,
                              const char *purpose, const char *name, apr_size_t max,
                              const char **value, apr_size_t *len)
{
    apr_size_t found = max + AUTHJS_SEAL_OVERHEAD;
    unsigned char *kept;
    const char *why;
    apr_status_t rv;
    entry_t entry;

    if (!name_entry(&entry, cache, pool, purpose, name) || entry.store->none) {
        return APR_NOTFOUND;
    }
    kept = apr_palloc(pool, found + 1);
    rv = lock(&entry);
    if (rv != APR_SUCCESS) {
        return APR_NOTFOUND;
    }
    rv = retrieve(&entry, kept, &found);
    unlock(&entry);
    if (rv != APR_SUCCESS) {
        return APR_NOTFOUND;
    }
    why = unseal_value(&entry, kept, &found, value);
    if (why) {
        ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, cache->s,
                     "AuthJS: the %s in the cache is not used: %s", purpose, why);
        return APR_NOTFOUND;
    }
    *len = found;
    return APR_SUCCESS;
}

/* ---- set, add, delete ------------------------------------------------------------- */

static const char *seal_value(const entry_t *entry, const char *value, apr_size_t *len,
                              apr_int64_t ttl, unsigned char **kept)
{
    const char *why;

    if (*len > AUTHJS_CACHE_MAX) {
        return "it is too long";
    }
    if (!entry->cache->ring) {
        *kept = apr_pmemdup(entry->pool, value, *len);
        return NULL;
    }
    why = authjs_seal(entry->pool, entry->cache->ring, entry->key, seconds_now() + ttl,
                      value, *len, kept);
    *len += AUTHJS_SEAL_OVERHEAD;
    return why;
}

static int is_there(const entry_t *entry)
{
    apr_size_t len = AUTHJS_CACHE_MAX + AUTHJS_SEAL_OVERHEAD;

    return retrieve(entry, apr_palloc(entry->pool, len), &len) == APR_SUCCESS;
}

static void write_entry(const entry_t *entry, const char *value, apr_size_t len,
                        apr_int64_t ttl, int replace)
{
    unsigned char *kept;
    const char *why = seal_value(entry, value, &len, ttl, &kept);
    apr_status_t rv = APR_EGENERAL;

    if (!why) {
        why = "the cache failed";
        rv = lock(entry);
    }
    if (rv == APR_SUCCESS) {
        if (replace || !is_there(entry)) {
            rv = store(entry, kept, len, ttl);
        }
        unlock(entry);
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_DEBUG, rv, entry->cache->s,
                     "AuthJS: the %s is not put into the cache: %s", entry->purpose, why);
    }
}

void authjs_cache_set(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                      const char *name, const char *value, apr_size_t len,
                      apr_int64_t ttl)
{
    entry_t entry;

    if (name_entry(&entry, cache, pool, purpose, name) && !entry.store->none) {
        write_entry(&entry, value, len, ttl, 1);
    }
}

void authjs_cache_add(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                      const char *name, const char *value, apr_size_t len,
                      apr_int64_t ttl)
{
    entry_t entry;

    if (name_entry(&entry, cache, pool, purpose, name) && !entry.store->none) {
        write_entry(&entry, value, len, ttl, 0);
    }
}

/* ---- claim ------------------------------------------------------------------------ */

/* Store a value under a key that has none. No provider offers that as one step: the mutex
 * is held, also with providers that need none for their own sake.
 * @param locked when the mutex was locked, or NULL
 * @return APR_EEXIST: the key has a value */
static apr_status_t store_first(const entry_t *entry, unsigned char *value,
                                apr_size_t len, apr_int64_t ttl, apr_time_t *locked)
{
    unsigned char buffer[64];
    apr_size_t found = sizeof(buffer);
    apr_status_t rv = apr_global_mutex_lock(entry->store->mutex);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (locked) {
        *locked = apr_time_now();
    }
    rv = retrieve(entry, buffer, &found);
    if (rv == APR_SUCCESS) {
        rv = APR_EEXIST;
    }
    else if (APR_STATUS_IS_NOTFOUND(rv)) {
        rv = store(entry, value, len, ttl);
    }
    apr_global_mutex_unlock(entry->store->mutex);
    return rv;
}

/* In the memory of this machine, where nothing drives a mark out. */
static apr_status_t mark_here(const entry_t *entry, apr_int64_t ttl)
{
    authjs_cache_store_t *store = entry->store;
    apr_status_t rv = apr_global_mutex_lock(store->mutex);

    if (rv == APR_SUCCESS) {
        rv = authjs_marks_take(store->marks, entry->key, seconds_now(), ttl, 0);
        apr_global_mutex_unlock(store->mutex);
    }
    return rv;
}

static void warn_of_full(const entry_t *entry, apr_status_t rv)
{
    if (APR_STATUS_IS_ENOSPC(rv)) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, rv, entry->cache->s,
                     "AuthJS: there are so many marks like this %s that no other one can "
                     "be remembered",
                     entry->purpose);
    }
}

/* Here, and where the cache is one that other hosts share, there too. */
static apr_status_t claim_name(const authjs_cache_t *cache, apr_pool_t *pool,
                               const char *purpose, const char *name, apr_int64_t ttl)
{
    unsigned char taken[1] = {1};
    entry_t entry;
    apr_status_t rv;

    if (!name_entry(&entry, cache, pool, purpose, name)) {
        return APR_EGENERAL;
    }
    rv = mark_here(&entry, ttl);
    if (rv == APR_SUCCESS && !entry.store->local) {
        rv = store_first(&entry, taken, sizeof(taken), ttl, NULL);
    }
    warn_of_full(&entry, rv);
    return rv;
}

int authjs_cache_claim(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                       const char *name, apr_int64_t ttl)
{
    return claim_name(cache, pool, purpose, name, ttl) == APR_SUCCESS;
}

int authjs_cache_first(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                       const char *name, apr_int64_t ttl)
{
    return !APR_STATUS_IS_EEXIST(claim_name(cache, pool, purpose, name, ttl));
}

/* ---- lease ------------------------------------------------------------------------ */

/* Mutual exclusion with reads and writes alone: Fischer's algorithm, as Lamport tells it
 * in "A Fast Mutual Exclusion Algorithm". A host that finds nothing writes a random
 * number, waits longer than any host may take for these two steps, and reads: whose
 * number is still there has the lease. A host that took longer gives up, so that no
 * number is replaced once it was read. Only durations count, no host's time of day. */
#define SETTLE   apr_time_from_msec(250)
#define BID_TTL  4 /* seconds; within half of them the winner makes its bid a lease */
#define BID_LEN  16
#define BID_TIME apr_time_from_sec(BID_TTL / 2)

static int is_within(apr_time_t begun, apr_time_t bound)
{
    apr_time_t spent = apr_time_now() - begun;

    return spent >= 0 && spent < bound;
}

/* One bidder on each host: the mutex lets the first one in. */
static int bid(const entry_t *entry, unsigned char *number, apr_time_t *begun)
{
    return store_first(entry, number, BID_LEN, BID_TTL, begun) == APR_SUCCESS &&
           is_within(*begun, SETTLE);
}

static int contend(const entry_t *entry, apr_int64_t ttl)
{
    unsigned char number[BID_LEN], found[64];
    apr_size_t len = sizeof(found);
    apr_time_t begun;

    if (authjs_random_bytes(number, sizeof(number)) != APR_SUCCESS ||
        !bid(entry, number, &begun)) {
        return 0;
    }
    apr_sleep(SETTLE);
    if (retrieve(entry, found, &len) != APR_SUCCESS ||
        !authjs_equal(number, sizeof(number), found, len)) {
        return 0;
    }
    return is_within(begun, BID_TIME) &&
           store(entry, number, sizeof(number), ttl) == APR_SUCCESS &&
           is_within(begun, BID_TIME);
}

int authjs_cache_lease(const authjs_cache_t *cache, apr_pool_t *pool, const char *purpose,
                       const char *name, apr_int64_t ttl)
{
    entry_t entry;

    if (!name_entry(&entry, cache, pool, purpose, name)) {
        return 0;
    }
    return entry.store->local ? authjs_cache_claim(cache, pool, purpose, name, ttl)
                              : contend(&entry, ttl);
}

/* ---- places ----------------------------------------------------------------------- */

/* So many are looked at in a cache that other hosts share: each is a round trip. */
#define ASKED_MAX 64
/* No host believes another one that says more. */
#define PLACE_TTL_MAX (7 * 86400)

static int name_place(entry_t *entry, const authjs_cache_t *cache, apr_pool_t *pool,
                      const authjs_places_t *places, int place)
{
    return name_entry(entry, cache, pool, places->purpose,
                      apr_psprintf(pool, "%s\n%d", places->name, place));
}

/* Of several hosts no two take the same one while others of many are free. */
static int first_place(const authjs_places_t *places)
{
    apr_uint32_t number;

    return places->count > ASKED_MAX && authjs_random_bytes((unsigned char *)&number,
                                                            sizeof(number)) == APR_SUCCESS
               ? (int)(number % (apr_uint32_t)places->count)
               : 0;
}

static void sooner(apr_int64_t *until, apr_int64_t other)
{
    if (other && other < *until) {
        *until = other;
    }
}

/* Mark the first place that is free in the memory of this machine, from the one that is
 * *tried places behind first on. */
static apr_status_t take_here(entry_t *entry, const authjs_cache_t *cache,
                              apr_pool_t *pool, const authjs_places_t *places, int first,
                              int *tried, apr_int64_t *until)
{
    authjs_cache_store_t *store = cache->store;
    apr_int64_t now = seconds_now();
    apr_status_t rv = apr_global_mutex_lock(store->mutex);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = APR_EEXIST;
    while (rv == APR_EEXIST && *tried < places->count) {
        rv = name_place(entry, cache, pool, places, (first + *tried) % places->count)
                 ? authjs_marks_take(store->marks, entry->key, now, places->ttl, 1)
                 : APR_EGENERAL;
        if (rv == APR_EEXIST) {
            sooner(until, authjs_marks_until(store->marks, entry->key, now));
        }
        ++*tried;
    }
    apr_global_mutex_unlock(store->mutex);
    return rv;
}

/* Another host has it, which says until when: so long it is taken here as well. */
static void learn_end(const entry_t *entry, apr_int64_t *until)
{
    unsigned char found[24];
    apr_size_t len = sizeof(found) - 1;
    apr_int64_t end;

    if (retrieve(entry, found, &len) != APR_SUCCESS) {
        return;
    }
    found[len] = '\0';
    end = apr_atoi64((char *)found);
    sooner(until, end);
    if (end > 0 && end <= seconds_now() + PLACE_TTL_MAX &&
        apr_global_mutex_lock(entry->store->mutex) == APR_SUCCESS) {
        authjs_marks_end(entry->store->marks, entry->key, seconds_now(), end);
        apr_global_mutex_unlock(entry->store->mutex);
    }
}

/* Take what is free here among all hosts, too. */
static apr_status_t take_there(const entry_t *entry, const authjs_places_t *places,
                               apr_int64_t *until)
{
    char end[24];
    apr_status_t rv;

    if (places->exact) {
        return contend(entry, places->ttl) ? APR_SUCCESS : APR_EEXIST;
    }
    apr_snprintf(end, sizeof(end), "%" APR_INT64_T_FMT, seconds_now() + places->ttl);
    rv = store_first(entry, (unsigned char *)end, strlen(end), places->ttl, NULL);
    if (APR_STATUS_IS_EEXIST(rv)) {
        learn_end(entry, until);
        return APR_EEXIST;
    }
    return APR_SUCCESS;
}

apr_status_t authjs_places_take(const authjs_cache_t *cache, apr_pool_t *pool,
                                const authjs_places_t *places, int *place,
                                apr_int64_t *until)
{
    int first = first_place(places), tried = 0, asked = 0;
    apr_status_t rv = APR_EEXIST;
    entry_t entry;

    *until = seconds_now() + places->ttl;
    if (!cache) {
        return APR_EGENERAL;
    }
    while (rv == APR_EEXIST && tried < places->count && asked++ < ASKED_MAX) {
        rv = take_here(&entry, cache, pool, places, first, &tried, until);
        if (rv == APR_SUCCESS) {
            *place = (first + tried - 1) % places->count;
            rv = cache->store->local ? APR_SUCCESS : take_there(&entry, places, until);
        }
    }
    warn_of_full(&entry, rv);
    return rv;
}

void authjs_places_leave(const authjs_cache_t *cache, apr_pool_t *pool,
                         const authjs_places_t *places, int place)
{
    entry_t entry;

    if (!name_place(&entry, cache, pool, places, place) ||
        apr_global_mutex_lock(entry.store->mutex) != APR_SUCCESS) {
        return;
    }
    authjs_marks_end(entry.store->marks, entry.key, seconds_now(), 0);
    if (!entry.store->local) {
        entry.store->provider->remove(entry.store->instance, cache->s, entry.key,
                                      AUTHJS_CACHE_KEY_LEN, pool);
    }
    apr_global_mutex_unlock(entry.store->mutex);
}

static int is_taken(const entry_t *entry)
{
    unsigned char found[64];
    apr_size_t len = sizeof(found);
    apr_int64_t until = 0;

    if (apr_global_mutex_lock(entry->store->mutex) == APR_SUCCESS) {
        until = authjs_marks_until(entry->store->marks, entry->key, seconds_now());
        apr_global_mutex_unlock(entry->store->mutex);
    }
    return until || (!entry->store->local && retrieve(entry, found, &len) == APR_SUCCESS);
}

int authjs_places_taken(const authjs_cache_t *cache, apr_pool_t *pool,
                        const authjs_places_t *places)
{
    int place, taken = 0;
    entry_t entry;

    for (place = 0; place < places->count; place++) {
        taken += name_place(&entry, cache, pool, places, place) && is_taken(&entry);
    }
    return taken;
}

int authjs_cache_keeps(const authjs_cache_t *cache)
{
    return cache && !cache->store->none;
}
