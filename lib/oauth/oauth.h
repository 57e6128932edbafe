/* OAuth 2 (RFC 6749) and OpenID Connect: from the authorization URL to a profile. */
#ifndef AUTHJS_OAUTH_OAUTH_H
#define AUTHJS_OAUTH_OAUTH_H

#include "catalogue/catalogue.h"
#include "http/client.h"
#include "http/exchange.h"
#include "jose/jws.h"
#include "session/refresh.h"
#include "site/provider_type.h"

extern const authjs_provider_type_t authjs_type_oauth;
extern const authjs_provider_type_t authjs_type_oidc;

/** What we know of an authorization server (RFC 8414): configured, or discovered and
 * cached across children (authjs_oauth_ttl). In x->pool. */
typedef struct {
    const char *issuer; /**< exact, for iss; NULL: a plain OAuth server */
    const char *authorization_endpoint;
    const char *token_endpoint;
    const char *userinfo_endpoint;
    const char *jwks_uri;
    apr_array_header_t *id_token_algs; /**< const char *, NULL: not announced -> RS256 */
    apr_array_header_t *auth_methods;  /**< const char *, NULL: not announced */
    int iss_parameter; /**< authorization_response_iss_parameter_supported */
    int allow_http;    /**< the issuer itself is http */
} authjs_server_metadata_t;

/** Configured endpoints, completed by discovery (OpenID Connect Discovery 1.0) when one
 * that is needed is missing. Endpoints of another scheme than https are refused unless
 * the issuer is http. */
const authjs_error_t *authjs_oauth_metadata(authjs_exchange_t *x,
                                            const authjs_provider_t *provider,
                                            const authjs_server_metadata_t **metadata);

/** The same for one issuer of the provider (Microsoft: that of a tenant). */
const authjs_error_t *authjs_oauth_metadata_of(authjs_exchange_t *x,
                                               const authjs_provider_t *provider,
                                               const char *issuer,
                                               const authjs_server_metadata_t **metadata);

/** How long a discovered document or key set is kept, in seconds: its max-age (-1: none
 * given), a minute at least, AuthJSCacheTTL (an hour where that is not written) at most.
 */
apr_int64_t authjs_oauth_ttl(const authjs_site_t *site, apr_int64_t max_age);

/** Verify something by keys. *why is set unless AUTHJS_JWS_OK. */
typedef authjs_jws_e (*authjs_oauth_verify_t)(void *data, const authjs_jwks_t *jwks,
                                              const char **why);
/** Verify by the provider's keys: those in the cache, and where they have none for it, or
 * one that did not sign it, by what the provider publishes now. That is fetched once a
 * minute at most among all children. @return NULL; the keys cannot be had: why not.
 * @param why NULL: verified; else why not */
const authjs_error_t *authjs_oauth_by_keys(authjs_exchange_t *x,
                                           const authjs_server_metadata_t *metadata,
                                           authjs_oauth_verify_t verify, void *data,
                                           const char **why);

/* --- asking (ask.c) --- */

/** As authjs_client_send; why not has the full address, without secrets of its query. */
const char *authjs_oauth_send(authjs_exchange_t *x,
                              const authjs_client_request_t *request,
                              authjs_client_response_t **response);
/** What the log says of an answer that refuses: why (NULL: the status), the provider's
 * own reason (error, error_description, error_uri, WWW-Authenticate) and the address. */
const char *authjs_oauth_answered(authjs_exchange_t *x,
                                  const authjs_client_response_t *response,
                                  const char *why);
/** GET: the answer must have status 200 and be one strict JSON object (any content type).
 * @return NULL, or why not, for the log */
const char *authjs_oauth_get_json(authjs_exchange_t *x, const char *url, int allow_http,
                                  struct json_object **object, apr_int64_t *max_age);
/** A provider's reason for the log: "error <code>: "<text>", see "<uri>"", or what
 * there is of it; "" when there is nothing. */
const char *authjs_oauth_reason(authjs_exchange_t *x, const char *code, const char *text,
                                const char *uri);
/** An address for the log: without what may be secret in its query. */
const char *authjs_oauth_address(authjs_exchange_t *x, const char *url);
/** Somebody else's words for a log line: without secrets, codes and tokens, max bytes. */
const char *authjs_oauth_words(authjs_exchange_t *x, const char *text, apr_size_t max);

/* --- checks: state, PKCE, nonce --- */

