/* How often something happens. */
#include "core/core.h"

#include <apr_atomic.h>

apr_uint32_t authjs_rate_count(authjs_rate_t *rate, apr_uint32_t window,
                               apr_uint32_t *before)
{
    apr_uint32_t old = apr_atomic_read32(&rate->window);

    *before = 0;
    if (old != window && apr_atomic_cas32(&rate->window, window, old) == old) {
        *before = apr_atomic_xchg32(&rate->count, 0);
    }
    return apr_atomic_inc32(&rate->count) + 1;
}
