/* Account linking (Auth.js: handleLoginOrRegister, spec 6). */
#ifndef AUTHJS_SIGNIN_LINK_H
#define AUTHJS_SIGNIN_LINK_H

#include "signin/signin.h"

/** Who a sign-in turned out to be. In x->pool. */
typedef struct {
    struct json_object *user;   /**< as the adapter has it */
    struct json_object *stored; /**< the session's row, made along with the user; or NULL
                                 */
    int is_new;                 /**< the user was created just now */
} authjs_linked_t;

/**
 * Decide whose account this is, and write what follows from it: nothing, the account's
 * new tokens, an account, or a user with it.
 * @param visitor whom the browser is signed in as
 * @param profile Auth.js's user as the provider described it
 * @param account with all members of the token response
 * @return NULL; OAuthAccountNotLinked; AdapterError, with nothing half done.
 */
const authjs_error_t *authjs_link(authjs_exchange_t *x, const authjs_visitor_t *visitor,
                                  struct json_object *profile,
                                  struct json_object *account, authjs_linked_t *linked);

/** What the adapter leaves out of a user is null, as everywhere in Auth.js. */
void authjs_user_complete(struct json_object *user);

#endif
