#include "settings/settings.h"

const char *authjs_env_provider(apr_pool_t *pool, const char *id, const char *suffix,
                                const char **name)
{
    char *variable = apr_pstrcat(pool, "AUTH_", id, "_", suffix, NULL), *at;

    for (at = variable; *at; at++) {
        *at = *at == '-' ? '_' : (char)apr_toupper(*at);
    }
    *name = variable;
    return authjs_env(variable);
}
