#include "adapters/d1.h"

#include "web/url.h"

#include "apr_cstr.h"

#define API "https://api.cloudflare.com/client/v4"

/* The words, by name. */
typedef struct {
    const char *account, *database, *token, *schema, *api;
} words_t;

static const char **word(words_t *words, const char *name, apr_size_t len)
{
    const struct {
        const char *name;
        const char **value;
    } all[] = {
        {"account", &words->account}, {"database", &words->database},
        {"token", &words->token},     {"schema", &words->schema},
        {"api", &words->api},
    };
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (strlen(all[i].name) == len && !apr_cstr_casecmpn(all[i].name, name, len)) {
            return all[i].value;
        }
    }
    return NULL;
}

/* What was written may be a token without its name: no message repeats it. */
static const char *read_d1_words(words_t *words, apr_pool_t *pool, int argc,
                                 const char *const *argv)
{
    int i;

    for (i = 0; i < argc; i++) {
        const char *equals = strchr(argv[i], '=');
        const char **value =
            equals ? word(words, argv[i], (apr_size_t)(equals - argv[i])) : NULL;

        if (!value) {
            return apr_psprintf(pool,
                                "word %d behind d1 is not one of account=, database=, "
                                "token=, schema= and api=",
                                i + 1);
        }
        if (*value) {
            return apr_psprintf(pool, "%.*s is there twice", (int)(equals - argv[i] + 1),
                                argv[i]);
        }
        *value = equals + 1;
    }
    return NULL;
}

static int is_account(const char *text)
{
    apr_size_t len = strlen(text), i;

    for (i = 0; i < len; i++) {
        if (!authjs_is_alnum(text[i]) && text[i] != '-' && text[i] != '_') {
            return 0;
        }
    }
    return len > 0 && len <= 64;
}

static const char *check_ids(const words_t *words)
{
    if (!words->account || !is_account(words->account)) {
        return "d1 needs account=ID, the Cloudflare account's id (32 letters and digits; "
               "wrangler whoami shows it)";
    }
    if (!words->database || !authjs_is_uuid(words->database)) {
        return "d1 needs database=UUID, the id of the database, not its name (wrangler d1 "
               "info NAME shows it)";
    }
    if (!words->token) {
        return "d1 needs token=env:NAME, token=file:PATH or token=exec:PROGRAM, an API "
               "token of Cloudflare with the permission D1 Edit";
    }
    return NULL;
}

/* It becomes a header. */
static const char *check_token(const char *token)
{
    const char *c;

    for (c = token; *c; c++) {
        if (*c < ' ' || *c > '~') {
            return "token: it holds bytes that no API token has";
        }
    }
    return NULL;
}

static const char *find_url(authjs_d1_t *d1, apr_pool_t *pool, const words_t *words)
{
    const char *api = words->api ? words->api : API, *why;
    apr_size_t len = strlen(api);
    authjs_url_t url;

    why = authjs_url_parse(&url, pool, api);
    if (why || url.query || url.has_fragment) {
        return apr_pstrcat(pool, "api: ", why ? why : "it has a query or a fragment",
                           "; write a URL such as " API, NULL);
    }
    d1->allow_http = !strcmp(url.scheme, "http");
    if (d1->allow_http && !authjs_url_is_loopback(url.host)) {
        return "api: the token would travel unencrypted; http is for this machine alone "
               "(127.0.0.1, localhost): write https";
    }
    while (len && api[len - 1] == '/') {
        len--;
    }
    d1->url = apr_psprintf(pool, "%.*s/accounts/%s/d1/database/%s/raw", (int)len, api,
                           words->account, words->database);
    return NULL;
}

static const char *find_schema(authjs_d1_t *d1, apr_pool_t *pool, const words_t *words)
{
    d1->sql.dialect = AUTHJS_SQLITE;
    d1->sql.question_marks = 1;
    d1->sql.schema =
        authjs_sql_schema(AUTHJS_SQLITE, words->schema ? words->schema : "d1");
    return d1->sql.schema
               ? NULL
               : apr_pstrcat(pool, "there is no such schema on D1; write one of ",
                             authjs_sql_schema_names(pool, AUTHJS_SQLITE),
                             " behind schema=", NULL);
}

const char *authjs_d1_open(authjs_d1_t **d1, apr_pool_t *pool, int argc,
                           const char *const *argv, authjs_d1_resolve_fn *resolve)
{
    authjs_d1_t *made = apr_pcalloc(pool, sizeof(*made));
    words_t words = {0};
    const char *token, *why;

    if ((why = read_d1_words(&words, pool, argc, argv)) || (why = check_ids(&words)) ||
        (why = find_url(made, pool, &words)) || (why = find_schema(made, pool, &words))) {
        return why;
    }
    why = resolve(&token, pool, words.token);
    if (why) {
        return apr_pstrcat(pool, "token: ", why, NULL);
    }
    if ((why = check_token(token))) {
        return why;
    }
    made->headers[0] = apr_pstrcat(pool, "Authorization: Bearer ", token, NULL);
    made->headers[1] = "Content-Type: application/json";
    made->headers[2] = "Accept: application/json";
    made->identity =
        apr_pstrcat(pool, made->url, " ", words.schema ? words.schema : "d1", NULL);
    *d1 = made;
    return NULL;
}
