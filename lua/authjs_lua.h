/* mod_authjs_lua: callbacks and events of mod_authjs in Lua. Of mod_authjs it uses the
 * public header alone. */
#ifndef AUTHJS_LUA_H
#define AUTHJS_LUA_H

#include "mod_authjs.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

/** What one call may cost. */
typedef struct {
    apr_int64_t instructions;
    apr_int64_t memory; /**< bytes, of all that the state holds */
    apr_interval_time_t timeout;
} authjs_lua_limits_t;

/** A file that a state has read. */
typedef struct {
    const char *path;
    apr_time_t mtime;
    apr_off_t size;
    apr_ino_t inode;
} authjs_lua_file_t;

#define AUTHJS_LUA_MAX_FILES 64

/** Keys of a table besides 1 to n. A table that grows places them all anew in one step of
 * Lua's, which takes quadratic time when they were chosen so that all collide. */
#define AUTHJS_LUA_MAX_KEYS 32768

/** Blocks of less than 16 bytes times this are used again by the state itself. */
#define AUTHJS_LUA_CLASSES 32

/** After so many instructions the limits are looked at, usually. */
#define AUTHJS_LUA_STEP 200

/** A script, as the configuration names it. In pconf. */
typedef struct {
    const char *path;
    const char *shown; /**< as written: what error messages name */
} authjs_lua_script_t;

/**
 * A Lua state with a script in it, used by one thread at a time. It lives in the state's
 * own memory: authjs_lua_close ends both.
 */
typedef struct authjs_lua_state_t {
    lua_State *L;
    const authjs_lua_script_t *script;
    struct authjs_lua_state_t *next; /**< among those that wait for work */

    /* memory.c's */
    apr_int64_t memory;             /**< bytes in use */
    void *free[AUTHJS_LUA_CLASSES]; /**< blocks to use again, by their size */
    size_t kept;                    /**< bytes of such blocks */
    size_t largest;                 /**< of the blocks asked for, while one is measured */
    size_t key_size;                /**< what a key of a table takes */
    int keys_refused;               /**< a table was to have more keys than it may */

    /* files.c's */
    authjs_lua_file_t files[AUTHJS_LUA_MAX_FILES];
    int file_count;
    apr_time_t checked; /**< when the files were last looked at */

    /* of the call that runs: limits.c's */
    authjs_lua_limits_t limits;
    apr_int64_t instructions; /**< done so far */
    int step;                 /**< after so many the limits are looked at */
    apr_time_t started;
    int spent; /**< a limit was reached, or memory ran out: not to be used again */

    /* and of the others */
    unsigned int nexts;    /**< calls of next() */
    int makes_text;        /**< a function runs that makes text and no table */
    apr_int64_t json_left; /**< how much JSON it may still make */
    server_rec *s;
    request_rec *r; /**< NULL while the configuration is checked */
    apr_pool_t *pool;
    const char *code; /**< what was thrown has a code; in pool */
} authjs_lua_state_t;

/** What a state needs to know of the call it is opened or used for. */
typedef struct {
    server_rec *s;
    request_rec *r; /**< may be NULL */
    apr_pool_t *pool;
    const authjs_lua_limits_t *limits;
} authjs_lua_use_t;

/* The files, from the lowest to the highest: each uses those before it alone. */

/* ---- limits.c ------------------------------------------------------------------- */

/** The state that L belongs to. */
authjs_lua_state_t *authjs_lua_state(lua_State *L);
/** A call begins: nothing of its limits is used up. */
void authjs_lua_limits_begin(authjs_lua_state_t *state,
                             const authjs_lua_limits_t *limits);
/** Count so many instructions more; raises a Lua error when a limit is reached. */
void authjs_lua_count(lua_State *L, int instructions);
/** Look at the limits after so many instructions. */
void authjs_lua_look_every(authjs_lua_state_t *state, int instructions);

/* ---- memory.c ------------------------------------------------------------------- */

/** A new Lua state, or NULL; not bounded yet. */
lua_State *authjs_lua_memory_new(void);
/** From here on the limit holds. */
void authjs_lua_memory_limit(authjs_lua_state_t *state);
/** Find out what a key of a table takes, for its limit. Raises a Lua error. */
void authjs_lua_memory_measure_keys(lua_State *L);
/** Free the blocks that were kept. Before lua_close: the state's own record is in the
 * memory that goes with it. */
void authjs_lua_memory_free(authjs_lua_state_t *state);

/* ---- json.c --------------------------------------------------------------------- */

/** Prepare the metatable of arrays and the value null. Raises a Lua error. */
void authjs_lua_json_open(lua_State *L);
/** Forget what tables the last call made, and make room for those of the next. */
void authjs_lua_json_begin_call(lua_State *L);
/** Push value; NULL is authjs.null. Raises a Lua error. */
void authjs_lua_push_json(lua_State *L, struct json_object *value);
/** The value at index as JSON, in pool (null: NULL). Raises a Lua error for what JSON
 * cannot say and for what is too deep or too large. */
struct json_object *authjs_lua_to_json(lua_State *L, int index, apr_pool_t *pool);
/** Give the table at index the metatable of arrays. */
void authjs_lua_mark_array(lua_State *L, int index);

/* ---- files.c -------------------------------------------------------------------- */

/**
 * Read a file of the script's and compile it; push the function. Raises a Lua error.
 * @param path in use as long as the state is: on the stack of a C function no longer
 * @param shown what messages call it
 */
void authjs_lua_load_file(lua_State *L, const char *path, const char *shown);
/** Whether the state has what its files say now; looked at once a second at most. */
int authjs_lua_files_are_current(authjs_lua_state_t *state, apr_pool_t *pool);

/* ---- pattern.c, metatable.c, guard.c -------------------------------------------- */

/** At most how many steps a pattern may take on a text of len bytes.
 * @param anchors whether a ^ at its begin ties it to the begin of the text */
double authjs_lua_pattern_cost(const char *pattern, apr_size_t pattern_len,
                               apr_size_t len, int anchors);
/** Register setmetatable and getmetatable. */
void authjs_lua_register_metatables(lua_State *L);
/** Put guards before the functions of Lua, which a count of instructions cannot stop. */
void authjs_lua_guard_libraries(lua_State *L);

/* ---- sandbox.c ------------------------------------------------------------------ */

/** Open the libraries, guarded: all that a script finds. Raises a Lua error. */
void authjs_lua_open_libraries(lua_State *L);

/* ---- state.c -------------------------------------------------------------------- */

/**
 * Make a state and run the script in it, within the limits.
 * @return NULL, or why not, in use->pool: with file and line.
 */
const char *authjs_lua_open(authjs_lua_state_t **state, const authjs_lua_script_t *script,
                            const authjs_lua_use_t *use);
void authjs_lua_close(authjs_lua_state_t *state);
/** Whether the script has the function of a callback or an event ("events.signIn"). */
int authjs_lua_has_function(authjs_lua_state_t *state, const char *name);
/** Run the function call->name; the answer is set in call. */
void authjs_lua_call(authjs_lua_state_t *state, authjs_callback_t *call,
                     const authjs_lua_use_t *use);

#endif
