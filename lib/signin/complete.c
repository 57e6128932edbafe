#include "signin/signin.h"

#include "adapters/adapter.h"
#include "callbacks/callbacks.h"
#include "session/provenance.h"
#include "session/stored.h"
#include "signin/events.h"
#include "signin/link.h"
#include "site/provider_type.h"
#include "settings/settings.h"
#include "web/url.h"

/* Seconds: of two sign-ins one after the other the first one's session does. */
#define SAME_TIME 60

/* The session that the browser had until now. Where that fails, its row stays until it is
 * pruned: no reason to undo a sign-in. */
static void delete_old_session(authjs_exchange_t *x, const char *token)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *deleted;
    authjs_adapter_status_e status =
        authjs_store_delete_session(x->site->store, call, token, &deleted);

    if (status != AUTHJS_ADAPTER_OK) {
        authjs_log_error(x->r, authjs_adapter_error(call, status, "deleteSession"));
    }
}

/* Whether a session says what this sign-in has proved, but for some seconds. */
static int is_as_good(const authjs_session_t *session, const authjs_exchange_t *x)
{
    authjs_proof_t proof = authjs_provenance_proof(x);
    apr_int64_t reauth = x->site->reauth;

    return session->proof.factors == proof.factors &&
           proof.auth_time - session->proof.auth_time <=
               (reauth && reauth < 2 * SAME_TIME ? reauth / 2 : SAME_TIME);
}

/* Whether the browser keeps the session that it has: one in the database, of the same
 * user, which began with this provider, and says all that another one would; by a link
 * another one begins always, as in Auth.js. AuthJSProviders goes by the provider that a
 * session began with: a sign-in with another one begins another session. */
static int keeps_session(const authjs_exchange_t *x, const authjs_visitor_t *visitor)
{
    const char *provider =
        visitor->session ? visitor->session->claims.provider.value : NULL;

    return x->site->strategy->row && provider && !x->provider->type->found_by_address &&
           !strcmp(provider, x->provider->id) && is_as_good(visitor->session, x);
}

static const authjs_error_t *begin_session(authjs_exchange_t *x,
                                           const authjs_visitor_t *visitor,
                                           const authjs_signed_in_t *signed_in)
{
    const authjs_error_t *error;

    if (keeps_session(x, visitor)) {
        return NULL;
    }
    error = x->site->strategy->create(x, signed_in);
    if (error && signed_in->is_new) {
        authjs_store_undo_sign_up(x->site->store, authjs_call(x->r), signed_in->user);
    }
    if (!error && x->site->strategy->row && visitor->token &&
        authjs_stored_token_valid(visitor->token)) {
        delete_old_session(x, visitor->token);
    }
    return error;
}

static void set_location(authjs_exchange_t *x, int is_new)
{
    const char *page = is_new ? authjs_exchange_page(x, AUTHJS_PAGE_NEW_USER) : NULL;

    x->location = x->callback_url;
    if (page) {
        x->location =
            authjs_url_with_param(x->pool, page, "callbackUrl", x->callback_url);
    }
}

/* ---- the callback signIn --------------------------------------------------------- */

/* The user in the database who has this account: in place of what the provider says, when
 * there is one. */
static const authjs_error_t *find_stored_user(authjs_exchange_t *x,
                                              struct json_object *account,
                                              struct json_object **user)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *owner;
    authjs_adapter_status_e status = authjs_store_get_user_by_account(
        x->site->store, call, x->provider->id,
        authjs_json_get_string(account, "providerAccountId"), &owner);

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "getUserByAccount");
    }
    if (owner) {
        authjs_user_complete(owner);
        *user = owner;
    }
    return NULL;
}

/* When it answers with a URL, the browser is sent there (x->location) and gets no
 * session, and only the log and the event hear of a refusal. */
const authjs_error_t *authjs_signin_ask(authjs_exchange_t *x, struct json_object *user,
                                        struct json_object *account, const char *name,
                                        struct json_object *value)
{
    struct json_object *params;
    const authjs_error_t *error;

    if (!authjs_has_callback(x->site, AUTHJS_CALLBACK_signIn)) {
        return NULL;
    }
    params = authjs_json_object(x->pool);
    authjs_json_set(params, "user", user);
    authjs_json_set(params, "account", account);
    if (value) {
        authjs_json_set(params, name, value);
    }
    authjs_event_add_invitation(x, params);
    if (x->provider->type->add_sign_in_params) {
        x->provider->type->add_sign_in_params(x, params);
    }
    error = authjs_callback_sign_in(x, params, &x->location);
    if (!error && x->location) {
        authjs_event_sign_in_failed(x, authjs_error(x->pool, AUTHJS_ERR_AccessDenied,
                                                    "sent elsewhere"));
    }
    return error;
}

