/* authjsctl: what an administrator does with the users, sessions and secrets of
 * mod_authjs. The command line; each command is in a file of its own. */
#include "ctl.h"

#include <apr_general.h>
#include <apr_getopt.h>
#include <apr_time.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(option) (APR_UINT64_C(1) << (option))
#define FROM_HTTPD                                                                       \
    (BIT(AUTHJS_OPT_CONFIG) | BIT(AUTHJS_OPT_HTTPD) | BIT(AUTHJS_OPT_DEFINE) |           \
     BIT(AUTHJS_OPT_SITE))
#define DATABASE                                                                         \
    (FROM_HTTPD | BIT(AUTHJS_OPT_SQLITE) | BIT(AUTHJS_OPT_DRIVER) |                      \
     BIT(AUTHJS_OPT_PARAMS_FILE) | BIT(AUTHJS_OPT_SCHEMA) | BIT(AUTHJS_OPT_D1_ACCOUNT) | \
     BIT(AUTHJS_OPT_D1_DATABASE) | BIT(AUTHJS_OPT_D1_TOKEN_FILE) |                       \
     BIT(AUTHJS_OPT_D1_URL))

/* In the order of authjs_ctl_option_e: optch is its place, from 256 on. */
/* clang-format off */
#define OPTION(name, has_arg, which, text) {name, 256 + (which), has_arg, text}
/* clang-format on */
static const apr_getopt_option_t options[] = {
    OPTION("config", 1, AUTHJS_OPT_CONFIG, "FILE\thttpd's configuration file"),
    OPTION("httpd", 1, AUTHJS_OPT_HTTPD, "PROGRAM\tapachectl or httpd"),
    OPTION("define", 1, AUTHJS_OPT_DEFINE, "NAME\tas httpd -D; may be repeated"),
    OPTION("site", 1, AUTHJS_OPT_SITE,
           "NAME[:PORT]\twhich virtual host, by its ServerName"),
    OPTION("sqlite", 1, AUTHJS_OPT_SQLITE, "FILE\tan SQLite database"),
    OPTION("driver", 1, AUTHJS_OPT_DRIVER, "NAME\tas DBDriver: sqlite3, pgsql, mysql"),
    OPTION("params-file", 1, AUTHJS_OPT_PARAMS_FILE,
           "FILE\tthe words of DBDParams; else AUTHJS_DBD_PARAMS"),
    OPTION("schema", 1, AUTHJS_OPT_SCHEMA, "NAME\tas AuthJSAdapter dbd schema=NAME"),
    OPTION("d1-account", 1, AUTHJS_OPT_D1_ACCOUNT, "ID\tCloudflare D1: the account"),
    OPTION("d1-database", 1, AUTHJS_OPT_D1_DATABASE, "ID\tCloudflare D1: the database"),
    OPTION("d1-token-file", 1, AUTHJS_OPT_D1_TOKEN_FILE,
           "FILE\tits API token; else CLOUDFLARE_API_TOKEN"),
    OPTION("d1-url", 1, AUTHJS_OPT_D1_URL, "URL\tits API, where it is not Cloudflare's"),
    OPTION("json", 0, AUTHJS_OPT_JSON, "\tprint JSON"),
    OPTION("print", 0, AUTHJS_OPT_PRINT, "\tprint SQL or lines of configuration instead"),
    OPTION("file", 1, AUTHJS_OPT_FILE,
           "FILE\tinstead of stdout or stdin; the passwords of credentials"),
    OPTION("email", 1, AUTHJS_OPT_EMAIL, "TEXT\twhose address contains this"),
    OPTION("user", 1, AUTHJS_OPT_USER, "ID|EMAIL\tall sessions of this user"),
    OPTION("stdin", 0, AUTHJS_OPT_STDIN, "\tthe session whose token is on stdin"),
    OPTION("secret-file", 1, AUTHJS_OPT_SECRET_FILE,
           "FILE\tsecrets, one a line; else AUTH_SECRET"),
    OPTION("cookie-name", 1, AUTHJS_OPT_COOKIE_NAME, "NAME\tthe session cookie's name"),
    OPTION("to", 1, AUTHJS_OPT_TO, "ADDRESS\twhom the mail is for"),
    OPTION("provider", 1, AUTHJS_OPT_PROVIDER,
           "ID\twhich provider, when the site has several"),
    OPTION("name", 1, AUTHJS_OPT_NAME, "TEXT\twhom it is for, as you call them"),
    OPTION("valid", 1, AUTHJS_OPT_VALID, "TIME\tfor how long: 90s, 15m, 12h, 3d, 2w"),
    OPTION("url", 1, AUTHJS_OPT_URL,
           "ORIGIN\tthe site, as https://www.example.com, without AuthJSURL"),
    OPTION("issuer", 1, AUTHJS_OPT_ISSUER, "URL\tthe provider's, where it is yours"),
    OPTION("option", 1, AUTHJS_OPT_OPTION, "KEY=VALUE\tas AuthJSOption; may be repeated"),
    OPTION("conf", 1, AUTHJS_OPT_CONF, "FILE\twhere the lines of configuration go"),
    OPTION("env-file", 1, AUTHJS_OPT_ENV_FILE, "FILE\twhere ids and secrets go"),
    OPTION("list", 0, AUTHJS_OPT_LIST, "\tname all providers"),
    OPTION("offline", 0, AUTHJS_OPT_OFFLINE, "\task nobody over the network"),
    {"help", 'h', 0, NULL},
    {"version", 'V', 0, NULL},
    {NULL, 0, 0, NULL}};

