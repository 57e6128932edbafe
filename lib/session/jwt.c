#include "session/session.h"

#include "callbacks/callbacks.h"
#include "session/auth.h"
#include "session/cookies.h"
#include "session/provenance.h"
#include "session/refresh.h"
#include "settings/settings.h"

static const authjs_site_cookie_t *session_cookie(const authjs_cookie_set_t *cookies)
{
    return &cookies->cookie[AUTHJS_COOKIE_SESSION_TOKEN];
}

static const authjs_session_t *jwt_read(request_rec *r, const authjs_site_t *site,
                                        const authjs_cookie_set_t *cookies,
                                        const char *token)
{
    authjs_session_t *session = apr_pcalloc(r->pool, sizeof(*session));
    const char *why = authjs_jwt_read(r->pool, session_cookie(cookies)->keys, token,
                                      strlen(token), AUTHJS_NOW(r), &session->claims);
    apr_int64_t exp = session->claims.exp;

    if (!why &&
        authjs_provenance_settle(r->pool, site, session) == AUTHJS_PROVENANCE_NONE) {
        why = authjs_provenance_refusal;
    }
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "AuthJS: no session: %s", why);
        return NULL;
    }
    authjs_iso8601(session->expires, exp ? exp : AUTHJS_NOW(r) + site->max_age);
    session->refresh_failed = site->refreshes && session->claims.refresh_failed;
    return session;
}

/* ---- claims of an exchange -------------------------------------------------------- */

/* The claims of the request's session cookie. NULL, or why there are none. */
static const char *read_claims(const authjs_exchange_t *x, struct json_object **claims)
{
    const authjs_site_cookie_t *cookie = session_cookie(x->cookies);
    const char *token = authjs_session_cookie(x), *why;

    if (!token) {
        return "the parts of the session cookie do not fit together";
    }
    why = authjs_jwt_decode(x->pool, cookie->keys, token, strlen(token), x->now, claims);
    return !why && authjs_provenance_of_claims(x->site, *claims) == AUTHJS_PROVENANCE_NONE
               ? authjs_provenance_refusal
               : why;
}

static const authjs_error_t *write_session(authjs_exchange_t *x,
                                           struct json_object *claims)
{
    const char *token;
    const char *why =
        authjs_session_seal(x->r, x->site, x->cookies, x->cookie_header, claims, &token);

    if (why) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "no session was written: %s",
                            why);
    }
    authjs_session_queue_cookies(x, token);
    return NULL;
}

/* ---- create, get, destroy --------------------------------------------------------- */

/* Auth.js's parameters of jwt at sign-in, but for the token. */
static struct json_object *sign_in_params(const authjs_exchange_t *x,
                                          const authjs_signed_in_t *signed_in)
{
    struct json_object *params = authjs_json_object(x->pool);

    authjs_json_set(params, "token", NULL);
    authjs_json_set(params, "user", signed_in->user);
    authjs_json_set(params, "account", signed_in->account);
    if (signed_in->profile) {
        authjs_json_set(params, "profile", signed_in->profile);
    }
    if (signed_in->is_new_known) {
        authjs_json_set_boolean(params, "isNewUser", signed_in->is_new);
    }
    authjs_json_set_string(params, "trigger", signed_in->is_new ? "signUp" : "signIn");
    return params;
}

/* What the callback jwt makes of the claims. Without an answer Auth.js writes an empty
 * token. NULL in *claims: there is to be no session. */
static const authjs_error_t *ask_jwt(authjs_exchange_t *x,
                                     const authjs_signed_in_t *signed_in,
                                     struct json_object **claims)
{
    authjs_object_e result = AUTHJS_UNASKED;

    if (authjs_has_callback(x->site, AUTHJS_CALLBACK_jwt)) {
        result = authjs_callback_object(x->r, x->site, AUTHJS_CALLBACK_jwt,
                                        sign_in_params(x, signed_in), claims);
    }
    if (result == AUTHJS_THREW) {
        return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError,
                            "the callback jwt failed");
    }
    if (result == AUTHJS_NO_ANSWER) {
        *claims = authjs_json_object(x->pool);
    }
    if (result == AUTHJS_NO_OBJECT) {
        *claims = NULL;
    }
    return NULL;
}

static const authjs_error_t *jwt_create(authjs_exchange_t *x,
                                        const authjs_signed_in_t *signed_in)
{
    struct json_object *claims = authjs_json_object(x->pool);
    struct json_object *user = signed_in->user;
    const authjs_error_t *error;

    authjs_json_copy_as(claims, "name", user, "name");
    authjs_json_copy_as(claims, "email", user, "email");
    authjs_json_copy_as(claims, "picture", user, "image");
    authjs_json_copy_as(claims, "sub", user, "id");
    if (x->site->refreshes) {
        authjs_refresh_claims_set(claims, signed_in->account);
    }
    error = ask_jwt(x, signed_in, &claims);
    if (error) {
        return error;
    }
    if (!claims) {
        authjs_session_queue_cookies(x, NULL);
        return NULL;
    }
    authjs_provenance_write(claims, x);
    authjs_provenance_keep_unverified(claims, user);
    return write_session(x, claims);
}

/* ---- get -------------------------------------------------------------------------- */

static struct json_object *default_session(const authjs_exchange_t *x,
                                           struct json_object *claims)
{
    struct json_object *session;
    char expires[AUTHJS_ISO8601_LEN + 1];

