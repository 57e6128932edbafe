/* AuthJSToken and AuthJSSessionField: members of the token and of the session. */
#include "callbacks/expr.h"

#include "callbacks/runners.h"
#include "core/core.h"
#include "core/jsonpath.h"
#include "jose/refresh_claims.h"

/* A line is one of these. */
typedef enum {
    REMOVED, /* !name */
    COPIED,  /* "%{AUTHJS:path}": the value as it is */
    BOOLEAN, /* "expr=..." */
    TEXT     /* any other expression */
} kind_e;

struct authjs_expr_member_t {
    const char *const *names; /* the parts of the member's path; ended by NULL */
    kind_e kind;
    const char *source; /* COPIED: path */
    const char *fixed;  /* TEXT that is the same whatever is asked; else NULL */
    authjs_expr_t expr; /* not of REMOVED */
};

/* ---- reading ---------------------------------------------------------------------- */

#define MAX_PARTS 8

/* The parameter that the callback builds. */
static const char *own_name(const char *callback)
{
    return strcmp(callback, "jwt") ? "session" : "token";
}

/* What Auth.js's encode() sets in every token. */
static int is_own(const char *callback, const char *name)
{
    return !strcmp(callback, "jwt") &&
           (!strcmp(name, "iat") || !strcmp(name, "exp") || !strcmp(name, "jti"));
}

static int usable_name(const char *name)
{
    const char *c;

    for (c = name; *c > ' ' && *c < 0x7f && !ap_strchr_c("%{}=\"\\", *c); c++) {
    }
    return c != name && !*c;
}

static const char *read_name(authjs_expr_member_t *member, apr_pool_t *pool,
                             apr_pool_t *ptemp, const char *callback, const char *name)
{
    apr_array_header_t *parts = apr_array_make(pool, 4, sizeof(const char *));
    const char *rest = name;
    int usable = usable_name(name);

    while (usable && rest) {
        const char *part = rest + strcspn(rest, ".");

        usable = part != rest && parts->nelts < MAX_PARTS;
        APR_ARRAY_PUSH(parts, const char *) = apr_pstrmemdup(pool, rest, part - rest);
        rest = *part ? part + 1 : NULL;
    }
    if (!usable) {
        return apr_psprintf(ptemp,
                            "\"%s\" is no name of a member; write a name, or a path such "
                            "as address.city",
                            name);
    }
    if (is_own(callback, name)) {
        return apr_psprintf(ptemp,
                            "%s is a claim that mod_authjs sets itself; take another "
                            "name",
                            name);
    }
    APR_ARRAY_PUSH(parts, const char *) = NULL;
    member->names = (const char *const *)parts->elts;
    return NULL;
}

/* The path of "%{AUTHJS:path}" when that is all there is, else NULL. */
static const char *plain_path(apr_pool_t *pool, const char *value)
{
    static const char head[] = "%{AUTHJS:";
    apr_size_t len;

    if (ap_cstr_casecmpn(value, head, sizeof(head) - 1)) {
        return NULL;
    }
    value += sizeof(head) - 1;
    len = strcspn(value, "{}%");
    return len && value[len] == '}' && !value[len + 1] ? apr_pstrmemdup(pool, value, len)
                                                       : NULL;
}

/* The refresh token stays where AuthJSRefresh keeps it. */
static const char *check_source(const authjs_expr_member_t *member, const char *callback,
                                const char *name)
{
    return member->source && authjs_refresh_claims_is_secret(member->source) &&
                   (strcmp(callback, "jwt") || strcmp(name, "refresh_token"))
               ? "reads a refresh token, which must stay in httpd; AuthJSRefresh On keeps "
                 "and uses it"
               : NULL;
}

/* Printable ASCII without what means something to an expression or to JSON. */
static int is_fixed(const char *text)
{
    const char *c;

    for (c = text; *c >= ' ' && *c < 0x7f && !ap_strchr_c("%$\\\"'", *c); c++) {
    }
    return !*c;
}

const char *authjs_expr_member_read(authjs_expr_member_t **made, apr_pool_t *pool,
                                    apr_pool_t *ptemp, const char *callback,
                                    const char *name, const char *value)
{
    authjs_expr_member_t *member = apr_pcalloc(pool, sizeof(*member));
    const char *why;
    unsigned int flags = AP_EXPR_FLAG_STRING_RESULT;

    *made = member;
    if (*name == '!') {
        member->kind = REMOVED;
        return value && *value ? "takes !name alone: the member is taken away"
                               : read_name(member, pool, ptemp, callback, name + 1);
    }
    why = read_name(member, pool, ptemp, callback, name);
    if (!why && !value) {
        why = "takes a name and an expression, or !name";
    }
    if (why) {
        return why;
    }
    member->source = plain_path(pool, value);
    why = check_source(member, callback, name);
    if (why) {
        return why;
    }
    if (member->source && !strcmp(member->source, own_name(callback))) {
        return apr_psprintf(
            ptemp,
            "a %s cannot hold itself; write the member that is to be copied, as in "
            "%%{AUTHJS:%s.name}",
            member->source, member->source);
    }
    member->kind = member->source ? COPIED : TEXT;
    if (!strncmp(value, AUTHJS_EXPR_PREFIX, sizeof(AUTHJS_EXPR_PREFIX) - 1)) {
        member->kind = BOOLEAN;
        value += sizeof(AUTHJS_EXPR_PREFIX) - 1;
        flags = 0;
    }
    if (member->kind == TEXT && is_fixed(value)) {
        member->fixed = apr_pstrdup(pool, value);
    }
    return authjs_expr_compile(&member->expr, pool, ptemp, callback, value, flags);
}

