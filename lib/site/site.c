#include "site/site.h"

#include "site/provider_type.h"

const char *const authjs_cookie_keys[] = {
    "sessionToken", "callbackUrl",       "csrfToken", "pkceCodeVerifier", "state",
    "nonce",        "webauthnChallenge", "askFirst",  "lastUsed",         NULL};

const char *const authjs_page_keys[] = {"signIn",        "signOut", "error",
                                        "verifyRequest", "newUser", NULL};

const authjs_site_t *authjs_site_of(const server_rec *s)
{
    const authjs_host_t *host = ap_get_module_config(s->module_config, &authjs_module);

    return host ? host->site : NULL;
}

const authjs_site_t *authjs_site(const request_rec *r)
{
    return authjs_site_of(r->server);
}

const authjs_provider_t *authjs_site_provider(const authjs_site_t *site, const char *id)
{
    int i;

    for (i = 0; i < site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *);

        if (!strcmp(provider->id, id)) {
            return provider;
        }
    }
    return NULL;
}

int authjs_site_has_passkeys(const authjs_site_t *site)
{
    int i;

    for (i = 0; i < site->providers->nelts; i++) {
        /* One that there is not has no type: at start it is only said what to write. */
        const authjs_provider_type_t *type =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *)->type;

        if (type && type->passkeys) {
            return 1;
        }
    }
    return 0;
}

const authjs_site_t *authjs_site_next(server_rec **s)
{
    const authjs_site_t *site = NULL;

    for (; *s && !site; *s = (*s)->next) {
        site = authjs_site_of(*s);
    }
    return site;
}

const authjs_cookie_set_t *authjs_cookie_set(const authjs_site_t *site,
                                             const char *origin)
{
    if (site->use_secure_cookies == AUTHJS_AUTO) {
        return &site->cookies[!strncmp(origin, "https:", 6)];
    }
    return &site->cookies[site->use_secure_cookies == AUTHJS_ON];
}

apr_int64_t authjs_cache_ttl(const authjs_site_t *site, apr_int64_t usual)
{
    return site->cache_ttl ? site->cache_ttl : usual;
}
