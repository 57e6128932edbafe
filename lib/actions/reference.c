/* The reference on the error page. It comes from a cookie of our own making: what else
 * could be sent with the address of a page would be anybody's words on it. */
#include "actions/action.h"

#include "web/cookie.h"

#define NAME    "authjs.error-reference"
#define MAX_AGE 600

static const char *signature(const authjs_exchange_t *x, const char *id)
{
    return authjs_sha256_hex(x->pool, apr_pstrcat(x->pool, "reference ", id,
                                                  x->site->secret_string, NULL));
}

/* Error pages may lie anywhere on the site. */
static authjs_cookie_def_t definition(const authjs_exchange_t *x)
{
    authjs_cookie_def_t def = authjs_exchange_own_cookie(x, NAME, MAX_AGE);

    def.path = "/";
    return def;
}

/* One that has begun a sign-in here; a robot has not. */
static int is_known_browser(const authjs_exchange_t *x)
{
    static const authjs_cookie_e ours[] = {AUTHJS_COOKIE_CSRF_TOKEN, AUTHJS_COOKIE_STATE,
                                           AUTHJS_COOKIE_PKCE_CODE_VERIFIER,
                                           AUTHJS_COOKIE_NONCE};
    apr_size_t i;

    for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (authjs_exchange_cookie(x, ours[i])) {
            return 1;
        }
    }
    return 0;
}

void authjs_reference_keep(authjs_exchange_t *x)
{
    const authjs_cookie_def_t def = definition(x);
    const char *id = authjs_request_id(x->r);
    const char *hash = id ? signature(x, id) : NULL;

    if (hash && is_known_browser(x)) {
        APR_ARRAY_PUSH(x->set_cookies, const char *) =
            authjs_cookie_format(x->pool, &def, NULL,
                                 apr_pstrcat(x->pool, id, "|", hash, NULL), 0);
    }
}

const char *authjs_reference(const authjs_exchange_t *x)
{
    const authjs_cookie_def_t def = definition(x);
    const char *value =
        authjs_cookie_get(x->pool, x->cookie_header, def.name, def.name_len);
    const char *bar = value ? ap_strchr_c(value, '|') : NULL;
    const char *id = bar ? apr_pstrmemdup(x->pool, value, bar - value) : NULL;

    return id && authjs_equal_str(bar + 1, signature(x, id)) ? id : NULL;
}
