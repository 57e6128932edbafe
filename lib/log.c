#include "authjs.h"

static int log_level(authjs_error_level_e level)
{
    switch (level) {
    case AUTHJS_LOG_ERROR:
        return APLOG_ERR;
    case AUTHJS_LOG_WARN:
        return APLOG_WARNING;
    case AUTHJS_LOG_INFO:
        break;
    }
    return APLOG_INFO;
}

void authjs_log_error(request_rec *r, const authjs_error_t *error)
{
    ap_log_rerror(APLOG_MARK, log_level(error->level), 0, r, "AuthJS: %s: %s",
                  error->name, error->detail);
}
