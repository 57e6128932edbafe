#include "providers/provider.h"

#include "oauth/oauth.h"

static const char *check(authjs_provider_t *provider, apr_pool_t *pconf,
                         apr_pool_t *ptemp)
{
    (void)provider;
    (void)pconf;
    (void)ptemp;
    return NULL;
}

const authjs_provider_type_t authjs_type_oauth = {"oauth",
                                                  1,
                                                  (1 << M_GET) | (1 << M_POST),
                                                  0,
                                                  authjs_oauth_signin,
                                                  authjs_oauth_callback,
                                                  check};

const authjs_provider_type_t authjs_type_oidc = {"oidc",
                                                 1,
                                                 (1 << M_GET) | (1 << M_POST),
                                                 0,
                                                 authjs_oauth_signin,
                                                 authjs_oauth_callback,
                                                 check};