/** One attempt to sign in (attempt.c). */
typedef struct {
    const char *state;    /**< the parameter; NULL: none */
    const char *id;       /**< a short hash of it, which its cookies name; NULL: none */
    const char *verifier; /**< NULL: in a cookie */
    const char *nonce;    /**< NULL: in a cookie */
    const char *to;       /**< callback URL, within our origin without it; or NULL */
    struct json_object *claims; /**< of its state, when that was sealed here; or NULL */
    int to_in_state;            /**< no cookie has to hold that */
    int by_cookie;              /**< the cookie of the state has it */
} authjs_attempt_t;

/** A longer callback URL is not kept in a cookie of a check. */
#define AUTHJS_CHECK_TO_MAX 1024

/** The callback URL of x as an attempt keeps it. */
const char *authjs_attempt_to(const authjs_exchange_t *x);
/** Begin an attempt that has a state: attempt->state, and where the browser has a CSRF
 * token verifier and nonce.
 * @param origin what a redirect proxy sends the answer to, or NULL */
const authjs_error_t *authjs_attempt_begin(authjs_exchange_t *x, const char *origin,
                                           authjs_attempt_t *attempt);
/** What the state of an answer says, whether it counts or not, and which cookies of
 * checks belong to it (x->attempt_cookies). state may be NULL. */
void authjs_attempt_read(authjs_exchange_t *x, const char *state,
                         authjs_attempt_t *attempt);
/**
 * Use up the attempt that an answer belongs to: by its state where this browser's CSRF
 * token is part of that, else by the cookies. x->callback_url is its own then.
 * InvalidCheck otherwise; x->start_again is 1 when that is no more than an attempt that
 * has ended.
 * @param required an answer without a state that counts is refused */
const authjs_error_t *authjs_attempt_use(authjs_exchange_t *x, int required,
                                         authjs_attempt_t *attempt);
/** Its PKCE verifier and its nonce, from their cookies where the state has none. */
const authjs_error_t *authjs_attempt_verifier(authjs_exchange_t *x,
                                              authjs_attempt_t *attempt);
const authjs_error_t *authjs_attempt_nonce(authjs_exchange_t *x,
                                           authjs_attempt_t *attempt);
/** The origin inside a state parameter, NULL when it has none (redirect proxy). */
const authjs_error_t *authjs_state_origin(authjs_exchange_t *x, const char *state,
                                          const char **origin);

/** Seconds that a check is good for: AuthJSCookie maxAge, or 15 minutes. */
apr_int64_t authjs_check_max_age(const authjs_exchange_t *x, authjs_cookie_e which);
/** Of a hash, so many bytes tell browsers and attempts apart. */
#define AUTHJS_SHORT_HASH 12
/** The first len bytes of a hash, in base64url; NULL: OpenSSL failed. */
const char *authjs_check_hash(apr_pool_t *pool, const char *text, apr_size_t len);
/** What binds a random value to the browser that has the CSRF token, and to the provider.
 */
const char *authjs_check_bind(const authjs_exchange_t *x, const char *random);
/** Whether that was done for the browser of this request. */
int authjs_check_is_bound(const authjs_exchange_t *x, const char *bound,
                          const char *random);
/** Whether the CSRF cookie comes along with the provider's answer. */
int authjs_check_can_bind(const authjs_exchange_t *x);
/** Seal value into the check's cookie, bound to the provider's id and to the attempt. */
const authjs_error_t *authjs_check_set(authjs_exchange_t *x, authjs_cookie_e which,
                                       const char *value,
                                       const authjs_attempt_t *attempt);
/** Open the check's cookie: *value, and attempt->to; refused when missing, undecryptable,
 * expired, of another attempt or provider, or used before. InvalidCheck otherwise. The
 * cookie is queued for deletion when it counts. */
const authjs_error_t *authjs_check_use(authjs_exchange_t *x, authjs_cookie_e which,
                                       authjs_attempt_t *attempt, const char **value);
/** Claim a check once in the shared cache. @return 0: it was used, or cannot be. */
int authjs_check_claim(authjs_exchange_t *x, authjs_cookie_e which, const char *name);
/** Find out which cookies belong to an attempt (x->attempt_cookies); attempt->to. */
void authjs_checks_of_attempt(authjs_exchange_t *x, authjs_attempt_t *attempt);
/** Queue the deletion of those. */
void authjs_checks_delete(authjs_exchange_t *x);

