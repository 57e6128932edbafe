/* What the callbacks jwt and session make of a session, on protected requests and where
 * the browser asks for it. */
#ifndef AUTHJS_SESSION_AUTH_H
#define AUTHJS_SESSION_AUTH_H

#include "session/session.h"

/**
 * Auth.js's auth(): the session as jwt and session want it, for a protected request. What
 * jwt returned are its claims; they go into the cookie only when it slides. What session
 * returned is what the application sees (shown).
 * @return NULL when there is to be none: jwt or session said so, or failed (logged).
 */
const authjs_session_t *authjs_auth(request_rec *r, const authjs_site_t *site,
                                    const authjs_session_t *session);

/** Let the application see result: what the callback session returned, with a user in it,
 * and without the refresh token.
 * @return session->shown. */
authjs_shown_t *authjs_session_show(request_rec *r, authjs_session_t *session,
                                    struct json_object *result);

/** What the callback session is given of a JWT, and what stands without a callback:
 * {user: {name, email, image}, expires}. */
struct json_object *authjs_session_from_claims(apr_pool_t *pool,
                                               struct json_object *claims,
                                               const char *expires);
/** The same of a session in a database: all of its row, and all of the user.
 * @param rows {session, user} */
struct json_object *authjs_session_from_rows(apr_pool_t *pool, struct json_object *rows);

#endif
