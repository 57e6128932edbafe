/* Protection: AuthType AuthJS, the Require providers, what the application sees. */
#ifndef AUTHJS_ACCESS_ACCESS_H
#define AUTHJS_ACCESS_ACCESS_H

#include "config/config.h"
#include "session/session.h"

/** post_read_request: remove every spelling of our headers from the request (X-AuthJS-*,
 * with '_' for '-', any case). */
int authjs_access_scrub(request_rec *r);
/** check_authn: session -> r->user, r->ap_auth_type, cache headers; or what a visitor
 * without one gets. DECLINED unless AuthType is AuthJS. */
int authjs_access_check_authn(request_rec *r);
/** access_checker_ex: the endpoints are never behind their own sign-in. */
int authjs_access_endpoints_open(request_rec *r);
/** fixups: environment, request headers, our cookies taken out of proxied requests. */
int authjs_access_fixups(request_rec *r);
/** note_auth_failure: WWW-Authenticate for our AuthType. */
int authjs_access_note_auth_failure(request_rec *r, const char *auth_type);
/** Register Require authjs-provider, authjs-email, authjs-claim. */
void authjs_access_register_require(apr_pool_t *pool);
/** %{AUTHJS:...} in expressions: hook for ap_hook_expr_lookup. */
int authjs_access_expr_lookup(ap_expr_lookup_parms *parms);

/** What an application or a log sees under a name: user.id... Used by fixups. */
void authjs_access_set_env(request_rec *r, const authjs_session_t *session);

#endif
