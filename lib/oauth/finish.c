/* Types oauth and oidc: from what was written, the environment and the definition to a
 * provider that can be used (finish_client.c: who we are there). */
#include "oauth/oauth.h"

#include "settings/settings.h"
#include "web/url.h"

#define API_KEY_MAX 4096

static const char *finish_id_token(authjs_provider_t *provider)
{
    const char *written = apr_table_get(provider->options, "idToken");
    struct json_object *flag = authjs_json_get(provider->definition, "idToken");
    int on = !flag || json_object_get_boolean(flag);

    if (written && authjs_boolean_parse(&on, written)) {
        return "AuthJSOption idToken must be true or false";
    }
    provider->id_token = on;
    provider->userinfo_required = !provider->type->oidc || !on;
    if (provider->mfa && !provider->type->oidc) {
        return "AuthJSMFA reads the id_token, which only the type oidc has";
    }
    return NULL;
}

/* ---- endpoints --------------------------------------------------------------------- */

static const char *finish_issuer(authjs_provider_t *provider, apr_pool_t *pool)
{
    const char *built_in = authjs_json_get_string(provider->definition, "issuer");
    const char *other = authjs_json_get_string(provider->definition, "issuerOf"), *name;

    if (!provider->issuer) {
        provider->issuer = authjs_client_from_env(provider, pool, "ISSUER");
    }
    if (!provider->issuer && other) {
        other = authjs_env_provider(pool, other, "ISSUER", &name);
        provider->issuer = other ? apr_pstrdup(pool, other) : NULL;
    }
    if (!provider->issuer && built_in) {
        return authjs_catalogue_expand(&provider->issuer, pool, provider, built_in);
    }
    return NULL;
}

/* The address of the document, where its issuer belongs. */
static const char *check_issuer(const authjs_provider_t *p, apr_pool_t *pool)
{
    static const char *const tails[] = {"/.well-known/openid-configuration",
                                        "/.well-known/oauth-authorization-server", NULL};
    const char *found = NULL;
    int i;

    for (i = 0; p->issuer && !found && tails[i]; i++) {
        found = ap_strstr_c(p->issuer, tails[i]);
    }
    return found ? apr_psprintf(pool,
                                "its issuer %s is the address of the discovery document; "
                                "write AuthJSIssuer %s",
                                p->issuer,
                                apr_pstrmemdup(pool, p->issuer, found - p->issuer))
                 : NULL;
}

static const char *check_url(apr_pool_t *pool, const char *name, const char *text,
                             int http_allowed)
{
    authjs_url_t url;
    apr_pool_t *ptemp;
    const char *why;

    if (!text) {
        return NULL;
    }
    apr_pool_create(&ptemp, pool);
    why = authjs_url_parse(&url, ptemp, text);
    if (!why && url.has_fragment) {
        why = "has a fragment";
    }
    if (!why && !strcmp(url.scheme, "http") && !http_allowed) {
        why = "must be https, because its issuer is";
    }
    why = why ? apr_psprintf(pool, "the %s URL: %s", name, why) : NULL;
    apr_pool_destroy(ptemp);
    return why;
}

/* Who else gets the access token. */
static const char *check_extra(const authjs_provider_t *p, apr_pool_t *pool, int http)
{
    struct json_object *extra = authjs_json_get_array(p->definition, "extra");
    struct json_object *userinfo = authjs_json_get_object(p->definition, "userinfo");
    const char *why = check_url(pool, "userinfo.emails_url",
                                authjs_json_get_string(userinfo, "emails_url"), http);
    size_t i;

    for (i = 0; !why && extra && i < json_object_array_length(extra); i++) {
        why =
            check_url(pool, "extra",
                      authjs_json_get_string(json_object_array_get_idx(extra, i), "url"),
                      http);
    }
    return why;
}

