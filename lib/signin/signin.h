/* Sign-in: from what a provider says of somebody to a session. */
#ifndef AUTHJS_SIGNIN_SIGNIN_H
#define AUTHJS_SIGNIN_SIGNIN_H

#include "http/exchange.h"
#include "session/session.h"

/** Whom the browser of an exchange is signed in as, by its session cookie. In x->pool. */
typedef struct {
    struct json_object *user;        /**< as the adapter has it; NULL: not signed in */
    const authjs_session_t *session; /**< of user, else NULL */
    struct json_object *guest;       /**< name and email of a session whose subject is no
                                          user of the database (credentials with jwt) */
    const char *token;               /**< the cookie's value, valid or not, or NULL */
} authjs_visitor_t;

/**
 * Find out who the visitor is. Only for sites with an adapter. A session whose user is no
 * longer in the database counts as none.
 * @return NULL, or AdapterError when the database did not answer.
 */
const authjs_error_t *authjs_visitor(authjs_exchange_t *x, authjs_visitor_t *visitor);

/** Whether the browser has a session that counts here; also when that cannot be known, as
 * the database is away. For all sites. */
int authjs_is_signed_in(authjs_exchange_t *x);

/** What to call a user: the name, else the e-mail address, else the id. */
const char *authjs_user_label(struct json_object *user);

/** Whether the accounts of this provider are kept in the database: never without an
 * adapter, and those of a credentials provider only where sessions are kept there too
 * (Auth.js keeps none of them). */
int authjs_keeps_accounts(const authjs_site_t *site, const authjs_provider_t *provider);

/**
 * Ask the callback signIn, where there is one, before anything is written.
 * @param name, value one more member of what it is told; name may be NULL
 * @return NULL, or AccessDenied. x->location: it wants the browser to go there instead.
 */
const authjs_error_t *authjs_signin_ask(authjs_exchange_t *x, struct json_object *user,
                                        struct json_object *account, const char *name,
                                        struct json_object *value);

/**
 * Finish a sign-in: with an adapter find, link or create the user, then make the session
 * (old cookies replaced) and set x->location to the callback URL, or for a new
 * user to the newUser page.
 * @param user Auth.js's user: id, name, email, image (strings or null); email_verified
 *             false when the provider calls the address unverified
 * @param account provider, type, providerAccountId, tokens
 * @param profile the raw profile, or NULL
 */
const authjs_error_t *authjs_signin_complete(authjs_exchange_t *x,
                                             struct json_object *user,
                                             struct json_object *account,
                                             struct json_object *profile);

/** A person has signed in with x->provider: have the browser remember which one that was
 * (AuthJSLastUsed). */
void authjs_last_used_keep(authjs_exchange_t *x);
/** The provider that this browser has used last, or NULL. */
const authjs_provider_t *authjs_last_used(const authjs_exchange_t *x);

#endif
