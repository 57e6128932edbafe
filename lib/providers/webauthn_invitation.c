/* signUp=invitation: who has a link that authjsctl invite has written may make an
 * account, once. Here it is looked at; it is used up where the account is made (signin/).
 */
#include "providers/webauthn.h"

#include "adapters/store.h"
#include "settings/settings.h"

/* @param why *why: why it is not good here, or no more; NULL: it is good
 * @return AdapterError when that cannot be known. */
static const authjs_error_t *look_at(authjs_invitation_t *invitation,
                                     const authjs_exchange_t *x,
                                     const authjs_provider_t *provider, const char *token,
                                     const char **why)
{
    const authjs_store_t *store = x->site->store;
    authjs_call_t *call = authjs_call(x->r);
    authjs_adapter_status_e status;
    struct json_object *row;

    memset(invitation, 0, sizeof(*invitation));
    invitation->base_url = x->base_url;
    invitation->provider = provider->id;
    invitation->token = token;
    *why = authjs_invitation_open(invitation, x->pool, x->site->invitation_keys, x->now);
    if (*why || !authjs_store_can(store, AUTHJS_METHOD_get_verification_token)) {
        return NULL;
    }
    status = authjs_store_get_verification_token(store, call, invitation->identifier,
                                                 invitation->hash, &row);
    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "getVerificationToken");
    }
    *why = row ? NULL : "it was used or revoked";
    return NULL;
}

/* Where the database does not answer, that is said once the form is sent. */
void authjs_passkey_show_invitation(authjs_passkeys_t *shown, const authjs_exchange_t *x,
                                    const authjs_provider_t *provider)
{
    const char *token = authjs_exchange_query(x, "invitation"), *why;
    authjs_invitation_t invitation;
    const authjs_error_t *error;

    if (!token || provider->passkey->sign_up != AUTHJS_SIGN_UP_INVITATION) {
        return;
    }
    error = look_at(&invitation, x, provider, token, &why);
    if (error) {
        authjs_log_error(x->r, error);
    }
    if (why) {
        shown->uninvited = 1;
        return;
    }
    shown->sign_up = 1;
    shown->invitation = token;
}

static const authjs_error_t *deny(const authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_AccessDenied, "provider %s: %s",
                        x->provider->id, why);
}

const authjs_error_t *authjs_passkey_may_sign_up(authjs_exchange_t *x, const char *token)
{
    authjs_invitation_t *invitation = apr_palloc(x->pool, sizeof(*invitation));
    const authjs_error_t *error;
    const char *why;

    switch (x->provider->passkey->sign_up) {
    case AUTHJS_SIGN_UP_OPEN:
        return NULL;
    case AUTHJS_SIGN_UP_INVITATION:
        break;
    case AUTHJS_SIGN_UP_EMAIL:
    default:
        return deny(x, "nobody signs up with a passkey alone");
    }
    if (!token) {
        return deny(x, "nobody signs up without an invitation");
    }
    authjs_exchange_hide(x, token);
    error = look_at(invitation, x, x->provider, token, &why);
    if (error) {
        return error;
    }
    if (why) {
        return deny(x, apr_pstrcat(x->pool, "the invitation: ", why, NULL));
    }
    x->invitation = invitation;
    return NULL;
}
