/* httpd -t -D DUMP_AUTHJS: what authjsctl has to know of this configuration. */
#include "settings/settings.h"
#include "site/mail.h"
#include "startup/startup.h"

#include "http_main.h"

#include <curl/curl.h>
#include <unistd.h>

/* As the cookies of http and https have it. */
static struct json_object *cookie_names(const authjs_site_t *site)
{
    struct json_object *names = json_object_new_array();
    int i;

    for (i = 0; i < 2; i++) {
        json_object_array_add(
            names, json_object_new_string(
                       site->cookies[i].cookie[AUTHJS_COOKIE_SESSION_TOKEN].def.name));
    }
    return names;
}

static struct json_object *strings(const apr_array_header_t *words)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; words && i < words->nelts; i++) {
        json_object_array_add(array, json_object_new_string(
                                         APR_ARRAY_IDX(words, i, const char *)));
    }
    return array;
}

/* The words of AuthJSAdapter, what token=... means in its place. */
static struct json_object *adapter_words(apr_pool_t *pool,
                                         const authjs_server_config_t *conf)
{
    apr_array_header_t *words = conf->adapter ? apr_array_copy(pool, conf->adapter)
                                              : apr_array_make(pool, 0, sizeof(char *));
    const char *secret;
    int i;

    for (i = 0; i < words->nelts; i++) {
        const char **word = &APR_ARRAY_IDX(words, i, const char *);

        if (!strncmp(*word, "token=", 6) &&
            !authjs_secret_resolve(&secret, pool, *word + 6)) {
            *word = apr_pstrcat(pool, "token=", secret, NULL);
        }
    }
    return strings(words);
}

static struct json_object *describe_mail(apr_pool_t *pool,
                                         const authjs_provider_t *provider)
{
    struct json_object *described = authjs_json_object(pool);
    const authjs_mail_t *mail = provider->mail;

    authjs_json_set_string(described, "id", provider->id);
    authjs_json_set_string(described, "server", mail->server);
    authjs_json_set_boolean(described, "plain", mail->plain);
    authjs_json_set_string(described, "user", mail->user);
    authjs_json_set_string(described, "password", mail->password);
    authjs_json_set_string(described, "from", mail->from);
    authjs_json_set_string(described, "fromName", mail->from_name);
    authjs_json_set_string(described, "fromAddress", mail->from_address);
    authjs_json_set_string(described, "sender", mail->sender);
    authjs_json_set_string(described, "apiKey", mail->api_key);
    authjs_json_set(described, "request", mail->request);
    return described;
}

static struct json_object *mails(apr_pool_t *pool, const authjs_site_t *site)
{
    struct json_object *array = json_object_new_array();
    int i;

    for (i = 0; i < site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *);

        if (provider->mail) {
            json_object_array_add(array, json_object_get(describe_mail(pool, provider)));
        }
    }
    return array;
}

static struct json_object *limits(apr_pool_t *pool, const authjs_http_limits_t *http)
{
    struct json_object *described = authjs_json_object(pool);
    struct json_object *resolve = json_object_new_array();
    const struct curl_slist *place;

    authjs_json_set_int64(described, "connect", http->connect_ms);
    authjs_json_set_int64(described, "timeout", http->timeout_ms);
    authjs_json_set_int64(described, "maxBody", (apr_int64_t)http->max_body);
    authjs_json_set_string(described, "proxy", http->proxy);
    authjs_json_set_string(described, "ca", http->ca);
    for (place = http->resolve; place; place = place->next) {
        json_object_array_add(resolve, json_object_new_string(place->data));
    }
    json_object_object_add(described, "resolve", resolve);
    return described;
}

static const char *origin(apr_pool_t *pool, const authjs_site_t *site)
{
    const char *name = site->s->server_hostname;

    return site->pinned_origin
               ? site->pinned_origin
               : apr_pstrcat(pool, "http://", name ? name : "localhost", NULL);
}

/* The ids of those that make accounts by invitation. */
static struct json_object *inviting(const authjs_site_t *site)
{
    struct json_object *ids = json_object_new_array();
    int i;

    for (i = 0; i < site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *);

        if (provider->passkey &&
            provider->passkey->sign_up == AUTHJS_SIGN_UP_INVITATION) {
            json_object_array_add(ids, json_object_new_string(provider->id));
        }
    }
    return ids;
}

static struct json_object *describe(apr_pool_t *pool, const authjs_site_t *site)
{
    const server_rec *s = site->s;
    const authjs_server_config_t *conf = authjs_server_config(s);
    struct json_object *described = authjs_json_object(pool);
    int port = s->addrs ? s->addrs->host_port : s->port;

    authjs_json_set_string(described, "name",
                           s->server_hostname ? s->server_hostname : "");
    authjs_json_set_int64(described, "port", port ? port : s->port);
    authjs_env_use(conf->env_files);
    json_object_object_add(described, "adapter", adapter_words(pool, conf));
    authjs_env_use(NULL);
    authjs_json_set_string(described, "driver", authjs_tree_word(pool, s, "DBDriver"));
    authjs_json_set_string(described, "params", authjs_tree_word(pool, s, "DBDParams"));
    json_object_object_add(described, "secrets", strings(site->secrets));
    json_object_object_add(described, "cookies", cookie_names(site));
    json_object_object_add(described, "mails", mails(pool, site));
    authjs_json_set(described, "http", limits(pool, &site->http));
    authjs_json_set_string(described, "origin", origin(pool, site));
    json_object_object_add(described, "inviting", inviting(site));
    authjs_json_set_string(described, "pinned", site->pinned_origin);
    authjs_json_set_string(described, "path",
                           apr_pstrcat(pool, site->prefix, site->base_path, NULL));
    return described;
}

void authjs_config_dump(apr_pool_t *pool, server_rec *main_server)
{
    struct json_object *sites = json_object_new_array();
    server_rec *s = main_server;
    const authjs_site_t *site;

    authjs_json_own(pool, sites);
    if (!ap_exists_config_define("DUMP_AUTHJS")) {
        return;
    }
    if (isatty(STDOUT_FILENO)) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
                     "AuthJS: DUMP_AUTHJS writes secrets, and to no terminal; use "
                     "authjsctl");
        return;
    }
    while ((site = authjs_site_next(&s))) {
        json_object_array_add(sites, json_object_get(describe(pool, site)));
    }
    /* authjsctl reads stdout and stderr from one pipe: the line shall come in one piece.
     */
    fflush(stdout);
    printf(AUTHJS_DUMP_PREFIX "%s\n", authjs_json_text(pool, sites));
    if (authjs_is_survey()) {
        printf(AUTHJS_SURVEY_PREFIX "%s\n", authjs_json_text(pool, authjs_survey(pool)));
    }
    fflush(stdout);
}
