#include "authjs_lua.h"

#include <string.h>

/* What a script does in Lua is counted, what it does inside one C function is not: these
 * guards stand before the functions that could take for ever there. */

/* Steps of pattern matching in one call; some tenths of a second. */
#define MAX_STEPS 1e8

/* Elements that table.move moves in one call. */
#define MAX_MOVE 1000000

/* Call the function that is guarded, with the arguments that are there. */
static int go_on(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* find, match, gmatch, gsub: a pattern may go back again and again. */
static int guard_pattern(lua_State *L)
{
    size_t len, pattern_len;
    const char *pattern;

    luaL_checklstring(L, 1, &len);
    pattern = luaL_checklstring(L, 2, &pattern_len);
    if (authjs_lua_pattern_cost(pattern, pattern_len, len) > MAX_STEPS) {
        luaL_error(L, "this pattern may take too long on a text of %d bytes", (int)len);
    }
    return go_on(L);
}

/* Nothing, repeated for ever. */
static int guard_rep(lua_State *L)
{
    size_t len, separator_len = 0;

    luaL_checklstring(L, 1, &len);
    luaL_optlstring(L, 3, "", &separator_len);
    if (len + separator_len == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    return go_on(L);
}

/* Metamethods could be C functions, and a length whatever they say. */
static void check_plain(lua_State *L, int index)
{
    static const char *const names[] = {"__index", "__newindex", "__len", NULL};
    int i;

    for (i = 0; names[i]; i++) {
        if (lua_istable(L, index) && luaL_getmetafield(L, index, names[i]) != LUA_TNIL) {
            luaL_error(L, "a table with %s is not taken here", names[i]);
        }
    }
}

static int guard_table(lua_State *L)
{
    check_plain(L, 1);
    return go_on(L);
}

static int guard_move(lua_State *L)
{
    lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);

    check_plain(L, 1);
    check_plain(L, 5);
    if (to >= from && (lua_Unsigned)to - (lua_Unsigned)from >= MAX_MOVE) {
        luaL_error(L, "too many elements to move");
    }
    return go_on(L);
}

/* Finalizers run while no instructions are counted. */
static int guard_setmetatable(lua_State *L)
{
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__gc");
        lua_rawget(L, 2);
        if (!lua_isnil(L, -1)) {
            luaL_error(L, "__gc is not taken here");
        }
        lua_pop(L, 1);
    }
    return go_on(L);
}

typedef struct {
    const char *library;
    const char *name;
    lua_CFunction guard;
} guard_t;

void authjs_lua_guards(lua_State *L)
{
    static const guard_t guards[] = {
        {"string", "find", guard_pattern},   {"string", "match", guard_pattern},
        {"string", "gmatch", guard_pattern}, {"string", "gsub", guard_pattern},
        {"string", "rep", guard_rep},        {"table", "concat", guard_table},
        {"table", "insert", guard_table},    {"table", "remove", guard_table},
        {"table", "sort", guard_table},      {"table", "unpack", guard_table},
        {"table", "move", guard_move},       {"_G", "setmetatable", guard_setmetatable}};
    size_t i;

    for (i = 0; i < sizeof(guards) / sizeof(*guards); i++) {
        lua_getglobal(L, guards[i].library);
        lua_getfield(L, -1, guards[i].name);
        lua_pushcclosure(L, guards[i].guard, 1);
        lua_setfield(L, -2, guards[i].name);
        lua_pop(L, 1);
    }
}
