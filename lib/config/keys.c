/* The keys of AuthJSCookie, AuthJSTheme and AuthJSHTTP. */
#include "config/directives.h"

#include "web/html.h"
#include "web/url.h"

#include <arpa/inet.h>

/* *key in its own spelling, or what is wrong with it. */
static const char *find_key(apr_pool_t *pool, const char *const *keys, const char **key)
{
    const char *found = authjs_word(keys, *key);

    if (!found) {
        return apr_psprintf(pool, "has no key %s; the keys are %s", *key,
                            authjs_words_text(pool, keys));
    }
    *key = found;
    return NULL;
}

static const char *find_word(apr_pool_t *pool, const char *const *words, const char *key,
                             const char **value)
{
    const char *found = authjs_word(words, *value);

    if (!found) {
        return apr_psprintf(pool, "%s must be one of %s", key,
                            authjs_words_text(pool, words));
    }
    *value = found;
    return NULL;
}

static const char *cookie_boolean(apr_pool_t *pool, const char *key, const char **value)
{
    int on;
    const char *why = authjs_boolean_parse(&on, *value);

    if (why) {
        return apr_pstrcat(pool, key, " ", why, NULL);
    }
    *value = on ? "on" : "off";
    return NULL;
}

static const char *cookie_max_age(apr_pool_t *pool, const char **value)
{
    apr_int64_t seconds;
    const char *why;

    if (!ap_cstr_casecmp(*value, AUTHJS_MAX_AGE_SESSION)) {
        *value = AUTHJS_MAX_AGE_SESSION;
        return NULL;
    }
    why = authjs_duration_parse(&seconds, *value);
    if (!why && seconds <= 0) {
        why = "0 deletes the cookie as soon as it is set; write a duration such as "
              "30m, or session: until the browser is closed";
    }
    if (!why) {
        *value = apr_psprintf(pool, "%" APR_INT64_T_FMT, seconds);
    }
    return why ? apr_pstrcat(pool, "maxAge: ", why, NULL) : NULL;
}

const char *authjs_cookie_key_check(apr_pool_t *pool, const char **key,
                                    const char **value)
{
    static const char *const keys[] = {"name",        "domain",   "path",   "sameSite",
                                       "secure",      "httpOnly", "maxAge", "priority",
                                       "partitioned", NULL};
    static const char *const same_site[] = {"Lax", "Strict", "None", NULL};
    static const char *const priority[] = {"Low", "Medium", "High", NULL};
    const char *why = find_key(pool, keys, key);

    if (why) {
        return why;
    }
    if (!strcmp(*key, "name")) {
        return authjs_cookie_name_valid(*value) ? NULL : "name is not a cookie's name";
    }
    if (!strcmp(*key, "sameSite")) {
        return find_word(pool, same_site, *key, value);
    }
    if (!strcmp(*key, "priority")) {
        return find_word(pool, priority, *key, value);
    }
    if (!strcmp(*key, "maxAge")) {
        return cookie_max_age(pool, value);
    }
    if (!strcmp(*key, "domain") || !strcmp(*key, "path")) {
        if (!**value || !authjs_cookie_attribute_valid(*value)) {
            return apr_pstrcat(pool, *key, " has characters that a cookie cannot have",
                               NULL);
        }
        return !strcmp(*key, "path") && **value != '/' ? "path must begin with '/'"
                                                       : NULL;
    }
    return cookie_boolean(pool, *key, value);
}

static const char *check_logo(apr_pool_t *pool, const char *value)
{
    authjs_url_t url;

    if (*value == '/') {
        return authjs_page_path_check(value) ? "logo is not a path on this site" : NULL;
    }
    if (authjs_url_parse(&url, pool, value) || strcmp(url.scheme, "https")) {
        return "logo must be a path on this site or an https URL";
    }
    return NULL;
}

const char *authjs_theme_key_check(apr_pool_t *pool, const char **key, const char **value)
{
    static const char *const keys[] = {"colorScheme", "logo", "brandColor",
                                       "buttonText",  "name", NULL};
    static const char *const schemes[] = {"auto", "dark", "light", NULL};
    const char *why = find_key(pool, keys, key);

    if (why) {
        return why;
    }
    if (!strcmp(*key, "colorScheme")) {
        return find_word(pool, schemes, *key, value);
    }
    if (!strcmp(*key, "logo")) {
        return check_logo(pool, *value);
    }
    if (!strcmp(*key, "name")) {
        return authjs_is_line(*value, 100) ? NULL : "name must be one line of text";
    }
    return authjs_css_color_valid(*value)
               ? NULL
               : apr_pstrcat(pool, *key, " is not a colour such as #0b7285", NULL);
}

