#include "signin/events.h"

#include "callbacks/callbacks.h"
#include "signin/failed.h"
#include "site/provider_type.h"

void authjs_event_create_user(authjs_exchange_t *x, struct json_object *user)
{
    struct json_object *params;

    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: user %s was created",
                  authjs_user_for_log(x, user));
    if (authjs_has_event(x->site, AUTHJS_EVENT_createUser)) {
        params = authjs_json_object(x->pool);
        authjs_json_set(params, "user", user);
        authjs_event(x->r, x->site, AUTHJS_EVENT_createUser, params);
    }
}

void authjs_event_update_user(authjs_exchange_t *x, struct json_object *user)
{
    struct json_object *params;

    if (authjs_has_event(x->site, AUTHJS_EVENT_updateUser)) {
        params = authjs_json_object(x->pool);
        authjs_json_set(params, "user", user);
        authjs_event(x->r, x->site, AUTHJS_EVENT_updateUser, params);
    }
}

void authjs_event_link_account(authjs_exchange_t *x, struct json_object *user,
                               struct json_object *account, struct json_object *profile)
{
    struct json_object *params;

    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                  "AuthJS: an account of provider %s was linked to user %s",
                  x->provider->id, authjs_user_for_log(x, user));
    if (authjs_has_event(x->site, AUTHJS_EVENT_linkAccount)) {
        params = authjs_json_object(x->pool);
        authjs_json_set(params, "user", user);
        authjs_json_set(params, "account", account);
        authjs_json_set(params, "profile", profile);
        authjs_event(x->r, x->site, AUTHJS_EVENT_linkAccount, params);
    }
}

void authjs_event_add_invitation(const authjs_exchange_t *x, struct json_object *params)
{
    struct json_object *invitation;

    if (x->invitation) {
        invitation = authjs_json_object(x->pool);
        authjs_json_set_string(invitation, "id", x->invitation->id);
        authjs_json_set_string(invitation, "name",
                               *x->invitation->name ? x->invitation->name : NULL);
        authjs_json_set(params, "invitation", invitation);
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
    authjs_event_add_invitation(x, params);
    return params;
}

void authjs_event_sign_in(authjs_exchange_t *x, const authjs_signed_in_t *signed_in)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                  "AuthJS: user %s signed in with provider %s",
                  authjs_user_for_log(x, signed_in->user), x->provider->id);
    if (authjs_has_event(x->site, AUTHJS_EVENT_signIn)) {
        authjs_event(x->r, x->site, AUTHJS_EVENT_signIn, sign_in_params(x, signed_in));
    }
}

/* The user of a session that ended: its claims, or its row. */
static const char *user_told(const authjs_exchange_t *x, struct json_object *told)
{
    struct json_object *user = authjs_json_object(x->pool);
    struct json_object *claims = authjs_json_get_object(told, "token");
    const char *id =
        claims
            ? authjs_json_get_string(claims, "sub")
            : authjs_json_get_string(authjs_json_get_object(told, "session"), "userId");

    authjs_json_set_string(user, "id", id);
    authjs_json_copy_member(user, claims, "name");
    authjs_json_copy_member(user, claims, "email");
    return authjs_user_for_log(x, user);
}

void authjs_event_sign_out(authjs_exchange_t *x, struct json_object *told)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: user %s signed out",
                  told ? user_told(x, told) : "?");
    if (told && authjs_has_event(x->site, AUTHJS_EVENT_signOut)) {
        authjs_event(x->r, x->site, AUTHJS_EVENT_signOut, told);
    }
}

void authjs_event_sign_in_failed(authjs_exchange_t *x, const authjs_error_t *error)
{
    struct json_object *params;
    const char *name, *hash;

    authjs_failure_log(x, error);
    if (!authjs_has_event(x->site, AUTHJS_EVENT_signInFailed)) {
        return;
    }
    params = authjs_json_object(x->pool);
    authjs_json_set_string(params, "provider", x->provider ? x->provider->id : NULL);
    authjs_json_set_string(params, "reason", error->name);
    if (error->code) {
        authjs_json_set_string(params, "code", error->code);
    }
    if ((name = authjs_tried_name(x))) {
        authjs_json_set_string(params, "name", name);
    }
    else if ((hash = authjs_tried_hash(x))) {
        authjs_json_set_string(params, "nameHash", hash);
    }
    authjs_event(x->r, x->site, AUTHJS_EVENT_signInFailed, params);
}