/* https; plain http only where the issuer (or, without one, the token endpoint) is. */
static const char *check_urls(const authjs_provider_t *p, apr_pool_t *pool, server_rec *s)
{
    const char *decides = p->issuer ? p->issuer : p->token_url, *why;
    int http = decides && !strncmp(decides, "http:", 5);
    authjs_url_t url;

    why = check_url(pool, "issuer", p->issuer, 1);
    if (!why) {
        why = check_url(pool, "discovery", p->discovery_url, http);
    }
    if (!why) {
        why = check_url(pool, "authorization", p->authorization_url, http);
    }
    if (!why) {
        why = check_url(pool, "token", p->token_url, http);
    }
    if (!why) {
        why = check_url(pool, "userinfo", p->userinfo_url, http);
    }
    if (!why) {
        why = check_url(pool, "JWKS", p->jwks_url, http);
    }
    if (!why) {
        why = check_extra(p, pool, http);
    }
    if (!why && http && !authjs_url_parse(&url, pool, decides) &&
        !authjs_url_is_loopback(url.host)) {
        authjs_remark(s,
                      "provider %s (%s) is asked over plain http at %s: anybody on "
                      "the network between can sign in as any user; use https",
                      p->id, p->defined_at, url.host);
    }
    return why;
}

static const char *endpoint_url(const authjs_provider_t *provider, const char *name)
{
    return authjs_json_get_string(authjs_json_get_object(provider->definition, name),
                                  "url");
}

/* What is filled in when a request is made, where it can be. */
static const char *check_places(const authjs_provider_t *p, apr_pool_t *pool)
{
    static const struct {
        const char *name;
        int places;
    } described[] = {{"authorization", 0},
                     {"token", AUTHJS_PLACE_SECRET},
                     {"userinfo", AUTHJS_PLACE_TOKEN},
                     {"extra", AUTHJS_PLACE_TOKEN}};
    const char *why = NULL;
    apr_size_t i;

    for (i = 0; !why && i < sizeof(described) / sizeof(described[0]); i++) {
        why = authjs_oauth_check_places(
            pool, authjs_json_get(p->definition, described[i].name), described[i].places);
        why = why ? apr_pstrcat(pool, described[i].name, " ", why, NULL) : NULL;
    }
    return why;
}

static const char *finish_endpoints(authjs_provider_t *p, apr_pool_t *pool, server_rec *s)
{
    const char *why = authjs_catalogue_fill_in(&p->definition, pool, p);

    if (!why) {
        why = check_places(p, pool);
    }
    if (why) {
        return why;
    }
    if (!p->authorization_url) {
        p->authorization_url = endpoint_url(p, "authorization");
    }
    if (!p->token_url) {
        p->token_url = endpoint_url(p, "token");
    }
    if (!p->userinfo_url) {
        p->userinfo_url = endpoint_url(p, "userinfo");
    }
    if (p->userinfo_url) {
        why = authjs_oauth_check_places(
            pool, authjs_json_own(pool, json_object_new_string(p->userinfo_url)),
            AUTHJS_PLACE_TOKEN);
    }
    if (why) {
        return apr_pstrcat(pool, "userinfo ", why, NULL);
    }
    if (!p->jwks_url) {
        p->jwks_url = authjs_json_get_string(p->definition, "jwks_endpoint");
    }
    if (!p->issuer && p->discovery_url) {
        return "has AuthJSDiscovery and no issuer that the document could be compared "
               "with; write AuthJSIssuer, as the document has it";
    }
    if (!p->issuer && p->type->oidc) {
        return authjs_client_is_missing(p, pool, "issuer", "AuthJSIssuer", "ISSUER");
    }
    if (!p->issuer && !(p->authorization_url && p->token_url && p->userinfo_url)) {
        return "has neither an issuer nor all endpoints; write "
               "AuthJSAuthorizationURL, AuthJSTokenURL and AuthJSUserinfoURL, or "
               "AuthJSIssuer for discovery";
    }
    return check_urls(p, pool, s);
}

/* ---- the authorization request ----------------------------------------------------- */

/* The definition's parameters in their order, then what was written. A scope is added
 * where Auth.js has an endpoint object to add it to; without one, type oidc gets it at
 * the end of the URL (authjs_oauth_signin). */
