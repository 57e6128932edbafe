#include "actions/action.h"

#include "session/session.h"

static const authjs_error_t *answer(authjs_exchange_t *x, int update)
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
    return answer(x, 0);
}

const authjs_error_t *authjs_action_session_update(authjs_exchange_t *x)
{
    return answer(x, 1);
}
