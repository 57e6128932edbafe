#include "oauth/oauth.h"
#include "web/url.h"

static const authjs_error_t *token_error(authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError, "the token request: %s",
                        why);
}

/* Fields of the request that open something. */
static void hide_secrets(authjs_exchange_t *x, const apr_array_header_t *body)
{
    static const char *const names[] = {"code", "code_verifier", "client_secret",
                                        "client_assertion", "refresh_token"};
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        authjs_exchange_hide(x, authjs_params_get(body, names[i]));
    }
}

static void hide_tokens(authjs_exchange_t *x, struct json_object *tokens)
{
    authjs_exchange_hide(x, authjs_json_get_string(tokens, "access_token"));
    authjs_exchange_hide(x, authjs_json_get_string(tokens, "refresh_token"));
    authjs_exchange_hide(x, authjs_json_get_string(tokens, "id_token"));
}

/* What to write, where the error that was answered says it. */
static const char *hint_of(authjs_exchange_t *x, const authjs_provider_t *provider,
                           const authjs_server_metadata_t *metadata,
                           const authjs_client_response_t *response)
{
    struct json_object *answer;
    const char *code;

    if (authjs_json_parse_object(&answer, x->pool, response->body, response->body_len) ||
        !(code = authjs_json_get_string(answer, "error"))) {
        return "";
    }
    return authjs_oauth_hint(x->pool, provider, metadata, code,
                             authjs_json_get_string(answer, "error_description"));
}

static apr_array_header_t *token_request(authjs_exchange_t *x, const char *code,
                                         const char *code_verifier,
                                         const char *redirect_uri)
{
    apr_array_header_t *body = apr_array_make(x->pool, 8, sizeof(authjs_param_t));

    authjs_params_set(body, "redirect_uri", redirect_uri);
    authjs_params_set(body, "code", code);
    if (code_verifier) {
        authjs_params_set(body, "code_verifier", code_verifier);
    }
    authjs_params_set(body, "grant_type", "authorization_code");
    return body;
}

/* What the definition has beside the standard's: a query, fields, headers. */
static const char *add_described(authjs_exchange_t *x, const authjs_provider_t *provider,
                                 struct json_object *described,
                                 authjs_client_request_t *request,
                                 apr_array_header_t *body, apr_array_header_t *headers)
{
    const char *why = authjs_oauth_fill_url(&request->url, x, provider, NULL, described);

    if (!why) {
        why = authjs_oauth_fill_params(x, provider, NULL,
                                       authjs_json_get_object(described, "form"), body);
    }
    if (!why) {
        why = authjs_oauth_fill_headers(x, provider, NULL, described, headers);
    }
    APR_ARRAY_PUSH(headers, const char *) = NULL;
    request->headers = (const char *const *)headers->elts;
    request->body = authjs_form_serialize(x->pool, body);
    return why;
}

const authjs_error_t *authjs_oauth_ask_token(authjs_exchange_t *x,
                                             const authjs_provider_t *provider,
                                             const authjs_server_metadata_t *metadata,
                                             apr_array_header_t *body,
                                             authjs_client_response_t **response)
{
    struct json_object *described = authjs_json_get_object(provider->definition, "token");
    apr_array_header_t *headers = apr_array_make(x->pool, 6, sizeof(const char *));
    authjs_client_request_t request = {
        "POST", metadata->token_endpoint, metadata->allow_http, NULL, NULL, 0, 0};
    const authjs_error_t *error;
    const char *basic, *why;

    error = authjs_client_authentication(x, provider, metadata, body, &basic);
    if (error) {
        return error;
    }
    hide_secrets(x, body);
    authjs_exchange_hide(x, provider->client_secret);
    APR_ARRAY_PUSH(headers, const char *) = "Accept: application/json";
    APR_ARRAY_PUSH(headers, const char *) =
        "Content-Type: application/x-www-form-urlencoded;charset=UTF-8";
    if (basic) {
        authjs_exchange_hide(x, ap_strrchr_c(basic, ' ') + 1);
        APR_ARRAY_PUSH(headers, const char *) = basic;
    }
    why = add_described(x, provider, described, &request, body, headers);
    if (!why) {
        why = authjs_oauth_send(x, &request, response);
    }
    return why ? token_error(x, why) : NULL;
}

const authjs_error_t *authjs_oauth_read_token(authjs_exchange_t *x,
                                              const authjs_provider_t *provider,
                                              const authjs_server_metadata_t *metadata,
                                              const authjs_client_response_t *response,
                                              struct json_object **tokens)
{
    const char *why = NULL;

    if (response->status == HTTP_OK) {
        why = authjs_oauth_tokens(x, provider, response, tokens);
        if (!why) {
            hide_tokens(x, *tokens);
            return NULL;
        }
    }
    /* Microsoft and others tell of a refusal by a member "error", whatever the status. */
    return token_error(x, apr_pstrcat(x->pool, authjs_oauth_answered(x, response, why),
                                      hint_of(x, provider, metadata, response), NULL));
}

const authjs_error_t *authjs_oauth_token(authjs_exchange_t *x,
                                         const authjs_provider_t *provider,
                                         const authjs_server_metadata_t *metadata,
                                         const char *code, const char *code_verifier,
                                         const char *redirect_uri,
                                         struct json_object **tokens)
{
    apr_array_header_t *body = token_request(x, code, code_verifier, redirect_uri);
    authjs_client_response_t *response;
    const authjs_error_t *error =
        authjs_oauth_ask_token(x, provider, metadata, body, &response);

    return error ? error
                 : authjs_oauth_read_token(x, provider, metadata, response, tokens);
}

struct json_object *authjs_oauth_account(authjs_exchange_t *x,
                                         const authjs_provider_t *provider,
                                         struct json_object *tokens,
                                         const char *provider_account_id)
{
    struct json_object *account = authjs_json_object(x->pool);
    apr_int64_t seconds;

    json_object_object_foreach(tokens, name, value)
    {
        authjs_json_set(account, name, value);
    }
    if (authjs_json_get_int64(tokens, "expires_in", &seconds) && seconds) {
        authjs_json_set_int64(account, "expires_at", x->now + seconds);
    }
    authjs_json_set_string(account, "provider", provider->id);
    authjs_json_set_string(account, "type", provider->type->name);
    authjs_json_set_string(account, "providerAccountId", provider_account_id);
    return account;
}
