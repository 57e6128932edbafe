/* AuthJSRefresh: an expired access token is renewed with its refresh token (RFC 6749
 * section 6), by one request among all threads, children and hosts. */
#ifndef AUTHJS_SESSION_REFRESH_H
#define AUTHJS_SESSION_REFRESH_H

#include "adapters/adapter.h"
#include "jose/refresh_claims.h"
#include "session/session.h"

/** How long a result is kept for those who still send the older cookie, in seconds. */
#define AUTHJS_REFRESH_GRACE     30
#define AUTHJS_REFRESH_GRACE_MIN 15
#define AUTHJS_REFRESH_GRACE_MAX 3600

typedef enum {
    AUTHJS_REFRESH_UNKNOWN, /**< nobody has asked yet */
    AUTHJS_REFRESH_DONE,    /**< there are new tokens */
    AUTHJS_REFRESH_REFUSED, /**< the provider takes this refresh token no longer */
    AUTHJS_REFRESH_LATER    /**< not now: the provider is away, or somebody else asks */
} authjs_refresh_e;

/** Who asks the provider: a member of its type. */
struct authjs_renewer_t {
    /** One request, within the exchange's deadline. Logs why not.
     * @param tokens access_token, refresh_token, and expires_at, scope when it said so
     * @return DONE, REFUSED or LATER. */
    authjs_refresh_e (*ask)(authjs_exchange_t *x, const authjs_provider_t *provider,
                            const char *refresh_token, struct json_object **tokens);
};

/** A refresh token to be used. */
typedef struct {
    request_rec *r; /**< the browser's own */
    const authjs_site_t *site;
    const authjs_provider_t *provider;
    const char *refresh_token;
    int expired; /**< 1: wait for somebody else's result; 0: the old token still works */
    /** Keep new tokens for good; NULL: the cookie does. @return 0 when that failed: then
     * whoever gets them from the cache tries again. */
    int (*save)(void *baton, struct json_object *tokens);
    void *baton;
} authjs_renewal_t;

/**
 * Use a refresh token once: the first one asks the provider and puts the result into the
 * shared cache; the others wait for it (three seconds at most). What a provider refused
 * is not asked again for an hour, one that is away not for 15 seconds.
 * @param tokens in r->pool, when DONE
 * @return DONE, REFUSED or LATER.
 */
authjs_refresh_e authjs_renew(const authjs_renewal_t *in, struct json_object **tokens);

/** Whether an access token that ends at expires_at (seconds; 0: never) is to be renewed.
 */
int authjs_refresh_due(const request_rec *r, apr_int64_t expires_at);

/** AuthJSPassAccessToken: the access token, where the application may have it and it
 * works; else NULL. */
const char *authjs_refresh_access_token(request_rec *r, const authjs_session_t *session);

/* ---- the strategy jwt ------------------------------------------------------------- */

/** Renew the access token in claims when it is due. @return 1 when claims changed. */
int authjs_refresh_when_due(request_rec *r, const authjs_site_t *site,
                            struct json_object *claims);
/** Strategy jwt: the session with a new access token, and the cookie for it on the
 * answer; or the session as it was. */
const authjs_session_t *authjs_jwt_refresh(authjs_request_t *request,
                                           const authjs_site_t *site,
                                           const authjs_session_t *session);

/* ---- the strategy database -------------------------------------------------------- */

/** The session with the access token of its user's account, renewed when it is due. Of
 * several accounts with the session's provider the first that has a refresh token. */
const authjs_session_t *authjs_stored_refresh(authjs_call_t *call,
                                              const authjs_site_t *site,
                                              const authjs_session_t *session);

#endif
