#include "session/refresh.h"

#include "session/cookies.h"
#include "session/provenance.h"
#include "session/slot.h"
#include "site/provider_type.h"

/* Seconds before its end that an access token counts as expired: it has a way to go. */
#define MARGIN 10
/* An older cookie within the grace period may lead to tokens that have expired as well.
 */
#define STEPS 3

int authjs_refresh_due(const request_rec *r, apr_int64_t expires_at)
{
    return expires_at && expires_at <= AUTHJS_NOW(r) + MARGIN;
}

const char *authjs_refresh_access_token(request_rec *r, const authjs_session_t *session)
{
    apr_int64_t end = session->claims.expires_at;

    return authjs_dir_pass_access_token(r) && authjs_site(r)->refreshes &&
                   !session->refresh_failed && (!end || end > AUTHJS_NOW(r))
               ? session->claims.access_token.value
               : NULL;
}

/* ---- claims ----------------------------------------------------------------------- */

static int renew_once(request_rec *r, const authjs_site_t *site,
                      struct json_object *claims)
{
    const char *id = authjs_json_get_string(claims, "provider");
    authjs_renewal_t in = {r, site, NULL, NULL, 0, NULL, NULL};
    struct json_object *tokens;
    apr_int64_t end = 0;

    authjs_json_get_int64(claims, "expires_at", &end);
    in.provider = id ? authjs_site_provider(site, id) : NULL;
    in.refresh_token = authjs_json_get_string(claims, "refresh_token");
    in.expired = end <= AUTHJS_NOW(r);
    if (!in.provider || !in.provider->type->renewer || !in.refresh_token ||
        !*in.refresh_token ||
        authjs_provenance_of_claims(site, claims) != AUTHJS_PROVENANCE_OWN) {
        return 0;
    }
    switch (authjs_renew(&in, &tokens)) {
    case AUTHJS_REFRESH_DONE:
        authjs_refresh_claims_replace(claims, tokens);
        return 1;
    case AUTHJS_REFRESH_REFUSED:
        if (!authjs_refresh_claims_failed(claims)) {
            authjs_json_set_string(claims, "error", AUTHJS_REFRESH_ERROR);
            return 1;
        }
        return 0;
    default:
        return 0;
    }
}

int authjs_refresh_when_due(request_rec *r, const authjs_site_t *site,
                            struct json_object *claims)
{
    int changed = 0, steps;
    apr_int64_t end;

    for (steps = 0; steps < STEPS; steps++) {
        if (!authjs_json_get_int64(claims, "expires_at", &end) ||
            !authjs_refresh_due(r, end) || (changed && end > AUTHJS_NOW(r)) ||
            (changed && authjs_refresh_claims_failed(claims)) ||
            !renew_once(r, site, claims)) {
            break;
        }
        changed = 1;
    }
    return changed;
}

/* ---- a protected request ---------------------------------------------------------- */

static const char *send_cookies(authjs_request_t *request, const authjs_site_t *site,
                                struct json_object *claims)
{
    request_rec *r = request->r;
    const char *token, *why;

    why = authjs_session_seal(r, site, request->cookies, request->cookie_header, claims,
                              &token);
    if (!why) {
        authjs_session_send_cookies(r, site, request->cookies, token);
        AUTHJS_SLOT(session, request)->slid = 1;
    }
    return why;
}

static const char *read_claims(request_rec *r, struct json_object *claims,
                               authjs_session_t *session)
{
    const char *text = authjs_json_text(r->pool, claims);
    const char *why =
        authjs_claims_read(r->pool, text, strlen(text), AUTHJS_NOW(r), &session->claims);

    authjs_iso8601(session->expires, session->claims.exp);
    session->refresh_failed = session->claims.refresh_failed;
    return why;
}

const authjs_session_t *authjs_jwt_refresh(authjs_request_t *request,
                                           const authjs_site_t *site,
                                           const authjs_session_t *session)
{
    request_rec *r = request->r;
    authjs_session_t *renewed;
    struct json_object *claims;
    const char *why;

    if (!session->claims.has_refresh_token ||
        !authjs_refresh_due(r, session->claims.expires_at)) {
        return session;
    }
    why = authjs_json_parse_own(&claims, r->pool, session->claims.json,
                                session->claims.json_len);
    if (!why && !authjs_refresh_when_due(r, site, claims)) {
        return session;
    }
    if (!why) {
        why = send_cookies(request, site, claims);
    }
    renewed = apr_pmemdup(r->pool, session, sizeof(*renewed));
    if (!why) {
        why = read_claims(r, claims, renewed);
    }
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      "AuthJS: a session with new tokens is not written: %s", why);
        return session;
    }
    return renewed;
}
