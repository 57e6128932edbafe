/* Where authjsctl add writes, and what is there already. */
#include "ctl_add.h"
#include "ctl_ask.h"

#include "core/dotenv.h"
#include "core/file.h"
#include "web/url.h"

#include <apr_cstr.h>

#include <stdlib.h>
#include <string.h>

#define CONF_MAX (1024 * 1024)

/* ---- the host ---------------------------------------------------------------- */

static struct json_object *hosts(const authjs_ctl_add_t *add)
{
    return authjs_json_get_array(add->survey, "hosts");
}

static int is_true(struct json_object *object, const char *key)
{
    return json_object_get_boolean(authjs_json_get(object, key));
}

/* The place of a virtual host that has lines of ours inside, or NULL. */
static const char *host_with_lines(const authjs_ctl_add_t *add)
{
    struct json_object *written = authjs_json_get_array(add->survey, "written");
    size_t i;

    for (i = 0; i < json_object_array_length(written); i++) {
        struct json_object *line = json_object_array_get_idx(written, i);
        const char *directive = authjs_json_get_string(line, "directive");

        if (authjs_json_get_string(line, "host") &&
            apr_cstr_casecmp(directive, "UseCanonicalName")) {
            return authjs_json_get_string(line, "host");
        }
    }
    return NULL;
}

/* How many names the virtual hosts have among them, 2 for more than one. */
static int count_names(const authjs_ctl_add_t *add)
{
    const char *first = NULL;
    size_t i;

    for (i = 1; i < json_object_array_length(hosts(add)); i++) {
        const char *name =
            authjs_json_get_string(json_object_array_get_idx(hosts(add), i), "name");

        if (first && apr_cstr_casecmp(first, name)) {
            return 2;
        }
        first = name;
    }
    return first != NULL;
}

/* Lines of ours count for the whole server, unless somebody has put them elsewhere. */
static int find_host(authjs_ctl_add_t *add)
{
    const char *inside = host_with_lines(add);
    const char *wanted = add->ctl->value[AUTHJS_OPT_SITE], *at;
    size_t i;

    add->host = json_object_array_get_idx(hosts(add), 0);
    add->prints = add->ctl->value[AUTHJS_OPT_PRINT] != NULL;
    if (!add->prints && !add->ctl->value[AUTHJS_OPT_CONF]) {
        add->why_print =
            inside ? apr_psprintf(add->pool,
                                  "A virtual host (%s) has lines of AuthJS: put these "
                                  "into it, too.",
                                  inside)
            : count_names(add) > 1 && !authjs_json_get_string(add->host, "url")
                ? "There are several virtual hosts: put these lines into the right one."
                : NULL;
        add->prints = add->why_print != NULL;
    }
    if (!wanted && !add->why_print) {
        return AUTHJS_CTL_OK;
    }
    for (i = 0; i < json_object_array_length(hosts(add)); i++) {
        struct json_object *host = json_object_array_get_idx(hosts(add), i);

        at = authjs_json_get_string(host, "at");
        if (wanted ? authjs_ctl_is_named(host, wanted) : inside && !strcmp(at, inside)) {
            add->host = host;
            return AUTHJS_CTL_OK;
        }
    }
    return wanted ? authjs_ctl_fail(AUTHJS_CTL_USAGE, "there is no virtual host %s",
                                    authjs_ctl_text(add->pool, wanted))
                  : AUTHJS_CTL_OK;
}

/* ---- the address ------------------------------------------------------------- */

static const char *guess_origin(const authjs_ctl_add_t *add)
{
    size_t i, count = json_object_array_length(hosts(add));
    struct json_object *host = add->host;

    for (i = 1; i < count && !is_true(host, "virtual"); i++) {
        host = json_object_array_get_idx(hosts(add), i);
    }
    host = is_true(host, "named") ? host : add->host;
    return is_true(host, "named")
               ? apr_pstrcat(add->pool, "https://", authjs_json_get_string(host, "name"),
                             NULL)
               : NULL;
}

/* Of a site that works without AuthJSURL: ServerName, with UseCanonicalName On. */
static const char *canonical_origin(const authjs_ctl_add_t *add)
{
    int tls = is_true(add->host, "tls");
    apr_int64_t port = 0;

    authjs_json_get_int64(add->host, "port", &port);
    return apr_psprintf(
        add->pool,
        port == (tls ? 443 : 80) || !port ? "%s://%s" : "%s://%s:%" APR_INT64_T_FMT,
        tls ? "https" : "http", authjs_json_get_string(add->host, "name"), port);
}

