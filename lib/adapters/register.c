#include "adapters/adapter.h"

#include "adapters/d1.h"

void authjs_adapters_register(apr_pool_t *pool)
{
    authjs_d1_register(pool);
}
