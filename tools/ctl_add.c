/* authjsctl add: switch a provider on, as npx auth add does for a Next.js application. */
#include "ctl_add.h"
#include "ctl_ask.h"

#include "web/url.h"

#include <string.h>

#define ID_MAX 64

/* ---- which provider ---------------------------------------------------------- */

static int list_ids(void)
{
    const char *id;
    int i;

    for (i = 0; (id = authjs_ctl_catalogue_id(i)); i++) {
        puts(id);
    }
    return AUTHJS_CTL_OK;
}

static int is_id(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return len && !text[len] && len <= ID_MAX;
}

static int find_provider(authjs_ctl_add_t *add)
{
    authjs_ctl_t *ctl = add->ctl;
    const char *id = ctl->args[0], *other = ctl->nargs > 1 ? ctl->args[1] : NULL;

    if (!authjs_ctl_needs(&add->needs, add->pool,
                          authjs_json_get_object(add->survey, "definitions"), id,
                          other)) {
        return authjs_ctl_fail(
            AUTHJS_CTL_USAGE,
            "there is no provider %s; authjsctl add --list names them. An OpenID "
            "Provider of your own: authjsctl add %s oidc --issuer URL",
            other ? other : id, id);
    }
    if (add->needs.otherwise) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s", add->needs.otherwise);
    }
    return AUTHJS_CTL_OK;
}

/* ---- what is typed ----------------------------------------------------------- */

/* Into the file of variables, unless it is there. usual NULL: it has to be written. */
static int ask_variable(authjs_ctl_add_t *add, const char *suffix, const char *question,
                        const char *usual, int hidden)
{
    const char *name = authjs_ctl_variable(add->pool, add->needs.id, suffix);
    const char *answer = NULL;
    int code = AUTHJS_CTL_OK;

    if (authjs_ctl_add_has(add, name)) {
        return code;
    }
    code = authjs_ctl_ask(add->ctl, &answer, question, usual, hidden);
    if (!code && *answer) {
        apr_table_set(add->variables, name, answer);
    }
    return code;
}

static int check_url(authjs_ctl_add_t *add, const char *what, const char *text)
{
    authjs_url_t url;
    const char *why = authjs_url_parse(&url, add->pool, text);

    if (!why && (url.query || url.has_fragment || strstr(text, "/.well-known/"))) {
        why = "write it as the provider's documents have it, without /.well-known/, "
              "query and fragment";
    }
    return why ? authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s: %s", what, why) : AUTHJS_CTL_OK;
}

/* --issuer, else a question; that of all tenants where there is one and nobody is asked.
 */
static int find_issuer(authjs_ctl_add_t *add)
{
    const char *name = authjs_ctl_variable(add->pool, add->needs.id, "ISSUER");
    const char *written = add->ctl->value[AUTHJS_OPT_ISSUER];
    const char *usual = add->needs.usual_issuer;
    int code = AUTHJS_CTL_OK;

    if ((!written && !add->needs.issuer && !usual) || authjs_ctl_add_has(add, name)) {
        return code;
    }
    if (!written && !authjs_ctl_is_asked()) {
        return usual ? code
                     : authjs_ctl_fail(AUTHJS_CTL_USAGE,
                                       "%s is yours: write --issuer URL, as the document "
                                       "below its /.well-known/ has it",
                                       add->needs.id);
    }
    if (!written) {
        code = authjs_ctl_ask(add->ctl, &written, "Issuer", usual, 0);
    }
    if (!code) {
        code = check_url(add, "the issuer", written);
    }
    if (!code && (!usual || strcmp(usual, written))) {
        apr_table_set(add->variables, name, written);
    }
    return code;
}

/* What may stand between double quotes in httpd's configuration, as it is. */
static int is_quotable(const char *text)
{
    return authjs_is_line(text, 1024) && !strpbrk(text, "\"\\$");
}

