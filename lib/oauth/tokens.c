/* The token answer (RFC 6749 section 5.1): refused where something rests on what is wrong
 * with it, else without the member that is odd (docs/tolerance.md). */
#include "oauth/oauth.h"

#include "core/jsonscan.h"
#include "web/form.h"
#include "web/url.h"

/* Ten years: what is said to last longer is not worth a date, and would not fit into a
 * column of 32 bits. */
#define EXPIRES_IN_MAX (APR_INT64_C(3650) * 86400)

/* What one answer is read with. */
typedef struct {
    authjs_exchange_t *x;
    const authjs_provider_t *provider;
    struct json_object *tokens;
} answer_t;

static int is_nonempty_string(struct json_object *tokens, const char *name)
{
    const char *value = authjs_json_get_string(tokens, name);

    return value && *value;
}

static int has(const answer_t *answer, const char *name)
{
    return json_object_object_get_ex(answer->tokens, name, NULL);
}

static void leave_out(const answer_t *answer, const char *name, const char *why)
{
    authjs_oauth_odd(answer->x, answer->provider,
                     apr_psprintf(answer->x->pool,
                                  "the token answer's %s %s: it is taken for absent",
                                  name, why));
    json_object_object_del(answer->tokens, name);
}

static void settle_text(const answer_t *answer, const char *name)
{
    if (has(answer, name) && !is_nonempty_string(answer->tokens, name)) {
        leave_out(answer, name, "is no text, or empty");
    }
}

/* A number, or a text that is one: some write "3600". */
static int read_seconds(struct json_object *tokens, apr_int64_t *seconds)
{
    const char *text = authjs_json_get_string(tokens, "expires_in");

    if (!text) {
        return authjs_json_get_int64(tokens, "expires_in", seconds);
    }
    return !text[strspn(text, "0123456789.")] &&
           authjs_json_whole(text, strlen(text), seconds, NULL);
}

static void settle_expires_in(const answer_t *answer)
{
    apr_int64_t seconds;

    if (!has(answer, "expires_in")) {
        return;
    }
    if (read_seconds(answer->tokens, &seconds) && seconds >= 0 &&
        seconds <= EXPIRES_IN_MAX) {
        authjs_json_set_int64(answer->tokens, "expires_in", seconds);
    }
    else {
        leave_out(answer, "expires_in", "is no number of seconds up to ten years");
    }
}

/* What columns of accounts are named after, and few providers send. */
static void settle_columns(const answer_t *answer)
{
    apr_int64_t when;

    if (has(answer, "expires_at") &&
        (!authjs_json_get_int64(answer->tokens, "expires_at", &when) || when < 0 ||
         when > answer->x->now + EXPIRES_IN_MAX)) {
        leave_out(answer, "expires_at", "is no time within ten years");
    }
    settle_text(answer, "session_state");
}

/* The texts of a list with blanks between them, NULL when it has anything else. */
static const char *join(apr_pool_t *pool, struct json_object *list)
{
    size_t i, n = json_object_array_length(list);
    apr_array_header_t *words = apr_array_make(pool, (int)n, sizeof(const char *));

    for (i = 0; i < n; i++) {
        struct json_object *word = json_object_array_get_idx(list, i);

        if (!json_object_is_type(word, json_type_string) ||
            strlen(json_object_get_string(word)) !=
                (size_t)json_object_get_string_len(word)) {
            return NULL;
        }
        APR_ARRAY_PUSH(words, const char *) = json_object_get_string(word);
    }
    return apr_array_pstrcat(pool, words, ' ');
}

/* Twitch's is a list. */
static void settle_scope(const answer_t *answer)
{
    struct json_object *list = authjs_json_get_array(answer->tokens, "scope");
    const char *text = list ? join(answer->x->pool, list) : NULL;

    if (!has(answer, "scope") || authjs_json_get_string(answer->tokens, "scope")) {
        return;
    }
    if (!text) {
        leave_out(answer, "scope", "is neither a text nor a list of texts");
        return;
    }
    authjs_oauth_odd(answer->x, answer->provider,
                     "the token answer's scope is a list: it is read as a text");
    authjs_json_set_string(answer->tokens, "scope", text);
}

/* Nobody who says nothing means anything else than bearer; who says something else does
 * (RFC 6749 section 7.1). */
static const char *settle_token_type(const answer_t *answer)
{
    struct json_object *value = authjs_json_get(answer->tokens, "token_type");
    const char *type = authjs_json_get_string(answer->tokens, "token_type");

    if (value && (!type || (*type && ap_cstr_casecmp(type, "bearer")))) {
        return "token_type is not bearer";
    }
    if (!type || !*type) {
        authjs_oauth_odd(answer->x, answer->provider,
                         "the token answer has no token_type: it is taken for bearer");
    }
    authjs_json_set_string(answer->tokens, "token_type", "bearer");
    return NULL;
}

static const char *settle(const answer_t *answer)
{
    const char *why;

    if (authjs_oauth_says_error(answer->tokens)) {
        return "the answer is an error";
    }
    if (!is_nonempty_string(answer->tokens, "access_token")) {
        return "there is no access_token";
    }
    why = settle_token_type(answer);
    if (why) {
        return why;
    }
    settle_expires_in(answer);
    settle_columns(answer);
    settle_text(answer, "refresh_token");
    settle_scope(answer);
    if (!answer->provider->type->oidc) {
        settle_text(answer, "id_token");
    }
    return NULL;
}

/* A form, as GitHub and Facebook answered before there was JSON. */
static const char *read_form(struct json_object **tokens, apr_pool_t *pool,
                             const authjs_client_response_t *response)
{
    apr_array_header_t *params;
    const char *why =
        authjs_form_parse(&params, pool, response->body, response->body_len);
    int i;

    *tokens = authjs_json_object(pool);
    for (i = 0; !why && i < params->nelts; i++) {
        const authjs_param_t *param = &APR_ARRAY_IDX(params, i, authjs_param_t);

        if (json_object_object_get_ex(*tokens, param->name, NULL)) {
            why = "a field of the answer stands there twice";
        }
        authjs_json_set_string(*tokens, param->name, param->value);
    }
    return why;
}

/* Where in the answer the tokens are, by the definition: "result". Without an object
 * there it is the answer itself. */
static struct json_object *result_of(const authjs_provider_t *provider,
                                     struct json_object *answer)
{
    const char *place =
        authjs_json_get_string(authjs_json_get_object(provider->definition, "token"),
                               "result");
    struct json_object *found;

    return place && !json_pointer_get(answer, place, &found) &&
                   json_object_is_type(found, json_type_object)
               ? found
               : answer;
}

const char *authjs_oauth_tokens(authjs_exchange_t *x, const authjs_provider_t *provider,
                                const authjs_client_response_t *response,
                                struct json_object **tokens)
{
    answer_t answer = {x, provider, NULL};
    const char *why;

    if (!strcmp(response->content_type, "application/x-www-form-urlencoded")) {
        authjs_oauth_odd(x, provider, "the token answer is a form, not JSON");
        why = read_form(tokens, x->pool, response);
    }
    else {
        why =
            authjs_json_parse_object(tokens, x->pool, response->body, response->body_len);
    }
    if (why) {
        return why;
    }
    answer.tokens = *tokens = result_of(provider, *tokens);
    return settle(&answer);
}
