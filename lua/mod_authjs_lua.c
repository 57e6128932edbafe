/* mod_authjs_lua: runs AuthJSCallback, AuthJSEvent and AuthJSAuthorize in Lua. */
#include "authjs_lua.h"

#include "http_config.h"

#include "apr_hash.h"
#include "apr_strings.h"
#include "apr_thread_mutex.h"

#include <string.h>

#define INSTRUCTIONS APR_INT64_C(10000000)
#define MEMORY       (APR_INT64_C(16) * 1024 * 1024)
#define TIMEOUT      apr_time_from_sec(2)

/* A child needs some of it before the first line of a script runs. */
#define MIN_MEMORY (APR_INT64_C(256) * 1024)

/** A script and the states of a child that have it and wait for work. All that name the
 * same file share it. In pconf. */
typedef struct {
    authjs_lua_script_t script;
    apr_thread_mutex_t *mutex;
    authjs_lua_state_t *idle;
} states_t;

module AP_MODULE_DECLARE_DATA authjs_lua_module;

/* ---- AuthJSLua ------------------------------------------------------------------ */

/* Of the pool of the configuration: what the main server has. */
static const char main_key[] = "authjs_lua_main";

static void *create_server_config(apr_pool_t *pool, server_rec *s)
{
    authjs_lua_limits_t *conf = apr_pcalloc(pool, sizeof(*conf));

    if (!s->is_virtual) {
        apr_pool_userdata_setn(conf, main_key, NULL, pool);
    }
    return conf;
}

static void merge_limits(authjs_lua_limits_t *merged, const authjs_lua_limits_t *base,
                         const authjs_lua_limits_t *add)
{
    merged->instructions = add->instructions ? add->instructions : base->instructions;
    merged->memory = add->memory ? add->memory : base->memory;
    merged->timeout = add->timeout ? add->timeout : base->timeout;
}

static void *merge_server_config(apr_pool_t *pool, void *base_conf, void *add_conf)
{
    authjs_lua_limits_t *merged = apr_palloc(pool, sizeof(*merged));

    merge_limits(merged, base_conf, add_conf);
    return merged;
}

static void set_defaults(authjs_lua_limits_t *limits)
{
    static const authjs_lua_limits_t normal = {INSTRUCTIONS, MEMORY, TIMEOUT};

    merge_limits(limits, &normal, limits);
}

static void get_limits(authjs_lua_limits_t *limits, const server_rec *s)
{
    const authjs_lua_limits_t *conf =
        ap_get_module_config(s->module_config, &authjs_lua_module);

    *limits = *conf;
    set_defaults(limits);
}

/* While the configuration is read, a virtual host has what was said in it so far, or
 * nothing, and the main server's is not merged into it. */
static void get_limits_so_far(authjs_lua_limits_t *limits, const server_rec *s,
                              apr_pool_t *pconf)
{
    const authjs_lua_limits_t *conf =
        ap_get_module_config(s->module_config, &authjs_lua_module);
    const authjs_lua_limits_t none = {0, 0, 0};
    void *main_conf = NULL;

    apr_pool_userdata_get(&main_conf, main_key, pconf);
    merge_limits(limits, main_conf ? main_conf : &none, conf ? conf : &none);
    set_defaults(limits);
}

static const char *set_instructions(authjs_lua_limits_t *conf, const char *value)
{
    char *end;

    conf->instructions = apr_strtoi64(value, &end, 10);
    return !*end && conf->instructions >= 10000 && conf->instructions <= 2000000000
               ? NULL
               : "instructions is a number from 10000 to 2000000000";
}

