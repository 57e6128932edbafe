#include "webauthn/clientdata.h"

#include <string.h>

static int is_expected_origin(const apr_array_header_t *origins, const char *origin)
{
    int i;

    for (i = 0; origin && origins && i < origins->nelts; i++) {
        if (!strcmp(APR_ARRAY_IDX(origins, i, const char *), origin)) {
            return 1;
        }
    }
    return 0;
}

/* httpd's connections have no tokens bound to them (RFC 8471): a browser may say that it
 * could, and none can have. */
static const char *check_token_binding(struct json_object *client)
{
    struct json_object *binding;
    const char *status;

    if (!json_object_object_get_ex(client, "tokenBinding", &binding)) {
        return NULL;
    }
    status =
        authjs_json_get_string(authjs_json_get_object(client, "tokenBinding"), "status");
    return status && (!strcmp(status, "supported") || !strcmp(status, "not-supported"))
               ? NULL
               : "the browser speaks of a token binding";
}

/* A page of the site in a frame of another one's asked. */
static const char *check_frame(struct json_object *client)
{
    struct json_object *cross;

    if (json_object_object_get_ex(client, "crossOrigin", &cross) &&
        (!json_object_is_type(cross, json_type_boolean) ||
         json_object_get_boolean(cross))) {
        return "a page inside another site's asked";
    }
    return json_object_object_get_ex(client, "topOrigin", NULL)
               ? "a page inside another one asked"
               : NULL;
}

const char *authjs_clientdata_check(apr_pool_t *pool, const unsigned char *json,
                                    apr_size_t len, const char *type,
                                    const authjs_webauthn_expected_t *expected)
{
    struct json_object *client;
    const char *said, *why;

    if (authjs_json_parse_object(&client, pool, (const char *)json, len)) {
        return "the client data is not a JSON object, strictly read";
    }
    said = authjs_json_get_string(client, "type");
    if (!said || strcmp(said, type) != 0) {
        return "the client data is of another type of ceremony";
    }
    said = authjs_json_get_string(client, "challenge");
    if (!said || !*said || !authjs_equal_str(said, expected->challenge)) {
        return "the challenge is not the one that was sent";
    }
    if (!is_expected_origin(expected->origins,
                            authjs_json_get_string(client, "origin"))) {
        return "the origin is not one of the site's";
    }
    why = check_frame(client);
    return why ? why : check_token_binding(client);
}
