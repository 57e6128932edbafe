/* Account linking: whose account it is (Auth.js: handleLoginOrRegister). */
#ifndef AUTHJS_SIGNIN_LINK_H
#define AUTHJS_SIGNIN_LINK_H

#include "signin/signin.h"

/** The user of a sign-in. In x->pool. */
typedef struct {
    struct json_object *user;   /**< as the adapter has it */
    struct json_object *stored; /**< the session's row, if it was stored along with the
                                     user; else NULL */
    int is_new;                 /**< 1: the user has just been created */
} authjs_linked_t;

/**
 * Decide whose account it is, by the table of docs/accounts.md, and write what follows:
 * new tokens of the account, an account, a user with an account, or nothing.
 * @param visitor whom the browser is signed in as
 * @param profile Auth.js's user as the provider described it
 * @param account with all members of the token response
 * @return NULL; OAuthAccountNotLinked; ReauthRequired; AdapterError, with nothing half
 * done.
 */
const authjs_error_t *authjs_link(authjs_exchange_t *x, const authjs_visitor_t *visitor,
                                  struct json_object *profile,
                                  struct json_object *account, authjs_linked_t *linked);

/**
 * The same where who signs in is the user who has the address: that user, whose address
 * is verified from now on, or a new one. A session of the browser that is not this user's
 * ends first; *visitor has no token then.
 * @param profile id and email of the user who has been found, or is to be made
 */
const authjs_error_t *authjs_link_address(authjs_exchange_t *x, authjs_visitor_t *visitor,
                                          struct json_object *profile,
                                          struct json_object *account,
                                          authjs_linked_t *linked);

/** Set the members that Auth.js always has, and the adapter left out, to null. */
void authjs_user_complete(struct json_object *user);

#endif
