/* What the callbacks jwt and session make of a session, on protected requests and where
 * the browser asks for it. */
#ifndef AUTHJS_SESSION_AUTH_H
#define AUTHJS_SESSION_AUTH_H

#include "session/session.h"

/** Auth.js's auth(): whether jwt or session have a say. Costs nothing. */
int authjs_auth_asks(const authjs_site_t *site);

/**
 * The session as jwt and session want it, for a protected request. What jwt returned are
 * its claims; they go into the cookie only when it slides. What session returned is what
 * the application sees (shown).
 * @return NULL when there is to be none: jwt or session said so, or failed (logged).
 */
const authjs_session_t *authjs_auth(request_rec *r, const authjs_site_t *site,
                                    const authjs_session_t *session);

/** Let the application see result: what the callback session returned, with a user in it,
 * and without the refresh token.
 * @return session->shown. */
authjs_shown_t *authjs_session_show(request_rec *r, authjs_session_t *session,
                                    struct json_object *result);

/* ---- among the files of session/ -------------------------------------------------- */

/** to[to_key] = from[from_key]. A member that is absent stays absent, null stays null, as
 * in JavaScript. */
void authjs_session_copy(struct json_object *to, const char *to_key,
                         struct json_object *from, const char *from_key);
/** An e-mail address that from calls unverified stays so in claims. */
void authjs_session_keep_unverified(struct json_object *claims, struct json_object *from);
/** Put back what vouches for somebody, which no callback has a say in: the provider, and
 * that an e-mail address is unverified.
 * @param read the claims that jwt was given */
void authjs_provenance_restore(struct json_object *claims, struct json_object *read);
/** What the callback session is given, and what stands without one: {user: {name, email,
 * image}, expires}. */
struct json_object *authjs_session_default(apr_pool_t *pool, struct json_object *claims,
                                           const char *expires);
/** The same of a session in a database: all of its row, and all of the user.
 * @param rows {session, user} */
struct json_object *authjs_session_stored(apr_pool_t *pool, struct json_object *rows);

#endif