static int set_option(authjs_ctl_add_t *add, const char *key, const char *value)
{
    static const char *const schemes[] = {"file:", "env:", "exec:"};
    size_t i;

    if (!is_quotable(value)) {
        return authjs_ctl_fail(
            AUTHJS_CTL_USAGE,
            "the option %s: write AuthJSOption by hand; here its value "
            "is one line without \", \\ and $",
            key);
    }
    for (i = 0; i < 3 && strncmp(value, schemes[i], strlen(schemes[i])); i++) {
    }
    if ((!strcmp(key, "privateKey") || !strcmp(key, "apiKey")) && i == 3) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "the option %s is a secret: write file: and the path of a "
                               "file that has it",
                               key);
    }
    apr_table_set(add->options, key, value);
    return AUTHJS_CTL_OK;
}

static int read_options(authjs_ctl_add_t *add)
{
    int i, code = AUTHJS_CTL_OK;

    for (i = 0; !code && i < add->ctl->options->nelts; i++) {
        const char *word = APR_ARRAY_IDX(add->ctl->options, i, const char *);
        const char *equals = strchr(word, '=');
        const char *key =
            equals ? apr_pstrmemdup(add->pool, word, (apr_size_t)(equals - word)) : "";

        code = *key && !key[strspn(key, "abcdefghijklmnopqrstuvwxyz"
                                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")]
                   ? set_option(add, key, equals + 1)
                   : authjs_ctl_fail(AUTHJS_CTL_USAGE, "--option is key=value");
    }
    return code;
}

static int ask_options(authjs_ctl_add_t *add, const apr_array_header_t *keys)
{
    int i, code = AUTHJS_CTL_OK;

    for (i = 0; !code && i < keys->nelts; i++) {
        const char *key = APR_ARRAY_IDX(keys, i, const char *), *value, *question = key;

        if (apr_table_get(add->options, key)) {
            continue;
        }
        if (!authjs_ctl_is_asked()) {
            return authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s needs --option %s=%s",
                                   add->needs.id, key,
                                   strcmp(key, "privateKey") ? "..." : "file:PATH");
        }
        if (!strcmp(key, "privateKey")) {
            question = "privateKey (file: and the path)";
        }
        code = authjs_ctl_ask(add->ctl, &value, question, NULL, 0);
        code = code ? code : set_option(add, key, value);
    }
    return code;
}

/* A secret that is made of a key needs none typed. */
static int ask_client(authjs_ctl_add_t *add)
{
    const authjs_ctl_needs_t *needs = &add->needs;
    const char *secret = authjs_ctl_variable(add->pool, needs->id, "SECRET");
    int has_key = apr_table_get(add->options, "privateKey") != NULL;
    int code = ask_variable(add, "ID", "Client id", NULL, 0);

    if (!code && !needs->no_secret && !has_key) {
        code = ask_variable(add, "SECRET",
                            needs->makes_secret
                                ? "Client secret (empty: made of a private key)"
                                : "Client secret",
                            needs->makes_secret ? "" : NULL, 1);
    }
    if (!code && needs->makes_secret && !apr_table_get(add->variables, secret) &&
        !authjs_ctl_add_has(add, secret)) {
        code = ask_options(add, needs->key_options);
    }
    return code ? code : find_issuer(add);
}

static int ask_mail(authjs_ctl_add_t *add)
{
    const authjs_ctl_needs_t *needs = &add->needs;
    int code = AUTHJS_CTL_OK;

    if (needs->mail_server) {
        code = ask_variable(add, "SERVER",
                            needs->key ? "Address of the service (not shown)"
                                       : "Mail server, "
                                         "smtp://user:password@host:587 (not shown)",
                            NULL, 1);
    }
    return code ? code : ask_variable(add, "FROM", "Sender, as Name <address>", NULL, 0);
}

/* httpd knows the variable of a mail service by itself, of others it has to be told. */
static int ask_key(authjs_ctl_add_t *add)
{
    int code;

    if (!add->needs.key || apr_table_get(add->options, "apiKey")) {
        return AUTHJS_CTL_OK;
    }
    code = ask_variable(add, "KEY", "API key", NULL, 1);
    if (!code && add->needs.client) {
        code = set_option(
            add, "apiKey",
            apr_pstrcat(add->pool, "env:",
                        authjs_ctl_variable(add->pool, add->needs.id, "KEY"), NULL));
    }
    return code;
}

static int ask_password_file(authjs_ctl_add_t *add)
{
    const char *path = add->ctl->value[AUTHJS_OPT_FILE];
    int code = AUTHJS_CTL_OK;

    if (!path) {
        code = authjs_ctl_ask(add->ctl, &path, "File with names and passwords (htpasswd)",
                              NULL, 0);
    }
    if (!code && (*path != '/' || !is_quotable(path))) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "the password file is a path from /");
    }
    add->password_file = path;
    return code;
}

