/* Sessions as the database has them, with the cache in front. */
#ifndef AUTHJS_SESSION_STORED_H
#define AUTHJS_SESSION_STORED_H

#include "adapters/adapter.h"
#include "session/session.h"

/** What can be a session token: 1 to 255 bytes of UTF-8 text without blanks or control
 * characters. */
int authjs_stored_token_valid(const char *token);

/**
 * The session of a token, with its user. From the cache when it is there, unless the
 * request wants it fresh; else from the database, and then into the cache. An expired row
 * is deleted.
 * @param session in call->pool; NULL: there is none
 * @return OK, UNAVAILABLE, or FAILED with call->error: also for a row that is no session.
 */
authjs_adapter_status_e authjs_stored_find(authjs_call_t *call, const authjs_site_t *site,
                                           const char *token,
                                           const authjs_session_t **session);

/**
 * The same from the database at any rate, with the rows themselves.
 * @param rows {session, user}, when there is a session
 */
authjs_adapter_status_e authjs_stored_rows(authjs_call_t *call, const authjs_site_t *site,
                                           const char *token,
                                           const authjs_session_t **session,
                                           struct json_object **rows);

/**
 * Extend a session until now + AuthJSSessionMaxAge when it was last extended at least
 * AuthJSSessionUpdateAge ago. Of several requests at once one writes.
 * @param extended 1: it was due
 * @param gone 1: the row is no longer there
 */
authjs_adapter_status_e authjs_stored_extend(authjs_call_t *call,
                                             const authjs_site_t *site,
                                             const authjs_session_t *session,
                                             apr_int64_t now, int *extended, int *gone);

#endif
