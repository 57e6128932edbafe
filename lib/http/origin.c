#include "http/exchange.h"
#include "web/url.h"

/* scheme://host[:port] as a normalised origin, or NULL when that is not what it is. */
static const char *origin_of(apr_pool_t *pool, const char *scheme, const char *host)
{
    authjs_url_t url;

    if (!host ||
        authjs_url_parse(&url, pool, apr_pstrcat(pool, scheme, "://", host, NULL)) ||
        *url.path || url.query || url.has_fragment) {
        return NULL;
    }
    return url.origin;
}

/* AuthJSTrustHost: one value each; a list ("a, b") is no host and is refused. */
static const char *forwarded_origin(request_rec *r)
{
    const char *scheme = apr_table_get(r->headers_in, "X-Forwarded-Proto");
    const char *host = apr_table_get(r->headers_in, "X-Forwarded-Host");

    return origin_of(r->pool, scheme ? scheme : ap_http_scheme(r),
                     host ? host : apr_table_get(r->headers_in, "Host"));
}

static const char *canonical_origin(request_rec *r)
{
    core_dir_config *core = ap_get_core_module_config(r->per_dir_config);

    if (core->use_canonical_name != USE_CANONICAL_NAME_ON) {
        return NULL;
    }
    return origin_of(r->pool, ap_http_scheme(r),
                     apr_psprintf(r->pool, "%s:%u", ap_get_server_name_for_url(r),
                                  ap_get_server_port(r)));
}

const char *authjs_origin(request_rec *r, const authjs_site_t *site)
{
    if (site->pinned_origin) {
        return site->pinned_origin;
    }
    return site->trust_host ? forwarded_origin(r) : canonical_origin(r);
}

const char *authjs_wire_path(const request_rec *r)
{
    const apr_uri_t *uri = &r->parsed_uri;
    const char *path = r->unparsed_uri;

    if (path && *path != '/') {
        /* Absolute: the path follows the host that httpd has found. */
        if (!uri->scheme || !uri->hostinfo || uri->user ||
            (ap_cstr_casecmp(uri->scheme, "http") &&
             ap_cstr_casecmp(uri->scheme, "https"))) {
            return NULL;
        }
        path += strlen(uri->scheme) + sizeof("://") - 1 + strlen(uri->hostinfo);
    }
    return path && *path == '/' ? path : NULL;
}

apr_size_t authjs_wire_path_len(const char *path)
{
    return strcspn(path, "?");
}

const char *authjs_as_url(apr_pool_t *pool, const char *text)
{
    return authjs_url_encode(pool, text, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
}

const char *authjs_path_as_url(const request_rec *r, const char *path)
{
    const char *query = r->parsed_uri.query, *wire;

    if (!path || *path != '/') {
        return "/";
    }
    wire = authjs_wire_path(r);
    /* What needs no other spelling keeps the browser's. */
    if (!wire || strlen(path) != authjs_wire_path_len(wire) ||
        memcmp(wire, path, strlen(path))) {
        path = ap_os_escape_path(r->pool, path, 1);
    }
    return authjs_as_url(r->pool,
                         query ? apr_pstrcat(r->pool, path, "?", query, NULL) : path);
}
