#include "access/access.h"

#include "actions/action.h"

/* A request that leaves this server: ProxyPass, RewriteRule [P], SetHandler proxy:. */
static int is_proxied(const request_rec *r)
{
    return r->proxyreq == PROXYREQ_REVERSE ||
           (r->handler && !strncmp(r->handler, "proxy:", 6));
}

static void strip(request_rec *r, const authjs_site_t *site)
{
    authjs_request_t *request = authjs_request(r); /* remembers what came */
    const char *header, *rest;

    header = apr_table_get(r->headers_in, "Cookie");
    rest = header ? authjs_cookie_strip(r->pool, header, site->our_cookie_names) : NULL;
    if (rest && rest != header) {
        apr_table_setn(r->headers_in, "Cookie", rest);
    }
    else if (!rest) {
        apr_table_unset(r->headers_in, "Cookie");
    }
    if (authjs_session_came_by_bearer(request)) {
        apr_table_unset(r->headers_in, "Authorization");
    }
}

int authjs_access_strip(request_rec *r)
{
    const authjs_site_t *site = authjs_site(r);

    if (!site) {
        return DECLINED;
    }
    authjs_access_found(r);
    if (is_proxied(r) && !authjs_endpoint_was_found(r, authjs_request(r)) &&
        !authjs_dir_pass_cookies(r)) {
        strip(r, site);
    }
    return authjs_access_undecided(r, site);
}
