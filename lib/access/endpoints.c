#include "access/access.h"

#include "actions/action.h"

/* r->handler of an endpoint. The handler itself goes by the path; this keeps mod_dir's
 * FallbackResource from taking a request that has no file and no handler. */
static const char handler_name[] = "authjs";

static int is_endpoint(const request_rec *r)
{
    const authjs_site_t *site = authjs_site(r);

    return site && authjs_is_endpoint(r, site);
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
    authjs_endpoint_found(r, authjs_request(r));
    r->handler = handler_name;
    r->filename = apr_pstrdup(r->pool, r->uri);
    return OK;
}

int authjs_access_map_to_storage(request_rec *r)
{
    return r->handler == handler_name ? OK : DECLINED;
}
