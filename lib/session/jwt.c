#include "session/session.h"

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

    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "AuthJS: no session: %s", why);
        return NULL;
    }
    authjs_iso8601(session->expires, exp ? exp : AUTHJS_NOW(r) + site->max_age);
    return session;
}

/* ---- claims of an exchange -------------------------------------------------------- */

/* The claims of the request's session cookie. NULL, or why there are none. */
static const char *read_claims(const authjs_exchange_t *x, struct json_object **claims)
{
    const authjs_site_cookie_t *cookie = session_cookie(x->cookies);
    const char *token = authjs_session_cookie(x);

    if (!token) {
        return "the parts of the session cookie do not fit together";
    }
    return authjs_jwt_decode(x->pool, cookie->keys, token, strlen(token), x->now, claims);
}

static const authjs_error_t *write_session(authjs_exchange_t *x,
                                           struct json_object *claims)
{
    const char *token;
    const char *why = authjs_jwt_encode(x->pool, session_cookie(x->cookies)->keys, claims,
                                        x->site->max_age, x->now, &token);

    if (!why && !authjs_session_fits(x->r, x->cookies, x->cookie_header, token)) {
        why = "the session is too large";
    }
    if (why) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "no session was written: %s",
                            why);
    }
    authjs_session_queue_cookies(x, token);
    return NULL;
}

/* ---- create, get, destroy --------------------------------------------------------- */

/* A member that is absent stays absent, null stays null, as in JavaScript. */
static void copy_member(struct json_object *to, const char *to_key,
                        struct json_object *from, const char *from_key)
{
    struct json_object *value;

    if (json_object_object_get_ex(from, from_key, &value)) {
        authjs_json_set(to, to_key, value);
    }
}

static const authjs_error_t *jwt_create(authjs_exchange_t *x, struct json_object *user,
                                        struct json_object *account,
                                        struct json_object *stored)
{
    struct json_object *claims = authjs_json_object(x->pool);
    struct json_object *verified = authjs_json_get(user, "email_verified");

    (void)account;
    (void)stored;
    copy_member(claims, "name", user, "name");
    copy_member(claims, "email", user, "email");
    copy_member(claims, "picture", user, "image");
    copy_member(claims, "sub", user, "id");
    authjs_json_set_string(claims, "provider", x->provider->id);
    if (json_object_is_type(verified, json_type_boolean) &&
        !json_object_get_boolean(verified)) {
        authjs_json_set_boolean(claims, "email_verified", 0);
    }
    return write_session(x, claims);
}

static const char *session_json(const authjs_exchange_t *x, struct json_object *claims)
{
    struct json_object *session = authjs_json_object(x->pool);
    struct json_object *user = authjs_json_object(x->pool);
    char expires[AUTHJS_ISO8601_LEN + 1];

    copy_member(user, "name", claims, "name");
    copy_member(user, "email", claims, "email");
    copy_member(user, "image", claims, "picture");
    authjs_iso8601(expires, x->now + x->site->max_age);
    authjs_json_set(session, "user", user);
    authjs_json_set_string(session, "expires", expires);
    return authjs_json_text(x->pool, session);
}

static const authjs_error_t *jwt_get(authjs_exchange_t *x, struct json_object *data,
                                     int update, const char **json)
{
    struct json_object *claims = NULL;
    const authjs_error_t *error;
    const char *why;

    (void)data;
    (void)update;
    *json = "null";
    if (!authjs_session_has_cookies(x)) {
        return NULL;
    }
    why = read_claims(x, &claims);
    if (why) {
        authjs_log_error(x->r,
                         authjs_error(x->pool, AUTHJS_ERR_JWTSessionError, "%s", why));
        authjs_session_queue_cookies(x, NULL);
        return NULL;
    }
    *json = session_json(x, claims);
    error = write_session(x, claims);
    if (error) {
        authjs_log_error(x->r, error);
    }
    return NULL;
}

static const authjs_error_t *jwt_destroy(authjs_exchange_t *x)
{
    authjs_session_queue_cookies(x, NULL);
    return NULL;
}

/* ---- slide ------------------------------------------------------------------------ */

static void jwt_slide(request_rec *r, const authjs_site_t *site,
                      const authjs_cookie_set_t *cookies, const authjs_session_t *session)
{
    const authjs_site_cookie_t *cookie = session_cookie(cookies);
    const authjs_request_t *request = authjs_request(r, site);
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
    "jwt", jwt_read, NULL, jwt_create, jwt_get, jwt_destroy, jwt_slide,
};
