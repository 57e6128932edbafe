/* Configuration: what the administrator wrote (server and directory structs, generated
 * from one list each), and the finished site that requests read. */
#ifndef AUTHJS_CONFIG_CONFIG_H
#define AUTHJS_CONFIG_CONFIG_H

#include "authjs.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "web/cookie.h"
#include "web/url.h"
#include "ap_expr.h"

typedef struct authjs_provider_type_t authjs_provider_type_t; /* providers/provider.h */
typedef struct authjs_session_strategy_t
    authjs_session_strategy_t;                /* session/session.h */
typedef struct authjs_cache_t authjs_cache_t; /* http/cache.h */
typedef struct authjs_cache_store_t authjs_cache_store_t;
typedef struct authjs_client_t authjs_client_t;   /* http/client.h */
typedef struct authjs_renewer_t authjs_renewer_t; /* session/refresh.h */
struct authjs_adapter_t;                          /* mod_authjs.h */
struct authjs_session_t;                          /* session/session.h */

#define AUTHJS_UNSET (-1)

/** Length of a provider's vouch: 8 characters of base64url, of which the first half says
 * whose ids its sessions tell. Who chooses a definition is the administrator, so that it
 * has to tell a few hosts apart, and nothing else. */
#define AUTHJS_VOUCH_BYTES 6
#define AUTHJS_VOUCH_LEN   8
#define AUTHJS_VOUCH_IDS   (AUTHJS_VOUCH_LEN / 2)

/* ---- providers ------------------------------------------------------------------ */

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
    const char *type_name; /**< oauth, oidc, credentials (later email, webauthn) */

    const char *issuer;
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
    int checks; /**< authjs_check_e bits, AUTHJS_UNSET */
    authjs_client_auth_e client_auth;
    const char *id_token_alg; /**< pinned, NULL: discovery's list or RS256 */
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

    /* credentials: httpd's own authn providers, asked in order */
    apr_array_header_t *authn_providers; /**< authjs_authn_t */
    ap_conf_vector_t *authn_config;      /**< directives written inside the section */
    const void *authorize;               /**< authjs_bound_t: asked instead of them */
    int qualified; /**< the name of one of its users alone could be somebody else's */
    int login_is_email;          /**< AuthJSLoginIsEmail */
    const char *sameness;        /**< hash of what it is */
    const char *vouch;           /**< hash of that, of where its users are, and of who
                                      may sign in with it */
    apr_array_header_t *tags;    /**< const char *: the same under each of the secrets */
    apr_uint32_t *longest_check; /**< microseconds; shared by all children, made
                                      by the type's check */

    const ap_directive_t *directives; /**< of the section; valid until it is checked */

    const char *defined_at; /**< file:line for messages */
} authjs_provider_t;

typedef struct {
    const char *name;
    const void *provider; /**< const authn_provider * of mod_auth.h */
} authjs_authn_t;

/* ---- what was written: server and virtual host ------------------------------------ */

/* The cookies of Auth.js, in the order of spec section 2.1. */
typedef enum {
    AUTHJS_COOKIE_SESSION_TOKEN,
    AUTHJS_COOKIE_CALLBACK_URL,
    AUTHJS_COOKIE_CSRF_TOKEN,
    AUTHJS_COOKIE_PKCE_CODE_VERIFIER,
    AUTHJS_COOKIE_STATE,
    AUTHJS_COOKIE_NONCE,
    AUTHJS_COOKIE_WEBAUTHN_CHALLENGE,
    AUTHJS_COOKIE__COUNT
} authjs_cookie_e;

typedef enum {
    AUTHJS_PAGE_SIGN_IN,
    AUTHJS_PAGE_SIGN_OUT,
    AUTHJS_PAGE_ERROR,
    AUTHJS_PAGE_VERIFY_REQUEST,
    AUTHJS_PAGE_NEW_USER,
    AUTHJS_PAGE__COUNT
} authjs_page_e;

/* Auth.js's callbacks, and its events with one more. */
#define AUTHJS_CALLBACKS(X) X(signIn) X(redirect) X(jwt) X(session) X(authorized)
#define AUTHJS_EVENTS(X)                                                                 \
    X(signIn)                                                                            \
    X(signOut) X(createUser) X(updateUser) X(linkAccount) X(session) X(signInFailed)

