#include "signin/events.h"

static const char *id_of(authjs_exchange_t *x, struct json_object *user)
{
    const char *id = authjs_json_get_string(user, "id");

    return id ? ap_escape_logitem(x->pool, id) : "?";
}

void authjs_event_create_user(authjs_exchange_t *x, struct json_object *user)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: user %s was created",
                  id_of(x, user));
}

void authjs_event_link_account(authjs_exchange_t *x, struct json_object *user)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                  "AuthJS: an account of provider %s was linked to user %s",
                  x->provider->id, id_of(x, user));
}

void authjs_event_sign_in(authjs_exchange_t *x)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: signed in with provider %s",
                  x->provider->id);
}

void authjs_event_sign_out(authjs_exchange_t *x)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: signed out");
}
