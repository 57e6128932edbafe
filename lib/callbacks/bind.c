/* Runners: which there are, and what is bound to them by the configuration. */
#include "callbacks/runners.h"

#include "settings/settings.h"

#include "ap_provider.h"
#include "apr_optional_hooks.h"

/* ---- those of mod_authjs ---------------------------------------------------------- */

static const struct {
    const char *name;
    const authjs_own_runner_t *own;
} runners[] = {{"expr", &authjs_runner_expr},
               {"http", &authjs_runner_http},
               {"https", &authjs_runner_http},
               {"log", &authjs_runner_log}};

#define RUNNERS (sizeof(runners) / sizeof(runners[0]))

void authjs_runners_register(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < RUNNERS; i++) {
        ap_register_provider(pool, AUTHJS_RUNNER_GROUP, runners[i].name,
                             AUTHJS_RUNNER_VERSION, &runners[i].own->runner);
    }
    ap_hook_open_logs(authjs_runner_log_open, NULL, NULL, APR_HOOK_MIDDLE);
}

static const authjs_own_runner_t *find_own(const authjs_runner_t *runner)
{
    apr_size_t i;

    for (i = 0; i < RUNNERS; i++) {
        if (runner == &runners[i].own->runner) {
            return runners[i].own;
        }
    }
    return NULL;
}

int authjs_runner_is_noop(const authjs_bound_t *bound)
{
    return bound->own && bound->own->is_noop && bound->own->is_noop(bound->instance);
}

const apr_array_header_t *authjs_runner_simple_fields(const authjs_bound_t *bound,
                                                      apr_pool_t *pool)
{
    return bound->own && bound->own->simple_fields
               ? bound->own->simple_fields(bound->instance, pool)
               : NULL;
}

int authjs_runner_keeps_answers(const authjs_bound_t *bound)
{
    return bound->own && bound->own->kept_answer;
}

int authjs_runner_kept_answer(const authjs_bound_t *bound, request_rec *r,
                              const authjs_session_question_t *question,
                              struct json_object **value, const char **text)
{
    return bound->own->kept_answer(bound->instance, r, question, value, text);
}

/* ---- binding ---------------------------------------------------------------------- */

/* What was bound while this configuration was read, directories included: nothing else
 * knows of all of it. .htaccess has only what needs no child_init. */
#define ALL_BOUND "authjs-bound"

typedef struct {
    authjs_bound_t bound;
    server_rec *s;
} bound_in_t;

static void remember(const authjs_bound_t *bound, apr_pool_t *pconf, server_rec *s)
{
    apr_array_header_t *all;
    bound_in_t *one;
    void *data;

    apr_pool_userdata_get(&data, ALL_BOUND, pconf);
    all = data;
    if (!all) {
        all = apr_array_make(pconf, 8, sizeof(*one));
        apr_pool_userdata_setn(all, ALL_BOUND, NULL, pconf);
    }
    one = apr_array_push(all);
    one->bound = *bound;
    one->s = s;
}

const char *authjs_bind(authjs_bound_t *bound, apr_pool_t *pconf, apr_pool_t *ptemp,
                        server_rec *s, const char *name, int argc,
                        const char *const *words, int htaccess)
{
    const char *why;

    bound->name = apr_pstrmemdup(pconf, words[0], strcspn(words[0], ":="));
    bound->runner =
        ap_lookup_provider(AUTHJS_RUNNER_GROUP, bound->name, AUTHJS_RUNNER_VERSION);
    if (!bound->runner && !strcmp(bound->name, "lua")) {
        return apr_pstrcat(ptemp, "Lua scripts need their own module; write: ",
                           authjs_load_module(ptemp, "authjs_lua"), NULL);
    }
    if (!bound->runner) {
        static const char *const known[] = {"expr", "lua", "http", "https", "log", NULL};
        const char *meant = authjs_did_you_mean_word(ptemp, known, bound->name);

        return apr_psprintf(ptemp,
                            "nothing here runs \"%s\"%s; write expr=EXPRESSION, lua:FILE "
                            "or an https:// URL",
                            bound->name, meant ? meant : "");
    }
    bound->own = find_own(bound->runner);
    why = bound->runner->create(&bound->instance, pconf, ptemp, s, name, argc, words,
                                htaccess);
    if (!why && !htaccess) {
        remember(bound, pconf, s);
    }
    return why;
}

/* The lists of a site: what was written for one name goes to the list of that name. */
static const char *bind_all(apr_array_header_t **lists, const char *const *names,
                            const char *directive, authjs_site_t *site, apr_pool_t *pconf,
                            apr_pool_t *ptemp, const apr_array_header_t *written)
{
    int i;

    for (i = 0; written && i < written->nelts; i++) {
        const authjs_written_callback_t *one =
            &APR_ARRAY_IDX(written, i, authjs_written_callback_t);
        apr_array_header_t **list = &lists[one->which];
        const char *why;

        if (!*list) {
            *list = apr_array_make(pconf, 2, sizeof(authjs_bound_t));
        }
        why = authjs_bind(apr_array_push(*list), pconf, ptemp, site->s, names[one->which],
                          one->argc, one->argv, 0);
        if (why) {
            return apr_psprintf(ptemp, "%s %s: %s", directive, one->name, why);
        }
    }
    return NULL;
}

const char *authjs_callbacks_bind(authjs_site_t *site, apr_pool_t *pconf,
                                  apr_pool_t *ptemp, const apr_array_header_t *callbacks,
                                  const apr_array_header_t *events)
{
    const char *why;

    site->callback_hooks = apr_optional_hook_get("authjs_callback") != NULL;
    site->event_hooks = apr_optional_hook_get("authjs_event") != NULL;
    why = bind_all(site->callbacks, authjs_callback_names, "AuthJSCallback", site, pconf,
                   ptemp, callbacks);

    return why ? why
               : bind_all(site->events, authjs_event_names, "AuthJSEvent", site, pconf,
                          ptemp, events);
}

void authjs_callbacks_child_init(apr_pool_t *pchild, server_rec *s)
{
    const apr_array_header_t *all;
    void *data;
    int i;

    apr_pool_userdata_get(&data, ALL_BOUND, s->process->pconf);
    all = data;
    for (i = 0; all && i < all->nelts; i++) {
        const bound_in_t *one = &APR_ARRAY_IDX(all, i, bound_in_t);
        const authjs_bound_t *bound = &one->bound;
        apr_status_t rv = bound->runner->child_init
                              ? bound->runner->child_init(bound->instance, pchild, one->s)
                              : APR_SUCCESS;

        if (rv != APR_SUCCESS) {
            ap_log_error(APLOG_MARK, APLOG_ERR, rv, one->s,
                         "AuthJS: the runner %s is not ready in this child", bound->name);
        }
    }
}
