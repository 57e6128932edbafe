/* Who we are at an authorization server: id, secret and keys of a client, from what was
 * written, the environment and the definition. */
#include "oauth/oauth.h"

#include "settings/settings.h"

const char *authjs_client_from_env(const authjs_provider_t *provider, apr_pool_t *pool,
                                   const char *suffix)
{
    const char *name, *value = authjs_env_provider(pool, provider->id, suffix, &name);

    return value ? apr_pstrdup(pool, value) : NULL;
}

const char *authjs_client_is_missing(const authjs_provider_t *provider, apr_pool_t *pool,
                                     const char *what, const char *directive,
                                     const char *suffix)
{
    const char *name, *head;

    authjs_env_provider(pool, provider->id, suffix, &name);
    head = provider->template_id
               ? apr_pstrcat(pool, provider->id, " ", provider->template_id, NULL)
               : provider->id;
    return apr_psprintf(pool,
                        "has no %s; write %s inside <AuthJSProvider %s>, or set %s in a "
                        "file that AuthJSEnvFile names, or where httpd is started%s",
                        what, directive, head, name, authjs_env_advice());
}

const char *authjs_client_finish(authjs_provider_t *provider, apr_pool_t *pool)
{
    struct json_object *client = authjs_json_get_object(provider->definition, "client");
    const char *method = authjs_json_get_string(client, "token_endpoint_auth_method");

    if (!provider->client_id) {
        provider->client_id = authjs_client_from_env(provider, pool, "ID");
    }
    if (!provider->client_id) {
        return authjs_client_is_missing(provider, pool, "client id", "AuthJSClientID",
                                        "ID");
    }
    if (provider->client_auth == AUTHJS_CLIENT_AUTH_UNSET) {
        provider->client_auth =
            method ? authjs_client_auth_method(method) : AUTHJS_CLIENT_SECRET_BASIC;
    }
    if (!provider->id_token_alg) {
        provider->id_token_alg =
            authjs_json_get_string(client, "id_token_signed_response_alg");
    }
    return NULL;
}

static const char *read_signing_key(authjs_provider_t *provider, apr_pool_t *pool)
{
    const char *written = apr_table_get(provider->options, "privateKey");
    const char *pem, *why;

    if (!written) {
        return NULL;
    }
    why = authjs_secret_resolve(&pem, pool, written);
    if (!why && pem != authjs_secret_pending) {
        why = authjs_signing_key_read(&provider->signing_key, pool, pem, strlen(pem),
                                      apr_table_get(provider->options, "keyId"),
                                      apr_table_get(provider->options, "alg"));
    }
    return why ? apr_pstrcat(pool, "AuthJSOption privateKey: ", why, NULL) : NULL;
}

/* Entra knows a key by its certificate, which is no secret. */
static const char *read_certificate(authjs_provider_t *provider, apr_pool_t *pool)
{
    const char *written = apr_table_get(provider->options, "certificate");
    const char *why;

    if (!written) {
        return NULL;
    }
    if (provider->client_auth != AUTHJS_PRIVATE_KEY_JWT) {
        return "AuthJSOption certificate is for AuthJSClientAuth private_key_jwt; write "
               "that, and AuthJSOption privateKey=file:/path/to/key.pem";
    }
    written += strncmp(written, "file:", 5) ? 0 : 5;
    why = provider->signing_key
              ? authjs_signing_key_certify(provider->signing_key, pool,
                                           ap_server_root_relative(pool, written))
              : NULL;
    return why ? apr_pstrcat(pool, "AuthJSOption certificate: ", why, NULL) : NULL;
}

/* A secret is made of a key when none is given. */
static int makes_own_secret(const authjs_provider_t *provider, apr_pool_t *pool)
{
    struct json_object *claims = authjs_client_signed_secret(provider);
    const char *text, *why = NULL;

    if (!claims || !apr_table_get(provider->options, "keyId") ||
        !apr_table_get(provider->options, "privateKey")) {
        return 0;
    }
    json_object_object_foreach(claims, name, value)
    {
        (void)name;
        why = why ? why
                  : authjs_catalogue_expand(&text, pool, provider,
                                            json_object_get_string(value));
    }
    return !why;
}

/* What to write for one that is made: the options that have no default, and the key. */
static const char *how_to_make_secret(const authjs_provider_t *provider, apr_pool_t *pool)
{
    struct json_object *options = authjs_json_get_object(provider->definition, "options");
    const char *words = ", or write AuthJSOption";

    if (options) {
        json_object_object_foreach(options, key, usual)
        {
            words = usual ? words : apr_pstrcat(pool, words, " ", key, "=...", NULL);
        }
    }
    return apr_pstrcat(pool, words, " keyId=... privateKey=file:/path/to/key.p8", NULL);
}

const char *authjs_client_finish_secret(authjs_provider_t *provider, apr_pool_t *pool)
{
    const char *why;

    if (provider->client_secret_spec) {
        why = authjs_secret_resolve(&provider->client_secret, pool,
                                    provider->client_secret_spec);
        if (why) {
            return apr_pstrcat(pool, "AuthJSClientSecret: ", why, NULL);
        }
    }
    else {
        provider->client_secret = authjs_client_from_env(provider, pool, "SECRET");
    }
    why = read_signing_key(provider, pool);
    if (!why) {
        why = read_certificate(provider, pool);
    }
    if (why) {
        return why;
    }
    if (provider->client_auth == AUTHJS_PRIVATE_KEY_JWT) {
        return apr_table_get(provider->options, "privateKey")
                   ? NULL
                   : "private_key_jwt needs a key; write AuthJSOption "
                     "privateKey=file:/path/to/key.pem, and keyId=... if the provider "
                     "gave the key an id";
    }
    if (provider->client_secret || provider->client_auth == AUTHJS_CLIENT_NONE ||
        makes_own_secret(provider, pool)) {
        return NULL;
    }
    why = authjs_client_is_missing(provider, pool, "client secret", "AuthJSClientSecret",
                                   "SECRET");
    return authjs_client_signed_secret(provider)
               ? apr_pstrcat(pool, why, how_to_make_secret(provider, pool), NULL)
               : why;
}

const char *authjs_client_check_alg(const authjs_provider_t *provider, apr_pool_t *pool)
{
    const char *alg = provider->id_token_alg, *method = "";

    if (alg && !strncmp(alg, "HS", 2) &&
        (!provider->client_secret || provider->client_auth == AUTHJS_CLIENT_NONE)) {
        return "AuthJSIDTokenAlg HS256, HS384 and HS512 need a client secret";
    }
    if (provider->client_auth == AUTHJS_CLIENT_SECRET_JWT &&
        authjs_jws_secret_fits(alg, provider->client_secret)) {
        alg = "HS256";
        method = "AuthJSClientAuth client_secret_jwt signs with ";
    }
    return authjs_jws_secret_fits(alg, provider->client_secret)
               ? NULL
               : apr_psprintf(pool,
                              "%s%s: the client secret must be as long as the hash "
                              "(RFC 7518 section 3.2), %d bytes; let the provider issue "
                              "a longer one, or use an algorithm with keys",
                              method, alg, (int)apr_atoi64(alg + 2) / 8);
}
