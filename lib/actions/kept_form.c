#include "actions/kept_form.h"

#include "actions/action.h"
#include "http/asker.h"
#include "http/cache.h"
#include "jose/jwt.h"
#include "pages/page.h"
#include "session/session.h"
#include "web/form.h"
#include "web/url.h"

/* Of the body as it came. */
#define FORM_MAX (16 * 1024)
/* Seconds: as long as a sign-in may take. */
#define FORM_MAX_AGE 900
#define FORM_TYPE    "application/x-www-form-urlencoded"

struct authjs_kept_form_t {
    authjs_exchange_t *x;
    authjs_form_t form;
    const char *sealed;
};

/* ---- whose it is ------------------------------------------------------------------- */

static const char *user_of(apr_pool_t *pool, const authjs_claims_t *claims)
{
    const char *provider = claims->provider.value;

    return claims->sub.value
               ? apr_pstrcat(pool, provider ? provider : "", ":", claims->sub.value, NULL)
               : NULL;
}

/* Who was signed in until the session ended, or NULL. A session that has not ended is
 * another matter: it does not count at this page. */
static const char *last_user(const authjs_request_t *request)
{
    const authjs_site_cookie_t *cookie =
        &request->cookies->cookie[AUTHJS_COOKIE_SESSION_TOKEN];
    apr_pool_t *pool = request->r->pool;
    const char *token = authjs_cookie_chunks(pool, request->cookie_header,
                                             cookie->def.name, cookie->def.name_len);
    authjs_claims_t claims;

    if (request->site->strategy->row || !token ||
        !authjs_jwt_read(pool, cookie->keys, token, strlen(token), AUTHJS_NOW(request->r),
                         &claims) ||
        authjs_jwt_read(pool, cookie->keys, token, strlen(token), 0, &claims)) {
        return NULL;
    }
    return user_of(pool, &claims);
}

/* ---- keeping it -------------------------------------------------------------------- */

/* Its fields have to come back as they were: in UTF-8, and without files. */
static int is_form(const request_rec *r)
{
    const char *type = apr_table_get(r->headers_in, "Content-Type"), *charset;

    if (r->method_number != M_POST || !type ||
        apr_table_get(r->headers_in, "Content-Encoding") ||
        ap_cstr_casecmpn(type, FORM_TYPE, strlen(FORM_TYPE)) ||
        !ap_strchr_c("; \t", type[strlen(FORM_TYPE)])) {
        return 0;
    }
    charset = ap_strcasestr(type, "charset=");
    return !charset || ap_strcasestr(charset, "utf-8");
}

/* One that was sent again and is refused again would go round for ever. */
static int is_sent_again(const request_rec *r, const authjs_request_t *request)
{
    const char *referer = apr_table_get(r->headers_in, "Referer");
    const char *page =
        authjs_outward(r, request->site, request->origin,
                       apr_pstrcat(r->pool, request->site->base_path, "/resend", NULL));

    return referer && !strncmp(referer, page, strlen(page));
}

static const char *seal(authjs_kept_form_t *kept, const authjs_request_t *request,
                        const char *body)
{
    authjs_exchange_t *x = kept->x;
    struct json_object *claims = authjs_json_object(x->pool);
    const char *user = last_user(request);

    authjs_json_set_string(claims, "form", body);
    authjs_json_set_string(claims, "url", kept->form.url);
    authjs_json_set_string(claims, "csrf", x->csrf_token);
    if (user) {
        authjs_json_set_string(claims, "user", user);
    }
    return authjs_jwt_encode(x->pool, x->site->form_keys, claims, FORM_MAX_AGE, x->now,
                             &kept->sealed);
}

