#include "http/exchange.h"

#include "web/form.h"
#include "web/url.h"

/* Whatever a provider does, nobody waits longer for all requests of one exchange. */
static apr_time_t deadline(const authjs_site_t *site)
{
    return apr_time_now() + site->http.exchange_ms * 1000;
}

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
    x->deadline = deadline(site);
    x->form = apr_array_make(r->pool, 1, sizeof(authjs_param_t));
    x->set_cookies = apr_array_make(r->pool, 6, sizeof(const char *));
    x->cookie_header = cookie_header;
    x->origin = authjs_origin(r, site);
    if (!x->origin) {
        return authjs_error(r->pool, AUTHJS_ERR_UntrustedHost,
                            "this request's own address cannot be trusted; write: "
                            "AuthJSURL https://www.example.com");
    }
    x->base_url = apr_pstrcat(r->pool, x->origin, site->base_path, NULL);
    x->cookies = authjs_cookie_set(site, x->origin);
    why = authjs_form_parse(&x->query, r->pool, args, strlen(args));
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "AuthJS: query string refused: %s",
                      why);
        x->malformed = 1;
        x->query = apr_array_make(r->pool, 1, sizeof(authjs_param_t));
    }
    return NULL;
}

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

    return page ? apr_pstrcat(x->pool, x->origin, page, NULL) : NULL;
}

const char *authjs_exchange_cookie(const authjs_exchange_t *x, authjs_cookie_e which)
{
    const authjs_cookie_def_t *def = &x->cookies->cookie[which].def;

    return authjs_cookie_get(x->pool, x->cookie_header, def->name, def->name_len);
}

/* An answer of a form_post provider comes as a cross-site POST: browsers send along only
 * cookies that are SameSite=None (spec 2.1.5). */
static const authjs_cookie_def_t *definition(const authjs_exchange_t *x,
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
        authjs_cookie_format(x->pool, definition(x, which), NULL, value, expires);
}

void authjs_exchange_delete_cookie(authjs_exchange_t *x, authjs_cookie_e which)
{
    APR_ARRAY_PUSH(x->set_cookies, const char *) =
        authjs_cookie_format_delete(x->pool, definition(x, which), NULL);
}
