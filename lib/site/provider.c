/* What the members of a provider may be. */
#include "site/provider.h"

#include "settings/settings.h"
#include "web/html.h"
#include "web/url.h"

#define ID_MAX 64

const char *authjs_provider_id_check(const char *id)
{
    if (!*id || strlen(id) > ID_MAX ||
        strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(id)) {
        return "an id is made of a-z, 0-9 and '-', 64 at most";
    }
    /* Auth.js takes this word in a URL for no provider at all. */
    return !strcmp(id, "undefined") ? "undefined cannot be an id" : NULL;
}

authjs_client_auth_e authjs_client_auth_method(const char *name)
{
    /* In the order of authjs_client_auth_e. */
    static const char *const names[] = {"",
                                        "client_secret_basic",
                                        "client_secret_post",
                                        "client_secret_jwt",
                                        "private_key_jwt",
                                        "none"};
    int i;

    for (i = 1; i < (int)(sizeof(names) / sizeof(names[0])); i++) {
        if (!strcmp(names[i], name)) {
            return (authjs_client_auth_e)i;
        }
    }
    return AUTHJS_CLIENT_AUTH_UNSET;
}

const char *authjs_id_token_alg_check(const char *alg)
{
    static const char *const algs[] = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                       "PS512", "ES256", "ES384", "ES512", "EdDSA",
                                       "HS256", "HS384", "HS512", NULL};
    int i;

    for (i = 0; algs[i] && strcmp(algs[i], alg); i++) {
    }
    return algs[i] ? NULL
                   : "the algorithm must be RS256, RS384, RS512, PS256, PS384, PS512, "
                     "ES256, ES384, ES512, EdDSA, HS256, HS384 or HS512";
}

const char *authjs_style_key_check(apr_pool_t *pool, const char *key, const char *value)
{
    static const char *const keys[] = {"logo", "bg", "text", "brandColor", NULL};
    authjs_url_t url;

    if (!authjs_word(keys, key)) {
        return apr_psprintf(pool, "has no key %s; the keys are %s", key,
                            authjs_words_text(pool, keys));
    }
    if (strcmp(key, "logo")) {
        return authjs_css_color_valid(value)
                   ? NULL
                   : apr_pstrcat(pool, key, " is not a colour such as #0b7285", NULL);
    }
    if (authjs_page_path_check(value) &&
        (authjs_url_parse(&url, pool, value) || strcmp(url.scheme, "https"))) {
        return "logo must be a path on this site or an https URL";
    }
    return NULL;
}
