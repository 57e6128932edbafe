#include "http/exchange.h"
#include "settings/settings.h"

#include "util_filter.h"

#define JSON_TYPE  "application/json"
#define SET_COOKIE "Set-Cookie"

/* mod_cache drops what it has begun to save when it does not see the end of it. */
static void stop_saving(request_rec *r)
{
    const ap_filter_rec_t *save = ap_get_output_filter_handle("CACHE_SAVE");
    ap_filter_t *f = r->output_filters, *next;

    for (; save && f; f = next) {
        next = f->next;
        if (f->frec == save) {
            ap_remove_output_filter(f);
        }
    }
}

/* Keep the request, and those that it is part of, out of mod_cache, whatever Header or a
 * back end makes of Cache-Control. */
static void keep_out_of_cache(request_rec *r)
{
    for (; r; r = r->main) {
        apr_table_setn(r->subprocess_env, "no-cache", "1");
        if (r->sent_bodyct) {
            stop_saving(r);
        }
    }
}

void authjs_set_private(request_rec *r)
{
    keep_out_of_cache(r);
    while (r->main) {
        r = r->main;
    }
    if (!apr_table_get(r->err_headers_out, "Cache-Control")) {
        apr_table_setn(r->err_headers_out, "Cache-Control", "private");
    }
}

void authjs_set_no_store(request_rec *r)
{
    keep_out_of_cache(r);
    apr_table_setn(r->err_headers_out, "Cache-Control", "private, no-cache, no-store");
    apr_table_setn(r->err_headers_out, "Expires", "0");
    apr_table_setn(r->err_headers_out, "Pragma", "no-cache");
}

int authjs_wants_json_redirect(const request_rec *r)
{
    return apr_table_get(r->headers_in, "X-Auth-Return-Redirect") != NULL;
}

void authjs_exchange_answer_json(authjs_exchange_t *x, int status, const char *json)
{
    x->status = status;
    x->content_type = JSON_TYPE;
    x->body = json;
    x->body_len = strlen(json);
}

static int send_whole(request_rec *r, int status, const char *type, const char *body,
                      apr_size_t len)
{
    authjs_set_no_store(r);
    r->status = status;
    if (type) {
        ap_set_content_type(r, type);
    }
    ap_set_content_length(r, len);
    if (!r->header_only && len) {
        ap_rwrite(body, (int)len, r);
    }
    return OK;
}

/* Remove what was queued for a cookie before. */
static void drop_queued(apr_pool_t *pool, apr_table_t *headers,
                        const authjs_cookie_def_t *def)
{
    const apr_array_header_t *all = apr_table_elts(headers);
    apr_array_header_t *kept = apr_array_make(pool, 4, sizeof(const char *));
    int i;

    for (i = 0; i < all->nelts; i++) {
        const apr_table_entry_t *entry = &APR_ARRAY_IDX(all, i, apr_table_entry_t);

        if (!ap_cstr_casecmp(entry->key, SET_COOKIE) &&
            !authjs_cookie_is_of(entry->val, def)) {
            APR_ARRAY_PUSH(kept, const char *) = entry->val;
        }
    }
    apr_table_unset(headers, SET_COOKIE);
    for (i = 0; i < kept->nelts; i++) {
        apr_table_addn(headers, SET_COOKIE, APR_ARRAY_IDX(kept, i, const char *));
    }
}

static int is_among(const apr_array_header_t *values, const authjs_cookie_def_t *def)
{
    int i;

    for (i = 0; i < values->nelts; i++) {
        if (authjs_cookie_is_of(APR_ARRAY_IDX(values, i, const char *), def)) {
            return 1;
        }
    }
    return 0;
}

void authjs_answer_cookies(request_rec *r, const authjs_cookie_set_t *cookies,
                           const apr_array_header_t *values)
{
    int i;

    while (r->main || r->next) {
        r = r->main ? r->main : r->next;
    }
    for (i = 0; i < AUTHJS_COOKIE__COUNT; i++) {
        const authjs_cookie_def_t *def = &cookies->cookie[i].def;

        if (is_among(values, def)) {
            drop_queued(r->pool, r->headers_out, def);
            drop_queued(r->pool, r->err_headers_out, def);
        }
    }
    for (i = 0; i < values->nelts; i++) {
        apr_table_addn(r->err_headers_out, SET_COOKIE,
                       APR_ARRAY_IDX(values, i, const char *));
    }
}

int authjs_exchange_send(authjs_exchange_t *x)
{
    struct json_object *answer;

    if (!x->r->header_only) {
        authjs_answer_cookies(x->r, x->cookies, x->set_cookies);
    }
    if (x->location) {
        apr_table_setn(x->r->headers_out, "Location", x->location);
        x->body = NULL;
        x->body_len = 0;
        x->content_type = NULL;
        if (authjs_wants_json_redirect(x->r)) {
            answer = authjs_json_object(x->pool);
            authjs_json_set_string(answer, "url", x->location);
            authjs_exchange_answer_json(x, HTTP_OK, authjs_json_text(x->pool, answer));
        }
        else if (!x->status) {
            x->status = HTTP_MOVED_TEMPORARILY;
        }
    }
    if (x->refused && !ap_is_HTTP_REDIRECT(x->status)) {
        x->status = x->refused;
    }
    return send_whole(x->r, x->status ? x->status : HTTP_OK, x->content_type, x->body,
                      x->body_len);
}

static const char *bad_request_text(int status)
{
    switch (status) {
    case HTTP_REQUEST_ENTITY_TOO_LARGE:
        return "\"Request too large.\"";
    case HTTP_METHOD_NOT_ALLOWED:
        return "\"Method not allowed.\"";
    default:
        return "\"Bad request.\"";
    }
}

int authjs_send_bad_request(request_rec *r, int status, const char *page)
{
    const char *body = page ? page : bad_request_text(status);

    return send_whole(r, status, page ? "text/html" : JSON_TYPE, body, strlen(body));
}

int authjs_send_empty(request_rec *r, int status)
{
    return send_whole(r, status, NULL, "", 0);
}

const char *authjs_refusal_json(apr_pool_t *pool, const char *error, const char *url)
{
    struct json_object *body = authjs_json_object(pool);

    if (error) {
        authjs_json_set_string(body, "error", error);
    }
    authjs_json_set_string(body, "url", url);
    return authjs_json_text(pool, body);
}

int authjs_send_configuration_error(request_rec *r, const authjs_error_t *error,
                                    const char *page)
{
    static const char json[] = "{\"message\":\"The server is not configured to answer "
                               "this. Its administrator finds the reason in its log.\"}";
    const char *body = page ? page : json;

    authjs_log_error(r, error);
    return send_whole(r, HTTP_INTERNAL_SERVER_ERROR, page ? "text/html" : JSON_TYPE, body,
                      strlen(body));
}
