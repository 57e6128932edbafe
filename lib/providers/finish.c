/* Type credentials at start: whom it asks, and what its requests share. */
#include "providers/credentials.h"

#include "settings/settings.h"

#include "apr_shm.h"

static int has_directive(const ap_directive_t *directives, const char *name)
{
    for (; directives; directives = directives->next) {
        if (!ap_cstr_casecmp(directives->directive, name)) {
            return 1;
        }
    }
    return 0;
}

/* httpd's default: the provider file. */
static const char *use_file(authjs_provider_t *provider, apr_pool_t *pool)
{
    authjs_authn_t file;
    const char *why = authjs_authn_lookup(pool, "file", &file);

    if (!why) {
        provider->authn_providers = apr_array_make(pool, 1, sizeof(authjs_authn_t));
        APR_ARRAY_PUSH(provider->authn_providers, authjs_authn_t) = file;
    }
    return why;
}

static const char *check_directives(const authjs_provider_t *provider, apr_pool_t *pool)
{
    const char *directive;
    int i;

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

/* httpd itself finds out when the first visitor signs in, with 500. */
static void remark_on_files(const authjs_provider_t *provider, const authjs_site_t *site,
                            apr_pool_t *pool)
{
    const ap_directive_t *directive = provider->directives;
    char reason[120];
    apr_finfo_t info;

    for (; directive; directive = directive->next) {
        const char *args = directive->args, *path;
        apr_status_t rv;

        if (ap_cstr_casecmp(directive->directive, "AuthUserFile")) {
            continue;
        }
        path = ap_server_root_relative(pool, ap_getword_conf(pool, &args));
        rv = path ? apr_stat(&info, path, APR_FINFO_TYPE, pool) : APR_SUCCESS;
        if (rv != APR_SUCCESS) {
            authjs_remark(site->s,
                          "provider %s (%s:%d): AuthUserFile %s: %s: nobody can sign in; "
                          "write: htpasswd -B -c %s NAME",
                          provider->id, directive->filename, directive->line_num, path,
                          apr_strerror(rv, reason, sizeof(reason)), path);
        }
    }
}

/* What one child learns about the cost of a password all know at once. Without shared
 * memory each learns by itself. */
static apr_uint32_t *make_shared(apr_pool_t *pool)
{
    apr_uint32_t *value = apr_pcalloc(pool, sizeof(*value));
    apr_shm_t *shm;

    if (!apr_shm_create(&shm, sizeof(*value), NULL, pool)) {
        value = apr_shm_baseaddr_get(shm);
        *value = 0;
    }
    return value;
}

const char *authjs_credentials_finish(authjs_provider_t *provider,
                                      const authjs_site_t *site, apr_pool_t *pool)
{
    const char *why = NULL;

    if (provider->authorize && provider->authn_providers) {
        return "has AuthJSAuthorize and AuthJSAuthnProvider; one of them answers";
    }
    if (!provider->authorize && !provider->authn_providers) {
        why = use_file(provider, pool);
    }
    if (!why && !provider->authorize) {
        why = check_directives(provider, pool);
    }
    if (!why) {
        remark_on_files(provider, site, pool);
    }
    provider->linkable = 1;
    provider->longest_check = make_shared(pool);
    return why;
}

/* Each authn call keeps what mod_authn_socache remembers to itself: whatever
 * AuthnCacheContext says, its own context of host and directory is the same for all. */
const char *authjs_credentials_keep_apart(authjs_provider_t *provider,
                                          const authjs_site_t *site, apr_pool_t *pool,
                                          apr_pool_t *ptemp)
{
    ap_conf_vector_t *vector;
    ap_directive_t directive = {0};
    cmd_parms parms = {0};
    const char *why;

    if (!provider->authn_providers || !ap_find_linked_module("mod_authn_socache.c")) {
        return NULL;
    }
    vector = ap_create_per_dir_config(pool);
    directive.directive = "AuthnCacheContext";
    directive.args =
        apr_psprintf(pool, "authjs-%s-%s", provider->fingerprint,
                     authjs_parts_hash(ptemp, authjs_vhost_name(ptemp, site->s),
                                       AUTHJS_FINGERPRINT_BYTES));
    directive.filename = "mod_authjs";
    parms.pool = pool;
    parms.temp_pool = ptemp;
    parms.server = site->s;
    parms.override = OR_AUTHCFG | ACCESS_CONF;
    parms.limited = -1;
    why = ap_walk_config(&directive, &parms, vector);
    provider->authn_config =
        provider->authn_config
            ? ap_merge_per_dir_configs(pool, provider->authn_config, vector)
            : vector;
    return why;
}
