#include "actions/action.h"

#include "pages/page.h"
#include "web/url.h"

const authjs_error_t *authjs_action_error(authjs_exchange_t *x)
{
    const char *page = x->site->pages[AUTHJS_PAGE_ERROR];
    const char *code = authjs_exchange_query(x, "error");

    if (!page) {
        authjs_page_error(x, code);
        return NULL;
    }
    x->location = apr_pstrcat(x->pool, x->origin, page, NULL);
    if (code) {
        x->location = authjs_url_with_param(x->pool, x->location, "error", code);
    }
    return NULL;
}
