/* What a visitor gets who has no session, or whose session cannot be known. */
#include "access/access.h"
#include "settings/settings.h"
#include "web/url.h"

#include "util_filter.h"

#define JSON_FILTER "AUTHJS_JSON_ERROR"
/* Seconds: a database that restarts is back by then. */
#define RETRY_AFTER "10"

static const char *header(const request_rec *r, const char *name)
{
    return apr_table_get(r->headers_in, name);
}

static int is_read(const request_rec *r)
{
    return r->method_number == M_GET; /* HEAD too */
}

/* Whether a person is waiting for a page, and not a script, an image or a frame for data:
 * browsers say so (Fetch Metadata); of others only what asks for HTML counts. */
static int is_page_visit(const request_rec *r)
{
    const char *mode = header(r, "Sec-Fetch-Mode");
    const char *dest = header(r, "Sec-Fetch-Dest");
    const char *accept = header(r, "Accept");

    if (!(is_read(r) || r->method_number == M_POST) || header(r, "X-Requested-With")) {
        return 0;
    }
    if (mode) {
        return !strcmp(mode, "navigate") && (!dest || !strcmp(dest, "document"));
    }
    return accept && (ap_strcasestr(accept, "text/html") ||
                      ap_strcasestr(accept, "application/xhtml+xml"));
}

/* ---- where to sign in ------------------------------------------------------------ */

/* The address in the browser: what it asked for, before any rewriting. */
static const char *requested_url(const authjs_request_t *request)
{
    const request_rec *r = request->r;
    const char *path = authjs_wire_path(r);

    return apr_pstrcat(r->pool, request->origin,
                       path ? path : authjs_path_as_url(r, r->parsed_uri.path), NULL);
}

static const char *without_query(apr_pool_t *pool, const char *url)
{
    return apr_pstrmemdup(pool, url, strcspn(url, "?"));
}

/* Where a visitor goes after the sign-in. A form that was sent is not sent again: what it
 * was sent to is asked for as a page. A script's request leads back to the page that the
 * script stands in, if that is ours to tell. */
static const char *callback_url(const authjs_request_t *request, int visit)
{
    const request_rec *r = request->r;
    const char *url = requested_url(request);
    const char *referer = visit ? NULL : header(r, "Referer");
    int usable = 0;

    if (referer) {
        referer = authjs_url_decide(r->pool, request->origin,
                                    request->site->redirect_allow, referer, &usable);
        if (usable) {
            return referer;
        }
    }
    if (!is_read(r) || strlen(url) > AUTHJS_URL_MAX_LEN) {
        url = without_query(r->pool, url);
    }
    return strlen(url) > AUTHJS_URL_MAX_LEN ? request->origin : url;
}

/* The sign-in page's address, restricted to the providers that may sign in here. */
static const char *signin_url(const request_rec *r, const authjs_request_t *request,
                              int visit)
{
    apr_pool_t *pool = request->r->pool;
    apr_array_header_t *params = apr_array_make(pool, 2, sizeof(authjs_param_t));
    const apr_array_header_t *providers = authjs_dir_providers(r);
    const char *url =
        apr_pstrcat(pool, request->origin, request->site->base_path, "/signin", NULL);

    if (authjs_dir_unauthorized(r) == AUTHJS_UNAUTHORIZED_PROVIDER) {
        authjs_params_set(params, "provider", authjs_dir_unauthorized_provider(r));
    }
    else if (providers) {
        authjs_params_set(params, "provider", apr_array_pstrcat(pool, providers, ','));
    }
    authjs_params_set(params, "callbackUrl", callback_url(request, visit));
    return authjs_url_with_params(pool, url, params);
}

/* ---- 401 ------------------------------------------------------------------------- */

int authjs_access_note_auth_failure(request_rec *r, const char *auth_type)
{
    const char *name;

    if (!auth_type || ap_cstr_casecmp(auth_type, AUTHJS_AUTH_TYPE)) {
        return DECLINED;
    }
    if (r->user) {
        return OK; /* refused, not unknown: 403 */
    }
    name = ap_auth_name(r);
    if (!name) {
        name = ap_get_server_name(r);
    }
    apr_table_setn(r->err_headers_out, "WWW-Authenticate",
                   apr_pstrcat(r->pool,
                               authjs_dir_bearer(r) ? "Bearer" : AUTHJS_AUTH_TYPE,
                               " realm=\"", ap_escape_quotes(r->pool, name), "\"", NULL));
    return OK;
}

