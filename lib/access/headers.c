/* The headers of a request: what a client says about ours is taken out when it comes in,
 * our cookies and Bearer token before it goes on to another server. */
#include "access/access.h"

#include "actions/action.h"
#include "web/url.h"

#include "apr_lib.h"
#include "util_filter.h"

#define TRAILERS_FILTER "AUTHJS_TRAILERS"

/* ---- in ---------------------------------------------------------------------------- */

/* True for X-AuthJS-<anything>, where whatever is no letter and no digit stands for '-':
 * what a CGI or WSGI layer makes of a header's name must not be one of ours either. */
static int is_ours(const char *name)
{
    static const char prefix[] = "x-authjs-";
    apr_size_t i;

    for (i = 0; i < sizeof(prefix) - 1; i++) {
        char c = name[i];

        if (prefix[i] == '-' ? (!c || authjs_is_alnum(c)) : apr_tolower(c) != prefix[i]) {
            return 0;
        }
    }
    return 1;
}

/* The names in Connection are what mod_proxy takes out of a request: one of ours is not
 * the client's to name. Whatever cannot be part of a name ends one, quotes included. */
static void remove_options(request_rec *r, apr_table_entry_t *connection)
{
    static const char separators[] = " \t,;\"\\()<>@:/[]?={}";
    char *value, *name;
    apr_size_t len;

    if (!strpbrk(connection->val, "xX")) {
        return;
    }
    value = apr_pstrdup(r->pool, connection->val);
    for (name = value; *name; name += len) {
        name += strspn(name, separators);
        len = strcspn(name, separators);
        if (is_ours(name)) {
            memset(name, ' ', len);
        }
    }
    connection->val = value;
}

void authjs_access_remove_headers(request_rec *r, apr_table_t *headers)
{
    const apr_array_header_t *array = apr_table_elts(headers);
    int i = 0;

    while (i < array->nelts) {
        apr_table_entry_t *entry = &APR_ARRAY_IDX(array, i, apr_table_entry_t);

        if (is_ours(entry->key)) {
            apr_table_unset(headers, entry->key);
            i = 0;
            continue;
        }
        if (apr_tolower(*entry->key) == 'c' &&
            !ap_cstr_casecmp(entry->key, "Connection")) {
            remove_options(r, entry);
        }
        i++;
    }
}

/* MergeTrailers: what follows a body comes among the headers when the body was read,
 * which may be before somebody makes the environment of them. */
static apr_status_t trailers_filter(ap_filter_t *f, apr_bucket_brigade *brigade,
                                    ap_input_mode_t mode, apr_read_type_e block,
                                    apr_off_t bytes)
{
    apr_table_t *headers = f->r->headers_in;
    apr_status_t rv = ap_get_brigade(f->next, brigade, mode, block, bytes);

    if (f->r->headers_in != headers) {
        authjs_access_remove_headers(f->r, f->r->trailers_in);
        f->r->headers_in = apr_table_overlay(f->r->pool, headers, f->r->trailers_in);
    }
    return rv;
}

void authjs_access_watch_trailers(request_rec *r)
{
    const core_server_config *core = ap_get_core_module_config(r->server->module_config);

    if (core->merge_trailers == AP_MERGE_TRAILERS_ENABLE && authjs_site(r)) {
        ap_add_input_filter(TRAILERS_FILTER, NULL, r, r->connection);
    }
}

int authjs_access_scrub(request_rec *r)
{
    if (authjs_site(r)) {
        authjs_access_remove_headers(r, r->headers_in);
        authjs_access_watch_trailers(r);
    }
    return DECLINED;
}

void authjs_access_register_trailers(void)
{
    /* above what reads the chunks, below whoever reads the body */
    ap_register_input_filter(TRAILERS_FILTER, trailers_filter, NULL,
                             AP_FTYPE_PROTOCOL - 1);
}

/* ---- out --------------------------------------------------------------------------- */

/* A request that leaves this server: ProxyPass, RewriteRule [P], SetHandler proxy:. */
static int is_proxied(const request_rec *r)
{
    return r->proxyreq == PROXYREQ_REVERSE ||
           (r->handler && !strncmp(r->handler, "proxy:", 6));
}

/* What came is remembered in request. */
static void strip_credentials(request_rec *r, authjs_request_t *request)
{
    const char *header = apr_table_get(r->headers_in, "Cookie");
    const char *rest =
        header ? authjs_cookie_strip(r->pool, header, request->site->our_cookie_names)
               : NULL;

    if (rest && rest != header) {
        apr_table_setn(r->headers_in, "Cookie", rest);
    }
    else if (!rest) {
        apr_table_unset(r->headers_in, "Cookie");
    }
    if (authjs_session_came_by_bearer(request)) {
        apr_table_unset(r->headers_in, "Authorization");
    }
}

int authjs_access_strip(request_rec *r)
{
    authjs_request_t *request = authjs_request(r);

    if (!request) {
        return DECLINED;
    }
    authjs_access_found(r);
    AUTHJS_SLOT(access, request)->is_found |= !r->main;
    if (is_proxied(r) && !authjs_is_endpoint(r, request->site) &&
        !authjs_dir_pass_cookies(r)) {
        strip_credentials(r, request);
    }
    return authjs_access_undecided(r, request);
}
