#include "authjs_lua.h"

#include "apr_file_io.h"
#include "apr_strings.h"

#include <json-c/json.h>
#include <string.h>

/* After so many instructions it is looked whether a limit is reached; sooner when the
 * state has more memory, which one instruction may go through. */
#define STEP        200
#define STEP_MEMORY (1024 * 1024)

/* How much JSON one call may make, as json.c counts it. */
#define MAX_JSON (4 * 1024 * 1024)

#define MAX_SOURCE  (1024 * 1024)
#define MAX_MESSAGE 500
#define MAX_CODE    64

authjs_lua_state_t *authjs_lua_state(lua_State *L)
{
    return *(authjs_lua_state_t **)lua_getextraspace(L);
}

/* ---- limits ------------------------------------------------------------------------ */

/* Called every so many instructions. */
static void count(lua_State *L, lua_Debug *ar)
{
    authjs_lua_state_t *state = authjs_lua_state(L);
    apr_int64_t step = STEP;

    (void)ar;
    authjs_lua_look(L, state->step);
    if (state->memory > STEP_MEMORY) {
        step = STEP * (apr_int64_t)STEP_MEMORY / state->memory;
    }
    authjs_lua_step(state, step > 0 ? (int)step : 1);
}

void authjs_lua_step(authjs_lua_state_t *state, int step)
{
    if (state->step != step) {
        state->step = step;
        lua_sethook(state->L, count, LUA_MASKCOUNT, step);
    }
}

/* Once a limit is reached it is looked at each instruction: pcall catches the error, but
 * nothing is done behind it. */
void authjs_lua_look(lua_State *L, int instructions)
{
    authjs_lua_state_t *state = authjs_lua_state(L);

    state->instructions += instructions;
    if (state->instructions > state->limits.instructions) {
        state->spent = 1;
        authjs_lua_step(state, 1);
        luaL_error(L, "stopped after %d instructions (AuthJSLua instructions)",
                   (int)state->limits.instructions);
    }
    if (apr_time_now() - state->started > state->limits.timeout) {
        state->spent = 1;
        authjs_lua_step(state, 1);
        luaL_error(L, "stopped after %d ms (AuthJSLua timeout)",
                   (int)apr_time_as_msec(state->limits.timeout));
    }
}

static void begin(authjs_lua_state_t *state, const authjs_lua_use_t *use)
{
    state->limits = *use->limits;
    state->instructions = 0;
    state->json_left = MAX_JSON;
    state->keys_refused = 0;
    state->started = apr_time_now();
    state->s = use->s;
    state->r = use->r;
    state->pool = use->pool;
    state->code = NULL;
}

/* ---- errors ------------------------------------------------------------------------ */

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

static int code_valid(const char *code)
{
    size_t len = strlen(code);

    return len > 0 && len <= MAX_CODE &&
           strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_.-") == len;
}

