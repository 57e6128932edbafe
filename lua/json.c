/* JSON as Lua's tables, and back. */
#include "authjs_lua.h"

#include "apr_strings.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one value weighs besides its text. */
#define VALUE_COST 32
#define MAX_DEPTH  32
/* Params have the deepest JSON that mod_authjs accepts inside them. */
#define MAX_PARAMS_DEPTH 64

#define ARRAY "authjs.array"

/* How many objects the parameters of a callback usually have. */
#define ORIGINS 8

/* Keys of the registry, by address. */
static const char origins_key = 0;

/* ---- JSON to Lua ---------------------------------------------------------------- */

static void push_value(lua_State *L, struct json_object *value, int origins, int depth);

static void push_number(lua_State *L, struct json_object *value)
{
    if (json_object_get_int64(value) == INT64_MAX &&
        json_object_get_uint64(value) > INT64_MAX) {
        lua_pushnumber(L, (lua_Number)json_object_get_uint64(value));
        return;
    }
    lua_pushinteger(L, json_object_get_int64(value));
}

static void push_array(lua_State *L, struct json_object *array, int origins, int depth)
{
    size_t i, n = json_object_array_length(array);

    lua_createtable(L, (int)n, 0);
    for (i = 0; i < n; i++) {
        push_value(L, json_object_array_get_idx(array, i), origins, depth + 1);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    luaL_setmetatable(L, ARRAY);
}

static void push_object(lua_State *L, struct json_object *object, int origins, int depth)
{
    lua_createtable(L, 0, json_object_object_length(object));
    json_object_object_foreach(object, name, member)
    {
        lua_pushstring(L, name);
        push_value(L, member, origins, depth + 1);
        lua_rawset(L, -3);
    }
    /* so that on the way back its members keep their order */
    lua_pushvalue(L, -1);
    lua_pushlightuserdata(L, object);
    lua_rawset(L, origins);
}

static void push_value(lua_State *L, struct json_object *value, int origins, int depth)
{
    luaL_checkstack(L, 6, "JSON");
    if (depth > MAX_PARAMS_DEPTH) {
        luaL_error(L, "the parameters are nested too deeply");
    }
    switch (value ? json_object_get_type(value) : json_type_null) {
    case json_type_null:
        lua_pushlightuserdata(L, NULL);
        return;
    case json_type_boolean:
        lua_pushboolean(L, json_object_get_boolean(value));
        return;
    case json_type_int:
        push_number(L, value);
        return;
    case json_type_double:
        lua_pushnumber(L, json_object_get_double(value));
        return;
    case json_type_string:
        lua_pushlstring(L, json_object_get_string(value),
                        (size_t)json_object_get_string_len(value));
        return;
    case json_type_array:
        push_array(L, value, origins, depth);
        return;
    case json_type_object:
        push_object(L, value, origins, depth);
        return;
    }
}

void authjs_lua_push_json(lua_State *L, struct json_object *value)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &origins_key);
    push_value(L, value, lua_gettop(L), 0);
    lua_remove(L, -2);
}

/* ---- Lua to JSON ---------------------------------------------------------------- */

/* A conversion under way. Everything hangs on root, and root on the pool, before it is
 * filled: a Lua error may come at any time. */
typedef struct {
    lua_State *L;
    apr_pool_t *pool;
    apr_int64_t *left;
    int origins;
    struct json_object *root;
} reader_t;

static void read_value(reader_t *in, int depth, struct json_object *parent,
                       const char *key);

static void charge(const reader_t *in, size_t cost)
{
    *in->left -= (apr_int64_t)cost + VALUE_COST;
    if (*in->left < 0) {
        luaL_error(in->L, "a value is too large");
    }
}

static apr_status_t release(void *value)
{
    json_object_put(value);
    return APR_SUCCESS;
}

/* Hang value, a new reference, on its place. A table has each key once. */
static void attach(reader_t *in, struct json_object *parent, const char *key,
                   struct json_object *value)
{
    if (!parent) {
        in->root = value;
        apr_pool_cleanup_register(in->pool, value, release, apr_pool_cleanup_null);
    }
    else if (key) {
        json_object_object_add_ex(parent, key, value, JSON_C_OBJECT_ADD_KEY_IS_NEW);
    }
    else {
        json_object_array_add(parent, value);
    }
}

/* RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
static int utf8_valid(const unsigned char *p, size_t len)
{
    const unsigned char *end = p + len;
    unsigned char low, high;
    int more;

    while (p < end) {
        more = *p < 0x80 ? 0 : *p < 0xc2 ? -1 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
        if (more < 0 || *p > 0xf4 || end - p <= more) {
            return 0;
        }
        low = *p == 0xe0 ? 0xa0 : *p == 0xf0 ? 0x90 : 0x80;
        high = *p == 0xed ? 0x9f : *p == 0xf4 ? 0x8f : 0xbf;
        for (p++; more > 0; more--, p++) {
            if (*p < low || *p > high) {
                return 0;
            }
            low = 0x80;
            high = 0xbf;
        }
    }
    return 1;
}

static struct json_object *read_string(const reader_t *in)
{
    size_t len;
    const char *text = lua_tolstring(in->L, -1, &len);

    charge(in, len);
    if (!utf8_valid((const unsigned char *)text, len)) {
        luaL_error(in->L, "a string is not UTF-8");
    }
    return json_object_new_string_len(text, (int)len);
}

/* With as few digits as give the same number again. */
static struct json_object *new_double(double number)
{
    char text[40];
    char *comma;
    int digits;

    for (digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text) - 2, "%.*g", digits, number);
        if (memcmp(&(double){strtod(text, NULL)}, &number, sizeof(number)) == 0) {
            break;
        }
    }
    /* a locale may have been set by another module */
    if ((comma = strchr(text, ','))) {
        *comma = '.';
    }
    if (!strpbrk(text, ".e")) {
        memcpy(text + strlen(text), ".0", 3);
    }
    return json_object_new_double_s(number, text);
}

static struct json_object *read_number(const reader_t *in)
{
    lua_Number number;

    charge(in, 0);
    if (lua_isinteger(in->L, -1)) {
        return json_object_new_int64(lua_tointeger(in->L, -1));
    }
    number = lua_tonumber(in->L, -1);
    if (!isfinite(number)) {
        luaL_error(in->L, "a number is not finite");
    }
    return new_double(number);
}

static int is_array(lua_State *L)
{
    int marked = 0;

    if (lua_getmetatable(L, -1)) {
        luaL_getmetatable(L, ARRAY);
        marked = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    if (marked) {
        return 1;
    }
    lua_pushnil(L);
    if (!lua_next(L, -2)) {
        return 0;
    }
    marked = lua_isinteger(L, -2);
    lua_pop(L, 2);
    return marked;
}

static void read_array(reader_t *in, int depth, struct json_object *array)
{
    lua_State *L = in->L;
    lua_Integer i, n = (lua_Integer)lua_rawlen(L, -1), count = 0;

    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1 ||
            lua_tointeger(L, -1) > n) {
            luaL_error(L, "a table has other keys than 1 to %d",
                       (int)(n > 99999 ? 99999 : n));
        }
        count++;
    }
    if (count != n) {
        luaL_error(L, "an array has holes (authjs.null can fill them)");
    }
    for (i = 1; i <= n; i++) {
        lua_rawgeti(L, -1, i);
        read_value(in, depth + 1, array, NULL);
        lua_pop(L, 1);
    }
}

/* The name of a member, from the key on top of the stack. The table keeps it alive. */
static const char *member_name(const reader_t *in)
{
    size_t len;
    const char *name;

    if (lua_type(in->L, -1) != LUA_TSTRING) {
        luaL_error(in->L, "a table has keys of several types, or such as JSON has not");
    }
    name = lua_tolstring(in->L, -1, &len);
    if (strlen(name) != len || !utf8_valid((const unsigned char *)name, len)) {
        luaL_error(in->L, "a key has a NUL in it or is not UTF-8");
    }
    charge(in, len);
    return name;
}

