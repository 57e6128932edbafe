/* What the log says of a sign-in that failed, and of whom a line is about. */
#ifndef AUTHJS_SIGNIN_FAILED_H
#define AUTHJS_SIGNIN_FAILED_H

#include "http/exchange.h"

/** post_config: from now on all children count the failures together. */
void authjs_failures_share(apr_pool_t *pconf);

/** Write the one line about a sign-in that failed: the error, the provider, the name that
 * was tried or the user who was refused, and the request's id. At warn or louder; at info
 * when so many have failed within a minute that a log could be filled. */
void authjs_failure_log(authjs_exchange_t *x, const authjs_error_t *error);

/** The name that a password was tried for: when somebody has that name, or it looks like
 * one. Else NULL: people type passwords where the name belongs. */
const char *authjs_tried_name(const authjs_exchange_t *x);
/** In place of a name that is not told: the same for the same name at this site, and
 * nothing else can be read from it. NULL when no name was tried. */
const char *authjs_tried_hash(const authjs_exchange_t *x);

/** A user as a log line has it: the id; with AuthJSLogUser full name and address too. */
const char *authjs_user_for_log(const authjs_exchange_t *x, struct json_object *user);

#endif
