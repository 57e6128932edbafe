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

/** Keys of a table beside 1 to n. When a table grows they are placed anew, in one step of
 * Lua's: which takes their square when they were chosen so that all collide. */
#define AUTHJS_LUA_MAX_KEYS 32768

/** Blocks of less than 16 bytes times this are used again by the state itself. */
#define AUTHJS_LUA_CLASSES 32

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

    apr_int64_t memory;             /**< bytes in use */
    void *free[AUTHJS_LUA_CLASSES]; /**< blocks to use again, by their size */
    size_t kept;                    /**< bytes of such blocks */
    size_t largest;                 /**< of the blocks asked for, while one is measured */
    size_t node;                    /**< what a key of a table takes */

    authjs_lua_file_t files[AUTHJS_LUA_MAX_FILES];
    int file_count;
    apr_time_t checked; /**< when the files were last looked at */

    /* of the call that runs */
    authjs_lua_limits_t limits;
    apr_int64_t instructions; /**< done so far */
    int step;                 /**< after so many the limits are looked at */
    unsigned int nexts;       /**< calls of next() */
    int plain;                /**< a function runs that makes text and no table */
    int keys_refused;         /**< a table was to have more keys than it may */
    apr_int64_t json_left;    /**< how much JSON it may still make */
    apr_time_t started;
    int spent; /**< a limit was reached, or memory ran out: not to be used again */
    server_rec *s;
    request_rec *r; /**< NULL while the configuration is checked */
    apr_pool_t *pool;
    const char *code; /**< what was thrown has a code; in pool */
} authjs_lua_state_t;

/** The state that L belongs to. */
authjs_lua_state_t *authjs_lua_state(lua_State *L);

/** What a state needs to know of the call it is opened or used for. */
typedef struct {
    server_rec *s;
    request_rec *r; /**< may be NULL */
    apr_pool_t *pool;
    const authjs_lua_limits_t *limits;
} authjs_lua_use_t;

/* ---- memory.c -----------------------------------------------------------------------
 */

/*
 * Lua's memory, bounded. Small blocks that are free stay with the state: it goes from
 * thread to thread, and malloc() keeps apart what each of them frees, where no
 * processor's cache has it any more when the next call needs it.
 */

/** A new Lua state, or NULL; not bounded yet. */
lua_State *authjs_lua_memory_new(void);
/** From here on the limit holds. */
void authjs_lua_memory_begin(authjs_lua_state_t *state);
/** Find out what a key of a table takes, for its limit. Raises a Lua error. */
void authjs_lua_memory_measure(lua_State *L);
/** Before lua_close: the state's own record is in the memory that goes with it. */
void authjs_lua_memory_end(authjs_lua_state_t *state);

/* ---- state.c ------------------------------------------------------------------------
 */

/**
 * Make a state and run the script in it, within the limits.
 * @return NULL, or why not, in use->pool: with file and line.
 */
const char *authjs_lua_open(authjs_lua_state_t **state, const authjs_lua_script_t *script,
                            const authjs_lua_use_t *use);
void authjs_lua_close(authjs_lua_state_t *state);
/** Count so many instructions more; raises a Lua error when a limit is reached. */
void authjs_lua_look(lua_State *L, int instructions);
/** Look at the limits after so many instructions. */
void authjs_lua_step(authjs_lua_state_t *state, int step);
/** Whether a file that the state has read is another one now. */
int authjs_lua_is_stale(const authjs_lua_state_t *state, apr_pool_t *pool);
/** Whether the script has the function of a callback or an event ("events.signIn"). */
int authjs_lua_has(authjs_lua_state_t *state, const char *name);
/** Run the function call->name; the answer is set in call. */
void authjs_lua_run(authjs_lua_state_t *state, authjs_callback_t *call,
                    const authjs_lua_use_t *use);
/**
 * Read a file of the script's and compile it; push the function. Raises a Lua error.
 * @param path in use as long as the state is: on the stack of a C function no longer
 * @param shown what messages call it
 */
void authjs_lua_load(lua_State *L, const char *path, const char *shown);

/* ---- sandbox.c, guard.c, metatable.c, pattern.c: what a script finds ------------------
 */

/** Open the libraries. Raises a Lua error. */
void authjs_lua_libraries(lua_State *L);
/** Put guards before the functions of Lua, which a count of instructions cannot stop. */
void authjs_lua_guards(lua_State *L);
/** Register setmetatable and getmetatable. */
void authjs_lua_metatables(lua_State *L);
/** At most how many steps a pattern may take on a text of len bytes.
 * @param anchors whether a ^ at its begin ties it to the begin of the text */
double authjs_lua_pattern_cost(const char *pattern, apr_size_t pattern_len,
                               apr_size_t len, int anchors);

/* ---- json.c -------------------------------------------------------------------------
 */

/** Prepare the metatable of arrays and the value null. Raises a Lua error. */
void authjs_lua_json_init(lua_State *L);
/** Forget what tables the last call made, and make room for those of the next. */
void authjs_lua_json_begin(lua_State *L);
/** Push value; NULL is authjs.null. Raises a Lua error. */
void authjs_lua_push(lua_State *L, struct json_object *value);
/** The value at index as JSON, in pool (null: NULL). Raises a Lua error for what JSON
 * cannot say and for what is too deep or too large. */
struct json_object *authjs_lua_value(lua_State *L, int index, apr_pool_t *pool);
/** Give the table at index the metatable of arrays. */
void authjs_lua_mark_array(lua_State *L, int index);

#endif
