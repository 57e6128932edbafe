#include "http/exchange.h"

#include "http/asker.h"
#include "web/form.h"
#include "web/url.h"

/* Of a body that is too large, so much is still read. */
#define DISCARD_MAX (1024 * 1024)

const authjs_error_t *authjs_exchange_begin(authjs_exchange_t **exchange, request_rec *r,
                                            const authjs_site_t *site,
                                            const char *cookie_header)
{
    authjs_exchange_t *x = apr_pcalloc(r->pool, sizeof(*x));
    const char *args = r->args ? r->args : "";
    const char *why;

    *exchange = x;
    x->r = r;
    x->pool = r->pool;
    x->site = site;
    x->now = AUTHJS_NOW(r);
    /* For all outgoing requests together, whatever the providers do. */
    x->deadline = apr_time_now() + site->http.exchange_ms * 1000;
    x->form = apr_array_make(r->pool, 1, sizeof(authjs_param_t));
    x->secrets = apr_array_make(r->pool, 8, sizeof(const char *));
    x->set_cookies = apr_array_make(r->pool, 6, sizeof(const char *));
    x->csrf_tokens = apr_array_make(r->pool, 1, sizeof(const char *));
    x->cookie_header = cookie_header;
    x->origin = authjs_origin(r, site);
    if (!x->origin) {
        return authjs_error(r->pool, AUTHJS_ERR_UntrustedHost,
                            "this request's own address cannot be trusted; write: "
                            "AuthJSURL https://www.example.com");
    }
    x->home = authjs_home(r, site, x->origin);
    x->base_url = authjs_outward(r, site, x->origin, site->base_path);
    x->cookies = authjs_cookie_set(site, x->origin);
    x->refused = authjs_error_document_of(r);
    why = authjs_form_parse(&x->query, r->pool, args, strlen(args));
    if (why && authjs_asker(authjs_request(r)->r) == AUTHJS_ASKER_PERSON) {
        args = authjs_form_respell(r->pool, args);
        why = authjs_form_parse(&x->query, r->pool, args, strlen(args));
    }
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "AuthJS: query string refused: %s",
                      why);
        x->malformed = 1;
        x->query = apr_array_make(r->pool, 1, sizeof(authjs_param_t));
    }
    return NULL;
}

/* ---- what no log may have ---------------------------------------------------------- */

/* Who quotes a request may quote it as it was sent. */
void authjs_exchange_hide(authjs_exchange_t *x, const char *secret)
{
    if (secret && *secret) {
        APR_ARRAY_PUSH(x->secrets, const char *) = secret;
    }
}

const char *authjs_exchange_without_secrets(const authjs_exchange_t *x, const char *text)
{
    int i;

    for (i = 0; i < x->secrets->nelts; i++) {
        const char *secret = APR_ARRAY_IDX(x->secrets, i, const char *);

        text = authjs_without(x->pool, text, secret);
        text = authjs_without(x->pool, text, authjs_form_encode(x->pool, secret));
        text =
            authjs_without(x->pool, text, authjs_url_encode_component(x->pool, secret));
    }
    return text;
}

/* ---- the body ---------------------------------------------------------------------- */

/* Read on: a client that is still sending when the connection or the HTTP/2 stream is
 * reset may never see the answer. */
static authjs_request_e refuse_large(request_rec *r, char *buffer, apr_size_t size)
{
    apr_off_t left = DISCARD_MAX;
    long got = r->expecting_100 || r->remaining > left ? 0 : 1;

    while (got > 0 && left > 0) {
        got = ap_get_client_block(r, buffer, size);
        left -= got;
    }
    return AUTHJS_REQUEST_TOO_LARGE;
}

authjs_request_e authjs_read_body(request_rec *r, apr_size_t max, const char **body,
                                  apr_size_t *len)
{
    int status = ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK);
    char *buffer;
    long got = 0;

    *body = "";
    *len = 0;
    if (status != OK) {
        return status == HTTP_REQUEST_ENTITY_TOO_LARGE ? AUTHJS_REQUEST_TOO_LARGE
                                                       : AUTHJS_REQUEST_BAD;
    }
    if (!ap_should_client_block(r)) {
        return AUTHJS_REQUEST_OK;
    }
    buffer = apr_palloc(r->pool, max + 1);
    if (r->remaining > (apr_off_t)max) {
        return refuse_large(r, buffer, max);
    }
    while (*len <= max &&
           (got = ap_get_client_block(r, buffer + *len, max + 1 - *len)) > 0) {
        *len += (apr_size_t)got;
    }
    if (got < 0) {
        return AUTHJS_REQUEST_BAD;
    }
    *body = buffer;
    return *len > max ? refuse_large(r, buffer, max) : AUTHJS_REQUEST_OK;
}