typedef struct {
    const char *name;
    int (*run)(authjs_ctl_t *ctl);
    apr_uint64_t takes; /* BIT of each option */
    int max_args;
    const char *synopsis, *summary, *help;
} command_t;

static const command_t commands[] = {
    {"add", authjs_ctl_add,
     FROM_HTTPD | BIT(AUTHJS_OPT_URL) | BIT(AUTHJS_OPT_ISSUER) | BIT(AUTHJS_OPT_OPTION) |
         BIT(AUTHJS_OPT_CONF) | BIT(AUTHJS_OPT_ENV_FILE) | BIT(AUTHJS_OPT_FILE) |
         BIT(AUTHJS_OPT_PRINT) | BIT(AUTHJS_OPT_LIST),
     2, "add PROVIDER [DEFINITION]\n       authjsctl add --list", "switch a provider on",
     "Says what to register with the provider, asks for id and secret, writes them into\n"
     "a file of AuthJSEnvFile and the lines of configuration that are missing, and has\n"
     "httpd try them. Where stdin is no terminal it has a line each: id, secret.\n"},
    {"check", authjs_ctl_check,
     FROM_HTTPD | BIT(AUTHJS_OPT_JSON) | BIT(AUTHJS_OPT_OFFLINE), 0,
     "check [--site NAME[:PORT]] [--offline] [--json]",
     "look for what is wrong with a configuration",
     "Reaches providers, database and mail servers, compares what they say with the\n"
     "configuration, and names what is open to others, cookies that cannot come back, and\n"
     "places that are not protected. Exit status 0: no errors, 1: errors, 3: something\n"
     "could not be reached.\n"},
    {"secret", authjs_ctl_secret, BIT(AUTHJS_OPT_FILE), 0, "secret [--file FILE]",
     "make a secret for AuthJSSecret",
     "Prints a new random secret: 33 bytes in base64, as npx auth secret makes it. With\n"
     "--file it is written into a new file that only its owner can read.\n"},
    {"migrate", authjs_ctl_migrate, DATABASE | BIT(AUTHJS_OPT_PRINT), 0,
     "migrate [--print]", "create the tables and indexes that are missing",
     "Creates what is missing of the schema's tables and indexes, and leaves alone\n"
     "what is there. --print shows the SQL and changes nothing.\n"},
    {"prune", authjs_ctl_prune, DATABASE, 0, "prune",
     "delete expired sessions and verification tokens", ""},
    {"users", authjs_ctl_users, DATABASE | BIT(AUTHJS_OPT_JSON) | BIT(AUTHJS_OPT_EMAIL),
     2,
     "users [list] [--email TEXT] [--json]\n"
     "       authjsctl users show ID|EMAIL [--json]\n"
     "       authjsctl users delete ID|EMAIL",
     "list, show and delete users",
     "delete takes the user's accounts, sessions and passkeys along. A session that\n"
     "httpd has in its cache ends within AuthJSCacheTTL.\n"},
    {"sessions", authjs_ctl_sessions,
     DATABASE | BIT(AUTHJS_OPT_JSON) | BIT(AUTHJS_OPT_USER) | BIT(AUTHJS_OPT_STDIN), 2,
     "sessions [list] [--user ID|EMAIL] [--json]\n"
     "       authjsctl sessions revoke SESSION\n"
     "       authjsctl sessions revoke --stdin\n"
     "       authjsctl sessions revoke --user ID|EMAIL",
     "list and revoke the sessions of the database",
     "A session's token is as good as a password and is never shown. SESSION is what list\n"
     "calls it: the first 12 (or more) hex digits of the SHA-256 of its token. A revoked\n"
     "session that httpd has in its cache ends within AuthJSCacheTTL.\n"},
    {"token", authjs_ctl_token,
     FROM_HTTPD | BIT(AUTHJS_OPT_FILE) | BIT(AUTHJS_OPT_SECRET_FILE) |
         BIT(AUTHJS_OPT_COOKIE_NAME),
     0, "token [--file FILE] [--secret-file FILE] [--cookie-name NAME]",
     "decode the cookie of a session (JWT)",
     "Reads the cookie's value, or a whole Cookie header, from stdin or FILE and prints the\n"
     "claims as JSON, or says why it is not valid. Secrets are those of --secret-file, else\n"
     "of AUTH_SECRET, else of httpd's configuration, newest first. The name of the cookie\n"
     "belongs to the key: without --cookie-name, the configured or usual ones are tried.\n"},
    {"mail", authjs_ctl_mail, FROM_HTTPD | BIT(AUTHJS_OPT_TO) | BIT(AUTHJS_OPT_PROVIDER),
     0, "mail --to ADDRESS [--provider ID]", "send a test mail as a site sends its links",
     "Hands a mail in where the e-mail provider of httpd's configuration does, and says what\n"
     "the server answered. Nobody can sign in with that mail.\n"},
    {"invite", authjs_ctl_invite,
     DATABASE | BIT(AUTHJS_OPT_JSON) | BIT(AUTHJS_OPT_PROVIDER) | BIT(AUTHJS_OPT_NAME) |
         BIT(AUTHJS_OPT_VALID) | BIT(AUTHJS_OPT_URL),
     2,
     "invite [--name TEXT] [--valid TIME]\n"
     "       authjsctl invite list [--json]\n"
     "       authjsctl invite revoke INVITATION",
     "invite somebody to make an account with a passkey",
     "Prints a link to the site's sign-in page, which is good for one account, within three\n"
     "days or --valid: for a passkey provider with AuthJSOption signUp=invitation. Whoever\n"
     "has the link can use it. INVITATION is what list calls one that is still open.\n"},
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const command_t *find_command(const char *name)
{
    size_t i;

    for (i = 0; i < COMMAND_COUNT; i++) {
        if (name && !strcmp(commands[i].name, name)) {
            return &commands[i];
        }
    }
    return NULL;
}

/* --name VALUE   what it is; both in the description, with a tab between. */
static void print_option(const apr_getopt_option_t *option)
{
    int len = (int)strcspn(option->description, "\t");
    int width = printf("  --%s %.*s", option->name, len, option->description);

    printf("%*s %s\n", width < 24 ? 24 - width : 0, "", option->description + len + 1);
}

/* The word behind the command's name, in each line of its synopsis: show, [list],
 * PROVIDER; no options. */
static void print_words(const command_t *command)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    const char *at = command->synopsis, *last = "";
    size_t name_len = strlen(command->name), len;

    while ((at = strstr(at, command->name))) {
        at += name_len;
        at += strspn(at, " [");
        len = strspn(at, letters);
        len = len ? len : strncmp(at, "PROVIDER", 8) ? 0 : 8;
        if (strncmp(at, last, len)) {
            printf("%.*s ", (int)len, at);
        }
        last = at;
    }
    putchar(' '); /* the shell takes two tabs for one */
}

