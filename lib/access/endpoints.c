#include "access/access.h"

#include "actions/action.h"

/* r->handler of an endpoint. The handler itself goes by the path; this keeps mod_dir's
 * FallbackResource from taking a request that has no file and no handler. */
static const char handler_name[] = "authjs";

static int is_endpoint(const request_rec *r)
{
    const authjs_site_t *site = authjs_site(r);

    return site && r->proxyreq != PROXYREQ_PROXY && authjs_is_endpoint(r, site);
}

int authjs_access_pre_translate(request_rec *r)
{
    return is_endpoint(r) ? OK : DECLINED;
}

int authjs_access_translate(request_rec *r)
{
    if (!is_endpoint(r)) {
        return DECLINED;
    }
    r->handler = handler_name;
    r->filename = apr_pstrdup(r->pool, r->uri);
    return OK;
}

int authjs_access_map_to_storage(request_rec *r)
{
    return r->handler == handler_name ? OK : DECLINED;
}

static apr_size_t without_slash(const char *path, apr_size_t len)
{
    return len > 1 && path[len - 1] == '/' ? len - 1 : len;
}

/* /login is also /login/, where mod_dir sends the visitor if it is a directory. */
static int is_page(const char *path, apr_size_t path_len, const char *page)
{
    apr_size_t page_len = without_slash(page, strcspn(page, "?#"));

    return without_slash(path, path_len) == page_len && !memcmp(path, page, page_len);
}

/* AuthJSPage: where visitors without a session are sent must be open to them, or they are
 * sent there for ever. The address that the browser asked for counts as well as what a
 * rewrite rule made of it. */
static int is_open_page(const request_rec *r, const authjs_site_t *site)
{
    static const authjs_page_e open[] = {AUTHJS_PAGE_SIGN_IN, AUTHJS_PAGE_ERROR,
                                         AUTHJS_PAGE_VERIFY_REQUEST};
    const char *raw = authjs_raw_path(r);
    apr_size_t i;

    for (i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        const char *page = site->pages[open[i]];

        if (page && (is_page(r->uri, strlen(r->uri), page) ||
                     (raw && is_page(raw, strcspn(raw, "?"), page)))) {
            return 1;
        }
    }
    return 0;
}

int authjs_access_is_open(const request_rec *r, const authjs_site_t *site)
{
    return is_endpoint(r) || is_open_page(r, site);
}
