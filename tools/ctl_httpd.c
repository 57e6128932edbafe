/* httpd's configuration, read by httpd itself: httpd -t -D DUMP_AUTHJS. */
#include "ctl.h"

#include <apr_cstr.h>
#include <apr_thread_proc.h>
#include <apr_time.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (16 * 1024 * 1024)
#define TIMEOUT    apr_time_from_sec(60)
#define PREFIX     "authjs-sites: "  /* AUTHJS_DUMP_PREFIX */
#define SURVEY     "authjs-survey: " /* AUTHJS_SURVEY_PREFIX */

/* ---- ask ------------------------------------------------------------------------ */

static const char *const *command_line(const authjs_ctl_t *ctl, const char *const *more)
{
    apr_array_header_t *argv = apr_array_make(ctl->pool, 8, sizeof(const char *));
    const char *httpd = ctl->value[AUTHJS_OPT_HTTPD];
    int i;

    APR_ARRAY_PUSH(argv, const char *) = httpd ? httpd : AUTHJS_HTTPD;
    APR_ARRAY_PUSH(argv, const char *) = "-t";
    for (; *more; more++) {
        APR_ARRAY_PUSH(argv, const char *) = *more;
    }
    for (i = 0; i < ctl->defines->nelts; i++) {
        APR_ARRAY_PUSH(argv, const char *) = "-D";
        APR_ARRAY_PUSH(argv, const char *) = APR_ARRAY_IDX(ctl->defines, i, const char *);
    }
    if (ctl->value[AUTHJS_OPT_CONFIG]) {
        APR_ARRAY_PUSH(argv, const char *) = "-f";
        APR_ARRAY_PUSH(argv, const char *) = ctl->value[AUTHJS_OPT_CONFIG];
    }
    APR_ARRAY_PUSH(argv, const char *) = NULL;
    return (const char *const *)argv->elts;
}

/* stdout and stderr of the program together, through one pipe. */
static apr_status_t start_program(apr_proc_t *proc, apr_file_t **out, apr_pool_t *pool,
                                  const char *const *argv)
{
    apr_procattr_t *attr;
    apr_file_t *in_child;
    apr_status_t rv = apr_file_pipe_create_ex(out, &in_child, APR_FULL_BLOCK, pool);

    if (rv == APR_SUCCESS) {
        rv = apr_procattr_create(&attr, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_procattr_child_out_set(attr, in_child, NULL);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_procattr_child_err_set(attr, in_child, NULL);
    }
    if (rv == APR_SUCCESS) {
        apr_file_close(in_child);
        rv = apr_procattr_cmdtype_set(attr, APR_PROGRAM_PATH);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_procattr_error_check_set(attr, 1);
    }
    return rv == APR_SUCCESS ? apr_proc_create(proc, argv[0], argv, NULL, attr, pool)
                             : rv;
}

/* @return 0 when the program neither ends nor goes on, or writes without end. */
static int read_all(char **text, apr_file_t *out, apr_pool_t *pool)
{
    apr_time_t deadline = apr_time_now() + TIMEOUT;
    char *buffer = apr_palloc(pool, OUTPUT_MAX + 1);
    apr_status_t rv = APR_SUCCESS;
    apr_size_t len = 0;

    while (rv == APR_SUCCESS && len < OUTPUT_MAX) {
        apr_size_t more = OUTPUT_MAX - len;
        apr_time_t left = deadline - apr_time_now();

        apr_file_pipe_timeout_set(out, left > 0 ? left : 1);
        rv = apr_file_read(out, buffer + len, &more);
        len += rv == APR_SUCCESS ? more : 0;
    }
    buffer[len] = '\0';
    *text = buffer;
    return APR_STATUS_IS_EOF(rv);
}

/* *refused: httpd has said why in text. */
static int run_httpd(const authjs_ctl_t *ctl, const char *const *more, char **text,
                     int *refused)
{
    const char *const *argv = command_line(ctl, more);
    apr_proc_t proc;
    apr_file_t *out;
    char reason[120];
    int code = 0, whole;
    apr_exit_why_e why = APR_PROC_EXIT;
    apr_status_t rv = start_program(&proc, &out, ctl->pool, argv);

    if (rv != APR_SUCCESS) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "%s cannot be started (%s); name it with --httpd%s",
                               argv[0], apr_strerror(rv, reason, sizeof(reason)),
                               ctl->asks_httpd ? ""
                                               : ", or the database with --driver and "
                                                 "--params-file");
    }
    whole = read_all(text, out, ctl->pool);
    if (!whole) {
        apr_proc_kill(&proc, SIGKILL);
    }
    apr_proc_wait(&proc, &code, &why, APR_WAIT);
    if (!whole) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s -t does not end", argv[0]);
    }
    *refused = why != APR_PROC_EXIT || code;
    return AUTHJS_CTL_OK;
}