typedef enum {
    AUTHJS_PENDING_NONE,
    AUTHJS_PENDING,         /**< each of the attempts in cookies has a state */
    AUTHJS_PENDING_NAMELESS /**< one has none: only its cookie knows it */
} authjs_pending_e;
/** Whether the cookies of a browser belong to an attempt that is on its way. */
authjs_pending_e authjs_checks_pending(const authjs_exchange_t *x);

/* --- the flow --- */

/** POST signin/<id>: x->location = authorization URL, check cookies queued. */
const authjs_error_t *authjs_oauth_signin(authjs_exchange_t *x);
/** callback/<id>: the answer is checked, its code exchanged for tokens, the profile read;
 * then authjs_signin_complete(). */
const authjs_error_t *authjs_oauth_callback(authjs_exchange_t *x);

/** What a token request carries to prove who we are (RFC 6749 section 2.3): fields
 * appended to body (authjs_param_t), *header an Authorization header or NULL. */
const authjs_error_t *
authjs_client_authentication(authjs_exchange_t *x, const authjs_provider_t *provider,
                             const authjs_server_metadata_t *metadata,
                             apr_array_header_t *body, const char **header);

/** Of what claims a definition has the client secret made where none is written, a JWT
 * that AuthJSOption privateKey signs; or NULL. */
struct json_object *authjs_client_signed_secret(const authjs_provider_t *provider);

/** The redirect proxy of this sign-in (AuthJSRedirectProxyURL), or NULL: none, or the
 * provider answers by form_post, which no redirect can pass on. *is_us: we are the proxy.
 */
const char *authjs_redirect_proxy(const authjs_exchange_t *x, int *is_us);

/** The redirect_uri of this sign-in: our callback URL, or the redirect proxy's; *own is
 * our callback URL when a proxy stands in between, else NULL. */
const char *authjs_redirect_uri(authjs_exchange_t *x, const char **own);

/** The id_token of a token response, verified: *claims. *metadata is replaced when the
 * token names its own tenant (Microsoft). nonce: expected, or NULL. */
const authjs_error_t *authjs_oauth_id_token(authjs_exchange_t *x,
                                            const authjs_provider_t *provider,
                                            const authjs_server_metadata_t **metadata,
                                            struct json_object *tokens, const char *nonce,
                                            struct json_object **claims);
/** What a verified id_token says of how somebody signed in there, and when: x->factors,
 * x->auth_time. */
void authjs_oauth_factors(authjs_exchange_t *x, const authjs_provider_t *provider,
                          struct json_object *claims);

/** Exchange the code (RFC 6749 section 4.1.3); the token response, checked but for its
 * id_token. */
const authjs_error_t *authjs_oauth_token(authjs_exchange_t *x,
                                         const authjs_provider_t *provider,
                                         const authjs_server_metadata_t *metadata,
                                         const char *code, const char *code_verifier,
                                         const char *redirect_uri,
                                         struct json_object **tokens);
/** A request to the token endpoint: body, with the client's authentication appended. What
 * is secret in both is hidden from the log.
 * @return NULL when an answer arrived, whatever its status. */
const authjs_error_t *authjs_oauth_ask_token(authjs_exchange_t *x,
                                             const authjs_provider_t *provider,
                                             const authjs_server_metadata_t *metadata,
                                             apr_array_header_t *body,
                                             authjs_client_response_t **response);
/** Its answer, checked but for its id_token. */
const authjs_error_t *authjs_oauth_read_token(authjs_exchange_t *x,
                                              const authjs_provider_t *provider,
                                              const authjs_server_metadata_t *metadata,
                                              const authjs_client_response_t *response,
                                              struct json_object **tokens);
/** The same of an answer of status 200. NULL, or why it is refused. */
const char *authjs_oauth_tokens(authjs_exchange_t *x, const authjs_provider_t *provider,
                                const authjs_client_response_t *response,
                                struct json_object **tokens);
/** AuthJSRefresh: new tokens for a refresh token (RFC 6749 section 6). An id_token among
 * them is not looked at: who the visitor is was said at sign-in. */
extern const authjs_renewer_t authjs_oauth_renewer;

/** A question to an API of the provider, with the access token of tokens. */
typedef struct {
    const char *url;
    struct json_object *described; /**< method, headers, params, json, form; or NULL */
    struct json_object *tokens;    /**< the token answer: {token.name} */
    const char *accept;            /**< where the description says nothing else */
    int allow_http;
    apr_size_t max_body; /**< 0: the site's limit */
} authjs_question_t;
/** Ask it: places are filled in, each encoded as what it stands in has to be; the answer
 * must have status 200. NULL, or why not. */
