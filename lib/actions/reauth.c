/* Signing in once more, for what needs a fresh session or another factor. */
#include "actions/action.h"

#include "adapters/store.h"
#include "web/url.h"

void authjs_reauth_begin(authjs_exchange_t *x)
{
    const char *value = x->method == M_POST ? authjs_exchange_field(x, AUTHJS_REAUTH)
                                            : authjs_exchange_query(x, AUTHJS_REAUTH);

    x->reauth = value && !strcmp(value, "1");
}

const char *authjs_reauth_location(authjs_exchange_t *x, const char *signin_page)
{
    int has_page = authjs_store_can(x->site->store, AUTHJS_METHOD_list_accounts);
    apr_array_header_t *params = apr_array_make(x->pool, 2, sizeof(authjs_param_t));

    authjs_params_set(params, "callbackUrl",
                      has_page ? apr_pstrcat(x->pool, x->base_url, "/account", NULL)
                               : x->callback_url);
    authjs_params_set(params, AUTHJS_REAUTH, "1");
    return authjs_url_with_params(x->pool, signin_page, params);
}
