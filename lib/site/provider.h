/* A provider as the administrator switched it on. */
#ifndef AUTHJS_SITE_PROVIDER_H
#define AUTHJS_SITE_PROVIDER_H

#include "authjs.h"
#include "jose/jwk.h"
#include "site/mail.h"
#include "site/passkey.h"

/** Of a number or a flag: nothing was written. */
#define AUTHJS_UNSET (-1)

typedef struct authjs_provider_type_t authjs_provider_type_t; /* site/provider_type.h */

/** Length of a provider's fingerprint: 8 characters of base64url, of which the first half
 * says whose ids its sessions tell. Who chooses a definition is the administrator, so
 * that it has to tell a few hosts apart, and nothing else. */
#define AUTHJS_FINGERPRINT_BYTES   6
#define AUTHJS_FINGERPRINT_LEN     8
#define AUTHJS_FINGERPRINT_IDS_LEN (AUTHJS_FINGERPRINT_LEN / 2)

typedef enum {
    AUTHJS_CHECK_NONE = 0,
    AUTHJS_CHECK_PKCE = 1,
    AUTHJS_CHECK_STATE = 2,
    AUTHJS_CHECK_NONCE = 4
} authjs_check_e;

typedef enum {
    AUTHJS_CLIENT_AUTH_UNSET = 0,
    AUTHJS_CLIENT_SECRET_BASIC,
    AUTHJS_CLIENT_SECRET_POST,
    AUTHJS_CLIENT_SECRET_JWT,
    AUTHJS_PRIVATE_KEY_JWT,
    AUTHJS_CLIENT_NONE
} authjs_client_auth_e;

/** A provider as the administrator switched it on: catalogue definition, environment and
 * own options laid over each other. Built while the configuration is read and by the
 * start-up check; read-only afterwards, in pconf. */
typedef struct authjs_provider_t {
    const char *id;          /**< the URL segment */
    const char *template_id; /**< catalogue id or bare type; NULL: same as id */
    const char *name;        /**< "Sign in with <name>" */
    const authjs_provider_type_t *type;

    const char *issuer;
    const char *discovery_url; /**< NULL: below the issuer */
    const char *client_id;
    const char *client_secret;      /**< resolved (env:, file:, exec: are done) */
    const char *client_secret_spec; /**< as written, NULL: environment */
    const char *scope;              /**< NULL: not set; "": sent empty */
    const char *authorization_url;  /**< NULL: discovery */
    apr_array_header_t
        *authorization_params; /**< authjs_param_t, in order, scope included */
    const char *token_url;
    const char *userinfo_url;
    const char *jwks_url;
    int checks;           /**< authjs_check_e bits, AUTHJS_UNSET */
    apr_size_t state_max; /**< bytes of a state at most that it takes; 0: the usual */
    authjs_client_auth_e client_auth;
    const char *id_token_alg; /**< pinned, NULL: discovery's list or RS256 */
    apr_array_header_t *mfa;  /**< const char *: AuthJSMFA; NULL: the usual values */
    int id_token;             /**< 0: profile from userinfo although oidc */
    int userinfo_required;    /**< catalogue: userinfo.used */
    const char *redirect_proxy_url;
    struct json_object *profile; /**< field -> mapping text (catalogue mini-language) */
    const char *email_verified; /**< whether it vouches for it: a rule of the catalogue */
    struct json_object
        *definition;      /**< the merged catalogue entry, for what has no member */
    apr_table_t *style;   /**< logo, bg, text, brandColor */
    apr_table_t *options; /**< AuthJSOption k=v */
    authjs_signing_key_t *signing_key; /**< private_key_jwt, Apple; NULL otherwise */
    int allow_dangerous_email_account_linking;
    int form_post; /**< authorization has response_mode=form_post */
    int linkable;  /**< its account can be linked to who is signed in */

    /* credentials: httpd's own authn providers, asked in order */
    apr_array_header_t *authn_providers; /**< authjs_authn_t */
    ap_conf_vector_t *authn_config;      /**< directives written inside the section */
    const void *authorize;               /**< authjs_bound_t: asked instead of them */
    int qualified; /**< the name of one of its users alone could be somebody else's */
    int login_is_email;          /**< AuthJSLoginIsEmail */
    const char *definition_hash; /**< of what it is */
    const char *fingerprint;     /**< hash of that, of where its users are, and of who
                                      may sign in with it */
    apr_array_header_t *tags;    /**< const char *: the same under each of the secrets */
    apr_uint32_t *longest_check; /**< microseconds; shared by all children */

    authjs_mail_t *mail; /**< email: how its mails go out; NULL: of another type, or,
                            until it is finished, nothing was written */

    authjs_passkey_t *passkey; /**< webauthn: what it asks of passkeys; else NULL */

    const ap_directive_t *directives; /**< of the section; valid until it is checked */

    const char *defined_at; /**< file:line for messages */
} authjs_provider_t;

typedef struct {
    const char *name;
    const void *provider; /**< const authn_provider * of mod_auth.h */
} authjs_authn_t;

/** An id of a provider. NULL, or what is wrong. */
const char *authjs_provider_id_check(const char *id);
/** A method by its name in token_endpoint_auth_method; AUTHJS_CLIENT_AUTH_UNSET: none. */
authjs_client_auth_e authjs_client_auth_method(const char *name);
/** NULL for an algorithm that id_tokens may be signed with, else what is wrong. */
const char *authjs_id_token_alg_check(const char *alg);
/** Check one key of AuthJSStyle. NULL, or what is wrong. */
const char *authjs_style_key_check(apr_pool_t *pool, const char *key, const char *value);

#endif
