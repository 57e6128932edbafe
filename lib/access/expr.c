/* %{AUTHJS:path} and AUTHJS('path') in expressions. */
#include "access/access.h"

#include "callbacks/expr.h"
#include "core/jsonpath.h"
#include "jose/refresh_claims.h"

/* What is computed from the session differs from visitor to visitor: caches must know,
 * also when it is asked for as late as by Header or in a page. */
static void vary(ap_expr_eval_ctx_t *ctx)
{
    authjs_set_private(ctx->r);
    if (ctx->vary_this) {
        *ctx->vary_this = *ctx->vary_this
                              ? apr_pstrcat(ctx->p, *ctx->vary_this, ", Cookie", NULL)
                              : "Cookie";
    }
}

/* What follows "name." in path, or NULL when it does not begin so. */
static const char *below(const char *path, const char *name)
{
    apr_size_t len = strlen(name);

    return !strncmp(path, name, len) && path[len] == '.' ? path + len + 1 : NULL;
}

/* ---- in a callback --------------------------------------------------------------- */

static int has_parameter(apr_pool_t *pool, struct json_object *params, const char *path)
{
    const char *name = apr_pstrmemdup(pool, path, strcspn(path, "."));

    return json_object_object_get_ex(params, name, NULL);
}

/* The callback authorized is asked about a request: the session counts there as in any
 * other expression. All others see what they are given, and nothing else. */
static int reads_parameters(apr_pool_t *pool, struct json_object *params,
                            const char *path)
{
    return params && (has_parameter(pool, params, path) ||
                      !json_object_object_get_ex(params, "auth", NULL));
}

/* ---- in any other expression ----------------------------------------------------- */

/* As a claim would be: not an e-mail address that the provider calls unverified. */
static void session_values(apr_array_header_t *values, request_rec *r,
                           const authjs_session_t *session, const char *path)
{
    if (!authjs_refresh_claims_is_secret(path) &&
        (!session->claims.email_unverified || strcmp(path, "user.email"))) {
        authjs_json_texts(values, authjs_session_object(r, session), path);
    }
}

static apr_array_header_t *current_session(ap_expr_eval_ctx_t *ctx, const char *path)
{
    apr_array_header_t *values = apr_array_make(ctx->p, 4, sizeof(const char *));
    const authjs_session_t *session = authjs_session_of(ctx->r);
    authjs_request_t *request = authjs_request(ctx->r);
    const char *member;

    vary(ctx);
    if (!session) {
        if (authjs_session_is_unavailable(request)) {
            AUTHJS_SLOT(access, request)->undecided = 1;
        }
        return values;
    }
    if ((member = below(path, "session")) != NULL) {
        session_values(values, ctx->r, session, member);
        return values;
    }
    member = below(path, "token");
    return authjs_session_claim_values(ctx->r, session, member ? member : path);
}

/* ---- for httpd ------------------------------------------------------------------- */

static apr_array_header_t *all_values(ap_expr_eval_ctx_t *ctx, const void *data,
                                      const char *path)
{
    authjs_request_t *request = ctx->r ? authjs_request(ctx->r) : NULL;
    apr_array_header_t *values = apr_array_make(ctx->p, 4, sizeof(const char *));
    struct json_object *params;

    (void)data;
    if (!request) {
        return values;
    }
    params = authjs_expr_params(request);
    if (!reads_parameters(ctx->p, params, path)) {
        return current_session(ctx, path);
    }
    if (!authjs_refresh_claims_is_secret(path)) {
        authjs_json_texts(values, params, path);
    }
    return values;
}

static const char *first_value(ap_expr_eval_ctx_t *ctx, const void *data,
                               const char *path)
{
    const apr_array_header_t *values = all_values(ctx, data, path);

    return values->nelts ? APR_ARRAY_IDX(values, 0, const char *) : "";
}

int authjs_access_expr_lookup(ap_expr_lookup_parms *parms)
{
    if (ap_cstr_casecmp(parms->name, "AUTHJS")) {
        return DECLINED;
    }
    if (parms->type == AP_EXPR_FUNC_STRING) {
        *parms->func = (const void *)first_value;
    }
    else if (parms->type == AP_EXPR_FUNC_LIST) {
        *parms->func = (const void *)all_values;
    }
    else {
        return DECLINED;
    }
    *parms->data = NULL;
    return OK;
}
