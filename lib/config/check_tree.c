/* What can only be seen in the configuration files themselves. */
#include "config/internal.h"

#include "util_cfgtree.h"

/* ---- ServerName -------------------------------------------------------------------- */

static int has_server_name(const ap_directive_t *directive)
{
    for (; directive; directive = directive->next) {
        if (!ap_cstr_casecmp(directive->directive, "ServerName")) {
            return 1;
        }
    }
    return 0;
}

static int is_section_of(const ap_directive_t *directive, const server_rec *s)
{
    return !ap_cstr_casecmp(directive->directive, "<VirtualHost") && s->defn_name &&
           directive->line_num == (int)s->defn_line_number &&
           !strcmp(directive->filename, s->defn_name);
}

int authjs_server_name_written(const server_rec *s, const server_rec *main_server)
{
    const ap_directive_t *directive;

    for (directive = ap_conftree; s->is_virtual && directive;
         directive = directive->next) {
        if (is_section_of(directive, s) && has_server_name(directive->first_child)) {
            return 1;
        }
    }
    /* A virtual host without a name may have been given the main server's. */
    return has_server_name(ap_conftree) && s->server_hostname &&
           main_server->server_hostname &&
           !ap_cstr_casecmp(s->server_hostname, main_server->server_hostname);
}

/* ---- other modules' directives ------------------------------------------------------
 */

static const ap_directive_t *last_of(const ap_directive_t *directive, const char *name)
{
    const ap_directive_t *found = NULL;

    for (; directive; directive = directive->next) {
        if (!ap_cstr_casecmp(directive->directive, name)) {
            found = directive;
        }
    }
    return found;
}

const char *authjs_tree_word(apr_pool_t *pool, const server_rec *s, const char *name)
{
    const ap_directive_t *section, *found = NULL;
    const char *args;

    for (section = ap_conftree; s->is_virtual && section; section = section->next) {
        if (is_section_of(section, s)) {
            found = last_of(section->first_child, name);
        }
    }
    if (!found) {
        found = last_of(ap_conftree, name);
    }
    args = found ? found->args : NULL;
    return args ? ap_getword_conf(pool, &args) : NULL;
}

/* ---- ids, and AuthType without a provider ------------------------------------------ */

static const authjs_site_t *site_of(server_rec *s)
{
    const authjs_server_config_t *conf =
        ap_get_module_config(s->module_config, &authjs_module);

    return conf->site;
}

/* Outside of virtual hosts (s NULL) it is enough that one server knows what is meant. */
static int any_site(const authjs_build_t *build, server_rec *s)
{
    if (s) {
        return site_of(s) != NULL;
    }
    for (s = build->main_server; s && !site_of(s); s = s->next) {
    }
    return s != NULL;
}

static int any_provider(const authjs_build_t *build, server_rec *s, const char *id)
{
    if (s) {
        return site_of(s) && authjs_site_provider(site_of(s), id);
    }
    for (s = build->main_server; s; s = s->next) {
        if (site_of(s) && authjs_site_provider(site_of(s), id)) {
            return 1;
        }
    }
    return 0;
}

/* A session may come from a provider of another application that shares our secret: that
 * AuthJSProviders names it is no fault, but more often a slip. */
static void check_allowed(authjs_build_t *build, server_rec *s,
                          const ap_directive_t *directive)
{
    const char *args = directive->args, *id;

    for (id = ap_getword_conf(build->ptemp, &args); *id;
         id = ap_getword_conf(build->ptemp, &args)) {
        if (!any_provider(build, s, id)) {
            authjs_remark(s ? s : build->main_server,
                          "AuthJSProviders (%s:%d) names the provider %s, which is "
                          "not switched on here: nobody can sign in with it",
                          directive->filename, directive->line_num, id);
        }
    }
}

static void check_directive(authjs_build_t *build, server_rec *s,
                            const ap_directive_t *directive)
{
    const char *args = directive->args, *word;

    if (!ap_cstr_casecmp(directive->directive, "AuthJSProviders")) {
        check_allowed(build, s, directive);
        return;
    }
    word = ap_getword_conf(build->ptemp, &args);
    if (!ap_cstr_casecmp(directive->directive, "AuthJSUnauthorized") &&
        !ap_cstr_casecmpn(word, "provider:", 9) && !any_provider(build, s, word + 9)) {
        authjs_fault(build, s ? s : build->main_server,
                     "AuthJSUnauthorized (%s:%d) names the provider %s, which is not "
                     "switched on here; write AuthJSProvider %s",
                     directive->filename, directive->line_num, word + 9, word + 9);
    }
    if (!ap_cstr_casecmp(directive->directive, "AuthType") &&
        !ap_cstr_casecmp(word, "AuthJS") && !any_site(build, s)) {
        authjs_fault(build, s ? s : build->main_server,
                     "AuthType AuthJS (%s:%d), but there is no provider to sign in with; "
                     "write AuthJSProvider github, or the id of another",
                     directive->filename, directive->line_num);
    }
}

static server_rec *server_of(const authjs_build_t *build, const ap_directive_t *directive)
{
    server_rec *s;

    for (s = build->main_server->next; s && !is_section_of(directive, s); s = s->next) {
    }
    return s;
}

/* As deep as httpd's own sections nest. */
static void check_below(authjs_build_t *build, server_rec *s,
                        const ap_directive_t *directive)
{
    for (; directive; directive = directive->next) {
        if (!directive->first_child) {
            check_directive(build, s, directive);
            continue;
        }
        check_below(build, s ? s : server_of(build, directive), directive->first_child);
    }
}

void authjs_check_tree(authjs_build_t *build)
{
    check_below(build, NULL, ap_conftree);
}