/* True when the administrator (or another module) has an answer of their own. */
static int has_error_document(request_rec *r, int status)
{
    const core_dir_config *dir = ap_get_core_module_config(r->per_dir_config);
    const core_request_config *own = ap_get_core_module_config(r->request_config);
    int index = ap_index_of_response(status);

    return (own->response_code_strings && own->response_code_strings[index]) ||
           (dir->response_code_exprs &&
            apr_hash_get(dir->response_code_exprs, &index, sizeof(index)));
}

/* An authentication hook must not write a body: httpd writes it, as a custom response,
 * and a filter gives it its type. The answer is that of the main request: mod_dir passes
 * the refusal of its sub-request on. */
static void answer_with_json(request_rec *r, authjs_request_t *request, const char *url)
{
    struct json_object *body = authjs_json_object(r->pool);

    while (r->main) {
        r = r->main;
    }
    if (has_error_document(r, HTTP_UNAUTHORIZED)) {
        return;
    }
    authjs_json_set_string(body, "url", url);
    ap_custom_response(r, HTTP_UNAUTHORIZED, authjs_json_text(r->pool, body));
    AUTHJS_SLOT(access, request)->refused = r;
}

static apr_status_t json_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    ap_set_content_type(f->r, "application/json");
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, brigade);
}

void authjs_access_register_filter(void)
{
    ap_register_output_filter(JSON_FILTER, json_filter, NULL, AP_FTYPE_RESOURCE);
}

void authjs_access_insert_error_filter(request_rec *r)
{
    authjs_request_t *request = r->status == HTTP_UNAUTHORIZED ? authjs_request(r) : NULL;

    if (request && AUTHJS_SLOT(access, request)->refused == r) {
        ap_add_output_filter(JSON_FILTER, NULL, r, r->connection);
    }
}

/* ---- the decision ---------------------------------------------------------------- */

int authjs_access_unauthorized(request_rec *r, authjs_request_t *request)
{
    authjs_unauthorized_e mode = (authjs_unauthorized_e)authjs_dir_unauthorized(r);
    int visit = is_page_visit(request->r);
    const char *url;

    authjs_set_no_store(r);
    if (mode == AUTHJS_UNAUTHORIZED_403) {
        return HTTP_FORBIDDEN;
    }
    if (!request->origin) {
        authjs_log_error(r, authjs_error(r->pool, AUTHJS_ERR_UntrustedHost,
                                         "this request's own address cannot be trusted"));
        return HTTP_BAD_REQUEST;
    }
    url = signin_url(r, request, visit);
    if (mode == AUTHJS_UNAUTHORIZED_SIGNIN ||
        (visit &&
         (mode == AUTHJS_UNAUTHORIZED_AUTO || mode == AUTHJS_UNAUTHORIZED_PROVIDER))) {
        apr_table_setn(r->headers_out, "Location", url);
        return is_read(request->r) ? HTTP_MOVED_TEMPORARILY : HTTP_SEE_OTHER;
    }
    authjs_access_note_auth_failure(r, AUTHJS_AUTH_TYPE);
    if (!visit) {
        answer_with_json(r, request, url);
    }
    return HTTP_UNAUTHORIZED;
}

/* ---- 503 --------------------------------------------------------------------------- */

int authjs_access_unavailable(request_rec *r, authjs_request_t *request)
{
    request_rec *main = r;

    /* An ErrorDocument may be shown, unless it asks again. */
    AUTHJS_SLOT(access, request)->undecided = 0;
    while (main->main) {
        main = main->main;
    }
    apr_table_setn(main->err_headers_out, "Retry-After", RETRY_AFTER);
    authjs_set_no_store(main);
    return HTTP_SERVICE_UNAVAILABLE;
}

int authjs_access_undecided(request_rec *r, authjs_request_t *request)
{
    return AUTHJS_SLOT(access, request)->undecided && !authjs_access_was_open(r) &&
                   !authjs_access_is_open(r, request)
               ? authjs_access_unavailable(r, request)
               : DECLINED;
}