static int ask(authjs_ctl_add_t *add)
{
    const authjs_ctl_needs_t *needs = &add->needs;
    int code = read_options(add);

    if (!code && needs->client) {
        code = ask_client(add);
    }
    if (!code && needs->mail_from) {
        code = ask_mail(add);
    }
    if (!code) {
        code = ask_key(add);
    }
    if (!code && needs->password_file && !add->is_written) {
        code = ask_password_file(add);
    }
    return code ? code : ask_options(add, needs->options);
}

/* ---- the command ------------------------------------------------------------- */

static void say_where(const authjs_ctl_add_t *add)
{
    fprintf(add->out, "%s%s%s%s\n", add->needs.name,
            strcmp(add->needs.name, add->needs.id) ? " (" : "",
            strcmp(add->needs.name, add->needs.id) ? add->needs.id : "",
            strcmp(add->needs.name, add->needs.id) ? ")" : "");
    if (add->needs.client) {
        fprintf(add->out,
                "Register an application %s%s. Its callback URL (redirect URI) is\n"
                "    %s/callback/%s\n",
                add->needs.register_at ? "at " : "there",
                add->needs.register_at ? add->needs.register_at : "", add->base_url,
                add->needs.id);
        if (add->needs.page) {
            fprintf(add->out, "What to mind is in docs/%s of the manual.\n",
                    add->needs.page);
        }
    }
    if (add->why_print) {
        fprintf(add->out, "%s\n", add->why_print);
    }
    fflush(add->out);
}

static int check_usage(const authjs_ctl_t *ctl)
{
    int i;

    if (!ctl->nargs) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "which provider? authjsctl add --list names them");
    }
    for (i = 0; i < ctl->nargs; i++) {
        if (!is_id(ctl->args[i])) {
            return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                                   "%s is no id: that has a-z, 0-9 and -",
                                   authjs_ctl_text(ctl->pool, ctl->args[i]));
        }
    }
    return AUTHJS_CTL_OK;
}

int authjs_ctl_add(authjs_ctl_t *ctl)
{
    authjs_ctl_add_t add = {.ctl = ctl, .pool = ctl->pool};
    const char *said;
    int code;

    if (ctl->value[AUTHJS_OPT_LIST]) {
        return list_ids();
    }
    ctl->asks_httpd = 1;
    code = check_usage(ctl);
    if (!code) {
        code = authjs_ctl_survey(ctl, &add.survey, &said);
    }
    if (!code) {
        code = find_provider(&add);
    }
    add.variables = apr_table_make(ctl->pool, 4);
    add.options = apr_table_make(ctl->pool, 4);
    add.lines = "";
    if (!code) {
        code = authjs_ctl_add_place(&add);
    }
    if (code) {
        return code;
    }
    if (add.is_complete) {
        fprintf(add.out, "%s is there already; nothing was changed\n", add.needs.id);
        return AUTHJS_CTL_OK;
    }
    say_where(&add);
    code = ask(&add);
    if (!code) {
        code = authjs_ctl_add_lines(&add);
    }
    return code ? code : authjs_ctl_add_write(&add);
}
