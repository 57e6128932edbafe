#include "actions/action.h"

#include "adapters/adapter.h"
#include "pages/page.h"
#include "signin/signin.h"
#include "site/provider_type.h"
#include "web/url.h"

#define NAME_MAX_CHARACTERS 64

static const char *page_url(const authjs_exchange_t *x)
{
    return apr_pstrcat(x->pool, x->base_url, "/account", NULL);
}

/* Find the user whose page this is. When there is none, visitor has none and x has the
 * answer: a guest is shown a page without accounts, since another sign-in would not help;
 * anybody else is sent to sign in, and from there back. */
static const authjs_error_t *find_user(authjs_exchange_t *x, authjs_visitor_t *visitor)
{
    const authjs_error_t *error = authjs_visitor(x, visitor);

    if (!error && visitor->guest) {
        authjs_account_page_t page = {0};

        page.user = visitor->guest;
        authjs_page_account(x, &page);
    }
    else if (!error && !visitor->user) {
        x->location =
            authjs_url_with_param(x->pool,
                                  apr_pstrcat(x->pool, x->base_url, "/signin", NULL),
                                  "callbackUrl", page_url(x));
    }
    return error;
}

/* A list that the store has told. */
static const authjs_error_t *list_told(authjs_call_t *call,
                                       authjs_adapter_status_e status,
                                       struct json_object *list, const char *method)
{
    if (status == AUTHJS_ADAPTER_OK && !json_object_is_type(list, json_type_array)) {
        status = AUTHJS_ADAPTER_FAILED;
        call->error = "the adapter gave no list";
    }
    return status == AUTHJS_ADAPTER_OK ? NULL
                                       : authjs_adapter_error(call, status, method);
}

/* NULL: the site has none. */
static const authjs_error_t *find_passkeys(authjs_exchange_t *x, struct json_object *user,
                                           struct json_object **passkeys)
{
    authjs_call_t *call = authjs_call(x->r);
    authjs_adapter_status_e status;

    *passkeys = NULL;
    if (!authjs_site_has_passkeys(x->site) ||
        !authjs_store_can(x->site->store, AUTHJS_METHOD_list_passkeys)) {
        return NULL;
    }
    status = authjs_store_list_passkeys(x->site->store, call,
                                        authjs_json_get_string(user, "id"), passkeys);
    return list_told(call, status, *passkeys, "listPasskeys");
}

const authjs_error_t *authjs_action_account_page(authjs_exchange_t *x)
{
    authjs_call_t *call = authjs_call(x->r);
    authjs_account_page_t page = {0};
    authjs_visitor_t visitor;
    authjs_adapter_status_e status;
    const authjs_error_t *error = find_user(x, &visitor);

    if (error || !visitor.user) {
        return error;
    }
    status = authjs_store_list_accounts(
        x->site->store, call, authjs_json_get_string(visitor.user, "id"), &page.accounts);
    error = list_told(call, status, page.accounts, "listAccounts");
    if (!error) {
        error = find_passkeys(x, visitor.user, &page.passkeys);
    }
    if (!error) {
        page.user = visitor.user;
        page.error = authjs_exchange_query(x, "error");
        page.stale = !authjs_session_is_fresh(visitor.session, x->site, x->now);
        authjs_page_account(x, &page);
    }
    return error;
}

/* ---- a name for a passkey --------------------------------------------------------- */

/* One line, with something in it to see. */
static int is_name(const char *name)
{
    apr_size_t characters = 0, i;

    if (!name || !authjs_is_line(name, 4 * NAME_MAX_CHARACTERS) ||
        !name[strspn(name, " ")]) {
        return 0;
    }
    for (i = 0; name[i]; i++) {
        characters += (name[i] & 0xc0) != 0x80;
    }
    return characters <= NAME_MAX_CHARACTERS;
}

/* The id of a credential of this user's, or NULL. */
static const char *find_credential(const authjs_exchange_t *x,
                                   struct json_object *passkeys)
{
    const char *id = authjs_exchange_field(x, "providerAccountId");
    apr_size_t i, count = passkeys ? json_object_array_length(passkeys) : 0;

    for (i = 0; id && i < count; i++) {
        struct json_object *passkey = json_object_array_get_idx(passkeys, i);
        const char *account = authjs_json_get_string(passkey, "providerAccountId");

        if (account && !strcmp(account, id)) {
            return authjs_json_get_string(passkey, "credentialID");
        }
    }
    return NULL;
}

