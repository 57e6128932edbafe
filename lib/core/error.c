#include "core/error.h"

#include <apr_strings.h>
#include <stdarg.h>

static const authjs_error_t templates[AUTHJS_ERR__COUNT] = {
#define X(name, kind, code, level)                                                       \
    {AUTHJS_ERR_##name, #name, AUTHJS_KIND_##kind, AUTHJS_LOG_##level, code, NULL, NULL},
    AUTHJS_ERRORS(X)
#undef X
};

const authjs_error_t *authjs_error(apr_pool_t *pool, authjs_error_e type, const char *fmt,
                                   ...)
{
    authjs_error_t *error = apr_pmemdup(pool, &templates[type], sizeof(*error));
    va_list ap;

    if (type == AUTHJS_ERR_CredentialsSignin) {
        error->code = "credentials";
    }
    va_start(ap, fmt);
    error->detail = apr_pvsprintf(pool, fmt, ap);
    va_end(ap);
    return error;
}
