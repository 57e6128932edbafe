/* What a protected request has to ask, weighed when the configuration is read: nothing
 * that would not answer, and no tree where none is needed. */
#include "callbacks/expr.h"
#include "callbacks/runners.h"

static const authjs_bound_t *nth(const apr_array_header_t *list, int i)
{
    return &APR_ARRAY_IDX(list, i, const authjs_bound_t);
}

/* Lines of AuthJSToken that wait for a sign-in have nothing to say. */
static int is_idle(const authjs_bound_t *bound)
{
    const apr_array_header_t *members = authjs_expr_members(bound);

    return members && authjs_expr_members_idle(members);
}

/* How a session runner that is alone answers to the claims as they are. */
static void weigh_alone(authjs_site_t *site, apr_pool_t *pconf,
                        const authjs_bound_t *bound)
{
    const apr_array_header_t *members = authjs_expr_members(bound);

    if (members) {
        site->at_once_data = authjs_expr_members_plain(members, pconf);
        site->answer_at_once = site->at_once_data ? authjs_plain_show : NULL;
    }
    else if (authjs_runner_http_is(bound->runner)) {
        site->at_once_data = bound->instance;
        site->answer_at_once = authjs_runner_http_show_known;
    }
}

void authjs_callbacks_weigh(authjs_site_t *site, apr_pool_t *pconf)
{
    const apr_array_header_t *jwt = site->callbacks[AUTHJS_CALLBACK_jwt];
    const apr_array_header_t *session = site->callbacks[AUTHJS_CALLBACK_session];
    int i;

    site->asks_jwt = site->callback_hooks;
    for (i = 0; jwt && i < jwt->nelts; i++) {
        site->asks_jwt |= !is_idle(nth(jwt, i));
    }
    site->asks_auth = site->asks_jwt || session;
    if (session && session->nelts == 1 && !site->asks_jwt) {
        weigh_alone(site, pconf, nth(session, 0));
    }
}
