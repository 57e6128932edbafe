#include "adapters/session_cache.h"

#include "http/cache.h"
#include "jose/seal.h"

const char *authjs_session_cache_prepare(authjs_site_t *site, const char *identity,
                                         apr_pool_t *pconf, apr_pool_t *ptemp)
{
    authjs_keyring_t *ring;
    const char *why =
        authjs_keyring_create(&ring, ptemp, site->secrets, "mod_authjs session names");

    if (!why) {
        site->session_names = apr_pstrcat(pconf, authjs_seal_name_key(ptemp, ring), "\n",
                                          identity, "\n", NULL);
    }
    return why;
}

const char *authjs_session_cache_name(apr_pool_t *pool, const authjs_site_t *site,
                                      const char *session_token)
{
    return apr_pstrcat(pool, site->session_names, session_token, NULL);
}

int authjs_session_cache_has(const authjs_site_t *site, apr_pool_t *pool,
                             const char *session_token)
{
    const char *entry;
    apr_size_t len;

    return authjs_cache_get(site->cache, pool, AUTHJS_SESSION_CACHE,
                            authjs_session_cache_name(pool, site, session_token),
                            AUTHJS_SESSION_ENTRY_MAX, &entry, &len) == APR_SUCCESS;
}

void authjs_session_cache_forget(const authjs_site_t *site, apr_pool_t *pool,
                                 const char *session_token)
{
    authjs_cache_set(site->cache, pool, AUTHJS_SESSION_CACHE,
                     authjs_session_cache_name(pool, site, session_token),
                     AUTHJS_SESSION_RESTS, sizeof(AUTHJS_SESSION_RESTS) - 1,
                     AUTHJS_SESSION_REST);
}