static const char *set_memory(authjs_lua_limits_t *conf, const char *value)
{
    apr_off_t number;
    char *end;

    if (apr_strtoff(&number, value, &end, 10) != APR_SUCCESS) {
        number = 0;
    }
    if (!ap_cstr_casecmp(end, "K") || !ap_cstr_casecmp(end, "M")) {
        number = number > 1048576 ? 0 : number * 1024;
        number *= *end == 'm' || *end == 'M' ? 1024 : 1;
        end++;
    }
    conf->memory = number;
    return !*end && number >= MIN_MEMORY && number <= 1073741824
               ? NULL
               : "memory is a number of bytes with K or M, from 256K to 1024M";
}

static const char *set_timeout(authjs_lua_limits_t *conf, const char *value)
{
    apr_status_t rv = ap_timeout_parameter_parse(value, &conf->timeout, "s");

    return rv == APR_SUCCESS && conf->timeout >= apr_time_from_msec(10) &&
                   conf->timeout <= apr_time_from_sec(60)
               ? NULL
               : "timeout is a time such as 2s or 500ms, from 10ms to 60s";
}

static const char *set_limit(cmd_parms *cmd, void *dir, const char *word)
{
    static const struct {
        const char *name;
        const char *(*set)(authjs_lua_limits_t *conf, const char *value);
    } limits[] = {{"instructions=", set_instructions},
                  {"memory=", set_memory},
                  {"timeout=", set_timeout}};
    authjs_lua_limits_t *conf =
        ap_get_module_config(cmd->server->module_config, &authjs_lua_module);
    const char *why = ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE);
    size_t i;

    (void)dir;
    for (i = 0; !why && i < sizeof(limits) / sizeof(*limits); i++) {
        if (!strncmp(word, limits[i].name, strlen(limits[i].name))) {
            why = limits[i].set(conf, word + strlen(limits[i].name));
            return why ? apr_pstrcat(cmd->pool, "AuthJSLua ", why, NULL) : NULL;
        }
    }
    return why ? why : "AuthJSLua takes instructions=, memory= and timeout=";
}

static const command_rec commands[] = {
    AP_INIT_ITERATE("AuthJSLua", set_limit, NULL, RSRC_CONF,
                    "instructions=10000000 memory=16M timeout=2s: what one call of a Lua "
                    "function may cost"),
    {NULL, {NULL}, NULL, 0, NO_ARGS, NULL}};

/* ---- states --------------------------------------------------------------------- */

/* Of all scripts: path -> states_t. It lives as long as the configuration. */
static apr_hash_t *all_states(apr_pool_t *pconf)
{
    static const char key[] = "authjs_lua_pools";
    void *pools = NULL;

    apr_pool_userdata_get(&pools, key, pconf);
    if (!pools) {
        pools = apr_hash_make(pconf);
        apr_pool_userdata_setn(pools, key, NULL, pconf);
    }
    return pools;
}

/* The pool of states for a file, made when it is named for the first time. */
static states_t *find_states(apr_pool_t *pconf, const char *path, const char *shown)
{
    apr_hash_t *pools = all_states(pconf);
    states_t *states = apr_hash_get(pools, path, APR_HASH_KEY_STRING);

    if (!states) {
        states = apr_pcalloc(pconf, sizeof(*states));
        states->script.path = path;
        states->script.shown = shown;
        if (apr_thread_mutex_create(&states->mutex, APR_THREAD_MUTEX_DEFAULT, pconf) !=
            APR_SUCCESS) {
            return NULL;
        }
        apr_hash_set(pools, path, APR_HASH_KEY_STRING, states);
    }
    return states;
}

/* A state that waits for work, or NULL. */
static authjs_lua_state_t *pop_idle(states_t *states)
{
    authjs_lua_state_t *state;

    apr_thread_mutex_lock(states->mutex);
    state = states->idle;
    if (state) {
        states->idle = state->next;
    }
    apr_thread_mutex_unlock(states->mutex);
    return state;
}

static void release_state(states_t *states, authjs_lua_state_t *state)
{
    if (state->spent) {
        authjs_lua_close(state);
        return;
    }
    apr_thread_mutex_lock(states->mutex);
    state->next = states->idle;
    states->idle = state;
    apr_thread_mutex_unlock(states->mutex);
}