/* Its user is the one in the database, when there is one. */
static const authjs_error_t *ask_sign_in(authjs_exchange_t *x, struct json_object *user,
                                         struct json_object *account,
                                         struct json_object *profile)
{
    int by_account = authjs_keeps_accounts(x->site, x->provider) &&
                     !x->provider->type->found_by_address;
    const authjs_error_t *error = by_account ? find_stored_user(x, account, &user) : NULL;

    return error ? error : authjs_signin_ask(x, user, account, "profile", profile);
}

/* ---- the sign-in ------------------------------------------------------------------- */

static const authjs_error_t *find_or_link(authjs_exchange_t *x, authjs_visitor_t *visitor,
                                          authjs_signed_in_t *signed_in)
{
    authjs_linked_t linked;
    const authjs_error_t *error = authjs_visitor(x, visitor);

    if (!error && x->provider->type->found_by_address) {
        error =
            authjs_link_address(x, visitor, signed_in->user, signed_in->account, &linked);
    }
    else if (!error) {
        error = authjs_link(x, visitor, signed_in->user, signed_in->account, &linked);
    }
    if (!error) {
        signed_in->user = linked.user;
        signed_in->stored = linked.stored;
        signed_in->is_new = linked.is_new;
        signed_in->is_new_known = 1;
    }
    return error;
}

/* Where all else is decided. It stays used if the account cannot be made then: that it
 * was made cannot be ruled out where a database has gone away. */
static const authjs_error_t *use_invitation(authjs_exchange_t *x)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *row;
    authjs_adapter_status_e status = authjs_store_use_verification_token(
        x->site->store, call, x->invitation->identifier, x->invitation->hash, &row);

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "useVerificationToken");
    }
    if (!row) {
        return authjs_error(x->pool, AUTHJS_ERR_AccessDenied,
                            "provider %s: the invitation: it was used or revoked",
                            x->provider->id);
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: invitation %s was used",
                  x->invitation->id);
    return NULL;
}

/* What a passkey is verified by, once its account is somebody's. Where that fails, nobody
 * has the account. */
static const authjs_error_t *keep_authenticator(authjs_exchange_t *x,
                                                const authjs_signed_in_t *signed_in)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *created, *unlinked;
    authjs_adapter_status_e status;
    const authjs_error_t *error;

    authjs_json_set(x->authenticator, "userId", authjs_json_get(signed_in->user, "id"));
    status = authjs_store_create_authenticator(x->site->store, call, x->authenticator,
                                               &created);
    if (status == AUTHJS_ADAPTER_OK) {
        return NULL;
    }
    error = authjs_adapter_error(call, status, "createAuthenticator");
    if (signed_in->is_new) {
        authjs_store_undo_sign_up(x->site->store, call, signed_in->user);
    }
    else if (authjs_store_unlink_account(x->site->store, call, x->provider->id,
                                         authjs_json_get_string(signed_in->account,
                                                                "providerAccountId"),
                                         &unlinked) != AUTHJS_ADAPTER_OK) {
        authjs_log_error(x->r, authjs_adapter_error(call, AUTHJS_ADAPTER_FAILED,
                                                    "unlinkAccount"));
    }
    return error;
}

const authjs_error_t *authjs_signin_complete(authjs_exchange_t *x,
                                             struct json_object *user,
                                             struct json_object *account,
                                             struct json_object *profile)
{
    authjs_signed_in_t signed_in = {user, account, profile, NULL, 0, 0};
    authjs_visitor_t visitor = {NULL, NULL, NULL, NULL};
    const authjs_error_t *error = NULL;

    x->tried_user = user;
    if (authjs_has_callback(x->site, AUTHJS_CALLBACK_signIn)) {
        error = ask_sign_in(x, user, account, profile);
        if (error || x->location) {
            return error;
        }
    }
    if (authjs_keeps_accounts(x->site, x->provider)) {
        error = x->invitation ? use_invitation(x) : NULL;
        if (!error) {
            error = find_or_link(x, &visitor, &signed_in);
        }
        if (!error && x->authenticator) {
            error = keep_authenticator(x, &signed_in);
        }
    }
    else if (!x->provider->type->makes_users) {
        signed_in.is_new_known = 1;
    }
    if (!error) {
        error = begin_session(x, &visitor, &signed_in);
    }
    if (error) {
        return error;
    }
    authjs_event_sign_in(x, &signed_in);
    authjs_last_used_keep(x);
    set_location(x, signed_in.is_new);
    return NULL;
}
