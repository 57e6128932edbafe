/* The endpoints: one table names them, one file each. */
#ifndef AUTHJS_ACTIONS_ACTION_H
#define AUTHJS_ACTIONS_ACTION_H

#include "http/exchange.h"

struct authjs_action_t {
    const char *name;   /**< path segment: signin, callback... */
    int method;         /**< M_GET or M_POST */
    int takes_provider; /**< a provider id may follow (spec 1.1.6); same for all methods
                             of a name */
    int csrf;           /**< needs the CSRF token (callback asks the provider type) */
    int html;           /**< answers with a page: configuration errors are HTML too */
    int cookies;        /**< 0: never sets init cookies (GET providers) */
    int accounts;       /**< only where the adapter tells a user's accounts */
    const authjs_error_t *(*run)(authjs_exchange_t *x); /**< NULL: not offered */
};

/** True when the request is for an endpoint: its path, as it came over the wire, is below
 * the base path on a segment boundary, follows the grammar of spec 1.1, so that nobody
 * can read it as another path, and is what httpd has read. Never through a forward proxy.
 * Such a request is never behind its own sign-in. What is below the base path and is no
 * endpoint is answered 400 by the handler, but protected like any other path before
 * that. */
int authjs_is_endpoint(const request_rec *r, const authjs_site_t *site);

/** Content handler: runs the action of an endpoint (spec 1.3 in this order), turns an
 * error into its redirect (spec 1.7). DECLINED for any other path. */
int authjs_actions_handler(request_rec *r);

/** CSRF (spec 4): read the cookie, make a token when there is no valid one, queue it. */
void authjs_csrf_begin(authjs_exchange_t *x);
/** NULL when csrf_verified, else MissingCSRF. */
const authjs_error_t *authjs_csrf_require(const authjs_exchange_t *x);

/** Decide x->callback_url from body, query or cookie and queue the cookie (spec 1.5). */
void authjs_callback_url_begin(authjs_exchange_t *x);

/* One for each line of the table in dispatch.c: the answer is put on x, or an error says
 * why there is none. */
const authjs_error_t *authjs_action_signin_page(authjs_exchange_t *x);
const authjs_error_t *authjs_action_signin(authjs_exchange_t *x);
const authjs_error_t *authjs_action_callback(authjs_exchange_t *x);
const authjs_error_t *authjs_action_account_page(authjs_exchange_t *x);
const authjs_error_t *authjs_action_account(authjs_exchange_t *x);
const authjs_error_t *authjs_action_signout_page(authjs_exchange_t *x);
const authjs_error_t *authjs_action_signout(authjs_exchange_t *x);
const authjs_error_t *authjs_action_session(authjs_exchange_t *x);
const authjs_error_t *authjs_action_session_update(authjs_exchange_t *x);
const authjs_error_t *authjs_action_csrf(authjs_exchange_t *x);
const authjs_error_t *authjs_action_providers(authjs_exchange_t *x);
const authjs_error_t *authjs_action_error(authjs_exchange_t *x);
const authjs_error_t *authjs_action_verify_request(authjs_exchange_t *x);

#endif
