/* httpd's expressions, which read the parameters of a callback. */
#include "callbacks/expr.h"

#include "callbacks/slot.h"
#include "web/url.h"

/* ---- compiling -------------------------------------------------------------------- */

/* What %{AUTHJS:...} has in a callback. */
static const char *const parameters[] = {
    "user",       "account",  "profile",    "token", "session", "credentials",
    "email",      "trigger",  "isNewUser",  "url",   "baseUrl", "newSession",
    "identifier", "provider", "invitation", NULL};

static int is_parameter(const char *name)
{
    int i;

    for (i = 0; parameters[i] && strcmp(parameters[i], name); i++) {
    }
    return parameters[i] != NULL;
}

/* The next %{AUTHJS:name...} or AUTHJS('name...') behind *text; NULL: no more. */
static const char *next_read(apr_pool_t *pool, const char **text)
{
    const char *at = *text, *end;

    while ((at = ap_strcasestr(at, "AUTHJS")) != NULL) {
        at += sizeof("AUTHJS") - 1;
        if (*at == ':' || *at == '(') {
            at += 1 + strspn(at + 1, " '\"");
            for (end = at; authjs_is_alnum(*end) || *end == '_'; end++) {
            }
            *text = end;
            return apr_pstrmemdup(pool, at, end - at);
        }
    }
    return NULL;
}

/* Everywhere but in authorized the parameters are all there is: another name is a slip
 * that would always be empty. */
static const char *find_reads(authjs_expr_t *expr, apr_pool_t *pool, apr_pool_t *ptemp,
                              const char *callback, const char *text)
{
    apr_array_header_t *reads = apr_array_make(pool, 4, sizeof(const char *));
    const char *name;

    while ((name = next_read(pool, &text)) != NULL) {
        if (strcmp(callback, "authorized") && !is_parameter(name)) {
            return apr_psprintf(ptemp,
                                "%%{AUTHJS:%s} is nothing that the callback %s is given; "
                                "write one of user, account, profile, token, session, "
                                "credentials, email, trigger, isNewUser, url, baseUrl, "
                                "newSession, identifier, provider, invitation, as in "
                                "%%{AUTHJS:%s}",
                                name, callback,
                                !strcmp(callback, "jwt") || !strcmp(callback, "session")
                                    ? "token.sub"
                                    : "profile.email");
        }
        APR_ARRAY_PUSH(reads, const char *) = name;
    }
    APR_ARRAY_PUSH(reads, const char *) = NULL;
    expr->reads = (const char *const *)reads->elts;
    return NULL;
}

const char *authjs_expr_compile(authjs_expr_t *expr, apr_pool_t *pool, apr_pool_t *ptemp,
                                const char *callback, const char *text,
                                unsigned int flags)
{
    ap_expr_info_t *info = apr_pcalloc(pool, sizeof(*info));
    const char *why = find_reads(expr, pool, ptemp, callback, text);

    if (why) {
        return why;
    }
    info->filename = "AuthJSCallback";
    info->flags = flags | AP_EXPR_FLAG_DONT_VARY;
    info->module_index = APLOG_MODULE_INDEX;
    why = ap_expr_parse(pool, ptemp, info, text, NULL);
    expr->info = info;
    return why ? apr_psprintf(ptemp, "\"%s\" is no expression of httpd: %s", text, why)
               : NULL;
}

/* ---- running ---------------------------------------------------------------------- */

struct json_object *authjs_expr_params(authjs_request_t *request)
{
    return AUTHJS_SLOT(callbacks, request)->params;
}

/* While an expression runs, %{AUTHJS:...} reads the parameters of its callback.
 * @return what it read before. */
static struct json_object *read_from(const authjs_callback_t *call,
                                     struct json_object *params)
{
    authjs_callbacks_slot_t *slot = AUTHJS_SLOT(callbacks, authjs_request(call->r));
    struct json_object *before = slot->params;

    slot->params = params;
    return before;
}

int authjs_expr_is_true(const authjs_expr_t *expr, authjs_callback_t *call)
{
    struct json_object *before = read_from(call, call->params);
    const char *error = NULL;
    int result = ap_expr_exec(call->r, expr->info, &error);

    read_from(call, before);
    if (result < 0 || error) {
        call->error = error ? error : "the expression cannot be evaluated";
        return 0;
    }
    return result > 0;
}

const char *authjs_expr_text(const authjs_expr_t *expr, authjs_callback_t *call)
{
    struct json_object *before = read_from(call, call->params);
    const char *error = NULL;
    const char *text = ap_expr_str_exec(call->r, expr->info, &error);

    read_from(call, before);
    if (!text || error) {
        call->error = error ? error : "the expression cannot be evaluated";
        return NULL;
    }
    return text;
}
