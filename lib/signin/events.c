#include "signin/events.h"

#include "callbacks/callbacks.h"
#include "site/provider_type.h"

static const char *user_id_for_log(authjs_exchange_t *x, struct json_object *user)
{
    const char *id = authjs_json_get_string(user, "id");

    return id ? ap_escape_logitem(x->pool, id) : "?";
}

void authjs_event_create_user(authjs_exchange_t *x, struct json_object *user)
{
    struct json_object *params;

    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: user %s was created",
                  user_id_for_log(x, user));
    if (authjs_has_event(x->site, AUTHJS_EVENT_createUser)) {
        params = authjs_json_object(x->pool);
        authjs_json_set(params, "user", user);
        authjs_event(x->r, x->site, AUTHJS_EVENT_createUser, params);
    }
}

void authjs_event_link_account(authjs_exchange_t *x, struct json_object *user,
                               struct json_object *account, struct json_object *profile)
{
    struct json_object *params;

    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                  "AuthJS: an account of provider %s was linked to user %s",
                  x->provider->id, user_id_for_log(x, user));
    if (authjs_has_event(x->site, AUTHJS_EVENT_linkAccount)) {
        params = authjs_json_object(x->pool);
        authjs_json_set(params, "user", user);
        authjs_json_set(params, "account", account);
        authjs_json_set(params, "profile", profile);
        authjs_event(x->r, x->site, AUTHJS_EVENT_linkAccount, params);
    }
}

/* Auth.js says nothing of isNewUser for a credentials provider. */
static struct json_object *sign_in_params(authjs_exchange_t *x,
                                          const authjs_signed_in_t *signed_in)
{
    struct json_object *params = authjs_json_object(x->pool);

    authjs_json_set(params, "user", signed_in->user);
    authjs_json_set(params, "account", signed_in->account);
    if (signed_in->profile) {
        authjs_json_set(params, "profile", signed_in->profile);
    }
    if (signed_in->is_new_known && x->provider->type->makes_users) {
        authjs_json_set_boolean(params, "isNewUser", signed_in->is_new);
    }
    return params;
}

void authjs_event_sign_in(authjs_exchange_t *x, const authjs_signed_in_t *signed_in)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: signed in with provider %s",
                  x->provider->id);
    if (authjs_has_event(x->site, AUTHJS_EVENT_signIn)) {
        authjs_event(x->r, x->site, AUTHJS_EVENT_signIn, sign_in_params(x, signed_in));
    }
}

void authjs_event_sign_out(authjs_exchange_t *x, struct json_object *told)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: signed out");
    if (told && authjs_has_event(x->site, AUTHJS_EVENT_signOut)) {
        authjs_event(x->r, x->site, AUTHJS_EVENT_signOut, told);
    }
}

void authjs_event_sign_in_failed(authjs_exchange_t *x, const authjs_error_t *error)
{
    struct json_object *params;

    if (!authjs_has_event(x->site, AUTHJS_EVENT_signInFailed)) {
        return;
    }
    params = authjs_json_object(x->pool);
    authjs_json_set_string(params, "provider", x->provider ? x->provider->id : NULL);
    authjs_json_set_string(params, "reason", error->name);
    if (error->code) {
        authjs_json_set_string(params, "code", error->code);
    }
    authjs_event(x->r, x->site, AUTHJS_EVENT_signInFailed, params);
}
