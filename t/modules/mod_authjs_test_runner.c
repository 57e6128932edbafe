/* Runs one runner of callbacks or events, as mod_authjs would:
 *
 *     <Location "/signIn">
 *         SetHandler authjs-test-runner
 *         AuthJSTestRunner signIn https://127.0.0.1:8443/ secret=...
 *     </Location>
 *     POST {"params":{...},"cacheable":true}
 *     ->
 * {"answer":"undefined|value|error|declined","value":...,"error":"...","code":"..."}
 *
 * Tests only, and from this machine only. */
#include "mod_authjs.h"

#include "http_config.h"
#include "http_log.h"
#include "http_protocol.h"

#include "apr_strings.h"

#include <json-c/json.h>
#include <string.h>

#define MAX_BODY (1024 * 1024)

extern module AP_MODULE_DECLARE_DATA authjs_test_runner_module;

typedef struct {
    const char *name;
    const authjs_runner_t *runner;
    void *instance;
} bound_t;

static void *create_dir(apr_pool_t *pool, char *path)
{
    (void)path;
    return apr_pcalloc(pool, sizeof(bound_t));
}

static const char *set_runner(cmd_parms *cmd, void *dir, int argc, char *const argv[])
{
    bound_t *bound = dir;
    const char *runner, *why;

    if (argc < 2) {
        return "AuthJSTestRunner takes a name and what is to be run";
    }
    runner = apr_pstrmemdup(cmd->pool, argv[1], strcspn(argv[1], ":="));
    bound->name = argv[0];
    bound->runner =
        ap_lookup_provider(AUTHJS_RUNNER_GROUP, runner, AUTHJS_RUNNER_VERSION);
    if (!bound->runner) {
        return apr_pstrcat(cmd->pool, "no runner ", runner, NULL);
    }
    why = bound->runner->create(
        &bound->instance, cmd->pool, cmd->temp_pool, cmd->server, bound->name, argc - 1,
        apr_pmemdup(cmd->pool, argv + 1, (apr_size_t)(argc - 1) * sizeof(*argv)),
        cmd->pool == cmd->temp_pool);
    return why ? apr_pstrcat(cmd->pool, "AuthJSTestRunner: ", why, NULL) : NULL;
}

static apr_status_t put(void *object)
{
    json_object_put(object);
    return APR_SUCCESS;
}

/** Released with the request. */
static json_object *own(apr_pool_t *pool, json_object *object)
{
    apr_pool_cleanup_register(pool, object, put, apr_pool_cleanup_null);
    return object;
}

/** The body as a JSON object; NULL when it is none. */
static json_object *read_request(request_rec *r)
{
    json_tokener *tokener;
    json_object *request;
    char *body = apr_palloc(r->pool, MAX_BODY);
    int len = 0;
    long n;

    if (ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK) != OK) {
        return NULL;
    }
    while (len < MAX_BODY &&
           (n = ap_get_client_block(r, body + len, (apr_size_t)(MAX_BODY - len))) > 0) {
        len += (int)n;
    }
    tokener = json_tokener_new();
    request = own(r->pool, json_tokener_parse_ex(tokener, body, len));
    json_tokener_free(tokener);
    return json_object_is_type(request, json_type_object) ? request : NULL;
}

static void add_text(json_object *body, const char *name, const char *text)
{
    if (text) {
        json_object_object_add(body, name, json_object_new_string(text));
    }
}

static int answer(const authjs_callback_t *call)
{
    static const char *const names[] = {"undefined", "value", "error", "declined"};
    json_object *body = own(call->pool, json_object_new_object());
    const char *text;
    size_t len;

    add_text(body, "answer", names[call->answer]);
    add_text(body, "error", call->error);
    add_text(body, "code", call->code);
    if (call->answer == AUTHJS_ANSWER_VALUE) {
        json_object_object_add(body, "value", json_object_get(call->value));
    }
    text = json_object_to_json_string_length(
        body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
    ap_set_content_type(call->r, "application/json");
    ap_set_content_length(call->r, (apr_off_t)len);
    ap_rwrite(text, (int)len, call->r);
    return OK;
}

static int handler(request_rec *r)
{
    const bound_t *bound =
        ap_get_module_config(r->per_dir_config, &authjs_test_runner_module);
    authjs_callback_t call = {0};
    json_object *request, *cacheable = NULL;

    if (!r->handler || strcmp(r->handler, "authjs-test-runner")) {
        return DECLINED;
    }
    if (strncmp(r->connection->client_ip, "127.", 4) || !bound->runner) {
        return HTTP_FORBIDDEN;
    }
    request = read_request(r);
    if (!request || !json_object_object_get_ex(request, "params", &call.params)) {
        return HTTP_BAD_REQUEST;
    }
    json_object_object_get_ex(request, "cacheable", &cacheable);
    call.r = r;
    call.pool = r->pool;
    call.name = bound->name;
    call.cacheable = json_object_get_boolean(cacheable);
    bound->runner->run(bound->instance, &call);
    return answer(&call);
}

static void hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_MIDDLE);
}

static const command_rec directives[] = {
    AP_INIT_TAKE_ARGV("AuthJSTestRunner", set_runner, NULL, ACCESS_CONF | OR_AUTHCFG,
                      "name runner [words...]"),
    {NULL, {NULL}, NULL, 0, NO_ARGS, NULL},
};

AP_DECLARE_MODULE(authjs_test_runner)
__attribute__((visibility("default"))) = {
    STANDARD20_MODULE_STUFF, create_dir, NULL, NULL, NULL, directives, hooks,
    AP_MODULE_FLAG_NONE,
};
