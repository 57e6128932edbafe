/* What of the configuration can only be seen in the files themselves: sections that
 * protect, files that others might write, where what stands. */
#include "settings/settings.h"
#include "startup/startup.h"

#include "core/file.h"

#include "http_main.h"
#include "util_cfgtree.h"

#define SECTIONS_MAX 10000

typedef struct {
    apr_pool_t *pool;
    struct json_object *sections, *files, *written, *config_files;
    apr_hash_t *seen; /* names of configuration files */
} walk_t;

/* Where a directive stands. */
typedef struct {
    server_rec *s;           /* NULL: outside of virtual hosts */
    int in_provider;         /* inside <AuthJSProvider> */
    const char *head;        /* "<Location /app>" of the innermost section with a path */
    struct json_object *now; /* what is told of that section; NULL: outside */
} place_t;

static const char *place_of(const walk_t *walk, const ap_directive_t *directive)
{
    return apr_psprintf(walk->pool, "%s:%d", directive->filename, directive->line_num);
}

static void set_host(const walk_t *walk, struct json_object *described,
                     const server_rec *s)
{
    if (s) {
        authjs_json_set_string(described, "host",
                               apr_psprintf(walk->pool, "%s:%u", s->defn_name,
                                            s->defn_line_number));
    }
}

/* ---- files that a directive names -------------------------------------------- */

/* The words that are files, by what they begin with; which: who may do what. */
static const struct {
    const char *directive, *prefix;
    int which, in_provider; /* others of httpd's are none of our business */
} named[] = {{"AuthJSProviderFile", "", AUTHJS_FILE_WRITE, 0},
             {"AuthJSTexts", "", AUTHJS_FILE_WRITE, 0},
             {"AuthJSMailTemplate", "text=", AUTHJS_FILE_WRITE, 0},
             {"AuthJSMailTemplate", "html=", AUTHJS_FILE_WRITE, 0},
             {"AuthJSCallback", "lua:", AUTHJS_FILE_WRITE, 0},
             {"AuthJSEvent", "lua:", AUTHJS_FILE_WRITE, 0},
             {"AuthJSAuthorize", "lua:", AUTHJS_FILE_WRITE, 0},
             {"AuthUserFile", "", AUTHJS_FILE_READ | AUTHJS_FILE_WRITE, 1},
             {"AuthDigestFile", "", AUTHJS_FILE_READ | AUTHJS_FILE_WRITE, 1},
             {NULL, NULL, 0, 0}};

static void add_file(walk_t *walk, const ap_directive_t *directive, const char *word,
                     int which)
{
    struct json_object *file = authjs_json_object(walk->pool);
    const char *path = ap_server_root_relative(walk->pool, word);

    authjs_json_set_string(file, "directive", directive->directive);
    authjs_json_set_string(file, "at", place_of(walk, directive));
    authjs_json_set_string(file, "path", path ? path : word);
    authjs_json_set_int64(file, "which", which);
    json_object_array_add(walk->files, json_object_get(file));
}

static void look_for_files(walk_t *walk, const place_t *place,
                           const ap_directive_t *directive)
{
    int i;

    for (i = 0; named[i].directive; i++) {
        const char *args = directive->args, *word;

        if (ap_cstr_casecmp(directive->directive, named[i].directive) ||
            (named[i].in_provider && !place->in_provider)) {
            continue;
        }
        while (*(word = ap_getword_conf(walk->pool, &args))) {
            apr_size_t len = strlen(named[i].prefix);

            if (!ap_cstr_casecmpn(word, named[i].prefix, len)) {
                add_file(walk, directive, word + len, named[i].which);
            }
        }
    }
}

/* Secrets that stand in the configuration itself; with: what in a line tells that it has
 * one. */
static const struct {
    const char *directive, *with;
} literal[] = {{"AuthJSSecret", ""},      {"AuthJSClientSecret", ""},
               {"AuthJSMailServer", "@"}, {"AuthJSAdapter", "token="},
               {"DBDParams", "pass"},     {NULL, NULL}};

/* Of token=file:path, what stands behind the '='. */
static int is_elsewhere(const char *word)
{
    const char *value = strncmp(word, "token=", 6) ? word : word + 6;

    return !strncmp(value, "env:", 4) || !strncmp(value, "file:", 5) ||
           !strncmp(value, "exec:", 5);
}

static void look_for_secrets(walk_t *walk, const ap_directive_t *directive)
{
    const char *args = directive->args, *word;
    int i;

    for (i = 0; literal[i].directive; i++) {
        if (ap_cstr_casecmp(directive->directive, literal[i].directive)) {
            continue;
        }
        while (*(word = ap_getword_conf(walk->pool, &args))) {
            if (ap_strstr_c(word, literal[i].with) && !is_elsewhere(word)) {
                add_file(walk, directive, directive->filename, AUTHJS_FILE_READ);
                return;
            }
        }
    }
}

/* ---- lines of ours, to be found again ---------------------------------------- */

