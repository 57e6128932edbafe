/* The endpoints: dispatch.c has the table, path.c the grammar of their paths. */
#ifndef AUTHJS_ACTIONS_ACTION_H
#define AUTHJS_ACTIONS_ACTION_H

#include "http/exchange.h"
#include "http/request.h"
#include "pages/page.h"

/** What stands below the base path. */
typedef struct {
    const char *action;   /**< "": the base path itself, which no endpoint has */
    const char *provider; /**< NULL: none */
} authjs_endpoint_path_t;

/** Read the path of a request.
 * @return OK: an endpoint, which the wire and httpd (and with it the sections that apply)
 *         agree about; HTTP_BAD_REQUEST: below the base path, where nothing else may be;
 *         DECLINED: elsewhere.
 */
int authjs_endpoint_path(authjs_endpoint_path_t *path, const request_rec *r,
                         const authjs_site_t *site);

/** True when the request is for an endpoint: its path, as it came over the wire, is below
 * the base path on a segment boundary, follows a grammar (docs/endpoints.md) by which
 * nobody can read it as another path, and is what httpd has read. Never through a forward
 * proxy. Such a request is never behind its own sign-in. What is below the base path and
 * is no endpoint is answered 400 by the handler, but protected like any other path before
 * that. */
int authjs_is_endpoint(const request_rec *r, const authjs_site_t *site);

/** Content handler: has an endpoint answer, turns an error into its redirect. DECLINED
 * for any other path. */
int authjs_actions_handler(request_rec *r);

/** The page for a person who came to where nothing is; NULL: it was a program. */
const char *authjs_astray_page(request_rec *r, const authjs_site_t *site);
/** Answer what is below the base path and is no endpoint: 400 to a program, and to a
 * person a page, 404 or, at the base path itself, 200. */
int authjs_send_astray(request_rec *r, const authjs_site_t *site);
/** Put that page on x for a person. @return 0: it was a program, and nothing is done */
int authjs_lead_astray_on(authjs_exchange_t *x, int status);
/** Where a page of ours is the ErrorDocument of a 401 or a 403 for a program or a frame:
 * put what they are told on x. @return 0: nothing was done */
int authjs_answer_refusal(authjs_exchange_t *x, const char *action);

/** CSRF: read the cookie, make a token when there is no valid one, queue it. */
void authjs_csrf_begin(authjs_exchange_t *x);
/** NULL when csrf_verified, else MissingCSRF. */
const authjs_error_t *authjs_csrf_require(const authjs_exchange_t *x);

/** Decide x->callback_url from body, query or cookie and queue the cookie.
 * @param target what a query's parameter may be called besides callbackUrl, or NULL */
void authjs_callback_url_begin(authjs_exchange_t *x, const char *target);

/* ---- answers to a sign-in that has ended (again.c) --------------------------------- */

/** Where such a sign-in begins again: one button, and the callback URL that it had. */
const char *authjs_again_location(authjs_exchange_t *x);
/** Whoever is signed in already goes on to the page. @return 1: x has the answer */
int authjs_again_not_needed(authjs_exchange_t *x);

/* ---- signing in once more (reauth.c) ----------------------------------------------- */

/** From now on the exchange is one of a visitor who signs in although he is signed in:
 * reauth=1 in the query, or in the form. It asks for more, and gives nothing. */
void authjs_reauth_begin(authjs_exchange_t *x);
/** The sign-in page for somebody who wanted to change how he signs in: with the way back
 * to where that is done. */
const char *authjs_reauth_location(authjs_exchange_t *x, const char *signin_page);

/* ---- sign-ins that no button of ours begins (straight.c) --------------------------- */

/** Whether a POST is a sign-in that another site asks for. */
int authjs_is_initiated(const authjs_exchange_t *x);
/** Such a POST changes nothing: have the browser ask the same by GET, which brings its
 * cookies along. id: of the provider as the path has it, or NULL. */
void authjs_initiated_by_get(authjs_exchange_t *x, const char *id);
/** GET signin: x->provider by its issuer, x->login_hint.
 * @return 0: iss contradicts the path; whoever wrote that knows another provider */
int authjs_initiated_begin(authjs_exchange_t *x);
/** Begin a sign-in in place of the page, where AuthJSSignInPage says so and nothing
 * speaks against it. only: ids that the page would offer, or NULL.
 * @return 0: show the page; a sign-in that could not begin is logged */
int authjs_go_straight(authjs_exchange_t *x, const apr_array_header_t *only);

typedef enum { AUTHJS_AFTER_SIGN_OUT, AUTHJS_AFTER_CALLBACK } authjs_asked_after_e;
/** From now on the page is shown: until a button is pressed, or for a minute once the
 * provider has answered. */
void authjs_ask_first(authjs_exchange_t *x, authjs_asked_after_e after);
/** A button was pressed. */
void authjs_asked(authjs_exchange_t *x);

/** A person's sign-in failed: have the browser bring the name back to the form. */
void authjs_tried_keep(authjs_exchange_t *x);
/** Whom that was for, once. */
authjs_tried_t authjs_tried(authjs_exchange_t *x);

/** Have a browser that holds cookies of ours keep the request's id for a while, for the
 * error page to show: what a visitor can tell the administrator. */
void authjs_reference_keep(authjs_exchange_t *x);
/** That id, if we gave it to this browser; else NULL. */
const char *authjs_reference(const authjs_exchange_t *x);

/* One for each line of the table in dispatch.c: the answer is put on x, or an error says
 * why there is none. */
const authjs_error_t *authjs_action_signin_page(authjs_exchange_t *x);
const authjs_error_t *authjs_action_signin(authjs_exchange_t *x);
const authjs_error_t *authjs_action_callback(authjs_exchange_t *x);
const authjs_error_t *authjs_action_webauthn_options(authjs_exchange_t *x);
const authjs_error_t *authjs_action_account_page(authjs_exchange_t *x);
const authjs_error_t *authjs_action_account(authjs_exchange_t *x);
const authjs_error_t *authjs_action_signout_page(authjs_exchange_t *x);
const authjs_error_t *authjs_action_signout(authjs_exchange_t *x);
const authjs_error_t *authjs_action_resend_page(authjs_exchange_t *x);
const authjs_error_t *authjs_action_resend(authjs_exchange_t *x);
const authjs_error_t *authjs_action_session(authjs_exchange_t *x);
const authjs_error_t *authjs_action_session_update(authjs_exchange_t *x);
const authjs_error_t *authjs_action_csrf(authjs_exchange_t *x);
const authjs_error_t *authjs_action_providers(authjs_exchange_t *x);
const authjs_error_t *authjs_action_error(authjs_exchange_t *x);
const authjs_error_t *authjs_action_verify_request(authjs_exchange_t *x);

#endif
