/* Which links a browser has asked for. It says so itself, in a sealed cookie that only
 * the endpoints get; and since a neighbouring host may set cookies for this one, what is
 * sealed names the token of the CSRF cookie, which no other host can set. */
#include "providers/email.h"

#include "jose/jwt.h"

#define NAME "authjs.email"
#define KEPT 3

static const char *browser_of(const authjs_exchange_t *x, const char *csrf_token)
{
    return csrf_token ? authjs_sha256_hex(x->pool, csrf_token) : "";
}

/* Whether claims were sealed for this browser: by a token that a cookie of it holds. */
static int is_ours(const authjs_exchange_t *x, struct json_object *claims)
{
    const char *browser = authjs_json_get_string(claims, "browser");
    int i;

    if (x->site->skip_csrf_check) {
        return browser != NULL;
    }
    for (i = 0; i < x->csrf_tokens->nelts; i++) {
        if (authjs_equal_str(
                browser, browser_of(x, APR_ARRAY_IDX(x->csrf_tokens, i, const char *)))) {
            return 1;
        }
    }
    return 0;
}

static void add_asked(const authjs_exchange_t *x, apr_array_header_t *all,
                      struct json_object *entry)
{
    authjs_email_asked_t asked;

    asked.provider = authjs_json_get_string(entry, "provider");
    asked.address = authjs_json_get_string(entry, "email");
    asked.hash = authjs_json_get_string(entry, "token");
    if (asked.provider && asked.address && asked.hash &&
        authjs_json_get_int64(entry, "expires", &asked.expires) &&
        asked.expires >= x->now) {
        APR_ARRAY_PUSH(all, authjs_email_asked_t) = asked;
    }
}

/* With any provider. */
static apr_array_header_t *read_asked(const authjs_exchange_t *x)
{
    const authjs_cookie_def_t def = authjs_exchange_own_cookie(x, NAME, 0);
    const char *token =
        authjs_cookie_get(x->pool, x->cookie_header, def.name, def.name_len);
    apr_array_header_t *all = apr_array_make(x->pool, KEPT, sizeof(authjs_email_asked_t));
    struct json_object *claims, *list;
    apr_size_t i;

    if (!token ||
        authjs_jwt_decode(x->pool, x->site->link_keys, token, strlen(token), x->now,
                          &claims) ||
        !is_ours(x, claims)) {
        return all;
    }
    list = authjs_json_get_array(claims, "asked");
    for (i = 0; list && i < json_object_array_length(list); i++) {
        add_asked(x, all, json_object_array_get_idx(list, i));
    }
    return all;
}

apr_array_header_t *authjs_email_asked(const authjs_exchange_t *x)
{
    apr_array_header_t *all = read_asked(x);
    apr_array_header_t *own = apr_array_make(x->pool, KEPT, sizeof(authjs_email_asked_t));
    int i;

    for (i = 0; i < all->nelts; i++) {
        const authjs_email_asked_t *asked = &APR_ARRAY_IDX(all, i, authjs_email_asked_t);

        if (!strcmp(asked->provider, x->provider->id)) {
            APR_ARRAY_PUSH(own, authjs_email_asked_t) = *asked;
        }
    }
    return own;
}

static void write_asked(const authjs_exchange_t *x, struct json_object *list,
                        const authjs_email_asked_t *asked)
{
    struct json_object *entry = authjs_json_object(x->pool);

    authjs_json_set_string(entry, "provider", asked->provider);
    authjs_json_set_string(entry, "email", asked->address);
    authjs_json_set_string(entry, "token", asked->hash);
    authjs_json_set_int64(entry, "expires", asked->expires);
    json_object_array_add(list, json_object_get(entry));
}

void authjs_email_remember(authjs_exchange_t *x, const authjs_email_asked_t *asked)
{
    struct json_object *claims = authjs_json_object(x->pool);
    struct json_object *list = authjs_json_own(x->pool, json_object_new_array());
    const apr_array_header_t *before = read_asked(x);
    authjs_cookie_def_t def = authjs_exchange_own_cookie(x, NAME, 0);
    apr_int64_t end = asked->expires;
    const char *token = NULL;
    int i;

    write_asked(x, list, asked);
    for (i = 0; i < before->nelts && i < KEPT - 1; i++) {
        const authjs_email_asked_t *one = &APR_ARRAY_IDX(before, i, authjs_email_asked_t);

        write_asked(x, list, one);
        end = one->expires > end ? one->expires : end;
    }
    def.max_age = end - x->now;
    authjs_json_set(claims, "asked", list);
    authjs_json_set_string(claims, "browser", browser_of(x, x->csrf_token));
    if (!authjs_jwt_encode(x->pool, x->site->link_keys, claims, def.max_age, x->now,
                           &token)) {
        APR_ARRAY_PUSH(x->set_cookies, const char *) =
            authjs_cookie_format(x->pool, &def, NULL, token, 0);
    }
}
