/* The endpoints that show a page, or lead to the one of the site (AuthJSPage). */
#include "actions/action.h"

#include "pages/page.h"
#include "web/url.h"

const authjs_error_t *authjs_action_signout_page(authjs_exchange_t *x)
{
    x->location = authjs_exchange_page(x, AUTHJS_PAGE_SIGN_OUT);
    if (!x->location) {
        authjs_page_signout(x);
    }
    return NULL;
}

const authjs_error_t *authjs_action_error(authjs_exchange_t *x)
{
    const char *page = authjs_exchange_page(x, AUTHJS_PAGE_ERROR);
    const char *code = authjs_exchange_query(x, "error");

    if (page) {
        x->location = code ? authjs_url_with_param(x->pool, page, "error", code) : page;
    }
    else {
        authjs_page_error(x, code, authjs_reference(x));
    }
    return NULL;
}

const authjs_error_t *authjs_action_verify_request(authjs_exchange_t *x)
{
    const char *page = authjs_exchange_page(x, AUTHJS_PAGE_VERIFY_REQUEST);

    if (page) {
        x->location = authjs_url_with_params(x->pool, page, x->query);
    }
    else {
        authjs_page_verify_request(x);
    }
    return NULL;
}
