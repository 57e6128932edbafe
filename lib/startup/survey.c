/* httpd -t -D DUMP_AUTHJS_ALL: the configuration as a whole, for authjsctl check and add:
 * what only httpd knows of it. No secret is in it. */
#include "settings/settings.h"
#include "site/provider_type.h"
#include "startup/startup.h"

#include "web/url.h"

#include "ap_mpm.h"
#include "http_main.h"

#include <stdlib.h>

extern char **environ;

static struct json_object *names(const apr_array_header_t *list)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; list && i < list->nelts; i++) {
        const char *name = APR_ARRAY_IDX(list, i, const char *);

        if (name) {
            json_object_array_add(array, json_object_new_string(name));
        }
    }
    return array;
}

/* ---- providers --------------------------------------------------------------- */

static const char *method_name(authjs_client_auth_e method)
{
    static const char *const all[] = {NULL,
                                      "client_secret_basic",
                                      "client_secret_post",
                                      "client_secret_jwt",
                                      "private_key_jwt",
                                      "none"};

    return all[method];
}

static struct json_object *describe_provider(apr_pool_t *pool,
                                             const authjs_provider_t *provider)
{
    struct json_object *described = authjs_json_object(pool);

    authjs_json_set_string(described, "id", provider->id);
    authjs_json_set_string(described, "type", provider->type->name);
    authjs_json_set_boolean(described, "oidc", provider->type->oidc);
    if (!provider->client_id) {
        return described;
    }
    authjs_json_set_string(described, "issuer", provider->issuer);
    authjs_json_set_string(described, "discovery", provider->discovery_url);
    authjs_json_set_string(described, "authorization", provider->authorization_url);
    authjs_json_set_string(described, "token", provider->token_url);
    authjs_json_set_string(described, "userinfo", provider->userinfo_url);
    authjs_json_set_boolean(described, "userinfoUsed", provider->userinfo_required);
    authjs_json_set_string(described, "jwks", provider->jwks_url);
    authjs_json_set_string(described, "scope", provider->scope);
    authjs_json_set_string(described, "method", method_name(provider->client_auth));
    authjs_json_set_string(described, "alg", provider->id_token_alg);
    authjs_json_set_boolean(described, "pkce", provider->checks & AUTHJS_CHECK_PKCE);
    authjs_json_set_boolean(described, "formPost", provider->form_post);
    authjs_json_set(described, "tenants",
                    authjs_json_get_object(provider->definition, "tenants"));
    return described;
}

static struct json_object *providers(apr_pool_t *pool, const authjs_site_t *site)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; i < site->providers->nelts; i++) {
        json_object_array_add(
            array,
            json_object_get(describe_provider(
                pool, APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *))));
    }
    return array;
}

/* ---- cookies ----------------------------------------------------------------- */

static struct json_object *jar(apr_pool_t *pool, const authjs_site_t *site)
{
    const authjs_cookie_set_t *set = authjs_cookie_set(site, site->pinned_origin);
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; i < AUTHJS_COOKIE__COUNT; i++) {
        const authjs_cookie_def_t *def = &set->cookie[i].def;
        struct json_object *cookie = authjs_json_object(pool);

        authjs_json_set_string(cookie, "key", authjs_cookie_keys[i]);
        authjs_json_set_string(cookie, "name", def->name);
        authjs_json_set_string(cookie, "domain", def->domain);
        authjs_json_set_string(cookie, "path", def->path);
        authjs_json_set_boolean(cookie, "secure", def->secure);
        json_object_array_add(array, json_object_get(cookie));
    }
    return array;
}

/* ---- hosts ------------------------------------------------------------------- */

static struct json_object *written_providers(const authjs_server_config_t *conf)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; conf->providers && i < conf->providers->nelts; i++) {
        json_object_array_add(
            array, json_object_new_string(
                       APR_ARRAY_IDX(conf->providers, i, const authjs_provider_t *)->id));
    }
    return array;
}

/* The names of what files of AuthJSEnvFile have, and nothing of their values. */
static struct json_object *variables(const authjs_server_config_t *conf)
{
    struct json_object *array = json_object_new_array();
    int i, j;

    for (i = 0; conf->env_files && i < conf->env_files->nelts; i++) {
        const apr_array_header_t *all =
            APR_ARRAY_IDX(conf->env_files, i, const authjs_dotenv_t *)->variables;

        for (j = 0; j < all->nelts; j++) {
            const authjs_variable_t *variable =
                APR_ARRAY_IDX(all, j, const authjs_variable_t *);

            if (*variable->value) {
                json_object_array_add(array, json_object_new_string(variable->name));
            }
        }
    }
    return array;
}

static int has_secret(const authjs_server_config_t *conf)
{
    static const char *const variables[] = {"AUTH_SECRET",     "AUTH_SECRET_1",
                                            "AUTH_SECRET_2",   "AUTH_SECRET_3",
                                            "NEXTAUTH_SECRET", NULL};
    int i, found = conf->secrets != NULL;

    for (i = 0; !found && variables[i]; i++) {
        found = authjs_env(variables[i]) != NULL;
    }
    return found;
}

static const char *written_url(const authjs_server_config_t *conf)
{
    const char *url = conf->url ? conf->url : authjs_env("AUTH_URL");

    return url ? url : authjs_env("NEXTAUTH_URL");
}

