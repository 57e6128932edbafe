/* Lua's memory, bounded. Small blocks that are free stay with the state: it goes from
 * thread to thread, and malloc() keeps apart what each of them frees, where no
 * processor's cache has it any more when the next call needs it. */
#include "authjs_lua.h"

#include <stdlib.h>
#include <string.h>

/* Blocks are of whole grains, so that one that is free serves all sizes of its class. */
#define GRAIN 16

/* The bytes of free blocks that a state keeps at most. */
#define MAX_KEPT (64 * 1024)

/* A block of this size is worth a look at the limits, before the next instruction. */
#define LARGE (64 * 1024)

static size_t grains(size_t size)
{
    return (size + GRAIN - 1) / GRAIN;
}

/* Lua's allocator while the state has no memory of its own. */
static void *allocate_unlimited(void *data, void *block, size_t old_size, size_t new_size)
{
    (void)data;
    (void)old_size;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    return new_size > SIZE_MAX - GRAIN ? NULL : realloc(block, grains(new_size) * GRAIN);
}

static int is_small(size_t size)
{
    return size > 0 && grains(size) < AUTHJS_LUA_CLASSES;
}

static void *allocate_block(authjs_lua_state_t *state, size_t size)
{
    void **first = is_small(size) ? state->free[grains(size)] : NULL;

    if (!first) {
        return allocate_unlimited(NULL, NULL, 0, size);
    }
    state->free[grains(size)] = *first;
    state->kept -= grains(size) * GRAIN;
    return first;
}

static void free_block(authjs_lua_state_t *state, void *block, size_t size)
{
    if (!is_small(size) || state->kept >= MAX_KEPT) {
        free(block);
        return;
    }
    *(void **)block = state->free[grains(size)];
    state->free[grains(size)] = block;
    state->kept += grains(size) * GRAIN;
}

static void *resize_block(authjs_lua_state_t *state, void *block, size_t old_size,
                          size_t new_size)
{
    void *made;

    if (grains(old_size) == grains(new_size)) {
        return block;
    }
    if (!is_small(old_size) && !is_small(new_size)) {
        return allocate_unlimited(NULL, block, old_size, new_size);
    }
    made = allocate_block(state, new_size);
    if (!made) {
        return new_size < old_size ? block : NULL;
    }
    memcpy(made, block, old_size < new_size ? old_size : new_size);
    free_block(state, block, old_size);
    return made;
}

/* Whether a new block is for more keys than a table may have. Their number is a power of
 * two. */
static int is_too_many_keys(const authjs_lua_state_t *state, size_t size)
{
    size_t keys = state->key_size ? size / state->key_size : 0;

    return keys > AUTHJS_LUA_MAX_KEYS && keys * state->key_size == size &&
           !(keys & (keys - 1)) && !state->makes_text;
}

/* Lua's allocator, with a limit. That a block shrinks is never refused. */
static void *allocate_limited(void *data, void *block, size_t old_size, size_t new_size)
{
    authjs_lua_state_t *state = data;
    apr_int64_t had = block ? (apr_int64_t)old_size : 0;
    apr_int64_t grown = (apr_int64_t)new_size - had;
    void *result = NULL;

    if (new_size > state->largest) {
        state->largest = new_size;
    }
    if (new_size >= LARGE) {
        authjs_lua_look_every(state, 1);
    }
    if (!block && !old_size && is_too_many_keys(state, new_size)) {
        state->keys_refused = 1;
        return NULL;
    }
    if (grown > 0 && (new_size > (size_t)state->limits.memory ||
                      state->memory + grown > state->limits.memory)) {
        authjs_lua_look_every(state, 1); /* Lua collects all garbage, and tries again */
        return NULL;
    }
    if (block && new_size == 0) {
        free_block(state, block, old_size);
    }
    else if (new_size > 0) {
        result = block ? resize_block(state, block, old_size, new_size)
                       : allocate_block(state, new_size);
    }
    if (result || new_size == 0) {
        state->memory += grown;
    }
    return result;
}

lua_State *authjs_lua_memory_new(void)
{
    return lua_newstate(allocate_unlimited, NULL);
}

void authjs_lua_memory_limit(authjs_lua_state_t *state)
{
    state->memory = (apr_int64_t)lua_gc(state->L, LUA_GCCOUNT, 0) * 1024;
    lua_setallocf(state->L, allocate_limited, state);
}

void authjs_lua_memory_measure_keys(lua_State *L)
{
    authjs_lua_state_t *state = authjs_lua_state(L);
    const int keys = 256;

    state->largest = 0;
    lua_createtable(L, 0, keys);
    state->key_size = state->largest / (size_t)keys;
    lua_pop(L, 1);
}

void authjs_lua_memory_free(authjs_lua_state_t *state)
{
    void **block;
    int i;

    lua_setallocf(state->L, allocate_unlimited, NULL);
    for (i = 0; i < AUTHJS_LUA_CLASSES; i++) {
        while ((block = state->free[i])) {
            state->free[i] = *block;
            free(block);
        }
    }
}
