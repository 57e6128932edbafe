/* The adapter of a site: what AuthJSAdapter names, with the cache in front of it. */
#ifndef AUTHJS_ADAPTERS_ADAPTER_H
#define AUTHJS_ADAPTERS_ADAPTER_H

#include "site/site.h"
#include "mod_authjs.h"

/** Register the adapters that come with the module: dbd, d1. */
void authjs_adapters_register(apr_pool_t *pool);

/**
 * Look up and create the adapter that words[0] names, and put the cache in front.
 * @param site gets adapter and adapter_instance (both stay NULL after a failure)
 * @return NULL, or what to write.
 */
const char *authjs_adapter_create(authjs_site_t *site, apr_pool_t *pconf,
                                  apr_pool_t *ptemp, const apr_array_header_t *words);

/** In each child: the adapters of all sites. */
void authjs_adapters_child_init(apr_pool_t *pchild, server_rec *s);

/** A call for a request. In r->pool. */
authjs_call_t *authjs_call(request_rec *r);

/** The error of a call that did not end OK: AdapterError, with what the adapter said. */
const authjs_error_t *authjs_adapter_error(const authjs_call_t *call,
                                           authjs_adapter_status_e status,
                                           const char *method);

/** The cache's name for a session of a site: nobody who lacks the secret can make it, and
 * sites with another secret or database make another. For authjs_cache_get and so on with
 * the purpose AUTHJS_SESSION_CACHE. */
#define AUTHJS_SESSION_CACHE "session"
/** Make site->session_names from the newest secret: once, at start. NULL, or what failed.
 */
const char *authjs_session_names(authjs_site_t *site, apr_pool_t *pconf,
                                 apr_pool_t *ptemp);
/** In pool. Holds a secret: for the cache alone, which hashes it. */
const char *authjs_session_cache_name(apr_pool_t *pool, const authjs_site_t *site,
                                      const char *session_token);

#endif
