/* The directives that say where a site is, and what it believes of that. */
#include "config/directives.h"

#include "web/url.h"

const char *authjs_set_base_path(cmd_parms *cmd, void *dir, const char *path)
{
    const char *why = authjs_base_path_check(path);

    (void)dir;
    authjs_server_config(cmd->server)->base_path = path;
    return why ? authjs_refuse(cmd, why) : NULL;
}

/* A base URL: origin and, if it has one, the base path. */
static const char *check_base_url(apr_pool_t *pool, const char *text)
{
    authjs_url_t url;
    const char *why = authjs_url_parse(&url, pool, text);

    if (!why && (url.query || url.has_fragment)) {
        why = "must have neither query nor fragment";
    }
    if (!why && *url.path && strcmp(url.path, "/")) {
        apr_size_t len = strlen(url.path);

        why = authjs_base_path_check(
            apr_pstrmemdup(pool, url.path, url.path[len - 1] == '/' ? len - 1 : len));
    }
    return why;
}

const char *authjs_set_url(cmd_parms *cmd, void *dir, const char *url)
{
    const char *why = check_base_url(cmd->temp_pool, url);

    (void)dir;
    authjs_server_config(cmd->server)->url = url;
    return why ? authjs_refuse(cmd, why) : NULL;
}

const char *authjs_set_trust_host(cmd_parms *cmd, void *dir, const char *word)
{
    const char *why =
        authjs_proxies_parse(&authjs_server_config(cmd->server)->trust_host, word);

    (void)dir;
    return why ? authjs_refuse(cmd, why) : NULL;
}

/* The one directive of both a server and a provider section. */
const char *authjs_set_redirect_proxy_url(cmd_parms *cmd, void *dir_conf, const char *url)
{
    authjs_dir_config_t *dir = dir_conf;
    const char *why = check_base_url(cmd->temp_pool, url);

    if (why) {
        return authjs_refuse(cmd, why);
    }
    if (dir->section) {
        dir->section->redirect_proxy_url = url;
        return NULL;
    }
    why = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT);
    if (!why) {
        authjs_server_config(cmd->server)->redirect_proxy_url = url;
    }
    return why;
}

const char *authjs_add_redirect_origin(cmd_parms *cmd, void *dir, const char *text)
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    authjs_url_t url;
    const char *why = authjs_url_parse(&url, cmd->pool, text);

    (void)dir;
    if (!why && ((*url.path && strcmp(url.path, "/")) || url.query || url.has_fragment)) {
        why = "takes origins: scheme, host and port without a path";
    }
    if (why) {
        return authjs_refuse(cmd, why);
    }
    if (!conf->redirect_allow) {
        conf->redirect_allow = apr_array_make(cmd->pool, 4, sizeof(const char *));
    }
    APR_ARRAY_PUSH(conf->redirect_allow, const char *) = url.origin;
    return NULL;
}
