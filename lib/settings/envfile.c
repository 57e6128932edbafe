/* Variables in .env files: AuthJSEnvFile. */
#include "settings/settings.h"

#include "core/file.h"

/* What the process has counts more than any file, empty or not; a file more than those
 * behind it. So has Next.js. */
static const char *look_up(const void *files, const char *name)
{
    const apr_array_header_t *list = files;
    const char *value = getenv(name);
    const authjs_variable_t *variable;
    int i;

    for (i = 0; !value && list && i < list->nelts; i++) {
        variable = apr_hash_get(APR_ARRAY_IDX(list, i, const authjs_dotenv_t *)->by_name,
                                name, APR_HASH_KEY_STRING);
        value = variable ? variable->value : NULL;
    }
    return value;
}

/* The files of the host that is being built: httpd reads its configuration in one thread,
 * and an adapter that asks for env:NAME is handed neither host nor files. */
static const apr_array_header_t *current;

void authjs_env_use(const apr_array_header_t *files)
{
    current = files;
}

const char *authjs_env(const char *name)
{
    const char *value = look_up(current, name);

    return value && *value ? value : NULL;
}

/* ---- reading a file ---------------------------------------------------------------- */

/* No directory, and no pipe that would keep httpd waiting. */
static const char *read_text(char **text, apr_size_t *len, apr_pool_t *pool,
                             const char *path)
{
    char reason[120];
    apr_finfo_t info;
    apr_file_t *file;
    apr_status_t rv = apr_stat(&info, path, APR_FINFO_TYPE, pool);

    if (rv == APR_SUCCESS && info.filetype != APR_REG) {
        return "it is no regular file";
    }
    if (rv == APR_SUCCESS) {
        rv = apr_file_open(&file, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);
    }
    if (rv == APR_SUCCESS) {
        *len = AUTHJS_DOTENV_MAX + 1;
        *text = apr_palloc(pool, *len);
        rv = apr_file_read_full(file, *text, *len, len);
        apr_file_close(file);
    }
    return rv == APR_SUCCESS || APR_STATUS_IS_EOF(rv)
               ? NULL
               : apr_pstrcat(pool, "it cannot be read: ",
                             apr_strerror(rv, reason, sizeof(reason)), NULL);
}

/* What Next.js passes over without a word. */
static void remark_on(const authjs_dotenv_t *dotenv, const char *path)
{
    if (dotenv->passed_over) {
        authjs_remark(NULL,
                      "AuthJSEnvFile: %s, line %d is not NAME=value, and is skipped",
                      path, dotenv->passed_over);
    }
    if (dotenv->odd_quote) {
        authjs_remark(NULL,
                      "AuthJSEnvFile: %s, line %d: the value begins with a quote that "
                      "nothing closes, and is taken as it stands",
                      path, dotenv->odd_quote);
    }
}

const char *authjs_env_file_read(authjs_dotenv_t **made, apr_pool_t *pool,
                                 apr_pool_t *ptemp, const char *path,
                                 const apr_array_header_t *before)
{
    apr_size_t len = 0;
    char *text = NULL;
    const char *why = read_text(&text, &len, ptemp, path);

    if (!why) {
        why =
            authjs_file_open_to_others(ptemp, path, AUTHJS_FILE_READ | AUTHJS_FILE_WRITE);
    }
    if (!why) {
        why = authjs_dotenv_read(made, pool, text, len);
    }
    if (!why) {
        remark_on(*made, path);
        why = authjs_dotenv_expand(*made, pool, look_up, before);
    }
    return why ? apr_psprintf(pool, "%s: %s", path, why) : NULL;
}

/* ---- where a variable is missing --------------------------------------------------- */

/* A generation of its own for each reading: a start makes two. */
static int is_restart(void)
{
    return !authjs_is_trial() && ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_NORMAL &&
           ap_state_query(AP_SQ_CONFIG_GEN) > 0;
}

const char *authjs_env_advice(void)
{
    return is_restart()
               ? " (httpd was restarted, not started: it keeps the environment that it was "
                 "started with, and does not see a variable that was added since. A file "
                 "that AuthJSEnvFile names is read at every restart)"
               : "";
}
