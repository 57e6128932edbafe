/* A provider type: how someone is vouched for. oauth and oidc, credentials; later email
 * and webauthn. */
#ifndef AUTHJS_PROVIDERS_PROVIDER_H
#define AUTHJS_PROVIDERS_PROVIDER_H

#include "http/exchange.h"

struct authjs_provider_type_t {
    const char *name; /**< as in GET providers: oauth, oidc, credentials */
    int button;       /**< 1: one button, posts to signin; 0: a form, posts to callback */
    int callback_methods; /**< bit mask (1 << M_GET) | (1 << M_POST) */
    int callback_csrf;    /**< POST callback needs the CSRF token */
    /** POST signin/<id>: where the visitor goes (x->location), check cookies set. NULL
     * function: 302 to the sign-in page. */
    const authjs_error_t *(*signin)(authjs_exchange_t *x);
    /** callback/<id>: verify, then authjs_signin_complete(). */
    const authjs_error_t *(*callback)(authjs_exchange_t *x);
    /** Start-up check of one finished provider, in the parent: may make in pconf what its
     * requests share. NULL, or what to write. NULL function: nothing to check. */
    const char *(*check)(authjs_provider_t *provider, apr_pool_t *pconf,
                         apr_pool_t *ptemp);
};

extern const authjs_provider_type_t authjs_type_oauth;
extern const authjs_provider_type_t authjs_type_oidc;
extern const authjs_provider_type_t authjs_type_credentials;

/** A type by name, or NULL. */
const authjs_provider_type_t *authjs_provider_type(const char *name);

/** One of httpd's authn providers that checks passwords. NULL, or what to write. */
const char *authjs_authn_lookup(apr_pool_t *pool, const char *name,
                                authjs_authn_t *authn);
/** The directive that httpd's authn provider cannot do without, or NULL. */
const char *authjs_authn_directive(const char *provider);
/** Whether it is one of httpd's own, whose users are where the section says. */
int authjs_authn_is_httpds(const char *provider);

#endif
