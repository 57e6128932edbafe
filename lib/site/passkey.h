/* What a provider of type webauthn asks of passkeys (AuthJSOption). */
#ifndef AUTHJS_SITE_PASSKEY_H
#define AUTHJS_SITE_PASSKEY_H

#include "webauthn/webauthn.h"

/** Who may make an account with a passkey that nobody has yet. */
typedef enum {
    AUTHJS_SIGN_UP_OPEN,      /**< whoever comes */
    AUTHJS_SIGN_UP_EMAIL,     /**< nobody: an account begins with a link by mail */
    AUTHJS_SIGN_UP_INVITATION /**< whoever has an invitation (authjsctl invite) */
} authjs_sign_up_e;

typedef struct authjs_passkey_t {
    const char *rp_id;                 /**< NULL: the host of the request */
    const char *rp_name;               /**< NULL: the site's name, else its host */
    const apr_array_header_t *origins; /**< const char *: besides the site's own */
    apr_int64_t timeout_ms;            /**< for how long a browser asks its user */
    const char *user_verification;     /**< required, preferred, discouraged */
    const char *resident_key;          /**< the same words */
    authjs_attestation_e attestation;
    int autofill; /**< the sign-in page offers passkeys where the address is typed */
    authjs_sign_up_e sign_up;
} authjs_passkey_t;

#endif