static int refuse(const authjs_ctl_t *ctl, const char *text)
{
    const char *httpd = ctl->value[AUTHJS_OPT_HTTPD];

    return authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s -t refuses its configuration:\n%s",
                           httpd ? httpd : AUTHJS_HTTPD, text);
}

/* The JSON behind prefix, which is taken out of what httpd said. */
static int take_line(const authjs_ctl_t *ctl, char *text, const char *prefix,
                     struct json_object **answer)
{
    char *line = strstr(text, prefix), *end = line ? strchr(line, '\n') : NULL;

    *answer = NULL;
    if (!end) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "httpd's configuration does not load mod_authjs, or an "
                               "older one; on Debian: a2enmod authjs%s",
                               ctl->asks_httpd ? "" : "; see --config and --httpd");
    }
    if (authjs_json_parse(answer, ctl->pool, line + strlen(prefix),
                          (apr_size_t)(end - line) - strlen(prefix)) ||
        !*answer) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "httpd's answer is damaged");
    }
    memmove(line, end + 1, strlen(end + 1) + 1);
    return AUTHJS_CTL_OK;
}

static int ask_httpd(const authjs_ctl_t *ctl, struct json_object **sites)
{
    static const char *const more[] = {"-D", "DUMP_AUTHJS", NULL};
    char *text = NULL;
    int refused = 0, code = run_httpd(ctl, more, &text, &refused);

    if (code || refused) {
        return code ? code : refuse(ctl, text);
    }
    code = take_line(ctl, text, PREFIX, sites);
    return !code && !json_object_is_type(*sites, json_type_array)
               ? authjs_ctl_fail(AUTHJS_CTL_USAGE, "httpd's answer is damaged")
               : code;
}

int authjs_ctl_survey(const authjs_ctl_t *ctl, struct json_object **survey,
                      const char **said)
{
    static const char *const more[] = {"-D", "DUMP_AUTHJS", "-D", "DUMP_AUTHJS_ALL",
                                       NULL};
    struct json_object *sites;
    char *text = NULL;
    int refused = 0, code = run_httpd(ctl, more, &text, &refused);

    if (code || refused) {
        return code ? code : refuse(ctl, text);
    }
    code = take_line(ctl, text, PREFIX, &sites);
    if (!code) {
        code = take_line(ctl, text, SURVEY, survey);
    }
    if (!code) {
        authjs_json_set(*survey, "sites", sites);
    }
    *said = text;
    return code;
}

int authjs_ctl_configtest(const authjs_ctl_t *ctl, const char *directive, char **said,
                          int *refused)
{
    const char *more[] = {"-c", directive, NULL};

    return run_httpd(ctl, directive ? more : more + 2, said, refused);
}

/* ---- choose --------------------------------------------------------------------- */

