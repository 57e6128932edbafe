/* The adapters that AuthJSAdapter can name, and calling the store that it makes. */
#ifndef AUTHJS_ADAPTERS_ADAPTER_H
#define AUTHJS_ADAPTERS_ADAPTER_H

#include "adapters/store.h"

/** Register the adapters that come with the module: dbd, d1. */
void authjs_adapters_register(apr_pool_t *pool);

/**
 * Look up and create the adapter that words[0] names, and the site's store over it.
 * @param site gets store (which stays NULL after a failure)
 * @return NULL, or what to write.
 */
const char *authjs_adapter_create(authjs_site_t *site, apr_pool_t *pconf,
                                  apr_pool_t *ptemp, const apr_array_header_t *words);

/** In each child: the adapters of all sites. */
void authjs_adapters_child_init(apr_pool_t *pchild, server_rec *s);

#endif
