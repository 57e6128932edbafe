/* Where a session comes from, and whether it counts here. */
#ifndef AUTHJS_SESSION_PROVENANCE_H
#define AUTHJS_SESSION_PROVENANCE_H

#include "session/session.h"

typedef enum {
    AUTHJS_PROVENANCE_NONE,    /**< it does not count here */
    AUTHJS_PROVENANCE_FOREIGN, /**< no mod_authjs has made it; AuthJSForeignSessions */
    AUTHJS_PROVENANCE_REALM,   /**< another host of AuthJSSessionRealm */
    AUTHJS_PROVENANCE_OWN      /**< a provider of this host, with this definition */
} authjs_provenance_e;

/** Of a JWT, by its claims provider, via and realm. */
authjs_provenance_e authjs_provenance_of_claims(const authjs_site_t *site,
                                                struct json_object *claims);
/** Of a row, by its sessionToken: <provider>.<tag>[.<realm>][.~<proof>].<uuid>.
 * @param provider the one it names; NULL: of another form. In pool. */
authjs_provenance_e authjs_provenance_of_token(apr_pool_t *pool,
                                               const authjs_site_t *site,
                                               const char *token, const char **provider);
/** Of a session that was read. */
authjs_provenance_e authjs_provenance_of_session(apr_pool_t *pool,
                                                 const authjs_site_t *site,
                                                 const authjs_session_t *session);
/** The same, and set its proof, if it is one of a mod_authjs: nobody else's word for that
 * counts. */
authjs_provenance_e authjs_provenance_settle(apr_pool_t *pool, const authjs_site_t *site,
                                             authjs_session_t *session);

/** What the sign-in of x has proved, and when: for a session that begins. */
authjs_proof_t authjs_provenance_proof(const authjs_exchange_t *x);
/** Write the provider that somebody has signed in with into claims, and what that has
 * proved: provider, via, realm, factor, auth_time. */
void authjs_provenance_write(struct json_object *claims, const authjs_exchange_t *x);
/** Put them back into claims that a callback has changed: it has no say in who somebody
 * is, nor in how that was proved, nor in whether an e-mail address is verified.
 * @param read the claims that the callback was given */
void authjs_provenance_restore(struct json_object *claims, struct json_object *read);
/** An e-mail address that from calls unverified stays so in claims. */
void authjs_provenance_keep_unverified(struct json_object *claims,
                                       struct json_object *from);
/** A new sessionToken that names all that; NULL: no randomness. */
const char *authjs_provenance_new_token(const authjs_exchange_t *x);

/** Why a session does not count here: for the log. */
extern const char authjs_provenance_refusal[];

#endif
