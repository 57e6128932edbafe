/* Callbacks and events as a C module has them, against mod_authjs.h alone:
 *
 *     AuthJSTestCallbacks /path/answers.json /path/calls.json
 *
 * Every call is written to the second file, one line ["name",{params}] each. The first
 * file has {"word": value}. Who is asked for says what is answered: for the user (or the
 * path) "signIn-empty" signIn answers with the value of "empty"; "undefined" and "error"
 * are words of their own, "role" adds {"role":"admin"} to the object. Else the answer is
 * what it is in Auth.js without a callback. */
#include "mod_authjs.h"

#include "http_config.h"

#include "apr_file_io.h"
#include "apr_strings.h"

#include <json-c/json.h>
#include <string.h>

extern module AP_MODULE_DECLARE_DATA authjs_test_callbacks_module;

typedef struct {
    json_object *answers;
    const char *calls;
} config_t;

static apr_status_t put(void *object)
{
    json_object_put(object);
    return APR_SUCCESS;
}

static json_object *own(apr_pool_t *pool, json_object *object)
{
    apr_pool_cleanup_register(pool, object, put, apr_pool_cleanup_null);
    return object;
}

/* ---- what is asked --------------------------------------------------------------- */

static const char *text_at(json_object *object, const char *path)
{
    json_object *found = NULL;

    return !json_pointer_get(object, path, &found) &&
                   json_object_is_type(found, json_type_string)
               ? json_object_get_string(found)
               : NULL;
}

/* The moment that a rule names: jwt is called at three. */
static const char *moment(const authjs_callback_t *call)
{
    const char *trigger = text_at(call->params, "/trigger");

    if (strcmp(call->name, "jwt")) {
        return call->name;
    }
    return !trigger                     ? "jwt-session"
           : !strcmp(trigger, "update") ? "jwt-update"
                                        : "jwt-signIn";
}

/* Whose name says what to answer. */
static const char *who(json_object *params)
{
    static const char *const paths[] = {"/user/name", "/token/name", "/session/user/name",
                                        "/url", NULL};
    const char *name = NULL;
    int i;

    for (i = 0; paths[i] && !name; i++) {
        name = text_at(params, paths[i]);
    }
    if (name && !strncmp(name, "User ", 5)) {
        return name + 5;
    }
    return name ? strrchr(name, '/') ? strrchr(name, '/') + 1 : name : "";
}

/* The word behind "moment-", or NULL: nothing special. */
static const char *word_of(const authjs_callback_t *call)
{
    const char *name = who(call->params), *when = moment(call);
    size_t len = strlen(when);

    return !strncmp(name, when, len) && name[len] == '-' ? name + len + 1 : NULL;
}

/* ---- what is answered ------------------------------------------------------------ */

static json_object *object_of(const authjs_callback_t *call)
{
    json_object *object = NULL;

    json_object_object_get_ex(call->params,
                              strcmp(call->name, "jwt") ? "session" : "token", &object);
    return object;
}

static int answer(authjs_callback_t *call, json_object *value)
{
    call->answer = AUTHJS_ANSWER_VALUE;
    call->value = value ? own(call->pool, value) : NULL;
    return OK;
}

/* Counts of json-c are not for several threads. */
static json_object *copy_of(json_object *value)
{
    json_object *copy = NULL;

    if (value) {
        json_object_deep_copy(value, &copy, NULL);
    }
    return copy;
}

static int say(authjs_callback_t *call, const config_t *conf, const char *word)
{
    json_object *value;

    if (!strcmp(word, "undefined")) {
        return OK;
    }
    if (!strcmp(word, "error")) {
        call->answer = AUTHJS_ANSWER_ERROR;
        call->error = "the test asked for it";
        return OK;
    }
    if (!strcmp(word, "status")) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (!strcmp(word, "role")) {
        value = object_of(call);
        json_object_object_add(value, "role", json_object_new_string("admin"));
        return answer(call, json_object_get(value));
    }
    if (!json_object_object_get_ex(conf->answers, word, &value)) {
        return DECLINED;
    }
    return answer(call, copy_of(value));
}

static void write_down(const authjs_callback_t *call, const config_t *conf)
{
    apr_file_t *file;
    char *line = apr_psprintf(
        call->pool, "[\"%s\",%s]\n", call->name,
        json_object_to_json_string_ext(call->params, JSON_C_TO_STRING_PLAIN |
                                                         JSON_C_TO_STRING_NOSLASHESCAPE));

    if (apr_file_open(&file, conf->calls,
                      APR_FOPEN_CREATE | APR_FOPEN_WRITE | APR_FOPEN_APPEND,
                      APR_FPROT_OS_DEFAULT, call->pool) == APR_SUCCESS) {
        apr_file_puts(line, file);
        apr_file_close(file);
    }
}

static const config_t *config_of(const authjs_callback_t *call)
{
    const config_t *conf = ap_get_module_config(call->r->server->module_config,
                                                &authjs_test_callbacks_module);

    return conf->calls ? conf : NULL;
}

static int callback(authjs_callback_t *call)
{
    const config_t *conf = config_of(call);
    const char *word;

    if (!conf) {
        return DECLINED;
    }
    write_down(call, conf);
    word = word_of(call);
    return word ? say(call, conf, word) : DECLINED;
}

static int event(authjs_callback_t *call)
{
    const config_t *conf = config_of(call);

    if (conf) {
        write_down(call, conf);
    }
    return OK;
}

/* ---- the module ------------------------------------------------------------------ */

static void *create_server(apr_pool_t *pool, server_rec *s)
{
    (void)s;
    return apr_pcalloc(pool, sizeof(config_t));
}

static const char *set_files(cmd_parms *cmd, void *dir, const char *answers,
                             const char *calls)
{
    config_t *conf =
        ap_get_module_config(cmd->server->module_config, &authjs_test_callbacks_module);

    (void)dir;
    conf->answers = json_object_from_file(answers);
    conf->calls = calls;
    if (!conf->answers) {
        return apr_pstrcat(cmd->pool, answers, " has no JSON", NULL);
    }
    own(cmd->pool, conf->answers);
    return NULL;
}

static void hooks(apr_pool_t *pool)
{
    (void)pool;
    APR_OPTIONAL_HOOK(authjs, authjs_callback, callback, NULL, NULL, APR_HOOK_MIDDLE);
    APR_OPTIONAL_HOOK(authjs, authjs_event, event, NULL, NULL, APR_HOOK_MIDDLE);
}

static const command_rec directives[] = {
    AP_INIT_TAKE2("AuthJSTestCallbacks", set_files, NULL, RSRC_CONF, "answers calls"),
    {NULL, {NULL}, NULL, 0, NO_ARGS, NULL},
};

AP_DECLARE_MODULE(authjs_test_callbacks)
__attribute__((visibility("default"))) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, create_server, NULL, directives, hooks,
    AP_MODULE_FLAG_NONE,
};
