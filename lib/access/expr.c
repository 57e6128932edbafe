#include "access/access.h"

/* What is computed from the session differs from visitor to visitor: caches must know. */
static void vary(ap_expr_eval_ctx_t *ctx)
{
    if (ctx->vary_this) {
        *ctx->vary_this = *ctx->vary_this
                              ? apr_pstrcat(ctx->p, *ctx->vary_this, ", Cookie", NULL)
                              : "Cookie";
    }
}

static const char *claim(ap_expr_eval_ctx_t *ctx, const void *data, const char *path)
{
    const authjs_session_t *session = ctx->r ? authjs_session_of(ctx->r) : NULL;
    const char *value = session ? authjs_session_claim(ctx->r, session, path) : NULL;
    const authjs_site_t *site = ctx->r ? authjs_site(ctx->r) : NULL;

    (void)data;
    vary(ctx);
    if (!session && site && authjs_access_is_unavailable(ctx->r, site)) {
        authjs_request(ctx->r, site)->undecided = 1;
    }
    return value ? value : "";
}

int authjs_access_expr_lookup(ap_expr_lookup_parms *parms)
{
    if (parms->type != AP_EXPR_FUNC_STRING || ap_cstr_casecmp(parms->name, "AUTHJS")) {
        return DECLINED;
    }
    *parms->func = (const void *)claim;
    *parms->data = NULL;
    return OK;
}