int authjs_ctl_is_named(struct json_object *site, const char *wanted)
{
    const char *name = authjs_json_get_string(site, "name");
    const char *colon = strrchr(wanted, ':');
    apr_size_t len = colon ? (apr_size_t)(colon - wanted) : strlen(wanted);
    apr_int64_t port = 0;

    authjs_json_get_int64(site, "port", &port);
    return name && strlen(name) == len && !apr_cstr_casecmpn(name, wanted, len) &&
           (!colon || apr_atoi64(colon + 1) == port);
}

static const char *what_matters(apr_pool_t *pool, struct json_object *site,
                                const char *const *members)
{
    const char *text = "";

    for (; *members; members++) {
        text = apr_pstrcat(pool, text, "\n",
                           authjs_json_text(pool, authjs_json_get(site, *members)), NULL);
    }
    return text;
}

static const char *site_names(apr_pool_t *pool, struct json_object *sites)
{
    const char *text = "";
    size_t i;

    for (i = 0; i < json_object_array_length(sites); i++) {
        struct json_object *site = json_object_array_get_idx(sites, i);
        apr_int64_t port = 0;

        authjs_json_get_int64(site, "port", &port);
        text = apr_psprintf(pool, "%s %s:%" APR_INT64_T_FMT, text,
                            authjs_ctl_text(pool, authjs_json_get_string(site, "name")),
                            port);
    }
    return text;
}

/* A site that lacks the first of members is none that is looked for. */
static int is_candidate(const authjs_ctl_t *ctl, struct json_object *site,
                        const char *const *members)
{
    struct json_object *first = authjs_json_get_array(site, members[0]);
    const char *wanted = ctl->value[AUTHJS_OPT_SITE];

    return first && json_object_array_length(first) &&
           (!wanted || authjs_ctl_is_named(site, wanted));
}

/* The member that a site needs, in the words of the configuration. */
static const char *what_is_missing(const char *member)
{
    if (!strcmp(member, "adapter")) {
        return "an AuthJSAdapter";
    }
    if (!strcmp(member, "inviting")) {
        return "a passkey provider with AuthJSOption signUp=invitation";
    }
    return strcmp(member, "mails") ? member : "an e-mail provider";
}

int authjs_ctl_site(const authjs_ctl_t *ctl, const char *const *members,
                    struct json_object **site)
{
    struct json_object *sites = NULL, *found = NULL;
    int code = AUTHJS_CTL_OK;
    size_t i;

    if (ctl->site) {
        *site = ctl->site;
        return code;
    }
    code = ask_httpd(ctl, &sites);

    for (i = 0; !code && i < json_object_array_length(sites); i++) {
        struct json_object *candidate = json_object_array_get_idx(sites, i);

        if (!is_candidate(ctl, candidate, members)) {
            continue;
        }
        if (found && strcmp(what_matters(ctl->pool, found, members),
                            what_matters(ctl->pool, candidate, members))) {
            return authjs_ctl_fail(AUTHJS_CTL_USAGE, "which one? --site is one of%s",
                                   site_names(ctl->pool, sites));
        }
        found = candidate;
    }
    if (!code && !found) {
        return authjs_ctl_fail(
            AUTHJS_CTL_USAGE, "no site%s%s in httpd's configuration has %s; there are:%s",
            ctl->value[AUTHJS_OPT_SITE] ? " " : "",
            ctl->value[AUTHJS_OPT_SITE] ? ctl->value[AUTHJS_OPT_SITE] : "",
            what_is_missing(members[0]), site_names(ctl->pool, sites));
    }
    *site = found;
    return code;
}

apr_array_header_t *authjs_ctl_strings(apr_pool_t *pool, struct json_object *array)
{
    apr_array_header_t *words = apr_array_make(pool, 4, sizeof(const char *));
    size_t i;

    for (i = 0; array && i < json_object_array_length(array); i++) {
        const char *word = json_object_get_string(json_object_array_get_idx(array, i));

        if (word && *word) {
            APR_ARRAY_PUSH(words, const char *) = word;
        }
    }
    return words;
}
