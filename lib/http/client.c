#include "http/client.h"

#include "http/handles.h"
#include "http/transfer.h"
#include "web/url.h"

/* Connections to one host that wait for the next request. */
#define IDLE_MAX 16

static void log_answer(const authjs_client_caller_t *caller, const char *method,
                       const char *origin, const authjs_client_response_t *response)
{
    const char *text = apr_psprintf(caller->pool, "%s %s: %ld, %lu bytes", method, origin,
                                    response->status, (unsigned long)response->body_len);

    if (caller->r) {
        ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, caller->r, "AuthJS: %s", text);
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_TRACE1, 0, caller->site->s, "AuthJS: %s", text);
    }
}

/* A byte order mark is no part of a text (RFC 8259 section 8.1 lets a reader ignore it).
 */
static void skip_mark(authjs_client_response_t *response)
{
    if (response->body_len >= 3 && !memcmp(response->body, "\xef\xbb\xbf", 3)) {
        response->body += 3;
        response->body_len -= 3;
    }
}

const char *authjs_client_send_for(const authjs_client_caller_t *caller,
                                   const authjs_client_request_t *request,
                                   authjs_client_response_t **response)
{
    authjs_client_t *client = caller->site->client;
    authjs_url_t url;
    const char *why;
    CURL *curl;

    *response = NULL;
    if (authjs_url_parse(&url, caller->pool, request->url) || url.has_fragment) {
        return "a URL that cannot be used";
    }
    curl = authjs_client_take(client, url.origin);
    if (!curl) {
        return "libcurl has no handle";
    }
    why = authjs_transfer(curl, caller->pool, &caller->site->http, caller->deadline,
                          request, response);
    authjs_client_give_back(client, url.origin, curl, IDLE_MAX);
    if (why) {
        return apr_psprintf(caller->pool, "%s: %s", url.origin, why);
    }
    skip_mark(*response);
    log_answer(caller, request->method, url.origin, *response);
    return NULL;
}

const char *authjs_client_send(authjs_exchange_t *x,
                               const authjs_client_request_t *request,
                               authjs_client_response_t **response)
{
    authjs_client_caller_t caller = {x->site, x->r, x->pool, x->deadline};

    return authjs_client_send_for(&caller, request, response);
}
