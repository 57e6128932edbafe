#include "settings/settings.h"

#include "core/file.h"

#include "apr_hash.h"
#include "apr_thread_proc.h"

/* A private key in PEM is 4 KB; nothing that is a secret needs more than this. */
#define SECRET_MAX   (16 * 1024)
#define EXEC_TIMEOUT apr_time_from_sec(10)
#define EXEC_CACHE   "authjs-exec"

const char authjs_secret_pending[] = "(not asked for while the configuration is tried)";

/* *text of len bytes as a secret: without its last line end, not empty, no NUL. */
static const char *use_text(const char **secret, char *text, apr_size_t len,
                            const char *what)
{
    if (len && text[len - 1] == '\n') {
        len--;
    }
    if (len && text[len - 1] == '\r') {
        len--;
    }
    text[len] = '\0';
    if (!len || strlen(text) != len) {
        return what;
    }
    *secret = text;
    return NULL;
}

static void remark_on_file(apr_pool_t *pool, const char *path)
{
    const char *why =
        authjs_file_open_to_others(pool, path, AUTHJS_FILE_READ | AUTHJS_FILE_WRITE);

    if (why) {
        authjs_remark(NULL, "a secret is open to others: %s", why);
    }
}

static const char *from_file(const char **secret, apr_pool_t *pool, const char *written)
{
    const char *path = ap_server_root_relative(pool, written);
    apr_size_t len = SECRET_MAX + 1;
    char *text = apr_palloc(pool, SECRET_MAX + 2);
    apr_file_t *file;
    apr_status_t rv;

    if (!path || !*written) {
        return apr_pstrcat(pool, "file:", written, " is not a path", NULL);
    }
    rv = apr_file_open(&file, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);
    if (rv == APR_SUCCESS) {
        rv = apr_file_read_full(file, text, len, &len);
        apr_file_close(file);
    }
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EOF(rv)) {
        char reason[120];

        return apr_pstrcat(pool, "the file ", path,
                           " cannot be read: ", apr_strerror(rv, reason, sizeof(reason)),
                           NULL);
    }
    if (len > SECRET_MAX) {
        return apr_pstrcat(pool, "the file ", path, " is too big for a secret", NULL);
    }
    remark_on_file(pool, path);
    return use_text(secret, text, len,
                    apr_pstrcat(pool, "the file ", path, " is empty or binary", NULL));
}

/* Everything that comes out of the pipe before the deadline. */
static apr_status_t read_all(apr_file_t *pipe, apr_time_t deadline, char *text,
                             apr_size_t *len)
{
    apr_status_t rv = APR_SUCCESS;

    *len = 0;
    while (rv == APR_SUCCESS && *len <= SECRET_MAX) {
        apr_size_t more = SECRET_MAX + 1 - *len;
        apr_time_t left = deadline - apr_time_now();

        if (left <= 0) {
            return APR_TIMEUP;
        }
        apr_file_pipe_timeout_set(pipe, left);
        rv = apr_file_read(pipe, text + *len, &more);
        *len += rv == APR_SUCCESS ? more : 0;
    }
    return APR_STATUS_IS_EOF(rv) ? APR_SUCCESS : rv;
}

/* Wait for the program's end, but not past the deadline. */
static int ended_well(apr_proc_t *proc, apr_time_t deadline)
{
    apr_exit_why_e why;
    int code;

    while (apr_proc_wait(proc, &code, &why, APR_NOWAIT) == APR_CHILD_NOTDONE) {
        if (apr_time_now() > deadline) {
            apr_proc_kill(proc, SIGKILL);
            apr_proc_wait(proc, NULL, NULL, APR_WAIT);
            return 0;
        }
        apr_sleep(apr_time_from_msec(5));
    }
    return why == APR_PROC_EXIT && code == 0;
}

static const char *run_program(const char **secret, apr_pool_t *pool, const char *command)
{
    const char *what = apr_pstrcat(pool, "exec:", command, NULL);
    apr_time_t deadline = apr_time_now() + EXEC_TIMEOUT;
    char *text = apr_palloc(pool, SECRET_MAX + 2), **argv;
    apr_procattr_t *attr;
    apr_proc_t proc;
    apr_status_t rv;
    apr_size_t len;
    int well;

    if (apr_tokenize_to_argv(command, &argv, pool) != APR_SUCCESS || !argv[0] ||
        apr_procattr_create(&attr, pool) != APR_SUCCESS ||
        apr_procattr_io_set(attr, APR_NO_PIPE, APR_FULL_BLOCK, APR_NO_PIPE) !=
            APR_SUCCESS ||
        apr_procattr_cmdtype_set(attr, APR_PROGRAM_ENV) != APR_SUCCESS ||
        apr_procattr_error_check_set(attr, 1) != APR_SUCCESS ||
        apr_proc_create(&proc, argv[0], (const char *const *)argv, NULL, attr, pool) !=
            APR_SUCCESS) {
        return apr_pstrcat(pool, what, ": the program cannot be started", NULL);
    }
    rv = read_all(proc.out, deadline, text, &len);
    apr_file_close(proc.out);
    if (rv != APR_SUCCESS || len > SECRET_MAX) {
        deadline = 0;
    }
    well = ended_well(&proc, deadline);
    if (rv != APR_SUCCESS) {
        return apr_pstrcat(pool, what, ": no answer within 10 seconds", NULL);
    }
    if (!well || len > SECRET_MAX) {
        return apr_pstrcat(pool, what,
                           ": the program failed, did not end, or wrote too much", NULL);
    }
    return use_text(secret, text, len,
                    apr_pstrcat(pool, what, ": the program wrote nothing, or binary",
                                NULL));
}

/* Once for all virtual hosts of a configuration, and not for the trial run of it that
 * comes before every start. */
static const char *from_exec(const char **secret, apr_pool_t *pool, const char *command)
{
    apr_hash_t *answers;
    void *data = NULL;
    const char *why;

    if (authjs_is_trial()) {
        *secret = authjs_secret_pending;
        return NULL;
    }
    apr_pool_userdata_get(&data, EXEC_CACHE, pool);
    answers = data ? data : apr_hash_make(pool);
    *secret = apr_hash_get(answers, command, APR_HASH_KEY_STRING);
    why = *secret ? NULL : run_program(secret, pool, command);
    if (!why) {
        apr_hash_set(answers, apr_pstrdup(pool, command), APR_HASH_KEY_STRING, *secret);
        apr_pool_userdata_setn(answers, EXEC_CACHE, NULL, pool);
    }
    return why;
}

const char *authjs_secret_resolve(const char **secret, apr_pool_t *pool,
                                  const char *written)
{
    const char *value;

    if (!strncmp(written, "env:", 4)) {
        value = authjs_env(written + 4);
        if (!value) {
            return apr_pstrcat(
                pool, "the environment variable ", written + 4,
                " is not set where httpd was started, nor in a file that AuthJSEnvFile names",
                authjs_env_advice(), NULL);
        }
        *secret = apr_pstrdup(pool, value);
        return NULL;
    }
    if (!strncmp(written, "file:", 5)) {
        return from_file(secret, pool, written + 5);
    }
    if (!strncmp(written, "exec:", 5)) {
        return from_exec(secret, pool, written + 5);
    }
    if (!*written) {
        return "the secret is empty";
    }
    *secret = apr_pstrdup(pool, written);
    return NULL;
}