static void finish_params(authjs_provider_t *provider, apr_pool_t *pool)
{
    apr_array_header_t *written = provider->authorization_params;
    apr_array_header_t *params = apr_array_make(pool, 8, sizeof(authjs_param_t));
    struct json_object *defaults = authjs_json_get_object(
        authjs_json_get_object(provider->definition, "authorization"), "params");
    const char *mode;
    int i;

    if (defaults) {
        json_object_object_foreach(defaults, name, value)
        {
            authjs_params_set(params, name, json_object_get_string(value));
        }
    }
    for (i = 0; written && i < written->nelts; i++) {
        authjs_param_t *param = &APR_ARRAY_IDX(written, i, authjs_param_t);

        authjs_params_set(params, param->name, param->value);
    }
    if (provider->scope) {
        authjs_params_set(params, "scope", provider->scope);
    }
    else if (!authjs_params_get(params, "scope") &&
             (provider->authorization_url || params->nelts)) {
        authjs_params_set(params, "scope", "openid profile email");
    }
    provider->scope = authjs_params_get(params, "scope");
    provider->authorization_params = params;
    mode = authjs_params_get(params, "response_mode");
    provider->form_post = mode && !strcmp(mode, "form_post");
}

static void default_checks(authjs_provider_t *provider)
{
    struct json_object *list = authjs_json_get_array(provider->definition, "checks");
    size_t i;

    provider->checks = list ? AUTHJS_CHECK_NONE : AUTHJS_CHECK_PKCE;
    for (i = 0; list && i < json_object_array_length(list); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(list, i));

        if (!strcmp(name, "pkce")) {
            provider->checks |= AUTHJS_CHECK_PKCE;
        }
        else if (!strcmp(name, "state")) {
            provider->checks |= AUTHJS_CHECK_STATE;
        }
        else if (!strcmp(name, "nonce")) {
            provider->checks |= AUTHJS_CHECK_NONCE;
        }
    }
}

static const char *finish_checks(authjs_provider_t *provider, const authjs_site_t *site)
{
    apr_int64_t state_max;

    if (provider->checks == AUTHJS_UNSET) {
        default_checks(provider);
    }
    if (authjs_json_get_int64(provider->definition, "stateMax", &state_max) &&
        state_max > 0) {
        provider->state_max = (apr_size_t)state_max;
    }
    if (!provider->redirect_proxy_url) {
        provider->redirect_proxy_url = site->redirect_proxy_url;
    }
    /* Where accounts are linked, or a sign-in begins without a button, the answer must
     * belong to the browser that asked, whatever the provider makes of PKCE: else anybody
     * could link his own to a visitor, or sign a visitor in with it. */
    if (provider->redirect_proxy_url || site->store || site->goes_straight) {
        provider->checks |= AUTHJS_CHECK_STATE;
    }
    if (!provider->form_post) {
        return NULL;
    }
    provider->redirect_proxy_url = NULL;
    return provider->checks & AUTHJS_CHECK_PKCE
               ? "response_mode=form_post and AuthJSChecks pkce do not go together: the "
                 "browser withholds the cookie; write AuthJSChecks state nonce"
               : NULL;
}

/* ---- the profile ----------------------------------------------------------------- */

/* Whether the provider vouches for the e-mail address: what is written; else what the
 * definition says of its own address, and OpenID Connect of any. Of another address
 * nothing is known. */
static void finish_verified(authjs_provider_t *provider, struct json_object *written,
                            struct json_object *defined)
{
    const char *email = authjs_json_get_string(written, "email");
    const char *usual = authjs_json_get_string(defined, "email");
    const char *rule = authjs_json_get_string(written, AUTHJS_EMAIL_VERIFIED);

    if (!rule && email && (!usual || strcmp(email, usual))) {
        rule = AUTHJS_VERIFIED_NEVER;
    }
    if (!rule) {
        rule = authjs_json_get_string(provider->definition, AUTHJS_EMAIL_VERIFIED);
    }
    if (!rule) {
        rule = provider->type->oidc ? AUTHJS_VERIFIED_OIDC : AUTHJS_VERIFIED_NEVER;
    }
    provider->email_verified = rule;
}

static struct json_object *copy_of(apr_pool_t *pool, struct json_object *object)
{
    struct json_object *copy = authjs_json_object(pool);

    json_object_object_foreach(object, name, value)
    {
        authjs_json_set(copy, name, value);
    }
    return copy;
}

/* The definition's mapping with what was written over it, in an object of its own:
 * providers share their definitions. */
