#include "session/cookies.h"

#include "session/slot.h"

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

apr_array_header_t *authjs_session_cookies(const authjs_exchange_t *x)
{
    const authjs_cookie_def_t *def = definition(x->cookies);

    return authjs_cookie_sessions(x->pool, x->cookie_header, def->name, def->name_len);
}

const char *authjs_session_cookie(const authjs_exchange_t *x)
{
    authjs_session_slot_t *slot = AUTHJS_SLOT(session, authjs_request(x->r));
    const apr_array_header_t *all = authjs_session_cookies(x);
    int i;

    for (i = 0; all->nelts > 1 && i < all->nelts; i++) {
        const char *token = APR_ARRAY_IDX(all, i, const char *);

        if (x->site->strategy->read(x->r, x->site, x->cookies, token) ||
            slot->unavailable) {
            return token;
        }
    }
    return all->nelts ? APR_ARRAY_IDX(all, 0, const char *) : NULL;
}

/* Where a domain was added to a live site, browsers still have the cookie without it. */
static void delete_host_only(authjs_exchange_t *x, const authjs_cookie_def_t *def)
{
    const apr_array_header_t *names =
        authjs_cookie_chunk_names(x->pool, x->cookie_header, def->name, def->name_len);
    authjs_cookie_def_t host_only = *def;
    int i;

    host_only.domain = NULL;
    for (i = 0; def->domain && i < names->nelts; i++) {
        APR_ARRAY_PUSH(x->set_cookies, const char *) =
            authjs_cookie_format_delete(x->pool, &host_only,
                                        APR_ARRAY_IDX(names, i, const char *));
    }
}

void authjs_session_queue_cookies(authjs_exchange_t *x, const char *token)
{
    const authjs_cookie_def_t *def = definition(x->cookies);
    apr_array_header_t *others =
        apr_array_make(x->pool, x->set_cookies->nelts, sizeof(const char *));
    int i;

    for (i = 0; i < x->set_cookies->nelts; i++) {
        const char *value = APR_ARRAY_IDX(x->set_cookies, i, const char *);

        if (!authjs_cookie_is_of(value, def)) {
            APR_ARRAY_PUSH(others, const char *) = value;
        }
    }
    x->set_cookies = others;
    /* First: curl 7 keeps the domain's cookie when the host's is deleted after it. */
    if (!token) {
        delete_host_only(x, def);
    }
    apr_array_cat(x->set_cookies,
                  authjs_cookie_write_chunks(x->pool, def, x->cookie_header, token,
                                             x->now + x->site->max_age));
    AUTHJS_SLOT(session, authjs_request(x->r))->decided = 1;
}

void authjs_session_send_cookies(request_rec *r, const authjs_site_t *site,
                                 const authjs_cookie_set_t *cookies, const char *token)
{
    authjs_request_t *request = authjs_request(r);

    if (!AUTHJS_SLOT(session, request)->decided) {
        authjs_answer_cookies(r, cookies,
                              authjs_cookie_write_chunks(r->pool, definition(cookies),
                                                         request->cookie_header, token,
                                                         AUTHJS_NOW(r) + site->max_age));
    }
}
