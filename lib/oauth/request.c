/* A request as a definition describes it (docs/providers/custom.md): method, headers,
 * query and body, with what is known at run time in their places. */
#include "oauth/oauth.h"

#include "web/url.h"

#define HEADERS_MAX  24
#define PLACE_TOKEN  "{token."
#define PLACE_SECRET "{clientSecret}"

/* What fills the places of one request. */
typedef struct {
    authjs_exchange_t *x;
    const authjs_provider_t *provider;
    struct json_object *tokens;
} filler_t;

/* ---- places ------------------------------------------------------------------------ */

/* A member of the token answer: a text that says something, or a whole number. */
static const char *token_value(const filler_t *filler, const char *name)
{
    struct json_object *value = authjs_json_get(filler->tokens, name);
    const char *text = authjs_json_get_string(filler->tokens, name);

    if (json_object_is_type(value, json_type_int)) {
        return apr_pstrdup(filler->x->pool, json_object_get_string(value));
    }
    return text && *text ? text : NULL;
}

/* The place at text, if there is one: its length, its value or what is missing. */
static apr_size_t place(const filler_t *filler, const char *text, const char **value,
                        const char **why)
{
    apr_pool_t *pool = filler->x->pool;
    apr_size_t len = sizeof(PLACE_TOKEN) - 1, name_len;
    const char *name;

    if (!strncmp(text, PLACE_SECRET, sizeof(PLACE_SECRET) - 1)) {
        *value = filler->provider->client_secret;
        *why = *value ? NULL : "it needs a client secret, and there is none";
        authjs_exchange_hide(filler->x, *value);
        return sizeof(PLACE_SECRET) - 1;
    }
    if (strncmp(text, PLACE_TOKEN, len)) {
        return 0;
    }
    name_len = strcspn(text + len, "}");
    if (text[len + name_len] != '}') {
        return 0;
    }
    name = apr_pstrmemdup(pool, text + len, name_len);
    *value = token_value(filler, name);
    *why = *value
               ? NULL
               : apr_psprintf(pool, "the token answer has no %s, which it needs", name);
    return len + name_len + 1;
}

/* ---- at start ---------------------------------------------------------------------- */

/* {name} or {name.name} at text: its length; 0: no place, but braces of a text's own. */
static apr_size_t place_len(const char *text)
{
    apr_size_t len = 1;

    while (authjs_is_alnum(text[len]) || text[len] == '.' || text[len] == '_') {
        len++;
    }
    return len > 1 && text[len] == '}' ? len + 1 : 0;
}

static const char *check_text(apr_pool_t *pool, const char *text, int places)
{
    for (text = ap_strchr_c(text, '{'); text; text = ap_strchr_c(text + 1, '{')) {
        apr_size_t len = place_len(text);
        int is_token = !strncmp(text, PLACE_TOKEN, sizeof(PLACE_TOKEN) - 1) &&
                       len > sizeof(PLACE_TOKEN);
        int is_secret = !strncmp(text, PLACE_SECRET, sizeof(PLACE_SECRET) - 1);

        if (len && !(is_token && places & AUTHJS_PLACE_TOKEN) &&
            !(is_secret && places & AUTHJS_PLACE_SECRET)) {
            return apr_psprintf(pool, "has %s where nothing can stand for it",
                                apr_pstrmemdup(pool, text, len));
        }
    }
    return NULL;
}

const char *authjs_oauth_check_places(apr_pool_t *pool, struct json_object *described,
                                      int places)
{
    const char *why = NULL;
    size_t i;

    if (json_object_is_type(described, json_type_string)) {
        return check_text(pool, json_object_get_string(described), places);
    }
    if (json_object_is_type(described, json_type_array)) {
        for (i = 0; !why && i < json_object_array_length(described); i++) {
            why = authjs_oauth_check_places(pool, json_object_array_get_idx(described, i),
                                            places);
        }
    }
    if (json_object_is_type(described, json_type_object)) {
        json_object_object_foreach(described, name, value)
        {
            (void)name;
            why = why ? why : authjs_oauth_check_places(pool, value, places);
        }
    }
    return why;
}

