/* What a visitor gets who has no session, or whose session cannot be known. */
#include "access/access.h"

#include "http/asker.h"
#include "settings/settings.h"
#include "web/url.h"

/* Seconds: a database that restarts is back by then. */
#define RETRY_AFTER "10"

static int is_read(const request_rec *r)
{
    return r->method_number == M_GET; /* HEAD too */
}

/* Why a visitor is sent to the sign-in page. */
typedef enum { NO_SESSION, NO_FACTOR } why_e;

/* The sign-in page's address, restricted to the providers that may sign in here. A single
 * one of AuthJSUnauthorized may know no factors. */
static const char *signin_url(const request_rec *r, const authjs_request_t *request,
                              const char *callback_url, why_e why)
{
    apr_pool_t *pool = request->r->pool;
    apr_array_header_t *params = apr_array_make(pool, 4, sizeof(authjs_param_t));
    const apr_array_header_t *providers = authjs_dir_providers(r);
    const char *url =
        authjs_outward(request->r, request->site, request->origin,
                       apr_pstrcat(pool, request->site->base_path, "/signin", NULL));

    if (authjs_dir_unauthorized(r) == AUTHJS_UNAUTHORIZED_PROVIDER && why == NO_SESSION) {
        authjs_params_set(params, "provider", authjs_dir_unauthorized_provider(r));
    }
    else if (providers) {
        authjs_params_set(params, "provider", apr_array_pstrcat(pool, providers, ','));
    }
    authjs_params_set(params, "callbackUrl", callback_url);
    if (why == NO_FACTOR) {
        authjs_params_set(params, AUTHJS_REAUTH, "1");
        authjs_params_set(params, "error", AUTHJS_FACTOR_REQUIRED);
    }
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

/* ---- the decision ---------------------------------------------------------------- */

/* Whether a visitor is sent to the sign-in page. In a frame that page shows nothing,
 * since it refuses to be framed; one of the site's own may be made for that. */
static int is_sent(const authjs_request_t *request, authjs_unauthorized_e mode,
                   authjs_asker_e asker)
{
    if (mode == AUTHJS_UNAUTHORIZED_SIGNIN) {
        return asker != AUTHJS_ASKER_FRAME || request->site->pages[AUTHJS_PAGE_SIGN_IN];
    }
    return asker == AUTHJS_ASKER_PERSON &&
           (mode == AUTHJS_UNAUTHORIZED_AUTO || mode == AUTHJS_UNAUTHORIZED_PROVIDER);
}

/* A rule or a rewrite condition asks whether something would be let in (-U), before httpd
 * has let in what that is for: a redirect would be a yes. */
static int is_question(const request_rec *r)
{
    return r->main && !authjs_access_has_passed(r->main);
}

/* AuthJSPreservePost. Under Satisfy Any this may not be the last word, and the body is
 * another module's to read; an ErrorDocument would leave the form no place. */
static int keeps_form(request_rec *r, authjs_request_t *request, why_e why)
{
    const authjs_kept_form_t *kept;

    if (!authjs_dir_preserve_post(r) || r != request->r ||
        ap_satisfies(r) == SATISFY_ANY ||
        authjs_access_has_document(r, HTTP_UNAUTHORIZED)) {
        return 0;
    }
    kept = authjs_kept_form_take(request);
    if (kept) {
        authjs_access_refuse_form(
            r, request, signin_url(r, request, authjs_kept_form_url(kept), why), kept);
    }
    return kept != NULL;
}

static int send_to_sign_in(request_rec *r, authjs_request_t *request, const char *url,
                           why_e why)
{
    if (keeps_form(r, request, why)) {
        authjs_access_note_auth_failure(r, AUTHJS_AUTH_TYPE);
        return HTTP_UNAUTHORIZED;
    }
    apr_table_setn(r->headers_out, "Location", url);
    return is_read(request->r) ? HTTP_MOVED_TEMPORARILY : HTTP_SEE_OTHER;
}

int authjs_access_unauthorized(request_rec *r, authjs_request_t *request)
{
    authjs_unauthorized_e mode = (authjs_unauthorized_e)authjs_dir_unauthorized(r);
    authjs_asker_e asker = authjs_asker(request->r);
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
    url = signin_url(r, request, authjs_way_back(request), NO_SESSION);
    if (!is_question(r) && is_sent(request, mode, asker)) {
        return send_to_sign_in(r, request, url, NO_SESSION);
    }
    authjs_access_note_auth_failure(r, AUTHJS_AUTH_TYPE);
    if (asker != AUTHJS_ASKER_PERSON) {
        authjs_access_refuse(r, request, NULL, url);
    }
    return HTTP_UNAUTHORIZED;
}

/* ---- another factor --------------------------------------------------------------- */

/* Whether AuthJSUnauthorized sends anybody anywhere. */
static int sends(authjs_unauthorized_e mode)
{
    return mode == AUTHJS_UNAUTHORIZED_AUTO || mode == AUTHJS_UNAUTHORIZED_SIGNIN ||
           mode == AUTHJS_UNAUTHORIZED_PROVIDER;
}

/* Whether this is a part of the answer: an entry of a listing, an include. Where such a
 * redirect would lead to is nobody's to follow, and a listing takes it for a yes. */
static int is_part(const request_rec *r, authjs_request_t *request)
{
    return r->main && AUTHJS_SLOT(access, request)->is_found;
}

int authjs_access_step_up(request_rec *r, authjs_request_t *request)
{
    authjs_unauthorized_e mode = (authjs_unauthorized_e)authjs_dir_unauthorized(r);
    authjs_asker_e asker = authjs_asker(request->r);
    const char *url;

    if (!request->origin || !sends(mode) || is_question(r) || is_part(r, request) ||
        authjs_session_came_by_bearer(request) ||
        authjs_access_has_document(r, HTTP_FORBIDDEN)) {
        return authjs_access_forbidden(r, request);
    }
    authjs_set_no_store(r);
    url = signin_url(r, request, authjs_way_back(request), NO_FACTOR);
    if (is_sent(request, mode, asker)) {
        return send_to_sign_in(r, request, url, NO_FACTOR);
    }
    authjs_access_refuse(r, request, AUTHJS_FACTOR_REQUIRED, url);
    return HTTP_FORBIDDEN;
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
