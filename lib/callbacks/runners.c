#include "callbacks/runners.h"

void authjs_runners_register(apr_pool_t *pool)
{
    authjs_runner_expr_register(pool);
    authjs_runner_http_register(pool);
    authjs_runner_log_register(pool);
}
