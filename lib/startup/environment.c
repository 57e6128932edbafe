/* What the environment says where the configuration says nothing. */
#include "settings/settings.h"
#include "startup/startup.h"

#include "web/url.h"

/* The first of several names that is set; *name tells which. */
static const char *first_of(const char *const *names, const char **name)
{
    for (*name = *names; *names; names++) {
        *name = *names;
        if (authjs_env(*name)) {
            return authjs_env(*name);
        }
    }
    return NULL;
}

static void complete_secrets(apr_pool_t *pool, authjs_server_config_t *conf)
{
    /* The highest number is the newest. */
    static const char *const numbered[] = {"AUTH_SECRET_3", "AUTH_SECRET_2",
                                           "AUTH_SECRET_1", NULL};
    static const char *const plain[] = {"AUTH_SECRET", "NEXTAUTH_SECRET", NULL};
    apr_array_header_t *secrets = apr_array_make(pool, 4, sizeof(const char *));
    const char *name;
    int i;

    for (i = 0; numbered[i]; i++) {
        if (authjs_env(numbered[i])) {
            APR_ARRAY_PUSH(secrets, const char *) =
                apr_pstrcat(pool, "env:", numbered[i], NULL);
        }
    }
    if (first_of(plain, &name)) {
        APR_ARRAY_PUSH(secrets, const char *) = apr_pstrcat(pool, "env:", name, NULL);
    }
    conf->secrets = secrets->nelts ? secrets : NULL;
}

static const char *complete_url(apr_pool_t *pool, authjs_server_config_t *conf)
{
    static const char *const names[] = {"AUTH_URL", "NEXTAUTH_URL", NULL};
    const char *name, *value = first_of(names, &name), *why;
    authjs_url_t url;

    if (!value) {
        return NULL;
    }
    why = authjs_url_parse(&url, pool, value);
    if (why) {
        return apr_psprintf(pool, "the environment variable %s is not a URL: %s", name,
                            why);
    }
    conf->url = apr_pstrdup(pool, value);
    return NULL;
}

static const char *complete_trust_host(apr_pool_t *pool, authjs_server_config_t *conf)
{
    const char *value = authjs_env("AUTH_TRUST_HOST");
    const char *why = value ? authjs_proxies_parse(&conf->trust_host, value) : NULL;

    return why ? apr_pstrcat(pool, "the environment variable AUTH_TRUST_HOST ", why, NULL)
               : NULL;
}

static const char *complete_redirect_proxy(apr_pool_t *pool, authjs_server_config_t *conf)
{
    const char *value = authjs_env("AUTH_REDIRECT_PROXY_URL"), *why;
    authjs_url_t url;

    if (!value) {
        return NULL;
    }
    why = authjs_url_parse(&url, pool, value);
    conf->redirect_proxy_url = apr_pstrdup(pool, value);
    return why ? apr_pstrcat(
                     pool,
                     "the environment variable AUTH_REDIRECT_PROXY_URL is not a URL: ",
                     why, NULL)
               : NULL;
}

const char *authjs_env_complete(apr_pool_t *pool, authjs_server_config_t *conf)
{
    const char *why = NULL;

    if (!conf->secrets) {
        complete_secrets(pool, conf);
    }
    if (!conf->redirect_proxy_url) {
        why = complete_redirect_proxy(pool, conf);
    }
    if (!why && !conf->url) {
        why = complete_url(pool, conf);
    }
    if (!why && conf->trust_host == AUTHJS_UNSET) {
        why = complete_trust_host(pool, conf);
    }
    return why;
}
