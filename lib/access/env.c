#include "access/access.h"

#include "actions/action.h"
#include "session/refresh.h"
#include "web/url.h"

/* The session as the application sees it. */
typedef enum {
    USER_ID,
    USER_NAME,
    USER_EMAIL,
    USER_IMAGE,
    PROVIDER,
    EXPIRES,
    FACTOR,
    AUTH_TIME,
    SESSION,
    ACCESS_TOKEN,
    SHOWN__COUNT
} shown_e;

static const struct {
    const char *variable, *header;
} names[SHOWN__COUNT] = {
    {"AUTHJS_USER_ID", "X-AuthJS-User-Id"},
    {"AUTHJS_USER_NAME", "X-AuthJS-User-Name"},
    {"AUTHJS_USER_EMAIL", "X-AuthJS-User-Email"},
    {"AUTHJS_USER_IMAGE", "X-AuthJS-User-Image"},
    {"AUTHJS_PROVIDER", "X-AuthJS-Provider"},
    {"AUTHJS_EXPIRES", "X-AuthJS-Expires"},
    {"AUTHJS_FACTOR", "X-AuthJS-Factor"},
    {"AUTHJS_AUTH_TIME", "X-AuthJS-Auth-Time"},
    {"AUTHJS_SESSION", "X-AuthJS-Session"},
    {"AUTHJS_ACCESS_TOKEN", "X-AuthJS-Access-Token"},
};

static void show_claims(const char *values[SHOWN__COUNT], const authjs_session_t *session)
{
    const authjs_claims_t *claims = &session->claims;

    values[USER_ID] = claims->sub.value;
    values[USER_NAME] = claims->name.value;
    values[USER_EMAIL] = authjs_claims_email(claims);
    values[USER_IMAGE] = claims->picture.value;
    values[EXPIRES] = session->expires;
}

/* What the browser sees, nothing else. */
static void show_shown(const char *values[SHOWN__COUNT], const authjs_shown_t *shown)
{
    values[USER_ID] = shown->id;
    values[USER_NAME] = shown->name;
    values[USER_EMAIL] = shown->email;
    values[USER_IMAGE] = shown->image;
    values[EXPIRES] = shown->expires;
}

/* An e-mail address that the provider calls unverified is in the JSON alone, where
 * Auth.js has it too. */
static void show(const char *values[SHOWN__COUNT], request_rec *r,
                 const authjs_session_t *session)
{
    if (session->shown) {
        show_shown(values, session->shown);
    }
    else {
        show_claims(values, session);
    }
    if (session->claims.email_unverified) {
        values[USER_EMAIL] = NULL;
    }
    values[PROVIDER] = session->claims.provider.value;
    values[FACTOR] = authjs_factors_text(session->proof.factors);
    values[AUTH_TIME] = session->proof.auth_time
                            ? apr_off_t_toa(r->pool, session->proof.auth_time)
                            : NULL;
    values[SESSION] = authjs_session_text(r->pool, session);
    values[ACCESS_TOKEN] = authjs_refresh_access_token(r, session);
}

/* Unset and added, not set: the names begin alike, and apr_table_setn() would compare
 * each with all that stand in the table before it. */
static void set_env(request_rec *r, const char *const values[SHOWN__COUNT])
{
    int i;

    for (i = 0; i < SHOWN__COUNT; i++) {
        apr_table_unset(r->subprocess_env, names[i].variable);
    }
    for (i = 0; i < SHOWN__COUNT; i++) {
        if (values[i]) {
            apr_table_addn(r->subprocess_env, names[i].variable, values[i]);
        }
    }
}

/* encodeURI, so that decodeURIComponent gives the value back: a header has room for
 * visible ASCII only. */
static const char *header_value(apr_pool_t *pool, const char *value)
{
    return authjs_url_encode(pool, value, ";,/?:@&=+$-_.!~*'()#");
}

static void set_headers(request_rec *r, const char *const values[SHOWN__COUNT])
{
    int i;

    for (i = 0; i < SHOWN__COUNT; i++) {
        if (values[i]) {
            apr_table_setn(r->headers_in, names[i].header,
                           header_value(r->pool, values[i]));
        }
    }
}

static void pass_session(request_rec *r, authjs_request_t *request,
                         const authjs_session_t *session)
{
    int how = authjs_dir_pass(r);
    const char *values[SHOWN__COUNT];

    if (how) {
        show(values, r, session);
    }
    if (how & AUTHJS_PASS_ENV) {
        set_env(r, values);
    }
    if (how & AUTHJS_PASS_HEADERS) {
        set_headers(r, values);
        AUTHJS_SLOT(access, request)->headers_set = 1;
    }
}

int authjs_access_fixups(request_rec *r)
{
    authjs_request_t *request = authjs_request(r);
    const authjs_session_t *session;

    if (!request || r->proxyreq == PROXYREQ_PROXY) {
        return DECLINED;
    }
    /* After an internal redirect, perhaps to where less is told. */
    if (AUTHJS_SLOT(access, request)->headers_set) {
        authjs_access_remove_headers(r, r->headers_in);
    }
    if (authjs_access_signed_in(r) || authjs_access_protects(r)) {
        session = authjs_session_of(r);
        if (session) {
            pass_session(r, request, session);
            if (!r->main && !authjs_is_endpoint(r, request->site)) {
                authjs_session_slide(r, request, session);
            }
        }
    }
    if (authjs_session_was_asked(request)) {
        authjs_set_private(r);
    }
    return authjs_access_undecided(r, request);
}
