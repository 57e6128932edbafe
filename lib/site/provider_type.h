/* A provider type: how someone is vouched for. All that differs from one type to another
 * is said here, so that nobody asks which type a provider is of. oauth and oidc are in
 * lib/oauth/, credentials is in lib/providers/; startup/provider.c has the table.
 *
 * What each member would be for type email, whose sign-in link goes to an address, is
 * said with it; passkeys (webauthn) fill in the same ones as oauth, with a form. */
#ifndef AUTHJS_SITE_PROVIDER_TYPE_H
#define AUTHJS_SITE_PROVIDER_TYPE_H

#include "site/parts.h"
#include "site/site.h"
#include "texts/texts.h"

struct authjs_exchange_t;                         /* http/exchange.h */
typedef struct authjs_renewer_t authjs_renewer_t; /* session/refresh.h */

/** Groups of directives that only some types take, as bits. */
typedef enum {
    AUTHJS_DIRECTIVES_CLIENT = 1, /**< AuthJSIssuer, AuthJSClientID, ... */
    AUTHJS_DIRECTIVES_AUTHN = 2   /**< AuthJSAuthnProvider, AuthJSAuthorize */
} authjs_directives_e;

/** A field of the form on the sign-in page. */
typedef struct {
    const char *name;
    authjs_text_e label;
    const char *type, *autocomplete, *maxlength; /**< HTML's attributes */
    int is_verbatim;                             /**< no capitals, no spelling */
} authjs_field_t;

struct authjs_provider_type_t {
    /** As in definitions, GET providers and accounts. */
    const char *name;
    /** "Sign in with <title>", where a provider's id is the type's name and no name is
     * written; NULL: the id. email: "Email". */
    const char *title;

    /* ---- at start ---- */

    /** Which directives its section may have: authjs_directives_e. email: a group of its
     * own. */
    int directives;
    /** What is said of those of other groups. */
    const char *other_directives;
    /**
     * Complete what was written by provider->definition and the environment, and check
     * it; make what the provider's requests share. In the parent; what is made is in
     * pool, and in use in all hosts that inherit the provider: of the site no more is
     * told than its redirect_proxy_url, goes_straight, and whether it has a store. email:
     * the sender's address; without site->store there is nowhere to keep a link.
     * @return NULL, or what to write.
     */
    const char *(*finish)(authjs_provider_t *provider, const authjs_site_t *site,
                          apr_pool_t *pool);
    /** Add all that decides who somebody is whom a provider vouches for: two hosts whose
     * parts are the same believe each other's sessions. Nothing that only has to do with
     * looks, and no secret. email: where mail is handed in. */
    void (*describe)(authjs_parts_t *parts, const authjs_provider_t *provider,
                     const authjs_site_t *site);
    /** The provider's fingerprint is known: make what rests on it. NULL, or what failed.
     * NULL function: nothing does. */
    const char *(*keep_apart)(authjs_provider_t *provider, const authjs_site_t *site,
                              apr_pool_t *pool, apr_pool_t *ptemp);
    /** 1: it sends requests: the site has a client and the shared cache. email: 1 if the
     * mail goes out by HTTP. */
    int sends_requests;

    /* ---- a sign-in ---- */

    /** What the visitor fills in, ended by a field without name; ?email= fills in the
     * first one. NULL: one button. email: the address. */
    const authjs_field_t *fields;
    /** POST signin/<id>: where the visitor goes (x->location), check cookies set. NULL
     * function: the form posts to callback, and POST signin goes to the sign-in page.
     * email: keep a hashed token, send the link, go to verify-request. */
    const authjs_error_t *(*signin)(struct authjs_exchange_t *x);
    /** callback/<id>: verify, then authjs_signin_complete(). email: use the token, then
     * the same steps with a user who is found by the address, and marked as verified. */
    const authjs_error_t *(*callback)(struct authjs_exchange_t *x);
    int callback_methods; /**< 1 << M_GET, 1 << M_POST. email: GET */
    int callback_csrf;    /**< POST callback needs the CSRF token. email: 0 */
    /** 1: signin leaves check cookies; a callback that fails takes them away. email: 0 */
    int has_checks;
    /** 1: OpenID Connect: the token response has an id_token. Of OAuth's types alone. */
    int oidc;
    /** Add to what the callback signIn is told besides user, account and profile. NULL
     * function: nothing. email: {email: {verificationRequest: true}} before it sends. */
    void (*add_sign_in_params)(struct authjs_exchange_t *x, struct json_object *params);
    /** Gets new access tokens (AuthJSRefresh); NULL: there are none. email: NULL */
    const authjs_renewer_t *renewer;

    /* ---- its users ---- */

    /** 1: with an adapter, a sign-in is one of a user in the database; 0: only where the
     * sessions are there, too. email: 1; finish leaves provider->linkable 0, since an
     * address is no account that could be linked */
    int keeps_accounts;
    /** 1: who signs in for the first time is new, and is told so (isNewUser); 0: its
     * users were there before: Auth.js's jwt is told false, signIn nothing. email: 1 */
    int makes_users;
    /** 1: ids of its users are names that were chosen there: a user of another provider,
     * or of the database, could have the same one; 0: they are made here. email: 0 */
    int has_chosen_names;
};

#endif
