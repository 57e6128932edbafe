#include "http/parsed.h"

#include <apr_atomic.h>
#include <apr_hash.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <string.h>

/* Two names of one place drive each other out, which costs time alone. */
#define PLACES 64

/* Its pool ends with its last user: the place where it is found, or a request, which may
 * end after pchild. */
typedef struct {
    apr_pool_t *pool;
    const char *name, *text;
    apr_size_t len;
    const void *made;
    apr_uint32_t users;
} parsed_t;

static apr_thread_mutex_t *mutex; /* NULL: nothing is kept */
static parsed_t *places[PLACES];

static apr_status_t release(void *data)
{
    parsed_t *parsed = data;

    if (!apr_atomic_dec32(&parsed->users)) {
        apr_pool_destroy(parsed->pool);
    }
    return APR_SUCCESS;
}

static apr_status_t keep_no_more(void *data)
{
    int i;

    (void)data;
    for (i = 0; i < PLACES; i++) {
        if (places[i]) {
            release(places[i]);
            places[i] = NULL;
        }
    }
    mutex = NULL;
    return APR_SUCCESS;
}

void authjs_parsed_child_init(apr_pool_t *pchild)
{
    if (apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, pchild) !=
        APR_SUCCESS) {
        mutex = NULL;
        return;
    }
    apr_pool_cleanup_register(pchild, NULL, keep_no_more, apr_pool_cleanup_null);
}

static parsed_t **place_of(const char *name)
{
    apr_ssize_t len = APR_HASH_KEY_STRING;

    return &places[apr_hashfunc_default(name, &len) % PLACES];
}

/* Use what stands at the name's place, if it is of this text. */
static parsed_t *find(const char *name, const char *text, apr_size_t len)
{
    parsed_t *found;

    apr_thread_mutex_lock(mutex);
    found = *place_of(name);
    if (found && found->len == len && !strcmp(found->name, name) &&
        !memcmp(found->text, text, len)) {
        apr_atomic_inc32(&found->users);
    }
    else {
        found = NULL;
    }
    apr_thread_mutex_unlock(mutex);
    return found;
}

/* It has two users: its place, and who made it. */
static void put(parsed_t *parsed)
{
    parsed_t **place = place_of(parsed->name), *old;

    parsed->users = 2;
    apr_thread_mutex_lock(mutex);
    old = *place;
    *place = parsed;
    apr_thread_mutex_unlock(mutex);
    if (old) {
        release(old);
    }
}

static const char *make(parsed_t **parsed, const char *name, const char *text,
                        apr_size_t len, authjs_parse_t parse, const void *data,
                        apr_pool_t *ptemp)
{
    const char *why;
    apr_pool_t *pool;

    apr_pool_create(&pool, NULL); /* ends in any thread, before or after pchild's */
    apr_pool_tag(pool, "authjs_parsed");
    *parsed = apr_pcalloc(pool, sizeof(**parsed));
    (*parsed)->pool = pool;
    (*parsed)->name = apr_pstrdup(pool, name);
    (*parsed)->text = apr_pmemdup(pool, text, len);
    (*parsed)->len = len;
    why = parse(&(*parsed)->made, pool, ptemp, text, len, data);
    if (why) {
        why = apr_pstrdup(ptemp, why);
        apr_pool_destroy(pool);
    }
    return why;
}

const char *authjs_parsed(const void **made, apr_pool_t *pool, const char *name,
                          const char *text, apr_size_t len, authjs_parse_t parse,
                          const void *data)
{
    parsed_t *parsed;
    const char *why;

    if (!mutex) {
        return parse(made, pool, pool, text, len, data);
    }
    parsed = find(name, text, len);
    if (!parsed) {
        why = make(&parsed, name, text, len, parse, data, pool);
        if (why) {
            return why;
        }
        put(parsed);
    }
    apr_pool_cleanup_register(pool, parsed, release, apr_pool_cleanup_null);
    *made = parsed->made;
    return NULL;
}
