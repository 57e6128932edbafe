/* What every file of the httpd half includes first. */
#ifndef AUTHJS_H
#define AUTHJS_H

#include "httpd.h"
#include "http_config.h"
#include "http_core.h"
#include "http_log.h"
#include "http_protocol.h"
#include "http_request.h"
#include "apr_strings.h"
#include "apr_tables.h"

#include "core/core.h"
#include "core/error.h"
#include "core/json.h"

extern module AP_MODULE_DECLARE_DATA authjs_module;
/* mod_authjs.c holds the module record, which brings its own log index; what is linked
 * without httpd has no log. */
#if !defined(AUTHJS_MODULE_RECORD) && !defined(AUTHJS_WITHOUT_LOG)
APLOG_USE_MODULE(authjs);
#endif

/** The one clock: seconds since the epoch at which this request arrived. */
#define AUTHJS_NOW(r) ((apr_int64_t)apr_time_sec((r)->request_time))

#endif
