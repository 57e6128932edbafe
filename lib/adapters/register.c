#include "adapters/adapter.h"

#include "adapters/d1.h"
#include "adapters/dbd.h"

void authjs_adapters_register(apr_pool_t *pool)
{
    authjs_d1_register(pool);
    authjs_dbd_register(pool);
}
