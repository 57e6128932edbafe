/* The cookies of Auth.js as a site names and seals them. */
#ifndef AUTHJS_SITE_COOKIES_H
#define AUTHJS_SITE_COOKIES_H

#include "jose/jwe.h"
#include "web/cookie.h"

/* The cookies of Auth.js, in the order of spec section 2.1. */
typedef enum {
    AUTHJS_COOKIE_SESSION_TOKEN,
    AUTHJS_COOKIE_CALLBACK_URL,
    AUTHJS_COOKIE_CSRF_TOKEN,
    AUTHJS_COOKIE_PKCE_CODE_VERIFIER,
    AUTHJS_COOKIE_STATE,
    AUTHJS_COOKIE_NONCE,
    AUTHJS_COOKIE_WEBAUTHN_CHALLENGE,
    AUTHJS_COOKIE_ASK_FIRST, /* ours: AuthJSSignInPage Auto shows the page */
    AUTHJS_COOKIE_LAST_USED, /* ours: the provider that stands first on the page */
    AUTHJS_COOKIE__COUNT
} authjs_cookie_e;

/** A cookie and the keys its value is sealed with (salt = its full name); without keys it
 * goes as it is. */
typedef struct {
    authjs_cookie_def_t def;
    const authjs_keyring_t *keys;
} authjs_site_cookie_t;

typedef struct {
    authjs_site_cookie_t cookie[AUTHJS_COOKIE__COUNT];
    int secure;
} authjs_cookie_set_t;

/** Auth.js's names of the cookies, by authjs_cookie_e; ended by NULL. */
extern const char *const authjs_cookie_keys[];

#endif
