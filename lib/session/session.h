/* Sessions: who the visitor is, by an encrypted cookie (jwt) or a database row. */
#ifndef AUTHJS_SESSION_SESSION_H
#define AUTHJS_SESSION_SESSION_H

#include "http/exchange.h"
#include "http/request.h"
#include "jose/jwt.h"

/** What the callback session made of a session: what the application sees of it. */
typedef struct {
    struct json_object *object;            /**< NULL: it is there as text */
    const char *text;                      /**< the same as JSON; NULL: as object alone */
    const char *id, *name, *email, *image; /**< of its user; NULL: not there */
    const char *expires;
} authjs_shown_t;

/** A visitor's session as a protected request needs it. In r->pool. */
typedef struct authjs_session_t {
    authjs_claims_t claims; /**< sub, name, email, picture, provider, times, JSON */
    int from_bearer;        /**< came in Authorization: never slid, no cookie */
    char expires[AUTHJS_ISO8601_LEN + 1]; /**< as the session's JSON has it */
    const char *token;                    /**< sessionToken of its row; NULL: jwt */
    int refresh_failed; /**< AuthJSRefresh: member error is RefreshTokenError */
    const char *rows; /**< {session, user} of the database as JSON; only where a callback
                           session wants them */
    const authjs_shown_t *shown; /**< NULL: no callback session has changed anything */
} authjs_session_t;

/** A sign-in that succeeded: what sessions, callbacks and events are told of it. */
typedef struct {
    struct json_object *user;    /**< Auth.js's user: id, name, email, image */
    struct json_object *account; /**< with all members of the token response */
    struct json_object *profile; /**< of OAuth, as the provider sent it; else NULL */
    struct json_object *stored;  /**< the row that sign_up has stored; or NULL */
    int is_new; /**< the user was created just now; AUTHJS_UNSET: nothing is kept */
} authjs_signed_in_t;

/** How sessions live. */
struct authjs_session_strategy_t {
    const char *name; /**< "jwt", "database" */
    /** Who this is, or NULL: the hot path. No I/O for jwt. Logs why at debug. */
    const authjs_session_t *(*read)(request_rec *r, const authjs_site_t *site,
                                    const authjs_cookie_set_t *cookies,
                                    const char *token);
    /** The row that a new session has in the database, without userId: {sessionToken,
     * expires}. It is for authjs_adapter_t's sign_up, and then for create. NULL function:
     * sessions have no row (jwt). *row is in x->pool. */
    const authjs_error_t *(*row)(authjs_exchange_t *x, struct json_object **row);
    /** A new session, queued as cookies on x; the callback jwt has its say. */
    const authjs_error_t *(*create)(authjs_exchange_t *x,
                                    const authjs_signed_in_t *signed_in);
    /** GET and POST session: the JSON body, cookies queued; the callbacks jwt
     * and session have their say. update: POST, x->json has the data. */
    const authjs_error_t *(*get)(authjs_exchange_t *x, int update, const char **json);
    /** Sign-out: end it, cookies deleted. *told: what the event signOut is given, NULL
     * when there was no session. */
    const authjs_error_t *(*destroy)(authjs_exchange_t *x, struct json_object **told);
    /** Slide a cookie older than updateAge on a protected request: Set-Cookie values into
     * r->err_headers_out. */
    void (*slide)(request_rec *r, const authjs_site_t *site,
                  const authjs_cookie_set_t *cookies, const authjs_session_t *session);
    /** AuthJSRefresh: the session with an access token that has not expired, renewed when
     * that is due; as it was when that cannot be (session/refresh.h). Not for sessions
     * that came in Authorization: nobody could take the new refresh token. */
    const authjs_session_t *(*refresh)(authjs_request_t *request,
                                       const authjs_site_t *site,
                                       const authjs_session_t *session);
};

extern const authjs_session_strategy_t authjs_strategy_jwt;
extern const authjs_session_strategy_t authjs_strategy_database;

