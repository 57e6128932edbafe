/* A state with a script in it, from its first line to its last call. */
#include "authjs_lua.h"

#include "apr_strings.h"

#include <json-c/json.h>
#include <string.h>

/* How much JSON one call may make, as json.c counts it. */
#define MAX_JSON (4 * 1024 * 1024)

#define MAX_MESSAGE 500
#define MAX_CODE    64

static void begin_call(authjs_lua_state_t *state, const authjs_lua_use_t *use)
{
    authjs_lua_limits_begin(state, use->limits);
    state->json_left = MAX_JSON;
    state->keys_refused = 0;
    state->s = use->s;
    state->r = use->r;
    state->pool = use->pool;
    state->code = NULL;
}

/* ---- errors --------------------------------------------------------------------- */

/* Push where the script is: "auth.lua:12: ", or "" outside of any Lua function. */
static void push_where(lua_State *L)
{
    lua_Debug ar;
    int level;

    for (level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0) {
            lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
            return;
        }
    }
    lua_pushliteral(L, "");
}

/* Push the member of the table at index 1 when it is a string, else nil. */
static const char *push_member(lua_State *L, const char *name)
{
    lua_pushstring(L, name);
    lua_rawget(L, 1);
    return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

static int is_code(const char *code)
{
    size_t len = strlen(code);

    return len > 0 && len <= MAX_CODE &&
           strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_.-") == len;
}

/* The message handler: what was thrown becomes a string that says where. */
static int handle_message(lua_State *L)
{
    authjs_lua_state_t *state = authjs_lua_state(L);
    const char *where, *what, *code;

    luaL_checkstack(L, 6, NULL);
    push_where(L);
    where = lua_tostring(L, -1);
    if (lua_type(L, 1) == LUA_TSTRING) {
        what = lua_tostring(L, 1);
        if (!strncmp(what, where, strcspn(where, ":") + 1)) {
            where = "";
        }
    }
    else if (lua_type(L, 1) == LUA_TTABLE) {
        code = push_member(L, "code");
        if (code && is_code(code)) {
            state->code = apr_pstrdup(state->pool, code);
        }
        what = push_member(L, "message");
        what = what ? what : state->code ? state->code : "a table was thrown";
    }
    else {
        what = lua_pushfstring(L, "a %s was thrown", luaL_typename(L, 1));
    }
    lua_pushfstring(L, "%s%s", where, what);
    return 1;
}

/* Call function with argument in protected mode. NULL, or why it failed, in pool. */
static const char *call_protected(lua_State *L, lua_CFunction function, void *argument,
                                  const authjs_lua_script_t *script, apr_pool_t *pool)
{
    const char *why = NULL, *said;
    int status;

    lua_settop(L, 0);
    lua_pushcfunction(L, handle_message);
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, argument);
    status = lua_pcall(L, 1, 0, 1);
    if (status != LUA_OK && status != LUA_ERRRUN) {
        authjs_lua_state(L)->spent = 1;
    }
    if (status == LUA_ERRMEM) {
        why = apr_pstrcat(pool, script->shown,
                          authjs_lua_state(L)->keys_refused
                              ? ": a table of more than " APR_STRINGIFY(
                                    AUTHJS_LUA_MAX_KEYS) " keys"
                              : ": more memory than AuthJSLua memory",
                          NULL);
    }
    else if (status != LUA_OK) {
        /* a string, so that no memory is asked for */
        said = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "an error";
        why = apr_pstrndup(pool, said, MAX_MESSAGE);
    }
    lua_settop(L, 0);
    return why ? ap_escape_logitem(pool, why) : NULL;
}

/* ---- open and close ------------------------------------------------------------- */

/* Make the state's own memory in L's. */
static int make_record(lua_State *L)
{
    authjs_lua_state_t **made = lua_touserdata(L, 1);
    authjs_lua_state_t *state = lua_newuserdata(L, sizeof(*state));

    luaL_ref(L, LUA_REGISTRYINDEX);
    memset(state, 0, sizeof(*state));
    state->L = L;
    *(authjs_lua_state_t **)lua_getextraspace(L) = state;
    *made = state;
    return 0;
}

