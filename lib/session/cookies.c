#include "session/session.h"

static const authjs_cookie_def_t *definition(const authjs_cookie_set_t *cookies)
{
    return &cookies->cookie[AUTHJS_COOKIE_SESSION_TOKEN].def;
}

int authjs_session_has_cookies(const authjs_exchange_t *x)
{
    const authjs_cookie_def_t *def = definition(x->cookies);

    return authjs_cookie_chunk_names(x->pool, x->cookie_header, def->name, def->name_len)
               ->nelts > 0;
}

const char *authjs_session_cookie(const authjs_exchange_t *x)
{
    const authjs_cookie_def_t *def = definition(x->cookies);

    return authjs_cookie_chunks(x->pool, x->cookie_header, def->name, def->name_len);
}

void authjs_session_queue_cookies(authjs_exchange_t *x, const char *token)
{
    apr_array_cat(x->set_cookies, authjs_cookie_write_chunks(
                                      x->pool, definition(x->cookies), x->cookie_header,
                                      token, x->now + x->site->max_age));
}

void authjs_session_send_cookies(request_rec *r, const authjs_site_t *site,
                                 const authjs_cookie_set_t *cookies, const char *token)
{
    apr_array_header_t *values =
        authjs_cookie_write_chunks(r->pool, definition(cookies),
                                   authjs_request(r, site)->cookie_header, token,
                                   AUTHJS_NOW(r) + site->max_age);
    int i;

    for (i = 0; i < values->nelts; i++) {
        apr_table_addn(r->err_headers_out, "Set-Cookie",
                       APR_ARRAY_IDX(values, i, const char *));
    }
}
