/* The cache of sessions in a database: what a session is called there, and how it is
 * forgotten. */
#ifndef AUTHJS_ADAPTERS_SESSION_CACHE_H
#define AUTHJS_ADAPTERS_SESSION_CACHE_H

#include "site/site.h"

/** The purpose of its entries, for authjs_cache_get and so on. */
#define AUTHJS_SESSION_CACHE "session"

/** Larger sessions are not put into the cache. */
#define AUTHJS_SESSION_ENTRY_MAX 4096

/** How long a session is not put into the cache after it was changed or ended, in
 * seconds: who read its row before that must not bring it back. */
#define AUTHJS_SESSION_REST 10
/** What stands in the cache in the meantime, instead of a session. */
#define AUTHJS_SESSION_RESTS "-"

/** Make site->session_names from the newest secret and the identity of the database:
 * once, at start.
 * @return NULL, or what failed. */
const char *authjs_session_cache_prepare(authjs_site_t *site, const char *identity,
                                         apr_pool_t *pconf, apr_pool_t *ptemp);

/** The cache's name for a session of a site: nobody who lacks the secret can make it, and
 * sites with another secret or database make another. In pool. Holds a secret: for the
 * cache alone, which hashes it. */
const char *authjs_session_cache_name(apr_pool_t *pool, const authjs_site_t *site,
                                      const char *session_token);

/** Whether the cache has something for a session token. */
int authjs_session_cache_has(const authjs_site_t *site, apr_pool_t *pool,
                             const char *session_token);

/** Let a session rest: it was changed or ended. Only for the token of a session: of any
 * other the cache keeps nothing. */
void authjs_session_cache_forget(const authjs_site_t *site, apr_pool_t *pool,
                                 const char *session_token);

#endif
