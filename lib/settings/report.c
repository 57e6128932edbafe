#include "settings/settings.h"

/* ---- to the administrator, at start ----------------------------------------------- */

const char *authjs_refuse(cmd_parms *cmd, const char *why)
{
    return apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", why, NULL);
}

const char *authjs_vhost_name(apr_pool_t *pool, const server_rec *s)
{
    const char *name = s->server_hostname ? s->server_hostname : "(no ServerName)";

    if (!s->is_virtual) {
        return apr_pstrcat(pool, "the main server ", name, NULL);
    }
    return apr_psprintf(pool, "the virtual host %s:%u (%s:%u)", name,
                        s->addrs ? s->addrs->host_port : s->port, s->defn_name,
                        s->defn_line_number);
}

int authjs_is_trial(void)
{
    return ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG &&
           ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST;
}

void authjs_remark(server_rec *s, const char *fmt, ...)
{
    va_list args;
    char text[1024];

    va_start(args, fmt);
    apr_vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (!authjs_is_trial()) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s, "AuthJS: %s", text);
    }
}

void authjs_fault(int *faults, server_rec *s, const char *fmt, ...)
{
    va_list args;
    apr_pool_t *pool;

    apr_pool_create(&pool, s->process->pconf);
    va_start(args, fmt);
    /* As loud as httpd's own refusals: whatever LogLevel says, it must be seen. */
    ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s, "AuthJS: %s: %s",
                 authjs_vhost_name(pool, s), apr_pvsprintf(pool, fmt, args));
    va_end(args);
    apr_pool_destroy(pool);
    (*faults)++;
}

/* ---- about a request -------------------------------------------------------------- */

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
