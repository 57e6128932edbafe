#include "oauth/oauth.h"

#define SUB_MAX 128

static const authjs_error_t *userinfo_error(authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError, "userinfo: %s", why);
}

/* One GET with the access token: status 200, a body that parse accepts. */
static const char *get_with_token(authjs_exchange_t *x,
                                  const authjs_server_metadata_t *metadata,
                                  const char *url, const char *access_token,
                                  authjs_client_response_t **response)
{
    const char *headers[] = {
        "Accept: application/json, application/jwt",
        apr_pstrcat(x->pool, "Authorization: Bearer ", access_token, NULL), NULL};
    authjs_client_request_t request = {"GET", url, metadata->allow_http, headers, NULL,
                                       0,     0};
    const char *why;

    /* A line break would make the token a header of its own. */
    if (strpbrk(access_token, "\r\n")) {
        return "the access token is malformed";
    }
    authjs_exchange_hide(x, access_token);
    why = authjs_oauth_send(x, &request, response);
    return why || (*response)->status == HTTP_OK
               ? why
               : authjs_oauth_answered(x, *response, NULL);
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

/* OpenID Connect Core 5.3.2: of this provider, for us. */
static const authjs_error_t *signed_answer(authjs_exchange_t *x,
                                           const authjs_provider_t *provider,
                                           const authjs_server_metadata_t *metadata,
                                           const authjs_client_response_t *response,
                                           struct json_object **profile)
{
    signed_t answer = {x->pool, {NULL, NULL, metadata->id_token_algs}, response, NULL, 0};
    const authjs_error_t *error;
    const char *why;

    if (!metadata->id_token_algs) {
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

static int is_primary(struct json_object *entry)
{
    struct json_object *flag = authjs_json_get(entry, "primary");

    return flag && json_object_get_boolean(flag);
}

static int is_of_address(struct json_object *entry, const char *address)
{
    const char *email = authjs_json_get_string(entry, "email");

    return email && !ap_cstr_casecmp(email, address);
}

/* The entry of the address that is known; else the primary one, else the first. */
static struct json_object *find_email(struct json_object *emails, const char *known)
{
    struct json_object *entry, *first = NULL;
    size_t i;

    for (i = 0; i < json_object_array_length(emails); i++) {
        entry = json_object_array_get_idx(emails, i);
        if (!json_object_is_type(entry, json_type_object)) {
            continue;
        }
        if (known ? is_of_address(entry, known) : is_primary(entry)) {
            return entry;
        }
        first = first ? first : entry;
    }
    return known ? NULL : first;
}

static const char *get_emails(authjs_exchange_t *x,
                              const authjs_server_metadata_t *metadata, const char *url,
                              const char *access_token, struct json_object **emails)
{
    authjs_client_response_t *response;
    const char *why = get_with_token(x, metadata, url, access_token, &response);

    if (!why) {
        why = authjs_json_parse(emails, x->pool, response->body, response->body_len);
    }
    return why || json_object_is_type(*emails, json_type_array)
               ? why
               : "the e-mail addresses are not an array";
}

/* GitHub keeps addresses apart, and says there alone which are verified: a second
 * request. Where the profile has an address, that it fails is no reason to refuse
 * anybody: the address counts for nothing then. */
static const authjs_error_t *add_email(authjs_exchange_t *x,
                                       const authjs_provider_t *provider,
                                       const authjs_server_metadata_t *metadata,
                                       const char *access_token,
                                       struct json_object *profile)
{
    struct json_object *userinfo =
        authjs_json_get_object(provider->definition, "userinfo");
    const char *url = authjs_json_get_string(userinfo, "emails_url");
    const char *known = authjs_json_get_string(profile, "email"), *why;
    struct json_object *emails = NULL, *entry;

    if (!url || (authjs_json_get(profile, "email") && !known)) {
        return NULL; /* or an e-mail address that is no text, for which it is refused */
    }
    known = known && *known ? known : NULL;
    json_object_object_del(profile, "email_verified");
    why = get_emails(x, metadata, url, access_token, &emails);
    if (why && known) {
        authjs_oauth_odd(
            x, provider,
            apr_pstrcat(x->pool, "whether the address is verified is not known: ", why,
                        NULL));
        return NULL;
    }
    if (why) {
        return userinfo_error(x, why);
    }
    entry = find_email(emails, known);
    if (entry) {
        if (!known) {
            authjs_json_set(profile, "email", authjs_json_get(entry, "email"));
        }
        authjs_json_set(profile, "email_verified", authjs_json_get(entry, "verified"));
    }
    return NULL;
}

const authjs_error_t *
authjs_oauth_userinfo(authjs_exchange_t *x, const authjs_provider_t *provider,
                      const authjs_server_metadata_t *metadata, const char *access_token,
                      const char *expected_sub, struct json_object **profile)
{
    authjs_client_response_t *response;
    const authjs_error_t *error;
    const char *why, *sub;

    if (!metadata->userinfo_endpoint) {
        return userinfo_error(x, "there is no userinfo endpoint");
    }
    why =
        get_with_token(x, metadata, metadata->userinfo_endpoint, access_token, &response);
    if (why) {
        return userinfo_error(x, why);
    }
    if (!strcmp(response->content_type, "application/jwt")) {
        error = signed_answer(x, provider, metadata, response, profile);
        if (error) {
            return error;
        }
    }
    else {
        why = authjs_json_parse_object(profile, x->pool, response->body,
                                       response->body_len);
        if (why) {
            return userinfo_error(x, why);
        }
    }
    if (authjs_oauth_says_error(*profile)) {
        return userinfo_error(x, authjs_oauth_answered(x, response,
                                                       "the answer is an error"));
    }
    sub = authjs_json_get_string(*profile, "sub");
    if (expected_sub && (!sub || strcmp(sub, expected_sub))) {
        return userinfo_error(
            x, apr_psprintf(x->pool, "its sub \"%s\" is not that of the id_token, \"%s\"",
                            sub ? authjs_oauth_words(x, sub, SUB_MAX) : "",
                            authjs_oauth_words(x, expected_sub, SUB_MAX)));
    }
    return add_email(x, provider, metadata, access_token, *profile);
}
