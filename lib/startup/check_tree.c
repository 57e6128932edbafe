/* What can only be seen in the configuration files themselves. */
#include "settings/settings.h"
#include "startup/startup.h"

#include "texts/texts.h"

#include "util_cfgtree.h"

/* ---- ids, and AuthType without a provider ------------------------------------------ */

/* Outside of virtual hosts (s NULL) it is enough that one server knows what is meant. */
static int any_site(const authjs_build_t *build, server_rec *s)
{
    if (s) {
        return authjs_site_of(s) != NULL;
    }
    for (s = build->main_server; s && !authjs_site_of(s); s = s->next) {
    }
    return s != NULL;
}

static int any_provider(const authjs_build_t *build, server_rec *s, const char *id)
{
    if (s) {
        return authjs_site_of(s) && authjs_site_provider(authjs_site_of(s), id);
    }
    for (s = build->main_server; s; s = s->next) {
        if (authjs_site_of(s) && authjs_site_provider(authjs_site_of(s), id)) {
            return 1;
        }
    }
    return 0;
}

static void consider_ids(authjs_nearest_t *nearest, server_rec *s)
{
    const authjs_site_t *site = authjs_site_of(s);
    int i;

    for (i = 0; site && i < site->providers->nelts; i++) {
        authjs_nearest_consider(
            nearest, APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *)->id);
    }
}

/* "; did you mean ID?", of those that are switched on there, or otherwise. */
static const char *meant_id(const authjs_build_t *build, server_rec *s, const char *id,
                            const char *otherwise)
{
    authjs_nearest_t nearest = {id, NULL, 0};
    server_rec *at;
    const char *meant;

    for (at = s ? s : build->main_server; at; at = s ? NULL : at->next) {
        consider_ids(&nearest, at);
    }
    meant = authjs_did_you_mean(build->ptemp, &nearest);
    return meant ? meant : otherwise;
}

/* A session may come from a provider of another application that shares our secret: that
 * AuthJSProviders names it is no fault, but more often a slip. */
static void check_allowed(authjs_build_t *build, server_rec *s,
                          const ap_directive_t *directive, const char *args)
{
    const char *id;

    for (id = ap_getword_conf(build->ptemp, &args); *id;
         id = ap_getword_conf(build->ptemp, &args)) {
        if (!any_provider(build, s, id)) {
            authjs_remark(s ? s : build->main_server,
                          "%s (%s:%d) names the provider %s, which is not switched on "
                          "here: nobody can sign in with it%s",
                          directive->directive, directive->filename, directive->line_num,
                          id, meant_id(build, s, id, ""));
        }
    }
}

/* A site that lacks a language, where none of those that are meant has it; or NULL. */
static const authjs_site_t *lacking_language(const authjs_build_t *build, server_rec *s,
                                             const char *tag)
{
    const authjs_site_t *lacking = NULL;
    server_rec *at;

    for (at = s ? s : build->main_server; at; at = s ? NULL : at->next) {
        const authjs_site_t *site = authjs_site_of(at);

        if (site && authjs_language_find(site->languages, tag, strlen(tag))) {
            return NULL;
        }
        lacking = site ? site : lacking;
    }
    return lacking;
}

static void check_language(authjs_build_t *build, server_rec *s,
                           const ap_directive_t *directive, const char *tag)
{
    const authjs_site_t *lacking = lacking_language(build, s, tag);

    if (lacking) {
        authjs_fault(&build->faults, s ? s : build->main_server,
                     "AuthJSLanguage %s (%s:%d): %s", tag, directive->filename,
                     directive->line_num,
                     authjs_languages_text(build->ptemp, lacking->languages));
    }
}

static void check_directive(authjs_build_t *build, server_rec *s,
                            const ap_directive_t *directive)
{
    const char *args = directive->args, *word;

    if (!ap_cstr_casecmp(directive->directive, "AuthJSProviders")) {
        check_allowed(build, s, directive, args);
        return;
    }
    word = ap_getword_conf(build->ptemp, &args);
    if (!ap_cstr_casecmp(directive->directive, "Require") &&
        !ap_cstr_casecmp(word, "authjs-provider") && !ap_strchr_c(args, '%')) {
        check_allowed(build, s, directive, args);
    }
    if (!ap_cstr_casecmp(directive->directive, "AuthJSUnauthorized") &&
        !ap_cstr_casecmpn(word, "provider:", 9) && !any_provider(build, s, word + 9)) {
        authjs_fault(&build->faults, s ? s : build->main_server,
                     "AuthJSUnauthorized (%s:%d) names the provider %s, which is not "
                     "switched on here%s",
                     directive->filename, directive->line_num, word + 9,
                     meant_id(build, s, word + 9,
                              apr_pstrcat(build->ptemp, "; write AuthJSProvider ",
                                          word + 9, NULL)));
    }
    if (!ap_cstr_casecmp(directive->directive, "AuthJSLanguage")) {
        check_language(build, s, directive, word);
    }
    if (!ap_cstr_casecmp(directive->directive, "AuthType") &&
        !ap_cstr_casecmp(word, AUTHJS_AUTH_TYPE) && !any_site(build, s)) {
        authjs_fault(&build->faults, s ? s : build->main_server,
                     "AuthType AuthJS (%s:%d), but there is no provider to sign in with; "
                     "write AuthJSProvider github, or the id of another",
                     directive->filename, directive->line_num);
    }
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
        check_below(build, s ? s : authjs_tree_server(build->main_server, directive),
                    directive->first_child);
    }
}

void authjs_check_tree(authjs_build_t *build)
{
    check_below(build, NULL, ap_conftree);
}
