/* How often something happens. */
#include "core/core.h"

#include <apr_atomic.h>

/* Spans: what began in one of those and is told now is late. What is older than that is
 * of a clock that was set back. */
#define LATE_MAX 10

apr_uint32_t authjs_rate_count(authjs_rate_t *rate, apr_uint32_t window,
                               apr_uint32_t *before)
{
    apr_uint32_t old = apr_atomic_read32(&rate->window);

    *before = 0;
    if (old - window > LATE_MAX && apr_atomic_cas32(&rate->window, window, old) == old) {
        *before = apr_atomic_xchg32(&rate->count, 0);
    }
    return apr_atomic_inc32(&rate->count) + 1;
}
