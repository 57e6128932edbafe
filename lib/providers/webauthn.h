/* Type webauthn: whoever has a passkey is the user who registered it (Auth.js: WebAuthn).
 */
#ifndef AUTHJS_PROVIDERS_WEBAUTHN_H
#define AUTHJS_PROVIDERS_WEBAUTHN_H

#include "http/exchange.h"
#include "site/provider_type.h"

extern const authjs_provider_type_t authjs_type_webauthn;

/* ---- among the files of providers/ ------------------------------------------------- */

/** What authjs_type_webauthn does: see site/provider_type.h. */
const char *authjs_webauthn_finish(authjs_provider_t *provider, const authjs_site_t *site,
                                   apr_pool_t *pool);
const authjs_error_t *authjs_webauthn_options(authjs_exchange_t *x);
const authjs_error_t *authjs_webauthn_callback(authjs_exchange_t *x);

/** Of one user. */
#define AUTHJS_PASSKEYS_MAX 64

/* webauthn_words.c */

/** What a ceremony is for: a challenge of one is none of the other. */
typedef enum {
    AUTHJS_PASSKEY_AUTHENTICATE,
    AUTHJS_PASSKEY_REGISTER,
    AUTHJS_PASSKEY_NEITHER
} authjs_passkey_action_e;

/** By its name in a query or a form; NULL is AUTHJS_PASSKEY_NEITHER. @return 0: there is
 * no such action. */
int authjs_passkey_action(authjs_passkey_action_e *action, const char *name);

/** The relying party's id (a domain) for this request; in x->pool. AuthError: the one
 * that is written is of another site. */
const authjs_error_t *authjs_passkey_rp_id(const authjs_exchange_t *x,
                                           const char **rp_id);

/** What a new user is called who types no more than that, and proves nothing of it: a
 * line of text, without blanks around it; NULL: none that can be used. In x->pool. */
const char *authjs_passkey_name(const authjs_exchange_t *x, const char *typed);

/** Bytes (an id of a credential, a key) as accounts and authenticators have them: base64.
 * In pool. */
const char *authjs_passkey_base64(apr_pool_t *pool, const unsigned char *bytes,
                                  apr_size_t len);

/* webauthn_invitation.c */

/** Add what a page shows of the invitation that the request brings along. */
void authjs_passkey_show_invitation(authjs_passkeys_t *shown, const authjs_exchange_t *x,
                                    const authjs_provider_t *provider);
/**
 * Whether who is not signed in may make an account with x->provider. Uses nothing up.
 * Sets x->invitation when that is by one.
 * @param token of the invitation that was sent; NULL: none
 * @return NULL, AccessDenied, or AdapterError.
 */
const authjs_error_t *authjs_passkey_may_sign_up(authjs_exchange_t *x, const char *token);

/* webauthn_challenge.c */

/**
 * A challenge that this browser alone can use, once, within a quarter of an hour, for
 * this action and provider, and for this user. Queues the cookie that it is bound to.
 * @param user_id of the visitor who registers; NULL: nobody is signed in, or
 * authenticates
 * @return NULL when there is no randomness. In x->pool, base64url.
 */
const char *authjs_passkey_challenge(authjs_exchange_t *x, authjs_passkey_action_e action,
                                     const char *user_id);
/**
 * Check a challenge that came back, and use it up, whatever becomes of it.
 * @return NULL, or why it is none of ours.
 */
const char *authjs_passkey_challenge_use(authjs_exchange_t *x,
                                         authjs_passkey_action_e action,
                                         const char *user_id, const char *challenge);

#endif
