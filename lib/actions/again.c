/* An answer to an attempt that has ended: Back, reload, too long at the provider. */
#include "actions/action.h"

#include "signin/signin.h"
#include "web/url.h"

const char *authjs_again_location(authjs_exchange_t *x)
{
    const char *page = authjs_exchange_page(x, AUTHJS_PAGE_SIGN_IN);
    apr_array_header_t *params = apr_array_make(x->pool, 3, sizeof(authjs_param_t));

    if (!page) {
        page = apr_pstrcat(x->pool, x->base_url, "/signin/", x->provider->id, NULL);
    }
    else {
        authjs_params_set(params, "provider", x->provider->id);
    }
    authjs_params_set(params, "callbackUrl",
                      x->attempt_to ? x->attempt_to : x->callback_url);
    authjs_params_set(params, "error", "SignInExpired");
    return authjs_url_with_params(x->pool, page, params);
}

int authjs_again_not_needed(authjs_exchange_t *x)
{
    if (!x->start_again || !authjs_is_signed_in(x)) {
        return 0;
    }
    ap_log_rerror(
        APLOG_MARK, APLOG_INFO, 0, x->r,
        "AuthJS: an answer of provider %s that was used, or came too late, leads "
        "on, since somebody is signed in already",
        x->provider->id);
    apr_array_clear(x->set_cookies);
    x->status = 0;
    x->location = x->attempt_to ? x->attempt_to : x->callback_url;
    return 1;
}
