/* AuthJSProvider and <AuthJSProvider>: switching a provider on. */
#include "config/directives.h"

static const char *add_provider(cmd_parms *cmd, const char *id, const char *template_id,
                                authjs_provider_t **provider)
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    authjs_provider_t *made;
    const char *why = authjs_provider_id_check(id);
    int i;

    for (i = 0; !why && conf->providers && i < conf->providers->nelts; i++) {
        made = APR_ARRAY_IDX(conf->providers, i, authjs_provider_t *);
        if (!strcmp(made->id, id)) {
            why = apr_psprintf(cmd->pool, "%s is there already, at %s", id,
                               made->defined_at);
        }
    }
    if (why) {
        return apr_pstrcat(cmd->pool, "AuthJSProvider: ", why, NULL);
    }
    made = apr_pcalloc(cmd->pool, sizeof(*made));
    made->id = id;
    made->template_id = template_id;
    made->checks = AUTHJS_UNSET;
    made->id_token = AUTHJS_UNSET;
    made->defined_at = apr_psprintf(cmd->pool, "%s:%d", cmd->directive->filename,
                                    cmd->directive->line_num);
    if (!conf->providers) {
        conf->providers = apr_array_make(cmd->pool, 4, sizeof(authjs_provider_t *));
    }
    APR_ARRAY_PUSH(conf->providers, authjs_provider_t *) = made;
    *provider = made;
    return NULL;
}

const char *authjs_set_provider(cmd_parms *cmd, void *dir, const char *id)
{
    authjs_provider_t *provider;

    (void)dir;
    return add_provider(cmd, id, NULL, &provider);
}

/* The words between "<AuthJSProvider" and '>'. */
static const char *read_head(cmd_parms *cmd, const char *rest, const char **id,
                             const char **template_id)
{
    const char *end = ap_strrchr_c(rest, '>');
    const char *words = end ? apr_pstrmemdup(cmd->pool, rest, end - rest) : "";

    if (!end || end[1]) {
        return "<AuthJSProvider> does not end with '>'";
    }
    *id = ap_getword_conf(cmd->pool, &words);
    *template_id = ap_getword_conf(cmd->pool, &words);
    if (!**id || *words) {
        return "<AuthJSProvider> takes an id and, if that is not the name of a provider "
               "that the module knows, a template: <AuthJSProvider staff keycloak>";
    }
    if (!**template_id) {
        *template_id = NULL;
    }
    return NULL;
}

/* The section has a directory configuration of its own, as <AuthnProviderAlias> has: the
 * directives of httpd's authn modules work in it, and ours find the provider through it.
 */
static const char *walk(cmd_parms *cmd, authjs_provider_t *provider)
{
    ap_conf_vector_t *vector = ap_create_per_dir_config(cmd->pool);
    authjs_dir_config_t *dir = authjs_config_create_dir(cmd->pool, NULL);
    int override = cmd->override;
    const char *why;

    dir->section = provider;
    ap_set_module_config(vector, &authjs_module, dir);
    cmd->override = OR_AUTHCFG | ACCESS_CONF;
    why = ap_walk_config(cmd->directive->first_child, cmd, vector);
    cmd->override = override;
    dir->section = NULL;
    provider->authn_config = vector;
    return why;
}

const char *authjs_section(cmd_parms *cmd, void *dir, const char *rest)
{
    const ap_directive_t *child;
    authjs_provider_t *provider;
    const char *id, *template_id;
    const char *why = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT);

    (void)dir;
    if (!why) {
        why = read_head(cmd, rest, &id, &template_id);
    }
    if (!why) {
        why = add_provider(cmd, id, template_id, &provider);
    }
    if (why) {
        return why;
    }
    for (child = cmd->directive->first_child; child; child = child->next) {
        if (*child->directive == '<') {
            return apr_pstrcat(cmd->pool, child->directive,
                               "> cannot stand inside <AuthJSProvider>", NULL);
        }
    }
    provider->directives = cmd->directive->first_child;
    return walk(cmd, provider);
}
