#include "http/exchange.h"

#define JSON_TYPE "application/json"

void authjs_set_no_store(request_rec *r)
{
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

int authjs_exchange_send(authjs_exchange_t *x)
{
    struct json_object *answer;
    int i;

    for (i = 0; i < x->set_cookies->nelts; i++) {
        apr_table_addn(x->r->err_headers_out, "Set-Cookie",
                       APR_ARRAY_IDX(x->set_cookies, i, const char *));
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
    return send_whole(x->r, x->status ? x->status : HTTP_OK, x->content_type, x->body,
                      x->body_len);
}

int authjs_send_bad_request(request_rec *r, int status)
{
    const char *text = status == HTTP_REQUEST_ENTITY_TOO_LARGE ? "\"Request too large.\""
                                                               : "\"Bad request.\"";

    return send_whole(r, status, JSON_TYPE, text, strlen(text));
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
