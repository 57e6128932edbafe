/* Signing in: who may vouch for a visitor, the way there and the way back. */
#include "actions/action.h"

#include "pages/page.h"
#include "site/provider_type.h"
#include "signin/signin.h"
#include "settings/settings.h"
#include "web/url.h"

/* The provider that the path (or an issuer) names, else provider=<id>[,<id>]: which ones
 * the page offers. Ids that are not configured do not count; when none remains, all are
 * offered. */
static apr_array_header_t *wanted_providers(const authjs_exchange_t *x)
{
    apr_array_header_t *only = apr_array_make(x->pool, 4, sizeof(const char *));
    const char *list =
        x->provider ? x->provider->id : authjs_exchange_query(x, "provider");

    while (list && *list) {
        apr_size_t len = strcspn(list, ",");
        const char *id = apr_pstrmemdup(x->pool, list, len);

        if (authjs_site_provider(x->site, id)) {
            APR_ARRAY_PUSH(only, const char *) = id;
        }
        list += len + (list[len] == ',');
    }
    return only->nelts ? only : NULL;
}

/* Who is signed in already, or NULL. Where the database does not answer, the page does
 * without. */
static struct json_object *signed_in(authjs_exchange_t *x)
{
    authjs_visitor_t visitor;
    const authjs_error_t *error;

    if (!x->site->store) {
        return NULL;
    }
    error = authjs_visitor(x, &visitor);
    if (error) {
        authjs_log_error(x->r, error);
    }
    return visitor.user;
}

/* To the site's own page (AuthJSPage). An invitation is taken on: what is none, that page
 * is not told of either. */
static void go_to_page(authjs_exchange_t *x, const char *page, const char *error,
                       const apr_array_header_t *only)
{
    apr_array_header_t *params = apr_array_make(x->pool, 5, sizeof(authjs_param_t));
    const char *invitation = authjs_exchange_query(x, "invitation");

    authjs_params_set(params, "callbackUrl", x->callback_url);
    if (x->reauth) {
        authjs_params_set(params, AUTHJS_REAUTH, "1");
    }
    if (error) {
        authjs_params_set(params, "error", error);
    }
    if (only) {
        authjs_params_set(params, "provider", apr_array_pstrcat(x->pool, only, ','));
    }
    if (invitation && strlen(invitation) <= AUTHJS_INVITATION_TOKEN_MAX) {
        authjs_params_set(params, "invitation", invitation);
    }
    x->status = 0;
    x->location = authjs_url_with_params(x->pool, page, params);
}

const authjs_error_t *authjs_action_signin_page(authjs_exchange_t *x)
{
    const char *page = authjs_exchange_page(x, AUTHJS_PAGE_SIGN_IN);
    const char *error = authjs_exchange_query(x, "error");
    const char *email = authjs_exchange_query(x, "email");
    authjs_signin_page_t ours = {0};
    int agreed = authjs_initiated_begin(x);
    apr_array_header_t *only = wanted_providers(x);

    authjs_reauth_begin(x);
    if (agreed && !(page && !x->provider) && authjs_go_straight(x, only)) {
        return NULL;
    }
    /* It could not begin. */
    error = x->straight ? "OAuthSignin" : error;
    if (page) {
        go_to_page(x, page, error, only);
    }
    else {
        if (error) {
            ours.tried = authjs_tried(x);
        }
        if (!ours.tried.name) {
            ours.tried.name = email ? email : x->login_hint;
            ours.tried.provider = NULL;
        }
        ours.user = signed_in(x);
        ours.error = error;
        ours.only = only;
        ours.last = authjs_last_used(x);
        authjs_page_signin(x, &ours);
    }
    return NULL;
}

const authjs_error_t *authjs_action_signin(authjs_exchange_t *x)
{
    authjs_asked(x);
    authjs_reauth_begin(x);
    if (x->provider && x->provider->type->signin) {
        return x->provider->type->signin(x);
    }
    x->location = apr_pstrcat(x->pool, x->base_url, "/signin", NULL);
    return NULL;
}

/* An address that no provider has sent a browser to: typed, kept as a bookmark, or the
 * way back of a form that was sent there. */
static int is_bare(const authjs_exchange_t *x)
{
    return x->method == M_GET && !x->query->nelts;
}

const authjs_error_t *authjs_action_callback(authjs_exchange_t *x)
{
    const authjs_provider_type_t *type = x->provider ? x->provider->type : NULL;
    const authjs_error_t *error;

    if (is_bare(x) && authjs_lead_astray_on(x, HTTP_OK)) {
        return NULL;
    }
    if (!type) {
        return authjs_error(x->pool, AUTHJS_ERR_InvalidProvider,
                            "callback without a provider");
    }
    if (!(type->callback_methods & (1 << x->method))) {
        return authjs_error(x->pool, AUTHJS_ERR_InvalidProvider,
                            "a %s provider takes no %s callback", type->name,
                            x->r->method);
    }
    if (type->callback_csrf && (error = authjs_csrf_require(x))) {
        return error;
    }
    error = type->callback(x);
    if (!error && x->to_confirm) {
        authjs_page_link(x);
    }
    if (!error && type->has_checks) {
        authjs_ask_first(x, AUTHJS_AFTER_CALLBACK);
    }
    return error;
}

const authjs_error_t *authjs_action_providers(authjs_exchange_t *x)
{
    struct json_object *answer = authjs_json_object(x->pool);
    int i;

    for (i = 0; i < x->site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(x->site->providers, i, const authjs_provider_t *);
        struct json_object *entry = authjs_json_object(x->pool);

        authjs_json_set_string(entry, "id", provider->id);
        authjs_json_set_string(entry, "name", provider->name);
        authjs_json_set_string(entry, "type", provider->type->name);
        authjs_json_set_string(entry, "signinUrl",
                               apr_pstrcat(x->pool, x->base_url, "/signin/", provider->id,
                                           NULL));
        authjs_json_set_string(entry, "callbackUrl",
                               apr_pstrcat(x->pool, x->base_url, "/callback/",
                                           provider->id, NULL));
        authjs_json_set(answer, provider->id, entry);
    }
    authjs_exchange_answer_json(x, HTTP_OK, authjs_json_text(x->pool, answer));
    return NULL;
}

const authjs_error_t *authjs_action_webauthn_options(authjs_exchange_t *x)
{
    if (!x->provider || !x->provider->type->options) {
        return authjs_error(x->pool, AUTHJS_ERR_InvalidProvider,
                            "webauthn-options without a provider of type webauthn");
    }
    return x->provider->type->options(x);
}
