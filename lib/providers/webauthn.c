/* Type webauthn: passkeys. */
#include "providers/webauthn.h"

/* Whom it lets in: of two hosts that ask for less or more, neither believes the other. */
static void describe(authjs_parts_t *parts, const authjs_provider_t *provider,
                     const authjs_site_t *site)
{
    const authjs_passkey_t *passkey = provider->passkey;
    apr_pool_t *pool = authjs_parts_pool(parts);

    (void)site;
    authjs_parts_add(parts, "rpId", passkey->rp_id);
    authjs_parts_add(parts, "userVerification", passkey->user_verification);
    authjs_parts_add(parts, "attestation", apr_itoa(pool, passkey->attestation));
    authjs_parts_add(parts, "signUp", apr_itoa(pool, passkey->sign_up));
}

static void passkeys(authjs_passkeys_t *shown, const authjs_exchange_t *x,
                     const authjs_provider_t *provider)
{
    const authjs_passkey_t *passkey = provider->passkey;

    shown->autofill = passkey->autofill;
    shown->sign_up = passkey->sign_up == AUTHJS_SIGN_UP_OPEN;
    authjs_passkey_show_invitation(shown, x, provider);
    shown->by_address = strcmp(passkey->resident_key, "required") != 0;
}

const authjs_provider_type_t authjs_type_webauthn = {
    .name = "webauthn",
    .title = "Passkey",
    .directives = AUTHJS_DIRECTIVES_OPTIONS,
    .other_directives =
        "asks for a passkey; only AuthJSName, AuthJSStyle and AuthJSOption "
        "mean anything in its section",
    .finish = authjs_webauthn_finish,
    .describe = describe,
    .sends_requests = 1, /* challenges are used up in the shared cache */
    .options = authjs_webauthn_options,
    .passkeys = passkeys,
    .callback = authjs_webauthn_callback,
    .callback_methods = 1 << M_POST,
    .callback_csrf = 1,
    .not_linked = AUTHJS_ERR_AccountNotLinked,
    .keeps_accounts = 1,
    .makes_users = 1};
