#include "oauth/oauth.h"

#include "jose/base64url.h"
#include "web/form.h"
#include "web/url.h"

/* What decides whose sign-in this is, and where its answer goes, is not the query's. */
static int is_reserved(const char *name)
{
    static const char *const names[] = {
        "callbackUrl", "client_id",   "client_secret",         "code_challenge",
        "csrfToken",   "nonce",       "code_challenge_method", "redirect_uri",
        "request",     "request_uri", "response_mode",         "response_type",
        "state",       NULL};
    int i;

    for (i = 0; names[i]; i++) {
        if (!strcmp(name, names[i])) {
            return 1;
        }
    }
    return 0;
}

static void set_all(apr_array_header_t *params, const apr_array_header_t *from,
                    int without_reserved)
{
    int i;

    for (i = 0; from && i < from->nelts; i++) {
        const authjs_param_t *param = &APR_ARRAY_IDX(from, i, authjs_param_t);

        if (!without_reserved || !is_reserved(param->name)) {
            authjs_params_set(params, param->name, param->value);
        }
    }
}

const char *authjs_redirect_proxy(const authjs_exchange_t *x, int *is_us)
{
    const authjs_provider_t *provider = x->provider;
    const char *proxy = provider->redirect_proxy_url ? provider->redirect_proxy_url
                                                     : x->site->redirect_proxy_url;
    authjs_url_t url;

    if (!proxy || provider->form_post || authjs_url_parse(&url, x->pool, proxy)) {
        return NULL;
    }
    *is_us = !strcmp(url.origin, x->origin);
    return proxy;
}

const char *authjs_redirect_uri(authjs_exchange_t *x, const char **own)
{
    const char *id = x->provider->id;
    const char *callback = apr_pstrcat(x->pool, x->base_url, "/callback/", id, NULL);
    int is_us;
    const char *proxy = authjs_redirect_proxy(x, &is_us);

    *own = NULL;
    if (!proxy || is_us) {
        return callback;
    }
    *own = callback;
    return apr_pstrcat(x->pool, proxy, "/callback/", id, NULL);
}

/* RFC 7636, S256. */
static const authjs_error_t *set_pkce(authjs_exchange_t *x, apr_array_header_t *params,
                                      authjs_attempt_t *attempt)
{
    const char *verifier = attempt->verifier;
    unsigned char hash[32];

    if (!verifier) {
        verifier = authjs_random_base64url(x->pool, 32);
    }
    if (!verifier || !authjs_sha256(hash, verifier, strlen(verifier))) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "no randomness for PKCE");
    }
    attempt->verifier = verifier;
    authjs_params_set(params, "code_challenge",
                      authjs_base64url(x->pool, hash, sizeof(hash)));
    authjs_params_set(params, "code_challenge_method", "S256");
    return NULL;
}

static const authjs_error_t *set_nonce(authjs_exchange_t *x, apr_array_header_t *params,
                                       authjs_attempt_t *attempt)
{
    if (!attempt->nonce) {
        attempt->nonce = authjs_random_base64url(x->pool, 32);
    }
    if (!attempt->nonce) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "no randomness for a nonce");
    }
    authjs_params_set(params, "nonce", attempt->nonce);
    return NULL;
}

/* Auth.js's cookies. Only the first holds the callback URL: each is sent with every
 * request, and any site can begin a sign-in with a long one. */
static const authjs_error_t *set_cookies(authjs_exchange_t *x, int checks,
                                         authjs_attempt_t *attempt)
{
    const authjs_error_t *error = NULL;

    if (attempt->state) {
        error = authjs_check_set(x, AUTHJS_COOKIE_STATE, attempt->state, attempt);
        attempt->to = NULL;
    }
    if (!error && checks & AUTHJS_CHECK_PKCE) {
        error = authjs_check_set(x, AUTHJS_COOKIE_PKCE_CODE_VERIFIER, attempt->verifier,
                                 attempt);
        attempt->to = NULL;
    }
    if (!error && checks & AUTHJS_CHECK_NONCE) {
        error = authjs_check_set(x, AUTHJS_COOKIE_NONCE, attempt->nonce, attempt);
    }
    return error;
}

