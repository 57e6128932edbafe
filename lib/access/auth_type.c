/* Where the module protects: AuthType AuthJS, and the callback authorized. */
#include "access/access.h"

int authjs_access_protects(request_rec *r)
{
    const char *type = ap_auth_type(r);

    return type && !ap_cstr_casecmp(type, AUTHJS_AUTH_TYPE);
}

int authjs_access_signed_in(const request_rec *r)
{
    return r->user && r->ap_auth_type && !strcmp(r->ap_auth_type, AUTHJS_AUTH_TYPE);
}

int authjs_access_has_authorized(request_rec *r)
{
    const authjs_site_t *site = authjs_site(r);

    return authjs_dir_authorized(r) ||
           (site && site->callback_hooks && authjs_access_protects(r));
}
