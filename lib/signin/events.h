/* The events of sign-in and sign-out (docs/events.md): a function each, which writes the
 * log line and runs what AuthJSEvent names. Each is called from one place, after what it
 * reports has been stored. */
#ifndef AUTHJS_SIGNIN_EVENTS_H
#define AUTHJS_SIGNIN_EVENTS_H

#include "session/session.h"

/** A user was created. */
void authjs_event_create_user(authjs_exchange_t *x, struct json_object *user);
/** A user signed in by a link, and has a verified address now. */
void authjs_event_update_user(authjs_exchange_t *x, struct json_object *user);
/** An account was linked to user: the user's first one, or a further one.
 * @param account as it is stored, without userId
 * @param profile the user as the provider described it */
void authjs_event_link_account(authjs_exchange_t *x, struct json_object *user,
                               struct json_object *account, struct json_object *profile);
/** Somebody signed in: the session's cookies are queued. */
void authjs_event_sign_in(authjs_exchange_t *x, const authjs_signed_in_t *signed_in);
/** Add the invitation that an account is made by, if one is: what it is called, and never
 * what it opens to. The callback signIn is told of it, too. */
void authjs_event_add_invitation(const authjs_exchange_t *x, struct json_object *params);
/** Somebody signed out: the session has ended.
 * @param told what the strategy tells of that session, or NULL */
void authjs_event_sign_out(authjs_exchange_t *x, struct json_object *told);
/** A sign-in failed: provider, reason and the name that was tried, as authjs_tried_name
 * has it. The one place that writes such a line into the error log. */
void authjs_event_sign_in_failed(authjs_exchange_t *x, const authjs_error_t *error);

#endif