static const char *word_of(apr_pool_t *pool, const char *line, const char *directive);

/* The word behind the last such directive of the configuration file that is written. */
static const char *written_in_conf(const authjs_ctl_add_t *add, const char *directive)
{
    const char *at = add->conf.text, *found = NULL;

    while (at && *at) {
        apr_size_t len = strcspn(at, "\n");
        const char *word =
            word_of(add->pool, apr_pstrmemdup(add->pool, at, len), directive);

        found = word ? word : found;
        at += len + (at[len] == '\n');
    }
    return found;
}

/* The path of the endpoints, as lib/startup/site.c finds it. */
static const char *endpoints(const authjs_ctl_add_t *add, const char *path)
{
    const char *base = authjs_json_get_string(add->host, "basePath");
    apr_size_t len = strlen(path), base_len = base ? strlen(base) : 0;

    if (len && path[len - 1] == '/') {
        path = apr_pstrmemdup(add->pool, path, --len);
    }
    if (!base) {
        return len ? path : "/auth";
    }
    return len >= base_len && !strcmp(path + len - base_len, base) ? path : base;
}

static int find_address(authjs_ctl_add_t *add)
{
    const char *known = authjs_json_get_string(add->host, "url");
    const char *written = add->ctl->value[AUTHJS_OPT_URL], *why;
    authjs_url_t url;
    int code = AUTHJS_CTL_OK;

    if (!known) {
        known = written_in_conf(add, "AuthJSURL");
    }
    add->writes_url = !known;
    if (!known && !written && authjs_json_get_object(add->host, "site")) {
        add->writes_url = 0;
        known = canonical_origin(add);
    }
    if (!known && !written && !authjs_ctl_is_asked()) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "the site has no AuthJSURL; write its address as browsers "
                               "know it: --url https://www.example.com");
    }
    if (!known && !written) {
        code =
            authjs_ctl_ask(add->ctl, &written, "Address of the site, as browsers know it",
                           guess_origin(add), 0);
    }
    if (!code && written) {
        code = authjs_ctl_origin(add->ctl, written, &add->origin);
    }
    if (code) {
        return code;
    }
    why = authjs_url_parse(&url, add->pool, known ? known : add->origin);
    if (why) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "AuthJSURL: %s", why);
    }
    if (known && add->origin && strcmp(add->origin, url.origin)) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "--url is another address than AuthJSURL: %s", url.origin);
    }
    add->origin = url.origin;
    add->base_url = apr_pstrcat(add->pool, url.origin, endpoints(add, url.path), NULL);
    return code;
}

/* ---- the files --------------------------------------------------------------- */

/* The word behind a directive in a line of configuration, or NULL. */
static const char *word_of(apr_pool_t *pool, const char *line, const char *directive)
{
    apr_size_t len = strlen(directive);

    line += strspn(line, " \t");
    if (apr_cstr_casecmpn(line, directive, len) || !strchr(" \t", line[len])) {
        return NULL;
    }
    line += len + strspn(line + len, " \t");
    return *line == '"' ? apr_pstrmemdup(pool, line + 1, strcspn(line + 1, "\""))
                        : apr_pstrmemdup(pool, line, strcspn(line, " \t>\r"));
}

/* In the virtual host that it is about, else outside of all. */
static const char *written_in_httpd(const authjs_ctl_add_t *add, const char *directive)
{
    struct json_object *written = authjs_json_get_array(add->survey, "written");
    const char *outside = NULL;
    size_t i;

    for (i = 0; i < json_object_array_length(written); i++) {
        struct json_object *line = json_object_array_get_idx(written, i);
        const char *host = authjs_json_get_string(line, "host");

        if (apr_cstr_casecmp(authjs_json_get_string(line, "directive"), directive)) {
            continue;
        }
        if (host && !strcmp(host, authjs_json_get_string(add->host, "at"))) {
            return authjs_json_get_string(line, "word");
        }
        if (!host && !outside) {
            outside = authjs_json_get_string(line, "word");
        }
    }
    return outside;
}

static int is_folder(const char *path)
{
    struct stat is;

    return !stat(path, &is) && S_ISDIR(is.st_mode);
}

