/**
 * @file mod_authjs.h
 * @brief What other httpd modules may use of mod_authjs.
 */
#ifndef MOD_AUTHJS_H
#define MOD_AUTHJS_H

#include "httpd.h"
#include "apr_optional.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The session of a request as JSON text, as GET /auth/session would answer it.
 * @return text in r->pool, or NULL when the visitor has no session (or AuthJS is not
 *         configured for this virtual host).
 */
APR_DECLARE_OPTIONAL_FN(const char *, authjs_session_json, (request_rec * r));

#ifdef __cplusplus
}
#endif

#endif
