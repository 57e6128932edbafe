/* An event as it is written down or sent. */
#include "callbacks/runners.h"

#define EVENTS "events."

const char *authjs_event_short_name(const char *name)
{
    return strncmp(name, EVENTS, sizeof(EVENTS) - 1) ? NULL : name + sizeof(EVENTS) - 1;
}

static const char *now_text(apr_pool_t *pool)
{
    char *text = apr_palloc(pool, AUTHJS_ISO8601_LEN + 1);
    apr_time_t now = apr_time_now();

    authjs_iso8601(text, apr_time_sec(now));
    apr_snprintf(text + AUTHJS_ISO8601_LEN - 4, 5, "%03dZ", (int)apr_time_msec(now));
    return text;
}

struct json_object *authjs_event_record(authjs_callback_t *call, const char *id)
{
    struct json_object *record = authjs_json_object(call->pool);
    request_rec *r = call->r;

    if (id) {
        authjs_json_set_string(record, "id", id);
    }
    authjs_json_set_string(record, "time", now_text(call->pool));
    authjs_json_set_string(record, "event", authjs_event_short_name(call->name));
    authjs_json_set_string(record, "requestId", authjs_request_id(r));
    authjs_json_set_string(record, "client", r->useragent_ip);
    authjs_json_set_string(record, "host", r->server->server_hostname);
    authjs_json_set(record, "params", call->params);
    return record;
}
