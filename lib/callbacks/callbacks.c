#include "callbacks/callbacks.h"

#include "callbacks/redact.h"

/* Optional hooks know run-all alone, which ends at what is neither of the last two: with
 * DECLINED as both, it is run-first. */
APR_IMPLEMENT_OPTIONAL_HOOK_RUN_ALL(authjs, AUTHJS, int, authjs_callback,
                                    (authjs_callback_t * call), (call), DECLINED,
                                    DECLINED)
APR_IMPLEMENT_OPTIONAL_HOOK_RUN_ALL(authjs, AUTHJS, int, authjs_event,
                                    (authjs_callback_t * call), (call), OK, DECLINED)

int authjs_has_callback(const authjs_site_t *site, authjs_callback_e which)
{
    return site->callbacks[which] || site->callback_hooks;
}

int authjs_has_event(const authjs_site_t *site, authjs_event_e which)
{
    return site->events[which] || site->event_hooks;
}

static authjs_callback_t *new_call(request_rec *r, const char *name,
                                   struct json_object *params)
{
    authjs_callback_t *call = apr_pcalloc(r->pool, sizeof(*call));

    call->r = r;
    call->pool = r->pool;
    call->name = name;
    call->params = params;
    return call;
}

void authjs_run(const authjs_bound_t *bound, authjs_callback_t *call)
{
    bound->runner->run(bound->instance, call);
}

static int count_of(const apr_array_header_t *list)
{
    return list ? list->nelts : 0;
}

/* The answer of the runner at index; behind the last one stand the hooks of C modules.
 * NULL when there is no such runner, or no hook that answers. */
static authjs_callback_t *ask(request_rec *r, const apr_array_header_t *list,
                              const char *name, struct json_object *params, int index)
{
    authjs_callback_t *call = new_call(r, name, params);

    if (index < count_of(list)) {
        authjs_run(&APR_ARRAY_IDX(list, index, const authjs_bound_t), call);
        return call;
    }
    return authjs_run_authjs_callback(call) == OK ? call : NULL;
}

static void log_failure(request_rec *r, const authjs_callback_t *call)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "AuthJS: the callback %s failed: %s",
                  call->name, call->error ? call->error : "no reason given");
}

/* ---- signIn -------------------------------------------------------------------------
 */

/* JavaScript's truth. */
static int is_true(struct json_object *value)
{
    switch (value ? json_object_get_type(value) : json_type_null) {
    case json_type_null:
        return 0;
    case json_type_boolean:
        return json_object_get_boolean(value);
    case json_type_int:
        return json_object_get_int64(value) != 0;
    case json_type_double:
        return json_object_get_double(value) < 0 || json_object_get_double(value) > 0;
    case json_type_string:
        return json_object_get_string_len(value) > 0;
    default:
        return 1;
    }
}

static const authjs_error_t *denied(authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_AccessDenied, "the signIn callback %s", why);
}

const authjs_error_t *authjs_callback_sign_in(authjs_exchange_t *x,
                                              struct json_object *params,
                                              const char **redirect)
{
    const apr_array_header_t *list = x->site->callbacks[AUTHJS_CALLBACK_signIn];
    authjs_callback_t *call;
    const char *url;
    int i;

    *redirect = NULL;
    for (i = 0; i <= count_of(list); i++) {
        call = ask(x->r, list, authjs_callback_name(AUTHJS_CALLBACK_signIn), params, i);
        if (!call) {
            continue;
        }
        if (call->answer == AUTHJS_ANSWER_ERROR) {
            log_failure(x->r, call);
            return denied(x, "failed");
        }
        if (call->answer != AUTHJS_ANSWER_VALUE || !is_true(call->value)) {
            return denied(x, "refused");
        }
        if (json_object_is_type(call->value, json_type_string)) {
            url = json_object_get_string(call->value);
            *redirect = authjs_callback_target(x->r, x->site, url, x->origin);
            return NULL;
        }
    }
    return NULL;
}

