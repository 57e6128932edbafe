/* Whose address it is. */
#include "providers/email.h"

#include "adapters/store.h"
#include "callbacks/callbacks.h"
#include "signin/link.h"
#include "web/address.h"

static const authjs_error_t *no_address(const authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_EmailSignInError, "provider %s: %s",
                        x->provider->id, why);
}

/* What a callback made of it is an address all the same; its capitals stay. */
static const authjs_error_t *ask_normalize(authjs_exchange_t *x, const char *sent,
                                           const char **identifier)
{
    struct json_object *params = authjs_json_object(x->pool);

    authjs_json_set_string(params, "identifier", sent);
    authjs_json_set_string(params, "provider", x->provider->id);
    return authjs_callback_text(x, AUTHJS_CALLBACK_normalizeIdentifier, params,
                                identifier)
               ? no_address(x, "the callback normalizeIdentifier refused the address")
               : NULL;
}

const authjs_error_t *authjs_email_address(authjs_exchange_t *x, const char **address)
{
    const char *sent = authjs_exchange_field(x, "email"), *own = NULL, *why;
    const authjs_error_t *error = NULL;

    if (!sent || !*sent) {
        return no_address(x, "the form has no address");
    }
    if (strlen(sent) > AUTHJS_ADDRESS_INPUT_MAX ||
        !authjs_utf8_valid(sent, strlen(sent))) {
        return no_address(x, "the address is too long, or not UTF-8");
    }
    if (authjs_has_callback(x->site, AUTHJS_CALLBACK_normalizeIdentifier)) {
        error = ask_normalize(x, sent, &own);
    }
    if (error) {
        return error;
    }
    why = authjs_address_normalise(address, x->pool, own ? own : sent);
    if (why) {
        return no_address(x, apr_pstrcat(x->pool, "the address: ", why, NULL));
    }
    if (own && !ap_cstr_casecmp(own, *address)) {
        *address = own;
    }
    return NULL;
}

/* Auth.js: somebody new is an id and an address. */
static struct json_object *new_user(const authjs_exchange_t *x, const char *address)
{
    struct json_object *user = authjs_json_object(x->pool);

    authjs_json_set_string(user, "id", authjs_random_uuid(x->pool));
    authjs_json_set_string(user, "email", address);
    authjs_json_set_string(user, "emailVerified", NULL);
    return user;
}

const authjs_error_t *authjs_email_user(authjs_exchange_t *x, const char *address,
                                        struct json_object **user,
                                        struct json_object **account)
{
    authjs_call_t *call = authjs_call(x->r);
    authjs_adapter_status_e status =
        authjs_store_get_user_by_email(x->site->store, call, address, user);

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "getUserByEmail");
    }
    if (*user) {
        authjs_user_complete(*user);
    }
    else {
        *user = new_user(x, address);
    }
    *account = authjs_json_object(x->pool);
    authjs_json_set_string(*account, "providerAccountId", address);
    authjs_json_set(*account, "userId", authjs_json_get(*user, "id"));
    authjs_json_set_string(*account, "type", x->provider->type->name);
    authjs_json_set_string(*account, "provider", x->provider->id);
    return NULL;
}