static void note_line(walk_t *walk, const place_t *place, const ap_directive_t *directive)
{
    static const char *const wanted[] = {"AuthJSEnvFile",    "AuthJSURL",
                                         "AuthJSProvider",   "<AuthJSProvider",
                                         "AuthJSSecret",     "AuthJSAdapter",
                                         "UseCanonicalName", NULL};
    struct json_object *line;
    const char *args = directive->args;

    if (!authjs_word(wanted, directive->directive)) {
        return;
    }
    line = authjs_json_object(walk->pool);
    authjs_json_set_string(line, "directive", directive->directive);
    authjs_json_set_string(line, "at", place_of(walk, directive));
    if (ap_cstr_casecmp(directive->directive, "AuthJSSecret")) {
        const char *word = ap_getword_conf(walk->pool, &args);

        if (!ap_cstr_casecmp(directive->directive, "AuthJSEnvFile")) {
            word = ap_server_root_relative(walk->pool, word);
        }
        else if (*directive->directive == '<') { /* "<AuthJSProvider id>" */
            word = apr_pstrmemdup(walk->pool, word, strcspn(word, ">"));
        }
        authjs_json_set_string(line, "word", word ? word : "");
    }
    set_host(walk, line, place->s);
    json_object_array_add(walk->written, json_object_get(line));
}

/* ---- sections that protect --------------------------------------------------- */

static struct json_object *begin_section(walk_t *walk, const place_t *place,
                                         const ap_directive_t *directive)
{
    struct json_object *section = authjs_json_object(walk->pool);

    authjs_json_set_string(section, "section", place->head);
    authjs_json_set_string(section, "at", place_of(walk, directive));
    set_host(walk, section, place->s);
    json_object_object_add(section, "requires", json_object_new_array());
    return section;
}

/* AuthJSCallback authorized protects without any Require. */
static int asks_authorized(const walk_t *walk, const ap_directive_t *directive)
{
    const char *args = directive->args;

    return !ap_cstr_casecmp(directive->directive, "AuthJSCallback") &&
           !ap_cstr_casecmp(ap_getword_conf(walk->pool, &args), "authorized");
}

static void note_protection(walk_t *walk, place_t *place, const ap_directive_t *directive)
{
    int is_type = !ap_cstr_casecmp(directive->directive, "AuthType");
    int is_callback = asks_authorized(walk, directive);
    const char *args = directive->args;

    if (!is_type && !is_callback && ap_cstr_casecmp(directive->directive, "Require")) {
        return;
    }
    if (!place->now) {
        if (json_object_array_length(walk->sections) >= SECTIONS_MAX) {
            return;
        }
        place->now = begin_section(walk, place, directive);
        json_object_array_add(walk->sections, json_object_get(place->now));
    }
    if (is_type) {
        authjs_json_set_string(place->now, "authType",
                               ap_getword_conf(walk->pool, &args));
        authjs_json_set_string(place->now, "at", place_of(walk, directive));
    }
    else if (is_callback) {
        authjs_json_set_boolean(place->now, "authorized", 1);
    }
    else {
        json_object_array_add(authjs_json_get_array(place->now, "requires"),
                              json_object_new_string(directive->args));
    }
}

/* ---- the walk ---------------------------------------------------------------- */

static int has_path(const char *directive)
{
    static const char *const kinds[] = {
        "<Directory", "<DirectoryMatch", "<Location", "<LocationMatch",
        "<Files",     "<FilesMatch",     "<Proxy",    "<ProxyMatch",
        "<If",        "<ElseIf",         "<Else",     NULL};

    return authjs_word(kinds, directive) != NULL;
}

static void walk_below(walk_t *walk, place_t *place, const ap_directive_t *directive);

static void walk_into(walk_t *walk, place_t *place, const ap_directive_t *section)
{
    place_t inner = *place;

    if (!ap_cstr_casecmp(section->directive, "<VirtualHost")) {
        inner.s = authjs_tree_server(ap_server_conf, section);
        inner.head = "";
        inner.now = NULL;
    }
    else if (has_path(section->directive)) {
        inner.head = apr_pstrcat(walk->pool, place->head, *place->head ? " " : "",
                                 section->directive, " ", section->args, NULL);
        inner.now = NULL;
    }
    else if (!ap_cstr_casecmp(section->directive, "<AuthJSProvider")) {
        inner.in_provider = 1;
    }
    else { /* <RequireAny>, <Limit>: of the section that they are in */
        walk_below(walk, place, section->first_child);
        return;
    }
    walk_below(walk, &inner, section->first_child);
}

static void walk_below(walk_t *walk, place_t *place, const ap_directive_t *directive)
{
    for (; directive; directive = directive->next) {
        if (!apr_hash_get(walk->seen, directive->filename, APR_HASH_KEY_STRING)) {
            apr_hash_set(walk->seen, directive->filename, APR_HASH_KEY_STRING, "");
            json_object_array_add(walk->config_files,
                                  json_object_new_string(directive->filename));
        }
        note_line(walk, place, directive);
        look_for_files(walk, place, directive);
        look_for_secrets(walk, directive);
        note_protection(walk, place, directive);
        if (directive->first_child) {
            walk_into(walk, place, directive);
        }
    }
}

void authjs_survey_tree(struct json_object *survey, apr_pool_t *pool)
{
    walk_t walk = {pool,
                   json_object_new_array(),
                   json_object_new_array(),
                   json_object_new_array(),
                   json_object_new_array(),
                   apr_hash_make(pool)};
    place_t place = {NULL, 0, "", NULL};

    json_object_object_add(survey, "sections", walk.sections);
    json_object_object_add(survey, "files", walk.files);
    json_object_object_add(survey, "written", walk.written);
    json_object_object_add(survey, "configFiles", walk.config_files);
    walk_below(&walk, &place, ap_conftree);
}
