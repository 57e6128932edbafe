/* Type credentials: a name and a password, which httpd's own authn providers check, or a
 * runner of the administrator's (AuthJSAuthorize). */
#ifndef AUTHJS_PROVIDERS_CREDENTIALS_H
#define AUTHJS_PROVIDERS_CREDENTIALS_H

#include "http/exchange.h"
#include "site/provider_type.h"

extern const authjs_provider_type_t authjs_type_credentials;

/** One of httpd's authn providers that checks passwords. NULL, or what to write. */
const char *authjs_authn_lookup(apr_pool_t *pool, const char *name,
                                authjs_authn_t *authn);
/** The directive that httpd's authn provider cannot do without, or NULL. */
const char *authjs_authn_directive(const char *provider);
/** Whether it is one of httpd's own, whose users are where the section says. */
int authjs_authn_is_httpds(const char *provider);

/* ---- among the files of providers/ ------------------------------------------------- */

/** What authjs_type_credentials does at start: see site/provider_type.h. */
const char *authjs_credentials_finish(authjs_provider_t *provider,
                                      const authjs_site_t *site, apr_pool_t *pool);
void authjs_credentials_describe(authjs_parts_t *parts, const authjs_provider_t *provider,
                                 const authjs_site_t *site);
const char *authjs_credentials_keep_apart(authjs_provider_t *provider,
                                          const authjs_site_t *site, apr_pool_t *pool,
                                          apr_pool_t *ptemp);

/**
 * Ask the runner of x->provider, with the fields that were sent.
 * @param user *user: what it answered, id a text; in x->pool
 * @return NULL; CredentialsSignin, with the code that was thrown if there was one;
 *         CallbackRouteError when the runner failed or answered with no user.
 */
const authjs_error_t *authjs_authorize(authjs_exchange_t *x, struct json_object **user);

#endif