static const authjs_error_t *set_checks(authjs_exchange_t *x, apr_array_header_t *params,
                                        const char *own)
{
    int checks = x->provider->checks;
    authjs_pending_e pending =
        authjs_check_can_bind(x) ? authjs_checks_pending(x) : AUTHJS_PENDING_NONE;
    const authjs_error_t *error = NULL;
    authjs_attempt_t attempt = {0};

    attempt.to = authjs_attempt_to(x);
    /* The redirect proxy finds the way back in the state; so does one of several attempts
     * at a provider for which that is not checked. */
    if (checks & AUTHJS_CHECK_STATE || own || (checks && pending)) {
        error = authjs_attempt_begin(x, own, &attempt);
        authjs_params_set(params, "state", attempt.state);
    }
    if (!error && checks & AUTHJS_CHECK_PKCE) {
        error = set_pkce(x, params, &attempt);
    }
    if (!error && checks & AUTHJS_CHECK_NONCE) {
        error = set_nonce(x, params, &attempt);
    }
    /* Such an attempt has nothing but its cookie, which another one must not overwrite.
     */
    if (!error && pending != AUTHJS_PENDING_NAMELESS) {
        error = set_cookies(x, checks, &attempt);
    }
    return error;
}

/* The endpoint without its query, which goes into params first. */
static const char *split_query(apr_pool_t *pool, const char *endpoint,
                               apr_array_header_t *params)
{
    const char *query = ap_strchr_c(endpoint, '?');
    apr_array_header_t *own;

    if (!query) {
        return endpoint;
    }
    if (!authjs_form_parse(&own, pool, query + 1, strlen(query + 1))) {
        set_all(params, own, 0);
    }
    return apr_pstrmemdup(pool, endpoint, query - endpoint);
}

/* A visitor who is to sign in once more must not come back by the session that the
 * provider has. Plain OAuth has no word for that. */
static void ask_again(const authjs_exchange_t *x, apr_array_header_t *params)
{
    const char *prompt = authjs_json_get_string(x->provider->definition, "reauth");

    if (x->reauth && x->provider->type->oidc) {
        authjs_params_set(params, "prompt", prompt ? prompt : "login");
    }
}

const authjs_error_t *authjs_oauth_signin(authjs_exchange_t *x)
{
    const authjs_provider_t *provider = x->provider;
    apr_array_header_t *params = apr_array_make(x->pool, 12, sizeof(authjs_param_t));
    const authjs_server_metadata_t *metadata;
    const authjs_error_t *error = authjs_oauth_metadata(x, provider, &metadata);
    const char *endpoint, *own;

    if (error) {
        return error;
    }
    endpoint = split_query(x->pool, metadata->authorization_endpoint, params);
    if (provider->authorization_url) {
        /* As in Auth.js: where both were written they stand together. */
        set_all(params, provider->authorization_params, 0);
    }
    authjs_params_set(params, "response_type", "code");
    authjs_params_set(params, "client_id", provider->client_id);
    authjs_params_set(params, "redirect_uri", authjs_redirect_uri(x, &own));
    set_all(params, provider->authorization_params, 0);
    if (!x->straight) {
        set_all(params, x->query, 1);
    }
    else if (x->login_hint) {
        /* Any site may have written the rest of this query. */
        authjs_params_set(params, "login_hint", x->login_hint);
    }
    ask_again(x, params);
    error = set_checks(x, params, own);
    if (error) {
        return error;
    }
    if (provider->type->oidc && !authjs_params_get(params, "scope")) {
        authjs_params_set(params, "scope", "openid profile email");
    }
    x->location = authjs_url_with_params(x->pool, endpoint, params);
    return NULL;
}
