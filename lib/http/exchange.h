/* The exchange: one sign-in-related request in flight. */
#ifndef AUTHJS_HTTP_EXCHANGE_H
#define AUTHJS_HTTP_EXCHANGE_H

#include "http/request.h"
#include "jose/invitation.h"

#define AUTHJS_BODY_MAX (64 * 1024)
/** The parameter of the sign-in page, and of its forms, that says so of a visitor: 1. */
#define AUTHJS_REAUTH "reauth"
/** What is said to whom another sign-in does not help, or one with another factor would.
 */
#define AUTHJS_ACCESS_DENIED   "AccessDenied"
#define AUTHJS_FACTOR_REQUIRED "FactorRequired"

/** Whether who signs in has an account already. */
typedef enum {
    AUTHJS_ACCOUNT_ANY, /**< or gets one */
    AUTHJS_ACCOUNT_KNOWN,
    AUTHJS_ACCOUNT_NEW /**< nobody has this account yet */
} authjs_account_rule_e;

typedef struct authjs_exchange_t {
    request_rec *r;
    apr_pool_t *pool; /**< r->pool */
    const authjs_site_t *site;
    apr_int64_t now; /**< seconds */

    const char *origin;                 /**< our origin for this request */
    const char *home;                   /**< the start page */
    const char *base_url;               /**< of the endpoints, as browsers find them */
    const authjs_cookie_set_t *cookies; /**< http or https names */

    int method;                        /**< M_GET or M_POST */
    const authjs_provider_t *provider; /**< of signin/<id>, callback/<id>; or NULL */

    const char *cookie_header;          /**< may be NULL */
    apr_array_header_t *query;          /**< authjs_param_t, never NULL */
    apr_array_header_t *form;           /**< authjs_param_t of a form body, never NULL */
    struct json_object *json;           /**< of a JSON body, or NULL */
    int malformed;                      /**< the query could not be read: 400 */
    const char *login_hint;             /**< of an initiated login: one line; or NULL */
    authjs_account_rule_e account_rule; /**< whether the account may, or has to, be new */
    struct json_object *authenticator;  /**< of a passkey that was made: its row, without
                                             userId; else NULL */
    const char *made_for; /**< the id of the visitor whom that was made for; NULL: of
                               nobody who is signed in */
    const authjs_invitation_t *invitation; /**< an account is made by it; or NULL */
    int factors; /**< authjs_factor_e (session/session.h): proved by this sign-in */
    apr_int64_t auth_time; /**< when the provider asked for that, in seconds; 0: now */
    int reauth;            /**< whoever is signed in is to sign in once more */
    int straight; /**< this sign-in began without a button: it does not touch a session */

    const char *csrf_token;          /**< verified or fresh */
    int csrf_verified;               /**< cookie valid and body token equal */
    apr_array_header_t *csrf_tokens; /**< const char *: all that cookies of ours hold */
    const char *callback_url;        /**< decided, absolute */
    int refused; /**< the status that this exchange is the ErrorDocument of; else 0 */

    /* of callback/<id>: the attempt that the answer belongs to */
    int attempt_known;      /**< it says which attempt that is */
    int attempt_cookies;    /**< 1 << authjs_cookie_e: its cookies */
    const char *attempt_to; /**< its callback URL; or NULL */
    int start_again;        /**< it has ended: another one is needed, unless signed in */

    const char *to_confirm; /**< callback/<id> of a link: the address that it would sign
                               in, if this browser did not ask for it; else NULL */

    apr_array_header_t *set_cookies; /**< const char *: Set-Cookie values in order */
    apr_int64_t retry_after;         /**< seconds, of what is limited; 0: nothing is */
    int status;                      /**< 0: 200, or 302 when location is set */
    const char *location;            /**< absolute URL of a redirect */
    const char *content_type;
    const char *body;
    apr_size_t body_len;

    apr_array_header_t *secrets; /**< const char *: no log line may have them */
    const char *tried;           /**< the name that a password was tried for, or NULL */
    int tried_exists;            /**< somebody has that name */
    struct json_object *tried_user; /**< whom a provider vouched for, or NULL */

    apr_time_t deadline; /**< no outgoing request lasts longer */
} authjs_exchange_t;

/** Why a request could not become an exchange. */
typedef enum {
    AUTHJS_REQUEST_OK,
    AUTHJS_REQUEST_BAD,      /**< 400 "Bad request." */
    AUTHJS_REQUEST_TOO_LARGE /**< 413 */
} authjs_request_e;

/** Begin: origin, cookies, query. *x is in r->pool. NULL, or UntrustedHost.
 * @param cookie_header as the browser sent it: what is left in r may be less */
const authjs_error_t *authjs_exchange_begin(authjs_exchange_t **x, request_rec *r,
                                            const authjs_site_t *site,
                                            const char *cookie_header);
