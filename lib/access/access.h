/* Protection: AuthType AuthJS, the Require providers, what the application sees. */
#ifndef AUTHJS_ACCESS_ACCESS_H
#define AUTHJS_ACCESS_ACCESS_H

#include "actions/kept_form.h"
#include "site/site.h"
#include "session/session.h"
#include "ap_expr.h"

/* ---- the hooks, in the order of a request ------------------------------------------ */

/** post_read_request: remove every spelling of our headers from the request (X-AuthJS-*,
 * any case, any other character for '-'), and of their names from Connection. */
int authjs_access_scrub(request_rec *r);
/** insert_filter: the same for what MergeTrailers brings in behind the body. Its filter
 * is registered by authjs_access_register_trailers(). */
void authjs_access_watch_trailers(request_rec *r);
void authjs_access_register_trailers(void);
/** pre_translate_name and translate_name: the endpoints are no files, and no rewrite
 * rule, alias or ProxyPass takes them. */
int authjs_access_pre_translate(request_rec *r);
int authjs_access_translate(request_rec *r);
/** map_to_storage: no <Directory> and no .htaccess applies to the endpoints. */
int authjs_access_map_to_storage(request_rec *r);
/** post_perdir_config: what follows from a request that was let in because it is open
 * (sub-requests, internal redirects) is decided anew; httpd itself would not ask where
 * the configuration is the same. */
int authjs_access_ask_anew(request_rec *r);
/** access_checker: under Satisfy Any the callback authorized is asked before the address
 * decides, as it is elsewhere. */
int authjs_access_check_any(request_rec *r);
/** access_checker_ex, where AuthType is AuthJS: the endpoints, and the pages that stand
 * in for them, are never behind their own sign-in; the callback authorized, wherever one
 * stands, has its say; and a visitor without a session whom an expression about the
 * session refuses (Require expr) is asked to sign in. */
int authjs_access_check(request_rec *r);
/** force_authn: whoever has a session is known by name also where nobody needs one. */
int authjs_access_force_authn(request_rec *r);
/** check_authn: session -> r->user, r->ap_auth_type, cache headers; or what a visitor
 * without one gets. DECLINED unless AuthType is AuthJS. */
int authjs_access_check_authn(request_rec *r);
/** auth_checker, before mod_authz_core: asks the others and answers 403 instead of 401
 * when they refuse someone who is signed in, or asks for another factor. */
int authjs_access_forbid(request_rec *r);
/** fixups, first: environment, request headers, the sliding cookie, cache headers. */
int authjs_access_fixups(request_rec *r);
/** fixups, last: our cookies and Bearer token taken out of proxied requests; 503 where
 * something has asked for a session that is not known. */
int authjs_access_strip(request_rec *r);
/** note_auth_failure: WWW-Authenticate for our AuthType. */
int authjs_access_note_auth_failure(request_rec *r, const char *auth_type);
/** insert_error_filter: the body of our 401 and 403. Its filter is registered by
 * authjs_access_register_filter(). */
void authjs_access_insert_error_filter(request_rec *r);
void authjs_access_register_filter(void);
/** Register Require authjs-provider, authjs-email, authjs-claim, authjs-factor. */
void authjs_access_register_require(apr_pool_t *pool);
/** %{AUTHJS:...} in expressions: hook for ap_hook_expr_lookup. */
int authjs_access_expr_lookup(ap_expr_lookup_parms *parms);

/* ---- among the files of access/ ---------------------------------------------------- */

typedef struct authjs_access_refusal_t authjs_access_refusal_t; /* refusal.c */

struct authjs_access_slot_t {
    /** An expression asked for a session that cannot be known. */
    unsigned int undecided : 1;
    unsigned int headers_set : 1;   /**< the request carries headers of ours */
    unsigned int claim_logged : 1;  /**< the log says which claim is missing */
    unsigned int missed_factor : 1; /**< a rule asked for a factor in vain */
    unsigned int is_found : 1;      /**< httpd knows what answers the browser's request */
    const request_rec *deciding;    /**< about which one of our hooks asks the others */
    const authjs_access_refusal_t *refusal; /**< whose error has a body of ours */
    const char *missed_claim;               /**< a rule asked for it in vain */
};
AUTHJS_SLOT_FITS(access);

