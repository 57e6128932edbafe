/* The runner "expr": AuthJSCallback signIn, redirect and authorized; and what AuthJSToken
 * and AuthJSSessionField add up to. */
#include "callbacks/expr.h"
#include "callbacks/runners.h"
#include "core/json.h"
#include "web/url.h"

/* ---- signIn, authorized: yes or no ------------------------------------------------ */

typedef struct {
    void (*run)(void *instance, authjs_callback_t *call);
    authjs_expr_t expr;
    const char *url;             /* where to go when refused; NULL: refused */
    apr_array_header_t *members; /* authjs_expr_member_t * */
} instance_t;

static void answer(authjs_callback_t *call, struct json_object *value)
{
    call->value = authjs_json_own(call->pool, value);
    call->answer = AUTHJS_ANSWER_VALUE;
}

static void run_decision(void *data, authjs_callback_t *call)
{
    const instance_t *instance = data;
    int granted;

    call->answer = AUTHJS_ANSWER_ERROR;
    granted = authjs_expr_is_true(&instance->expr, call);
    if (call->error) {
        return;
    }
    answer(call, !granted && instance->url ? json_object_new_string(instance->url)
                                           : json_object_new_boolean(granted));
}

static const char *check_url(apr_pool_t *ptemp, const char *url)
{
    authjs_url_t parsed;
    const char *why = *url == '/' ? NULL : authjs_url_parse(&parsed, ptemp, url);

    return why ? apr_psprintf(ptemp,
                              "\"%s\" is no place to go to: %s; write a URL or a path "
                              "that begins with /; an expression with blanks in it "
                              "stands in quotes",
                              url, why)
               : NULL;
}

static const char *create_decision(instance_t *instance, apr_pool_t *pconf,
                                   apr_pool_t *ptemp, const char *callback, int argc,
                                   const char *const *words, int htaccess)
{
    const char *why;

    instance->run = run_decision;
    if (argc > 2) {
        return "takes an expression and a URL; an expression with blanks in it stands in "
               "quotes: \"expr=...\"";
    }
    instance->url = argc == 2 ? apr_pstrdup(pconf, words[1]) : NULL;
    why = argc == 2 ? check_url(ptemp, words[1]) : NULL;
    return why ? why
               : authjs_expr_compile(&instance->expr, pconf, ptemp, callback,
                                     words[0] + sizeof(AUTHJS_EXPR_PREFIX) - 1,
                                     htaccess ? AP_EXPR_FLAG_RESTRICTED : 0);
}

/* ---- redirect, normalizeIdentifier, generateVerificationToken: a text -------------- */

/* Nothing is no answer; of redirect a path is one below our own origin. */
static void run_text(void *data, authjs_callback_t *call)
{
    const instance_t *instance = data;
    const char *text, *base = authjs_json_get_string(call->params, "baseUrl");

    call->answer = AUTHJS_ANSWER_ERROR;
    text = authjs_expr_text(&instance->expr, call);
    if (!text) {
        return;
    }
    if (!*text) {
        call->answer = AUTHJS_ANSWER_DECLINED;
        return;
    }
    if (*text == '/' && base) {
        text = apr_pstrcat(call->pool, base, text, NULL);
    }
    answer(call, json_object_new_string(text));
}

static const char *create_text(instance_t *instance, apr_pool_t *pconf, apr_pool_t *ptemp,
                               const char *callback, int argc, const char *const *words)
{
    instance->run = run_text;
    if (argc > 1) {
        return strcmp(callback, "redirect")
                   ? "takes one expression, which gives a text; with blanks in it it "
                     "stands in quotes: \"expr=...\""
                   : "takes one expression, which gives a URL; with blanks in it it "
                     "stands in quotes: \"expr=...\"";
    }
    return authjs_expr_compile(&instance->expr, pconf, ptemp, callback,
                               words[0] + sizeof(AUTHJS_EXPR_PREFIX) - 1,
                               AP_EXPR_FLAG_STRING_RESULT);
}

/* Without randomness everybody could guess it. */
static const char *create_token(instance_t *instance, apr_pool_t *pconf,
                                apr_pool_t *ptemp, const char *callback, int argc,
                                const char *const *words)
{
    const char *why = create_text(instance, pconf, ptemp, callback, argc, words);
    const char *const *read = instance->expr.reads;

    if (why) {
        return why;
    }
    while (*read && strcmp(*read, "token")) {
        read++;
    }
    return *read
               ? NULL
               : "an expression without %{AUTHJS:token}, the random part, makes tokens that "
                 "can be guessed";
}

/* ---- jwt, session: members -------------------------------------------------------- */

static void run_members(void *data, authjs_callback_t *call)
{
    const instance_t *instance = data;

    authjs_expr_members_run(instance->members, call);
}

/* The words are "expr" and, for each line, name and value: "!name" has an empty one. */
static const char *create_members(instance_t *instance, apr_pool_t *pconf,
                                  apr_pool_t *ptemp, const char *callback, int argc,
                                  const char *const *words)
{
    authjs_expr_member_t *member;
    const char *why = NULL;
    int i;

    instance->run = run_members;
    instance->members =
        apr_array_make(pconf, argc / 2 + 1, sizeof(authjs_expr_member_t *));
    if (argc < 3 || argc % 2 == 0) {
        return apr_psprintf(
            ptemp, "the callback %s builds an object; write: %s name \"%%{AUTHJS:...}\"",
            callback, strcmp(callback, "jwt") ? "AuthJSSessionField" : "AuthJSToken");
    }
    for (i = 1; !why && i < argc; i += 2) {
        why = authjs_expr_member_read(&member, pconf, ptemp, callback, words[i],
                                      words[i + 1]);
        APR_ARRAY_PUSH(instance->members, authjs_expr_member_t *) = member;
    }
    return why;
}

/* ---- the runner ------------------------------------------------------------------- */

static int is(const char *callback, const char *name)
{
    return !strcmp(callback, name);
}

static const char *create_expr(void **made, apr_pool_t *pconf, apr_pool_t *ptemp,
                               server_rec *s, const char *name, int argc,
                               const char *const *words, int htaccess)
{
    instance_t *instance = apr_pcalloc(pconf, sizeof(*instance));

    (void)s;
    *made = instance;
    if (is(name, "jwt") || is(name, "session")) {
        return create_members(instance, pconf, ptemp, name, argc, words);
    }
    if (strncmp(words[0], AUTHJS_EXPR_PREFIX, sizeof(AUTHJS_EXPR_PREFIX) - 1)) {
        return "write: \"expr=EXPRESSION\"";
    }
    if (is(name, "signIn") || is(name, "authorized")) {
        return create_decision(instance, pconf, ptemp, name, argc, words, htaccess);
    }
    if (is(name, "redirect") || is(name, "normalizeIdentifier")) {
        return create_text(instance, pconf, ptemp, name, argc, words);
    }
    if (is(name, "generateVerificationToken")) {
        return create_token(instance, pconf, ptemp, name, argc, words);
    }
    return "an expression takes no events; write log:FILE, lua:FILE or an https:// URL";
}

static void run_expr(void *instance, authjs_callback_t *call)
{
    ((const instance_t *)instance)->run(instance, call);
}

static int is_noop(const void *instance)
{
    return authjs_expr_members_noop(((const instance_t *)instance)->members);
}

static const apr_array_header_t *simple_fields(const void *instance, apr_pool_t *pool)
{
    return authjs_expr_members_fields(((const instance_t *)instance)->members, pool);
}

const authjs_own_runner_t authjs_runner_expr = {
    {create_expr, NULL, run_expr}, is_noop, simple_fields, NULL};