static int run_script(lua_State *L)
{
    const authjs_lua_script_t *script = authjs_lua_state(L)->script;

    authjs_lua_memory_measure_keys(L);
    authjs_lua_open_libraries(L);
    authjs_lua_load_file(L, script->path, script->shown);
    lua_call(L, 0, 0);
    return 0;
}

const char *authjs_lua_open(authjs_lua_state_t **state, const authjs_lua_script_t *script,
                            const authjs_lua_use_t *use)
{
    lua_State *L = authjs_lua_memory_new();
    authjs_lua_state_t *made = NULL;
    const char *why;

    *state = NULL;
    if (!L) {
        return "out of memory";
    }
    lua_pushcfunction(L, make_record);
    lua_pushlightuserdata(L, &made);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        lua_close(L);
        return "out of memory";
    }
    made->script = script;
    made->checked = apr_time_now();
    begin_call(made, use);
    authjs_lua_memory_limit(made);
    authjs_lua_look_every(made, AUTHJS_LUA_STEP);
    why = call_protected(L, run_script, NULL, script, use->pool);
    if (why) {
        authjs_lua_close(made);
        return why;
    }
    *state = made;
    return NULL;
}

void authjs_lua_close(authjs_lua_state_t *state)
{
    lua_State *L = state->L;

    authjs_lua_memory_free(state);
    lua_sethook(L, NULL, 0, 0);
    lua_close(L);
}

/* ---- calls ---------------------------------------------------------------------- */

/* Push the function of a callback, or of an event: a member of the table events. */
static int push_function(lua_State *L, const char *name)
{
    const char *dot = strchr(name, '.');

    lua_pushglobaltable(L);
    if (dot) {
        lua_pushlstring(L, name, (size_t)(dot - name));
        lua_rawget(L, -2);
        lua_remove(L, -2);
        name = dot + 1;
    }
    if (lua_istable(L, -1)) {
        lua_pushstring(L, name);
        lua_rawget(L, -2);
        lua_remove(L, -2);
    }
    return lua_isfunction(L, -1);
}

/* What authjs_lua_has_function asks. */
typedef struct {
    const char *name;
    int found;
} search_t;

static int find_function(lua_State *L)
{
    search_t *search = lua_touserdata(L, 1);

    search->found = push_function(L, search->name);
    return 0;
}

int authjs_lua_has_function(authjs_lua_state_t *state, const char *name)
{
    search_t search = {name, 0};

    call_protected(state->L, find_function, &search, state->script, state->pool);
    return search.found;
}

static struct json_object *member(struct json_object *params, const char *name)
{
    struct json_object *value = NULL;

    json_object_object_get_ex(params, name, &value);
    return value;
}

/* Auth.js's authorize takes two arguments, all others one. */
static int push_arguments(lua_State *L, const authjs_callback_t *call)
{
    if (strcmp(call->name, "authorize")) {
        authjs_lua_push_json(L, call->params);
        return 1;
    }
    authjs_lua_push_json(L, member(call->params, "credentials"));
    authjs_lua_push_json(L, member(call->params, "request"));
    return 2;
}

static int call_function(lua_State *L)
{
    authjs_callback_t *call = lua_touserdata(L, 1);

    authjs_lua_json_begin_call(L);
    if (!push_function(L, call->name)) {
        luaL_error(L, "%s has no function %s", authjs_lua_state(L)->script->shown,
                   call->name);
    }
    lua_call(L, push_arguments(L, call), 1);
    if (!lua_isnil(L, -1)) {
        call->value = authjs_lua_to_json(L, lua_gettop(L), call->pool);
        call->answer = AUTHJS_ANSWER_VALUE;
    }
    return 0;
}

void authjs_lua_call(authjs_lua_state_t *state, authjs_callback_t *call,
                     const authjs_lua_use_t *use)
{
    const char *why;

    begin_call(state, use);
    call->answer = AUTHJS_ANSWER_UNDEFINED;
    why = call_protected(state->L, call_function, call, state->script, call->pool);
    if (why) {
        call->answer = AUTHJS_ANSWER_ERROR;
        call->error = why;
        call->code = state->code;
    }
}
