/* Directives of httpd and other modules, found in the configuration files themselves. */
#include "settings/settings.h"

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

int authjs_tree_is_section_of(const ap_directive_t *directive, const server_rec *s)
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
        if (authjs_tree_is_section_of(directive, s) &&
            has_server_name(directive->first_child)) {
            return 1;
        }
    }
    /* A virtual host without a name may have been given the main server's. */
    return has_server_name(ap_conftree) && s->server_hostname &&
           main_server->server_hostname &&
           !ap_cstr_casecmp(s->server_hostname, main_server->server_hostname);
}

/* ---- other modules' directives --------------------------------------------------- */

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
        if (authjs_tree_is_section_of(section, s)) {
            found = last_of(section->first_child, name);
        }
    }
    if (!found) {
        found = last_of(ap_conftree, name);
    }
    args = found ? found->args : NULL;
    return args ? ap_getword_conf(pool, &args) : NULL;
}
