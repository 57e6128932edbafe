/* Whether a discovery document is that of an issuer. */
#ifndef AUTHJS_WEB_ISSUER_H
#define AUTHJS_WEB_ISSUER_H

#include <apr_pools.h>

/** https://idp and https://idp/ are the same issuer, /realm and /realm/ are not. */
int authjs_issuer_is(apr_pool_t *pool, const char *a, const char *b);

/** What a document announces, with the tenant of the issuer that was asked where
 * Microsoft writes {tenantid}. announced itself where there is nothing to fill in; NULL
 * for NULL. In pool. */
const char *authjs_issuer_of_tenant(apr_pool_t *pool, const char *announced,
                                    const char *issuer);

/** Where the document of an issuer is (OpenID Connect Discovery 1.0, section 4). */
const char *authjs_issuer_document(apr_pool_t *pool, const char *issuer);

#endif
