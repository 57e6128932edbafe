/* A site: one virtual host's finished configuration, which all who serve requests read.
 * lib/startup/ builds it; once httpd has started nobody changes it. */
#ifndef AUTHJS_SITE_SITE_H
#define AUTHJS_SITE_SITE_H

#include "site/callbacks.h"
#include "site/cookies.h"
#include "site/directory.h"
#include "site/provider.h"

typedef struct authjs_session_strategy_t
    authjs_session_strategy_t;                /* session/session.h */
typedef struct authjs_cache_t authjs_cache_t; /* http/cache.h */
typedef struct authjs_cache_store_t authjs_cache_store_t;
typedef struct authjs_client_t authjs_client_t; /* http/client.h */
typedef struct authjs_store_t authjs_store_t;   /* adapters/store.h */
struct authjs_session_t;                        /* session/session.h */

/** What AuthType says where the module protects. */
#define AUTHJS_AUTH_TYPE "AuthJS"

typedef enum {
    AUTHJS_PAGE_SIGN_IN,
    AUTHJS_PAGE_SIGN_OUT,
    AUTHJS_PAGE_ERROR,
    AUTHJS_PAGE_VERIFY_REQUEST,
    AUTHJS_PAGE_NEW_USER,
    AUTHJS_PAGE__COUNT
} authjs_page_e;

typedef enum { AUTHJS_AUTO = 0, AUTHJS_ON = 1, AUTHJS_OFF = 2 } authjs_auto_e;

typedef struct authjs_site_t authjs_site_t;

/** Where outgoing requests are bounded (AuthJSHTTP). */
typedef struct {
    apr_int64_t connect_ms, timeout_ms; /**< one request */
    apr_int64_t exchange_ms;            /**< all requests of one exchange: 15 s */
    apr_size_t max_body;
    const char *proxy, *ca;
    struct curl_slist *resolve; /**< host:port:address:port, in conf's pool */
} authjs_http_limits_t;

/** The drawing of a provider: markup from the attributes of its svg element on. */
typedef struct {
    const char *drawing;
    int coloured; /**< it has colours of its own */
} authjs_logo_t;

/** The style sheet of the built-in pages, in the order of its parts, and what it is known
 * by in a Content-Security-Policy. */
typedef struct {
    const char *base, *scheme; /**< constants: what all sites have; the dark colours */
    const char *own;           /**< the theme, and a colour for each provider */
    const char *hash;
} authjs_look_t;

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
    const char *prefix; /**< what a front proxy takes off the path: "", or "/portal" */
    int trust_host;     /**< how many proxies are believed; 0: none */
    const char *redirect_proxy_url;
    const char *secret_string;         /**< secrets joined by ',' : CSRF hash */
    const apr_array_header_t *secrets; /**< const char *, resolved, newest first */
    apr_array_header_t *providers;     /**< const authjs_provider_t *, order of writing */
    apr_array_header_t *redirect_allow; /**< const char * origins, or NULL */
    const authjs_session_strategy_t *strategy;
    authjs_store_t *store;     /**< what AuthJSAdapter names; NULL: none */
    const char *session_names; /**< what names of sessions in the cache begin with;
                                    secret */
    /** authjs_bound_t, in the order written; NULL: none. authorized is a directory's. */
    apr_array_header_t *callbacks[AUTHJS_CALLBACK__COUNT];
    apr_array_header_t *events[AUTHJS_EVENT__COUNT];
    int callback_hooks, event_hooks; /**< a C module has hooks */
    /** On protected requests: whether jwt, or jwt or session, have anything to do. */
    int asks_jwt, asks_auth;
    /** The answer of session to a JWT, where that takes no tree of its claims; or NULL.
     * @return 1, and session has what is shown; 0: ask as usual. */
    int (*fast_path)(request_rec *r, const void *data, struct authjs_session_t *session);
    const void *fast_path_data;
    int event_detail;                /**< 1: full, events keep tokens and secrets */
    int log_user;                    /**< 1: full, log lines name the user */
    apr_int64_t max_age, update_age; /**< seconds */
    apr_int64_t reauth;              /**< seconds: AuthJSReauth; 0: Off */
    const char *realm;    /**< AuthJSSessionRealm: hosts that share sessions; or NULL */
    int foreign_sessions; /**< sessions that no mod_authjs has made count */
    int refreshes;        /**< AuthJSRefresh, and a provider has tokens */
    apr_int64_t refresh_grace; /**< seconds */
    authjs_auto_e use_secure_cookies;
    const authjs_cookie_set_t *cookies; /**< [0] http, [1] https */
    const authjs_keyring_t *state_keys; /**< salt encodedState */
    const authjs_keyring_t *tried_keys; /**< names of sign-ins that failed */
    const authjs_keyring_t *link_keys;  /**< links that a browser asked for by mail */
    const authjs_keyring_t *invitation_keys; /**< authjsctl invite */
    const authjs_keyring_t *form_keys; /**< salt keptForm; NULL: no AuthJSPreservePost */
    const apr_array_header_t *our_cookie_names; /**< const char *: all of both sets */
    const char *pages[AUTHJS_PAGE__COUNT];      /**< absolute path, or NULL: built in */
    authjs_open_page_t open_pages[AUTHJS_PAGE__COUNT]; /**< of these, the open ones */
    int open_page_count;
    const apr_array_header_t *languages; /**< authjs_language_t (texts/texts.h) */
    const char *color_scheme, *logo, *brand_color, *button_text; /**< theme; checked */
    const authjs_logo_t **logos; /**< of each provider, or NULL; NULL: no AuthJSLogos */
    const authjs_look_t *look;
    const char *name; /**< what the administrator calls the site, or NULL */
    int skip_csrf_check;
    int goes_straight;   /**< AuthJSSignInPage Auto: no page of one button */
    int keeps_last_used; /**< AuthJSLastUsed, and our page has something to choose */
    authjs_http_limits_t http;
    authjs_cache_t *cache; /**< over what all sites share; NULL: none */
    apr_int64_t cache_ttl; /**< AuthJSCacheTTL, read by authjs_cache_ttl(); 0: unset */
    authjs_client_t *client;
};

/** What httpd keeps for a virtual host begins with this (config/config.h has the rest).
 */
typedef struct {
    const authjs_site_t *site; /**< NULL: AuthJS is not used here */
} authjs_host_t;

/** How many seconds an answer may be used from the cache: AuthJSCacheTTL, else what is
 * usual for answers of its kind. */
apr_int64_t authjs_cache_ttl(const authjs_site_t *site, apr_int64_t usual);
/** The site a request belongs to, or NULL when its virtual host does not use AuthJS. */
const authjs_site_t *authjs_site(const request_rec *r);
/** The site of a virtual host, or NULL. */
const authjs_site_t *authjs_site_of(const server_rec *s);
/** The sites one after the other: begin with *s the main server, until NULL. */
const authjs_site_t *authjs_site_next(server_rec **s);
/** A provider of the site by id, or NULL. */
const authjs_provider_t *authjs_site_provider(const authjs_site_t *site, const char *id);
/** Whether the users of one of its providers sign in with passkeys. */
int authjs_site_has_passkeys(const authjs_site_t *site);
/** Which cookie set belongs to an origin. */
const authjs_cookie_set_t *authjs_cookie_set(const authjs_site_t *site,
                                             const char *origin);

/** Auth.js's names of the pages, by authjs_page_e; ended by NULL. */
extern const char *const authjs_page_keys[];

#endif
