#include "session/fast_path.h"

#include "callbacks/runners.h"
#include "session/auth.h"

static const authjs_bound_t *nth(const apr_array_header_t *list, int i)
{
    return &APR_ARRAY_IDX(list, i, const authjs_bound_t);
}

/* The fast path of a runner that keeps its answers. */
static int show_kept_answer(request_rec *r, const void *bound, authjs_session_t *session)
{
    authjs_session_question_t question = {NULL, session->claims.json,
                                          session->refresh_failed};
    struct json_object *answer;
    authjs_shown_t *shown;
    const char *text;

    if (!authjs_runner_kept_answer(bound, r, &question, &answer, &text) ||
        !authjs_json_get(answer, "user")) {
        return 0;
    }
    shown = authjs_session_show(r, session, answer);
    shown->text = shown->object == answer ? text : NULL;
    return 1;
}

void authjs_fast_path_choose(authjs_site_t *site, apr_pool_t *pconf)
{
    const apr_array_header_t *jwt = site->callbacks[AUTHJS_CALLBACK_jwt];
    const apr_array_header_t *session = site->callbacks[AUTHJS_CALLBACK_session];
    const authjs_bound_t *only;
    int i;

    site->asks_auth = authjs_has_callback(site, AUTHJS_CALLBACK_session);
    if (site->strategy->row) { /* no tokens: jwt has no say, and all of the row is told */
        return;
    }
    site->asks_jwt = site->callback_hooks;
    for (i = 0; jwt && i < jwt->nelts; i++) {
        site->asks_jwt |= !authjs_runner_is_noop(nth(jwt, i));
    }
    site->asks_auth |= site->asks_jwt;
    if (site->asks_jwt || !session || session->nelts != 1) {
        return;
    }
    only = nth(session, 0);
    site->fast_path_data = authjs_runner_simple_fields(only, pconf);
    if (site->fast_path_data) {
        site->fast_path = authjs_fields_show;
    }
    else if (authjs_runner_keeps_answers(only)) {
        site->fast_path_data = only;
        site->fast_path = show_kept_answer;
    }
}