/* ---- running ---------------------------------------------------------------------- */

/* The moment has all that the line reads: profile is there at sign-in alone, and what was
 * made of it then has to stay. */
static int applies(const authjs_expr_member_t *member, struct json_object *params)
{
    const char *const *name = member->expr.reads;

    for (; name && *name; name++) {
        if (!json_object_object_get_ex(params, *name, NULL)) {
            return 0;
        }
    }
    return 1;
}

/* @return 1: *value, which the caller holds; 0: none, or call->error. */
static int evaluate(const authjs_expr_member_t *member, authjs_callback_t *call,
                    struct json_object **value)
{
    struct json_object *found;
    const char *text;
    int truth;

    *value = NULL;
    switch (member->kind) {
    case REMOVED:
        break;
    case COPIED:
        if (!authjs_json_at(call->params, member->source, &found)) {
            return 0;
        }
        *value = json_object_get(authjs_refresh_claims_hide(call->pool, found));
        break;
    case BOOLEAN:
        truth = authjs_expr_is_true(&member->expr, call);
        *value = call->error ? NULL : json_object_new_boolean(truth);
        break;
    case TEXT:
        text = authjs_expr_text(&member->expr, call);
        *value = text ? json_object_new_string(text) : NULL;
        break;
    }
    return !call->error;
}

/* A line sees what the lines before it made: the copy stands among the parameters, as the
 * answer will for who is asked next. */
static struct json_object *begin_copy(const authjs_callback_t *call, const char *what)
{
    struct json_object *object = authjs_json_get_object(call->params, what);
    struct json_object *copy = authjs_json_own(call->pool, authjs_json_copy(object));

    authjs_json_set(call->params, what, copy);
    return copy;
}

void authjs_expr_members_run(const apr_array_header_t *members, authjs_callback_t *call)
{
    const char *what = own_name(call->name);
    apr_array_header_t *ours = apr_array_make(call->pool, 4, sizeof(void *));
    struct json_object *copy = NULL, *value;
    int i;

    call->answer = AUTHJS_ANSWER_DECLINED;
    if (!authjs_json_get_object(call->params, what)) {
        return;
    }
    for (i = 0; i < members->nelts && !call->error; i++) {
        const authjs_expr_member_t *member =
            APR_ARRAY_IDX(members, i, const authjs_expr_member_t *);

        if (applies(member, call->params) && evaluate(member, call, &value)) {
            copy = copy ? copy : begin_copy(call, what);
            authjs_json_put(copy, ours, member->names, value, member->kind == REMOVED);
            json_object_put(value);
        }
    }
    if (call->error) {
        call->answer = AUTHJS_ANSWER_ERROR;
    }
    else if (copy) {
        call->answer = AUTHJS_ANSWER_VALUE;
        call->value = copy;
    }
}

/* ---- on protected requests -------------------------------------------------------- */

/* The claim that a line copies, when it is a member of the token itself. */
static const char *claim_of(const authjs_expr_member_t *member)
{
    static const char head[] = "token.";
    apr_size_t len = sizeof(head) - 1;

    return member->kind == COPIED && !strncmp(member->source, head, len) &&
                   !ap_strchr_c(member->source + len, '.')
               ? member->source + len
               : NULL;
}

const apr_array_header_t *authjs_expr_members_fields(const apr_array_header_t *members,
                                                     apr_pool_t *pool)
{
    apr_array_header_t *fields =
        apr_array_make(pool, members->nelts, sizeof(authjs_session_field_t *));
    int i;

    for (i = 0; i < members->nelts; i++) {
        const authjs_expr_member_t *member =
            APR_ARRAY_IDX(members, i, const authjs_expr_member_t *);
        authjs_session_field_t *field = apr_pcalloc(pool, sizeof(*field));

        field->names = member->names;
        field->claim = claim_of(member);
        if (member->fixed) {
            field->fixed.value = member->fixed;
            field->fixed.raw = apr_pstrcat(pool, "\"", member->fixed, "\"", NULL);
            field->fixed.raw_len = strlen(field->fixed.raw);
        }
        else if (!field->claim && member->kind != REMOVED) {
            return NULL;
        }
        APR_ARRAY_PUSH(fields, authjs_session_field_t *) = field;
    }
    return fields;
}

int authjs_expr_members_noop(const apr_array_header_t *members)
{
    int i;

    for (i = 0; i < members->nelts; i++) {
        const authjs_expr_member_t *member =
            APR_ARRAY_IDX(members, i, const authjs_expr_member_t *);
        const char *const *name = member->expr.reads;

        while (name && *name && !strcmp(*name, "token")) {
            name++;
        }
        if (!name || !*name) {
            return 0;
        }
    }
    return 1;
}
