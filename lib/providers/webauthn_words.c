/* What options and callback of a provider of type webauthn read alike. */
#include "providers/webauthn.h"

#include "web/url.h"

#include "apr_encode.h"

#define NAME_MAX_BYTES 254

int authjs_passkey_action(authjs_passkey_action_e *action, const char *name)
{
    *action = !name                           ? AUTHJS_PASSKEY_NEITHER
              : !strcmp(name, "authenticate") ? AUTHJS_PASSKEY_AUTHENTICATE
                                              : AUTHJS_PASSKEY_REGISTER;
    return *action != AUTHJS_PASSKEY_REGISTER || !strcmp(name, "register");
}

const char *authjs_passkey_rp_id(const authjs_exchange_t *x)
{
    authjs_url_t url;

    if (x->provider->passkey->rp_id || authjs_url_parse(&url, x->pool, x->origin)) {
        return x->provider->passkey->rp_id;
    }
    return url.host;
}

const char *authjs_passkey_name(const authjs_exchange_t *x, const char *typed)
{
    char *name = typed ? apr_pstrdup(x->pool, typed) : NULL;
    apr_size_t len;

    while (name && *name == ' ') {
        name++;
    }
    for (len = name ? strlen(name) : 0; len && name[len - 1] == ' '; len--) {
        name[len - 1] = '\0';
    }
    return name && authjs_is_line(name, NAME_MAX_BYTES) ? name : NULL;
}

const char *authjs_passkey_stored_id(apr_pool_t *pool, const unsigned char *id,
                                     apr_size_t len)
{
    return apr_pencode_base64_binary(pool, id, (apr_ssize_t)len, APR_ENCODE_NONE, NULL);
}
