/* The first sign-in of someone, as one step. */
#ifndef AUTHJS_SIGNIN_SIGNUP_H
#define AUTHJS_SIGNIN_SIGNUP_H

#include "http/exchange.h"
#include "mod_authjs.h"

/**
 * Create a user with an account and, when session is not NULL, a session: the adapter's
 * sign_up; where it has none, the calls of Auth.js one after the other, and what was
 * begun is undone when a later one does not end well.
 * @param account without userId, as session
 */
authjs_adapter_status_e authjs_sign_up(authjs_exchange_t *x, authjs_call_t *call,
                                       struct json_object *user,
                                       struct json_object *account,
                                       struct json_object *session,
                                       struct json_object **created);

/** Take a user back whose first sign-in came to nothing, with what belongs to it. A
 * failure is logged. */
void authjs_sign_up_undo(authjs_exchange_t *x, struct json_object *user);

#endif
