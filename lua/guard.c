/* What a script does in Lua is counted, what it does inside one C function is not. So
 * every function of the libraries is called through a guard, which looks at the limits
 * when the function is done. What one call can do is bounded: by the memory that it goes
 * through once, or by a check of its arguments that stands here. */
#include "authjs_lua.h"

#include <string.h>

/* What a call of a library's function costs at least, in instructions. */
#define PRICE 4

/* Steps of pattern matching in one call; some tenths of a second. */
#define MAX_STEPS 1e8

/* Bytes of plain text that are compared in the time of one such step. */
#define PLAIN_BYTES 16

/* Elements that table.move moves in one call. */
#define MAX_MOVE 1000000

/* Bytes of a format of os.date. */
#define MAX_DATE 256

/* After so many steps of next() the limits are looked at. */
#define NEXT_STEPS 16

/** What is done about a function of a library. */
typedef struct {
    const char *name;
    void (*check)(lua_State *L); /**< of its arguments; may change them. Or NULL */
    int makes_text;              /**< and no table */
    int iterator;                /**< it returns a function, to be guarded too */
} guard_t;

static void check_find(lua_State *L);
static void check_gmatch(lua_State *L);
static void check_gsub(lua_State *L);
static void check_match(lua_State *L);
static void check_rep(lua_State *L);
static void check_table(lua_State *L);
static void check_move(lua_State *L);
static void check_sort(lua_State *L);
static void check_date(lua_State *L);
static void push_guarded(lua_State *L, size_t guard);

/* The first stands for all others. */
static const guard_t guards[] = {{"", NULL, 0, 0},
                                 {"string.char", NULL, 1, 0},
                                 {"string.find", check_find, 0, 0},
                                 {"string.gmatch", check_gmatch, 0, 1},
                                 {"string.gsub", check_gsub, 0, 0},
                                 {"string.lower", NULL, 1, 0},
                                 {"string.match", check_match, 0, 0},
                                 {"string.pack", NULL, 1, 0},
                                 {"string.rep", check_rep, 1, 0},
                                 {"string.reverse", NULL, 1, 0},
                                 {"string.upper", NULL, 1, 0},
                                 {"table.concat", check_table, 1, 0},
                                 {"table.insert", check_table, 0, 0},
                                 {"table.move", check_move, 0, 0},
                                 {"table.remove", check_table, 0, 0},
                                 {"table.sort", check_sort, 0, 0},
                                 {"table.unpack", check_table, 0, 0},
                                 {"utf8.char", NULL, 1, 0},
                                 {"utf8.codes", NULL, 0, 1},
                                 {"os.date", check_date, 0, 0}};

/* ---- guarded functions ---------------------------------------------------------- */

/* Call the function that is guarded, with the arguments that are there. */
static int call_original(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* Upvalues: the function, the place of its guard. pcall is one of them, so that it
 * catches no limit. */
static int guarded(lua_State *L)
{
    const guard_t *guard = &guards[lua_tointeger(L, lua_upvalueindex(2))];
    authjs_lua_state_t *state = authjs_lua_state(L);
    int results;

    if (guard->check) {
        guard->check(L);
    }
    state->makes_text = guard->makes_text;
    results = call_original(L);
    state->makes_text = 0;
    authjs_lua_count(L, PRICE);
    if (guard->iterator) {
        lua_pushvalue(L, 1);
        push_guarded(L, 0);
        lua_replace(L, 1);
    }
    return results;
}

/* Replace the function on top of the stack by one that is guarded. */
static void push_guarded(lua_State *L, size_t guard)
{
    lua_pushinteger(L, (lua_Integer)guard);
    lua_pushcclosure(L, guarded, 2);
}

/* ---- checks of arguments -------------------------------------------------------- */

static void check_cost(lua_State *L, double cost)
{
    if (cost > MAX_STEPS) {
        luaL_error(L, "this pattern may take too long on a text of %d bytes",
                   (int)lua_rawlen(L, 1));
    }
}

/* A pattern may go back again and again. */
static void check_pattern(lua_State *L, int anchors)
{
    size_t len, pattern_len;
    const char *pattern;

    luaL_checklstring(L, 1, &len);
    pattern = luaL_checklstring(L, 2, &pattern_len);
    check_cost(L, authjs_lua_pattern_cost(pattern, pattern_len, len, anchors));
}

static void check_match(lua_State *L)
{
    check_pattern(L, 1);
}

/* Here ^ is a character like others. */
static void check_gmatch(lua_State *L)
{
    check_pattern(L, 0);
}

static void check_find(lua_State *L)
{
    size_t len, plain_len;

    if (!lua_toboolean(L, 4)) {
        check_pattern(L, 1);
        return;
    }
    luaL_checklstring(L, 1, &len);
    luaL_checklstring(L, 2, &plain_len);
    check_cost(L, (double)len * (double)plain_len / PLAIN_BYTES);
}

static void check_gsub(lua_State *L)
{
    check_pattern(L, 1);
    if (lua_iscfunction(L, 3)) {
        lua_pushvalue(L, 3);
        push_guarded(L, 0);
        lua_replace(L, 3);
    }
}

/* Nothing, repeated for ever. */
static void check_rep(lua_State *L)
{
    size_t len, separator_len = 0;

    luaL_checklstring(L, 1, &len);
    luaL_optlstring(L, 3, "", &separator_len);
    if (len + separator_len == 0 && luaL_checkinteger(L, 2) > 0) {
        lua_pushinteger(L, 0);
        lua_replace(L, 2);
    }
}

/* Metamethods could be C functions, and a length whatever they say. */
static void check_no_metamethods(lua_State *L, int index)
{
    static const char *const names[] = {"__index", "__newindex", "__len", NULL};
    int i;

    for (i = 0; names[i]; i++) {
        if (lua_istable(L, index) && luaL_getmetafield(L, index, names[i]) != LUA_TNIL) {
            luaL_error(L, "a table with %s is not taken here", names[i]);
        }
    }
}

static void check_table(lua_State *L)
{
    check_no_metamethods(L, 1);
}

static void check_move(lua_State *L)
{
    lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);

    check_no_metamethods(L, 1);
    check_no_metamethods(L, 5);
    if (to >= from && (lua_Unsigned)to - (lua_Unsigned)from >= MAX_MOVE) {
        luaL_error(L, "too many elements to move");
    }
}

