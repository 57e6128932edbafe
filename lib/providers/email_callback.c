/* callback of an e-mail provider: a link is opened. What reads mails before their reader
 * does opens links, too: a link is used up only by the browser that asked for it, or by
 * the button of a page that says whom it signs in. */
#include "providers/email.h"

#include "adapters/store.h"
#include "http/asker.h"
#include "providers/email_code.h"
#include "signin/signin.h"
#include "site/mail.h"
#include "web/address.h"

#define TOKEN_MAX 512

static const authjs_error_t *invalid(const authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_Verification, "provider %s: the link: %s",
                        x->provider->id, why);
}

/* What a page says is an address: no other text of whoever made the link. */
static int is_address(const authjs_exchange_t *x, const char *text)
{
    const char *plain;

    return !authjs_address_normalise(&plain, x->pool, text) &&
           !ap_cstr_casecmp(plain, text);
}

/* A page within a page, a picture or a script's request is nobody who opens a link. */
static int is_visit(const authjs_exchange_t *x)
{
    return !apr_table_get(x->r->headers_in, "Sec-Fetch-Mode") ||
           authjs_asker(x->r) == AUTHJS_ASKER_PERSON;
}

static int has_asked(const authjs_exchange_t *x, const char *address,
                     const apr_array_header_t *hashes)
{
    const apr_array_header_t *all = authjs_email_asked(x);
    int i, k;

    for (i = 0; i < all->nelts; i++) {
        const authjs_email_asked_t *asked = &APR_ARRAY_IDX(all, i, authjs_email_asked_t);

        for (k = 0; k < hashes->nelts; k++) {
            if (!strcmp(asked->address, address) &&
                authjs_equal_str(asked->hash, APR_ARRAY_IDX(hashes, k, const char *))) {
                return 1;
            }
        }
    }
    return 0;
}

/* The row of the database, which is gone then; NULL: there is none. */
static const authjs_error_t *use_row(authjs_exchange_t *x, const char *address,
                                     const apr_array_header_t *hashes,
                                     struct json_object **row)
{
    authjs_call_t *call = authjs_call(x->r);
    int i;

    *row = NULL;
    for (i = 0; i < hashes->nelts && !*row; i++) {
        authjs_adapter_status_e status = authjs_store_use_verification_token(
            x->site->store, call, address, APR_ARRAY_IDX(hashes, i, const char *), row);

        if (status != AUTHJS_ADAPTER_OK) {
            return authjs_adapter_error(call, status, "useVerificationToken");
        }
    }
    return NULL;
}

/* A database may take one spelling of an address for another. */
static const authjs_error_t *use_link(authjs_exchange_t *x, const char *address,
                                      const apr_array_header_t *hashes)
{
    struct json_object *row;
    const char *expires;
    apr_int64_t end;
    const authjs_error_t *error = use_row(x, address, hashes, &row);

    if (error) {
        return error;
    }
    if (!row) {
        return invalid(x, "it was used, or never made");
    }
    expires = authjs_json_get_string(row, "expires");
    if (!expires || !authjs_iso8601_read(&end, expires) || end < x->now * 1000) {
        return invalid(x, "it is too old");
    }
    return authjs_equal_str(address, authjs_json_get_string(row, "identifier"))
               ? NULL
               : invalid(x, "it is for another address");
}

static const authjs_error_t *sign_in(authjs_exchange_t *x, const char *address)
{
    struct json_object *user, *account;
    const authjs_error_t *error = authjs_email_user(x, address, &user, &account);

    return error ? error : authjs_signin_complete(x, user, account, NULL);
}

/* The link goes with its code: neither is of use after the other one. */
static const authjs_error_t *by_code(authjs_exchange_t *x)
{
    apr_array_header_t *hashes = apr_array_make(x->pool, 1, sizeof(const char *));
    const char *address, *hash;
    const authjs_error_t *error = authjs_email_code_try(x, &address, &hash);

    if (!error) {
        APR_ARRAY_PUSH(hashes, const char *) = hash;
        error = use_link(x, address, hashes);
    }
    return error ? error : sign_in(x, address);
}

const authjs_error_t *authjs_email_callback(authjs_exchange_t *x)
{
    const char *token = authjs_exchange_query(x, "token");
    const char *address = authjs_exchange_query(x, "email");
    const apr_array_header_t *hashes;
    const authjs_error_t *error;

    authjs_exchange_hide(x, token);
    if (!token && x->method == M_POST && x->provider->mail->code &&
        authjs_exchange_field(x, "code")) {
        return by_code(x);
    }
    if (!token || !*token || strlen(token) > TOKEN_MAX || !address ||
        !is_address(x, address)) {
        return invalid(x, "it is not complete");
    }
    if (!authjs_email_token_fits(x, token)) {
        return invalid(x, "it was made for another site or provider");
    }
    hashes = authjs_email_token_hashes(x, token);
    if (!(is_visit(x) && has_asked(x, address, hashes)) &&
        !(x->method == M_POST && x->csrf_verified)) {
        x->to_confirm = address;
        return NULL;
    }
    error = use_link(x, address, hashes);
    return error ? error : sign_in(x, address);
}
