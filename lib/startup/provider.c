/* A provider as it was written, laid over its definition and the environment. */
#include "catalogue/catalogue.h"
#include "oauth/oauth.h"
#include "providers/provider.h"
#include "settings/settings.h"
#include "startup/startup.h"

static const char *unknown(const authjs_provider_t *provider, apr_pool_t *pool,
                           const apr_array_header_t *files, const char *template_id)
{
    const char *nearest = authjs_catalogue_nearest(pool, files, template_id);

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
                                   apr_pool_t *ptemp, const authjs_site_t *site,
                                   const apr_array_header_t *files)
{
    const char *template_id =
        provider->template_id ? provider->template_id : provider->id;
    const char *why;

    provider->definition = authjs_catalogue_entry(pool, files, template_id);
    if (!provider->definition) {
        return unknown(provider, pool, files, template_id);
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
        why = authjs_finish_oauth(provider, pool, site);
    }
    return why || !provider->type->check ? why
                                         : provider->type->check(provider, pool, ptemp);
}
