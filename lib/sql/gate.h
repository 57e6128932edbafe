/* A door for one thread at a time, at which nobody waits longer than he wants to. */
#ifndef AUTHJS_SQL_GATE_H
#define AUTHJS_SQL_GATE_H

#include <apr_pools.h>
#include <apr_time.h>

typedef struct authjs_gate_t authjs_gate_t;

/** In pool. NULL when the system gives no mutex: such a gate is always open. */
authjs_gate_t *authjs_gate_create(apr_pool_t *pool);

/** Wait until the gate is free or the clock says deadline.
 * @return 1: inside, call authjs_gate_leave; 0: it took too long */
int authjs_gate_enter(authjs_gate_t *gate, apr_time_t deadline);

void authjs_gate_leave(authjs_gate_t *gate);

#endif
