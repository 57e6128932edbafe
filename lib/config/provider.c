/* A provider as it was written, laid over its definition and the environment. */
#include "config/internal.h"

#include "providers/provider.h"

authjs_client_auth_e authjs_client_auth_method(const char *name)
{
    /* In the order of authjs_client_auth_e. */
    static const char *const names[] = {"",
                                        "client_secret_basic",
                                        "client_secret_post",
                                        "client_secret_jwt",
                                        "private_key_jwt",
                                        "none"};
    int i;

    for (i = 1; i < (int)(sizeof(names) / sizeof(names[0])); i++) {
        if (!strcmp(names[i], name)) {
            return (authjs_client_auth_e)i;
        }
    }
    return AUTHJS_CLIENT_AUTH_UNSET;
}

const char *authjs_id_token_alg_check(const char *alg)
{
    static const char *const algs[] = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                       "PS512", "ES256", "ES384", "ES512", "EdDSA",
                                       "HS256", "HS384", "HS512", NULL};
    int i;

    for (i = 0; algs[i] && strcmp(algs[i], alg); i++) {
    }
    return algs[i] ? NULL
                   : "the algorithm must be RS256, RS384, RS512, PS256, PS384, PS512, "
                     "ES256, ES384, ES512, EdDSA, HS256, HS384 or HS512";
}

static const char *unknown(const authjs_provider_t *provider, apr_pool_t *pool,
                           const authjs_server_config_t *conf, const char *template_id)
{
    const char *nearest = authjs_catalogue_nearest(pool, conf, template_id);

    if (nearest) {
        return apr_psprintf(pool, "there is no provider %s; did you mean %s?",
                            template_id, nearest);
    }
    return apr_psprintf(pool,
                        "there is no provider %s; write <AuthJSProvider %s oidc> with "
                        "AuthJSIssuer inside, or <AuthJSProvider %s oauth> with "
                        "AuthJSAuthorization, AuthJSToken and AuthJSUserinfo",
                        template_id, provider->id, provider->id);
}

static int uses_client(const authjs_provider_t *p)
{
    return p->issuer || p->client_id || p->client_secret_spec || p->scope ||
           p->authorization_url || p->authorization_params || p->token_url ||
           p->userinfo_url || p->jwks_url || p->checks != AUTHJS_UNSET ||
           p->client_auth != AUTHJS_CLIENT_AUTH_UNSET || p->id_token_alg || p->profile ||
           p->options || p->redirect_proxy_url;
}

static int has_directive(const ap_directive_t *directives, const char *name)
{
    for (; directives; directives = directives->next) {
        if (!ap_cstr_casecmp(directives->directive, name)) {
            return 1;
        }
    }
    return 0;
}

static const char *finish_credentials(authjs_provider_t *provider, apr_pool_t *pool)
{
    authjs_authn_t file;
    const char *why, *directive;
    int i;

    if (uses_client(provider)) {
        return "asks httpd's own authn providers or AuthJSAuthorize; only AuthJSName, "
               "AuthJSStyle and these mean anything in its section";
    }
    if (provider->authorize) {
        return provider->authn_providers
                   ? "has AuthJSAuthorize and AuthJSAuthnProvider; one of them answers"
                   : NULL;
    }
    if (!provider->authn_providers) {
        why = authjs_authn_lookup(pool, "file", &file);
        if (why) {
            return why;
        }
        provider->authn_providers = apr_array_make(pool, 1, sizeof(authjs_authn_t));
        APR_ARRAY_PUSH(provider->authn_providers, authjs_authn_t) = file;
    }
    for (i = 0; i < provider->authn_providers->nelts; i++) {
        const char *name =
            APR_ARRAY_IDX(provider->authn_providers, i, authjs_authn_t).name;

        directive = authjs_authn_directive(name);
        if (directive && !has_directive(provider->directives, directive)) {
            return apr_psprintf(pool,
                                "does not say where its users are; write <AuthJSProvider "
                                "%s%s> with AuthJSAuthnProvider %s and %s inside",
                                provider->id, provider->template_id ? " credentials" : "",
                                name, directive);
        }
    }
    return NULL;
}

/* Style: the definition's, with what was written over it. */
static void finish_style(authjs_provider_t *provider, apr_pool_t *pool)
{
    struct json_object *style = authjs_json_get_object(provider->definition, "style");
    apr_table_t *merged = apr_table_make(pool, 4);

    if (style) {
        json_object_object_foreach(style, key, value)
        {
            apr_table_setn(merged, key, json_object_get_string(value));
        }
    }
    if (provider->style) {
        apr_table_overlap(merged, provider->style, APR_OVERLAP_TABLES_SET);
    }
    provider->style = merged;
}

static const char *default_name(const authjs_provider_t *provider)
{
    const char *name = authjs_json_get_string(provider->definition, "name");

    if (name) {
        return name;
    }
    return strcmp(provider->id, "credentials") ? provider->id : "Credentials";
}

const char *authjs_provider_finish(authjs_provider_t *provider, apr_pool_t *pool,
                                   apr_pool_t *ptemp, const authjs_server_config_t *conf,
                                   server_rec *s)
{
    const char *template_id =
        provider->template_id ? provider->template_id : provider->id;
    const char *why;

    provider->definition = authjs_catalogue_entry(pool, conf, template_id);
    if (!provider->definition) {
        return unknown(provider, pool, conf, template_id);
    }
    provider->type_name = authjs_json_get_string(provider->definition, "type");
    provider->type = authjs_provider_type(provider->type_name);
    if (!provider->type) {
        return apr_psprintf(pool, "is of type %s, which this version does not have",
                            provider->type_name);
    }
    if (!provider->name) {
        provider->name = default_name(provider);
    }
    finish_style(provider, pool);
    if (!strcmp(provider->type_name, "credentials")) {
        why = finish_credentials(provider, pool);
    }
    else if (provider->authn_providers || provider->authorize) {
        why = "AuthJSAuthnProvider and AuthJSAuthorize are for the type credentials";
    }
    else {
        why = authjs_finish_oauth(provider, pool, conf, s);
    }
    return why || !provider->type->check ? why
                                         : provider->type->check(provider, pool, ptemp);
}
