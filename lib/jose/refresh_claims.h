/* The tokens of a provider that AuthJSRefresh keeps among the claims of a session:
 * access_token, expires_at, refresh_token. */
#ifndef AUTHJS_JOSE_REFRESH_CLAIMS_H
#define AUTHJS_JOSE_REFRESH_CLAIMS_H

#include <apr_pools.h>
#include <json-c/json.h>

/** Auth.js's guide: the member "error" of a session whose refresh token was refused. */
#define AUTHJS_REFRESH_ERROR "RefreshTokenError"

/** Set them to those that an account, or a token response, has. account may be NULL. */
void authjs_refresh_claims_set(struct json_object *claims, struct json_object *account);
/** Remove them. @return 1 when there were any. */
int authjs_refresh_claims_remove(struct json_object *claims);
/** Put new tokens in their place; the error of the old ones is gone. Without expires_at
 * an access token is good until further notice. */
void authjs_refresh_claims_replace(struct json_object *claims,
                                   struct json_object *tokens);
/** Whether claims say that their refresh token was refused. */
int authjs_refresh_claims_failed(struct json_object *claims);

/** Whether a path into claims or a session leads to, or through, one of them: it is
 * nobody's to read by name. */
int authjs_refresh_claims_reserve(const char *path);
/** The same of the refresh token alone, which nothing that is configured may read. */
int authjs_refresh_claims_is_secret(const char *path);
/** A session, or a token that is to be part of one, without the refresh token in it or in
 * its user.
 * @return session itself when it has none, else a copy in pool */
struct json_object *authjs_refresh_claims_hide(apr_pool_t *pool,
                                               struct json_object *session);

#endif
