#include "http/transfer.h"
#include "web/url.h"

#include "apr_thread_mutex.h"

#define IDLE_HANDLES 16

/* Idle handles wait here for the next request, with their connections. */
struct authjs_client_t {
    apr_thread_mutex_t *mutex;
    CURL *idle[IDLE_HANDLES];
    int count;
};

static apr_status_t global_cleanup(void *data)
{
    (void)data;
    curl_global_cleanup();
    return APR_SUCCESS;
}

apr_status_t authjs_client_global_init(apr_pool_t *pconf)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return APR_EGENERAL;
    }
    apr_pool_cleanup_register(pconf, NULL, global_cleanup, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

authjs_client_t *authjs_client_create(apr_pool_t *pconf)
{
    return apr_pcalloc(pconf, sizeof(authjs_client_t));
}

static apr_status_t close_idle(void *data)
{
    authjs_client_t *client = data;

    while (client->count > 0) {
        curl_easy_cleanup(client->idle[--client->count]);
    }
    return APR_SUCCESS;
}

void authjs_client_child_init(apr_pool_t *pchild, authjs_client_t *client)
{
    if (apr_thread_mutex_create(&client->mutex, APR_THREAD_MUTEX_DEFAULT, pchild) !=
        APR_SUCCESS) {
        client->mutex = NULL;
    }
    apr_pool_cleanup_register(pchild, client, close_idle, apr_pool_cleanup_null);
}

static CURL *take_handle(authjs_client_t *client)
{
    CURL *curl = NULL;

    if (client->mutex && apr_thread_mutex_lock(client->mutex) == APR_SUCCESS) {
        if (client->count > 0) {
            curl = client->idle[--client->count];
        }
        apr_thread_mutex_unlock(client->mutex);
    }
    return curl ? curl : curl_easy_init();
}

static void give_back_handle(authjs_client_t *client, CURL *curl)
{
    int kept = 0;

    curl_easy_reset(curl);
    if (client->mutex && apr_thread_mutex_lock(client->mutex) == APR_SUCCESS) {
        if (client->count < IDLE_HANDLES) {
            client->idle[client->count++] = curl;
            kept = 1;
        }
        apr_thread_mutex_unlock(client->mutex);
    }
    if (!kept) {
        curl_easy_cleanup(curl);
    }
}

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
    curl = take_handle(client);
    if (!curl) {
        return "libcurl has no handle";
    }
    why = authjs_transfer(curl, caller->pool, &caller->site->http, caller->deadline,
                          request, response);
    give_back_handle(client, curl);
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
