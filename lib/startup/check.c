/* The start-up check: builds the sites, refuses what cannot work. */
#include "settings/settings.h"
#include "startup/startup.h"

/* A virtual host without a directive of ours shares the main server's structure: each
 * gets its own before a site is put into it. */
static authjs_server_config_t *own_conf(authjs_build_t *build, server_rec *s)
{
    authjs_server_config_t *conf =
        apr_pmemdup(build->pconf, authjs_server_config(s), sizeof(*conf));

    conf->host.site = NULL;
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
    build->env_files = conf->env_files;
    authjs_env_use(conf->env_files);
    why = authjs_env_complete(build->pconf, conf);
    if (why) {
        authjs_fault(&build->faults, s, "%s", why);
        return;
    }
    conf->host.site = authjs_site_build(build, s, conf);
    if (conf->host.site && !authjs_is_trial()) {
        authjs_site_remarks(build, conf->host.site);
    }
}

/* What one server needs for a while is gone before the next one. */
static void check_in_turn(authjs_build_t *build, server_rec *s)
{
    apr_pool_t *ptemp = build->ptemp;

    apr_pool_create(&build->ptemp, ptemp);
    check_server(build, s);
    authjs_env_use(NULL);
    apr_pool_destroy(build->ptemp);
    build->ptemp = ptemp;
}

int authjs_config_check(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *main_server)
{
    authjs_build_t build = {0};
    server_rec *s;

    build.pconf = pconf;
    build.ptemp = ptemp;
    build.main_server = main_server;
    build.shared = apr_hash_make(ptemp);

    /* Not the main server first: virtual hosts may still share its structure. */
    for (s = main_server->next; s; s = s->next) {
        check_in_turn(&build, s);
    }
    check_in_turn(&build, main_server);
    if (!build.faults) {
        authjs_check_tree(&build);
        authjs_check_neighbours(&build);
    }
    /* Whoever asks what is there is told, and has heard of the faults. */
    return build.faults && !authjs_is_survey() ? HTTP_INTERNAL_SERVER_ERROR : OK;
}
