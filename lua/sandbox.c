/* What a script finds: Lua's libraries without what is dangerous, print, require, authjs.
 */
#include "authjs_lua.h"

#include "http_log.h"

#include <json-c/json.h>
#include <string.h>

APLOG_USE_MODULE(authjs_lua);

#define MAX_TEXT 4000

/* Keys of the registry, by address. */
static const char modules_key = 0;

/* ---- what is taken away ---------------------------------------------------------- */

/* Files, processes, bytecode. Message handlers (xpcall) and finalizers (__gc, in
 * metatable.c) run while Lua counts no instructions; the collector is not a script's to
 * stop. */

static void remove_functions(lua_State *L, const char *library, const char *const *names)
{
    lua_getglobal(L, library);
    for (; *names; names++) {
        lua_pushnil(L);
        lua_setfield(L, -2, *names);
    }
    lua_pop(L, 1);
}

static void open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {{"_G", luaopen_base},
                                         {LUA_STRLIBNAME, luaopen_string},
                                         {LUA_TABLIBNAME, luaopen_table},
                                         {LUA_MATHLIBNAME, luaopen_math},
                                         {LUA_UTF8LIBNAME, luaopen_utf8},
                                         {LUA_OSLIBNAME, luaopen_os},
                                         {NULL, NULL}};
    static const char *const base[] = {"collectgarbage", "dofile", "load",   "loadfile",
                                       "loadstring",     "warn",   "xpcall", NULL};
    static const char *const string[] = {"dump", NULL};
    static const char *const os[] = {"execute", "exit",      "getenv",  "remove",
                                     "rename",  "setlocale", "tmpname", NULL};
    const luaL_Reg *library;

    for (library = libraries; library->func; library++) {
        luaL_requiref(L, library->name, library->func, 1);
        lua_pop(L, 1);
    }
    remove_functions(L, "_G", base);
    remove_functions(L, LUA_STRLIBNAME, string);
    remove_functions(L, LUA_OSLIBNAME, os);
}

/* ---- print, authjs.log ---------------------------------------------------------- */

static void log_text(lua_State *L, int level, const char *text)
{
    const authjs_lua_state_t *state = authjs_lua_state(L);

    if (state->r) {
        ap_log_rerror(APLOG_MARK, level, 0, state->r, "AuthJS: %s: %.*s",
                      state->script->shown, MAX_TEXT, text);
    }
    else {
        ap_log_error(APLOG_MARK, level, 0, state->s, "AuthJS: %s: %.*s",
                     state->script->shown, MAX_TEXT, text);
    }
}

static int print(lua_State *L)
{
    int i, n = lua_gettop(L);
    luaL_Buffer text;

    luaL_buffinit(L, &text);
    for (i = 1; i <= n; i++) {
        if (i > 1) {
            luaL_addchar(&text, '\t');
        }
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&text);
    }
    luaL_pushresult(&text);
    log_text(L, APLOG_INFO, lua_tostring(L, -1));
    return 0;
}

static int log_at(lua_State *L)
{
    static const char *const names[] = {"error", "warn", "notice", "info", "debug", NULL};
    static const int levels[] = {APLOG_ERR, APLOG_WARNING, APLOG_NOTICE, APLOG_INFO,
                                 APLOG_DEBUG};
    int level = levels[luaL_checkoption(L, 1, NULL, names)];

    log_text(L, level, luaL_tolstring(L, 2, NULL));
    return 0;
}

/* ---- authjs --------------------------------------------------------------------- */

static int mark_array(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    authjs_lua_mark_array(L, 1);
    lua_settop(L, 1);
    return 1;
}

static int to_json_text(lua_State *L)
{
    apr_pool_t *pool = authjs_lua_state(L)->pool;
    struct json_object *value;

    luaL_checkany(L, 1);
    value = lua_isnil(L, 1) ? NULL : authjs_lua_to_json(L, 1, pool);
    lua_pushstring(L, json_object_to_json_string_ext(value,
                                                     JSON_C_TO_STRING_PLAIN |
                                                         JSON_C_TO_STRING_NOSLASHESCAPE));
    return 1;
}

/* error(authjs.CredentialsSignin("locked")), as Auth.js throws it. */
static int credentials_signin(lua_State *L)
{
    luaL_optstring(L, 1, "credentials");
    lua_createtable(L, 0, 2);
    lua_pushliteral(L, "CredentialsSignin");
    lua_setfield(L, -2, "message");
    lua_pushstring(L, luaL_optstring(L, 1, "credentials"));
    lua_setfield(L, -2, "code");
    return 1;
}

static void push_authjs(lua_State *L)
{
    static const luaL_Reg functions[] = {{"CredentialsSignin", credentials_signin},
                                         {"array", mark_array},
                                         {"json", to_json_text},
                                         {"log", log_at},
                                         {NULL, NULL}};

    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
}

/* ---- require -------------------------------------------------------------------- */

/* The script's folder, as path or as shown says it, with its slash; "" when there is
 * none. */
static void push_folder(lua_State *L, const char *path)
{
    const char *slash = strrchr(path, '/');

    lua_pushlstring(L, path, slash ? (size_t)(slash - path) + 1 : 0);
}

/* a.b is a/b.lua; nothing leaves the folder. */
static const char *module_file(lua_State *L, int index)
{
    const char *name = luaL_checkstring(L, index);
    size_t len = strlen(name);
    int fine = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                            "0123456789_-.") == len &&
               len == lua_rawlen(L, index) && !strstr(name, "..") && len > 0 &&
               *name != '.' && name[len - 1] != '.';

    luaL_argcheck(L, fine, index, "a module is called name or folder.name");
    return luaL_gsub(L, name, ".", "/");
}

static int require(lua_State *L)
{
    const authjs_lua_script_t *script = authjs_lua_state(L)->script;
    const char *name, *path, *shown;

    luaL_checktype(L, 1, LUA_TSTRING);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key);
    lua_pushvalue(L, 1);
    lua_rawget(L, 2);
    if (!lua_isnil(L, -1)) {
        return 1;
    }
    name = module_file(L, 1);
    push_folder(L, script->path);
    path = lua_pushfstring(L, "%s%s.lua", lua_tostring(L, -1), name);
    push_folder(L, script->shown);
    shown = lua_pushfstring(L, "%s%s.lua", lua_tostring(L, -1), name);
    authjs_lua_load_file(L, path, shown);
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1)) {
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, 2);
    return 1;
}

void authjs_lua_open_libraries(lua_State *L)
{
    authjs_lua_json_open(L);
    open_libraries(L);
    lua_register(L, "print", print);
    lua_register(L, "require", require);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &modules_key);
    push_authjs(L);
    lua_setglobal(L, "authjs");
    lua_newtable(L);
    lua_setglobal(L, "events");
    authjs_lua_guard_libraries(L);
}