/* For bash completion: a line for each command, with tabs between its name, its words and
 * its options. */
static int print_table(void)
{
    size_t i, j;

    for (i = 0; i < COMMAND_COUNT; i++) {
        printf("%s\t", commands[i].name);
        print_words(&commands[i]);
        putchar('\t');
        for (j = 0; options[j].name; j++) {
            const char *text = options[j].description;

            if (text && commands[i].takes & BIT(options[j].optch - 256)) {
                printf("--%s%s%.*s ", options[j].name, options[j].has_arg ? "=" : "",
                       (int)strcspn(text, "\t"), text);
            }
        }
        putchar('\n');
    }
    return AUTHJS_CTL_OK;
}

static int print_help(const command_t *command)
{
    size_t i;

    if (!command) {
        printf("Usage: authjsctl COMMAND [options]\n\n");
        for (i = 0; i < COMMAND_COUNT; i++) {
            printf("  %-9s %s\n", commands[i].name, commands[i].summary);
        }
        printf(
            "\nauthjsctl COMMAND --help says more. authjsctl --version.\n\n"
            "The database is that of httpd's configuration, unless --sqlite, --driver\n"
            "or --d1-database names another.\n\n"
            "Exit status: 0 done, 1 failed, not valid or not found, 2 wrong usage or\n"
            "configuration, 3 database, mail server or provider cannot be reached.\n");
        return AUTHJS_CTL_OK;
    }
    printf("Usage: authjsctl %s\n\n%s: %s.\n%s\n", command->synopsis, command->name,
           command->summary, command->help);
    for (i = 0; options[i].name; i++) {
        if (options[i].description && command->takes & BIT(options[i].optch - 256)) {
            print_option(&options[i]);
        }
    }
    return AUTHJS_CTL_OK;
}

