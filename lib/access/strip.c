#include "access/access.h"

/* A request that leaves this server: ProxyPass, RewriteRule [P], SetHandler proxy:. */
static int is_proxied(const request_rec *r)
{
    return r->proxyreq == PROXYREQ_REVERSE ||
           (r->handler && !strncmp(r->handler, "proxy:", 6));
}

int authjs_access_strip(request_rec *r)
{
    const authjs_site_t *site = is_proxied(r) ? authjs_site(r) : NULL;
    const char *header, *rest;
    authjs_request_t *request;

    if (!site || authjs_dir_config(r)->pass_cookies == 1) {
        return DECLINED;
    }
    request = authjs_request(r, site); /* remembers the header as it came */
    header = apr_table_get(r->headers_in, "Cookie");
    rest = header ? authjs_cookie_strip(r->pool, header, site->our_cookie_names) : NULL;
    if (rest && rest != header) {
        apr_table_setn(r->headers_in, "Cookie", rest);
    }
    else if (!rest) {
        apr_table_unset(r->headers_in, "Cookie");
    }
    if (request->by_bearer) {
        apr_table_unset(r->headers_in, "Authorization");
    }
    return DECLINED;
}