typedef enum {
#define X(name) AUTHJS_CALLBACK_##name,
    AUTHJS_CALLBACKS(X)
#undef X
        AUTHJS_CALLBACK__COUNT
} authjs_callback_e;

typedef enum {
#define X(name) AUTHJS_EVENT_##name,
    AUTHJS_EVENTS(X)
#undef X
        AUTHJS_EVENT__COUNT
} authjs_event_e;

typedef enum { AUTHJS_AUTO = 0, AUTHJS_ON = 1, AUTHJS_OFF = 2 } authjs_auto_e;

/*
 * Every member of the server configuration: X(kind, member). The kind decides the C type,
 * the unset value (never a legal value) and the merge:
 *   STRING  const char *       NULL        add, else base
 *   FLAG    int                AUTHJS_UNSET add if set, else base
 *   SECONDS apr_int64_t        AUTHJS_UNSET add if set, else base
 *   LIST    apr_array_header_t* NULL       add, else base (a list replaces a list)
 *   TABLE   apr_table_t *      NULL        keys of add laid over those of base
 *   PROVIDERS the same, of authjs_provider_t *: base's, then add's; one of the same id
 *             takes its place
 *   CALLBACKS the same, of authjs_written_callback_t: add's, and base's of other names
 */
#define AUTHJS_SERVER_MEMBERS(X)                                                         \
    X(LIST, secrets)                                                                     \
    X(PROVIDERS, providers)                                                              \
    X(LIST, provider_files)                                                              \
    X(STRING, base_path)                                                                 \
    X(STRING, url)                                                                       \
    X(FLAG, trust_host)                                                                  \
    X(STRING, redirect_proxy_url)                                                        \
    X(LIST, redirect_allow)                                                              \
    X(LIST, adapter)                                                                     \
    X(STRING, session_strategy)                                                          \
    X(SECONDS, session_max_age)                                                          \
    X(SECONDS, session_update_age)                                                       \
    X(STRING, session_realm)                                                             \
    X(FLAG, foreign_sessions)                                                            \
    X(FLAG, refresh)                                                                     \
    X(SECONDS, refresh_grace)                                                            \
    X(CALLBACKS, callbacks)                                                              \
    X(CALLBACKS, events)                                                                 \
    X(FLAG, event_detail)                                                                \
    X(TABLE, cookies)                                                                    \
    X(FLAG, use_secure_cookies)                                                          \
    X(TABLE, pages)                                                                      \
    X(TABLE, theme)                                                                      \
    X(STRING, cache)                                                                     \
    X(SECONDS, cache_ttl)                                                                \
    X(TABLE, http)                                                                       \
    X(FLAG, skip_csrf_check)

/** One AuthJSCallback or AuthJSEvent as written. */
typedef struct {
    int which;        /**< authjs_callback_e or authjs_event_e */
    const char *name; /**< as Auth.js calls it */
    int argc;         /**< the words behind the name */
    const char *const *argv;
} authjs_written_callback_t;

#define AUTHJS_TYPE_STRING    const char *
#define AUTHJS_TYPE_FLAG      int
#define AUTHJS_TYPE_SECONDS   apr_int64_t
#define AUTHJS_TYPE_LIST      apr_array_header_t *
#define AUTHJS_TYPE_TABLE     apr_table_t *
#define AUTHJS_TYPE_PROVIDERS apr_array_header_t *
#define AUTHJS_TYPE_CALLBACKS apr_array_header_t *

typedef struct authjs_site_t authjs_site_t;

typedef struct {
#define X(kind, member) AUTHJS_TYPE_##kind member;
    AUTHJS_SERVER_MEMBERS(X)
#undef X
    /** Built by check_config for a vhost that uses AuthJS; NULL: AuthJS is not used here.
     */
    const authjs_site_t *site;
} authjs_server_config_t;

/* ---- what was written: directory -------------------------------------------------- */

typedef enum {
    AUTHJS_UNAUTHORIZED_AUTO,
    AUTHJS_UNAUTHORIZED_SIGNIN,
    AUTHJS_UNAUTHORIZED_PROVIDER,
    AUTHJS_UNAUTHORIZED_401,
    AUTHJS_UNAUTHORIZED_403,
    AUTHJS_UNAUTHORIZED_PASS
} authjs_unauthorized_e;