authjs_request_e authjs_exchange_read_body(authjs_exchange_t *x)
{
    const char *type = apr_table_get(x->r->headers_in, "Content-Type");
    const char *body, *why = NULL;
    apr_size_t len;
    authjs_request_e result = authjs_read_body(x->r, AUTHJS_BODY_MAX, &body, &len);

    if (result != AUTHJS_REQUEST_OK || !len || !type) {
        return result;
    }
    if (ap_strcasestr(type, "application/json")) {
        why = authjs_json_parse(&x->json, x->pool, body, len);
    }
    else if (ap_strcasestr(type, "application/x-www-form-urlencoded")) {
        why = authjs_form_parse(&x->form, x->pool, body, len);
    }
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, "AuthJS: body refused: %s", why);
        return AUTHJS_REQUEST_BAD;
    }
    return AUTHJS_REQUEST_OK;
}

struct json_object *authjs_exchange_body(const authjs_exchange_t *x)
{
    struct json_object *body;
    int i;

    if (x->json) {
        return x->json;
    }
    body = authjs_json_object(x->pool);
    for (i = 0; i < x->form->nelts; i++) {
        const authjs_param_t *field = &APR_ARRAY_IDX(x->form, i, authjs_param_t);

        authjs_json_set_string(body, field->name, field->value);
    }
    return body;
}

/* ---- what was sent ----------------------------------------------------------------- */

const char *authjs_exchange_field(const authjs_exchange_t *x, const char *name)
{
    const char *value = authjs_params_get(x->form, name);

    if (value || !x->json || !json_object_is_type(x->json, json_type_object)) {
        return value;
    }
    return authjs_json_get_string(x->json, name);
}

const char *authjs_exchange_query(const authjs_exchange_t *x, const char *name)
{
    return authjs_params_get(x->query, name);
}

const char *authjs_exchange_page(const authjs_exchange_t *x, authjs_page_e which)
{
    const char *page = x->site->pages[which];

    return page ? authjs_outward(x->r, x->site, x->origin, page) : NULL;
}

apr_array_header_t *authjs_exchange_cookies(const authjs_exchange_t *x,
                                            authjs_cookie_e which)
{
    const authjs_cookie_def_t *def = &x->cookies->cookie[which].def;

    return authjs_cookie_values(x->pool, x->cookie_header, def->name, def->name_len);
}

const char *authjs_exchange_cookie(const authjs_exchange_t *x, authjs_cookie_e which)
{
    const authjs_cookie_def_t *def = &x->cookies->cookie[which].def;

    return authjs_cookie_get(x->pool, x->cookie_header, def->name, def->name_len);
}

/* ---- cookies of the answer --------------------------------------------------------- */

/* With a form_post provider the answer comes as a cross-site POST, to which browsers add
 * only cookies that are SameSite=None. */
static const authjs_cookie_def_t *cookie_definition(const authjs_exchange_t *x,
                                                    authjs_cookie_e which)
{
    const authjs_cookie_def_t *def = &x->cookies->cookie[which].def;
    authjs_cookie_def_t *cross_site;

    if (!x->provider || !x->provider->form_post ||
        (which != AUTHJS_COOKIE_STATE && which != AUTHJS_COOKIE_NONCE)) {
        return def;
    }
    cross_site = apr_pmemdup(x->pool, def, sizeof(*def));
    cross_site->same_site = "None";
    cross_site->secure = 1;
    return cross_site;
}

void authjs_exchange_set_cookie(authjs_exchange_t *x, authjs_cookie_e which,
                                const char *value, apr_int64_t expires)
{
    APR_ARRAY_PUSH(x->set_cookies, const char *) =
        authjs_cookie_format(x->pool, cookie_definition(x, which), NULL, value, expires);
}

void authjs_exchange_delete_cookie(authjs_exchange_t *x, authjs_cookie_e which)
{
    APR_ARRAY_PUSH(x->set_cookies, const char *) =
        authjs_cookie_format_delete(x->pool, cookie_definition(x, which), NULL);
}

authjs_cookie_def_t authjs_exchange_own_cookie(const authjs_exchange_t *x,
                                               const char *name, apr_int64_t max_age)
{
    authjs_cookie_def_t def = {0};

    def.secure = !strncmp(x->origin, "https:", 6);
    def.name = def.secure ? apr_pstrcat(x->pool, "__Secure-", name, NULL) : name;
    def.name_len = strlen(def.name);
    def.path = x->base_url + strlen(x->origin);
    def.same_site = "Lax";
    def.http_only = 1;
    def.max_age_set = 1;
    def.max_age = max_age;
    return def;
}
