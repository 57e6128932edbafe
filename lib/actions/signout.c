#include "actions/action.h"

#include "pages/page.h"
#include "session/session.h"
#include "signin/events.h"

const authjs_error_t *authjs_action_signout_page(authjs_exchange_t *x)
{
    const char *page = x->site->pages[AUTHJS_PAGE_SIGN_OUT];

    if (page) {
        x->location = apr_pstrcat(x->pool, x->origin, page, NULL);
    }
    else {
        authjs_page_signout(x);
    }
    return NULL;
}

const authjs_error_t *authjs_action_signout(authjs_exchange_t *x)
{
    struct json_object *told;
    const authjs_error_t *error = x->site->strategy->destroy(x, &told);

    if (!error) {
        authjs_event_sign_out(x, told);
    }
    x->location = x->callback_url;
    return error;
}