#define AUTHJS_PASS_ENV     1
#define AUTHJS_PASS_HEADERS 2

/* authorized: authjs_bound_t of AuthJSCallback authorized, in the order written.
 * unauthorized_provider goes with unauthorized: they merge as a pair (PAIR). */
#define AUTHJS_DIR_MEMBERS(X)                                                            \
    X(LIST, providers)                                                                   \
    X(FLAG, unauthorized)                                                                \
    X(PAIR, unauthorized_provider)                                                       \
    X(STRING, remote_user)                                                               \
    X(FLAG, pass)                                                                        \
    X(FLAG, pass_access_token)                                                           \
    X(FLAG, bearer)                                                                      \
    X(FLAG, pass_cookies)                                                                \
    X(LIST, authorized)
#define AUTHJS_TYPE_PAIR const char *

typedef struct {
#define X(kind, member) AUTHJS_TYPE_##kind member;
    AUTHJS_DIR_MEMBERS(X)
#undef X
    /** Set only in the vector made for an <AuthJSProvider> section while it is read. */
    authjs_provider_t *section;
} authjs_dir_config_t;

/* The configuration functions of the module record. */
void *authjs_config_create_server(apr_pool_t *pool, server_rec *s);
void *authjs_config_merge_server(apr_pool_t *pool, void *base, void *add);
void *authjs_config_create_dir(apr_pool_t *pool, char *path);
void *authjs_config_merge_dir(apr_pool_t *pool, void *base, void *add);

/** The directive table for the module record. */
extern const command_rec authjs_directives[];

/* ---- the finished site ----------------------------------------------------------- */

/** A cookie and the keys its value is sealed with (salt = its full name). */
typedef struct {
    authjs_cookie_def_t def;
    const authjs_keyring_t *keys;
} authjs_site_cookie_t;

typedef struct {
    authjs_site_cookie_t cookie[AUTHJS_COOKIE__COUNT];
    int secure;
} authjs_cookie_set_t;

/** Where outgoing requests are bounded (AuthJSHTTP). */
typedef struct {
    apr_int64_t connect_ms, timeout_ms; /**< one request */
    apr_int64_t exchange_ms;            /**< all requests of one exchange: 15 s */
    apr_size_t max_body;
    const char *proxy, *ca;
} authjs_http_limits_t;

/** A page of AuthJSPage that visitors without a session are sent to, without a slash at
 * its end: as it is written, and as httpd reads it. */
typedef struct {
    const char *written, *path;
    apr_size_t written_len, path_len;
} authjs_open_page_t;

/** One virtual host's finished configuration. Made in check_config, read-only, in pconf;
 * what changes (cache, client) has its own locking. */
struct authjs_site_t {
    server_rec *s;
    const char *base_path; /**< "/auth": begins with '/', no '/' at the end */
    apr_size_t base_path_len;
    const char *pinned_origin; /**< from AuthJSURL / AUTH_URL, or NULL */
    int trust_host;
    const char *redirect_proxy_url;
    const char *secret_string;     /**< secrets joined by ',' : CSRF hash */
    apr_array_header_t *secrets;   /**< const char *, resolved, newest first */
    apr_array_header_t *providers; /**< const authjs_provider_t *, order of writing */
    apr_array_header_t *redirect_allow; /**< const char * origins, or NULL */
    const authjs_session_strategy_t *strategy;
    const struct authjs_adapter_t *adapter; /**< with the cache in front; NULL: none */
    void *adapter_instance;
    const char *adapter_identity; /**< of the database: what is cached is of it */
    const char *session_names;    /**< what names of sessions in the cache begin with;
                                       secret */
    /** authjs_bound_t, in the order written; NULL: none. authorized is a directory's. */
    apr_array_header_t *callbacks[AUTHJS_CALLBACK__COUNT];
    apr_array_header_t *events[AUTHJS_EVENT__COUNT];
    int callback_hooks, event_hooks; /**< a C module has hooks */
    /** On protected requests: whether jwt, or jwt or session, have anything to do. */
    int asks_jwt, asks_auth;
    /** The answer of session to a JWT, where that takes no tree of its claims; or NULL.
     * @return 1, and session has what is shown; 0: ask as usual. */
    int (*answer_at_once)(request_rec *r, void *data, struct authjs_session_t *session);
    void *at_once_data;
    int event_detail;                /**< 1: full, events keep tokens and secrets */
    apr_int64_t max_age, update_age; /**< seconds */
    const char *realm;    /**< AuthJSSessionRealm: hosts that share sessions; or NULL */
    int foreign_sessions; /**< sessions that no mod_authjs has made count */
    const authjs_renewer_t *renewer; /**< AuthJSRefresh; NULL: Off */
    apr_int64_t refresh_grace;       /**< seconds */
    authjs_auto_e use_secure_cookies;
    authjs_cookie_set_t cookies[2];        /**< [0] http, [1] https */
    const authjs_keyring_t *state_keys;    /**< salt encodedState */
    apr_array_header_t *our_cookie_names;  /**< const char *: all names of both sets */
    const char *pages[AUTHJS_PAGE__COUNT]; /**< absolute path, or NULL: built in */
    authjs_open_page_t open_pages[AUTHJS_PAGE__COUNT]; /**< of these, the open ones */
    int open_page_count;
    const char *color_scheme, *logo, *brand_color, *button_text; /**< theme; checked */
    int skip_csrf_check;
    authjs_http_limits_t http;
    authjs_cache_t *cache; /**< over what all sites share; NULL: none */
    apr_int64_t cache_ttl; /**< seconds a cached answer may be used; 0: what is usual */
    authjs_client_t *client;
};

