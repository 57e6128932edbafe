/* The start-up check: builds the sites, refuses what cannot work. */
#include "config/internal.h"

const authjs_site_t *authjs_site(const request_rec *r)
{
    const authjs_server_config_t *conf =
        ap_get_module_config(r->server->module_config, &authjs_module);

    return conf->site;
}

const authjs_dir_config_t *authjs_dir_config(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, &authjs_module);
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

const authjs_site_t *authjs_site_next(server_rec **s)
{
    for (; *s; *s = (*s)->next) {
        const authjs_server_config_t *conf =
            ap_get_module_config((*s)->module_config, &authjs_module);

        if (conf && conf->site) {
            *s = (*s)->next;
            return conf->site;
        }
    }
    return NULL;
}

const char *authjs_vhost_name(apr_pool_t *pool, const server_rec *s)
{
    const char *name = s->server_hostname ? s->server_hostname : "(no ServerName)";

    if (!s->is_virtual) {
        return apr_pstrcat(pool, "the main server ", name, NULL);
    }
    return apr_psprintf(pool, "the virtual host %s:%u (%s:%u)", name,
                        s->addrs ? s->addrs->host_port : s->port, s->defn_name,
                        s->defn_line_number);
}

int authjs_is_trial(void)
{
    return ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG &&
           ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST;
}

void authjs_remark(server_rec *s, const char *fmt, ...)
{
    va_list args;
    char text[1024];

    va_start(args, fmt);
    apr_vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (!authjs_is_trial()) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s, "AuthJS: %s", text);
    }
}

void authjs_fault(authjs_build_t *build, server_rec *s, const char *fmt, ...)
{
    va_list args;
    const char *text;

    va_start(args, fmt);
    text = apr_pvsprintf(build->ptemp, fmt, args);
    va_end(args);
    build->faults++;
    /* As loud as httpd's own refusals: whatever LogLevel says, it must be seen. */
    ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s, "AuthJS: %s: %s",
                 authjs_vhost_name(build->ptemp, s), text);
}

/* A virtual host without a directive of ours shares the main server's structure: each
 * gets its own before a site is put into it. */
static authjs_server_config_t *own_conf(authjs_build_t *build, server_rec *s)
{
    authjs_server_config_t *conf =
        apr_pmemdup(build->pconf, ap_get_module_config(s->module_config, &authjs_module),
                    sizeof(*conf));

    conf->site = NULL;
    ap_set_module_config(s->module_config, &authjs_module, conf);
    return conf;
}

static void check_server(authjs_build_t *build, server_rec *s)
{
    authjs_server_config_t *conf = own_conf(build, s);
    const char *why;

    if (!conf->providers) {
        return;
    }
    why = authjs_env_complete(build->pconf, conf);
    if (why) {
        authjs_fault(build, s, "%s", why);
        return;
    }
    conf->site = authjs_site_build(build, s, conf);
}

int authjs_config_check(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *main_server)
{
    authjs_build_t build = {pconf, ptemp, main_server, NULL, NULL, NULL, 0};
    server_rec *s;

    /* Not the main server first: virtual hosts may still share its structure. */
    for (s = main_server->next; s; s = s->next) {
        check_server(&build, s);
    }
    check_server(&build, main_server);
    if (!build.faults) {
        authjs_check_tree(&build);
        authjs_check_identities(&build);
    }
    return build.faults ? HTTP_INTERNAL_SERVER_ERROR : OK;
}
