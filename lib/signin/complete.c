#include "signin/signin.h"

#include "adapters/adapter.h"
#include "session/stored.h"
#include "signin/events.h"
#include "signin/link.h"
#include "signin/signup.h"

int authjs_keeps_accounts(const authjs_site_t *site, const authjs_provider_t *provider)
{
    return site->adapter &&
           (site->strategy->row || strcmp(provider->type_name, "credentials"));
}

/* What the browser had is nobody's now. That a row stays behind until it is pruned is no
 * reason to undo a sign-in. */
static void forget(authjs_exchange_t *x, const char *token)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *deleted;
    authjs_adapter_status_e status =
        x->site->adapter->delete_session(x->site->adapter_instance, call, token,
                                         &deleted);

    if (status != AUTHJS_ADAPTER_OK) {
        authjs_log_error(x->r, authjs_adapter_error(call, status, "deleteSession"));
    }
}

/* Whether the session that the browser has goes on: one in the database does, when it is
 * the same user's. It names the provider it began with, for AuthJSProviders: where that
 * is another one, a session of this provider takes its place. */
static int goes_on(const authjs_exchange_t *x, const authjs_visitor_t *visitor)
{
    const char *provider =
        visitor->session ? visitor->session->claims.provider.value : NULL;

    return x->site->strategy->row && provider && !strcmp(provider, x->provider->id);
}

static const authjs_error_t *begin_session(authjs_exchange_t *x,
                                           const authjs_visitor_t *visitor,
                                           const authjs_linked_t *linked,
                                           struct json_object *account)
{
    const authjs_error_t *error;

    if (goes_on(x, visitor)) {
        return NULL;
    }
    error = x->site->strategy->create(x, linked->user, account, linked->stored);
    if (error && linked->is_new) {
        authjs_sign_up_undo(x, linked->user);
    }
    if (!error && x->site->strategy->row && visitor->token &&
        authjs_stored_token_valid(visitor->token)) {
        forget(x, visitor->token);
    }
    return error;
}

static void set_location(authjs_exchange_t *x, int is_new)
{
    const char *page = x->site->pages[AUTHJS_PAGE_NEW_USER];

    x->location = x->callback_url;
    if (is_new && page) {
        x->location =
            authjs_url_with_param(x->pool, apr_pstrcat(x->pool, x->origin, page, NULL),
                                  "callbackUrl", x->callback_url);
    }
}

const authjs_error_t *authjs_signin_complete(authjs_exchange_t *x,
                                             struct json_object *user,
                                             struct json_object *account,
                                             struct json_object *profile)
{
    authjs_linked_t linked = {user, NULL, 0};
    authjs_visitor_t visitor = {NULL, NULL, NULL};
    const authjs_error_t *error = NULL;

    (void)profile;
    if (authjs_keeps_accounts(x->site, x->provider)) {
        error = authjs_visitor(x, &visitor);
        if (!error) {
            error = authjs_link(x, &visitor, user, account, &linked);
        }
    }
    if (!error) {
        error = begin_session(x, &visitor, &linked, account);
    }
    if (error) {
        return error;
    }
    authjs_event_sign_in(x);
    set_location(x, linked.is_new);
    return NULL;
}