/* Where an administrator looks for it: on Debian, on Fedora, elsewhere. */
static const char *usual_conf(const authjs_ctl_add_t *add)
{
    const char *root = authjs_json_get_string(add->survey, "root");
    const char *config = authjs_json_get_string(add->survey, "config");
    const char *slash = config ? strrchr(config, '/') : NULL;
    const char *folder = apr_pstrcat(add->pool, root, "/conf-available", NULL);

    if (!is_folder(folder)) {
        folder = apr_pstrcat(add->pool, root, "/conf.d", NULL);
    }
    if (!is_folder(folder)) {
        folder = slash ? apr_pstrmemdup(add->pool, config, (apr_size_t)(slash - config))
                       : root;
    }
    return apr_pstrcat(add->pool, folder, "/authjs.conf", NULL);
}

static int find_files(authjs_ctl_add_t *add)
{
    const authjs_ctl_t *ctl = add->ctl;
    const char *written, *why = NULL;

    add->conf_path =
        ctl->value[AUTHJS_OPT_CONF] ? ctl->value[AUTHJS_OPT_CONF] : usual_conf(add);
    if (!add->prints) {
        why = authjs_ctl_file_open(&add->conf, add->pool, add->conf_path, CONF_MAX,
                                   AUTHJS_FILE_WRITE);
    }
    written = written_in_httpd(add, "AuthJSEnvFile");
    written = written ? written : written_in_conf(add, "AuthJSEnvFile");
    add->env_path =
        ctl->value[AUTHJS_OPT_ENV_FILE] ? ctl->value[AUTHJS_OPT_ENV_FILE]
        : written                       ? written
                  : apr_pstrcat(add->pool, authjs_json_get_string(add->survey, "root"),
                                "/auth.env", NULL);
    if (!why) {
        why = authjs_ctl_file_open(&add->env, add->pool, add->env_path, AUTHJS_DOTENV_MAX,
                                   AUTHJS_FILE_READ | AUTHJS_FILE_WRITE);
    }
    return why ? authjs_ctl_fail(AUTHJS_CTL_FAILED, "%s", why) : AUTHJS_CTL_OK;
}

/* ---- what is there ----------------------------------------------------------- */

static int has_word(struct json_object *array, const char *word)
{
    size_t i;

    for (i = 0; array && i < json_object_array_length(array); i++) {
        const char *text = json_object_get_string(json_object_array_get_idx(array, i));

        if (text && !strcmp(text, word)) {
            return 1;
        }
    }
    return 0;
}

static int in_env_file(const authjs_ctl_add_t *add, const char *name)
{
    const authjs_variable_t *variable;
    authjs_dotenv_t *dotenv;

    if (authjs_dotenv_read(&dotenv, add->pool, add->env.text, strlen(add->env.text))) {
        return 0;
    }
    variable = apr_hash_get(dotenv->by_name, name, APR_HASH_KEY_STRING);
    return variable && *variable->value;
}

int authjs_ctl_add_has(const authjs_ctl_add_t *add, const char *variable)
{
    return has_word(authjs_json_get_array(add->survey, "environment"), variable) ||
           has_word(authjs_json_get_array(add->host, "variables"), variable) ||
           in_env_file(add, variable);
}

static int works(const authjs_ctl_add_t *add)
{
    struct json_object *providers =
        authjs_json_get_array(authjs_json_get_object(add->host, "site"), "providers");
    size_t i;

    for (i = 0; providers && i < json_object_array_length(providers); i++) {
        if (!strcmp(authjs_json_get_string(json_object_array_get_idx(providers, i), "id"),
                    add->needs.id)) {
            return 1;
        }
    }
    return 0;
}

/* In the file that was written, which httpd may not read yet. */
static int is_in_conf(const authjs_ctl_add_t *add)
{
    const char *at = add->conf.text;

    while (at && *at) {
        apr_size_t len = strcspn(at, "\n");
        const char *line = apr_pstrmemdup(add->pool, at, len);
        const char *id = word_of(add->pool, line, "AuthJSProvider");

        id = id ? id : word_of(add->pool, line, "<AuthJSProvider");
        if (id && !strcmp(id, add->needs.id)) {
            return 1;
        }
        at += len + (at[len] == '\n');
    }
    return 0;
}

