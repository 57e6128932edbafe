/* A provider as it was written, laid over its definition and the environment. */
#include "catalogue/catalogue.h"
#include "oauth/oauth.h"
#include "providers/credentials.h"
#include "providers/email.h"
#include "providers/webauthn.h"
#include "site/provider_type.h"
#include "startup/startup.h"

static const authjs_provider_type_t *const types[] = {
    &authjs_type_oauth, &authjs_type_oidc,     &authjs_type_credentials,
    &authjs_type_email, &authjs_type_webauthn, NULL};

static const authjs_provider_type_t *find_type(const char *name)
{
    int i;

    for (i = 0; types[i] && strcmp(types[i]->name, name); i++) {
    }
    return types[i];
}

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
                        "AuthJSAuthorizationURL, AuthJSTokenURL and AuthJSUserinfoURL",
                        template_id, provider->id, provider->id);
}

static int has_client_directives(const authjs_provider_t *p)
{
    return p->issuer || p->discovery_url || p->client_id || p->client_secret_spec ||
           p->scope || p->authorization_url || p->authorization_params || p->token_url ||
           p->userinfo_url || p->jwks_url || p->checks != AUTHJS_UNSET ||
           p->client_auth != AUTHJS_CLIENT_AUTH_UNSET || p->id_token_alg || p->mfa ||
           p->profile || p->redirect_proxy_url;
}

/* The groups of directives that were written, as authjs_directives_e bits. */
static int written_directives(const authjs_provider_t *provider)
{
    return (has_client_directives(provider) ? AUTHJS_DIRECTIVES_CLIENT : 0) |
           (provider->authn_providers || provider->authorize ? AUTHJS_DIRECTIVES_AUTHN
                                                             : 0) |
           (provider->mail ? AUTHJS_DIRECTIVES_MAIL : 0) |
           (provider->options ? AUTHJS_DIRECTIVES_OPTIONS : 0);
}

/* Style: the definition's, with what was written over it. */
static void finish_style(authjs_provider_t *provider, apr_pool_t *pool)
{
    struct json_object *style = authjs_json_get_object(provider->definition, "style");
    apr_table_t *merged = apr_table_make(pool, 1);

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
    const authjs_provider_type_t *namesake = find_type(provider->id);

    if (name) {
        return name;
    }
    return namesake && namesake->title ? namesake->title : provider->id;
}

/* Read-only: all providers of this entry have it. */
static struct json_object *
find_definition(authjs_build_t *build, const apr_array_header_t *files, const char *id)
{
    void **place =
        authjs_shared(build, "definition",
                      apr_psprintf(build->ptemp, "%pp %s", (const void *)files, id));

    if (!*place) {
        *place = authjs_catalogue_entry(build->pconf, files, id);
    }
    return *place;
}

const char *authjs_provider_finish(authjs_provider_t *provider, authjs_build_t *build,
                                   const authjs_site_t *site,
                                   const apr_array_header_t *files)
{
    const char *template_id =
        provider->template_id ? provider->template_id : provider->id;
    apr_pool_t *pool = build->pconf;
    const char *type;

    provider->definition = find_definition(build, files, template_id);
    if (!provider->definition) {
        return unknown(provider, pool, files, template_id);
    }
    type = authjs_json_get_string(provider->definition, "type");
    provider->type = find_type(type);
    if (!provider->type) {
        return apr_psprintf(pool, "is of type %s, which this version does not have",
                            type);
    }
    if (!provider->name) {
        provider->name = default_name(provider);
    }
    finish_style(provider, pool);
    return written_directives(provider) & ~provider->type->directives
               ? provider->type->other_directives
               : provider->type->finish(provider, site, pool);
}
