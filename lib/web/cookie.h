/* Cookies (RFC 6265): the request's header, chunks of the session cookie, Set-Cookie. */
#ifndef AUTHJS_WEB_COOKIE_H
#define AUTHJS_WEB_COOKIE_H

#include <apr_pools.h>
#include <apr_tables.h>

/** Characters of value in one cookie (Auth.js: 4096 - 160). */
#define AUTHJS_COOKIE_CHUNK 3936
/** More chunks than this are not a session. */
#define AUTHJS_COOKIE_MAX_CHUNKS 100

/** One cookie's name and attributes. Read-only after start-up. */
typedef struct {
    const char *name;
    apr_size_t name_len;
    const char *domain;    /**< NULL: host-only */
    const char *path;      /**< NULL: none */
    const char *same_site; /**< "Lax", "Strict", "None" or NULL */
    const char *priority;  /**< "Low", "Medium", "High" or NULL */
    int http_only, secure, partitioned;
    int max_age_set;     /**< max_age is sent as Max-Age */
    apr_int64_t max_age; /**< seconds */
    int until_closed;    /**< neither Max-Age nor Expires: it ends with the browser */
} authjs_cookie_def_t;

/**
 * The value of the first cookie of exactly this name: blanks and tabs trimmed,
 * quotes kept, percent-decoded when it holds a '%' and decodes to UTF-8, else raw.
 * header may be NULL.
 * @return in pool, or the end of header itself; NULL when there is none; empty values are
 *         returned as "".
 */
const char *authjs_cookie_get(apr_pool_t *pool, const char *header, const char *name,
                              apr_size_t name_len);

/** Of several cookies of one name so many values are looked at. */
#define AUTHJS_COOKIE_TRIES 8

/**
 * The values of all cookies of exactly this name, in header order: several sites may have
 * set one each (a parent domain, another path), and only who opens a value knows whose it
 * is. Empty ones do not count, each value counts once, AUTHJS_COOKIE_TRIES at most.
 * @return const char * elements, as authjs_cookie_get returns them.
 */
apr_array_header_t *authjs_cookie_values(apr_pool_t *pool, const char *header,
                                         const char *name, apr_size_t name_len);

/**
 * All that the session cookie may be where there are several: the plain ones, then what
 * chunks make: the first of each number, the second of each number..., as many of them as
 * one of the sites may have written. 2 * AUTHJS_COOKIE_TRIES at most. What
 * authjs_cookie_chunks returns is the first, unless plain and numbered ones stand
 * together, or there is a gap.
 * @return const char * elements.
 */
apr_array_header_t *authjs_cookie_sessions(apr_pool_t *pool, const char *header,
                                           const char *name, apr_size_t name_len);

/**
 * The session cookie put together from <name> or <name>.0 ... <name>.N (digits only, no
 * leading zero, below AUTHJS_COOKIE_MAX_CHUNKS), in order of number, first of a name
 * wins. Empty ones do not count. One pass, and no copy when the plain cookie ends the
 * header.
 * @return NULL when there is none, when numbers are missing (gap), when plain and
 *         numbered ones stand together.
 */
const char *authjs_cookie_chunks(apr_pool_t *pool, const char *header, const char *name,
                                 apr_size_t name_len);

/** The names in the header that are <name> or <name>.<digits> (nine at most) and have a
 * value, in header order, each once, AUTHJS_COOKIE_MAX_CHUNKS at most: what is to be
 * deleted. const char * elements. */
apr_array_header_t *authjs_cookie_chunk_names(apr_pool_t *pool, const char *header,
                                              const char *name, apr_size_t name_len);

/** Where a name stands in an array of const char *, or -1. */
int authjs_cookie_index(const apr_array_header_t *names, const char *name);

/** Header without our cookies: every cookie whose name is one of names (const char *), or
 * one of them plus '.' plus digits, is left out. NULL when nothing remains; header itself
 * when nothing was left out; else in pool. */
const char *authjs_cookie_strip(apr_pool_t *pool, const char *header,
                                const apr_array_header_t *names);

/**
 * A Set-Cookie value as Auth.js writes it, value percent-encoded by encodeURIComponent's
 * rules.
 * @param name NULL: def's own (a chunk gives its name)
 * @param expires seconds since the epoch, 0: none
 * @return in pool.
 */
const char *authjs_cookie_format(apr_pool_t *pool, const authjs_cookie_def_t *def,
                                 const char *name, const char *value,
                                 apr_int64_t expires);
/** A Set-Cookie value that deletes it: empty value, attributes, Max-Age=0. */
const char *authjs_cookie_format_delete(apr_pool_t *pool, const authjs_cookie_def_t *def,
                                        const char *name);

/**
 * The Set-Cookie values that write a (chunked) session: deletions of stale names first in
 * the request's order, then the new cookies, a reused name in its old place.
 * value NULL, empty or too long for AUTHJS_COOKIE_MAX_CHUNKS: only the deletions.
 * @return array of const char *, in pool.
 */
apr_array_header_t *authjs_cookie_write_chunks(apr_pool_t *pool,
                                               const authjs_cookie_def_t *def,
                                               const char *header, const char *value,
                                               apr_int64_t expires);

/** Whether a Set-Cookie value is one of this cookie, or of a chunk of it. */
int authjs_cookie_is_of(const char *value, const authjs_cookie_def_t *def);

/** True for a name that RFC 6265 allows / a value of Domain or Path without ; and control
 * bytes. For configuration checks. */
int authjs_cookie_name_valid(const char *name);
int authjs_cookie_attribute_valid(const char *value);

#endif