static const char *acquire_state(authjs_lua_state_t **state, states_t *states,
                                 const authjs_lua_use_t *use)
{
    while ((*state = pop_idle(states))) {
        if (authjs_lua_files_are_current(*state, use->pool)) {
            return NULL;
        }
        authjs_lua_close(*state);
    }
    return authjs_lua_open(state, &states->script, use);
}

/* When the child ends. */
static apr_status_t close_all(void *data)
{
    states_t *states = data;
    authjs_lua_state_t *state;

    while ((state = pop_idle(states))) {
        authjs_lua_close(state);
    }
    return APR_SUCCESS;
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    apr_hash_index_t *index;

    for (index = apr_hash_first(pchild, all_states(s->process->pconf)); index;
         index = apr_hash_next(index)) {
        apr_pool_cleanup_register(pchild, apr_hash_this_val(index), close_all,
                                  apr_pool_cleanup_null);
    }
}

/* ---- the runner ----------------------------------------------------------------- */

static const char *missing_function(apr_pool_t *pool, const char *shown, const char *name)
{
    const char *parameters =
        !strcmp(name, "authorize") ? "credentials, request" : "params";

    return apr_psprintf(pool, "%s has no function %s; write: function %s(%s) ... end",
                        shown, name, name, parameters);
}

/* The script runs once, for its functions to be there; not as a visitor's call. */
static const char *check_script(const states_t *states, apr_pool_t *pconf,
                                apr_pool_t *ptemp, server_rec *s, const char *name)
{
    authjs_lua_limits_t limits;
    authjs_lua_use_t use = {s, NULL, ptemp, &limits};
    authjs_lua_state_t *state;
    const char *why;

    get_limits_so_far(&limits, s, pconf);
    why = authjs_lua_open(&state, &states->script, &use);
    if (!why) {
        why = authjs_lua_has_function(state, name)
                  ? NULL
                  : missing_function(ptemp, states->script.shown, name);
        authjs_lua_close(state);
    }
    return why;
}

static const char *create_runner(void **made, apr_pool_t *pconf, apr_pool_t *ptemp,
                                 server_rec *s, const char *name, int argc,
                                 const char *const *words, int htaccess)
{
    const char *file = strncmp(words[0], "lua:", 4) ? "" : words[0] + 4;
    const char *path = *file ? ap_server_root_relative(pconf, file) : NULL;
    states_t *states;

    if (htaccess) {
        return "a .htaccess file cannot name a Lua script";
    }
    if (!path || argc != 1) {
        return "write lua:FILE and nothing behind it";
    }
    states = find_states(pconf, path, apr_pstrdup(pconf, file));
    if (!states) {
        return "a mutex cannot be made";
    }
    *made = states;
    return check_script(states, pconf, ptemp, s, name);
}

static void run_callback(void *made, authjs_callback_t *call)
{
    states_t *states = made;
    authjs_lua_limits_t limits;
    authjs_lua_use_t use = {call->r->server, call->r, call->pool, &limits};
    authjs_lua_state_t *state;
    const char *why;

    get_limits(&limits, use.s);
    why = acquire_state(&state, states, &use);
    if (why) {
        call->answer = AUTHJS_ANSWER_ERROR;
        call->error = why;
        return;
    }
    authjs_lua_call(state, call, &use);
    release_state(states, state);
}

static const authjs_runner_t runner = {create_runner, NULL, run_callback};

static void register_hooks(apr_pool_t *pool)
{
    ap_register_provider(pool, AUTHJS_RUNNER_GROUP, "lua", AUTHJS_RUNNER_VERSION,
                         &runner);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(authjs_lua)
__attribute__((visibility("default"))) = {
    STANDARD20_MODULE_STUFF, NULL,     NULL,           create_server_config,
    merge_server_config,     commands, register_hooks, AP_MODULE_FLAG_NONE};
