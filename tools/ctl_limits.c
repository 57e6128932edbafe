#include "ctl_limits.h"

void authjs_ctl_limits(authjs_http_limits_t *limits, struct json_object *http)
{
    struct json_object *places = authjs_json_get_array(http, "resolve");
    apr_int64_t max_body = 0;
    size_t i;

    authjs_json_get_int64(http, "connect", &limits->connect_ms);
    authjs_json_get_int64(http, "timeout", &limits->timeout_ms);
    authjs_json_get_int64(http, "maxBody", &max_body);
    limits->max_body = (apr_size_t)max_body;
    limits->proxy = authjs_json_get_string(http, "proxy");
    limits->ca = authjs_json_get_string(http, "ca");
    for (i = 0; places && i < json_object_array_length(places); i++) {
        limits->resolve =
            curl_slist_append(limits->resolve, json_object_get_string(
                                                   json_object_array_get_idx(places, i)));
    }
}
