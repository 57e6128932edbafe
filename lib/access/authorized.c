/* The callback authorized: a condition of the directory, beside what Require says. */
#include "access/access.h"

#include "callbacks/callbacks.h"

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

/* What a browser would have sent: visible ASCII, all else percent-encoded. */
static const char *as_url(apr_pool_t *pool, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    char *url = apr_palloc(pool, 3 * strlen(text) + 1), *out = url;
    const unsigned char *c;

    for (c = (const unsigned char *)text; *c; c++) {
        if (*c > ' ' && *c < 0x7f) {
            *out++ = (char)*c;
        }
        else {
            *out++ = '%';
            *out++ = hex[*c >> 4];
            *out++ = hex[*c & 15];
        }
    }
    *out = '\0';
    return url;
}

/* url is what the browser asked for; nextUrl.pathname what httpd makes of it. */
static struct json_object *request_object(request_rec *r, const authjs_request_t *request)
{
    struct json_object *object = authjs_json_object(r->pool);
    struct json_object *next = authjs_json_object(r->pool);
    const char *path = authjs_raw_path(request->r);
    const char *args =
        r->args && *r->args ? apr_pstrcat(r->pool, "?", r->args, NULL) : "";

    authjs_json_set_string(next, "pathname", ap_os_escape_path(r->pool, r->uri, 1));
    authjs_json_set_string(next, "search", as_url(r->pool, args));
    authjs_json_set_string(object, "url",
                           apr_pstrcat(r->pool, request->origin,
                                       as_url(r->pool, path ? path : "/"), NULL));
    authjs_json_set_string(object, "method", r->method);
    authjs_json_set(object, "headers", headers_of(request->r));
    authjs_json_set(object, "nextUrl", next);
    return object;
}

/* Signed in, and not allowed: another sign-in would not help. */
static int refused(request_rec *r, const authjs_site_t *site,
                   const authjs_session_t *session, const char *redirect)
{
    authjs_set_no_store(r);
    if (redirect) {
        apr_table_setn(r->headers_out, "Location", redirect);
        return r->method_number == M_GET ? HTTP_MOVED_TEMPORARILY : HTTP_SEE_OTHER;
    }
    return session ? HTTP_FORBIDDEN : authjs_access_unauthorized(r, site);
}

int authjs_access_has_authorized(request_rec *r, const authjs_site_t *site)
{
    return authjs_dir_config(r)->authorized ||
           (site && site->callback_hooks && authjs_access_protects(r));
}

int authjs_access_authorized(request_rec *r, const authjs_site_t *site)
{
    const authjs_request_t *request = authjs_request(r, site);
    const authjs_session_t *session = authjs_session_of(r);
    struct json_object *params;
    const char *redirect;

    if (r->proxyreq == PROXYREQ_PROXY) {
        return HTTP_FORBIDDEN;
    }
    if (!session && authjs_access_is_unavailable(r, site)) {
        return authjs_access_unavailable(r);
    }
    if (!request->origin) {
        return authjs_access_unauthorized(r, site);
    }
    params = authjs_json_object(r->pool);
    authjs_json_set(params, "request", request_object(r, request));
    authjs_json_set(params, "auth", session ? authjs_session_object(r, session) : NULL);
    return authjs_callback_authorized(r, site, authjs_dir_config(r)->authorized, params,
                                      request->origin, &redirect)
               ? DECLINED
               : refused(r, site, session, redirect);
}