/* ---- redirect -----------------------------------------------------------------------
 */

const char *authjs_callback_redirect(request_rec *r, const authjs_site_t *site,
                                     const char *url, const char *base_url)
{
    const apr_array_header_t *list = site->callbacks[AUTHJS_CALLBACK_redirect];
    struct json_object *params = authjs_json_object(r->pool);
    authjs_callback_t *call;
    authjs_url_t parsed;
    const char *text;
    int i;

    authjs_json_set_string(params, "url", url);
    authjs_json_set_string(params, "baseUrl", base_url);
    for (i = 0; i <= count_of(list); i++) {
        call = ask(r, list, authjs_callback_name(AUTHJS_CALLBACK_redirect), params, i);
        if (!call || call->answer == AUTHJS_ANSWER_UNDEFINED) {
            continue;
        }
        text = json_object_is_type(call->value, json_type_string)
                   ? json_object_get_string(call->value)
                   : "";
        if (call->answer == AUTHJS_ANSWER_VALUE &&
            !authjs_url_parse(&parsed, r->pool, text)) {
            return apr_pstrdup(r->pool, text);
        }
        call->error = call->error ? call->error : "its answer is no http or https URL";
        log_failure(r, call);
        return base_url;
    }
    return NULL;
}

const char *authjs_callback_target(request_rec *r, const authjs_site_t *site,
                                   const char *url, const char *origin)
{
    const char *target = authjs_has_callback(site, AUTHJS_CALLBACK_redirect)
                             ? authjs_callback_redirect(r, site, url, origin)
                             : NULL;
    int usable;

    return target
               ? target
               : authjs_url_decide(r->pool, origin, site->redirect_allow, url, &usable);
}

/* ---- jwt, session -------------------------------------------------------------------
 */

authjs_object_e authjs_callback_object(request_rec *r, const authjs_site_t *site,
                                       authjs_callback_e which,
                                       struct json_object *params,
                                       struct json_object **object)
{
    const char *member = which == AUTHJS_CALLBACK_jwt ? "token" : "session";
    const apr_array_header_t *list = site->callbacks[which];
    authjs_callback_t *call;
    int i;

    for (i = 0; i <= count_of(list); i++) {
        authjs_json_set(params, member, *object);
        call = ask(r, list, authjs_callback_name(which), params, i);
        if (!call) {
            continue;
        }
        if (call->answer == AUTHJS_ANSWER_ERROR) {
            log_failure(r, call);
            return AUTHJS_THREW;
        }
        if (call->answer == AUTHJS_ANSWER_VALUE && !call->value) {
            return AUTHJS_NO_OBJECT;
        }
        if (call->answer == AUTHJS_ANSWER_UNDEFINED ||
            !json_object_is_type(call->value, json_type_object)) {
            return AUTHJS_NO_ANSWER;
        }
        *object = call->value;
    }
    return AUTHJS_OBJECT;
}

/* ---- events -------------------------------------------------------------------------
 */

void authjs_event(request_rec *r, const authjs_site_t *site, authjs_event_e which,
                  struct json_object *params)
{
    const apr_array_header_t *list = site->events[which];
    authjs_callback_t *call;
    int i;

    if (!authjs_has_event(site, which)) {
        return;
    }
    if (!site->event_detail) {
        params = authjs_redacted(r->pool, params);
    }
    for (i = 0; i < count_of(list); i++) {
        call = new_call(r, authjs_event_name(which), params);
        authjs_run(&APR_ARRAY_IDX(list, i, const authjs_bound_t), call);
        if (call->answer == AUTHJS_ANSWER_ERROR) {
            authjs_log_error(r, authjs_error(r->pool, AUTHJS_ERR_EventError, "%s: %s",
                                             call->name,
                                             call->error ? call->error : "no reason"));
        }
    }
    authjs_run_authjs_event(new_call(r, authjs_event_name(which), params));
}
