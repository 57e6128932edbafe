/* What outgoing requests of a site are bound to. */
#ifndef AUTHJS_TOOLS_CTL_LIMITS_H
#define AUTHJS_TOOLS_CTL_LIMITS_H

#include "ctl.h"

#include "http/transfer.h"

/** The limits of AuthJSHTTP, as httpd tells them. limits->resolve is the caller's, for
 * curl_slist_free_all. */
void authjs_ctl_limits(authjs_http_limits_t *limits, struct json_object *http);

#endif
