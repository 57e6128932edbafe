#include "signin/signin.h"

#include "adapters/adapter.h"
#include "session/cookies.h"
#include "session/provenance.h"
#include "site/provider_type.h"

int authjs_keeps_accounts(const authjs_site_t *site, const authjs_provider_t *provider)
{
    return site->store && (site->strategy->row || provider->type->keeps_accounts);
}

/* Whether the subject of a session is the id of a user in this database. It is in a
 * session from the database; in a JWT of a provider of this host, if its accounts are
 * kept; and in a JWT that Auth.js made. Elsewhere it is a name of another kind, and
 * looking for a user by it could find another person. */
static int names_user(const authjs_exchange_t *x, const authjs_session_t *session)
{
    const char *id = session->claims.provider.value;

    if (session->token) {
        return 1;
    }
    switch (authjs_provenance_of_session(x->pool, x->site, session)) {
    case AUTHJS_PROVENANCE_OWN:
        return authjs_keeps_accounts(x->site, authjs_site_provider(x->site, id));
    case AUTHJS_PROVENANCE_FOREIGN:
        return 1;
    default:
        return 0;
    }
}

static struct json_object *guest_of(const authjs_exchange_t *x,
                                    const authjs_session_t *session)
{
    const authjs_claims_t *claims = &session->claims;
    struct json_object *guest = authjs_json_object(x->pool);

    authjs_json_set_string(guest, "name", claims->name.value);
    authjs_json_set_string(guest, "email", authjs_claims_email(claims));
    return guest;
}

const authjs_error_t *authjs_visitor(authjs_exchange_t *x, authjs_visitor_t *visitor)
{
    const authjs_site_t *site = x->site;
    authjs_call_t *call = authjs_call(x->r);
    authjs_adapter_status_e status;
    const authjs_session_t *session;

    memset(visitor, 0, sizeof(*visitor));
    visitor->token = authjs_session_cookie(x);
    if (!visitor->token) {
        return NULL;
    }
    /* Past the cache: a session that has been ended there must not link an account, since
     * a link outlives it. */
    authjs_session_bypass_cache(authjs_request(x->r));
    session = site->strategy->read(x->r, site, x->cookies, visitor->token);
    if (authjs_session_is_unavailable(authjs_request(x->r))) {
        return authjs_adapter_error(call, AUTHJS_ADAPTER_UNAVAILABLE,
                                    "getSessionAndUser");
    }
    if (!session || !session->claims.sub.value) {
        return NULL;
    }
    if (!names_user(x, session)) {
        visitor->guest = guest_of(x, session);
        return NULL;
    }
    status = authjs_store_get_user(site->store, call, session->claims.sub.value,
                                   &visitor->user);
    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "getUser");
    }
    visitor->session = visitor->user ? session : NULL;
    return NULL;
}

int authjs_is_signed_in(authjs_exchange_t *x)
{
    const char *token = authjs_session_cookie(x);

    return token && (x->site->strategy->read(x->r, x->site, x->cookies, token) ||
                     authjs_session_is_unavailable(authjs_request(x->r)));
}

const char *authjs_user_label(struct json_object *user)
{
    static const char *const members[] = {"name", "email", "id"};
    const char *label = NULL;
    apr_size_t i;

    for (i = 0; i < 3 && !(label && *label); i++) {
        label = authjs_json_get_string(user, members[i]);
    }
    return label ? label : "";
}
