#include "oauth/oauth.h"

#define SUB_MAX 128

static const authjs_error_t *userinfo_error(authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError, "userinfo: %s", why);
}

/* A signed answer. */
typedef struct {
    apr_pool_t *pool;
    authjs_jws_verifier_t verifier;
    const authjs_client_response_t *response;
    char *payload;
    apr_size_t len;
} signed_t;

static authjs_jws_e verify_by(void *data, const authjs_jwks_t *jwks, const char **why)
{
    signed_t *answer = data;

    answer->verifier.jwks = jwks;
    return authjs_jws_verify(answer->pool, &answer->verifier, answer->response->body,
                             answer->response->body_len, &answer->payload, &answer->len,
                             why);
}

/* client.userinfo_signed_response_alg: the one algorithm to accept; NULL: any that the
 * provider announces, or none at all. */
static const char *signed_alg(const authjs_provider_t *provider)
{
    return authjs_json_get_string(authjs_json_get_object(provider->definition, "client"),
                                  "userinfo_signed_response_alg");
}

static apr_array_header_t *accepted_algs(apr_pool_t *pool,
                                         const authjs_provider_t *provider,
                                         const authjs_server_metadata_t *metadata)
{
    const char *alg = signed_alg(provider);
    apr_array_header_t *algs;

    if (!alg) {
        return metadata->id_token_algs;
    }
    algs = apr_array_make(pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(algs, const char *) = alg;
    return algs;
}

/* OpenID Connect Core 5.3.2: of this provider, for us. */
static const authjs_error_t *signed_answer(authjs_exchange_t *x,
                                           const authjs_provider_t *provider,
                                           const authjs_server_metadata_t *metadata,
                                           const authjs_client_response_t *response,
                                           struct json_object **profile)
{
    signed_t answer = {x->pool,
                       {NULL, NULL, accepted_algs(x->pool, provider, metadata)},
                       response,
                       NULL,
                       0};
    const authjs_error_t *error;
    const char *why;

    if (!answer.verifier.algs) {
        return userinfo_error(x, "it is signed, but the provider announces no algorithm");
    }
    error = authjs_oauth_by_keys(x, metadata, verify_by, &answer, &why);
    if (error) {
        return error;
    }
    if (!why) {
        why = authjs_json_parse_object(profile, x->pool, answer.payload, answer.len);
    }
    if (!why) {
        why = authjs_claims_check_parties(x->pool, *profile, metadata->issuer,
                                          provider->client_id);
    }
    return why ? userinfo_error(x, why) : NULL;
}

/* The answer as JSON: signed where that is announced, and only so where that is demanded.
 */
static const authjs_error_t *read_answer(authjs_exchange_t *x,
                                         const authjs_provider_t *provider,
                                         const authjs_server_metadata_t *metadata,
                                         const authjs_client_response_t *response,
                                         struct json_object **answer)
{
    const char *why;

    if (!strcmp(response->content_type, "application/jwt")) {
        return signed_answer(x, provider, metadata, response, answer);
    }
    if (signed_alg(provider)) {
        return userinfo_error(x, "it is not signed (application/jwt), as it has to be");
    }
    why = authjs_json_parse_object(answer, x->pool, response->body, response->body_len);
    return why ? userinfo_error(x, why) : NULL;
}

/* Whether an answer is what was asked for: where "success" says what stands in one that
 * is, and something stands there, by that; else by its member "error". */
static int is_success(struct json_object *described, struct json_object *answer)
{
    struct json_object *success = authjs_json_get_object(described, "success"), *found;

    if (success) {
        json_object_object_foreach(success, path, text)
        {
            if (!json_pointer_get(answer, path, &found) && found) {
                return !strcmp(json_object_get_string(found),
                               json_object_get_string(text));
            }
        }
    }
    return !authjs_oauth_says_error(answer);
}

/* Where in the answer the profile is, and what of it stands in the token answer. */
static const char *settle_profile(apr_pool_t *pool, struct json_object *described,
                                  struct json_object *tokens,
                                  struct json_object **profile)
{
    const char *place = authjs_json_get_string(described, "result");
    struct json_object *names = authjs_json_get_array(described, "token_members");
    size_t i;

    if (place && (json_pointer_get(*profile, place, profile) ||
                  !json_object_is_type(*profile, json_type_object))) {
        return apr_psprintf(pool, "the answer has no object at %s", place);
    }
    for (i = 0; names && i < json_object_array_length(names); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(names, i));

        json_object_object_del(*profile, name);
        authjs_json_copy_member(*profile, tokens, name);
    }
    return NULL;
}

static const authjs_error_t *check_sub(authjs_exchange_t *x, struct json_object *profile,
                                       const char *expected)
{
    const char *sub = authjs_json_get_string(profile, "sub");

    if (!expected || (sub && !strcmp(sub, expected))) {
        return NULL;
    }
    return userinfo_error(
        x, apr_psprintf(x->pool, "its sub \"%s\" is not that of the id_token, \"%s\"",
                        sub ? authjs_oauth_words(x, sub, SUB_MAX) : "",
                        authjs_oauth_words(x, expected, SUB_MAX)));
}

const authjs_error_t *authjs_oauth_userinfo(authjs_exchange_t *x,
                                            const authjs_provider_t *provider,
                                            const authjs_server_metadata_t *metadata,
                                            struct json_object *tokens,
                                            const char *expected_sub,
                                            struct json_object **profile)
{
    struct json_object *described =
        authjs_json_get_object(provider->definition, "userinfo");
    authjs_question_t question = {metadata->userinfo_endpoint,
                                  described,
                                  tokens,
                                  "application/json, application/jwt",
                                  metadata->allow_http,
                                  0};
    authjs_client_response_t *response;
    const authjs_error_t *error;
    const char *why;

    if (!metadata->userinfo_endpoint) {
        return userinfo_error(x, "there is no userinfo endpoint");
    }
    if (signed_alg(provider)) {
        question.accept = "application/jwt";
    }
    why = authjs_oauth_ask(x, provider, &question, &response);
    if (why) {
        return userinfo_error(x, why);
    }
    error = read_answer(x, provider, metadata, response, profile);
    if (error) {
        return error;
    }
    if (!is_success(described, *profile)) {
        return userinfo_error(x, authjs_oauth_answered(x, response,
                                                       "the answer is an error"));
    }
    why = settle_profile(x->pool, described, tokens, profile);
    return why ? userinfo_error(x, why) : check_sub(x, *profile, expected_sub);
}
