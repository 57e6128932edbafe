/* Who a sign-in that failed was for: the form comes back with the name in it. It travels
 * neither in a URL nor in a log, but sealed, in a cookie that only the endpoints get, and
 * that goes when it has been read. */
#include "actions/action.h"

#include "http/asker.h"
#include "jose/jwt.h"
#include "site/provider_type.h"

#define NAME      "authjs.tried"
#define MAX_AGE   60
#define TRIED_MAX 256

/* A form of another site comes without the token that belongs to the cookie. */
static int is_of_ours(const authjs_exchange_t *x)
{
    return x->csrf_verified && authjs_exchange_cookie(x, AUTHJS_COOKIE_CSRF_TOKEN);
}

/* What was written into the form's first field, if a person did that here. */
static const char *name_of(const authjs_exchange_t *x)
{
    const authjs_field_t *fields = x->provider ? x->provider->type->fields : NULL;
    const char *name = fields ? authjs_exchange_field(x, fields->name) : NULL;

    return name && authjs_is_line(name, TRIED_MAX) &&
                   authjs_asker(x->r) == AUTHJS_ASKER_PERSON &&
                   !authjs_wants_json_redirect(x->r)
               ? name
               : NULL;
}

void authjs_tried_keep(authjs_exchange_t *x)
{
    const char *name = name_of(x), *token = NULL;
    const authjs_cookie_def_t def = authjs_exchange_own_cookie(x, NAME, MAX_AGE);
    struct json_object *claims;

    if (!(name || x->retry_after) || !is_of_ours(x) ||
        authjs_exchange_page(x, AUTHJS_PAGE_SIGN_IN)) {
        return;
    }
    claims = authjs_json_object(x->pool);
    if (name) {
        authjs_json_set_string(claims, "tried", name);
    }
    if (x->retry_after) {
        authjs_json_set_int64(claims, "until", x->now + x->retry_after);
    }
    authjs_json_set_string(claims, "provider", x->provider->id);
    if (!authjs_jwt_encode(x->pool, x->site->tried_keys, claims, MAX_AGE, x->now,
                           &token)) {
        APR_ARRAY_PUSH(x->set_cookies, const char *) =
            authjs_cookie_format(x->pool, &def, NULL, token, 0);
    }
}

authjs_tried_t authjs_tried(authjs_exchange_t *x)
{
    const authjs_cookie_def_t def = authjs_exchange_own_cookie(x, NAME, MAX_AGE);
    const char *token =
        authjs_cookie_get(x->pool, x->cookie_header, def.name, def.name_len);
    authjs_tried_t tried = {NULL, NULL, 0};
    struct json_object *claims;

    if (!token) {
        return tried;
    }
    if (!x->r->header_only) {
        APR_ARRAY_PUSH(x->set_cookies, const char *) =
            authjs_cookie_format_delete(x->pool, &def, NULL);
    }
    if (!authjs_jwt_decode(x->pool, x->site->tried_keys, token, strlen(token), x->now,
                           &claims)) {
        tried.name = authjs_json_get_string(claims, "tried");
        tried.provider = authjs_json_get_string(claims, "provider");
        tried.until = json_object_get_int64(authjs_json_get(claims, "until"));
    }
    return tried;
}
