/* What decides whom a credentials provider lets in: the directives of its section, and
 * what they rest on. */
#include "providers/credentials.h"

#include "settings/settings.h"

#include "util_cfgtree.h"

/* What does not decide who somebody is: how it looks, and what may be changed now and
 * then. */
static int is_looks(const char *directive)
{
    static const char *const words[] = {"AuthJSName", "AuthJSStyle",
                                        "AuthLDAPBindPassword", NULL};

    return authjs_word(words, directive) ||
           !ap_cstr_casecmpn(directive, "AuthnCache", 10);
}

static int add_directives(authjs_parts_t *parts, const ap_directive_t *directive)
{
    int asks_database = 0;

    for (; directive; directive = directive->next) {
        char *name = apr_pstrdup(authjs_parts_pool(parts), directive->directive);

        ap_str_tolower(name);
        if (!is_looks(name)) {
            authjs_parts_add(parts, name, directive->args);
            asks_database |= !strncmp(name, "authdbd", 7);
        }
    }
    return asks_database;
}

/* What stands in <AuthnProviderAlias base name>; aliases are the same for all hosts. */
static int add_alias(authjs_parts_t *parts, const char *name, int *found)
{
    const ap_directive_t *section;
    int asks_database = 0;

    for (section = ap_conftree; section; section = section->next) {
        const char *words = section->args, *base, *alias;

        if (ap_cstr_casecmp(section->directive, "<AuthnProviderAlias")) {
            continue;
        }
        base = ap_getword_conf(authjs_parts_pool(parts), &words);
        alias = ap_getword_conf(authjs_parts_pool(parts), &words);
        if (!strncmp(alias, name, strlen(name)) &&
            strspn(alias + strlen(name), ">") == strlen(alias + strlen(name))) {
            authjs_parts_add(parts, "base", base);
            *found = authjs_authn_is_httpds(base);
            asks_database |= add_directives(parts, section->first_child);
        }
    }
    return asks_database;
}

/* AuthJSAuthorize. */
static int asks_differently(apr_pool_t *pool, const ap_directive_t *directive)
{
    const char *args;

    for (; directive; directive = directive->next) {
        args = directive->args;
        if (!ap_cstr_casecmp(directive->directive, "AuthJSAuthorize") &&
            authjs_runner_may_differ(ap_getword_conf(pool, &args))) {
            return 1;
        }
    }
    return 0;
}

/* An authn provider of a module that is none of httpd's own may be told by directives of
 * the host what it asks. */
void authjs_credentials_describe(authjs_parts_t *parts, const authjs_provider_t *provider,
                                 const authjs_site_t *site)
{
    const server_rec *s = site->s;
    int asks_database = add_directives(parts, provider->directives), i;

    for (i = 0; provider->authn_providers && i < provider->authn_providers->nelts; i++) {
        const char *name =
            APR_ARRAY_IDX(provider->authn_providers, i, authjs_authn_t).name;
        int known = authjs_authn_is_httpds(name);

        authjs_parts_add(parts, "authn", name);
        asks_database |= add_alias(parts, name, &known);
        if (!known) {
            authjs_parts_add_host(parts, s);
        }
    }
    if (asks_differently(authjs_parts_pool(parts), provider->directives)) {
        authjs_parts_add_host(parts, s);
    }
    if (asks_database) {
        authjs_parts_add(parts, "driver",
                         authjs_tree_word(authjs_parts_pool(parts), s, "DBDriver"));
        authjs_parts_add(parts, "database",
                         authjs_tree_word(authjs_parts_pool(parts), s, "DBDParams"));
    }
}
