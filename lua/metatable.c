/* Metatables as scripts have them. What stands in a table at the time of setmetatable is
 * copied to a table of ours, which is the object's metatable from then on: so that what
 * runs for long inside Lua, or while no instructions are counted, cannot be set behind
 * our back.
 *
 * - __gc: finalizers run while no instructions are counted
 * - __mode: the collector goes through tables with weak keys again and again
 * - __call of a value that is called through its own __call: Lua looks for a function as
 *   long as there is stack */
#include "authjs_lua.h"

/* Keys of the registry and of our metatables, by address. */
static const char copies_key = 0, original_key = 0;

static const char *const events[] = {
    "__index", "__newindex", "__call",     "__eq",   "__lt",        "__le",    "__len",
    "__unm",   "__add",      "__sub",      "__mul",  "__div",       "__idiv",  "__mod",
    "__pow",   "__concat",   "__band",     "__bor",  "__bxor",      "__shl",   "__shr",
    "__bnot",  "__close",    "__tostring", "__name", "__metatable", "__pairs", NULL};

static void check_events(lua_State *L, int index)
{
    static const char *const refused[] = {"__gc", "__mode", NULL};
    int i;

    for (i = 0; refused[i]; i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, index) != LUA_TNIL) {
            luaL_error(L, "%s is not taken here", refused[i]);
        }
        lua_pop(L, 1);
    }
    lua_pushliteral(L, "__call");
    if (lua_rawget(L, index) != LUA_TNIL && !lua_isfunction(L, -1)) {
        luaL_error(L, "__call is a function here");
    }
    lua_pop(L, 1);
}

/* Push our copy of the table at index: the one that objects have already, or a new one.
 */
static void push_copy(lua_State *L, int index)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &copies_key);
    lua_pushvalue(L, index);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, index);
        lua_rawsetp(L, -2, &original_key);
        lua_pushvalue(L, index);
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
    }
    lua_remove(L, -2);
}

static int set_metatable(lua_State *L)
{
    int i;

    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argcheck(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table expected");
    lua_settop(L, 2);
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
        return luaL_error(L, "cannot change a protected metatable");
    }
    if (lua_istable(L, 2)) {
        check_events(L, 2);
        push_copy(L, 2);
        for (i = 0; events[i]; i++) {
            lua_pushstring(L, events[i]);
            lua_pushvalue(L, -1);
            lua_rawget(L, 2);
            lua_rawset(L, 3);
        }
    }
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

static int get_metatable(lua_State *L)
{
    luaL_checkany(L, 1);
    if (!lua_getmetatable(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushliteral(L, "__metatable");
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_rawgetp(L, -2, &original_key);
    }
    return 1;
}

void authjs_lua_register_metatables(lua_State *L)
{
    /* of both keys and values: the collector goes through it once */
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "kv");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &copies_key);

    /* all strings have one metatable: it is nobody's to change */
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
    lua_register(L, "setmetatable", set_metatable);
    lua_register(L, "getmetatable", get_metatable);
}