static void finish_profile(authjs_provider_t *provider, apr_pool_t *pool)
{
    struct json_object *written = provider->profile;
    struct json_object *defined = authjs_json_get_object(provider->definition, "profile");

    finish_verified(provider, written, defined);
    provider->profile = defined;
    if (written) {
        provider->profile = copy_of(pool, defined);
        json_object_object_foreach(written, field, mapping)
        {
            if (strcmp(field, AUTHJS_EMAIL_VERIFIED)) {
                authjs_json_set(provider->profile, field, mapping);
            }
        }
    }
}

/* {issuer} and options in texts of the mapping; hosts share one that has none. */
static const char *fill_in_profile(authjs_provider_t *provider, apr_pool_t *pool)
{
    struct json_object *filled = NULL;
    const char *text, *own, *why = NULL;

    json_object_object_foreach(provider->profile, field, mapping)
    {
        text = mapping ? json_object_get_string(mapping) : "";
        if (why || !ap_strchr_c(text, '{')) {
            continue;
        }
        why = authjs_catalogue_expand(&own, pool, provider, text);
        if (!why && strcmp(own, text)) {
            filled = filled ? filled : copy_of(pool, provider->profile);
            authjs_json_set_string(filled, field, own);
            why = authjs_profile_check(pool, own);
        }
    }
    provider->profile = filled ? filled : provider->profile;
    return why;
}

/* An id that the answer has no part in would make everybody one user, or nobody the same
 * one again. */
static const char *check_id(const authjs_provider_t *provider, apr_pool_t *pool)
{
    struct json_object *user;
    apr_pool_t *ptemp;
    int has_id;

    if (!authjs_json_get_string(provider->profile, "id")) {
        return "its profile has no id, without which nobody is signed in; write "
               "AuthJSProfile id=/id, with the path of the user's id in the provider's "
               "answer";
    }
    apr_pool_create(&ptemp, pool);
    has_id = !authjs_profile_map(ptemp, provider->profile, authjs_json_object(ptemp),
                                 &user, apr_array_make(ptemp, 0, sizeof(const char *))) &&
             authjs_json_get(user, "id");
    apr_pool_destroy(ptemp);
    return has_id
               ? "the id of its profile reads nothing of the provider's answer, so two "
                 "people could be one; write a path, as in AuthJSProfile id=/id"
               : NULL;
}

/* The key of an application is a secret like its client's. */
static const char *resolve_key(authjs_provider_t *provider, apr_pool_t *pool)
{
    const char *written = apr_table_get(provider->options, "apiKey"), *key, *why;

    if (!written) {
        return NULL;
    }
    why = authjs_secret_resolve(&key, pool, written);
    if (!why && !authjs_is_line(key, API_KEY_MAX)) {
        why = "it is not one line";
    }
    if (why) {
        return apr_pstrcat(pool, "AuthJSOption apiKey: ", why, NULL);
    }
    apr_table_setn(provider->options, "apiKey", key);
    return NULL;
}

/* ---- all of it ------------------------------------------------------------------- */

const char *authjs_oauth_finish(authjs_provider_t *provider, const authjs_site_t *site,
                                apr_pool_t *pool)
{
    static const char *const general[] = {"idToken", "privateKey",  "keyId",
                                          "alg",     "certificate", NULL};
    const char *why = authjs_client_finish(provider, pool);

    if (why) {
        return why;
    }
    finish_profile(provider, pool);
    why = authjs_catalogue_options(provider, pool, general);
    if (!why) {
        why = resolve_key(provider, pool);
    }
    if (!why) {
        why = finish_id_token(provider);
    }
    if (!why) {
        why = finish_issuer(provider, pool);
    }
    if (!why) {
        why = check_issuer(provider, pool);
    }
    if (!why) {
        why = authjs_client_finish_secret(provider, pool);
    }
    if (!why) {
        why = finish_endpoints(provider, pool, site->s);
    }
    if (!why) {
        why = fill_in_profile(provider, pool);
    }
    if (!why) {
        why = check_id(provider, pool);
    }
    if (why) {
        return why;
    }
    finish_params(provider, pool);
    why = authjs_client_check_alg(provider, pool);
    if (!why) {
        why = finish_checks(provider, site);
    }
    /* Not one that answers by a form of its own site: a browser withholds the session's
     * cookie then, and the visitor would sign in as somebody new. */
    provider->linkable = !provider->form_post;
    return why;
}
