/* authjsctl add writes, has httpd try it, and takes it back when it is refused. */
#include "ctl_add.h"

#include "core/dotenv.h"

#include <openssl/evp.h>

#include <signal.h>
#include <string.h>

#define SECRET_BYTES 33 /* as authjsctl secret */

/* ---- what interrupts: after everything was put back -------------------------- */

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = number;
}

static void catch_signals(void (*handler)(int))
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action;
    size_t i;

    memset(&action, 0, sizeof(action));
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        sigaction(signals[i], &action, NULL);
    }
}

/* ---- the file of variables --------------------------------------------------- */

/* The site's own secret, where there is none. */
static const char *add_secret(authjs_ctl_add_t *add)
{
    unsigned char bytes[SECRET_BYTES], text[SECRET_BYTES / 3 * 4 + 1];

    if (json_object_get_boolean(authjs_json_get(add->host, "secret")) ||
        authjs_ctl_add_has(add, "AUTH_SECRET") ||
        authjs_ctl_add_has(add, "NEXTAUTH_SECRET")) {
        return NULL;
    }
    if (authjs_random_bytes(bytes, sizeof(bytes)) != APR_SUCCESS) {
        return "there is no randomness";
    }
    EVP_EncodeBlock(text, bytes, sizeof(bytes));
    apr_table_set(add->variables, "AUTH_SECRET", (const char *)text);
    return NULL;
}

/* The names of what is set, and the text with it. */
static const char *new_env(authjs_ctl_add_t *add, const char **text, const char **names)
{
    const apr_array_header_t *all = apr_table_elts(add->variables);
    const char *why = NULL;
    int i;

    *text = add->env.text;
    *names = NULL;
    for (i = 0; !why && i < all->nelts; i++) {
        const apr_table_entry_t *one = &APR_ARRAY_IDX(all, i, apr_table_entry_t);

        why = authjs_dotenv_add(text, add->pool, *text, one->key, one->val);
        why = why ? apr_psprintf(add->pool, "%s, %s: %s", add->env.path, one->key, why)
                  : NULL;
        *names = *names ? apr_pstrcat(add->pool, *names, ", ", one->key, NULL) : one->key;
    }
    return why;
}

static const char *new_conf(const authjs_ctl_add_t *add)
{
    apr_size_t len = strlen(add->conf.text);

    return apr_pstrcat(add->pool, add->conf.text,
                       len && add->conf.text[len - 1] != '\n' ? "\n" : "",
                       len ? "" : "# Sign-in by mod_authjs. Written by authjsctl add.\n",
                       add->lines, NULL);
}

/* Between the first look and now somebody typed for a while. */
static const char *look_again(authjs_ctl_file_t *file, apr_size_t max)
{
    authjs_ctl_file_t now;
    const char *why = authjs_ctl_file_open(&now, file->pool, file->path, max, 0);

    if (!why && (now.existed != file->existed || strcmp(now.text, file->text))) {
        why = apr_pstrcat(file->pool, file->path, " was changed meanwhile; start again",
                          NULL);
    }
    return why;
}

static const char *write_files(authjs_ctl_add_t *add, const char **names)
{
    const char *text, *why = authjs_ctl_file_lock(&add->env);

    why = why ? why : look_again(&add->env, AUTHJS_DOTENV_MAX);
    if (!why && !add->prints) {
        why = look_again(&add->conf, 1024 * 1024);
    }
    why = why ? why : add_secret(add);
    why = why ? why : new_env(add, &text, names);
    if (!why && *names) {
        why = authjs_ctl_file_write(&add->env, text, 0600);
    }
    if (!why && !add->prints && *add->lines) {
        why = authjs_ctl_file_write(&add->conf, new_conf(add), 0644);
    }
    return why;
}

static void put_back(authjs_ctl_add_t *add)
{
    const char *env = authjs_ctl_file_restore(&add->env);
    const char *conf = add->prints ? NULL : authjs_ctl_file_restore(&add->conf);

    if (env || conf) {
        authjs_ctl_fail(AUTHJS_CTL_FAILED,
                        "what was written cannot be taken back: %s%s%s", env ? env : "",
                        env && conf ? "; " : "", conf ? conf : "");
    }
}

/* ---- httpd tries it ---------------------------------------------------------- */

/* A file that httpd does not read yet is tried as if it did. With --print nobody knows
 * where the lines go: each is tried as if it stood at the end. */
static int try_it(authjs_ctl_add_t *add, int *is_read)
{
    struct json_object *survey;
    const char *ignored, *directive = NULL;
    char *said = NULL;
    int refused = 0, code = AUTHJS_CTL_OK;

    *is_read = add->prints || authjs_ctl_add_is_read(add, add->survey);
    if (!*is_read) { /* a new file may be one that a pattern of Include takes */
        code = authjs_ctl_survey(add->ctl, &survey, &ignored);
        *is_read = !code && authjs_ctl_add_is_read(add, survey);
    }
    if (code) {
        return code;
    }
    if (!*is_read) {
        directive = apr_pstrcat(add->pool, "Include \"", add->conf.path, "\"", NULL);
    }
    code = authjs_ctl_configtest(add->ctl, directive, &said, &refused);
    if (!code && refused && !add->prints) {
        return authjs_ctl_fail(
            AUTHJS_CTL_USAGE, "httpd refuses it, and everything is as it was:\n%s", said);
    }
    if (!code && refused) {
        fprintf(add->out, "Without these lines, httpd says:\n%s", said);
    }
    return code;
}

/* ---- what comes next --------------------------------------------------------- */

static void say_next(const authjs_ctl_add_t *add, const char *names, int is_read)
{
    const char *available = strstr(add->conf_path, "/conf-available/");
    const char *name = available ? strrchr(add->conf_path, '/') + 1 : NULL;
    apr_size_t len = name ? strlen(name) : 0;

    if (names) {
        fprintf(add->out, "%s has %s\n", add->env.path, names);
    }
    if (add->prints) {
        fprintf(add->out, "Lines for httpd's configuration:\n");
        fflush(add->out);
        printf("%s", add->lines);
        return;
    }
    if (*add->lines) {
        fprintf(add->out, "%s has\n%s", add->conf.path, add->lines);
    }
    fprintf(add->out, "httpd takes it. Then:\n");
    if (!is_read && len > 5 && !strcmp(name + len - 5, ".conf")) {
        fprintf(add->out, "    a2enconf %.*s\n", (int)len - 5, name);
    }
    else if (!is_read) {
        fprintf(add->out, "    put into httpd's configuration: Include \"%s\"\n",
                add->conf.path);
    }
    fprintf(add->out, "    apachectl graceful\n"
                      "and where visitors are to sign in:\n"
                      "    AuthType AuthJS\n"
                      "    Require valid-user\n");
}

int authjs_ctl_add_write(authjs_ctl_add_t *add)
{
    const char *names = NULL, *why;
    int is_read = 1, code = AUTHJS_CTL_OK;

    catch_signals(on_signal);
    why = write_files(add, &names);
    if (why) {
        code = authjs_ctl_fail(AUTHJS_CTL_FAILED, "%s", why);
    }
    if (!code && !interrupted) {
        code = try_it(add, &is_read);
    }
    if (code || interrupted) {
        put_back(add);
    }
    catch_signals(SIG_DFL);
    if (interrupted) {
        raise(interrupted);
    }
    if (!code) {
        say_next(add, names, is_read);
    }
    return code;
}
