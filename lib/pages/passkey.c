#include "pages/passkey.h"

/* Made from passkey.js by pages/generate. */
static const char script[] =
#include "pages/passkey.inc"
    ;

void authjs_passkey_open(authjs_document_t *document, const authjs_exchange_t *x,
                         const authjs_provider_t *provider, const char *ceremony,
                         const char *callback_url, int autofill)
{
    authjs_document_add(document,
                        "<form class=\"provider passkey\" action=\"%s/callback/%s\" "
                        "method=\"POST\" data-passkey=\"%s\" "
                        "data-options=\"%s/webauthn-options/%s\"",
                        x->base_url, provider->id, ceremony, x->base_url, provider->id);
    if (autofill) {
        authjs_document_add(document, " data-autofill=\"\"");
    }
    authjs_document_add(document, ">\n");
    authjs_document_add_hidden_fields(document, x, callback_url);
}

void authjs_passkey_close(authjs_document_t *document)
{
    authjs_document_add(document,
                        "<p class=\"hint\" role=\"status\"></p>\n"
                        "<noscript><p class=\"hint\">%s</p></noscript>\n</form>\n",
                        authjs_document_text(document, AUTHJS_TEXT_passkeyNoScript));
}

void authjs_passkey_add_fields(authjs_document_t *document, const authjs_exchange_t *x,
                               const authjs_provider_t *provider,
                               const authjs_passkeys_t *sign_up, int open)
{
    const char *id = apr_pstrcat(x->pool, "input-email-for-", provider->id,
                                 sign_up ? "-new" : "-key", NULL);

    authjs_passkey_open(document, x, provider,
                        sign_up ? AUTHJS_PASSKEY_CREATE : AUTHJS_PASSKEY_GET,
                        x->callback_url, 0);
    if (sign_up && sign_up->invitation) {
        authjs_document_add(document,
                            "<input type=\"hidden\" name=\"invitation\" value=\"%s\">\n",
                            sign_up->invitation);
    }
    authjs_document_add(document, "<details hidden%s>\n<summary>", open ? " open" : "");
    authjs_document_add_labelled(
        document, sign_up ? AUTHJS_TEXT_createWith : AUTHJS_TEXT_securityKey,
        provider->name);
    authjs_document_add(
        document,
        "</summary>\n<label for=\"%s\">%s</label>\n"
        "<input id=\"%s\" name=\"email\" type=\"text\" value=\"\" "
        "autocomplete=\"username webauthn\" autocapitalize=\"none\" "
        "spellcheck=\"false\" maxlength=\"254\" required>\n"
        "<button type=\"submit\" class=\"submit\" disabled>%s</button>\n</details>\n"
        "<p class=\"hint\" role=\"status\"></p>\n</form>\n",
        id,
        authjs_document_text(document, sign_up ? AUTHJS_TEXT_nameOrEmail
                                               : AUTHJS_TEXT_emailAddress),
        id,
        authjs_document_text(document,
                             sign_up ? AUTHJS_TEXT_createAccount : AUTHJS_TEXT_signIn));
}

void authjs_passkey_add_script(authjs_document_t *document)
{
    authjs_document_add(
        document,
        "<div id=\"passkey-texts\" hidden data-waiting=\"%s\" data-refused=\"%s\" "
        "data-cancelled=\"%s\" data-late=\"%s\" data-none=\"%s\" data-exists=\"%s\" "
        "data-unsupported=\"%s\" data-unfit=\"%s\" data-address=\"%s\" "
        "data-limited=\"%s\" data-unreachable=\"%s\" data-gone=\"%s\" "
        "data-uninvited=\"%s\" data-failed=\"%s\"></div>\n",
        authjs_document_text(document, AUTHJS_TEXT_passkeyWaiting),
        authjs_document_text(document, AUTHJS_TEXT_passkeyRefused),
        authjs_document_text(document, AUTHJS_TEXT_passkeyCancelled),
        authjs_document_text(document, AUTHJS_TEXT_passkeyLate),
        authjs_document_text(document, AUTHJS_TEXT_passkeyNone),
        authjs_document_text(document, AUTHJS_TEXT_passkeyExists),
        authjs_document_text(document, AUTHJS_TEXT_passkeyUnsupported),
        authjs_document_text(document, AUTHJS_TEXT_passkeyUnfit),
        authjs_document_text(document, AUTHJS_TEXT_passkeyAddress),
        authjs_document_text(document, AUTHJS_TEXT_passkeyLimited),
        authjs_document_text(document, AUTHJS_TEXT_passkeyUnreachable),
        authjs_document_text(document, AUTHJS_TEXT_notSignedIn),
        authjs_document_text(document, AUTHJS_TEXT_errorInvitation),
        authjs_document_text(document, AUTHJS_TEXT_errorOther));
    authjs_document_add_asking_script(document, script);
}