static const authjs_error_t *rename_passkey(authjs_exchange_t *x,
                                            struct json_object *user, int *done)
{
    const char *name = authjs_exchange_field(x, "name"), *credential;
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *passkeys, *texts, *described = NULL;
    authjs_adapter_status_e status;
    const authjs_error_t *error = find_passkeys(x, user, &passkeys);

    *done = 0;
    credential = error ? NULL : find_credential(x, passkeys);
    if (error || !credential || !is_name(name) ||
        !authjs_store_can(x->site->store, AUTHJS_METHOD_describe_passkey)) {
        return error;
    }
    texts = authjs_json_object(x->pool);
    authjs_json_set_string(texts, "name", name);
    status = authjs_store_describe_passkey(x->site->store, call, credential, texts,
                                           &described);
    *done = described != NULL;
    return status == AUTHJS_ADAPTER_OK
               ? NULL
               : authjs_adapter_error(call, status, "describePasskey");
}

/* ---- letting go of an account ------------------------------------------------------ */

/* Whether one of the other accounts is of a provider that this site has: any other one
 * lets nobody in here. */
static const authjs_error_t *find_other_way(authjs_exchange_t *x,
                                            struct json_object *user, int *found)
{
    const char *provider = authjs_exchange_field(x, "provider");
    const char *id = authjs_exchange_field(x, "providerAccountId");
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *accounts;
    authjs_adapter_status_e status =
        authjs_store_list_accounts(x->site->store, call,
                                   authjs_json_get_string(user, "id"), &accounts);
    const authjs_error_t *error = list_told(call, status, accounts, "listAccounts");
    apr_size_t i, count = error ? 0 : json_object_array_length(accounts);

    *found = 0;
    for (i = 0; i < count && !*found; i++) {
        struct json_object *account = json_object_array_get_idx(accounts, i);
        const char *other = authjs_json_get_string(account, "provider");
        const char *other_id = authjs_json_get_string(account, "providerAccountId");

        *found = other && other_id && (strcmp(other, provider) || strcmp(other_id, id)) &&
                 authjs_site_provider(x->site, other);
    }
    return error;
}

/* The adapter unlinks an account only if it is this user's and not the last one. */
static const authjs_error_t *unlink_account(authjs_exchange_t *x,
                                            const authjs_visitor_t *visitor, int *done)
{
    const char *provider = authjs_exchange_field(x, "provider");
    const char *id = authjs_exchange_field(x, "providerAccountId");
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *unlinked = NULL;
    authjs_adapter_status_e status = AUTHJS_ADAPTER_OK;
    const authjs_error_t *error = NULL;
    int has_other = 0;

    *done = 0;
    if (!authjs_session_is_fresh(visitor->session, x->site, x->now)) {
        return authjs_error(x->pool, AUTHJS_ERR_ReauthRequired,
                            "the visitor's sign-in is too old to unlink an account");
    }
    if (provider && id) {
        error = find_other_way(x, visitor->user, &has_other);
    }
    if (has_other) {
        status = authjs_store_unlink_account_but_last(
            x->site->store, call, authjs_json_get_string(visitor->user, "id"), provider,
            id, &unlinked);
    }
    *done = unlinked != NULL;
    return status == AUTHJS_ADAPTER_OK
               ? error
               : authjs_adapter_error(call, status, "unlinkAccount");
}

const authjs_error_t *authjs_action_account(authjs_exchange_t *x)
{
    const char *action = authjs_exchange_field(x, "action");
    int rename = action && !strcmp(action, "rename");
    authjs_visitor_t visitor;
    const authjs_error_t *error;
    int done;

    if (!authjs_store_can(x->site->store, AUTHJS_METHOD_unlink_account_but_last)) {
        return authjs_error(x->pool, AUTHJS_ERR_UnknownAction,
                            "the adapter unlinks no accounts");
    }
    error = find_user(x, &visitor);
    if (error || !visitor.user) {
        return error;
    }
    error = rename ? rename_passkey(x, visitor.user, &done)
                   : unlink_account(x, &visitor, &done);
    if (error) {
        return error;
    }
    x->location = page_url(x);
    if (done) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: user %s %s",
                      ap_escape_logitem(x->pool,
                                        authjs_json_get_string(visitor.user, "id")),
                      rename ? "renamed a passkey" : "unlinked an account");
    }
    else {
        x->location = authjs_url_with_param(x->pool, x->location, "error",
                                            rename ? "NotRenamed" : "NotUnlinked");
    }
    return NULL;
}
