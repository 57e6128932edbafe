/* What is kept out of events. */
#ifndef AUTHJS_CALLBACKS_REDACT_H
#define AUTHJS_CALLBACKS_REDACT_H

#include "core/json.h"

/** Nothing is copied that stands deeper. */
#define AUTHJS_REDACT_DEPTH 64

/** Whether a member of that name holds a token, a password or another secret. An object
 * called "token" is none: the claims of a session. */
int authjs_is_secret_member(const char *name, struct json_object *value);

/** A deep copy of params without the members that hold secrets. Released with pool. */
struct json_object *authjs_redacted(apr_pool_t *pool, struct json_object *params);

#endif
