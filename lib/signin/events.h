/* The moments that others want to hear of (Auth.js: events, spec 12.2): a function each,
 * called from one place, once what it tells is stored. They tell the log, and whoever
 * AuthJSEvent names; tokens of an account are for those who are to have them. */
#ifndef AUTHJS_SIGNIN_EVENTS_H
#define AUTHJS_SIGNIN_EVENTS_H

#include "session/session.h"

/** A user was created. */
void authjs_event_create_user(authjs_exchange_t *x, struct json_object *user);
/** An account was linked to user: the user's first one, or a further one.
 * @param account as it is stored, without userId
 * @param profile the user as the provider described it */
void authjs_event_link_account(authjs_exchange_t *x, struct json_object *user,
                               struct json_object *account, struct json_object *profile);
/** Somebody signed in: the session's cookies are queued. */
void authjs_event_sign_in(authjs_exchange_t *x, const authjs_signed_in_t *signed_in);
/** Somebody signed out: the session has ended. told: what the strategy says of it, or
 * NULL. */
void authjs_event_sign_out(authjs_exchange_t *x, struct json_object *told);
/** Somebody did not get in: provider and reason, nothing of what was typed. */
void authjs_event_sign_in_failed(authjs_exchange_t *x, const authjs_error_t *error);

#endif