const authjs_kept_form_t *authjs_kept_form_take(const authjs_request_t *request)
{
    request_rec *r = request->r;
    authjs_kept_form_t *kept = apr_pcalloc(r->pool, sizeof(*kept));
    const char *body;
    apr_size_t len;
    int usable;

    if (!request->site->form_keys || authjs_asker(r) != AUTHJS_ASKER_PERSON ||
        !is_form(r) || !authjs_is_same_origin(r, request->origin) ||
        is_sent_again(r, request)) {
        return NULL;
    }
    kept->form.url = authjs_url_decide(r->pool, request->origin, NULL,
                                       authjs_requested_url(request), &usable);
    if (!usable ||
        authjs_exchange_begin(&kept->x, r, request->site, request->cookie_header) ||
        authjs_read_body(r, FORM_MAX, &body, &len) != AUTHJS_REQUEST_OK ||
        authjs_form_parse(&kept->form.fields, r->pool, body, len)) {
        return NULL;
    }
    authjs_csrf_begin(kept->x);
    if (!kept->x->csrf_token || seal(kept, request, apr_pstrmemdup(r->pool, body, len))) {
        return NULL;
    }
    authjs_answer_cookies(r, kept->x->cookies, kept->x->set_cookies);
    return kept;
}

const char *authjs_kept_form_url(const authjs_kept_form_t *kept)
{
    return apr_pstrcat(kept->x->pool, kept->x->base_url, "/resend", NULL);
}

const char *authjs_kept_form_page(const authjs_kept_form_t *kept, const char *sign_in)
{
    return authjs_page_form_kept(kept->x, &kept->form, kept->sealed, sign_in);
}

/* ---- sending it again -------------------------------------------------------------- */

/* Nobody's form is sent in somebody else's name; who has no session signs in first. */
static const authjs_session_t *session_of(authjs_exchange_t *x)
{
    const authjs_session_t *session = authjs_session_of(x->r);
    const char *page = apr_pstrcat(x->pool, x->base_url, "/resend", NULL);

    if (!session) {
        x->location =
            authjs_url_with_param(x->pool,
                                  apr_pstrcat(x->pool, x->base_url, "/signin", NULL),
                                  "callbackUrl", page);
    }
    return session;
}

const authjs_error_t *authjs_action_resend_page(authjs_exchange_t *x)
{
    if (session_of(x)) {
        authjs_page_resend(x);
    }
    return NULL;
}

/* Open a sealed form. @return NULL, or why it is not sent. */
static const char *open_form(authjs_exchange_t *x, authjs_form_t *form, const char *user)
{
    const char *sealed = authjs_exchange_field(x, "form"), *body, *csrf, *last, *jti,
               *why;
    struct json_object *claims;
    int usable;

    if (!authjs_is_same_origin(x->r, x->origin)) {
        return "no page of this site asks for it";
    }
    why = authjs_jwt_decode(x->pool, x->site->form_keys, sealed ? sealed : "",
                            sealed ? strlen(sealed) : 0, x->now, &claims);
    if (why) {
        return why;
    }
    body = authjs_json_get_string(claims, "form");
    csrf = authjs_json_get_string(claims, "csrf");
    last = authjs_json_get_string(claims, "user");
    jti = authjs_json_get_string(claims, "jti");
    form->url = authjs_url_decide(x->pool, x->origin, NULL,
                                  authjs_json_get_string(claims, "url"), &usable);
    if (!body || !csrf || !jti || !usable) {
        return "it was kept for another site";
    }
    if (!authjs_equal_str(csrf, x->csrf_token)) {
        return "it was kept for another browser";
    }
    form->sure = last && !strcmp(last, user);
    if (last && !form->sure) {
        return "it was somebody else's";
    }
    if (!authjs_cache_claim(x->site->cache, x->pool, "form", jti,
                            FORM_MAX_AGE + 2 * AUTHJS_JWT_TOLERANCE)) {
        return "it was sent before, or the cache failed";
    }
    return authjs_form_parse(&form->fields, x->pool, body, strlen(body));
}

const authjs_error_t *authjs_action_resend(authjs_exchange_t *x)
{
    const authjs_session_t *session = session_of(x);
    const char *user = session ? user_of(x->pool, &session->claims) : NULL, *why;
    authjs_form_t form = {NULL, NULL, 0};

    if (!session) {
        return NULL;
    }
    why = user ? open_form(x, &form, user) : "the session has no subject";
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                      "AuthJS: a kept form is not sent: %s", why);
        authjs_page_form_lost(x);
        return NULL;
    }
    authjs_page_form_send(x, &form);
    return NULL;
}