static int less(lua_State *L)
{
    lua_pushboolean(L, lua_compare(L, 1, 2, LUA_OPLT));
    return 1;
}

/* Each comparison is a call that can be stopped: what is compared may be long. */
static void check_sort(lua_State *L)
{
    check_no_metamethods(L, 1);
    lua_settop(L, 2);
    if (lua_isnil(L, 2) || lua_iscfunction(L, 2)) {
        if (lua_isnil(L, 2)) {
            lua_pushcfunction(L, less);
        }
        else {
            lua_pushvalue(L, 2);
        }
        push_guarded(L, 0);
        lua_replace(L, 2);
    }
}

static void check_date(lua_State *L)
{
    size_t len = 0;

    luaL_optlstring(L, 1, "", &len);
    luaL_argcheck(L, len <= MAX_DATE, 1, "too long for a format");
}

/* ---- next, pairs ------------------------------------------------------------------ */

/* A table that was emptied is gone through from its begin to its end for one element. */

static int next(lua_State *L)
{
    authjs_lua_state_t *state = authjs_lua_state(L);
    int found;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    found = lua_next(L, 1);
    if (++state->nexts % NEXT_STEPS == 0) {
        authjs_lua_count(L, NEXT_STEPS);
    }
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    return 2;
}

static int pairs(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_insert(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    lua_pushcfunction(L, next);
    lua_insert(L, 1);
    lua_settop(L, 2);
    lua_pushnil(L);
    return 3;
}

/* ---- libraries ------------------------------------------------------------------ */

static size_t find_guard(const char *library, const char *name)
{
    size_t i = sizeof(guards) / sizeof(*guards), len = strlen(library);

    while (--i > 0) {
        if (!strncmp(guards[i].name, library, len) && guards[i].name[len] == '.' &&
            !strcmp(guards[i].name + len + 1, name)) {
            break;
        }
    }
    return i;
}

/* error() says where it was called, type() and the like have no loop. */
static int needs_no_guard(const char *name)
{
    static const char *const names[] = {"assert", "error",    "ipairs", "select",
                                        "type",   "_VERSION", NULL};
    int i;

    for (i = 0; names[i] && strcmp(names[i], name); i++) {
    }
    return names[i] != NULL;
}

/* Put guards into a library's table. Where Lua's messages look for the names of
 * functions are the functions themselves, then. */
static void guard_library(lua_State *L, const char *library)
{
    const char *name;

    lua_newtable(L);
    lua_getglobal(L, library);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        name = lua_tostring(L, -2);
        if (lua_iscfunction(L, -1)) {
            lua_pushvalue(L, -2);
            lua_pushvalue(L, -2);
            lua_rawset(L, -6);
        }
        if (lua_iscfunction(L, -1) && !needs_no_guard(name)) {
            push_guarded(L, find_guard(library, name));
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, -4);
        }
        else {
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_insert(L, -2);
    lua_setfield(L, -2, library);
    lua_pop(L, 1);
}

void authjs_lua_guard_libraries(lua_State *L)
{
    static const char *const libraries[] = {"_G", "string", "table", "utf8",
                                            "os", "authjs", NULL};
    int i;

    for (i = 0; libraries[i]; i++) {
        guard_library(L, libraries[i]);
    }
    lua_register(L, "next", next);
    lua_register(L, "pairs", pairs);
    authjs_lua_register_metatables(L);
}