/** Read a whole body into r->pool: at most max bytes; of a larger one some more is read
 * and thrown away. */
authjs_request_e authjs_read_body(request_rec *r, apr_size_t max, const char **body,
                                  apr_size_t *len);
/** Read and parse the body of a POST (docs/endpoints.md): form or JSON by content type,
 * at most AUTHJS_BODY_MAX; any other type is read and thrown away. */
authjs_request_e authjs_exchange_read_body(authjs_exchange_t *x);
/** A body field (form, or string member of the JSON body), last one wins; or NULL. */
const char *authjs_exchange_field(const authjs_exchange_t *x, const char *name);
/** The body as Auth.js has it: the JSON that was sent, else an object of the form's
 * fields, last one wins. Released with x->pool. */
struct json_object *authjs_exchange_body(const authjs_exchange_t *x);
/** A query parameter, last one wins; or NULL. */
const char *authjs_exchange_query(const authjs_exchange_t *x, const char *name);
/** The URL of a page of the site's own (AuthJSPage), or NULL: the built-in one. */
const char *authjs_exchange_page(const authjs_exchange_t *x, authjs_page_e which);

/** From now on, no line of the log about this exchange has this text, as it stands or as
 * forms and URLs spell it. NULL: nothing. */
void authjs_exchange_hide(authjs_exchange_t *x, const char *secret);
/** Text without what was hidden. In x->pool, or text itself. */
const char *authjs_exchange_without_secrets(const authjs_exchange_t *x, const char *text);

/** Queue a cookie. expires: seconds since the epoch or 0. */
void authjs_exchange_set_cookie(authjs_exchange_t *x, authjs_cookie_e which,
                                const char *value, apr_int64_t expires);
/** Queue a deletion. */
void authjs_exchange_delete_cookie(authjs_exchange_t *x, authjs_cookie_e which);
/** A cookie between the endpoints alone, which no directive shapes: below the base path,
 * host-only, HttpOnly, on https Secure with the prefix __Secure-.
 * @param name authjs.something; constant
 * @param max_age in seconds */
authjs_cookie_def_t authjs_exchange_own_cookie(const authjs_exchange_t *x,
                                               const char *name, apr_int64_t max_age);
/** The values of a request cookie that stands there several times, in order: const char
 * *, AUTHJS_COOKIE_TRIES at most. The first that opens counts. */
apr_array_header_t *authjs_exchange_cookies(const authjs_exchange_t *x,
                                            authjs_cookie_e which);
/** The first value of a request cookie, or NULL. */
const char *authjs_exchange_cookie(const authjs_exchange_t *x, authjs_cookie_e which);

/** Put Set-Cookie values on the answer that r is part of (err_headers_out of the main
 * request), in place of what was queued there for the same cookies, under whatever names
 * of chunks: the last decision counts. */
void authjs_answer_cookies(request_rec *r, const authjs_cookie_set_t *cookies,
                           const apr_array_header_t *values);

/** Answer with JSON text. */
void authjs_exchange_answer_json(authjs_exchange_t *x, int status, const char *json);
/** Send what the exchange holds: status, Set-Cookie (err_headers_out), Location, cache
 * headers, X-Auth-Return-Redirect (docs/endpoints.md), body unless HEAD; a
 * HEAD sets no cookies, and an ErrorDocument has the status of what it is about. @return
 * httpd status for the handler: OK or DONE. */
int authjs_exchange_send(authjs_exchange_t *x);
/** Answer a request that nothing was begun for, 400, 404, 405, 413...: no cookies.
 * @param page the HTML of the answer; NULL: a JSON text */
int authjs_send_bad_request(request_rec *r, int status, const char *page);
/** Answer with headers alone. */
int authjs_send_empty(request_rec *r, int status);
/** What a program is told that something was refused to: 401 or 403, and where a person
 * could do something about it.
 * @param error of a 403; NULL: a 401 */
const char *authjs_refusal_json(apr_pool_t *pool, const char *error, const char *url);
/** Log a configuration failure (UntrustedHost), and answer 500.
 * @param page the HTML of the answer; NULL: JSON */
int authjs_send_configuration_error(request_rec *r, const authjs_error_t *error,
                                    const char *page);
/** True when the client sent X-Auth-Return-Redirect. */
int authjs_wants_json_redirect(const request_rec *r);

/** Add headers that keep an answer out of caches: no-store for everything under the base
 * path. Set in err_headers_out so that they survive 302/401. */
void authjs_set_no_store(request_rec *r);

/** The answer that a request is part of is this visitor's: Cache-Control: private, unless
 * something is set already, and kept out of mod_cache whatever Header or a back end makes
 * of that, also when it is known only after the answer has begun. */
void authjs_set_private(request_rec *r);

#endif
