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

/* Browsers make passkeys for their own host or a domain that it is in. */
static int is_within(const char *host, const char *domain)
{
    apr_size_t host_len = strlen(host), len = strlen(domain);

    return host_len >= len && !strcmp(host + host_len - len, domain) &&
           (host_len == len || host[host_len - len - 1] == '.');
}

const authjs_error_t *authjs_passkey_rp_id(const authjs_exchange_t *x, const char **rp_id)
{
    const char *written = x->provider->passkey->rp_id;
    const char *why;
    authjs_url_t url;

    why = authjs_url_parse(&url, x->pool, x->origin);
    if (why || (written && !is_within(url.host, written))) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError,
                            "provider %s: browsers refuse AuthJSOption rpId %s at %s, "
                            "which is no host of that domain",
                            x->provider->id, written ? written : "", x->origin);
    }
    *rp_id = written ? written : url.host;
    return NULL;
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

const char *authjs_passkey_base64(apr_pool_t *pool, const unsigned char *bytes,
                                  apr_size_t len)
{
    return apr_pencode_base64_binary(pool, bytes, (apr_ssize_t)len, APR_ENCODE_NONE,
                                     NULL);
}
