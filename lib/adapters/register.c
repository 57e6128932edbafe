#include "adapters/adapter.h"

void authjs_adapters_register(apr_pool_t *pool)
{
    (void)pool;
}
