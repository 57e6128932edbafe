/* Once a provider has vouched for someone. */
#ifndef AUTHJS_SIGNIN_SIGNIN_H
#define AUTHJS_SIGNIN_SIGNIN_H

#include "http/exchange.h"

/**
 * Finish a sign-in: the session is made (old cookies replaced), x->location set to the
 * callback URL.
 * @param user Auth.js's user: id, name, email, image (strings or null)
 * @param account provider, type, providerAccountId, tokens
 * @param profile the raw profile, or NULL
 */
const authjs_error_t *authjs_signin_complete(authjs_exchange_t *x,
                                             struct json_object *user,
                                             struct json_object *account,
                                             struct json_object *profile);

#endif
