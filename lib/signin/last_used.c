/* The provider that a browser has used last. The cookie has its id and no more, none of
 * the visitor; who can write cookies here can have another provider of this site stand
 * first.
 */
#include "signin/signin.h"

#include "http/asker.h"

void authjs_last_used_keep(authjs_exchange_t *x)
{
    if (x->site->keeps_last_used && authjs_asker(x->r) == AUTHJS_ASKER_PERSON) {
        authjs_exchange_set_cookie(x, AUTHJS_COOKIE_LAST_USED, x->provider->id, 0);
    }
}

const authjs_provider_t *authjs_last_used(const authjs_exchange_t *x)
{
    const apr_array_header_t *ids;
    const authjs_provider_t *provider = NULL;
    int i;

    if (!x->site->keeps_last_used) {
        return NULL;
    }
    ids = authjs_exchange_cookies(x, AUTHJS_COOKIE_LAST_USED);
    for (i = 0; !provider && i < ids->nelts; i++) {
        provider = authjs_site_provider(x->site, APR_ARRAY_IDX(ids, i, const char *));
    }
    return provider;
}
