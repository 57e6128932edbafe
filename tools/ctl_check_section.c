/* authjsctl check: sections that protect, or do not; files that others can write. */
#include "ctl_check.h"

#include "core/file.h"

#include <apr_cstr.h>
#include <apr_lib.h>

#include <string.h>

/* ---- sections ---------------------------------------------------------------- */

static const char *text_of(struct json_object *object, const char *key)
{
    const char *text = authjs_json_get_string(object, key);

    return text ? text : "";
}

static int is_ours(struct json_object *section)
{
    return !apr_cstr_casecmp(text_of(section, "authType"), "AuthJS");
}

/* The path of <Location "/app"> or <Directory /srv>; "" of others. */
static const char *path_of(apr_pool_t *pool, const char *head)
{
    const char *path;

    if (strchr(head + 1, '<') || strchr(head, '~') ||
        (apr_cstr_casecmpn(head, "<Location ", 10) &&
         apr_cstr_casecmpn(head, "<Directory ", 11))) {
        return "";
    }
    path = strchr(head, ' ');
    path += strspn(path, " \"");
    return apr_pstrmemdup(pool, path, strcspn(path, "\">"));
}

/* Whether one section is about all that the other one is about, of one kind. */
static int is_above(apr_pool_t *pool, struct json_object *one, struct json_object *other)
{
    const char *above = text_of(one, "section"), *below = text_of(other, "section");
    const char *host = text_of(one, "host"), *path, *longer;
    apr_size_t len;

    if (*host && strcmp(host, text_of(other, "host"))) {
        return 0;
    }
    if (!*above || !strcmp(above, below)) {
        return 1;
    }
    path = path_of(pool, above);
    longer = path_of(pool, below);
    len = strlen(path);
    while (len && path[len - 1] == '/') {
        len--;
    }
    return *path && *longer && apr_tolower(above[1]) == apr_tolower(below[1]) &&
           !strncmp(path, longer, len) && (!longer[len] || longer[len] == '/');
}

static int has_require(struct json_object *section, const char *prefix)
{
    struct json_object *all = authjs_json_get_array(section, "requires");
    size_t i, len = strlen(prefix);

    for (i = 0; i < json_object_array_length(all); i++) {
        const char *line = json_object_get_string(json_object_array_get_idx(all, i));

        if (!apr_cstr_casecmpn(line, prefix, len)) {
            return 1;
        }
    }
    return 0;
}

/* Something but Require all granted, or the callback authorized. */
static int is_closed(struct json_object *section)
{
    struct json_object *all = authjs_json_get_array(section, "requires");

    return json_object_get_boolean(authjs_json_get(section, "authorized")) ||
           (json_object_array_length(all) && !has_require(section, "all granted"));
}

static void check_open(authjs_ctl_check_t *check, struct json_object *sections,
                       struct json_object *section)
{
    const char *head = text_of(section, "section");
    size_t i;

    if (json_object_array_length(authjs_json_get_array(section, "requires")) ||
        is_closed(section)) {
        return;
    }
    for (i = 0; i < json_object_array_length(sections); i++) {
        struct json_object *other = json_object_array_get_idx(sections, i);

        /* Those below may have it: then this one only says how. */
        if (is_closed(other) && (is_above(check->pool, other, section) ||
                                 is_above(check->pool, section, other))) {
            return;
        }
    }
    authjs_ctl_found(
        check, AUTHJS_FOUND_ERROR, "open", "",
        "AuthType AuthJS (%s)%s%s has no Require beside it: everybody is let "
        "in; write Require valid-user",
        text_of(section, "at"), *head ? " in " : "", head);
}

/* Of sections of another kind nobody can tell whether they are about the same. */
static void check_without_type(authjs_ctl_check_t *check, struct json_object *sections,
                               struct json_object *section)
{
    const char *head = text_of(section, "section");
    size_t i;

    for (i = 0; i < json_object_array_length(sections); i++) {
        struct json_object *other = json_object_array_get_idx(sections, i);

        if (*text_of(other, "authType") &&
            (is_above(check->pool, other, section) ||
             apr_tolower(text_of(other, "section")[0]
                             ? text_of(other, "section")[1]
                             : 0) != apr_tolower(head[0] ? head[1] : 0))) {
            return;
        }
    }
    authjs_ctl_found(check, AUTHJS_FOUND_WARNING, "require-without-type", "",
                     "Require authjs-... (%s)%s%s stands without AuthType AuthJS: nobody "
                     "is sent to sign in; write AuthType AuthJS beside it",
                     text_of(section, "at"), *head ? " in " : "", head);
}

/* Outside of virtual hosts it counts in all of them. */
static void check_everywhere(authjs_ctl_check_t *check, struct json_object *section)
{
    struct json_object *hosts = authjs_json_get_array(check->survey, "hosts");
    size_t i, count = json_object_array_length(hosts);

    for (i = 1; i < count; i++) {
        struct json_object *host = json_object_array_get_idx(hosts, i);

        if (!authjs_json_get_object(host, "site") &&
            !json_object_array_length(authjs_json_get_array(host, "ids"))) {
            authjs_ctl_found(check, AUTHJS_FOUND_WARNING, "no-session", "",
                             "AuthType AuthJS (%s) counts in the virtual host %s (%s) as "
                             "well, which has no provider: nobody gets in there; write "
                             "AuthJSProvider there, or outside of virtual hosts",
                             text_of(section, "at"), text_of(host, "name"),
                             text_of(host, "at"));
        }
    }
}

void authjs_ctl_check_sections(authjs_ctl_check_t *check)
{
    struct json_object *sections = authjs_json_get_array(check->survey, "sections");
    size_t i;

    for (i = 0; i < json_object_array_length(sections); i++) {
        struct json_object *section = json_object_array_get_idx(sections, i);

        if (is_ours(section)) {
            check_open(check, sections, section);
            if (!*text_of(section, "host")) {
                check_everywhere(check, section);
            }
        }
        else if (has_require(section, "authjs-")) {
            check_without_type(check, sections, section);
        }
    }
}

/* ---- files ------------------------------------------------------------------- */

/* The file is the configuration itself: it has a secret in it. */
static int is_own(struct json_object *file)
{
    const char *path = text_of(file, "path"), *at = text_of(file, "at");
    apr_size_t len = strlen(path);

    return !strncmp(at, path, len) && at[len] == ':';
}

static void check_file(authjs_ctl_check_t *check, struct json_object *file)
{
    apr_int64_t which = 0;
    const char *why;

    authjs_json_get_int64(file, "which", &which);
    why = authjs_file_open_to_others(check->pool, text_of(file, "path"), (int)which);
    if (why && is_own(file)) {
        authjs_ctl_found(check, AUTHJS_FOUND_WARNING, "secret-readable", "",
                         "%s (%s) has a secret in it, and every user of this machine can "
                         "read that file; write: chmod o-r %s, or put the secret "
                         "elsewhere (file:, env:)",
                         text_of(file, "directive"), text_of(file, "at"),
                         text_of(file, "path"));
    }
    else if (why) {
        authjs_ctl_found(check, AUTHJS_FOUND_ERROR, "file-open", "", "%s (%s): %s",
                         text_of(file, "directive"), text_of(file, "at"), why);
    }
}

void authjs_ctl_check_files(authjs_ctl_check_t *check)
{
    struct json_object *files = authjs_json_get_array(check->survey, "files");
    size_t i;

    for (i = 0; i < json_object_array_length(files); i++) {
        check_file(check, json_object_array_get_idx(files, i));
    }
}
