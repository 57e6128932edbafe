/* What providers send otherwise than they should (docs/tolerance.md). */
#include "oauth/oauth.h"

void authjs_oauth_odd(authjs_exchange_t *x, const authjs_provider_t *provider,
                      const char *what)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: provider %s: %s",
                  provider->id, what);
}

int authjs_oauth_says_error(struct json_object *answer)
{
    struct json_object *error = authjs_json_get(answer, "error");

    switch (json_object_get_type(error)) {
    case json_type_null:
        return 0;
    case json_type_boolean:
        return json_object_get_boolean(error);
    case json_type_int:
        return json_object_get_int64(error) != 0;
    case json_type_string:
        return json_object_get_string_len(error) > 0;
    default:
        return 1;
    }
}
