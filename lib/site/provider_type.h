/* A provider type: how someone is vouched for. All that differs from one type to another
 * is said here, so that nobody asks which type a provider is of. oauth and oidc are in
 * lib/oauth/, credentials, email and webauthn in lib/providers/; startup/provider.c has
 * the table. */
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
    AUTHJS_DIRECTIVES_AUTHN = 2,  /**< AuthJSAuthnProvider, AuthJSAuthorize */
    AUTHJS_DIRECTIVES_MAIL = 4,   /**< AuthJSMailServer, AuthJSMailFrom, ... */
    AUTHJS_DIRECTIVES_OPTIONS = 8 /**< AuthJSOption */
} authjs_directives_e;

/** A field of the form on the sign-in page. */
typedef struct {
    const char *name;
    authjs_text_e label;
    const char *type, *autocomplete, *maxlength; /**< HTML's attributes */
    int is_verbatim;                             /**< no capitals, no spelling */
} authjs_field_t;

/** What pages show of passkeys. */
typedef struct {
    int autofill;   /**< the browser offers them in a field of the page */
    int sign_up;    /**< who is new may make an account with one */
    int by_address; /**< some are asked for by their user's address alone: those of
                       security keys that keep no list */
    const char *invitation; /**< that the request brings along, for the form to take on:
                               who is new may make an account by it; or NULL */
    int uninvited;          /**< it brings one along that is not good here, or no more */
} authjs_passkeys_t;

struct authjs_provider_type_t {
    /** As in definitions, GET providers and accounts. */
    const char *name;
    /** "Sign in with <title>", where a provider's id is the type's name and no name is
     * written; NULL: the id. */
    const char *title;

    /* ---- at start ---- */

    /** Which directives its section may have: authjs_directives_e. */
    int directives;
    /** What is said of those of other groups. */
    const char *other_directives;
    /**
     * Complete what was written by provider->definition and the environment, and check
     * it; make what the provider's requests share. In the parent; what is made is in
     * pool, and in use in all hosts that inherit the provider: of the site no more is
     * told than its redirect_proxy_url, goes_straight, and whether it has a store.
     * @return NULL, or what to write.
     */
    const char *(*finish)(authjs_provider_t *provider, const authjs_site_t *site,
                          apr_pool_t *pool);
    /** Add all that decides who somebody is whom a provider vouches for: two hosts whose
     * parts are the same believe each other's sessions. Nothing that only has to do with
     * looks, and no secret. */
    void (*describe)(authjs_parts_t *parts, const authjs_provider_t *provider,
                     const authjs_site_t *site);
    /** The provider's fingerprint is known: make what rests on it. NULL, or what failed.
     * NULL function: nothing does. */
    const char *(*keep_apart)(authjs_provider_t *provider, const authjs_site_t *site,
                              apr_pool_t *pool, apr_pool_t *ptemp);
    /** 1: it sends requests: the site has a client and the shared cache. */
    int sends_requests;

    /* ---- a sign-in ---- */

    /** What the visitor fills in, ended by a field without name; ?email= fills in the
     * first one. NULL: one button. */
    const authjs_field_t *fields;
    /** POST signin/<id>: where the visitor goes (x->location), check cookies set. NULL
     * function: the form posts to callback, and POST signin goes to the sign-in page. */
    const authjs_error_t *(*signin)(struct authjs_exchange_t *x);
    /** callback/<id>: verify, then authjs_signin_complete(); or leave x->to_confirm
     * for a page that asks first. */
    const authjs_error_t *(*callback)(struct authjs_exchange_t *x);
    /** GET webauthn-options/<id>: the JSON answer is put on x. NULL function: the type
     * has no options to ask for. */
    const authjs_error_t *(*options)(struct authjs_exchange_t *x);
    /** Its users sign in with passkeys, by a script of the page: what this visitor is
     * shown of them. NULL function: they do not. */
    void (*passkeys)(authjs_passkeys_t *shown, const struct authjs_exchange_t *x,
                     const authjs_provider_t *provider);
    int callback_methods; /**< 1 << M_GET, 1 << M_POST */
    int callback_csrf;    /**< POST callback needs the CSRF token */
    /** 1: signin leaves check cookies; a callback that fails takes them away */
    int has_checks;
    /** 1: OpenID Connect: the token response has an id_token. Of OAuth's types alone. */
    int oidc;
    /** Add to what the callback signIn is told besides user, account and profile. NULL
     * function: nothing. */
    void (*add_sign_in_params)(struct authjs_exchange_t *x, struct json_object *params);
    /** What it is called when an account is another user's, or may not be linked. */
    authjs_error_e not_linked;
    /** Gets new access tokens (AuthJSRefresh); NULL: there are none. */
    const authjs_renewer_t *renewer;

    /* ---- its users ---- */

    /** 1: with an adapter, a sign-in is one of a user in the database; 0: only where the
     * sessions are there, too. */
    int keeps_accounts;
    /** 1: who signs in for the first time is new, and is told so (isNewUser); 0: its
     * users were there before: Auth.js's jwt is told false, signIn nothing. */
    int makes_users;
    /** 1: who signs in is the user who has the address, or a new one, and no account is
     * kept: that of an e-mail provider is nothing but the address */
    int found_by_address;
    /** 1: ids of its users are names that were chosen there: a user of another provider,
     * or of the database, could have the same one; 0: they are made here. */
    int has_chosen_names;
};

#endif
