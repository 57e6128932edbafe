#include "web/issuer.h"

#include "web/url.h"

#include <apr_strings.h>

#include <string.h>

#define WELL_KNOWN "/.well-known/openid-configuration"

int authjs_issuer_is(apr_pool_t *pool, const char *a, const char *b)
{
    authjs_url_t left, right;

    if (authjs_url_parse(&left, pool, a) || authjs_url_parse(&right, pool, b)) {
        return 0;
    }
    return !strcmp(left.origin, right.origin) &&
           !strcmp(*left.path ? left.path : "/", *right.path ? right.path : "/") &&
           !left.query && !right.query && !left.has_fragment && !right.has_fragment;
}

const char *authjs_issuer_of_tenant(apr_pool_t *pool, const char *announced,
                                    const char *issuer)
{
    static const char placeholder[] = "{tenantid}";
    const char *at = announced ? strstr(announced, placeholder) : NULL, *tenant;
    authjs_url_t url;

    if (!at || authjs_url_parse(&url, pool, issuer) || !*url.path) {
        return announced;
    }
    tenant = apr_pstrmemdup(pool, url.path + 1, strcspn(url.path + 1, "/"));
    return apr_pstrcat(pool,
                       apr_pstrmemdup(pool, announced, (apr_size_t)(at - announced)),
                       tenant, at + sizeof(placeholder) - 1, NULL);
}

const char *authjs_issuer_document(apr_pool_t *pool, const char *issuer)
{
    apr_size_t len = strlen(issuer);

    len -= len && issuer[len - 1] == '/';
    return apr_pstrcat(pool, apr_pstrmemdup(pool, issuer, len), WELL_KNOWN, NULL);
}