static void read_member(reader_t *in, int depth, struct json_object *object,
                        const char *name)
{
    lua_pushstring(in->L, name);
    lua_rawget(in->L, -2);
    if (!lua_isnil(in->L, -1)) {
        read_value(in, depth + 1, object, name);
    }
    lua_pop(in->L, 1);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What was there before comes first and in its order, what is new behind it by name. */
static void read_object(reader_t *in, int depth, struct json_object *object)
{
    lua_State *L = in->L;
    apr_array_header_t *added = apr_array_make(in->pool, 8, sizeof(const char *));
    struct json_object *origin;
    const char *name;
    int i;

    lua_pushvalue(L, -1);
    lua_rawget(L, in->origins);
    origin = lua_touserdata(L, -1);
    lua_pop(L, 1);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        name = member_name(in);
        if (!origin || !json_object_object_get_ex(origin, name, NULL)) {
            APR_ARRAY_PUSH(added, const char *) = name;
        }
    }
    if (origin) {
        json_object_object_foreach(origin, known, value)
        {
            (void)value;
            read_member(in, depth, object, known);
        }
    }
    qsort(added->elts, (size_t)added->nelts, sizeof(const char *), compare_names);
    for (i = 0; i < added->nelts; i++) {
        read_member(in, depth, object, APR_ARRAY_IDX(added, i, const char *));
    }
}

static void read_table(reader_t *in, int depth, struct json_object *parent,
                       const char *key)
{
    int array = is_array(in->L);
    struct json_object *value;

    charge(in, 0);
    authjs_lua_count(in->L, 1); /* a table may be large and have nothing in it */
    if (depth >= MAX_DEPTH) {
        luaL_error(in->L, "a table is nested too deeply, or contains itself");
    }
    value = array ? json_object_new_array() : json_object_new_object();
    attach(in, parent, key, value);
    if (array) {
        read_array(in, depth, value);
    }
    else {
        read_object(in, depth, value);
    }
}

/* The value on top of the stack. */
static void read_value(reader_t *in, int depth, struct json_object *parent,
                       const char *key)
{
    lua_State *L = in->L;

    luaL_checkstack(L, 6, "JSON");
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        charge(in, 0);
        attach(in, parent, key, json_object_new_boolean(lua_toboolean(L, -1)));
        return;
    case LUA_TNUMBER:
        attach(in, parent, key, read_number(in));
        return;
    case LUA_TSTRING:
        attach(in, parent, key, read_string(in));
        return;
    case LUA_TTABLE:
        read_table(in, depth, parent, key);
        return;
    case LUA_TLIGHTUSERDATA:
        if (!lua_touserdata(L, -1)) {
            charge(in, 0);
            attach(in, parent, key, NULL);
            return;
        }
        break;
    default:
        break;
    }
    luaL_error(L, "JSON has no %s", luaL_typename(L, -1));
}

struct json_object *authjs_lua_to_json(lua_State *L, int index, apr_pool_t *pool)
{
    reader_t in = {L, pool, &authjs_lua_state(L)->json_left, 0, NULL};

    lua_pushvalue(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &origins_key);
    lua_insert(L, -2);
    in.origins = lua_gettop(L) - 1;
    read_value(&in, 0, NULL, NULL);
    lua_pop(L, 2);
    return in.root;
}

/* ---- null and arrays ------------------------------------------------------------ */

static int null_text(lua_State *L)
{
    lua_pushliteral(L, "null");
    return 1;
}

void authjs_lua_mark_array(lua_State *L, int index)
{
    lua_pushvalue(L, index);
    luaL_setmetatable(L, ARRAY);
    lua_pop(L, 1);
}

void authjs_lua_json_begin_call(lua_State *L)
{
    lua_createtable(L, 0, ORIGINS);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &origins_key);
}

void authjs_lua_json_open(lua_State *L)
{
    luaL_newmetatable(L, ARRAY);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);

    /* all light userdata have one metatable; null is the only one there is */
    lua_pushlightuserdata(L, NULL);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, null_text);
    lua_setfield(L, -2, "__tostring");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
    authjs_lua_json_begin_call(L);
}
