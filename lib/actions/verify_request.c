#include "actions/action.h"

#include "pages/page.h"
#include "web/url.h"

const authjs_error_t *authjs_action_verify_request(authjs_exchange_t *x)
{
    const char *page = x->site->pages[AUTHJS_PAGE_VERIFY_REQUEST];

    if (page) {
        x->location =
            authjs_url_with_params(x->pool, apr_pstrcat(x->pool, x->origin, page, NULL),
                                   x->query);
    }
    else {
        authjs_page_verify_request(x);
    }
    return NULL;
}
