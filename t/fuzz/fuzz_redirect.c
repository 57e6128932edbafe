/* The redirect decision: whatever comes in, the answer is a URI of our own origin. */
#include "core/core.h"
#include "web/url.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BASE "https://www.example.com"

static void check(int good)
{
    if (!good) {
        abort();
    }
}

/* RFC 3986, written down a second time on purpose: the differential oracle. */
static int is_uri(const char *url)
{
    const char *p;

    for (p = url; *p; p++) {
        if (*p == '%' && !(p[1] && strchr("0123456789abcdefABCDEF", p[1]) && p[2] &&
                           strchr("0123456789abcdefABCDEF", p[2]))) {
            return 0;
        }
        if (*p == '#' && strchr(p + 1, '#')) {
            return 0;
        }
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                    "-._~:/?#[]@!$&'()*+,;=%",
                    *p)) {
            return 0;
        }
    }
    return 1;
}

static int is_behind(const char *origin, const char *url)
{
    apr_size_t len = strlen(origin);

    return !strncmp(url, origin, len) && (!url[len] || strchr("/?#", url[len]));
}

static void parse(apr_pool_t *pool, const char *text)
{
    authjs_url_t url, again;

    if (authjs_url_parse(&url, pool, text)) {
        return;
    }
    check(!authjs_url_parse(&again, pool, url.origin));
    check(!strcmp(again.origin, url.origin) && !*again.path && !again.query);
    check(again.port == url.port && url.port > 0 && url.port < 65536);
    check(!*url.path || *url.path == '/');
    check(!strpbrk(url.host, "@/?#\\% "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    apr_array_header_t *allowed;
    const char *value, *url, *again;
    apr_pool_t *pool;
    int usable;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    value = apr_pstrmemdup(pool, (const char *)data, size);
    parse(pool, value);

    url = authjs_url_decide(pool, BASE, NULL, value, &usable);
    check(is_behind(BASE, url) && is_uri(url));
    check(usable || !strcmp(url, BASE));
    again = authjs_url_decide(pool, BASE, NULL, url, NULL);
    check(strlen(url) > AUTHJS_URL_MAX_LEN || !strcmp(again, url));

    allowed = apr_array_make(pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(allowed, const char *) = "http://[::1]:8080";
    url = authjs_url_decide(pool, BASE, allowed, value, NULL);
    check((is_behind(BASE, url) || is_behind("http://[::1]:8080", url)) && is_uri(url));

    again = authjs_url_with_param(pool, url, "n", value);
    check(!strchr(again, '#') && strstr(again, "n="));
    apr_pool_destroy(pool);
    return 0;
}
