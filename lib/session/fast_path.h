/* The fast path of protected requests: what the callback session makes of a JWT, without
 * a tree of its claims, where the callbacks of the site allow that. */
#ifndef AUTHJS_SESSION_FAST_PATH_H
#define AUTHJS_SESSION_FAST_PATH_H

#include "session/session.h"

/** Set what a protected request asks (authjs_site_t: asks_jwt, asks_auth, fast_path),
 * once the site has its strategy, and its callbacks are bound. */
void authjs_fast_path_choose(authjs_site_t *site, apr_pool_t *pconf);

/* ---- among the files of session/ -------------------------------------------------- */

/**
 * A fast path: the session as AuthJSSessionField wants it, made of the text of the
 * claims.
 * @param fields apr_array_header_t of const authjs_session_field_t *
 * @param session gets shown, as text, when a field has changed anything
 * @return 0: that takes a tree; nothing is set.
 */
int authjs_fields_show(request_rec *r, const void *fields, authjs_session_t *session);

#endif