/**
 * The session of a request: cookie, or Bearer where AuthJSBearer is On; where
 * AuthJSProviders names providers, a session of one of them. The token is opened once for
 * a browser's request; it is cheap to ask again.
 * @return NULL when there is none that is valid here.
 */
const authjs_session_t *authjs_session_of(request_rec *r);
/** Whether the session had a say in this answer: somebody has asked for it. Who wants to
 * know it of a part of what happens sets it to 0 before. */
int authjs_session_was_asked(authjs_request_t *request);
void authjs_session_set_asked(authjs_request_t *request, int asked);
/** Whether it cannot be known who this is: the database is away. */
int authjs_session_is_unavailable(authjs_request_t *request);
/** From now on a session counts only as the database has it, whatever a cache knows. */
void authjs_session_bypass_cache(authjs_request_t *request);
/** Whether the session came in Authorization. */
int authjs_session_came_by_bearer(authjs_request_t *request);
/** Give the cookie of a session its chance to be renewed by a protected request: once. */
void authjs_session_slide(request_rec *r, authjs_request_t *request,
                          const authjs_session_t *session);

/** Whether the request has cookies of a session at all, readable or not. */
int authjs_session_has_cookies(const authjs_exchange_t *x);
/** The session token that the browser sent, not checked yet; NULL when there is none, or
 * its parts do not fit together. */
const char *authjs_session_cookie(const authjs_exchange_t *x);
/** Queue the cookies of a session that lasts AuthJSSessionMaxAge from now. token NULL: it
 * ends; what the request carried of it is deleted. What was queued before, here or for
 * the answer, counts no longer, and nothing but an endpoint says more about it. */
void authjs_session_queue_cookies(authjs_exchange_t *x, const char *token);
/** The same cookies on the answer to a protected request, unless an endpoint has decided.
 */
void authjs_session_send_cookies(request_rec *r, const authjs_site_t *site,
                                 const authjs_cookie_set_t *cookies, const char *token);

/** Whether a browser could send this session token back: a Cookie header longer than
 * LimitRequestFieldSize is refused by httpd itself. Logs a warning when not. */
int authjs_session_fits(request_rec *r, const authjs_cookie_set_t *cookies,
                        const char *cookie_header, const char *token);

/**
 * The session token of claims, of the strategy jwt. Where they have tokens of the
 * provider and the browser could not send all of it back, it is made without those:
 * claims is changed, and the log says so.
 * @return NULL, or why there is none.
 */
const char *authjs_session_seal(request_rec *r, const authjs_site_t *site,
                                const authjs_cookie_set_t *cookies,
                                const char *cookie_header, struct json_object *claims,
                                const char **token);

/** The session as JSON text, as GET session shows it: {"user":{...},"expires":"..."},
 * with the times of the token. In pool. */
const char *authjs_session_text(apr_pool_t *pool, const authjs_session_t *session);

/** The same as an object: read, not changed. NULL only when it is too deep. */
/** A claim that was read with the token, by its name; NULL: it is not one of those. */
const authjs_claim_t *authjs_session_claim_read(const authjs_claims_t *claims,
                                                const char *name);
struct json_object *authjs_session_object(request_rec *r,
                                          const authjs_session_t *session);

/** A claim by dotted path ("sub", "email", "roles", "address.city") for expressions: the
 * first value as text, NULL when absent. Parses the claims (json-c) only for what
 * authjs_claims_t does not hold. An e-mail address that the provider calls unverified is
 * as good as absent; so is what AuthJSRefresh keeps, but for an access token that
 * AuthJSPassAccessToken lets the application have. */
const char *authjs_session_claim(request_rec *r, const authjs_session_t *session,
                                 const char *path);
/** All values at a path, as text: const char * elements. Arrays, also on the way, give
 * each element. A member whose whole name is the (rest of the) path comes before one
 * that the dots lead to. Objects, null and strings with \u0000 in them give nothing. */
apr_array_header_t *authjs_session_claim_values(request_rec *r,
                                                const authjs_session_t *session,
                                                const char *path);

#endif