/* The message handler: what was thrown becomes a string that says where. */
static int explain(lua_State *L)
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
        if (code && code_valid(code)) {
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
static const char *protect(lua_State *L, lua_CFunction function, void *argument,
                           const authjs_lua_script_t *script, apr_pool_t *pool)
{
    const char *why = NULL, *said;
    int status;

    lua_settop(L, 0);
    lua_pushcfunction(L, explain);
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

/* ---- files ------------------------------------------------------------------------- */

/* Read a file into pool. *file is what was read. */
static apr_status_t read_file(apr_pool_t *pool, authjs_lua_file_t *file, char **text)
{
    apr_finfo_t info;
    apr_file_t *in;
    apr_status_t rv = apr_stat(&info, file->path, APR_FINFO_TYPE, pool);

    if (rv == APR_SUCCESS && info.filetype != APR_REG) {
        rv = APR_EINVAL;
    }
    if (rv == APR_SUCCESS) {
        rv = apr_file_open(&in, file->path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = apr_file_info_get(&info, APR_FINFO_MTIME | APR_FINFO_SIZE | APR_FINFO_INODE, in);
    if (rv == APR_SUCCESS && info.size > MAX_SOURCE) {
        rv = APR_ENOSPC;
    }
    if (rv == APR_SUCCESS) {
        file->mtime = info.mtime;
        file->size = info.size;
        file->inode = info.inode;
        *text = apr_palloc(pool, (apr_size_t)info.size + 1);
        rv = apr_file_read_full(in, *text, (apr_size_t)info.size, NULL);
    }
    return rv;
}

/* Where a file is noted, or will be. Its path is kept as long as the state. */
static authjs_lua_file_t *note(lua_State *L, authjs_lua_state_t *state, const char *path)
{
    authjs_lua_file_t *file;
    int i;

    for (i = 0; i < state->file_count; i++) {
        if (!strcmp(state->files[i].path, path)) {
            return &state->files[i];
        }
    }
    if (i == AUTHJS_LUA_MAX_FILES) {
        luaL_error(L, "more than %d files are required", AUTHJS_LUA_MAX_FILES);
    }
    file = &state->files[i];
    file->path = lua_pushstring(L, path);
    luaL_ref(L, LUA_REGISTRYINDEX);
    return file;
}

void authjs_lua_load(lua_State *L, const char *path, const char *shown)
{
    authjs_lua_state_t *state = authjs_lua_state(L);
    authjs_lua_file_t *file = note(L, state, path);
    apr_pool_t *pool;
    apr_status_t rv;
    char *text, reason[80];
    int status = LUA_OK;

    shown = lua_pushfstring(L, "@%s", shown);
    apr_pool_create(&pool, state->pool);
    rv = read_file(pool, file, &text);
    if (rv == APR_SUCCESS) {
        state->file_count += file == &state->files[state->file_count];
        status = luaL_loadbufferx(L, text, (size_t)file->size, shown, "t");
    }
    apr_pool_destroy(pool);
    if (rv != APR_SUCCESS) {
        luaL_error(L, "%s cannot be read: %s", shown + 1,
                   apr_strerror(rv, reason, sizeof(reason)));
    }
    if (status != LUA_OK) {
        lua_error(L);
    }
    lua_remove(L, -2);
}

int authjs_lua_is_stale(const authjs_lua_state_t *state, apr_pool_t *pool)
{
    apr_finfo_t info;
    int i;

    for (i = 0; i < state->file_count; i++) {
        const authjs_lua_file_t *file = &state->files[i];

        if (apr_stat(&info, file->path,
                     APR_FINFO_MTIME | APR_FINFO_SIZE | APR_FINFO_INODE,
                     pool) != APR_SUCCESS ||
            info.mtime != file->mtime || info.size != file->size ||
            info.inode != file->inode) {
            return 1;
        }
    }
    return 0;
}

/* ---- open and close ---------------------------------------------------------------- */

/* Make the state's own memory in L's. */
static int make(lua_State *L)
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

static int start(lua_State *L)
{
    const authjs_lua_script_t *script = authjs_lua_state(L)->script;

    authjs_lua_memory_measure(L);
    authjs_lua_json_init(L);
    authjs_lua_libraries(L);
    authjs_lua_guards(L);
    authjs_lua_load(L, script->path, script->shown);
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
    lua_pushcfunction(L, make);
    lua_pushlightuserdata(L, &made);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        lua_close(L);
        return "out of memory";
    }
    made->script = script;
    made->checked = apr_time_now();
    begin(made, use);
    authjs_lua_memory_begin(made);
    authjs_lua_step(made, STEP);
    why = protect(L, start, NULL, script, use->pool);
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

    authjs_lua_memory_end(state);
    lua_sethook(L, NULL, 0, 0);
    lua_close(L);
}

/* ---- calls --------------------------------------------------------------------------
 */

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

/* What authjs_lua_has asks. */
typedef struct {
    const char *name;
    int found;
} question_t;

static int look(lua_State *L)
{
    question_t *question = lua_touserdata(L, 1);

    question->found = push_function(L, question->name);
    return 0;
}

int authjs_lua_has(authjs_lua_state_t *state, const char *name)
{
    question_t question = {name, 0};

    protect(state->L, look, &question, state->script, state->pool);
    return question.found;
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
        authjs_lua_push(L, call->params);
        return 1;
    }
    authjs_lua_push(L, member(call->params, "credentials"));
    authjs_lua_push(L, member(call->params, "request"));
    return 2;
}

static int call_function(lua_State *L)
{
    authjs_callback_t *call = lua_touserdata(L, 1);

    authjs_lua_json_begin(L);
    if (!push_function(L, call->name)) {
        luaL_error(L, "%s has no function %s", authjs_lua_state(L)->script->shown,
                   call->name);
    }
    lua_call(L, push_arguments(L, call), 1);
    if (!lua_isnil(L, -1)) {
        call->value = authjs_lua_value(L, lua_gettop(L), call->pool);
        call->answer = AUTHJS_ANSWER_VALUE;
    }
    return 0;
}

void authjs_lua_run(authjs_lua_state_t *state, authjs_callback_t *call,
                    const authjs_lua_use_t *use)
{
    const char *why;

    begin(state, use);
    call->answer = AUTHJS_ANSWER_UNDEFINED;
    why = protect(state->L, call_function, call, state->script, call->pool);
    if (why) {
        call->answer = AUTHJS_ANSWER_ERROR;
        call->error = why;
        call->code = state->code;
    }
}
