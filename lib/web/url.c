#include "web/url.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <arpa/inet.h>
#include <string.h>

#define HOST_MAX_LEN 255

static int is_host_byte(char c)
{
    return authjs_is_alnum(c) || c == '-' || c == '.' || c == '_';
}

int authjs_url_is_plain(const char *text)
{
    const unsigned char *p;

    for (p = (const unsigned char *)text; *p; p++) {
        if (*p < 0x21 || *p == 0x7f || *p == '\\') {
            return 0;
        }
    }
    return 1;
}

/* One spelling for an IPv6 address, so that origins can be compared as text. */
static const char *parse_ipv6(apr_pool_t *pool, const char *text, apr_size_t len)
{
    char canonical[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (inet_pton(AF_INET6, apr_pstrmemdup(pool, text, len), &address) != 1 ||
        !inet_ntop(AF_INET6, &address, canonical, sizeof(canonical))) {
        return NULL;
    }
    return apr_psprintf(pool, "[%s]", canonical);
}

static const char *parse_name(apr_pool_t *pool, const char *text, apr_size_t len)
{
    char *host = apr_pstrmemdup(pool, text, len);
    char *p;

    for (p = host; *p; p++) {
        if (!is_host_byte(*p)) {
            return NULL;
        }
        *p = apr_tolower(*p);
    }
    return host;
}

/* digits: what stands behind the ':', up to len. */
static int parse_port(const char *digits, apr_size_t len)
{
    int port = 0;
    apr_size_t i;

    if (len == 0 || len > 5) {
        return 0;
    }
    for (i = 0; i < len; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            return 0;
        }
        port = port * 10 + (digits[i] - '0');
    }
    return port <= 65535 ? port : 0;
}

static const char *parse_authority(authjs_url_t *url, apr_pool_t *pool, const char *text,
                                   apr_size_t len)
{
    const char *end = text + len;
    const char *bracket;
    const char *host_end;

    if (memchr(text, '@', len)) {
        return "the URL holds a user name";
    }
    if (len > 0 && text[0] == '[') {
        bracket = memchr(text, ']', len);
        url->host = bracket ? parse_ipv6(pool, text + 1, bracket - text - 1) : NULL;
        host_end = bracket ? bracket + 1 : end;
    }
    else {
        host_end = memchr(text, ':', len);
        host_end = host_end ? host_end : end;
        url->host = host_end > text && host_end - text <= HOST_MAX_LEN
                        ? parse_name(pool, text, host_end - text)
                        : NULL;
    }
    if (!url->host) {
        return "the URL has no valid host";
    }
    if (host_end < end) {
        url->port = *host_end == ':' ? parse_port(host_end + 1, end - host_end - 1) : 0;
    }
    return url->port ? NULL : "the URL has no valid port";
}

const char *authjs_url_parse(authjs_url_t *url, apr_pool_t *pool, const char *text)
{
    const char *authority, *rest, *fragment, *refused;
    int default_port;
    apr_size_t len;

    memset(url, 0, sizeof(*url));
    if (!text || strlen(text) > AUTHJS_URL_MAX_LEN) {
        return "the URL is missing or too long";
    }
    if (!authjs_url_is_plain(text)) {
        return "the URL holds a blank, a control byte or a backslash";
    }
    if (strncasecmp(text, "https://", 8) == 0) {
        url->scheme = "https";
    }
    else if (strncasecmp(text, "http://", 7) == 0) {
        url->scheme = "http";
    }
    else {
        return "the URL does not begin with https:// or http://";
    }
    authority = text + strlen(url->scheme) + 3;
    rest = authority + strcspn(authority, "/?#");
    default_port = url->port = url->scheme[4] == 's' ? 443 : 80;
    refused = parse_authority(url, pool, authority, rest - authority);
    if (refused) {
        return refused;
    }

    url->origin =
        url->port == default_port
            ? apr_pstrcat(pool, url->scheme, "://", url->host, NULL)
            : apr_psprintf(pool, "%s://%s:%d", url->scheme, url->host, url->port);
    len = strcspn(rest, "?#");
    url->path = apr_pstrmemdup(pool, rest, len);
    fragment = strchr(rest, '#');
    url->has_fragment = fragment != NULL;
    if (rest[len] == '?') {
        len++;
        url->query = fragment ? apr_pstrmemdup(pool, rest + len, fragment - rest - len)
                              : apr_pstrdup(pool, rest + len);
    }
    return NULL;
}

int authjs_url_is_loopback(const char *host)
{
    return !strcmp(host, "localhost") || !strcmp(host, "[::1]") ||
           (!strncmp(host, "127.", 4) && !host[strspn(host, "0123456789.")]);
}
