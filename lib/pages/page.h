/* The built-in pages: plain HTML that works without a script, and nothing from another
 * host. */
#ifndef AUTHJS_PAGES_PAGE_H
#define AUTHJS_PAGES_PAGE_H

#include "http/exchange.h"

/** What forms are filled with: a name (NULL: nothing), and the id of the provider into
 * whose form it was written (NULL: into any). */
typedef struct {
    const char *name, *provider;
    apr_int64_t until; /**< when more mails may be asked for, in seconds; 0: now */
} authjs_tried_t;

/** What the sign-in page shows besides the site's providers. */
typedef struct {
    struct json_object *user; /**< who is signed in already, or NULL */
    const char *error;        /**< the code of ?error=, whichever, or NULL */
    authjs_tried_t tried;
    const apr_array_header_t *only; /**< const char *: ids to show; NULL: all */
    const authjs_provider_t *last;  /**< which one stands first, or NULL */
} authjs_signin_page_t;

/** What the account page shows. */
typedef struct {
    struct json_object *user;
    struct json_object *accounts; /**< NULL: a guest, who has none and can have none */
    struct json_object *passkeys; /**< NULL: none are kept */
    const char *error;            /**< the code of ?error=, whichever, or NULL */
    int stale; /**< the session is too old for a change of how its user signs in */
} authjs_account_page_t;

/** Sign-in page: the providers in the order of the configuration, but for the one that
 * was used last; of many, with a field to find one. Sets x->body. */
void authjs_page_signin(authjs_exchange_t *x, const authjs_signin_page_t *page);
/** Account page: the user's accounts, passkeys among them, which can be unlinked but for
 * the last one, and the providers that can be linked. */
void authjs_page_account(authjs_exchange_t *x, const authjs_account_page_t *page);
/** Whether to sign out; who is not signed in is told so instead. */
void authjs_page_signout(authjs_exchange_t *x);
void authjs_page_verify_request(authjs_exchange_t *x);
/** What a link shows in a browser that did not ask for it: whom it signs in, and a button
 * that uses it up. */
void authjs_page_link(authjs_exchange_t *x);
/** Error page of a code, or of none: any but Configuration, AccessDenied and Verification
 * counts as none. Sets x->status too. reference: what the log calls it, or NULL. */
void authjs_page_error(authjs_exchange_t *x, const char *code, const char *reference);
/** The error page without an exchange (configuration failures): the whole document; its
 * headers are set. */
const char *authjs_page_configuration_error(request_rec *r, const authjs_site_t *site);

/* Pages without an exchange, for what is refused elsewhere: the whole document; its
 * headers are set in r->headers_out. */

/** The page of an address below the base path where nothing is to be seen: it leads on.
 * @param origin of this site; NULL: it is not known */
const char *authjs_page_astray(request_rec *r, const authjs_site_t *site,
                               const char *origin);
/** What a frame shows, which may be small, and may stand in a page of any host: a line
 * and a link that leads out of the frame.
 * @param status 401: to sign in; 403: to the page itself, which says more */
const char *authjs_page_framed(request_rec *r, const authjs_site_t *site, int status,
                               const char *url);
/** The page of a visitor who is signed in, and not allowed.
 * @param name, email what is known of them, else NULL
 * @param home the start page of this site
 * @param url where the session can be ended, for another one */
const char *authjs_page_forbidden(request_rec *r, const authjs_site_t *site,
                                  const char *name, const char *email, const char *home,
                                  const char *url);

/** The style sheet of a site, for site->look: the same for all its pages, so that its
 * hash can stand in the Content-Security-Policy. In pool. */
const authjs_look_t *authjs_look(apr_pool_t *pool, const authjs_site_t *site);

/* ---- AuthJSPreservePost ------------------------------------------------------------ */

/** A form that a page of this site has sent. */
typedef struct {
    const char *url;            /**< where to; of our origin */
    apr_array_header_t *fields; /**< authjs_param_t, in their order */
    int sure;                   /**< who is signed in is who sent it */
} authjs_form_t;

/** The page that has the browser keep a form, and leads to the sign-in page: the whole
 * document; its headers are set in x->r->headers_out. */
const char *authjs_page_form_kept(authjs_exchange_t *x, const authjs_form_t *form,
                                  const char *sealed, const char *sign_in);
/** The page that takes it from the browser, after the sign-in. */
void authjs_page_resend(authjs_exchange_t *x);
/** The page that sends it: by itself when that is sure, else when its visitor says so. */
void authjs_page_form_send(authjs_exchange_t *x, const authjs_form_t *form);
/** The page of a form that is not sent. Sets x->status to 403. */
void authjs_page_form_lost(authjs_exchange_t *x);

#endif
