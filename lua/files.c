/* The files of a script: read, compiled, and known again when they have changed. */
#include "authjs_lua.h"

#include "apr_file_io.h"
#include "apr_strings.h"

#include <string.h>

#define MAX_SOURCE (1024 * 1024)

/* How often they are looked at. */
#define CHECK_EVERY apr_time_from_sec(1)

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

/* The record of a file, a free one when it was never read. Its path is kept as long as
 * the state. */
static authjs_lua_file_t *file_at(lua_State *L, authjs_lua_state_t *state,
                                  const char *path)
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

void authjs_lua_load_file(lua_State *L, const char *path, const char *shown)
{
    authjs_lua_state_t *state = authjs_lua_state(L);
    authjs_lua_file_t *file = file_at(L, state, path);
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

/* Whether one of them is another now. */
static int have_changed(const authjs_lua_state_t *state, apr_pool_t *pool)
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

int authjs_lua_files_are_current(authjs_lua_state_t *state, apr_pool_t *pool)
{
    apr_time_t now = apr_time_now(), age = now - state->checked;

    if (age >= 0 && age < CHECK_EVERY) {
        return 1;
    }
    state->checked = now;
    return !have_changed(state, pool);
}