/* Of r and request, r is the one that httpd is working on, and request what the browser
 * asked for. */

/** True where AuthType is AuthJS. */
int authjs_access_protects(request_rec *r);
/** True when it was check_authn of ours that let the visitor in. */
int authjs_access_signed_in(const request_rec *r);
/** Whether the callback authorized has a say about a request. */
int authjs_access_has_authorized(request_rec *r);
/** True when email is one address, and nothing that reads as two, as another one to
 * somebody else, or as <provider>:<subject>. */
int authjs_access_is_address(const char *email);

/** Whether a request needs no session: it is for an endpoint, or GET, HEAD or POST of a
 * page of AuthJSPage that visitors without a session are sent to. */
int authjs_access_is_open(const request_rec *r, const authjs_request_t *request);
/** Remember that a request was let in for its address.
 * @param open 1: because it is open; 0: by the callback authorized */
void authjs_access_let_in(request_rec *r, int open);
/** Whether it was let in because it is open. */
int authjs_access_was_open(const request_rec *r);
/** Remember that httpd has decided which file or handler answers a request that was let
 * in: what it looks for as its index or its variant is let in with it, what follows later
 * is not. */
void authjs_access_found(request_rec *r);
/** The httpd status for a visitor without a session: a redirect to the sign-in page
 * (Location is set), 401 or 403. */
int authjs_access_unauthorized(request_rec *r, authjs_request_t *request);
/** The httpd status for somebody who is signed in, and whom another factor could let in:
 * a redirect to the sign-in page where a visitor without a session would get one and no
 * ErrorDocument 403 is in its place, else 403. */
int authjs_access_step_up(request_rec *r, authjs_request_t *request);
/** Have the body of an error say in our words what can be done: to a program as JSON, in
 * a frame by a line with a link, and to a person by a page. An ErrorDocument comes
 * before.
 * @param error of the 403 that the hook is to return; NULL: it returns 401
 * @param url where the visitor can do something about it */
void authjs_access_refuse(request_rec *r, authjs_request_t *request, const char *error,
                          const char *url);
/** The same for a person whose form was kept: 401 with a page that leads on. */
void authjs_access_refuse_form(request_rec *r, authjs_request_t *request, const char *url,
                               const authjs_kept_form_t *kept);
/** Whether the administrator (or another module) has an answer of their own. */
int authjs_access_has_document(request_rec *r, int status);
/** 403 for somebody who is signed in, in no cache. */
int authjs_access_forbidden(request_rec *r, authjs_request_t *request);
/** Somebody signed in has no claim that could be REMOTE_USER: the log says so. */
void authjs_access_log_no_user(request_rec *r, const authjs_session_t *session);
/** Somebody signed in is refused: the log says which claim a rule of ours missed, if one
 * did. */
void authjs_access_log_missed_claim(request_rec *r, authjs_request_t *request);
/** 503 with Retry-After, in no cache; the cookies stay as they are. */
int authjs_access_unavailable(request_rec *r, authjs_request_t *request);
/** The same where an expression (Require expr, <If>, a rewrite rule) has decided without
 * knowing the session; else DECLINED. */
int authjs_access_undecided(request_rec *r, authjs_request_t *request);
/** What the callback authorized says: DECLINED, the request goes on; else the httpd
 * status: 403 for whoever is signed in, for others as authjs_access_unauthorized, or a
 * redirect. */
int authjs_access_authorized(request_rec *r, authjs_request_t *request);
/** A fixups hook, after those that ask about other pages and before those that look for
 * what stands for this one: remember that the request has come so far. */
int authjs_access_pass(request_rec *r);
/** Whether it has. */
int authjs_access_has_passed(const request_rec *r);
/** Remove every spelling of our headers from a table of r's, and of their names from
 * Connection. */
void authjs_access_remove_headers(request_rec *r, apr_table_t *headers);

#endif
