/* POST signin of an e-mail provider: a link is made, and sent. */
#include "providers/email.h"

#include "adapters/store.h"
#include "mail/mail.h"
#include "providers/email_code.h"
#include "providers/email_limit.h"
#include "signin/signin.h"
#include "web/url.h"

/* Auth.js: the same callback is asked once more when the link is used. */
static const authjs_error_t *may_ask(authjs_exchange_t *x, const char *address)
{
    struct json_object *user, *account, *email;
    const authjs_error_t *error = authjs_email_user(x, address, &user, &account);

    if (error) {
        return error;
    }
    email = authjs_json_object(x->pool);
    authjs_json_set_boolean(email, "verificationRequest", 1);
    return authjs_signin_ask(x, user, account, "email", email);
}

static const char *make_url(authjs_exchange_t *x, const char *token, const char *address)
{
    apr_array_header_t *params = apr_array_make(x->pool, 3, sizeof(authjs_param_t));

    authjs_params_set(params, "callbackUrl", x->callback_url);
    authjs_params_set(params, "token", token);
    authjs_params_set(params, "email", address);
    return apr_pstrcat(x->pool, x->base_url, "/callback/", x->provider->id, "?",
                       authjs_form_serialize(x->pool, params), NULL);
}

static const authjs_error_t *store_token(authjs_exchange_t *x, const char *address,
                                         const char *hash, apr_int64_t end)
{
    struct json_object *row = authjs_json_object(x->pool), *created;
    authjs_call_t *call = authjs_call(x->r);
    char expires[AUTHJS_ISO8601_LEN + 1];
    authjs_adapter_status_e status;

    authjs_iso8601(expires, end);
    authjs_json_set_string(row, "identifier", address);
    authjs_json_set_string(row, "token", hash);
    authjs_json_set_string(row, "expires", expires);
    status = authjs_store_create_verification_token(x->site->store, call, row, &created);
    return status == AUTHJS_ADAPTER_OK
               ? NULL
               : authjs_adapter_error(call, status, "createVerificationToken");
}

/* A link that nobody got is of no use. */
static void delete_token(authjs_exchange_t *x, const char *address, const char *hash)
{
    struct json_object *used;

    authjs_store_use_verification_token(x->site->store, authjs_call(x->r), address, hash,
                                        &used);
}

static const authjs_error_t *send_link(authjs_exchange_t *x, const char *address,
                                       const char *token)
{
    const apr_array_header_t *hashes = authjs_email_token_hashes(x, token);
    const char *hash = hashes->nelts ? APR_ARRAY_IDX(hashes, 0, const char *) : NULL;
    authjs_mail_link_t link = {0};
    authjs_email_asked_t asked = {x->provider->id, address, hash,
                                  x->now + x->provider->mail->max_age};
    authjs_mail_message_t message = {0};
    const authjs_error_t *error =
        hash ? store_token(x, address, hash, asked.expires)
             : authjs_error(x->pool, AUTHJS_ERR_AuthError, "OpenSSL has no SHA-256");

    if (error) {
        return error;
    }
    link.to = address;
    link.url = make_url(x, token, address);
    link.host = ap_strstr_c(x->origin, "://") + 3;
    link.token = token;
    link.code = authjs_email_code_begin(x, address, hash, asked.expires);
    link.expires = asked.expires;
    authjs_mail_write(&message, x, &link);
    error = authjs_mail_send(x, &link, &message);
    if (error) {
        delete_token(x, address, hash);
        return error;
    }
    authjs_email_remember(x, &asked);
    return NULL;
}

const authjs_error_t *authjs_email_signin(authjs_exchange_t *x)
{
    const char *address, *token;
    const authjs_error_t *error = authjs_email_address(x, &address);

    if (!error) {
        error = authjs_mail_limit(x, address);
    }
    if (!error) {
        error = may_ask(x, address);
    }
    if (error || x->location) {
        return error;
    }
    error = authjs_email_new_token(x, address, &token);
    if (!error) {
        authjs_exchange_hide(x, token);
        error = send_link(x, address, token);
    }
    if (!error) {
        x->location = apr_pstrcat(x->pool, x->base_url,
                                  "/verify-request?provider=", x->provider->id,
                                  "&type=email", NULL);
    }
    return error;
}
