/* Asking a provider, and what the log says when it refuses: what was asked, and its own
 * words, without what they could open. */
#include "oauth/oauth.h"

#include "web/form.h"
#include "web/url.h"

#define CODE_MAX    128
#define TEXT_MAX    1024
#define URI_MAX     512
#define ADDRESS_MAX 1024

/* ---- somebody else's words --------------------------------------------------------- */

const char *authjs_oauth_words(authjs_exchange_t *x, const char *text, apr_size_t max)
{
    text = authjs_exchange_without_secrets(x, text);
    return authjs_printable(x->pool, authjs_without_tokens(x->pool, text), max);
}

static const char *quote(authjs_exchange_t *x, const char *before, const char *text,
                         apr_size_t max)
{
    return text && *text ? apr_pstrcat(x->pool, before, "\"",
                                       authjs_oauth_words(x, text, max), "\"", NULL)
                         : "";
}

const char *authjs_oauth_reason(authjs_exchange_t *x, const char *code, const char *text,
                                const char *uri)
{
    if (code && *code) {
        code =
            apr_pstrcat(x->pool, "error ", authjs_oauth_words(x, code, CODE_MAX), NULL);
        return apr_pstrcat(x->pool, code, quote(x, ": ", text, TEXT_MAX),
                           quote(x, ", see ", uri, URI_MAX), NULL);
    }
    return quote(x, "it says ", text, TEXT_MAX);
}

/* ---- the address ------------------------------------------------------------------- */

/* What is worth reading in a query: the policy of a tenant, a version. */
static int is_harmless(const char *name)
{
    static const char *const names[] = {"p",      "policy",      "appid",  "version",
                                        "v",      "api-version", "tenant", "realm",
                                        "fields", NULL};
    int i;

    for (i = 0; names[i] && strcmp(names[i], name); i++) {
    }
    return names[i] != NULL;
}

static const char *harmless_query(apr_pool_t *pool, const char *query)
{
    apr_array_header_t *params;
    const char *text = "";
    int i;

    if (authjs_form_parse(&params, pool, query, strlen(query))) {
        return "?...";
    }
    for (i = 0; i < params->nelts && i < 16; i++) {
        const authjs_param_t *param = &APR_ARRAY_IDX(params, i, authjs_param_t);

        text = apr_pstrcat(pool, text, i ? "&" : "?", param->name, "=",
                           is_harmless(param->name) ? param->value : "...", NULL);
    }
    return text;
}

const char *authjs_oauth_address(authjs_exchange_t *x, const char *url)
{
    const char *query = ap_strchr_c(url, '?');
    const char *text = url;

    if (query) {
        text = apr_pstrcat(x->pool, apr_pstrmemdup(x->pool, url, query - url),
                           harmless_query(x->pool, query + 1), NULL);
    }
    return authjs_printable(x->pool, authjs_exchange_without_secrets(x, text),
                            ADDRESS_MAX);
}

/* ---- asking ------------------------------------------------------------------------ */

static const char *with_address(authjs_exchange_t *x,
                                const authjs_client_response_t *response, const char *why)
{
    return apr_pstrcat(x->pool, why, " (", response->asked, ")", NULL);
}

const char *authjs_oauth_send(authjs_exchange_t *x,
                              const authjs_client_request_t *request,
                              authjs_client_response_t **response)
{
    const char *why = authjs_client_send(x, request, response);

    if (*response) {
        (*response)->asked = apr_pstrcat(x->pool, request->method, " ",
                                         authjs_oauth_address(x, request->url), NULL);
    }
    return why && *response ? with_address(x, *response, why) : why;
}

/* The first of the members that providers explain themselves with. */
static const char *explanation(struct json_object *answer)
{
    static const char *const names[] = {
        "error_description", "message",   "detail", "title",
        "error_message",     "error_msg", "errmsg", "Message"};
    const char *text = NULL;
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]) && !text; i++) {
        text = authjs_json_get_string(answer, names[i]);
    }
    return text;
}

/* RFC 6749 section 5.2; with Facebook's, Google's and VK's objects, and Discord's,
 * GitHub's, WeChat's and Bungie's messages. */
static const char *reason_of(authjs_exchange_t *x, struct json_object *answer)
{
    struct json_object *error = authjs_json_get_object(answer, "error");
    const char *code = authjs_json_get_string(answer, "error");

    if (error) {
        code = authjs_json_get_string(error, "type");
        code = code ? code : authjs_json_get_string(error, "status");
        return authjs_oauth_reason(x, code, explanation(error), NULL);
    }
    return authjs_oauth_reason(x, code, explanation(answer),
                               authjs_json_get_string(answer, "error_uri"));
}

/* A form, as GitHub's and Facebook's older answers are. */
static const char *reason_of_form(authjs_exchange_t *x,
                                  const authjs_client_response_t *response)
{
    apr_array_header_t *params;

    if (strcmp(response->content_type, "application/x-www-form-urlencoded") ||
        authjs_form_parse(&params, x->pool, response->body, response->body_len)) {
        return "";
    }
    return authjs_oauth_reason(x, authjs_params_get(params, "error"),
                               authjs_params_get(params, "error_description"),
                               authjs_params_get(params, "error_uri"));
}

const char *authjs_oauth_answered(authjs_exchange_t *x,
                                  const authjs_client_response_t *response,
                                  const char *why)
{
    struct json_object *answer;
    const char *reason;

    why = why ? why : apr_psprintf(x->pool, "status %ld", response->status);

    if (!authjs_json_parse_object(&answer, x->pool, response->body, response->body_len)) {
        reason = reason_of(x, answer);
    }
    else {
        reason = reason_of_form(x, response);
    }
    return with_address(
        x, response,
        apr_pstrcat(x->pool, why, *reason ? ", " : "", reason,
                    quote(x, ", WWW-Authenticate ", response->authenticate, TEXT_MAX),
                    NULL));
}

const char *authjs_oauth_get_json(authjs_exchange_t *x, const char *url, int allow_http,
                                  struct json_object **object, apr_int64_t *max_age)
{
    static const char *const accept[] = {"Accept: application/json", NULL};
    authjs_client_request_t request = {"GET", url, allow_http, accept, NULL, 0, 0};
    authjs_client_response_t *response;
    const char *why = authjs_oauth_send(x, &request, &response);

    if (why) {
        return why;
    }
    if (response->status != HTTP_OK) {
        return authjs_oauth_answered(x, response, NULL);
    }
    why = authjs_json_parse_object(object, x->pool, response->body, response->body_len);
    *max_age = response->max_age;
    return why ? with_address(x, response, why) : NULL;
}