/* ---- filling in -------------------------------------------------------------------- */

typedef const char *(*encode_t)(apr_pool_t *pool, const char *value);

static const char *fill(const char **filled, const filler_t *filler, const char *text,
                        encode_t encode)
{
    apr_pool_t *pool = filler->x->pool;
    const char *result = "", *value, *why = NULL;
    apr_size_t len;

    while (*text) {
        len = *text == '{' ? place(filler, text, &value, &why) : 0;
        if (why) {
            return why;
        }
        if (len) {
            value = encode ? encode(pool, value) : value;
        }
        else {
            len = 1 + strcspn(text + 1, "{");
            value = apr_pstrmemdup(pool, text, len);
        }
        if (!value) {
            return "what the token answer has would be another address";
        }
        result = apr_pstrcat(pool, result, value, NULL);
        text += len;
    }
    *filled = result;
    return NULL;
}

/* Neither a path of its own, nor a step upwards (RFC 3986 section 5.2.4). */
static const char *encode_in_url(apr_pool_t *pool, const char *value)
{
    return !strcmp(value, ".") || !strcmp(value, "..")
               ? NULL
               : authjs_url_encode_component(pool, value);
}

/* name=value for each member of described, in its order. */
static const char *fill_params(apr_array_header_t *params, const filler_t *filler,
                               struct json_object *described)
{
    const char *value, *why = NULL;

    if (!described) {
        return NULL;
    }
    json_object_object_foreach(described, name, text)
    {
        if (!why) {
            why = fill(&value, filler, json_object_get_string(text), NULL);
        }
        if (!why) {
            authjs_params_set(params, name, value);
        }
    }
    return why;
}

const char *authjs_oauth_fill_params(authjs_exchange_t *x,
                                     const authjs_provider_t *provider,
                                     struct json_object *tokens,
                                     struct json_object *described,
                                     apr_array_header_t *params)
{
    filler_t filler = {x, provider, tokens};

    return fill_params(params, &filler, described);
}

const char *authjs_oauth_fill_url(const char **url, authjs_exchange_t *x,
                                  const authjs_provider_t *provider,
                                  struct json_object *tokens,
                                  struct json_object *described)
{
    apr_array_header_t *params = apr_array_make(x->pool, 4, sizeof(authjs_param_t));
    filler_t filler = {x, provider, tokens};
    const char *why = fill(url, &filler, *url, encode_in_url);

    if (!why) {
        why = fill_params(params, &filler, authjs_json_get_object(described, "params"));
    }
    if (!why && params->nelts) {
        *url = authjs_url_with_params(x->pool, *url, params);
    }
    return why;
}

/* ---- headers ----------------------------------------------------------------------- */

static int is_header(const char *line, const char *name)
{
    apr_size_t len = strlen(name);

    return !ap_cstr_casecmpn(line, name, len) && line[len] == ':';
}

/* A line break would begin a header of its own. */
static int has_control(const char *value)
{
    for (; *value; value++) {
        if ((unsigned char)*value < 0x20 || *value == 0x7f) {
            return 1;
        }
    }
    return 0;
}

static const char *set_header(apr_array_header_t *headers, apr_pool_t *pool,
                              const char *name, const char *value)
{
    const char *line = apr_pstrcat(pool, name, ": ", value, NULL);
    int i;

    if (has_control(value)) {
        return apr_psprintf(pool, "its header %s would have a control character in it",
                            name);
    }
    for (i = 0; i < headers->nelts; i++) {
        if (is_header(APR_ARRAY_IDX(headers, i, const char *), name)) {
            APR_ARRAY_IDX(headers, i, const char *) = line;
            return NULL;
        }
    }
    APR_ARRAY_PUSH(headers, const char *) = line;
    return NULL;
}

static void remove_header(apr_array_header_t *headers, const char *name)
{
    int i, kept = 0;

    for (i = 0; i < headers->nelts; i++) {
        const char *line = APR_ARRAY_IDX(headers, i, const char *);

        if (!is_header(line, name)) {
            APR_ARRAY_IDX(headers, kept++, const char *) = line;
        }
    }
    headers->nelts = kept;
}

