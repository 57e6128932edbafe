#include "session/session.h"

#include "session/auth.h"
#include "session/slot.h"
#include "web/url.h"

#define BEARER "Bearer "

static const char *cookie_token(const authjs_request_t *request)
{
    const authjs_cookie_def_t *def =
        &request->cookies->cookie[AUTHJS_COOKIE_SESSION_TOKEN].def;

    return authjs_cookie_chunks(request->r->pool, request->cookie_header, def->name,
                                def->name_len);
}

/* Auth.js's getToken: the scheme exactly so, the token percent-decoded. */
static const char *bearer_token(const authjs_request_t *request)
{
    const char *header = apr_table_get(request->r->headers_in, "Authorization");

    if (!header || strncmp(header, BEARER, sizeof(BEARER) - 1)) {
        return NULL;
    }
    header += sizeof(BEARER) - 1;
    return authjs_url_decode(request->r->pool, header, strlen(header));
}

static const authjs_session_t *read_token(const authjs_request_t *request,
                                          const authjs_site_t *site, const char *token)
{
    return token && *token
               ? site->strategy->read(request->r, site, request->cookies, token)
               : NULL;
}

/* For who looks why somebody is asked to sign in again and again. */
static void log_no_cookie(const authjs_request_t *request, const char *name)
{
    static const char prefix[] = "__Secure-";
    request_rec *r = request->r;
    const char *other;
    int came;

    if (!APLOGrdebug(r)) {
        return;
    }
    other = strncmp(name, prefix, sizeof(prefix) - 1)
                ? apr_pstrcat(r->pool, prefix, name, NULL)
                : name + sizeof(prefix) - 1;
    came =
        authjs_cookie_chunk_names(r->pool, request->cookie_header, other, strlen(other))
            ->nelts > 0;
    ap_log_rerror(
        APLOG_MARK, APLOG_DEBUG, 0, r, "AuthJS: no session: no cookie %s came%s%s%s",
        name, request->cookie_header ? "" : ", and no other", came ? ", but " : "",
        came ? apr_pstrcat(r->pool, other, ", which is that of the other scheme", NULL)
             : "");
}

/* Of several cookies the first that opens counts. One that opens costs no look at the
 * others; a database that is away is asked once. */
static const authjs_session_t *read_cookies(authjs_request_t *request,
                                            const authjs_site_t *site)
{
    const authjs_session_slot_t *slot = AUTHJS_SLOT(session, request);
    const authjs_cookie_def_t *def =
        &request->cookies->cookie[AUTHJS_COOKIE_SESSION_TOKEN].def;
    const char *first = cookie_token(request);
    const authjs_session_t *session = read_token(request, site, first);
    const apr_array_header_t *all;
    int i;

    if (session || slot->unavailable) {
        return session;
    }
    all = authjs_cookie_sessions(request->r->pool, request->cookie_header, def->name,
                                 def->name_len);
    if (!all->nelts) {
        log_no_cookie(request, def->name);
    }
    for (i = 0; i < all->nelts && !session && !slot->unavailable; i++) {
        const char *token = APR_ARRAY_IDX(all, i, const char *);

        if (!first || strcmp(token, first)) {
            session = read_token(request, site, token);
        }
    }
    return session;
}

/* The callbacks jwt and session have the last word. */
static const authjs_session_t *as_callbacks_want(const authjs_request_t *request,
                                                 const authjs_site_t *site,
                                                 const authjs_session_t *session)
{
    return session && site->asks_auth ? authjs_auth(request->r, site, session) : session;
}

static const authjs_session_t *by_cookie(authjs_request_t *request,
                                         const authjs_site_t *site)
{
    authjs_session_slot_t *slot = AUTHJS_SLOT(session, request);
    const authjs_session_t *session;

    if (slot->cookie_read) {
        return slot->by_cookie;
    }
    slot->cookie_read = 1;
    session = read_cookies(request, site);
    if (session && site->refreshes) {
        session = site->strategy->refresh(request, site, session);
    }
    slot->by_cookie = as_callbacks_want(request, site, session);
    return slot->by_cookie;
}

/* A cookie, even a bad one, comes before the header, as in getToken. */
static const authjs_session_t *by_bearer(authjs_request_t *request,
                                         const authjs_site_t *site)
{
    authjs_session_slot_t *slot = AUTHJS_SLOT(session, request);
    const authjs_session_t *session;
    authjs_session_t *marked;

    if (slot->bearer_read) {
        return slot->by_bearer;
    }
    slot->bearer_read = 1;
    if (cookie_token(request)) {
        return NULL;
    }
    session = as_callbacks_want(request, site,
                                read_token(request, site, bearer_token(request)));
    if (session) {
        marked = apr_pmemdup(request->r->pool, session, sizeof(*session));
        marked->from_bearer = 1;
        slot->by_bearer = marked;
    }
    return slot->by_bearer;
}

/* AuthJSProviders: whose sessions count here. */
static int provider_accepted(const request_rec *r, const authjs_session_t *session)
{
    const char *provider = session->claims.provider.value;
    const apr_array_header_t *accepted = authjs_dir_providers(r);

    if (!accepted || (provider && authjs_cookie_index(accepted, provider) >= 0)) {
        return 1;
    }
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r,
                  "AuthJS: no session here: it is of provider %s, which AuthJSProviders "
                  "does not name",
                  provider ? provider : "(unknown)");
    return 0;
}

const authjs_session_t *authjs_session_of(request_rec *r)
{
    authjs_request_t *request = authjs_request(r);
    const authjs_session_t *session;

    if (!request) {
        return NULL;
    }
    AUTHJS_SLOT(session, request)->asked = 1;
    if (!request->cookies) {
        return NULL;
    }
    session = by_cookie(request, request->site);
    if (!session && authjs_dir_bearer(r)) {
        session = by_bearer(request, request->site);
    }
    return session && provider_accepted(r, session) ? session : NULL;
}

int authjs_session_is_fresh(const authjs_session_t *session, const authjs_site_t *site,
                            apr_int64_t now)
{
    return !site->reauth || authjs_proof_is_fresh(&session->proof, site->reauth, now);
}

/* ---- what is remembered of it ----------------------------------------------------- */

int authjs_session_was_asked(authjs_request_t *request)
{
    return AUTHJS_SLOT(session, request)->asked;
}

void authjs_session_set_asked(authjs_request_t *request, int asked)
{
    AUTHJS_SLOT(session, request)->asked = asked;
}

int authjs_session_is_unavailable(authjs_request_t *request)
{
    return AUTHJS_SLOT(session, request)->unavailable;
}

void authjs_session_bypass_cache(authjs_request_t *request)
{
    AUTHJS_SLOT(session, request)->fresh = 1;
}

int authjs_session_came_by_bearer(authjs_request_t *request)
{
    return AUTHJS_SLOT(session, request)->by_bearer != NULL;
}

void authjs_session_slide(request_rec *r, authjs_request_t *request,
                          const authjs_session_t *session)
{
    authjs_session_slot_t *slot = AUTHJS_SLOT(session, request);

    if (!slot->slid && !session->from_bearer && request->site->strategy->slide) {
        slot->slid = 1;
        request->site->strategy->slide(r, request->site, request->cookies, session);
    }
}
