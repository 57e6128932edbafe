#include "actions/action.h"

#include "adapters/adapter.h"
#include "pages/page.h"
#include "signin/signin.h"
#include "web/url.h"

static const char *page_url(const authjs_exchange_t *x)
{
    return apr_pstrcat(x->pool, x->base_url, "/account", NULL);
}

/* Find the user whose page this is. When there is none, *user is NULL and x has the
 * answer: a guest is shown a page without accounts, since another sign-in would not help;
 * anybody else is sent to sign in, and from there back. */
static const authjs_error_t *find_user(authjs_exchange_t *x, struct json_object **user)
{
    authjs_visitor_t visitor;
    const authjs_error_t *error = authjs_visitor(x, &visitor);

    *user = visitor.user;
    if (!error && visitor.guest) {
        authjs_page_account(x, visitor.guest, NULL, NULL);
    }
    else if (!error && !visitor.user) {
        x->location =
            authjs_url_with_param(x->pool,
                                  apr_pstrcat(x->pool, x->base_url, "/signin", NULL),
                                  "callbackUrl", page_url(x));
    }
    return error;
}

const authjs_error_t *authjs_action_account_page(authjs_exchange_t *x)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *user, *accounts;
    authjs_adapter_status_e status;
    const authjs_error_t *error = find_user(x, &user);

    if (error || !user) {
        return error;
    }
    status = authjs_store_list_accounts(x->site->store, call,
                                        authjs_json_get_string(user, "id"), &accounts);
    if (status == AUTHJS_ADAPTER_OK && !json_object_is_type(accounts, json_type_array)) {
        status = AUTHJS_ADAPTER_FAILED;
        call->error = "the adapter gave no list of accounts";
    }
    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "listAccounts");
    }
    authjs_page_account(x, user, accounts, authjs_exchange_query(x, "error"));
    return NULL;
}

/* The adapter unlinks an account only if it is this user's and not the last one. */
static const authjs_error_t *unlink_account(authjs_exchange_t *x,
                                            struct json_object *user, int *done)
{
    const char *provider = authjs_exchange_field(x, "provider");
    const char *id = authjs_exchange_field(x, "providerAccountId");
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *unlinked = NULL;
    authjs_adapter_status_e status = AUTHJS_ADAPTER_OK;

    if (provider && id) {
        status = authjs_store_unlink_account_but_last(x->site->store, call,
                                                      authjs_json_get_string(user, "id"),
                                                      provider, id, &unlinked);
    }
    *done = unlinked != NULL;
    return status == AUTHJS_ADAPTER_OK
               ? NULL
               : authjs_adapter_error(call, status, "unlinkAccount");
}

const authjs_error_t *authjs_action_account(authjs_exchange_t *x)
{
    struct json_object *user;
    const authjs_error_t *error;
    int done;

    if (!authjs_store_can(x->site->store, AUTHJS_METHOD_unlink_account_but_last)) {
        return authjs_error(x->pool, AUTHJS_ERR_UnknownAction,
                            "the adapter unlinks no accounts");
    }
    error = find_user(x, &user);
    if (error || !user) {
        return error;
    }
    error = unlink_account(x, user, &done);
    if (error) {
        return error;
    }
    x->location = page_url(x);
    if (done) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                      "AuthJS: user %s unlinked an account",
                      ap_escape_logitem(x->pool, authjs_json_get_string(user, "id")));
    }
    else {
        x->location = authjs_url_with_param(x->pool, x->location, "error", "NotUnlinked");
    }
    return NULL;
}
