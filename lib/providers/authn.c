/* httpd's own authn providers, for type credentials. */
#include "providers/credentials.h"

#include "settings/settings.h"

#include "ap_provider.h"
#include "mod_auth.h"

/* Those of httpd itself: which module has it, and what it cannot do without. */
static const struct {
    const char *name, *module, *directive;
} known[] = {{"file", "authn_file", "AuthUserFile"},
             {"dbm", "authn_dbm", "AuthDBMUserFile"},
             {"dbd", "authn_dbd", "AuthDBDUserPWQuery"},
             {"ldap", "authnz_ldap", "AuthLDAPURL"},
             {"socache", "authn_socache", NULL},
             {"anon", "authn_anon", NULL},
             {NULL, NULL, NULL}};

static int find_known(const char *name)
{
    int i;

    for (i = 0; known[i].name && strcmp(known[i].name, name); i++) {
    }
    return i;
}

static const char *unknown(apr_pool_t *pool, const char *name)
{
    authjs_nearest_t nearest = {name, NULL, 0};
    const char *meant;
    int i;

    for (i = 0; known[i].name; i++) {
        authjs_nearest_consider(&nearest, known[i].name);
    }
    meant = authjs_did_you_mean(pool, &nearest);
    return apr_pstrcat(pool, "there is no authn provider ", name,
                       meant ? meant
                             : "; is its module loaded, or its <AuthnProviderAlias> "
                               "further down?",
                       NULL);
}

const char *authjs_authn_lookup(apr_pool_t *pool, const char *name, authjs_authn_t *authn)
{
    const char *loaded = known[find_known(name)].module;
    const authn_provider *provider =
        ap_lookup_provider(AUTHN_PROVIDER_GROUP, name, AUTHN_PROVIDER_VERSION);

    if (!provider && loaded) {
        return apr_psprintf(pool, "the authn provider %s is not loaded; write: %s", name,
                            authjs_load_module(pool, loaded));
    }
    if (!provider) {
        return unknown(pool, name);
    }
    if (!provider->check_password) {
        return apr_psprintf(
            pool, "the authn provider %s can check no plain password, only Digest", name);
    }
    authn->name = apr_pstrdup(pool, name);
    authn->provider = provider;
    return NULL;
}

const char *authjs_authn_directive(const char *provider)
{
    return known[find_known(provider)].directive;
}

int authjs_authn_is_httpds(const char *provider)
{
    return known[find_known(provider)].name != NULL;
}
