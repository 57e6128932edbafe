/* The cookies of a session. */
#ifndef AUTHJS_SESSION_COOKIES_H
#define AUTHJS_SESSION_COOKIES_H

#include "session/session.h"

/** Whether the request has cookies of a session at all, readable or not. */
int authjs_session_has_cookies(const authjs_exchange_t *x);
/** The session token that the browser sent: of several the first that is one of a session
 * here, else the first; not checked yet. NULL when there is none. */
const char *authjs_session_cookie(const authjs_exchange_t *x);
/** All of them (web/cookie.h), const char *: none is checked. */
apr_array_header_t *authjs_session_cookies(const authjs_exchange_t *x);
/** Queue the cookies of a session that lasts AuthJSSessionMaxAge from now. token NULL: it
 * ends; what the request carried of it is deleted. What was queued before, here or for
 * the answer, counts no longer, and nothing but an endpoint says more about it. */
void authjs_session_queue_cookies(authjs_exchange_t *x, const char *token);
/** The same cookies on the answer to a protected request, unless an endpoint has decided.
 */
void authjs_session_send_cookies(request_rec *r, const authjs_site_t *site,
                                 const authjs_cookie_set_t *cookies, const char *token);

/* ---- their values (seal.c) -------------------------------------------------------- */

/** Whether a browser could send this session token back: a Cookie header longer than
 * LimitRequestFieldSize is refused by httpd itself. Logs a warning when not. */
int authjs_session_fits(request_rec *r, const authjs_cookie_set_t *cookies,
                        const char *cookie_header, const char *token);

/**
 * The session token of claims, of the strategy jwt. Where they have a picture (data:) or
 * tokens of the provider and the browser could not send all of it back, it is made
 * without the picture, and if that is not enough without the tokens: claims is changed,
 * and the log says so.
 * @return NULL, or why there is none.
 */
const char *authjs_session_seal(request_rec *r, const authjs_site_t *site,
                                const authjs_cookie_set_t *cookies,
                                const char *cookie_header, struct json_object *claims,
                                const char **token);

#endif
