/* What becomes of the session: shown, renewed, ended. */
#include "actions/action.h"

#include "session/session.h"
#include "signin/events.h"

static const authjs_error_t *show_session(authjs_exchange_t *x, int update)
{
    const char *json = "null";
    const authjs_error_t *error = x->site->strategy->get(x, update, &json);

    if (!error) {
        authjs_exchange_answer_json(x, HTTP_OK, json);
    }
    return error;
}

const authjs_error_t *authjs_action_session(authjs_exchange_t *x)
{
    return show_session(x, 0);
}

const authjs_error_t *authjs_action_session_update(authjs_exchange_t *x)
{
    return show_session(x, 1);
}

const authjs_error_t *authjs_action_signout(authjs_exchange_t *x)
{
    struct json_object *told;
    const authjs_error_t *error = x->site->strategy->destroy(x, &told);

    if (!error) {
        authjs_event_sign_out(x, told);
        authjs_ask_first(x, AUTHJS_AFTER_SIGN_OUT);
    }
    x->location = x->callback_url;
    return error;
}