/* What AuthJSHTTP may say, in milliseconds and bytes. A sign-in waits 15 seconds at most,
 * whatever is written here. */
#define CONNECT_MIN  100
#define CONNECT_MAX  10000
#define TIMEOUT_MAX  15000
#define MAX_BODY_MIN 4096
#define MAX_BODY_MAX (16 * 1024 * 1024)

static const char *http_time(apr_pool_t *pool, const char *key, const char **value)
{
    apr_int64_t ms, max = strcmp(key, "connect") ? TIMEOUT_MAX : CONNECT_MAX;
    const char *why = authjs_duration_parse_ms(&ms, *value);

    if (!why && (ms < CONNECT_MIN || ms > max)) {
        why = max == CONNECT_MAX ? "must be between 100ms and 10s"
                                 : "must be between 100ms and 15s";
    }
    if (why) {
        return apr_pstrcat(pool, key, ": ", why, NULL);
    }
    *value = apr_psprintf(pool, "%" APR_INT64_T_FMT, ms);
    return NULL;
}

static const char *http_max_body(apr_pool_t *pool, const char **value)
{
    static const char why[] = "max-body must be between 4K and 16M";
    apr_size_t digits = strspn(*value, "0123456789");
    const char *unit = *value + digits;
    apr_int64_t number, scale = 1;

    if (!ap_cstr_casecmp(unit, "K")) {
        scale = 1024;
    }
    else if (!ap_cstr_casecmp(unit, "M")) {
        scale = 1024 * 1024;
    }
    else if (*unit) {
        return why;
    }
    if (authjs_number_parse(&number, pool, apr_pstrmemdup(pool, *value, digits), 1,
                            MAX_BODY_MAX) ||
        number * scale < MAX_BODY_MIN || number * scale > MAX_BODY_MAX) {
        return why;
    }
    *value = apr_psprintf(pool, "%" APR_INT64_T_FMT, number * scale);
    return NULL;
}

static const char *http_ca(apr_pool_t *pool, const char **value)
{
    const char *path = ap_server_root_relative(pool, *value);
    apr_finfo_t info;

    if (!path || apr_stat(&info, path, APR_FINFO_TYPE, pool) != APR_SUCCESS ||
        info.filetype != APR_REG) {
        return apr_pstrcat(pool, "ca: there is no file ", *value, NULL);
    }
    *value = path;
    return NULL;
}

static int is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static const char *with_port(apr_pool_t *pool, const char *host, apr_port_t port)
{
    return apr_psprintf(pool, strchr(host, ':') ? "[%s]:%hu" : "%s:%hu", host, port);
}

/* The key becomes "resolve host:port": each of them stands for itself. */
static const char *http_resolve(apr_pool_t *pool, const char **key, const char **value)
{
    static const char why[] = "resolve must be host:port=address or "
                              "host:port=address:port, as in "
                              "resolve=idp.example.com:443=192.0.2.7";
    const char *name = ap_getword(pool, value, '=');
    char *host, *address, *scope;
    apr_port_t from, to;

    if (apr_parse_addr_port(&host, &scope, &from, name, pool) || !host || !from ||
        scope || strpbrk(host, "/?#@") ||
        apr_parse_addr_port(&address, &scope, &to, *value, pool) || !address || scope ||
        !is_address(address) || (strchr(address, ':') && **value != '[')) {
        return why;
    }
    ap_str_tolower(host);
    *key = apr_pstrcat(pool, AUTHJS_HTTP_RESOLVE, with_port(pool, host, from), NULL);
    *value = with_port(pool, address, to ? to : from);
    return NULL;
}

const char *authjs_http_key_check(apr_pool_t *pool, const char **key, const char **value)
{
    static const char *const keys[] = {"connect",  "timeout", "proxy", "ca",
                                       "max-body", "resolve", NULL};
    const char *why = find_key(pool, keys, key);
    authjs_url_t url;

    if (why) {
        return why;
    }
    if (!strcmp(*key, "max-body")) {
        return http_max_body(pool, value);
    }
    if (!strcmp(*key, "ca")) {
        return http_ca(pool, value);
    }
    if (!strcmp(*key, "resolve")) {
        return http_resolve(pool, key, value);
    }
    if (!strcmp(*key, "proxy")) {
        why = authjs_url_parse(&url, pool, *value);
        return why ? apr_pstrcat(pool, "proxy: ", why, NULL) : NULL;
    }
    return http_time(pool, *key, value);
}
