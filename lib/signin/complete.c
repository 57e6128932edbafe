#include "signin/signin.h"

#include "session/session.h"

const authjs_error_t *authjs_signin_complete(authjs_exchange_t *x,
                                             struct json_object *user,
                                             struct json_object *account,
                                             struct json_object *profile)
{
    const authjs_error_t *error = x->site->strategy->create(x, user, account, NULL);

    (void)profile;
    if (error) {
        return error;
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: signed in with provider %s",
                  x->provider->id);
    x->location = x->callback_url;
    return NULL;
}
