#include "web/url.h"
#include "core/core.h"

#include <apr_strings.h>
#include <string.h>

const char *authjs_url_escape_blanks(apr_pool_t *pool, const char *value)
{
    apr_size_t len = strlen(value);
    char *escaped, *out;

    if (*value == ' ' || !memchr(value, ' ', len)) {
        return value;
    }
    while (value[len - 1] == ' ') {
        len--;
    }
    escaped = out = apr_palloc(pool, 3 * len + 1);
    for (; len; len--, value++) {
        if (*value != ' ') {
            *out++ = *value;
            continue;
        }
        memcpy(out, "%20", 3);
        out += 3;
    }
    *out = '\0';
    return escaped;
}

/* RFC 3986: unreserved and reserved characters. A '#' is asked about elsewhere: only the
 * first one may stand. */
static int is_uri_char(char c)
{
    return authjs_is_alnum(c) || (c && strchr("-._~:/?[]@!$&'()*+,;=", c));
}

/* origin + rest, with whatever a URI may not hold percent-encoded. */
static const char *join(apr_pool_t *pool, const char *origin, const char *rest)
{
    apr_size_t origin_len = strlen(origin);
    char *url = apr_palloc(pool, origin_len + 3 * strlen(rest) + 1);
    char *out = url + origin_len;
    int fragment = 0;

    memcpy(url, origin, origin_len);
    for (; *rest; rest++) {
        int kept = is_uri_char(*rest) || (*rest == '#' && !fragment) ||
                   (*rest == '%' && authjs_hex_pair(rest + 1) >= 0);

        fragment |= *rest == '#';
        if (kept) {
            *out++ = *rest;
        }
        else {
            out = authjs_percent_encode(out, *rest);
        }
    }
    *out = '\0';
    return url;
}

/* The base or allowed origin that this origin is, or NULL. */
static const char *match(const char *base, const apr_array_header_t *allowed,
                         const char *origin)
{
    int i;

    if (strcmp(origin, base) == 0) {
        return base;
    }
    for (i = 0; allowed && i < allowed->nelts; i++) {
        const char *candidate = APR_ARRAY_IDX(allowed, i, const char *);

        if (strcmp(origin, candidate) == 0) {
            return candidate;
        }
    }
    return NULL;
}

static const char *decide(apr_pool_t *pool, const char *base,
                          const apr_array_header_t *allowed, const char *value)
{
    const char *origin, *rest;
    authjs_url_t url;
    apr_size_t len;

    len = value ? strlen(value) : 0;
    if (len && len <= AUTHJS_URL_MAX_LEN) {
        value = authjs_url_escape_blanks(pool, value);
        len = strlen(value);
    }
    if (len == 0 || len > AUTHJS_URL_MAX_LEN || !authjs_url_is_plain(value) ||
        !authjs_utf8_valid(value, len)) {
        return NULL;
    }
    if (value[0] == '/') {
        return join(pool, base, value);
    }
    if (authjs_url_parse(&url, pool, value)) {
        return NULL;
    }
    origin = match(base, allowed, url.origin);
    if (!origin) {
        return NULL;
    }
    rest = strstr(value, "://") + 3;
    return join(pool, origin, rest + strcspn(rest, "/?#"));
}

const char *authjs_url_decide(apr_pool_t *pool, const char *base,
                              const apr_array_header_t *allowed, const char *value,
                              int *usable)
{
    const char *url = decide(pool, base, allowed, value);

    if (usable) {
        *usable = url != NULL;
    }
    return url ? url : base;
}
