/* Outgoing HTTP on libcurl: bounded in time and size, no redirects, connections reused.
 */
#ifndef AUTHJS_HTTP_CLIENT_H
#define AUTHJS_HTTP_CLIENT_H

#include "site/site.h"
#include "http/exchange.h"

typedef struct {
    const char *method;         /**< "GET" or "POST" */
    const char *url;            /**< http or https */
    int allow_http;             /**< 0: https only (issuer is https) */
    const char *const *headers; /**< "Name: value", NULL-terminated, may be NULL;
                                     sent to the host of url only */
    const char *body;           /**< POST body, NUL-terminated, or NULL */
    apr_size_t max_body;        /**< 0: the site's limit */
    int once; /**< 1: over a new connection. libcurl sends a request again by itself when
                   an idle connection closes without an answer */
} authjs_client_request_t;

/** How far a request came. */
typedef enum {
    AUTHJS_CLIENT_NOT_SENT, /**< no connection: nobody has seen it */
    AUTHJS_CLIENT_LOST,     /**< sent, but no whole answer came */
    AUTHJS_CLIENT_REFUSED,  /**< an answer came, too large or compressed */
    AUTHJS_CLIENT_ANSWERED
} authjs_client_outcome_e;

typedef struct {
    authjs_client_outcome_e outcome;
    long status;
    const char *content_type; /**< without parameters, lower case; "" if none */
    const char *body;         /**< NUL-terminated behind body_len */
    apr_size_t body_len;
    const char *authenticate; /**< the first WWW-Authenticate, or NULL */
    const char *asked;       /**< what was asked, for the log; NULL where nobody set it */
    apr_int64_t max_age;     /**< of Cache-Control, -1 if none */
    apr_time_t date;         /**< of Date, later by what Age says; 0: none */
    apr_int64_t retry_after; /**< of Retry-After, in seconds from now, -1 if none */
} authjs_client_response_t;

/** On whose behalf a request is sent. */
typedef struct {
    const authjs_site_t *site;
    request_rec *r;      /**< for the log; NULL outside of a request: the site's log */
    apr_pool_t *pool;    /**< the answer's */
    apr_time_t deadline; /**< the request ends by then */
} authjs_client_caller_t;

/**
 * One request, within what is left until the caller's deadline and the site's limits:
 * connect, total time, header and body size; a compressed answer is not asked for and not
 * accepted; redirects are not followed; user name and fragment in a URL are refused.
 * @param response NULL when nothing was tried; else, after a failure, its outcome counts
 * @return NULL when an HTTP answer arrived whole (any status), else why not (constant
 *         or pool text, names the host but no query, no credentials).
 */
const char *authjs_client_send_for(const authjs_client_caller_t *caller,
                                   const authjs_client_request_t *request,
                                   authjs_client_response_t **response);

/** The same for an exchange: its deadline, its pool. */
const char *authjs_client_send(authjs_exchange_t *x,
                               const authjs_client_request_t *request,
                               authjs_client_response_t **response);

#endif
