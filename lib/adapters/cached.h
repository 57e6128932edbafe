/* The cache in front of an adapter: whatever changes or ends a session is seen at the
 * next request. */
#ifndef AUTHJS_ADAPTERS_CACHED_H
#define AUTHJS_ADAPTERS_CACHED_H

#include "adapters/adapter.h"

/** How long a session is not put into the cache after it was changed or ended, in
 * seconds: who read its row before that must not bring it back. */
#define AUTHJS_SESSION_REST 10
/** What stands in the cache in the meantime, instead of a session. */
#define AUTHJS_SESSION_RESTS "-"

/** Larger sessions are not put into the cache. */
#define AUTHJS_SESSION_ENTRY_MAX 4096

/** Whether the cache has something for a session token. */
int authjs_cached_is_kept(const authjs_site_t *site, apr_pool_t *pool,
                          const char *session_token);
/** Let a session rest: it was changed or ended. For what was a session alone: of any
 * other token the cache keeps nothing. */
void authjs_cached_forget(const authjs_site_t *site, apr_pool_t *pool,
                          const char *session_token);

/**
 * An adapter that does what inner does, and tells the cache of site: sessions that
 * update_session and delete_session name, and those of the users whom update_user,
 * delete_user, link_account and the unlinking of accounts change.
 * @param outer in pconf; methods that inner lacks are NULL here too
 * @return what outer's functions take as their instance.
 */
void *authjs_cached_create(const authjs_adapter_t **outer, apr_pool_t *pconf,
                           const authjs_adapter_t *inner, void *instance,
                           const authjs_site_t *site);

#endif
