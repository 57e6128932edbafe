/* Type email: whoever opens the link in a mail has the address that it went to. */
#ifndef AUTHJS_PROVIDERS_EMAIL_H
#define AUTHJS_PROVIDERS_EMAIL_H

#include "http/exchange.h"
#include "site/provider_type.h"

extern const authjs_provider_type_t authjs_type_email;

/* ---- among the files of providers/ ------------------------------------------------- */

/** What authjs_type_email does: see site/provider_type.h. */
const authjs_error_t *authjs_email_signin(authjs_exchange_t *x);
const authjs_error_t *authjs_email_callback(authjs_exchange_t *x);

/* email_identity.c */

/** The user who has an address, as the adapter has it, else one who is to be made; and
 * the account that callbacks and events are told of. In x->pool. */
const authjs_error_t *authjs_email_user(authjs_exchange_t *x, const char *address,
                                        struct json_object **user,
                                        struct json_object **account);
/** The address that was sent, normalised: by the callback normalizeIdentifier, else as
 * Auth.js does it. EmailSignInError when it is none. */
const authjs_error_t *authjs_email_address(authjs_exchange_t *x, const char **address);

/* email_token.c */

/** A new token: of the callback generateVerificationToken, else a random one that says
 * which site and provider it was made for. */
const authjs_error_t *authjs_email_new_token(authjs_exchange_t *x, const char *address,
                                             const char **token);
/** Whether a token may have been made for this site and provider: those of Auth.js say
 * nothing of that. */
int authjs_email_token_fits(const authjs_exchange_t *x, const char *token);
/** What stands in the database for a token: const char *, under the secrets in use first,
 * then under those that were in use before the newest ones came. */
apr_array_header_t *authjs_email_token_hashes(const authjs_exchange_t *x,
                                              const char *token);

/* email_browser.c */

/** A link that a browser has asked for. */
typedef struct {
    const char *provider;
    const char *address; /**< normalised */
    const char *hash;    /**< of the token, as the database has it */
    apr_int64_t expires; /**< seconds since the epoch */
} authjs_email_asked_t;

/** Have the browser remember a link that it asked for, besides the last few. */
void authjs_email_remember(authjs_exchange_t *x, const authjs_email_asked_t *asked);
/** The links that this browser, and no other, has asked for with x->provider and that
 * have not expired: authjs_email_asked_t, newest first. In x->pool. */
apr_array_header_t *authjs_email_asked(const authjs_exchange_t *x);

#endif
