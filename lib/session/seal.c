/* Session tokens of the strategy jwt, as large as a browser can send them back. */
#include "jose/refresh_claims.h"
#include "session/cookies.h"

#define COOKIE "Cookie: "

/* What a browser sends for one session token: name=value, several when it is chunked. */
static apr_size_t session_len(const authjs_cookie_def_t *def, apr_size_t token_len)
{
    apr_size_t chunks = (token_len + AUTHJS_COOKIE_CHUNK - 1) / AUTHJS_COOKIE_CHUNK;
    apr_size_t digits = chunks > 10 ? 2 : 1;
    apr_size_t suffix = chunks > 1 ? 1 + digits : 0;

    return token_len + chunks * (def->name_len + suffix + strlen("=; "));
}

/* The cookies that stay: an old session and the checks of a sign-in are replaced or
 * deleted by the same answer. */
static apr_size_t others_len(apr_pool_t *pool, const authjs_cookie_set_t *cookies,
                             const char *cookie_header)
{
    static const authjs_cookie_e passing[] = {AUTHJS_COOKIE_SESSION_TOKEN,
                                              AUTHJS_COOKIE_PKCE_CODE_VERIFIER,
                                              AUTHJS_COOKIE_STATE, AUTHJS_COOKIE_NONCE,
                                              AUTHJS_COOKIE_WEBAUTHN_CHALLENGE};
    apr_array_header_t *names = apr_array_make(pool, 5, sizeof(const char *));
    const char *rest;
    apr_size_t i;

    if (!cookie_header) {
        return 0;
    }
    for (i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
        APR_ARRAY_PUSH(names, const char *) = cookies->cookie[passing[i]].def.name;
    }
    rest = authjs_cookie_strip(pool, cookie_header, names);
    return rest ? strlen(rest) : 0;
}

int authjs_session_fits(request_rec *r, const authjs_cookie_set_t *cookies,
                        const char *cookie_header, const char *token)
{
    const authjs_cookie_def_t *def = &cookies->cookie[AUTHJS_COOKIE_SESSION_TOKEN].def;
    apr_size_t limit = (apr_size_t)r->server->limit_req_fieldsize;
    apr_size_t session = session_len(def, strlen(token));
    apr_size_t len =
        strlen(COOKIE) + session + others_len(r->pool, cookies, cookie_header);

    if (len <= limit) {
        return 1;
    }
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                  "AuthJS: a session of %" APR_SIZE_T_FMT " bytes would make a Cookie "
                  "header of %" APR_SIZE_T_FMT
                  ", which LimitRequestFieldSize (%" APR_SIZE_T_FMT
                  ") refuses; it is not written. Keep fewer claims in the "
                  "token, or raise LimitRequestFieldSize",
                  session, len, limit);
    return 0;
}

/* A picture that is no address but stands in the session itself. */
static int remove_picture(struct json_object *claims)
{
    const char *picture = authjs_json_get_string(claims, "picture");

    if (!picture || strncmp(picture, "data:", 5)) {
        return 0;
    }
    authjs_json_set_string(claims, "picture", NULL);
    return 1;
}

const char *authjs_session_seal(request_rec *r, const authjs_site_t *site,
                                const authjs_cookie_set_t *cookies,
                                const char *cookie_header, struct json_object *claims,
                                const char **token)
{
    const authjs_keyring_t *keys = cookies->cookie[AUTHJS_COOKIE_SESSION_TOKEN].keys;
    apr_int64_t now = AUTHJS_NOW(r);
    const char *why = authjs_jwt_encode(r->pool, keys, claims, site->max_age, now, token);

    if (why || authjs_session_fits(r, cookies, cookie_header, *token)) {
        return why;
    }
    if (remove_picture(claims)) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      "AuthJS: the session is written without the picture in it, with "
                      "which it is too large (AuthJSProfile image=null)");
        why = authjs_jwt_encode(r->pool, keys, claims, site->max_age, now, token);
        if (why || authjs_session_fits(r, cookies, cookie_header, *token)) {
            return why;
        }
    }
    if (!site->refreshes || !authjs_refresh_claims_remove(claims)) {
        return "the session is too large";
    }
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                  "AuthJS: the session is written without the provider's tokens, with "
                  "which it is too large; it cannot be refreshed");
    why = authjs_jwt_encode(r->pool, keys, claims, site->max_age, now, token);
    return why || authjs_session_fits(r, cookies, cookie_header, *token)
               ? why
               : "the session is too large";
}
