/* Sign-ins that no button of ours begins: where there is one provider to choose
 * (AuthJSSignInPage Auto), and where another site asks for one (OpenID Connect Core,
 * section 4). Anybody can write such a link. What comes of it is a session that this
 * browser began, of whom the provider knows there; it takes the place of no session. */
#include "actions/action.h"

#include "http/asker.h"
#include "site/provider_type.h"
#include "settings/settings.h"
#include "signin/events.h"
#include "signin/signin.h"
#include "web/url.h"

#define LOGIN_HINT_MAX 256
/* Seconds: a session that the browser does not keep has been asked for again by then. */
#define JUST_CAME_BACK 60

/* ---- initiated elsewhere ----------------------------------------------------------- */

int authjs_is_initiated(const authjs_exchange_t *x)
{
    return x->method == M_POST && !x->csrf_verified && authjs_exchange_field(x, "iss") &&
           !authjs_exchange_field(x, "csrfToken");
}

void authjs_initiated_by_get(authjs_exchange_t *x, const char *id)
{
    static const char *const names[] = {"iss", "target_link_uri", "login_hint"};
    apr_array_header_t *params = apr_array_make(x->pool, 3, sizeof(authjs_param_t));
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = authjs_exchange_field(x, names[i]);

        if (value && strlen(value) <= AUTHJS_URL_MAX_LEN) {
            authjs_params_set(params, names[i], value);
        }
    }
    x->status = HTTP_SEE_OTHER;
    x->location = authjs_url_with_params(x->pool,
                                         apr_pstrcat(x->pool, x->base_url, "/signin",
                                                     id ? "/" : "", id ? id : "", NULL),
                                         params);
}

/* The only provider of this issuer, or NULL. */
static const authjs_provider_t *find_issuer(const authjs_site_t *site, const char *issuer)
{
    const authjs_provider_t *found = NULL;
    int i, count = 0;

    for (i = 0; i < site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *);

        if (provider->issuer && !strcmp(provider->issuer, issuer)) {
            found = provider;
            count++;
        }
    }
    return count == 1 ? found : NULL;
}

int authjs_initiated_begin(authjs_exchange_t *x)
{
    const char *issuer = authjs_exchange_query(x, "iss");
    const char *hint = authjs_exchange_query(x, "login_hint");

    if (issuer && !x->provider) {
        x->provider = find_issuer(x->site, issuer);
    }
    else if (issuer && !(x->provider->issuer && !strcmp(x->provider->issuer, issuer))) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                      "AuthJS: iss is %.256s, which is not the issuer of provider %s",
                      ap_escape_logitem(x->pool, issuer), x->provider->id);
        return 0;
    }
    if (x->provider && hint && *hint && strlen(hint) <= LOGIN_HINT_MAX) {
        x->login_hint = authjs_line(hint);
    }
    return 1;
}

/* ---- without the page -------------------------------------------------------------- */

void authjs_ask_first(authjs_exchange_t *x, authjs_asked_after_e after)
{
    if (x->site->goes_straight) {
        authjs_exchange_set_cookie(
            x, AUTHJS_COOKIE_ASK_FIRST, "1",
            after == AUTHJS_AFTER_SIGN_OUT ? 0 : x->now + JUST_CAME_BACK);
    }
}

void authjs_asked(authjs_exchange_t *x)
{
    if (authjs_exchange_cookie(x, AUTHJS_COOKIE_ASK_FIRST)) {
        authjs_exchange_delete_cookie(x, AUTHJS_COOKIE_ASK_FIRST);
    }
}

/* Whether a person has come: by the rule for all, or who says nothing of himself, as no
 * browser's script does. */
static int is_person(const request_rec *r)
{
    if (r->header_only || authjs_wants_json_redirect(r) || authjs_is_prefetch(r)) {
        return 0;
    }
    return authjs_asker(r) == AUTHJS_ASKER_PERSON ||
           !(apr_table_get(r->headers_in, "Sec-Fetch-Mode") ||
             apr_table_get(r->headers_in, "Accept") ||
             apr_table_get(r->headers_in, "X-Requested-With"));
}

/* Where the session's cookie is SameSite=Strict, a visit that another site has caused
 * does not tell whether somebody is signed in. */
static int may_hide_session(const authjs_exchange_t *x)
{
    const char *same_site = x->cookies->cookie[AUTHJS_COOKIE_SESSION_TOKEN].def.same_site;
    const char *from = apr_table_get(x->r->headers_in, "Sec-Fetch-Site");

    return same_site && !strcmp(same_site, "Strict") &&
           !(from && (!strcmp(from, "same-origin") || !strcmp(from, "none")));
}

/* The provider whose button would be the only one, if a button is all it has. */
static const authjs_provider_t *only_button(const authjs_exchange_t *x,
                                            const apr_array_header_t *only)
{
    const authjs_provider_t *provider = x->provider;

    if (!provider && only && only->nelts == 1) {
        provider = authjs_site_provider(x->site, APR_ARRAY_IDX(only, 0, const char *));
    }
    else if (!provider && !only && x->site->providers->nelts == 1) {
        provider = APR_ARRAY_IDX(x->site->providers, 0, const authjs_provider_t *);
    }
    return provider && provider->type->has_checks && !provider->type->fields ? provider
                                                                             : NULL;
}

int authjs_go_straight(authjs_exchange_t *x, const apr_array_header_t *only)
{
    const authjs_provider_t *provider = only_button(x, only);
    const authjs_error_t *error;

    if (!x->site->goes_straight || !provider || x->reauth ||
        authjs_exchange_query(x, "error") ||
        authjs_exchange_cookie(x, AUTHJS_COOKIE_ASK_FIRST) || !is_person(x->r) ||
        may_hide_session(x) || authjs_is_signed_in(x)) {
        return 0;
    }
    x->provider = provider;
    x->straight = 1;
    error = provider->type->signin(x);
    if (error) {
        authjs_event_sign_in_failed(x, error);
        x->location = NULL;
    }
    return !error;
}
