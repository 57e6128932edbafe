/* What stands in a 401 or a 403 of ours: written when httpd sends it, since only then it
 * is known that no ErrorDocument comes before. */
#include "access/access.h"

#include "http/asker.h"
#include "pages/page.h"
#include "web/url.h"

#include "util_filter.h"

#define TYPE_FILTER "AUTHJS_ERROR_TYPE"

/* A refusal may come with each page that somebody opens. */
#define CLAIM_LINES  60
#define CLAIM_WINDOW 60 /* seconds */

struct authjs_access_refusal_t {
    const request_rec *r; /* whose answer that is */
    int status;
    const char *error; /* of a 403, or NULL */
    const char *url;
    const authjs_kept_form_t *kept; /* or NULL */
};

static void refuse(request_rec *r, authjs_request_t *request, int status,
                   const char *error, const char *url, const authjs_kept_form_t *kept)
{
    authjs_access_refusal_t *refusal = apr_palloc(request->r->pool, sizeof(*refusal));

    /* mod_dir passes the refusal of its sub-request on. */
    while (r->main) {
        r = r->main;
    }
    refusal->r = r;
    refusal->status = status;
    refusal->error = error;
    refusal->url = url;
    refusal->kept = kept;
    AUTHJS_SLOT(access, request)->refusal = refusal;
}

void authjs_access_refuse(request_rec *r, authjs_request_t *request, const char *error,
                          const char *url)
{
    refuse(r, request, error ? HTTP_FORBIDDEN : HTTP_UNAUTHORIZED, error, url, NULL);
}

void authjs_access_refuse_form(request_rec *r, authjs_request_t *request, const char *url,
                               const authjs_kept_form_t *kept)
{
    refuse(r, request, HTTP_UNAUTHORIZED, NULL, url, kept);
}

/* Where a session can be ended, to begin another one for what was refused. */
static const char *switch_url(const authjs_request_t *request)
{
    apr_pool_t *pool = request->r->pool;
    const char *page =
        authjs_outward(request->r, request->site, request->origin,
                       apr_pstrcat(pool, request->site->base_path, "/signout", NULL));

    return authjs_url_with_param(pool, page, "callbackUrl", authjs_way_back(request));
}

int authjs_access_forbidden(request_rec *r, authjs_request_t *request)
{
    authjs_set_no_store(r);
    if (request->origin && r->proxyreq != PROXYREQ_PROXY) {
        authjs_access_refuse(r, request, AUTHJS_ACCESS_DENIED, switch_url(request));
    }
    return HTTP_FORBIDDEN;
}

/* ---- the log ---------------------------------------------------------------------- */

/* At warn, but for more than a few of them at a time. */
static int level_of_missed(const request_rec *r)
{
    static authjs_rate_t rate;
    apr_uint32_t window = (apr_uint32_t)(apr_time_sec(r->request_time) / CLAIM_WINDOW);
    apr_uint32_t before;

    return authjs_rate_count(&rate, window, &before) > CLAIM_LINES ? APLOG_INFO
                                                                   : APLOG_WARNING;
}

void authjs_access_log_no_user(request_rec *r, const authjs_session_t *session)
{
    const char *claim = authjs_dir_remote_user(r);

    ap_log_rerror(APLOG_MARK, level_of_missed(r), 0, r,
                  "AuthJS: refused: no claim of the session can be a user name here "
                  "(AuthJSRemoteUser): %s",
                  authjs_session_without_claim(r, session, claim ? claim : "sub"));
}

void authjs_access_log_missed_claim(request_rec *r, authjs_request_t *request)
{
    authjs_access_slot_t *slot = AUTHJS_SLOT(access, request);
    const authjs_session_t *session = authjs_session_of(r);

    if (!slot->missed_claim || slot->claim_logged || !session) {
        return;
    }
    slot->claim_logged = 1;
    ap_log_rerror(APLOG_MARK, level_of_missed(r), 0, r, "AuthJS: Require refuses: %s",
                  authjs_session_without_claim(r, session, slot->missed_claim));
}

