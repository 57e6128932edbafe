/* AuthJSAuthorize: a runner of the administrator's says who somebody is (spec 8). */
#ifndef AUTHJS_PROVIDERS_AUTHORIZE_H
#define AUTHJS_PROVIDERS_AUTHORIZE_H

#include "http/exchange.h"

/**
 * Ask the runner of x->provider, with the fields that were sent.
 * @param user *user: what it answered, id a text; in x->pool
 * @return NULL; CredentialsSignin, with the code that was thrown if there was one;
 *         CallbackRouteError when the runner failed or answered with no user.
 */
const authjs_error_t *authjs_authorize(authjs_exchange_t *x, struct json_object **user);

#endif
