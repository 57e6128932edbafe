#include "oauth/oauth.h"
#include "web/url.h"

/* Faults of the server's or of ours, whatever their status: the refresh token is as good
 * as it was. */
static int is_passing(const char *code)
{
    static const char *const codes[] = {"invalid_client", "unauthorized_client",
                                        "temporarily_unavailable", "server_error",
                                        "slow_down"};
    apr_size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (!strcmp(codes[i], code)) {
            return 1;
        }
    }
    return 0;
}

/* The member "error" of an answer: GitHub sends it with status 200. */
static const char *error_code(apr_pool_t *pool, const authjs_client_response_t *response)
{
    struct json_object *answer;
    const char *code;

    if (authjs_json_parse_object(&answer, pool, response->body, response->body_len)) {
        return NULL;
    }
    code = authjs_json_get_string(answer, "error");
    return code && *code ? apr_pstrdup(pool, code) : NULL;
}

static int is_refusal(apr_pool_t *pool, const authjs_client_response_t *response)
{
    const char *code = error_code(pool, response);

    if (code && is_passing(code)) {
        return 0;
    }
    switch (response->status) {
    case HTTP_REQUEST_TIME_OUT:
    case HTTP_TOO_MANY_REQUESTS:
    case 425: /* Too Early */
        return 0;
    case HTTP_OK:
        return code != NULL;
    default:
        return response->status >= 400 && response->status < 500;
    }
}

static const authjs_error_t *request_tokens(authjs_exchange_t *x,
                                            const authjs_provider_t *provider,
                                            const char *refresh_token,
                                            const authjs_server_metadata_t **metadata,
                                            authjs_client_response_t **response)
{
    apr_array_header_t *body = apr_array_make(x->pool, 6, sizeof(authjs_param_t));
    const authjs_error_t *error = authjs_oauth_metadata(x, provider, metadata);

    if (error) {
        return error;
    }
    authjs_params_set(body, "grant_type", "refresh_token");
    authjs_params_set(body, "refresh_token", refresh_token);
    return authjs_oauth_ask_token(x, provider, *metadata, body, response);
}

/* What goes on: a provider that sends no refresh token means the one that was. */
static struct json_object *renewed(const authjs_exchange_t *x, struct json_object *answer,
                                   const char *refresh_token)
{
    struct json_object *tokens = authjs_json_object(x->pool);
    apr_int64_t seconds;

    authjs_json_copy_member(tokens, answer, "access_token");
    authjs_json_copy_member(tokens, answer, "scope");
    authjs_json_set_string(tokens, "refresh_token", refresh_token);
    authjs_json_copy_member(tokens, answer, "refresh_token");
    if (authjs_json_get_int64(answer, "expires_in", &seconds) && seconds) {
        authjs_json_set_int64(tokens, "expires_at", x->now + seconds);
    }
    return tokens;
}

static authjs_refresh_e renew(authjs_exchange_t *x, const authjs_provider_t *provider,
                              const char *refresh_token, struct json_object **tokens)
{
    const authjs_server_metadata_t *metadata;
    authjs_client_response_t *response;
    struct json_object *answer;
    authjs_refresh_e outcome = AUTHJS_REFRESH_LATER;
    const authjs_error_t *error =
        request_tokens(x, provider, refresh_token, &metadata, &response);

    if (!error) {
        outcome = is_refusal(x->pool, response) ? AUTHJS_REFRESH_REFUSED : outcome;
        error = authjs_oauth_read_token(x, provider, metadata, response, &answer);
    }
    if (error) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, x->r,
                      "AuthJS: provider %s: an access token is not renewed%s: %s",
                      provider->id,
                      outcome == AUTHJS_REFRESH_LATER ? "" : " (RefreshTokenError)",
                      error->detail);
        return outcome;
    }
    *tokens = renewed(x, answer, refresh_token);
    return AUTHJS_REFRESH_DONE;
}

const authjs_renewer_t authjs_oauth_renewer = {renew};
