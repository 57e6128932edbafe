/* The moments that others want to hear of (Auth.js: events, spec 12.2): a function each,
 * called from one place, once what it tells is stored. They tell the log. */
#ifndef AUTHJS_SIGNIN_EVENTS_H
#define AUTHJS_SIGNIN_EVENTS_H

#include "http/exchange.h"

/** A user was created. */
void authjs_event_create_user(authjs_exchange_t *x, struct json_object *user);
/** An account was linked to user: the user's first one, or a further one. */
void authjs_event_link_account(authjs_exchange_t *x, struct json_object *user);
/** Somebody signed in: the session's cookies are queued. */
void authjs_event_sign_in(authjs_exchange_t *x);
/** Somebody signed out: the session has ended. */
void authjs_event_sign_out(authjs_exchange_t *x);

#endif
