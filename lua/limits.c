/* What one call may cost: Lua's hook counts the instructions, and each C function that
 * takes long adds what it costs. */
#include "authjs_lua.h"

/* A state of more memory, which one instruction may go through, is looked at sooner. */
#define USUAL_MEMORY (1024 * 1024)

authjs_lua_state_t *authjs_lua_state(lua_State *L)
{
    return *(authjs_lua_state_t **)lua_getextraspace(L);
}

/* Called every so many instructions. */
static void hook(lua_State *L, lua_Debug *ar)
{
    authjs_lua_state_t *state = authjs_lua_state(L);
    apr_int64_t step = AUTHJS_LUA_STEP;

    (void)ar;
    authjs_lua_count(L, state->step);
    if (state->memory > USUAL_MEMORY) {
        step = AUTHJS_LUA_STEP * (apr_int64_t)USUAL_MEMORY / state->memory;
    }
    authjs_lua_look_every(state, step > 0 ? (int)step : 1);
}

void authjs_lua_look_every(authjs_lua_state_t *state, int step)
{
    if (state->step != step) {
        state->step = step;
        lua_sethook(state->L, hook, LUA_MASKCOUNT, step);
    }
}

/* Once a limit is reached it is looked at after each instruction: pcall catches the
 * error, but nothing is done behind it. */
void authjs_lua_count(lua_State *L, int instructions)
{
    authjs_lua_state_t *state = authjs_lua_state(L);

    state->instructions += instructions;
    if (state->instructions > state->limits.instructions) {
        state->spent = 1;
        authjs_lua_look_every(state, 1);
        luaL_error(L, "stopped after %d instructions (AuthJSLua instructions)",
                   (int)state->limits.instructions);
    }
    if (apr_time_now() - state->started > state->limits.timeout) {
        state->spent = 1;
        authjs_lua_look_every(state, 1);
        luaL_error(L, "stopped after %d ms (AuthJSLua timeout)",
                   (int)apr_time_as_msec(state->limits.timeout));
    }
}

void authjs_lua_limits_begin(authjs_lua_state_t *state, const authjs_lua_limits_t *limits)
{
    state->limits = *limits;
    state->instructions = 0;
    state->started = apr_time_now();
}
