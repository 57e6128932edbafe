#include "oauth/oauth.h"

#include "jose/base64url.h"
#include "web/url.h"

#include "apr_base64.h"

/* Seconds that an assertion of ours is good for. */
#define ASSERTION_MAX_AGE 60
#define SECRET_MAX_AGE    300
#define ASSERTION_TYPE    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/* RFC 6749 section 2.3.1, with the alphabet that Auth.js keeps: encodeURIComponent's. */
static const char *basic_part(apr_pool_t *pool, const char *text)
{
    const char *encoded = authjs_url_encode_component(pool, text);
    char *out = apr_palloc(pool, strlen(encoded) + 1), *end = out;

    while (*encoded) {
        if (!strncmp(encoded, "%20", 3)) {
            *end++ = '+';
            encoded += 3;
        }
        else {
            *end++ = *encoded++;
        }
    }
    *end = '\0';
    return out;
}

static const char *basic(apr_pool_t *pool, const char *id, const char *secret)
{
    const char *pair =
        apr_pstrcat(pool, basic_part(pool, id), ":", basic_part(pool, secret), NULL);
    char *encoded = apr_palloc(pool, apr_base64_encode_len((int)strlen(pair)));

    apr_base64_encode(encoded, pair, (int)strlen(pair));
    return apr_pstrcat(pool, "Authorization: Basic ", encoded, NULL);
}

static struct json_object *assertion_claims(authjs_exchange_t *x, const char *client_id,
                                            const char *jti)
{
    struct json_object *claims = authjs_json_object(x->pool);

    authjs_json_set_string(claims, "jti", jti);
    authjs_json_set_string(claims, "iss", client_id);
    authjs_json_set_string(claims, "sub", client_id);
    authjs_json_set_int64(claims, "iat", x->now);
    authjs_json_set_int64(claims, "nbf", x->now);
    authjs_json_set_int64(claims, "exp", x->now + ASSERTION_MAX_AGE);
    return claims;
}

/* RFC 7523: with a shared secret the audience is the issuer, with a private key it is the
 * issuer and the token endpoint. */
static const char *sign_assertion(authjs_exchange_t *x, const authjs_provider_t *provider,
                                  const authjs_server_metadata_t *metadata,
                                  const char **assertion)
{
    const char *jti = authjs_random_base64url(x->pool, 32);
    const char *issuer = metadata->issuer ? metadata->issuer : metadata->token_endpoint;
    struct json_object *claims, *audience;

    if (!jti) {
        return "no randomness";
    }
    claims = assertion_claims(x, provider->client_id, jti);
    if (provider->client_auth == AUTHJS_CLIENT_SECRET_JWT) {
        authjs_json_set_string(claims, "aud", issuer);
        return authjs_jws_sign_hs256(x->pool, provider->client_secret, claims, assertion);
    }
    if (!provider->signing_key) {
        return "there is no private key";
    }
    audience = authjs_json_own(x->pool, json_object_new_array());
    json_object_array_add(audience, json_object_new_string(issuer));
    json_object_array_add(audience, json_object_new_string(metadata->token_endpoint));
    authjs_json_set(claims, "aud", audience);
    return authjs_jws_sign(x->pool, provider->signing_key, claims, assertion);
}

/* "signed_secret" of a definition: its claims, beside those that every one has; made anew
 * each time, good for five minutes. */
static const char *sign_secret(apr_pool_t *pool, const authjs_provider_t *provider,
                               struct json_object *described, apr_int64_t now,
                               const char **secret)
{
    struct json_object *claims = authjs_json_object(pool);
    const char *text, *why = NULL;

    authjs_json_set_string(claims, "sub", provider->client_id);
    authjs_json_set_int64(claims, "iat", now);
    authjs_json_set_int64(claims, "exp", now + SECRET_MAX_AGE);
    json_object_object_foreach(described, name, value)
    {
        why = why ? why
                  : authjs_catalogue_expand(&text, pool, provider,
                                            json_object_get_string(value));
        if (!why) {
            authjs_json_set_string(claims, name, text);
        }
    }
    return why ? why : authjs_jws_sign(pool, provider->signing_key, claims, secret);
}

struct json_object *authjs_client_signed_secret(const authjs_provider_t *provider)
{
    return authjs_json_get_object(authjs_json_get_object(provider->definition, "client"),
                                  "signed_secret");
}

/* The secret as written, or one that is made of a key. */
static const authjs_error_t *client_secret(authjs_exchange_t *x,
                                           const authjs_provider_t *provider,
                                           const char **secret)
{
    struct json_object *described = authjs_client_signed_secret(provider);
    const char *why = NULL;

    *secret = provider->client_secret;
    if (!*secret && provider->signing_key && described) {
        why = sign_secret(x->pool, provider, described, x->now, secret);
    }
    if (why) {
        return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError,
                            "the client secret: %s", why);
    }
    return *secret ? NULL
                   : authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError,
                                  "provider %s has no client secret", provider->id);
}

const authjs_error_t *
authjs_client_authentication(authjs_exchange_t *x, const authjs_provider_t *provider,
                             const authjs_server_metadata_t *metadata,
                             apr_array_header_t *body, const char **header)
{
    const authjs_error_t *error;
    const char *secret, *assertion, *why;

    *header = NULL;
    switch (provider->client_auth) {
    case AUTHJS_CLIENT_NONE:
        authjs_params_set(body, "client_id", provider->client_id);
        return NULL;
    case AUTHJS_CLIENT_SECRET_POST:
        error = client_secret(x, provider, &secret);
        if (!error) {
            authjs_params_set(body, "client_id", provider->client_id);
            authjs_params_set(body, "client_secret", secret);
        }
        return error;
    case AUTHJS_CLIENT_SECRET_JWT:
    case AUTHJS_PRIVATE_KEY_JWT:
        why = sign_assertion(x, provider, metadata, &assertion);
        if (why) {
            return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError,
                                "the client assertion: %s", why);
        }
        authjs_params_set(body, "client_id", provider->client_id);
        authjs_params_set(body, "client_assertion_type", ASSERTION_TYPE);
        authjs_params_set(body, "client_assertion", assertion);
        return NULL;
    default:
        error = client_secret(x, provider, &secret);
        if (!error) {
            *header = basic(x->pool, provider->client_id, secret);
        }
        return error;
    }
}
