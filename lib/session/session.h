/* Sessions: who the visitor is, by an encrypted cookie (jwt) or a database row. */
#ifndef AUTHJS_SESSION_SESSION_H
#define AUTHJS_SESSION_SESSION_H

#include "http/exchange.h"
#include "http/request.h"
#include "jose/jwt.h"
#include "session/proof.h"

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
    authjs_proof_t proof;   /**< nothing, in a session that no mod_authjs has made */
    int from_bearer;        /**< came in Authorization: never slid, no cookie */
    char expires[AUTHJS_ISO8601_LEN + 1]; /**< as the session's JSON has it */
    const char *token;                    /**< sessionToken of its row; NULL: jwt */
    int refresh_failed; /**< AuthJSRefresh: member error is RefreshTokenError */
    const char *rows; /**< {session, user} of the database as JSON; only where a callback
                           session wants them */
    const authjs_shown_t *shown; /**< NULL: no callback session has changed anything */
} authjs_session_t;

/** Whether who has the session signed in a short time ago, and may change how one signs
 * in (AuthJSReauth); of a session that no mod_authjs has made that is not known. */
int authjs_session_is_fresh(const authjs_session_t *session, const authjs_site_t *site,
                            apr_int64_t now);

/** A sign-in that succeeded: what sessions, callbacks and events are told of it. */
typedef struct {
    struct json_object *user;    /**< Auth.js's user: id, name, email, image */
    struct json_object *account; /**< with all members of the token response */
    struct json_object *profile; /**< of OAuth, as the provider sent it; else NULL */
    struct json_object *stored;  /**< the row that sign_up has stored; or NULL */
    int is_new;                  /**< the user was created just now */
    int is_new_known; /**< 0: no users are kept here, and is_new says nothing */
} authjs_signed_in_t;

/** How sessions live. */
struct authjs_session_strategy_t {
    const char *name; /**< "jwt", "database" */
    /** Whose session a token is: the hot path, without I/O for jwt. Logs at debug why it
     * is nobody's. @return NULL then. */
    const authjs_session_t *(*read)(request_rec *r, const authjs_site_t *site,
                                    const authjs_cookie_set_t *cookies,
                                    const char *token);
    /** A new row of the database, {sessionToken, expires}, for the adapter's sign_up and
     * then for create. In x->pool. NULL function: sessions have no rows (jwt). */
    const authjs_error_t *(*row)(authjs_exchange_t *x, struct json_object **row);
    /** Begin a session, once jwt was asked. Its cookies are queued on x. */
    const authjs_error_t *(*create)(authjs_exchange_t *x,
                                    const authjs_signed_in_t *signed_in);
    /** What GET and POST session answer, once jwt and session were asked: the JSON text
     * of the session, or "null". Its cookies are queued on x.
     * @param update 1: POST, where x->json may have new data for the callbacks */
    const authjs_error_t *(*get)(authjs_exchange_t *x, int update, const char **json);
    /** End the session of x: its cookies are deleted.
     * @param told what the event signOut is given; NULL when there was no session */
    const authjs_error_t *(*destroy)(authjs_exchange_t *x, struct json_object **told);
    /** On a protected request: extend a session when AuthJSSessionUpdateAge says so, and
     * put its cookies into r->err_headers_out. */
    void (*slide)(request_rec *r, const authjs_site_t *site,
                  const authjs_cookie_set_t *cookies, const authjs_session_t *session);
    /** AuthJSRefresh: the session with an access token that has not expired, renewed when
     * that is due; as it was when that cannot be (session/refresh.h). Not for sessions
     * that came in Authorization: a new token could not be handed back. */
    const authjs_session_t *(*refresh)(authjs_request_t *request,
                                       const authjs_site_t *site,
                                       const authjs_session_t *session);
};

extern const authjs_session_strategy_t authjs_strategy_jwt;
extern const authjs_session_strategy_t authjs_strategy_database;

/* ---- the session of a request ----------------------------------------------------- */

/**
 * The session of a request: cookie, or Bearer where AuthJSBearer is On; where
 * AuthJSProviders names providers, a session of one of them. The token is opened once for
 * a browser's request; it is cheap to ask again.
 * @return NULL when there is none that is valid here.
 */
const authjs_session_t *authjs_session_of(request_rec *r);

/** Whether this answer depends on the session: authjs_session_of was called. Who wants to
 * know that of a part of the request sets it to 0 before. */
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

/* ---- what it says ----------------------------------------------------------------- */

/** The session as JSON text, as GET session shows it: {"user":{...},"expires":"..."},
 * with the times of the token. In pool. */
const char *authjs_session_text(apr_pool_t *pool, const authjs_session_t *session);
/** The same as an object: read, not changed. NULL only when it is too deep. */
struct json_object *authjs_session_object(request_rec *r,
                                          const authjs_session_t *session);

/** A claim that was read with the token, by its name; NULL: it is not one of those. */
const authjs_claim_t *authjs_session_claim_read(const authjs_claims_t *claims,
                                                const char *name);
/** A claim by dotted path ("sub", "email", "roles", "address.city") for expressions: the
 * first value as text, NULL when absent. Parses the claims (json-c) only for what
 * authjs_claims_t does not hold. An e-mail address that the provider calls unverified is
 * as good as absent; so is what AuthJSRefresh keeps, but for an access token that
 * AuthJSPassAccessToken lets the application have. */
const char *authjs_session_claim(request_rec *r, const authjs_session_t *session,
                                 const char *path);
/** All values at a path, as text: const char * elements. Arrays, also on the way, give
 * each element. Which member a path means is said in core/jsonpath.h. Objects, null and
 * strings with \u0000 in them give nothing. */
apr_array_header_t *authjs_session_claim_values(request_rec *r,
                                                const authjs_session_t *session,
                                                const char *path);
/** Why a path gives no value, for the log: names the claims that there are, none of their
 * values. */
const char *authjs_session_without_claim(request_rec *r, const authjs_session_t *session,
                                         const char *path);

#endif
