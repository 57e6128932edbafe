/* Hooks of callbacks and events whose answers a test writes into a file:
 *
 *     AuthJSTestHooks /path/hooks
 *
 * /path/hooks.json: {"signIn": [answer of the first hook, answer of the second one], ...}
 * with, in an answer,
 *     "status"  what the hook returns; without it DECLINED
 *     "answer"  "undefined", "value", "error", "declined"; with it the status is OK
 *     "value"   the value; "error": what it says
 *     "merge"   the value is params.token or params.session with these members
 *     "odd"     a value that no JSON text gives: "nan", "cycle", "bytes", "name", "deep",
 *               "large", "bomb"
 *     "change"  params are changed behind the caller's back, before the answer
 * /path/hooks.log: a line of JSON for each call, {"hook", "name", "params"}.
 */
#include "mod_authjs.h"

#include "apr_file_io.h"
#include "apr_strings.h"
#include "http_config.h"
#include "http_log.h"

#include <json-c/json.h>
#include <math.h>
#include <string.h>

extern module AP_MODULE_DECLARE_DATA authjs_test_hooks_module;

static const char **prefix_of(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &authjs_test_hooks_module);
}

static apr_status_t put(void *object)
{
    json_object_put(object);
    return APR_SUCCESS;
}

static json_object *own(apr_pool_t *pool, json_object *object)
{
    if (object) {
        apr_pool_cleanup_register(pool, object, put, apr_pool_cleanup_null);
    }
    return object;
}

static json_object *get(json_object *object, const char *name)
{
    json_object *member = NULL;

    json_object_object_get_ex(object, name, &member);
    return member;
}

static void note(const authjs_callback_t *call, int hook, const char *prefix)
{
    json_object *line = own(call->pool, json_object_new_object());
    apr_file_t *file;
    const char *text;
    apr_size_t len;

    json_object_object_add(line, "hook", json_object_new_int(hook));
    json_object_object_add(line, "name", json_object_new_string(call->name));
    json_object_object_add(line, "params", json_object_get(call->params));
    text = apr_pstrcat(call->pool,
                       json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN), "\n",
                       NULL);
    len = strlen(text);
    if (!apr_file_open(&file, apr_pstrcat(call->pool, prefix, ".log", NULL),
                       APR_WRITE | APR_CREATE | APR_APPEND, APR_FPROT_OS_DEFAULT,
                       call->pool)) {
        apr_file_write(file, text, &len);
        apr_file_close(file);
    }
}

static apr_status_t break_cycle(void *object)
{
    json_object_object_del(object, "x");
    return APR_SUCCESS;
}

static json_object *odd_value(apr_pool_t *pool, const char *kind)
{
    json_object *value = own(pool, json_object_new_object()), *inner;
    char *bytes;
    int i;

    if (!strcmp(kind, "nan")) {
        json_object_object_add(value, "x", json_object_new_double(NAN));
    }
    else if (!strcmp(kind, "bytes")) {
        json_object_object_add(value, "x", json_object_new_string("\xff\xfe"));
    }
    else if (!strcmp(kind, "name")) {
        json_object_object_add(value, "\xc0\xaf", NULL);
    }
    else if (!strcmp(kind, "cycle")) {
        inner = own(pool, json_object_new_array());
        json_object_array_add(inner, json_object_get(value));
        json_object_object_add(value, "x", json_object_get(inner));
        apr_pool_cleanup_register(pool, value, break_cycle, apr_pool_cleanup_null);
    }
    else if (!strcmp(kind, "large")) {
        bytes = memset(apr_palloc(pool, 1024 * 1024), 'x', 1024 * 1024);
        json_object_object_add(value, "x",
                               json_object_new_string_len(bytes, 1024 * 1024));
    }
    else {
        /* "bomb": each level twice in the next one */
        for (i = 0; i < 60; i++) {
            inner = json_object_new_object();
            json_object_object_add(inner, "a", json_object_get(value));
            if (!strcmp(kind, "bomb") && i < 30) {
                json_object_object_add(inner, "b", json_object_get(value));
            }
            value = own(pool, inner);
            if (!strcmp(kind, "bomb") && i == 29) {
                break;
            }
        }
    }
    return value;
}

