#include "session/auth.h"

#include "callbacks/callbacks.h"
#include "core/jsonpath.h"
#include "jose/refresh_claims.h"
#include "session/provenance.h"
#include "session/slot.h"

/* ---- what callbacks are given, and what stays out of their reach ------------------ */

struct json_object *authjs_session_from_claims(apr_pool_t *pool,
                                               struct json_object *claims,
                                               const char *expires)
{
    static const char *const members[][2] = {
        {"name", "name"}, {"email", "email"}, {"image", "picture"}};
    struct json_object *session = authjs_json_object(pool);
    struct json_object *user = authjs_json_object(pool), *value;
    apr_size_t i;

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (json_object_object_get_ex(claims, members[i][1], &value)) {
            authjs_json_set_new(user, members[i][0], value);
        }
    }
    authjs_json_set_new(session, "user", user);
    authjs_json_set_new(session, "expires",
                        authjs_json_own(pool, json_object_new_string(expires)));
    return session;
}

struct json_object *authjs_session_from_rows(apr_pool_t *pool, struct json_object *rows)
{
    struct json_object *session =
        authjs_json_own(pool, authjs_json_copy(authjs_json_get_object(rows, "session")));

    authjs_json_set(session, "user", authjs_json_get(rows, "user"));
    return session;
}

/* ---- auth() ----------------------------------------------------------------------- */

typedef struct {
    request_rec *r;
    const authjs_site_t *site;
    authjs_session_t *session;
    struct json_object *claims; /* of a JWT */
    struct json_object *rows;   /* {session, user} of a session in a database */
} auth_t;

static const char *parse_session(auth_t *auth)
{
    apr_pool_t *pool = auth->r->pool;
    const authjs_session_t *session = auth->session;

    return session->rows
               ? authjs_json_parse_own(&auth->rows, pool, session->rows,
                                       strlen(session->rows))
               : authjs_json_parse_own(&auth->claims, pool, session->claims.json,
                                       session->claims.json_len);
}

/* The claims as jwt returned them are read as those of a token would be. When the token
 * was made and ends is not jwt's to say. */
static const char *take_claims(auth_t *auth, struct json_object *claims)
{
    apr_pool_t *pool = auth->r->pool;
    const char *text;

    authjs_provenance_restore(claims, auth->claims);
    authjs_json_copy_as(claims, "iat", auth->claims, "iat");
    authjs_json_copy_as(claims, "exp", auth->claims, "exp");
    auth->claims = claims;
    text = authjs_json_text(pool, claims);
    return authjs_claims_read(pool, text, strlen(text), AUTHJS_NOW(auth->r),
                              &auth->session->claims);
}

static const char *apply_jwt(auth_t *auth)
{
    struct json_object *params = authjs_json_object(auth->r->pool);
    struct json_object *claims = auth->claims;

    switch (authjs_callback_object_protected(auth->r, auth->site, AUTHJS_CALLBACK_jwt,
                                             params, NULL, &claims)) {
    case AUTHJS_UNASKED:
        return NULL;
    case AUTHJS_OBJECT:
        return take_claims(auth, claims);
    case AUTHJS_NO_OBJECT:
        return "the callback jwt returned null";
    case AUTHJS_NO_ANSWER:
        return "the callback jwt returned nothing";
    default:
        return "the callback jwt failed";
    }
}

/* All of the user, or all of the token but for the tokens of AuthJSRefresh. */
static struct json_object *whole_user(auth_t *auth)
{
    struct json_object *user;

    if (auth->rows) {
        return authjs_json_get(auth->rows, "user");
    }
    user = authjs_json_own(auth->r->pool, authjs_json_copy(auth->claims));
    authjs_refresh_claims_remove(user);
    return user;
}

/* As the wrapper of auth(): there is always a user. */
static struct json_object *with_user(auth_t *auth, struct json_object *result)
{
    struct json_object *whole;

    if (json_object_object_get_ex(result, "user", NULL)) {
        return result;
    }
    whole = authjs_json_object(auth->r->pool);
    authjs_json_set(whole, "user", whole_user(auth));
    json_object_object_foreach(result, name, value)
    {
        authjs_json_set(whole, name, value);
    }
    return whole;
}

authjs_shown_t *authjs_session_show(request_rec *r, authjs_session_t *session,
                                    struct json_object *result)
{
    authjs_shown_t *shown = apr_pcalloc(r->pool, sizeof(*shown));
    struct json_object *hidden = authjs_refresh_claims_hide(r->pool, result);
    struct json_object *user = authjs_json_get(hidden, "user");
    const char *id = authjs_line(authjs_json_get_string(user, "id"));
    const char *expires = authjs_line(authjs_json_get_string(hidden, "expires"));

    shown->object = hidden;
    shown->id = id ? id : session->claims.sub.value;
    shown->name = authjs_line(authjs_json_get_string(user, "name"));
    shown->email = authjs_line(authjs_json_get_string(user, "email"));
    shown->image = authjs_line(authjs_json_get_string(user, "image"));
    shown->expires = expires ? expires : session->expires;
    session->shown = shown;
    return shown;
}

static const char *apply_session(auth_t *auth)
{
    apr_pool_t *pool = auth->r->pool;
    struct json_object *params = authjs_json_object(pool), *result;
    authjs_session_question_t question = {NULL, auth->session->claims.json,
                                          auth->session->refresh_failed};

    authjs_json_set_new(params, "session", NULL);
    if (auth->rows) {
        result = authjs_session_from_rows(pool, auth->rows);
        authjs_json_set_new(params, "user", authjs_json_get(auth->rows, "user"));
    }
    else {
        result = authjs_session_from_claims(pool, auth->claims, auth->session->expires);
        authjs_json_set_new(params, "token", auth->claims);
        question.session = result;
    }
    if (auth->session->refresh_failed) {
        authjs_json_set_string(result, "error", AUTHJS_REFRESH_ERROR);
    }
    switch (authjs_callback_object_protected(auth->r, auth->site, AUTHJS_CALLBACK_session,
                                             params, &question, &result)) {
    case AUTHJS_UNASKED:
        return NULL;
    case AUTHJS_OBJECT:
        if (!json_object_is_type(result, json_type_object)) {
            return "the callback session returned no object";
        }
        authjs_session_show(auth->r, auth->session, with_user(auth, result));
        return NULL;
    case AUTHJS_NO_OBJECT:
        return "the callback session returned null";
    case AUTHJS_NO_ANSWER:
        return "the callback session returned nothing";
    default:
        return "the callback session failed";
    }
}

const authjs_session_t *authjs_auth(request_rec *r, const authjs_site_t *site,
                                    const authjs_session_t *session)
{
    auth_t auth = {r, site, apr_pmemdup(r->pool, session, sizeof(*session)), NULL, NULL};
    authjs_session_slot_t *slot;
    const char *why;

    if (!session->rows && site->fast_path &&
        site->fast_path(r, site->fast_path_data, auth.session)) {
        return auth.session;
    }
    why = parse_session(&auth);
    if (!why && auth.claims && site->asks_jwt) {
        why = apply_jwt(&auth);
    }
    if (!why && auth.claims) {
        slot = AUTHJS_SLOT(session, authjs_request(r));
        slot->parsed = auth.session;
        slot->tree = auth.claims;
    }
    if (!why && authjs_has_callback(site, AUTHJS_CALLBACK_session)) {
        why = apply_session(&auth);
    }
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "AuthJS: no session: %s", why);
        return NULL;
    }
    return auth.session;
}