static int speaks_tls(apr_pool_t *pool, server_rec *s)
{
    const char *engine = authjs_tree_word(pool, s, "SSLEngine");

    return (engine && !ap_cstr_casecmp(engine, "on")) ||
           (s->server_scheme && !strcmp(s->server_scheme, "https"));
}

static void describe_site(struct json_object *described, apr_pool_t *pool,
                          const authjs_site_t *site)
{
    authjs_json_set_string(described, "pinned", site->pinned_origin);
    authjs_json_set_string(described, "path",
                           apr_pstrcat(pool, site->prefix, site->base_path, NULL));
    authjs_json_set_int64(described, "proxies", site->trust_host);
    authjs_json_set_boolean(described, "store", site->store != NULL);
    json_object_object_add(described, "providers", providers(pool, site));
    if (site->pinned_origin) {
        json_object_object_add(described, "jar", jar(pool, site));
    }
}

static struct json_object *describe_host(apr_pool_t *pool, server_rec *s)
{
    const authjs_server_config_t *conf = authjs_server_config(s);
    struct json_object *described = authjs_json_object(pool), *site;
    int port = s->addrs ? s->addrs->host_port : s->port;

    authjs_env_use(conf->env_files);
    authjs_json_set_string(described, "name",
                           s->server_hostname ? s->server_hostname : "");
    authjs_json_set_int64(described, "port", port ? port : s->port);
    authjs_json_set_boolean(described, "virtual", s->is_virtual);
    authjs_json_set_string(described, "at",
                           s->defn_name ? apr_psprintf(pool, "%s:%u", s->defn_name,
                                                       s->defn_line_number)
                                        : "");
    json_object_object_add(described, "names", names(s->names));
    json_object_object_add(described, "wild", names(s->wild_names));
    authjs_json_set_boolean(described, "tls", speaks_tls(pool, s));
    authjs_json_set_boolean(described, "named",
                            authjs_server_name_written(s, ap_server_conf, pool));
    authjs_json_set_boolean(described, "secret", has_secret(conf));
    authjs_json_set_boolean(described, "adapter", conf->adapter != NULL);
    authjs_json_set_string(described, "url", written_url(conf));
    authjs_json_set_string(described, "basePath", conf->base_path);
    json_object_object_add(described, "variables", variables(conf));
    json_object_object_add(described, "ids", written_providers(conf));
    if (authjs_site_of(s)) {
        site = authjs_json_object(pool);
        describe_site(site, pool, authjs_site_of(s));
        authjs_json_set(described, "site", site);
    }
    authjs_env_use(NULL);
    return described;
}

static struct json_object *hosts(apr_pool_t *pool)
{
    struct json_object *array = json_object_new_array();
    server_rec *s;

    for (s = ap_server_conf; s; s = s->next) {
        json_object_array_add(array, json_object_get(describe_host(pool, s)));
    }
    return array;
}

/* ---- all of it --------------------------------------------------------------- */

/* The names of the variables, and nothing of their values. */
static struct json_object *environment(apr_pool_t *pool)
{
    struct json_object *array = json_object_new_array();
    char **at;

    for (at = environ; *at; at++) {
        const char *equals = ap_strchr_c(*at, '=');

        if (equals && (!strncmp(*at, "AUTH_", 5) || !strncmp(*at, "NEXTAUTH_", 9))) {
            json_object_array_add(array, json_object_new_string(
                                             apr_pstrmemdup(pool, *at, equals - *at)));
        }
    }
    return array;
}

static struct json_object *modules(void)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; ap_loaded_modules[i]; i++) {
        json_object_array_add(array, json_object_new_string(ap_loaded_modules[i]->name));
    }
    return array;
}

/* Definitions of AuthJSProviderFile, by id; of one id the first counts. */
static struct json_object *definitions(apr_pool_t *pool)
{
    struct json_object *all = authjs_json_object(pool);
    server_rec *s;
    int i;

    for (s = ap_server_conf; s; s = s->next) {
        const apr_array_header_t *files = authjs_server_config(s)->provider_files;

        for (i = 0; files && i < files->nelts; i++) {
            json_object_object_foreach(APR_ARRAY_IDX(files, i, struct json_object *), id,
                                       definition)
            {
                if (!json_object_object_get_ex(all, id, NULL)) {
                    authjs_json_set(all, id, definition);
                }
            }
        }
    }
    return all;
}

int authjs_is_survey(void)
{
    return ap_exists_config_define("DUMP_AUTHJS") &&
           ap_exists_config_define(AUTHJS_DUMP_ALL) &&
           ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST;
}

struct json_object *authjs_survey(apr_pool_t *pool)
{
    struct json_object *survey = authjs_json_object(pool);

    authjs_json_set_string(survey, "root", ap_server_root);
    authjs_json_set_string(survey, "config", ap_conftree ? ap_conftree->filename : "");
    json_object_object_add(survey, "modules", modules());
    json_object_object_add(survey, "environment", environment(pool));
    authjs_json_set(survey, "definitions", definitions(pool));
    json_object_object_add(survey, "hosts", hosts(pool));
    authjs_survey_tree(survey, pool);
    return survey;
}
