#include "http/exchange.h"

#include "web/form.h"
#include "web/url.h"

/* What is a little too large is read all the same. */
#define DISCARD_MAX (1024 * 1024)

/* The answer to a request that is still being sent gets lost on the way when the
 * connection or the HTTP/2 stream is reset behind it. */
static authjs_request_e refuse_large(request_rec *r, char *buffer)
{
    apr_off_t left = DISCARD_MAX;
    long got = r->expecting_100 || r->remaining > left ? 0 : 1;

    while (got > 0 && left > 0) {
        got = ap_get_client_block(r, buffer, AUTHJS_BODY_MAX);
        left -= got;
    }
    return AUTHJS_REQUEST_TOO_LARGE;
}

/* The whole body into the request's pool; at most AUTHJS_BODY_MAX bytes. */
static authjs_request_e read_all(request_rec *r, const char **body, apr_size_t *len)
{
    int status = ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK);
    char *buffer;
    long got = 0;

    *body = "";
    *len = 0;
    if (status != OK) {
        return status == HTTP_REQUEST_ENTITY_TOO_LARGE ? AUTHJS_REQUEST_TOO_LARGE
                                                       : AUTHJS_REQUEST_BAD;
    }
    if (!ap_should_client_block(r)) {
        return AUTHJS_REQUEST_OK;
    }
    buffer = apr_palloc(r->pool, AUTHJS_BODY_MAX + 1);
    if (r->remaining > AUTHJS_BODY_MAX) {
        return refuse_large(r, buffer);
    }
    while (*len <= AUTHJS_BODY_MAX &&
           (got = ap_get_client_block(r, buffer + *len, AUTHJS_BODY_MAX + 1 - *len)) >
               0) {
        *len += (apr_size_t)got;
    }
    if (got < 0) {
        return AUTHJS_REQUEST_BAD;
    }
    *body = buffer;
    return *len > AUTHJS_BODY_MAX ? refuse_large(r, buffer) : AUTHJS_REQUEST_OK;
}

authjs_request_e authjs_exchange_read_body(authjs_exchange_t *x)
{
    const char *type = apr_table_get(x->r->headers_in, "Content-Type");
    const char *body, *why = NULL;
    apr_size_t len;
    authjs_request_e result = read_all(x->r, &body, &len);

    if (result != AUTHJS_REQUEST_OK || !len || !type) {
        return result;
    }
    if (ap_strcasestr(type, "application/json")) {
        why = authjs_json_parse(&x->json, x->pool, body, len);
    }
    else if (ap_strcasestr(type, "application/x-www-form-urlencoded")) {
        why = authjs_form_parse(&x->form, x->pool, body, len);
    }
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: body refused: %s", why);
        return AUTHJS_REQUEST_BAD;
    }
    return AUTHJS_REQUEST_OK;
}

struct json_object *authjs_exchange_body(const authjs_exchange_t *x)
{
    struct json_object *body;
    int i;

    if (x->json) {
        return x->json;
    }
    body = authjs_json_object(x->pool);
    for (i = 0; i < x->form->nelts; i++) {
        const authjs_param_t *field = &APR_ARRAY_IDX(x->form, i, authjs_param_t);

        authjs_json_set_string(body, field->name, field->value);
    }
    return body;
}
