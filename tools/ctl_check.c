/* authjsctl check: a configuration as a whole. */
#include "ctl_check.h"

#include <apr_hash.h>

#include <string.h>

#define NETWORK apr_time_from_sec(120)

/* ---- what httpd itself says -------------------------------------------------- */

/* [time] [module:level] [pid n] text: the level, and *text behind all of that. */
static const char *level_of(apr_pool_t *pool, const char *line, const char **text)
{
    const char *level = "", *end, *colon;

    while (*line == '[' && (end = strchr(line, ']'))) {
        colon = memchr(line, ':', (size_t)(end - line));
        if (!*level && colon &&
            !strpbrk(apr_pstrmemdup(pool, line + 1, (apr_size_t)(end - line) - 1), " ")) {
            level = apr_pstrmemdup(pool, colon + 1, (apr_size_t)(end - colon) - 1);
        }
        line = end + 1 + strspn(end + 1, " ");
    }
    *text = line;
    return level;
}

static void take_line(authjs_ctl_check_t *check, const char *line)
{
    const char *text, *level = level_of(check->pool, line, &text);
    authjs_found_e found = AUTHJS_FOUND_NOTE;

    if (!*text || !strcmp(text, "Syntax OK") || !strcmp(level, "info") ||
        !strcmp(level, "debug") || !strncmp(level, "trace", 5)) {
        return;
    }
    if (!strcmp(level, "emerg") || !strcmp(level, "alert") || !strcmp(level, "crit") ||
        !strcmp(level, "error")) {
        found = AUTHJS_FOUND_ERROR;
    }
    else if (!strcmp(level, "warn")) {
        found = AUTHJS_FOUND_WARNING;
    }
    text += strncmp(text, "AuthJS: ", 8) ? 0 : 8;
    authjs_ctl_found(check, found, "configtest", "", "%s", text);
}

static void take_lines(authjs_ctl_check_t *check, const char *said)
{
    while (*said) {
        apr_size_t len = strcspn(said, "\n");

        take_line(check, apr_pstrmemdup(check->pool, said, len));
        said += len + (said[len] == '\n');
    }
}

/* ---- sites ------------------------------------------------------------------- */

/* What several sites have in common is asked once. */
static int is_new(authjs_ctl_site_t *site, apr_hash_t *seen, const char *what,
                  struct json_object *described)
{
    apr_pool_t *pool = site->check->pool;
    const char *key =
        apr_pstrcat(pool, what, authjs_json_text(pool, described),
                    authjs_json_text(pool, authjs_json_get(site->dump, "http")), NULL);

    if (apr_hash_get(seen, key, APR_HASH_KEY_STRING)) {
        return 0;
    }
    apr_hash_set(seen, key, APR_HASH_KEY_STRING, "");
    return 1;
}

static void check_network(authjs_ctl_site_t *site, apr_hash_t *seen)
{
    struct json_object *providers = authjs_json_get_array(site->site, "providers");
    struct json_object *place = authjs_json_object(site->check->pool);
    int offline = site->check->ctl->value[AUTHJS_OPT_OFFLINE] != NULL;
    const char *driver = authjs_json_get_string(site->dump, "driver");
    size_t i;

    for (i = 0; !offline && i < json_object_array_length(providers); i++) {
        struct json_object *provider = json_object_array_get_idx(providers, i);

        if (authjs_json_get_string(provider, "method") &&
            is_new(site, seen, "provider", provider)) {
            authjs_ctl_check_provider(site, provider);
        }
    }
    authjs_json_copy_member(place, site->dump, "adapter");
    authjs_json_copy_member(place, site->dump, "driver");
    authjs_json_copy_member(place, site->dump, "params");
    if (json_object_array_length(authjs_json_get_array(site->dump, "adapter")) &&
        (!offline || (driver && !strcmp(driver, "sqlite3"))) &&
        is_new(site, seen, "database", place)) {
        authjs_ctl_check_database(site);
    }
    if (!offline && is_new(site, seen, "mails", authjs_json_get(site->dump, "mails"))) {
        authjs_ctl_check_mail(site);
    }
}

/* Both lists have the hosts in httpd's order. */
static int check_sites(authjs_ctl_check_t *check)
{
    struct json_object *hosts = authjs_json_get_array(check->survey, "hosts");
    struct json_object *dumps = authjs_json_get_array(check->survey, "sites");
    const char *wanted = check->ctl->value[AUTHJS_OPT_SITE];
    apr_hash_t *seen = apr_hash_make(check->pool);
    size_t i, next = 0;
    int found = 0, sites = 0;

    for (i = 0; i < json_object_array_length(hosts); i++) {
        authjs_ctl_site_t site = {check, json_object_array_get_idx(hosts, i), NULL, NULL,
                                  NULL};
        apr_int64_t port = 0;

        site.site = authjs_json_get_object(site.host, "site");
        site.dump = site.site ? json_object_array_get_idx(dumps, next++) : NULL;
        authjs_json_get_int64(site.host, "port", &port);
        site.name = apr_psprintf(check->pool, "%s:%" APR_INT64_T_FMT,
                                 authjs_json_get_string(site.host, "name"), port);
        if (wanted && !authjs_ctl_is_named(site.host, wanted)) {
            continue;
        }
        found = 1;
        if (site.dump) {
            sites++;
            authjs_ctl_check_site(&site);
            check_network(&site, seen);
        }
    }
    if (!found) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "there is no site %s",
                               authjs_ctl_text(check->pool, wanted));
    }
    if (!sites && !check->count[AUTHJS_FOUND_ERROR]) {
        authjs_ctl_found(check, AUTHJS_FOUND_WARNING, "no-provider", "",
                         "nobody can sign in: no provider is switched on; write "
                         "AuthJSProvider github, or the id of another, or use "
                         "authjsctl add");
    }
    return AUTHJS_CTL_OK;
}

/* ---- the command ------------------------------------------------------------- */

int authjs_ctl_check(authjs_ctl_t *ctl)
{
    authjs_ctl_check_t check = {.ctl = ctl, .pool = ctl->pool};
    const char *said;
    int code;

    ctl->asks_httpd = 1;
    code = authjs_ctl_survey(ctl, &check.survey, &said);
    if (code) {
        return code;
    }
    check.findings = authjs_json_own(ctl->pool, json_object_new_array());
    check.deadline = apr_time_now() + NETWORK;
    take_lines(&check, said);
    authjs_ctl_check_sections(&check);
    authjs_ctl_check_files(&check);
    code = check_sites(&check);
    if (code) {
        return code;
    }
    authjs_ctl_print_found(&check);
    return check.count[AUTHJS_FOUND_ERROR]  ? AUTHJS_CTL_FAILED
           : check.count[AUTHJS_FOUND_AWAY] ? AUTHJS_CTL_AWAY
                                            : AUTHJS_CTL_OK;
}
