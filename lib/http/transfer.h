/* One HTTP request with libcurl. Of httpd it uses the types alone: authjsctl links it. */
#ifndef AUTHJS_HTTP_TRANSFER_H
#define AUTHJS_HTTP_TRANSFER_H

#include "http/client.h"

#include <curl/curl.h>

/**
 * Perform one request on a handle that is new or was reset: bounded in time (until
 * deadline, and limits) and size, no redirects, nothing compressed.
 * @param response set always, in pool: after a failure its outcome alone counts
 * @return NULL when an HTTP answer arrived whole (any status), else why not (constant).
 */
const char *authjs_transfer(CURL *curl, apr_pool_t *pool,
                            const authjs_http_limits_t *limits, apr_time_t deadline,
                            const authjs_client_request_t *request,
                            authjs_client_response_t **response);

/** Milliseconds left for a request of any protocol; 0: none. */
long authjs_transfer_time_left(const authjs_http_limits_t *limits, apr_time_t deadline);
/** Have a handle keep to the limits, for a request of any protocol. */
void authjs_transfer_bound(CURL *curl, const authjs_http_limits_t *limits,
                           long timeout_ms);

#endif