const char *authjs_oauth_ask(authjs_exchange_t *x, const authjs_provider_t *provider,
                             const authjs_question_t *question,
                             authjs_client_response_t **response);

/** What may stand in texts of a description for what is known at run time. */
typedef enum {
    AUTHJS_PLACE_TOKEN = 1, /**< {token.name} */
    AUTHJS_PLACE_SECRET = 2 /**< {clientSecret} */
} authjs_place_e;
/** At start: whether all places in texts of a description are of these. NULL, or what is
 * wrong. */
const char *authjs_oauth_check_places(apr_pool_t *pool, struct json_object *described,
                                      int places);

/** Parts of a request that a definition describes, with their places filled in: the query
 * of *url, fields, headers. tokens may be NULL. NULL, or why not. */
const char *authjs_oauth_fill_url(const char **url, authjs_exchange_t *x,
                                  const authjs_provider_t *provider,
                                  struct json_object *tokens,
                                  struct json_object *described);
const char *authjs_oauth_fill_params(authjs_exchange_t *x,
                                     const authjs_provider_t *provider,
                                     struct json_object *tokens,
                                     struct json_object *params,
                                     apr_array_header_t *filled);
const char *authjs_oauth_fill_headers(authjs_exchange_t *x,
                                      const authjs_provider_t *provider,
                                      struct json_object *tokens,
                                      struct json_object *described,
                                      apr_array_header_t *headers);

/** Userinfo (OpenID Connect Core 5.3), or what the definition has in its place: status
 * 200, an object, no "error" member, sub equal to expected_sub when given. */
const authjs_error_t *authjs_oauth_userinfo(authjs_exchange_t *x,
                                            const authjs_provider_t *provider,
                                            const authjs_server_metadata_t *metadata,
                                            struct json_object *tokens,
                                            const char *expected_sub,
                                            struct json_object **profile);
/** What the definition asks for besides, added to the profile. */
const authjs_error_t *authjs_oauth_extra(authjs_exchange_t *x,
                                         const authjs_provider_t *provider,
                                         const authjs_server_metadata_t *metadata,
                                         struct json_object *tokens,
                                         struct json_object *profile);

/** Once the user is made of the profile: take pictures out of it, which are large. */
void authjs_oauth_drop_pictures(const authjs_provider_t *provider,
                                struct json_object *profile);

/** Auth.js's account of a token response: its members, expires_at,
 * provider, type, providerAccountId. */
struct json_object *authjs_oauth_account(authjs_exchange_t *x,
                                         const authjs_provider_t *provider,
                                         struct json_object *tokens,
                                         const char *provider_account_id);

/* --- what is odd and does no harm (docs/tolerance.md) --- */

/** Say what of a provider's answer is read otherwise than it was sent; no value of it. */
void authjs_oauth_odd(authjs_exchange_t *x, const authjs_provider_t *provider,
                      const char *what);
/** Whether an answer of status 200 has a member "error" that says so: null, false, 0 and
 * an empty text say that there is none. */
int authjs_oauth_says_error(struct json_object *answer);

/** What to write, by the error that a provider answered with: a text to put behind that
 * in the log, "" when nothing is known. It has nothing of what the provider said in it.
 * @param description may be NULL */
const char *authjs_oauth_hint(apr_pool_t *pool, const authjs_provider_t *provider,
                              const authjs_server_metadata_t *metadata, const char *code,
                              const char *description);

/* --- at start (site/provider_type.h) --- */

/** Complete and check a provider. */
const char *authjs_oauth_finish(authjs_provider_t *provider, const authjs_site_t *site,
                                apr_pool_t *pool);
/** Of that, what is the client's: its id and method of authentication. */
const char *authjs_client_finish(authjs_provider_t *provider, apr_pool_t *pool);
/** Its secret or key; after the options, where a key stands. */
const char *authjs_client_finish_secret(authjs_provider_t *provider, apr_pool_t *pool);
/** Whether its secret is fit for the algorithms it is used with. */
const char *authjs_client_check_alg(const authjs_provider_t *provider, apr_pool_t *pool);
/** AUTH_<ID>_<suffix>, or NULL. */
const char *authjs_client_from_env(const authjs_provider_t *provider, apr_pool_t *pool,
                                   const char *suffix);
/** What to write where something is missing that may also stand there. */
const char *authjs_client_is_missing(const authjs_provider_t *provider, apr_pool_t *pool,
                                     const char *what, const char *directive,
                                     const char *suffix);

#endif