/* What the definition says of headers: null takes one of ours away. */
static const char *fill_headers(apr_array_header_t *headers, const filler_t *filler,
                                struct json_object *described)
{
    const char *value, *why = NULL;

    if (!described) {
        return NULL;
    }
    json_object_object_foreach(described, name, text)
    {
        if (!why && !text) {
            remove_header(headers, name);
        }
        else if (!why) {
            why = fill(&value, filler, json_object_get_string(text), NULL);
            why = why ? why : set_header(headers, filler->x->pool, name, value);
        }
    }
    return why;
}

const char *authjs_oauth_fill_headers(authjs_exchange_t *x,
                                      const authjs_provider_t *provider,
                                      struct json_object *tokens,
                                      struct json_object *described,
                                      apr_array_header_t *headers)
{
    filler_t filler = {x, provider, tokens};

    return fill_headers(headers, &filler, authjs_json_get_object(described, "headers"));
}

/* ---- the body ---------------------------------------------------------------------- */

static const char *json_of(apr_pool_t *pool, const apr_array_header_t *params)
{
    struct json_object *object = authjs_json_object(pool);
    int i;

    for (i = 0; i < params->nelts; i++) {
        const authjs_param_t *param = &APR_ARRAY_IDX(params, i, authjs_param_t);

        authjs_json_set_string(object, param->name, param->value);
    }
    return authjs_json_text(pool, object);
}

/* Without a body there is no type either, which libcurl would say of itself. */
static const char *fill_body(const char **body, apr_array_header_t *headers,
                             const filler_t *filler, struct json_object *described)
{
    apr_pool_t *pool = filler->x->pool;
    apr_array_header_t *params = apr_array_make(pool, 4, sizeof(authjs_param_t));
    struct json_object *json = authjs_json_get_object(described, "json");
    struct json_object *form = authjs_json_get_object(described, "form");
    const char *why = fill_params(params, filler, json ? json : form);

    if (why || !(json || form)) {
        APR_ARRAY_PUSH(headers, const char *) = "Content-Type:";
        return why;
    }
    *body = json ? json_of(pool, params) : authjs_form_serialize(pool, params);
    return set_header(headers, pool, "Content-Type",
                      json ? "application/json" : "application/x-www-form-urlencoded");
}

/* ---- all of it --------------------------------------------------------------------- */

const char *authjs_oauth_ask(authjs_exchange_t *x, const authjs_provider_t *provider,
                             const authjs_question_t *question,
                             authjs_client_response_t **response)
{
    filler_t filler = {x, provider, question->tokens};
    const char *token = authjs_json_get_string(question->tokens, "access_token");
    const char *method = authjs_json_get_string(question->described, "method");
    apr_array_header_t *headers = apr_array_make(x->pool, 6, sizeof(const char *));
    authjs_client_request_t request = {method ? method : "GET",
                                       question->url,
                                       question->allow_http,
                                       NULL,
                                       NULL,
                                       question->max_body,
                                       0};
    const char *why;

    authjs_exchange_hide(x, token);
    why = authjs_oauth_fill_url(&request.url, x, provider, question->tokens,
                                question->described);
    if (!why) {
        why = set_header(headers, x->pool, "Accept", question->accept);
    }
    if (!why) {
        why = set_header(headers, x->pool, "Authorization",
                         apr_pstrcat(x->pool, "Bearer ", token, NULL));
    }
    if (!why && !strcmp(request.method, "POST")) {
        why = fill_body(&request.body, headers, &filler, question->described);
    }
    if (!why) {
        why = fill_headers(headers, &filler,
                           authjs_json_get_object(question->described, "headers"));
    }
    if (why) {
        return why;
    }
    APR_ARRAY_PUSH(headers, const char *) = NULL;
    request.headers = (const char *const *)headers->elts;
    why = authjs_oauth_send(x, &request, response);
    return why || (*response)->status == HTTP_OK
               ? why
               : authjs_oauth_answered(x, *response, NULL);
}
