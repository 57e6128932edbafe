#include "actions/action.h"

#define CSRF_TOKEN_BYTES 32

static const char *csrf_hash(const authjs_exchange_t *x, const char *token)
{
    return authjs_sha256_hex(x->pool,
                             apr_pstrcat(x->pool, token, x->site->secret_string, NULL));
}

/* The token of the value "token|hash", when we made it. */
static const char *token_of(const authjs_exchange_t *x, const char *value)
{
    const char *bar = ap_strchr_c(value, '|');
    const char *token, *hash;

    if (!bar) {
        return NULL;
    }
    token = apr_pstrmemdup(x->pool, value, bar - value);
    hash = apr_pstrmemdup(x->pool, bar + 1, strcspn(bar + 1, "|"));
    return *token && authjs_equal_str(hash, csrf_hash(x, token)) ? token : NULL;
}

/* Of several cookies the one that the token sent with the request belongs to, else the
 * first that we made. */
static void read_cookies(authjs_exchange_t *x)
{
    const apr_array_header_t *all = authjs_exchange_cookies(x, AUTHJS_COOKIE_CSRF_TOKEN);
    const char *sent = authjs_exchange_field(x, "csrfToken");
    int i;

    for (i = 0; i < all->nelts && !x->csrf_verified; i++) {
        const char *token = token_of(x, APR_ARRAY_IDX(all, i, const char *));

        if (token) {
            APR_ARRAY_PUSH(x->csrf_tokens, const char *) = token;
        }
        x->csrf_verified = authjs_equal_str(token, sent);
        if (x->csrf_verified || !x->csrf_token) {
            x->csrf_token = token;
        }
    }
}

void authjs_csrf_begin(authjs_exchange_t *x)
{
    const char *hash;

    x->csrf_verified = 0;
    if (x->site->skip_csrf_check) {
        x->csrf_verified = 1;
        return;
    }
    read_cookies(x);
    if (x->csrf_token) {
        return;
    }
    x->csrf_token = authjs_random_hex(x->pool, CSRF_TOKEN_BYTES);
    hash = x->csrf_token ? csrf_hash(x, x->csrf_token) : NULL;
    if (hash) {
        authjs_exchange_set_cookie(x, AUTHJS_COOKIE_CSRF_TOKEN,
                                   apr_pstrcat(x->pool, x->csrf_token, "|", hash, NULL),
                                   0);
    }
}

const authjs_error_t *authjs_csrf_require(const authjs_exchange_t *x)
{
    if (x->csrf_verified) {
        return NULL;
    }
    return authjs_error(x->pool, AUTHJS_ERR_MissingCSRF,
                        "the CSRF token was missing or does not belong to the cookie");
}

const authjs_error_t *authjs_action_csrf(authjs_exchange_t *x)
{
    struct json_object *answer;

    if (x->site->skip_csrf_check) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, x->r,
                      "AuthJS: csrf-disabled: a client asked for a CSRF token, and "
                      "AuthJSSkipCSRFCheck is On");
        authjs_exchange_delete_cookie(x, AUTHJS_COOKIE_CSRF_TOKEN);
        x->status = HTTP_NOT_FOUND;
        return NULL;
    }
    answer = authjs_json_object(x->pool);
    authjs_json_set_string(answer, "csrfToken", x->csrf_token);
    authjs_exchange_answer_json(x, HTTP_OK, authjs_json_text(x->pool, answer));
    return NULL;
}