/* ---- the body --------------------------------------------------------------------- */

int authjs_access_has_document(request_rec *r, int status)
{
    const core_dir_config *dir = ap_get_core_module_config(r->per_dir_config);
    const core_request_config *own = ap_get_core_module_config(r->request_config);
    int index = ap_index_of_response(status);

    return (own->response_code_strings && own->response_code_strings[index]) ||
           (dir->response_code_exprs &&
            apr_hash_get(dir->response_code_exprs, &index, sizeof(index)));
}

/* A person is shown a page only where somebody is signed in. */
static const char *page_body(request_rec *r, const authjs_request_t *request,
                             const authjs_access_refusal_t *refusal)
{
    const authjs_session_t *session = authjs_session_of(r);
    const authjs_claims_t *claims = session ? &session->claims : NULL;
    const authjs_shown_t *shown = session ? session->shown : NULL;

    return authjs_page_forbidden(r, request->site,
                                 shown    ? shown->name
                                 : claims ? claims->name.value
                                          : NULL,
                                 shown    ? shown->email
                                 : claims ? authjs_claims_email(claims)
                                          : NULL,
                                 authjs_home(request->r, request->site, request->origin),
                                 refusal->url);
}

static const char *body_of(request_rec *r, const authjs_request_t *request,
                           const authjs_access_refusal_t *refusal, const char **type)
{
    authjs_asker_e asker = authjs_asker(request->r);
    apr_table_t *headers = r->headers_out;
    const char *body;

    if (asker == AUTHJS_ASKER_PROGRAM) {
        *type = "application/json";
        return authjs_refusal_json(r->pool, refusal->error, refusal->url);
    }
    *type = "text/html";
    /* httpd begins an error with the headers of err_headers_out alone. */
    r->headers_out = r->err_headers_out;
    body = refusal->kept ? authjs_kept_form_page(refusal->kept, refusal->url)
           : asker == AUTHJS_ASKER_FRAME
               ? authjs_page_framed(r, request->site, refusal->status,
                                    refusal->status == HTTP_UNAUTHORIZED
                                        ? refusal->url
                                        : authjs_asked_for(request))
               : page_body(r, request, refusal);
    r->headers_out = headers;
    return body;
}

static apr_status_t type_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    ap_set_content_type(f->r, f->ctx);
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, brigade);
}

void authjs_access_register_filter(void)
{
    ap_register_output_filter(TYPE_FILTER, type_filter, NULL, AP_FTYPE_RESOURCE);
}

/* Somebody signed in whom an expression about the session refused (Require expr), which
 * httpd asks before it asks who that is. */
static int is_refused_by_expression(request_rec *r, authjs_request_t *request)
{
    return r->status == HTTP_FORBIDDEN && !r->user && authjs_access_protects(r) &&
           authjs_session_was_asked(request) && !authjs_session_is_unavailable(request) &&
           authjs_session_of(r);
}

void authjs_access_insert_error_filter(request_rec *r)
{
    const authjs_access_refusal_t *refusal;
    authjs_request_t *request;
    const char *type;
    void *ctx;

    if ((r->status != HTTP_UNAUTHORIZED && r->status != HTTP_FORBIDDEN) ||
        !(request = authjs_request(r)) || authjs_access_has_document(r, r->status)) {
        return;
    }
    refusal = AUTHJS_SLOT(access, request)->refusal;
    if (!refusal && is_refused_by_expression(r, request)) {
        authjs_access_forbidden(r, request);
        refusal = AUTHJS_SLOT(access, request)->refusal;
    }
    if (!refusal || refusal->r != r || refusal->status != r->status) {
        return;
    }
    ap_custom_response(r, r->status, body_of(r, request, refusal, &type));
    ctx = apr_pstrdup(r->pool, type);
    ap_add_output_filter(TYPE_FILTER, ctx, r, r->connection);
}