static json_object *value_of(const authjs_callback_t *call, json_object *answer)
{
    json_object *odd = get(answer, "odd"), *merge = get(answer, "merge"), *object;

    if (odd) {
        return odd_value(call->pool, json_object_get_string(odd));
    }
    if (!merge) {
        return get(answer, "value");
    }
    object = get(call->params, strcmp(call->name, "jwt") ? "session" : "token");
    json_object_object_foreach(merge, name, member)
    {
        json_object_object_add(object, name, json_object_get(member));
    }
    return object;
}

static void change(json_object *params)
{
    json_object *user = get(params, "user"), *token = get(params, "token");

    if (json_object_is_type(user, json_type_object)) {
        json_object_object_add(user, "id", json_object_new_string("changed"));
        json_object_object_add(user, "email", json_object_new_string("changed"));
    }
    if (json_object_is_type(token, json_type_object)) {
        json_object_object_add(token, "sub", json_object_new_string("changed"));
    }
    json_object_object_del(params, "account");
    json_object_object_add(params, "changed", json_object_new_boolean(1));
}

static int run(authjs_callback_t *call, int hook)
{
    const char *prefix = *prefix_of(call->r->server), *kind;
    json_object *answers, *answer;

    if (!prefix) {
        return DECLINED;
    }
    note(call, hook, prefix);
    answers = own(call->pool,
                  json_object_from_file(apr_pstrcat(call->pool, prefix, ".json", NULL)));
    answer = get(answers, call->name);
    answer = answer ? json_object_array_get_idx(answer, (size_t)hook) : NULL;
    if (!answer) {
        return DECLINED;
    }
    if (get(answer, "change")) {
        change(call->params);
    }
    if (get(answer, "status")) {
        return json_object_get_int(get(answer, "status"));
    }
    kind = json_object_get_string(get(answer, "answer"));
    if (!kind) {
        return DECLINED;
    }
    call->answer = !strcmp(kind, "value")       ? AUTHJS_ANSWER_VALUE
                   : !strcmp(kind, "error")     ? AUTHJS_ANSWER_ERROR
                   : !strcmp(kind, "undefined") ? AUTHJS_ANSWER_UNDEFINED
                                                : AUTHJS_ANSWER_DECLINED;
    call->value = value_of(call, answer);
    call->error =
        get(answer, "error")
            ? apr_pstrdup(call->pool, json_object_get_string(get(answer, "error")))
            : NULL;
    return OK;
}

static int first(authjs_callback_t *call)
{
    return run(call, 0);
}

static int second(authjs_callback_t *call)
{
    return run(call, 1);
}

static void *create_config(apr_pool_t *pool, server_rec *s)
{
    (void)s;
    return apr_pcalloc(pool, sizeof(const char *));
}

static const char *set_prefix(cmd_parms *cmd, void *dir, const char *prefix)
{
    (void)dir;
    *prefix_of(cmd->server) = prefix;
    return NULL;
}

static const command_rec directives[] = {
    AP_INIT_TAKE1("AuthJSTestHooks", set_prefix, NULL, RSRC_CONF,
                  "what the names of two files begin with"),
    {NULL, {NULL}, NULL, 0, NO_ARGS, NULL}};

static void hooks(apr_pool_t *pool)
{
    (void)pool;
    APR_OPTIONAL_HOOK(authjs, authjs_callback, second, NULL, NULL, APR_HOOK_LAST);
    APR_OPTIONAL_HOOK(authjs, authjs_callback, first, NULL, NULL, APR_HOOK_FIRST);
    APR_OPTIONAL_HOOK(authjs, authjs_event, second, NULL, NULL, APR_HOOK_LAST);
    APR_OPTIONAL_HOOK(authjs, authjs_event, first, NULL, NULL, APR_HOOK_FIRST);
}

AP_DECLARE_MODULE(authjs_test_hooks)
__attribute__((visibility("default"))) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, create_config, NULL, directives, hooks,
    AP_MODULE_FLAG_NONE};
