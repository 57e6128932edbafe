/* The runner log:, for events: a line of JSON each, to a file or a program. */
#include "callbacks/runners.h"

#include <limits.h>

#define TARGETS      "authjs-log-targets"
#define LINE_MAX_LEN (64 * 1024)
/* A program that does not read holds nobody up longer. */
#define PIPE_WAIT apr_time_from_sec(1)

/* One for all that names it. The file is opened in the parent, as httpd's own logs are:
 * by root, and anew at each restart, while old children go on writing to the old one. */
typedef struct {
    const char *name; /* a path, or '|' and a command */
    apr_file_t *file;
    apr_size_t max; /* bytes of a line: so much is written in one piece */
} target_t;

/* ---- configuration ---------------------------------------------------------------- */

static apr_array_header_t *targets(apr_pool_t *pconf)
{
    void *list = NULL;

    apr_pool_userdata_get(&list, TARGETS, pconf);
    if (!list) {
        list = apr_array_make(pconf, 2, sizeof(target_t *));
        apr_pool_userdata_setn(list, TARGETS, NULL, pconf);
    }
    return list;
}

static target_t *find_target(apr_pool_t *pconf, const char *name)
{
    apr_array_header_t *list = targets(pconf);
    target_t *target;
    int i;

    for (i = 0; i < list->nelts; i++) {
        target = APR_ARRAY_IDX(list, i, target_t *);
        if (!strcmp(target->name, name)) {
            return target;
        }
    }
    target = apr_pcalloc(pconf, sizeof(*target));
    target->name = name;
    APR_ARRAY_PUSH(list, target_t *) = target;
    return target;
}

static const char *create_log(void **instance, apr_pool_t *pconf, apr_pool_t *ptemp,
                              server_rec *s, const char *name, int argc,
                              const char *const *words, int htaccess)
{
    const char *to = words[0] + strcspn(words[0], ":=");

    (void)ptemp;
    (void)s;
    if (!authjs_event_short_name(name) || htaccess) {
        return "log: takes events, from AuthJSEvent";
    }
    if (argc > 1) {
        return "log: is one word; put \"log:|program argument\" into quotes";
    }
    if (*to != ':' || !to[1] || (to[1] == '|' && !to[2])) {
        return "write log:FILE or \"log:|PROGRAM\"";
    }
    to++;
    if (*to != '|') {
        to = ap_server_root_relative(pconf, to);
    }
    if (!to) {
        return "log: what follows is not a path";
    }
    *instance = find_target(pconf, to);
    return NULL;
}

/* ---- opening ---------------------------------------------------------------------- */

static apr_status_t open_target(target_t *target, apr_pool_t *pconf)
{
    piped_log *program;

    target->max = LINE_MAX_LEN;
    if (*target->name != '|') {
        return apr_file_open(&target->file, target->name,
                             APR_FOPEN_WRITE | APR_FOPEN_APPEND | APR_FOPEN_CREATE |
                                 APR_FOPEN_LARGEFILE,
                             APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_GREAD, pconf);
    }
    program = ap_open_piped_log(pconf, target->name + 1);
    if (!program) {
        return APR_EGENERAL;
    }
    target->file = ap_piped_log_write_fd(program);
    target->max = PIPE_BUF;
    return apr_file_pipe_timeout_set(target->file, PIPE_WAIT);
}

int authjs_runner_log_open(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                           server_rec *s)
{
    const apr_array_header_t *list = targets(pconf);
    int i;

    (void)plog;
    (void)ptemp;
    for (i = 0; i < list->nelts; i++) {
        target_t *target = APR_ARRAY_IDX(list, i, target_t *);
        apr_status_t rv = open_target(target, pconf);

        if (rv != APR_SUCCESS) {
            ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                         "AuthJS: AuthJSEvent: log:%s cannot be opened", target->name);
            return HTTP_INTERNAL_SERVER_ERROR;
        }
    }
    return OK;
}

/* ---- writing ---------------------------------------------------------------------- */

static const char *line_of(apr_pool_t *pool, struct json_object *record, apr_size_t *len)
{
    const char *line = authjs_json_line(pool, authjs_json_text(pool, record), len);

    ++*len;
    return apr_pstrcat(pool, line, "\n", NULL);
}

/* What would not be written in one piece is told without what made it so long. */
static const char *short_enough(authjs_callback_t *call, apr_size_t max, apr_size_t *len)
{
    struct json_object *record = authjs_event_record(call, NULL), *params;
    const char *line = line_of(call->pool, record, len);

    if (*len <= max) {
        return line;
    }
    authjs_json_set_boolean(record, "truncated", 1);
    params = authjs_json_object(call->pool);
    json_object_object_foreach(call->params, name, value)
    {
        if (strcmp(name, "profile")) {
            authjs_json_set(params, name, value);
        }
    }
    authjs_json_set(record, "params", params);
    line = line_of(call->pool, record, len);
    if (*len > max) {
        authjs_json_set(record, "params", NULL);
        line = line_of(call->pool, record, len);
    }
    return line;
}

static void write_event(void *instance, authjs_callback_t *call)
{
    const target_t *target = instance;
    apr_size_t len, written;
    apr_status_t rv;
    const char *line = short_enough(call, target->max, &len);
    char reason[120];

    written = len;
    rv = target->file ? apr_file_write(target->file, line, &written) : APR_EBADF;
    if (rv == APR_SUCCESS && written < len) {
        rv = APR_ENOSPC;
    }
    if (rv != APR_SUCCESS) {
        call->answer = AUTHJS_ANSWER_ERROR;
        call->error = apr_pstrcat(call->pool, "log:", target->name, ": ",
                                  apr_strerror(rv, reason, sizeof(reason)), NULL);
    }
}

const authjs_own_runner_t authjs_runner_log = {
    {create_log, NULL, write_event}, NULL, NULL, NULL};
