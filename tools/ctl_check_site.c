/* authjsctl check: the address of a site, its names, its cookies. */
#include "ctl_check.h"

#include "web/url.h"

#include <apr_cstr.h>
#include <apr_fnmatch.h>

#include <string.h>

static int is_true(struct json_object *object, const char *key)
{
    return json_object_get_boolean(authjs_json_get(object, key));
}

/* ---- names ------------------------------------------------------------------- */

static int is_among(struct json_object *names, const char *host, int patterns)
{
    size_t i;

    for (i = 0; names && i < json_object_array_length(names); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(names, i));

        if (patterns ? apr_fnmatch(name, host, APR_FNM_CASE_BLIND) == APR_SUCCESS
                     : !apr_cstr_casecmp(name, host)) {
            return 1;
        }
    }
    return 0;
}

static void check_names(authjs_ctl_site_t *site, const authjs_url_t *url)
{
    const char *name = authjs_json_get_string(site->host, "name");

    if (!is_true(site->host, "named") || !apr_cstr_casecmp(name, url->host) ||
        is_among(authjs_json_get_array(site->host, "names"), url->host, 0) ||
        is_among(authjs_json_get_array(site->host, "wild"), url->host, 1)) {
        return;
    }
    authjs_ctl_found(site->check, AUTHJS_FOUND_WARNING, "url-name", site->name,
                     "AuthJSURL says %s, and the host is called %s: a browser that comes "
                     "back from the provider may reach another virtual host; write "
                     "ServerName or ServerAlias %s, unless a proxy in front changes the "
                     "Host header",
                     url->origin, name, url->host);
}

static int has_host_with_tls(const authjs_ctl_site_t *site)
{
    struct json_object *hosts = authjs_json_get_array(site->check->survey, "hosts");
    size_t i;

    for (i = 0; i < json_object_array_length(hosts); i++) {
        if (is_true(json_object_array_get_idx(hosts, i), "tls")) {
            return 1;
        }
    }
    return 0;
}

static void check_tls(authjs_ctl_site_t *site, const authjs_url_t *url)
{
    int https = !strcmp(url->scheme, "https");

    if (https && !has_host_with_tls(site)) {
        authjs_ctl_found(site->check, AUTHJS_FOUND_NOTE, "tls-elsewhere", site->name,
                         "AuthJSURL is https, and no host of this httpd has SSLEngine "
                         "On: TLS has to end at a proxy in front of it");
    }
    if (!https && is_true(site->host, "tls")) {
        authjs_ctl_found(site->check, AUTHJS_FOUND_WARNING, "url-scheme", site->name,
                         "the host speaks TLS, and AuthJSURL is %s: browsers are sent to "
                         "plain http; write AuthJSURL https://%s",
                         url->origin, url->host);
    }
    if (!https && !authjs_url_is_loopback(url->host)) {
        authjs_ctl_found(site->check, AUTHJS_FOUND_WARNING, "url-http", site->name,
                         "AuthJSURL is %s: session cookies travel unencrypted, and many "
                         "providers refuse such a callback URL; use https",
                         url->origin);
    }
}

/* ---- cookies ----------------------------------------------------------------- */

/* RFC 6265, section 5.1.3; a domain is never that of an address. */
static int domain_matches(const char *domain, const char *host)
{
    apr_size_t len, host_len = strlen(host);

    domain += *domain == '.';
    len = strlen(domain);
    if (!apr_cstr_casecmp(domain, host)) {
        return 1;
    }
    return host_len > len && host[host_len - len - 1] == '.' && strchr(domain, '.') &&
           host[strspn(host, "0123456789.")] &&
           !apr_cstr_casecmp(host + host_len - len, domain);
}

/* RFC 6265, section 5.1.4. */
static int path_matches(const char *cookie, const char *path)
{
    apr_size_t len = strlen(cookie);

    return !strncmp(path, cookie, len) &&
           (!path[len] || path[len] == '/' || (len && cookie[len - 1] == '/'));
}

static void check_cookie(authjs_ctl_site_t *site, const authjs_url_t *url,
                         struct json_object *cookie)
{
    const char *key = authjs_json_get_string(cookie, "key");
    const char *domain = authjs_json_get_string(cookie, "domain");
    const char *path = authjs_json_get_string(cookie, "path");
    const char *base = authjs_json_get_string(site->site, "path");

    if (is_true(cookie, "secure") && !strcmp(url->scheme, "http") &&
        !authjs_url_is_loopback(url->host)) {
        authjs_ctl_found(
            site->check, AUTHJS_FOUND_ERROR, "cookie-secure", site->name,
            "the cookie %s is Secure, and browsers are at %s: it never comes "
            "back; write AuthJSURL https://%s, or leave out "
            "AuthJSUseSecureCookies On and secure=On",
            key, url->origin, url->host);
    }
    if (domain && !domain_matches(domain, url->host)) {
        authjs_ctl_found(site->check, AUTHJS_FOUND_ERROR, "cookie-domain", site->name,
                         "the cookie %s is for the domain %s, and the site is %s: "
                         "browsers throw it away; write a domain that %s is in, or none",
                         key, domain, url->host, url->host);
    }
    if (!path_matches(path, base)) {
        authjs_ctl_found(site->check, AUTHJS_FOUND_ERROR, "cookie-path", site->name,
                         "the cookie %s is for the path %s, and the endpoints are below "
                         "%s: it never comes back; write path=/",
                         key, path, base);
    }
    else if (strcmp(path, "/") && !strcmp(key, "sessionToken")) {
        authjs_ctl_found(site->check, AUTHJS_FOUND_NOTE, "cookie-path", site->name,
                         "the session's cookie is for the path %s: elsewhere nobody is "
                         "signed in",
                         path);
    }
}

void authjs_ctl_check_site(authjs_ctl_site_t *site)
{
    const char *origin = authjs_json_get_string(site->site, "pinned");
    struct json_object *jar = authjs_json_get_array(site->site, "jar");
    authjs_url_t url;
    size_t i;

    /* Without AuthJSURL there is nothing to compare; and beside virtual hosts the main
     * server is there for what they inherit. */
    if (!origin || authjs_url_parse(&url, site->check->pool, origin) ||
        (!is_true(site->host, "virtual") &&
         json_object_array_length(authjs_json_get_array(site->check->survey, "hosts")) >
             1)) {
        return;
    }
    check_names(site, &url);
    check_tls(site, &url);
    for (i = 0; jar && i < json_object_array_length(jar); i++) {
        check_cookie(site, &url, json_object_array_get_idx(jar, i));
    }
}