static int read_options(authjs_ctl_t *ctl, int argc, const char *const *argv)
{
    apr_getopt_t *os;
    const char *arg;
    apr_status_t rv;
    int ch;

    apr_getopt_init(&os, ctl->pool, argc, argv);
    os->interleave = 1;
    while ((rv = apr_getopt_long(os, options, &ch, &arg)) == APR_SUCCESS) {
        int which = ch == 'h'   ? AUTHJS_OPT_HELP
                    : ch == 'V' ? AUTHJS_OPT_VERSION
                                : ch - 256;

        ctl->value[which] = arg ? arg : "";
        if (which == AUTHJS_OPT_DEFINE || which == AUTHJS_OPT_OPTION) {
            APR_ARRAY_PUSH(which == AUTHJS_OPT_DEFINE ? ctl->defines : ctl->options,
                           const char *) = arg;
        }
    }
    ctl->args = os->argv + os->ind;
    ctl->nargs = argc - os->ind;
    return rv == APR_EOF ? AUTHJS_CTL_OK : AUTHJS_CTL_USAGE;
}

/* Whether every option that was given is one of the command's. */
static int takes_options(const authjs_ctl_t *ctl, const command_t *command)
{
    size_t i;

    for (i = 0; options[i].name; i++) {
        if (options[i].optch >= 256 && ctl->value[options[i].optch - 256] &&
            !(command->takes & BIT(options[i].optch - 256))) {
            authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s takes no --%s; see authjsctl %s --help",
                            command->name, options[i].name, command->name);
            return 0;
        }
    }
    return 1;
}

static int run_command(authjs_ctl_t *ctl)
{
    const char *name = ctl->nargs ? ctl->args[0] : NULL;
    const command_t *command = find_command(name);

    if (ctl->value[AUTHJS_OPT_VERSION]) {
        printf("authjsctl %s\n", AUTHJS_VERSION);
        return AUTHJS_CTL_OK;
    }
    if (name && !strcmp(name, "complete") && ctl->nargs == 1) {
        return print_table();
    }
    if (name && !command && strcmp(name, "help")) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "there is no command %s; see authjsctl --help",
                               authjs_ctl_text(ctl->pool, name));
    }
    if (!command || ctl->value[AUTHJS_OPT_HELP]) {
        print_help(command ? command
                           : find_command(ctl->nargs > 1 ? ctl->args[1] : NULL));
        return name || ctl->value[AUTHJS_OPT_HELP] ? AUTHJS_CTL_OK : AUTHJS_CTL_USAGE;
    }
    ctl->args++;
    ctl->nargs--;
    if (!takes_options(ctl, command)) {
        return AUTHJS_CTL_USAGE;
    }
    if (ctl->nargs > command->max_args) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "too many words for %s; see authjsctl %s --help",
                               command->name, command->name);
    }
    return command->run(ctl);
}

int main(int argc, const char *const *argv, const char *const *env)
{
    authjs_ctl_t ctl = {0};
    int code;

    if (apr_app_initialize(&argc, &argv, &env) != APR_SUCCESS) {
        return authjs_ctl_fail(AUTHJS_CTL_FAILED, "APR cannot be started");
    }
    atexit(apr_terminate);
    apr_pool_create(&ctl.pool, NULL);
    ctl.now = apr_time_sec(apr_time_now());
    ctl.defines = apr_array_make(ctl.pool, 2, sizeof(const char *));
    ctl.options = apr_array_make(ctl.pool, 2, sizeof(const char *));
    code = read_options(&ctl, argc, argv);
    if (code == AUTHJS_CTL_OK) {
        code = run_command(&ctl);
    }
    if (fflush(stdout) || ferror(stdout)) {
        code = authjs_ctl_fail(AUTHJS_CTL_FAILED, "the output cannot be written");
    }
    return code;
}