static int has_all_variables(const authjs_ctl_add_t *add)
{
    static const char *const suffixes[] = {"ID",  "SECRET", "ISSUER",
                                           "KEY", "SERVER", "FROM"};
    const authjs_ctl_needs_t *needs = &add->needs;
    const int wanted[] = {
        needs->client,      needs->client && !needs->no_secret && !needs->makes_secret,
        needs->issuer,      needs->key,
        needs->mail_server, needs->mail_from};
    size_t i;

    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (wanted[i] &&
            !authjs_ctl_add_has(add,
                                authjs_ctl_variable(add->pool, needs->id, suffixes[i]))) {
            return 0;
        }
    }
    return 1;
}

int authjs_ctl_add_place(authjs_ctl_add_t *add)
{
    int code = find_host(add), is_in_file;

    add->out = add->prints ? stderr : stdout;
    if (!code) {
        code = find_files(add);
    }
    if (code) {
        return code;
    }
    is_in_file = is_in_conf(add);
    add->is_written =
        is_in_file || has_word(authjs_json_get_array(add->host, "ids"), add->needs.id);
    add->is_complete = works(add) || (is_in_file && has_all_variables(add));
    if (add->is_complete) {
        return code;
    }
    if (add->needs.store && !is_true(add->host, "adapter")) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "%s needs a database for its users; write AuthJSAdapter "
                               "first (docs/adapters.md), and authjsctl migrate",
                               add->needs.id);
    }
    return find_address(add);
}

/* ---- lines ------------------------------------------------------------------- */

static const char *quoted(apr_pool_t *pool, const char *word)
{
    return strpbrk(word, " \t") ? apr_pstrcat(pool, "\"", word, "\"", NULL) : word;
}

static const char *provider_lines(const authjs_ctl_add_t *add)
{
    const authjs_ctl_needs_t *needs = &add->needs;
    const apr_array_header_t *options = apr_table_elts(add->options);
    const char *text;
    int i;

    if (!options->nelts && !needs->template_id && !add->password_file) {
        return apr_pstrcat(add->pool, "AuthJSProvider ", needs->id, "\n", NULL);
    }
    text = apr_pstrcat(add->pool, "<AuthJSProvider ", needs->id,
                       needs->template_id ? " " : "",
                       needs->template_id ? needs->template_id : "", ">\n", NULL);
    for (i = 0; i < options->nelts; i++) {
        const apr_table_entry_t *option = &APR_ARRAY_IDX(options, i, apr_table_entry_t);

        text = apr_pstrcat(add->pool, text, "    AuthJSOption ",
                           quoted(add->pool, apr_pstrcat(add->pool, option->key, "=",
                                                         option->val, NULL)),
                           "\n", NULL);
    }
    if (add->password_file) {
        text = apr_pstrcat(add->pool, text,
                           "    AuthJSAuthnProvider file\n    AuthUserFile ",
                           quoted(add->pool, add->password_file), "\n", NULL);
    }
    return apr_pstrcat(add->pool, text, "</AuthJSProvider>\n", NULL);
}

int authjs_ctl_add_lines(authjs_ctl_add_t *add)
{
    const char *env = written_in_httpd(add, "AuthJSEnvFile"), *text = "";

    env = env ? env : written_in_conf(add, "AuthJSEnvFile");
    if (strpbrk(add->env.path, "\"\\$") || !authjs_is_line(add->env.path, 4096)) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "a path of AuthJSEnvFile has no \", \\ and $ here");
    }
    if (!env || strcmp(env, add->env.path)) {
        text = apr_pstrcat(add->pool, text, "AuthJSEnvFile  ",
                           quoted(add->pool, add->env.path), "\n", NULL);
    }
    if (add->writes_url) {
        text = apr_pstrcat(add->pool, text, "AuthJSURL      ", add->origin, "\n", NULL);
    }
    if (!add->is_written) {
        text = apr_pstrcat(add->pool, text, provider_lines(add), NULL);
    }
    add->lines = text;
    return AUTHJS_CTL_OK;
}

int authjs_ctl_add_is_read(const authjs_ctl_add_t *add, struct json_object *survey)
{
    struct json_object *files = authjs_json_get_array(survey, "configFiles");
    char *mine = realpath(add->conf.path, NULL), *theirs;
    size_t i;
    int found = 0;

    for (i = 0; mine && !found && i < json_object_array_length(files); i++) {
        theirs =
            realpath(json_object_get_string(json_object_array_get_idx(files, i)), NULL);
        found = theirs && !strcmp(theirs, mine);
        free(theirs);
    }
    free(mine);
    return found;
}