/** The site a request belongs to, or NULL when its virtual host does not use AuthJS. */
const authjs_site_t *authjs_site(const request_rec *r);
/** The directory configuration of a request. */
const authjs_dir_config_t *authjs_dir_config(const request_rec *r);
/** The sites one after the other: begin with *s the main server, until NULL. */
const authjs_site_t *authjs_site_next(server_rec **s);
/** A provider of the site by id, or NULL. */
const authjs_provider_t *authjs_site_provider(const authjs_site_t *site, const char *id);

/**
 * Build and check the sites of all virtual hosts: for the check_config hook, which also
 * runs for configtest (post_config does not), and twice at start-up. A vhost uses AuthJS
 * when it (with what it inherits) has a provider. Errors go to the log of the vhost, name
 * it, the directive and what to write.
 * @return OK or HTTP_INTERNAL_SERVER_ERROR (httpd then refuses to start).
 */
int authjs_config_check(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *main_server);

/** For the test_config hook: with httpd -t -D DUMP_AUTHJS, write AUTHJS_DUMP_PREFIX and
 * the sites as a JSON array on one line of stdout, unless that is a terminal: it has
 * secrets. Each: {name, port, adapter: [words], driver, params (mod_dbd's), secrets,
 * cookies (names of the session's)}. */
void authjs_config_dump(apr_pool_t *pool, server_rec *main_server);
#define AUTHJS_DUMP_PREFIX "authjs-sites: "

/** The first word of the last such directive in the virtual host s, else of the last one
 * outside of virtual hosts, as httpd would hand it to a module; NULL when there is none.
 * For directives of other modules that may stand nowhere else. In pool. */
const char *authjs_tree_word(apr_pool_t *pool, const server_rec *s, const char *name);

/** Shorter secrets are refused: 32 bytes, as openssl rand gives them and more. */
#define AUTHJS_SECRET_MIN 32
/** Resolve a secret as written: a literal, env:NAME, file:path (trailing newline cut) or
 * exec:program. @return NULL, or what is wrong (never the secret). */
const char *authjs_secret_resolve(const char **secret, apr_pool_t *pool,
                                  const char *written);
/** Strict duration: digits and s, min/m, h, d, w (default s). NULL, or what is wrong. */
const char *authjs_duration_parse(apr_int64_t *seconds, const char *text);
/** The same in milliseconds, and with the unit ms. */
const char *authjs_duration_parse_ms(apr_int64_t *ms, const char *text);

/**
 * Lay the catalogue entry (or bare type) and the environment under a provider's own
 * options; check what is missing.
 * @return NULL, or a sentence that says what to write.
 */
const char *authjs_provider_finish(authjs_provider_t *provider, apr_pool_t *pool,
                                   apr_pool_t *ptemp, const authjs_server_config_t *conf,
                                   server_rec *s);

#endif
