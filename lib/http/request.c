#include "http/request.h"

#include "settings/settings.h"
#include "web/url.h"

#define PREFIX_MAX 256

/* ---- its origin ------------------------------------------------------------------ */

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

/* The last one of a list of *len bytes, which is shortened by it; blanks around it do not
 * count. */
static const char *take_last(apr_pool_t *pool, const char *list, apr_size_t *len)
{
    apr_size_t begin = *len, end = *len;

    while (begin && list[begin - 1] != ',') {
        begin--;
    }
    *len = begin ? begin - 1 : 0;
    while (end > begin && (list[end - 1] == ' ' || list[end - 1] == '\t')) {
        end--;
    }
    while (begin < end && (list[begin] == ' ' || list[begin] == '\t')) {
        begin++;
    }
    return apr_pstrmemdup(pool, list + begin, end - begin);
}

/* What the outermost of the proxies that we trust says. Each has put its value behind
 * what came in, which anybody may have written: so many are counted from the end. Where
 * there are fewer, not all of them say something. NULL: none does. */
static const char *forwarded(const request_rec *r, const char *name, int proxies)
{
    const char *list = apr_table_get(r->headers_in, name), *value;
    apr_size_t len;

    if (!list) {
        return NULL;
    }
    len = strlen(list);
    do {
        value = take_last(r->pool, list, &len);
    } while (--proxies && len);
    return value;
}

/* What those proxies have taken off the path, one after the other. NULL: no path. */
static const char *forwarded_prefix(const request_rec *r, int proxies)
{
    const char *list = apr_table_get(r->headers_in, "X-Forwarded-Prefix"), *prefix = "";
    apr_size_t len = list ? strlen(list) : 0, value_len;

    for (; len && proxies; proxies--) {
        const char *value = take_last(r->pool, list, &len);

        value_len = strlen(value);
        if (value_len && value[value_len - 1] == '/') {
            value = apr_pstrmemdup(r->pool, value, value_len - 1);
        }
        if (*value && authjs_base_path_check(value)) {
            return NULL;
        }
        prefix = apr_pstrcat(r->pool, value, prefix, NULL);
    }
    return strlen(prefix) <= PREFIX_MAX ? prefix : NULL;
}

static const char *forwarded_origin(request_rec *r, int proxies)
{
    const char *scheme = forwarded(r, "X-Forwarded-Proto", proxies);
    const char *host = forwarded(r, "X-Forwarded-Host", proxies);

    if (!forwarded_prefix(r, proxies)) {
        return NULL;
    }
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
    return site->trust_host ? forwarded_origin(r, site->trust_host) : canonical_origin(r);
}

/* Behind an origin, so that what was forwarded can be used; but for what has changed
 * since (trailers behind the body). */
static const char *prefix_of(const request_rec *r, const authjs_site_t *site)
{
    const char *prefix = site->pinned_origin || !site->trust_host
                             ? site->prefix
                             : forwarded_prefix(r, site->trust_host);

    return prefix ? prefix : "";
}

const char *authjs_outward(const request_rec *r, const authjs_site_t *site,
                           const char *origin, const char *path)
{
    return apr_pstrcat(r->pool, origin, prefix_of(r, site), path, NULL);
}

const char *authjs_home(const request_rec *r, const authjs_site_t *site,
                        const char *origin)
{
    return *prefix_of(r, site) ? authjs_outward(r, site, origin, "/") : origin;
}

/* ---- its path -------------------------------------------------------------------- */

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

int authjs_error_document_of(const request_rec *r)
{
    const request_rec *prev = r->prev;

    while (prev && !ap_is_HTTP_ERROR(prev->status)) {
        prev = prev->prev;
    }
    return prev ? prev->status : 0;
}

/* ---- as Auth.js gives it to callbacks -------------------------------------------- */

/* What opens doors elsewhere is nobody's to see. */
static int is_secret(const char *header)
{
    return !strcmp(header, "cookie") || !strcmp(header, "authorization") ||
           !strcmp(header, "proxy-authorization");
}

/* As a Headers object has them: names in lower case. What is no text is left out. */
static struct json_object *headers_of(request_rec *r)
{
    const apr_array_header_t *table = apr_table_elts(r->headers_in);
    struct json_object *headers = authjs_json_object(r->pool);
    int i;

    for (i = 0; i < table->nelts; i++) {
        const apr_table_entry_t *entry = &APR_ARRAY_IDX(table, i, apr_table_entry_t);
        char *name = apr_pstrdup(r->pool, entry->key);

        ap_str_tolower(name);
        if (!is_secret(name) && authjs_utf8_valid(name, strlen(name)) &&
            authjs_utf8_valid(entry->val, strlen(entry->val))) {
            authjs_json_set_string(headers, name, entry->val);
        }
    }
    return headers;
}

struct json_object *authjs_request_object(request_rec *r, const char *origin)
{
    struct json_object *object = authjs_json_object(r->pool);

    authjs_json_set_string(
        object, "url", apr_pstrcat(r->pool, origin, authjs_path_as_url(r, r->uri), NULL));
    authjs_json_set_string(object, "method", r->method);
    authjs_json_set(object, "headers", headers_of(r));
    return object;
}

/* ---- its name ---------------------------------------------------------------------- */

/* The error log's is made when something is logged. */
const char *authjs_request_id(request_rec *r)
{
    const char *id = apr_table_get(r->subprocess_env, "UNIQUE_ID");

    if (id) {
        return id;
    }
    if (!r->log_id) {
        ap_run_generate_log_id(r->connection, r, &r->log_id);
    }
    return r->log_id;
}

/* ---- what is remembered of it ---------------------------------------------------- */

/* ErrorDocument, DirectoryIndex, SSI and the like: the request that they serve. */
static request_rec *browsers_request(request_rec *r)
{
    while (r->prev || r->main) {
        r = r->prev ? r->prev : r->main;
    }
    return r;
}

authjs_request_t *authjs_request(request_rec *r)
{
    request_rec *top = browsers_request(r);
    authjs_request_t *request = ap_get_module_config(top->request_config, &authjs_module);
    const authjs_site_t *site;

    if (request) {
        return request;
    }
    site = authjs_site(r);
    if (!site) {
        return NULL;
    }
    request = apr_pcalloc(top->pool, sizeof(*request));
    request->r = top;
    request->site = site;
    request->cookie_header = apr_table_get(top->headers_in, "Cookie");
    request->origin = authjs_origin(top, site);
    if (request->origin) {
        request->cookies = authjs_cookie_set(site, request->origin);
    }
    ap_set_module_config(top->request_config, &authjs_module, request);
    return request;
}

/* ---- language ---------------------------------------------------------------------- */

const authjs_language_t *
authjs_request_language(const request_rec *r, const authjs_site_t *site, int *negotiated)
{
    const char *tag = authjs_dir_language(r);
    const authjs_language_t *language =
        tag ? authjs_language_find(site->languages, tag, strlen(tag)) : NULL;

    *negotiated = !language;
    return language ? language
                    : authjs_language_choose(site->languages,
                                             apr_table_get(r->headers_in,
                                                           AUTHJS_LANGUAGE_HEADER));
}
