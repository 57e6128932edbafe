#include "core/core.h"

#include <apr_strings.h>
#include <string.h>

#define SHOWN     4
#define SHOW_FROM 12

const char *authjs_mask(apr_pool_t *pool, const char *secret)
{
    char start[SHOWN + 1];
    apr_size_t len, i;

    if (!secret) {
        return "(none)";
    }
    len = strlen(secret);
    if (len < SHOW_FROM) {
        return apr_psprintf(pool, "(%" APR_SIZE_T_FMT " characters)", len);
    }
    for (i = 0; i < SHOWN; i++) {
        /* a secret may come from a client: nothing that could forge a line of the log */
        start[i] = secret[i] > ' ' && secret[i] < 0x7f ? secret[i] : '?';
    }
    start[SHOWN] = '\0';
    return apr_psprintf(pool, "%s... (%" APR_SIZE_T_FMT " characters)", start, len);
}
