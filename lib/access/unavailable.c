#include "access/access.h"

/* Seconds: a database that restarts is back by then. */
#define RETRY_AFTER "10"

int authjs_access_unavailable(request_rec *r)
{
    request_rec *main = r;

    /* An ErrorDocument may be shown, unless it asks again. */
    AUTHJS_SLOT(access, authjs_request(r))->undecided = 0;
    while (main->main) {
        main = main->main;
    }
    apr_table_setn(main->err_headers_out, "Retry-After", RETRY_AFTER);
    authjs_set_no_store(main);
    return HTTP_SERVICE_UNAVAILABLE;
}

int authjs_access_undecided(request_rec *r, const authjs_site_t *site)
{
    return AUTHJS_SLOT(access, authjs_request(r))->undecided &&
                   !authjs_access_was_open(r) && !authjs_access_is_open(r, site)
               ? authjs_access_unavailable(r)
               : DECLINED;
}
