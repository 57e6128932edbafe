#include "http/request.h"

#include "http/exchange.h"

/* ErrorDocument, DirectoryIndex, SSI and the like: the request that they serve. */
static request_rec *browsers_request(request_rec *r)
{
    while (r->prev || r->main) {
        r = r->prev ? r->prev : r->main;
    }
    return r;
}

authjs_request_t *authjs_request(request_rec *r)
{
    request_rec *top = browsers_request(r);
    authjs_request_t *request = ap_get_module_config(top->request_config, &authjs_module);
    const authjs_site_t *site;

    if (request) {
        return request;
    }
    site = authjs_site(r);
    if (!site) {
        return NULL;
    }
    request = apr_pcalloc(top->pool, sizeof(*request));
    request->r = top;
    request->site = site;
    request->cookie_header = apr_table_get(top->headers_in, "Cookie");
    request->origin = authjs_origin(top, site);
    if (request->origin) {
        request->cookies = authjs_cookie_set(site, request->origin);
    }
    ap_set_module_config(top->request_config, &authjs_module, request);
    return request;
}
