/* Sessions: who the visitor is, by an encrypted cookie (jwt) or a database row. */
#ifndef AUTHJS_SESSION_SESSION_H
#define AUTHJS_SESSION_SESSION_H

#include "config/config.h"
#include "http/exchange.h"
#include "jose/jwt.h"

/** A visitor's session as a protected request needs it. In r->pool. */
typedef struct {
    authjs_claims_t claims;       /**< sub, name, email, picture, provider, times, JSON */
    const char *token;            /**< the cookie's (or Bearer) token text */
    int from_bearer;              /**< came in Authorization: never slid, no cookie */
    apr_int64_t expires;          /**< seconds */
} authjs_session_t;

/** How sessions live. */
struct authjs_session_strategy_t {
    const char *name;             /**< "jwt", "database" */
    /** Who this is, or NULL: the hot path. No I/O for jwt. Logs why at debug. */
    const authjs_session_t *(*read)(request_rec *r, const authjs_site_t *site,
                                    const authjs_cookie_set_t *cookies, const char *token);
    /** A new session for user (Auth.js user object: id, name, email, image), queued as
     * cookies on x. */
    const authjs_error_t *(*create)(authjs_exchange_t *x, struct json_object *user,
                                    struct json_object *account);
    /** GET and POST session (spec 10): the JSON body, cookies queued. data: POST's. */
    const authjs_error_t *(*get)(authjs_exchange_t *x, struct json_object *data,
                                 int update, const char **json);
    /** Sign-out: end it, cookies deleted. */
    const authjs_error_t *(*destroy)(authjs_exchange_t *x);
    /** Slide a cookie older than updateAge on a protected request: Set-Cookie values into
     * r->err_headers_out. */
    void (*slide)(request_rec *r, const authjs_site_t *site,
                  const authjs_cookie_set_t *cookies, const authjs_session_t *session);
};

extern const authjs_session_strategy_t authjs_strategy_jwt;

/**
 * The session of a request: cookie, or Bearer where AuthJSBearer is On. Computed once per
 * request (kept with the main request), cheap to ask again.
 * @return NULL when there is none that is valid.
 */
const authjs_session_t *authjs_session_of(request_rec *r);

/** The session as JSON text, as GET session shows it: {"user":{...},"expires":"..."}.
 * In r->pool. */
const char *authjs_session_json(request_rec *r, const authjs_session_t *session);

/** A claim by dotted path ("sub", "email", "roles", "address.city") for Require and
 * expressions: the first value as text, NULL when absent. Parses the claims (json-c) only
 * for what authjs_claims_t does not hold. */
const char *authjs_session_claim(request_rec *r, const authjs_session_t *session,
                                 const char *path);
/** All values at a path: const char * elements; arrays give each element. */
apr_array_header_t *authjs_session_claim_values(request_rec *r,
                                                const authjs_session_t *session,
                                                const char *path);

#endif
