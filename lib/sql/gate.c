#include "sql/gate.h"

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>

struct authjs_gate_t {
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *left;
    int taken;
};

authjs_gate_t *authjs_gate_create(apr_pool_t *pool)
{
    authjs_gate_t *gate = apr_pcalloc(pool, sizeof(*gate));

    if (apr_thread_mutex_create(&gate->mutex, APR_THREAD_MUTEX_DEFAULT, pool) !=
            APR_SUCCESS ||
        apr_thread_cond_create(&gate->left, pool) != APR_SUCCESS) {
        return NULL;
    }
    return gate;
}

int authjs_gate_enter(authjs_gate_t *gate, apr_time_t deadline)
{
    apr_interval_time_t rest;
    int inside;

    if (!gate) {
        return 1;
    }
    apr_thread_mutex_lock(gate->mutex);
    while (gate->taken && (rest = deadline - apr_time_now()) > 0) {
        apr_thread_cond_timedwait(gate->left, gate->mutex, rest);
    }
    inside = !gate->taken;
    gate->taken = 1;
    apr_thread_mutex_unlock(gate->mutex);
    return inside;
}

void authjs_gate_leave(authjs_gate_t *gate)
{
    if (!gate) {
        return;
    }
    apr_thread_mutex_lock(gate->mutex);
    gate->taken = 0;
    apr_thread_cond_signal(gate->left);
    apr_thread_mutex_unlock(gate->mutex);
}
