#include "oauth/oauth.h"

static const authjs_error_t *id_token_error(authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError, "the id_token: %s", why);
}

/* The algorithms to accept: the pinned one; else what discovery announces, less those
 * that a public key cannot verify; else RS256 (OpenID Connect Core 3.1.3.7). */
static apr_array_header_t *accepted_algs(authjs_exchange_t *x,
                                         const authjs_provider_t *provider,
                                         const authjs_server_metadata_t *metadata)
{
    apr_array_header_t *algs = apr_array_make(x->pool, 8, sizeof(const char *));
    int i;

    if (provider->id_token_alg || !metadata->id_token_algs) {
        APR_ARRAY_PUSH(algs, const char *) =
            provider->id_token_alg ? provider->id_token_alg : "RS256";
        return algs;
    }
    for (i = 0; i < metadata->id_token_algs->nelts; i++) {
        const char *alg = APR_ARRAY_IDX(metadata->id_token_algs, i, const char *);

        if (strncmp(alg, "HS", 2)) {
            APR_ARRAY_PUSH(algs, const char *) = alg;
        }
    }
    return algs;
}

/* HS256 is for a confidential client that asks for it; then the published keys have no
 * say, and otherwise the secret has none. */
static int by_secret(const authjs_provider_t *provider)
{
    return provider->id_token_alg && !strncmp(provider->id_token_alg, "HS", 2) &&
           provider->client_secret && provider->client_auth != AUTHJS_CLIENT_NONE;
}

/* An id_token and what it must say. */
typedef struct {
    apr_pool_t *pool;
    authjs_jws_verifier_t verifier;
    authjs_id_token_expected_t expected;
    const char *token;
    struct json_object **claims;
} question_t;

static authjs_jws_e verify_by(void *data, const authjs_jwks_t *jwks, const char **why)
{
    question_t *question = data;

    question->verifier.jwks = jwks;
    return authjs_id_token_verify(question->pool, &question->verifier,
                                  &question->expected, question->token,
                                  strlen(question->token), question->claims, why);
}

/* Nothing rests on when somebody signed in there: some write a date. */
static void settle_auth_time(authjs_exchange_t *x, const authjs_provider_t *provider,
                             struct json_object *claims)
{
    apr_int64_t when;

    if (json_object_object_get_ex(claims, "auth_time", NULL) &&
        (!authjs_json_get_int64(claims, "auth_time", &when) || when < 0)) {
        authjs_oauth_odd(x, provider,
                         "the id_token's auth_time is no time: it is taken for absent");
        json_object_object_del(claims, "auth_time");
    }
}

/* Cognito and others send a nonce of their own where they were sent none. */
static const char *with_nonce_hint(apr_pool_t *pool, const char *why, const char *nonce,
                                   const char *token)
{
    struct json_object *claims;

    return nonce || authjs_jws_peek(pool, token, strlen(token), &claims) ||
                   !authjs_json_get(claims, "nonce")
               ? why
               : apr_pstrcat(pool, why, "; write AuthJSChecks with nonce", NULL);
}

static const authjs_error_t *verify(authjs_exchange_t *x,
                                    const authjs_provider_t *provider,
                                    const authjs_server_metadata_t *metadata,
                                    struct json_object *tokens, const char *nonce,
                                    struct json_object **claims)
{
    question_t question = {x->pool,
                           {NULL, NULL, accepted_algs(x, provider, metadata)},
                           {metadata->issuer, provider->client_id, nonce,
                            authjs_json_get_string(tokens, "access_token"), x->now},
                           authjs_json_get_string(tokens, "id_token"),
                           claims};
    const authjs_error_t *error = NULL;
    const char *why = NULL;

    if (!question.verifier.algs->nelts) {
        return id_token_error(x,
                              "its document announces no algorithm that keys verify; if "
                              "it signs with the client secret, write AuthJSIDTokenAlg "
                              "HS256");
    }
    if (by_secret(provider)) {
        question.verifier.client_secret = provider->client_secret;
        verify_by(&question, NULL, &why);
    }
    else {
        error = authjs_oauth_by_keys(x, metadata, verify_by, &question, &why);
    }
    if (!error && why) {
        error = id_token_error(x, with_nonce_hint(x->pool, why, nonce, question.token));
    }
    if (!error) {
        settle_auth_time(x, provider, *claims);
    }
    return error;
}

static int tenant_valid(const char *tenant)
{
    apr_size_t len = tenant ? strspn(tenant, "0123456789abcdefABCDEF-") : 0;

    return len > 0 && len <= 64 && !tenant[len];
}

/* "tenants" of a definition: below which address each tenant has its issuer, and which of
 * them are none but stand for many. What follows the tenant's name in such an issuer;
 * NULL when the issuer is of one tenant, which is then the only one. */
static const char *after_many_tenants(struct json_object *tenants, const char *issuer)
{
    const char *below = authjs_json_get_string(tenants, "below");
    struct json_object *many = authjs_json_get_array(tenants, "many");
    size_t i, len = below ? strlen(below) : 0;

    if (!below || !many || strncmp(issuer, below, len)) {
        return NULL;
    }
    for (i = 0; i < json_object_array_length(many); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(many, i));
        size_t name_len = strlen(name);

        if (!strncmp(issuer + len, name, name_len) && issuer[len + name_len] == '/') {
            return issuer + len + name_len;
        }
    }
    return NULL;
}

/* An issuer for many tenants signs as the visitor's own tenant, which the token names.
 * Its document is fetched and the token must be of it. */
static const authjs_error_t *tenant_metadata(authjs_exchange_t *x,
                                             const authjs_provider_t *provider,
                                             const char *token,
                                             const authjs_server_metadata_t **metadata)
{
    struct json_object *tenants = authjs_json_get_object(provider->definition, "tenants");
    const char *rest = after_many_tenants(tenants, provider->issuer), *claim, *tenant;
    struct json_object *claims;
    const char *why;

    if (!rest) {
        return NULL;
    }
    why = authjs_jws_peek(x->pool, token, strlen(token), &claims);
    if (why) {
        return id_token_error(x, why);
    }
    claim = authjs_json_get_string(tenants, "claim");
    tenant = claim ? authjs_json_get_string(claims, claim) : NULL;
    if (!tenant_valid(tenant)) {
        return id_token_error(x, "it names no tenant");
    }
    return authjs_oauth_metadata_of(x, provider,
                                    apr_pstrcat(x->pool,
                                                authjs_json_get_string(tenants, "below"),
                                                tenant, rest, NULL),
                                    metadata);
}

const authjs_error_t *authjs_oauth_id_token(authjs_exchange_t *x,
                                            const authjs_provider_t *provider,
                                            const authjs_server_metadata_t **metadata,
                                            struct json_object *tokens, const char *nonce,
                                            struct json_object **claims)
{
    const char *token = authjs_json_get_string(tokens, "id_token");
    const authjs_error_t *error;

    if (!token) {
        return id_token_error(x, "there is none");
    }
    if (!(*metadata)->issuer) {
        return id_token_error(x, "the provider has no issuer that could have made it");
    }
    error = tenant_metadata(x, provider, token, metadata);
    return error ? error : verify(x, provider, *metadata, tokens, nonce, claims);
}
