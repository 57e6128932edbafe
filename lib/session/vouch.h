/* Whether a session was vouched for by this host, or by one that counts here. */
#ifndef AUTHJS_SESSION_VOUCH_H
#define AUTHJS_SESSION_VOUCH_H

#include "session/session.h"

typedef enum {
    AUTHJS_VOUCH_NONE,    /**< it does not count here */
    AUTHJS_VOUCH_FOREIGN, /**< no mod_authjs has made it; AuthJSForeignSessions */
    AUTHJS_VOUCH_REALM,   /**< another host of AuthJSSessionRealm */
    AUTHJS_VOUCH_OWN      /**< a provider of this host, with this definition */
} authjs_vouch_e;

/** By the claims of a JWT. NULL: not there. */
authjs_vouch_e authjs_vouch(const authjs_site_t *site, const char *provider,
                            const char *via, const char *realm);
/** By the same claims in a tree. */
authjs_vouch_e authjs_vouch_claims(const authjs_site_t *site, struct json_object *claims);
/** By the sessionToken of a row: <provider>.<tag>[.<realm>].<uuid>.
 * @param provider the one it names; NULL: of another form. In pool. */
authjs_vouch_e authjs_vouch_token(apr_pool_t *pool, const authjs_site_t *site,
                                  const char *token, const char **provider);
/** Of a session that was read. */
authjs_vouch_e authjs_vouch_session(apr_pool_t *pool, const authjs_site_t *site,
                                    const authjs_session_t *session);

/** Let the provider vouch for claims. */
void authjs_vouch_write(struct json_object *claims, const authjs_site_t *site,
                        const authjs_provider_t *provider);
/** A new sessionToken that it vouches for; NULL: no randomness. */
const char *authjs_vouch_new_token(apr_pool_t *pool, const authjs_site_t *site,
                                   const authjs_provider_t *provider);

/** Said where a session does not count. */
extern const char authjs_vouched_elsewhere[];

#endif
