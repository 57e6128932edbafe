/* URLs: origins, the one decision about where a visitor may be sent, query strings. */
#ifndef AUTHJS_WEB_URL_H
#define AUTHJS_WEB_URL_H

#include <apr_pools.h>
#include <apr_tables.h>

#define AUTHJS_URL_MAX_LEN 2048

/** An absolute http or https URL, taken apart strictly (no userinfo, no control bytes, no
 * backslash, port 1-65535, host of letters, digits, '-', '.', '_' or [IPv6]). In pool. */
typedef struct {
    const char *scheme; /**< "http" or "https" */
    const char *host;   /**< lower case; IPv6 with its brackets */
    int port;           /**< the scheme's default when the URL has none */
    const char *origin; /**< scheme://host[:port], default port left out (RFC 6454) */
    const char *path;   /**< from the first '/', "" when there is none; no query */
    const char *query;  /**< without '?', NULL when there is none */
    int has_fragment;
} authjs_url_t;

/** @return NULL, or why the text is not such a URL. */
const char *authjs_url_parse(authjs_url_t *url, apr_pool_t *pool, const char *text);

/** Whether a host of authjs_url_t is this machine: localhost, 127.x.y.z, [::1]. */
int authjs_url_is_loopback(const char *host);

/** True when text holds none of the bytes that browsers drop from a URL or read as '/':
 * blanks, control bytes, backslash. */
int authjs_url_is_plain(const char *text);

/** value as the URL standard writes blanks: %20, and none at the end. Itself when it has
 * none, or begins with one, which no path does. In pool. */
const char *authjs_url_escape_blanks(apr_pool_t *pool, const char *value);

/**
 * Decide where a callbackUrl leads (Auth.js's redirect callback): a path is put
 * behind the base origin, an absolute URL must be of exactly the base origin or of one
 * that is allowed. Every outgoing Location that a visitor can influence comes from here.
 * @param base our origin, as authjs_url_t.origin
 * @param allowed const char * origins, may be NULL
 * @return an absolute URL, percent-encoded where needed, never of another origin; base
 *         itself when value cannot be used (NULL, too long, control bytes, backslash,
 *         invalid UTF-8, foreign, userinfo...); *usable (may be NULL) tells which.
 */
const char *authjs_url_decide(apr_pool_t *pool, const char *base,
                              const apr_array_header_t *allowed, const char *value,
                              int *usable);

/** An ASCII letter or digit, whatever the locale. */
int authjs_is_alnum(char c);
/** Write a byte as %XX. @return the end of it. */
char *authjs_percent_encode(char *out, char byte);
/** Percent-encode all but letters, digits and the bytes of kept. In pool. */
char *authjs_url_encode(apr_pool_t *pool, const char *text, const char *kept);
/** encodeURIComponent: everything but A-Z a-z 0-9 - _ . ! ~ * ' ( ). In pool. */
const char *authjs_url_encode_component(apr_pool_t *pool, const char *text);
/** application/x-www-form-urlencoded serialisation of one name or value: space is '+',
 * kept are A-Z a-z 0-9 * - . _ (URLSearchParams). In pool. */
const char *authjs_form_encode(apr_pool_t *pool, const char *text);
/** Percent-decode. NULL when a '%' is not followed by two digits, or a NUL came out. */
const char *authjs_url_decode(apr_pool_t *pool, const char *text, apr_size_t len);
/** The byte that two hexadecimal digits name, or -1 when they are none. */
int authjs_hex_pair(const char *text);

/** A parameter of a query or a form, decoded. */
typedef struct {
    const char *name;
    const char *value;
} authjs_param_t;
/** name=value&... in the order of the array of authjs_param_t. In pool. */
const char *authjs_form_serialize(apr_pool_t *pool, const apr_array_header_t *params);
/** URLSearchParams.set: replace the first of that name in place and drop the others, or
 * append. name and value are kept as they are, not copied. */
void authjs_params_set(apr_array_header_t *params, const char *name, const char *value);
/** The last value of that name (Auth.js: last wins), or NULL. */
const char *authjs_params_get(const apr_array_header_t *params, const char *name);
/** How many times a name occurs. */
int authjs_params_count(const apr_array_header_t *params, const char *name);
/** url with params behind its own query ('?' or '&'); a fragment is dropped. In pool. */
const char *authjs_url_with_params(apr_pool_t *pool, const char *url,
                                   const apr_array_header_t *params);
/** The same for one parameter. */
const char *authjs_url_with_param(apr_pool_t *pool, const char *url, const char *name,
                                  const char *value);

#endif