    authjs_iso8601(expires, x->now + x->site->max_age);
    session = authjs_session_from_claims(x->pool, claims, expires);
    if (x->site->refreshes && authjs_refresh_claims_failed(claims)) {
        authjs_json_set_string(session, "error", AUTHJS_REFRESH_ERROR);
    }
    return session;
}

/* The claims as the callback jwt returns them. *claims NULL: there is to be no session.
 */
static const char *renew_claims(authjs_exchange_t *x, int update,
                                struct json_object **claims)
{
    struct json_object *params = authjs_json_object(x->pool), *read = *claims;
    authjs_object_e result;

    authjs_json_set(params, "token", NULL);
    if (update) {
        authjs_json_set_string(params, "trigger", "update");
        authjs_json_copy_as(params, "session", x->json, "data");
    }
    result = authjs_callback_object(x->r, x->site, AUTHJS_CALLBACK_jwt, params, claims);
    if (result == AUTHJS_THREW || result == AUTHJS_NO_ANSWER) {
        return "the callback jwt failed, or answered nothing";
    }
    if (result == AUTHJS_NO_OBJECT) {
        *claims = NULL;
        return NULL;
    }
    authjs_provenance_restore(*claims, read);
    return NULL;
}

/* The session as the callback session wants it: *json, and in *session for the event. */
static const char *show_session(authjs_exchange_t *x, struct json_object *claims,
                                struct json_object **session, const char **json)
{
    struct json_object *params;
    authjs_object_e result = AUTHJS_UNASKED;

    *session = default_session(x, claims);
    if (authjs_has_callback(x->site, AUTHJS_CALLBACK_session)) {
        params = authjs_json_object(x->pool);
        authjs_json_set(params, "session", NULL);
        authjs_json_set(params, "token", claims);
        result = authjs_callback_object(x->r, x->site, AUTHJS_CALLBACK_session, params,
                                        session);
    }
    if (result == AUTHJS_THREW) {
        return "the callback session failed";
    }
    *session = result == AUTHJS_NO_OBJECT || result == AUTHJS_NO_ANSWER
                   ? NULL
                   : authjs_refresh_claims_hide(x->pool, *session);
    *json = result == AUTHJS_NO_ANSWER ? "" : authjs_json_text(x->pool, *session);
    return NULL;
}

static void tell_session(authjs_exchange_t *x, struct json_object *session,
                         struct json_object *claims)
{
    struct json_object *params;

    if (authjs_has_event(x->site, AUTHJS_EVENT_session)) {
        params = authjs_json_object(x->pool);
        authjs_json_set(params, "session", session);
        authjs_json_set(params, "token", claims);
        authjs_event(x->r, x->site, AUTHJS_EVENT_session, params);
    }
}

/* NULL, or why the session ends. *claims NULL: somebody ended it. */
static const char *read_session(authjs_exchange_t *x, int update,
                                struct json_object **claims)
{
    const char *why = read_claims(x, claims);

    if (!why && x->site->refreshes) {
        authjs_refresh_when_due(x->r, x->site, *claims);
    }
    return !why && authjs_has_callback(x->site, AUTHJS_CALLBACK_jwt)
               ? renew_claims(x, update, claims)
               : why;
}

static const authjs_error_t *jwt_get(authjs_exchange_t *x, int update, const char **json)
{
    struct json_object *claims = NULL, *session;
    const authjs_error_t *error;
    const char *why;

    *json = "null";
    if (!authjs_session_has_cookies(x)) {
        return NULL;
    }
    why = read_session(x, update, &claims);
    if (!why && claims) {
        why = show_session(x, claims, &session, json);
    }
    if (why) {
        authjs_log_error(x->r,
                         authjs_error(x->pool, AUTHJS_ERR_JWTSessionError, "%s", why));
    }
    if (why || !claims) {
        authjs_session_queue_cookies(x, NULL);
        return NULL;
    }
    tell_session(x, session, claims);
    error = write_session(x, claims);
    if (error) {
        authjs_log_error(x->r, error);
    }
    return NULL;
}

static const authjs_error_t *jwt_destroy(authjs_exchange_t *x, struct json_object **told)
{
    struct json_object *claims;

    *told = NULL;
    if (authjs_session_has_cookies(x) && !read_claims(x, &claims)) {
        *told = authjs_json_object(x->pool);
        authjs_json_set(*told, "token", claims);
    }
    authjs_session_queue_cookies(x, NULL);
    return NULL;
}

/* ---- slide ------------------------------------------------------------------------ */

static void jwt_slide(request_rec *r, const authjs_site_t *site,
                      const authjs_cookie_set_t *cookies, const authjs_session_t *session)
{
    const authjs_site_cookie_t *cookie = session_cookie(cookies);
    const authjs_request_t *request = authjs_request(r);
    apr_int64_t now = AUTHJS_NOW(r);
    struct json_object *claims;
    const char *token, *why;

    if (session->claims.iat + site->update_age > now) {
        return;
    }
    why = authjs_json_parse_own(&claims, r->pool, session->claims.json,
                                session->claims.json_len);
    if (!why) {
        why =
            authjs_jwt_encode(r->pool, cookie->keys, claims, site->max_age, now, &token);
    }
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      "AuthJS: the session cookie is not renewed: %s", why);
        return;
    }
    if (!authjs_session_fits(r, cookies, request->cookie_header, token)) {
        return;
    }
    authjs_session_send_cookies(r, site, cookies, token);
}

const authjs_session_strategy_t authjs_strategy_jwt = {
    "jwt",   jwt_read,    NULL,      jwt_create,
    jwt_get, jwt_destroy, jwt_slide, authjs_jwt_refresh,
};
