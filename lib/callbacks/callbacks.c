#include "callbacks/callbacks.h"

#include "callbacks/redact.h"
#include "callbacks/slot.h"

#include "apr_optional_hooks.h"
#include "core/json.h"
#include "settings/settings.h"
#include "web/url.h"

/* What a callback may put into a token or a session. */
#define ANSWER_MAX (256 * 1024)

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

/* What no reader would accept, or is without end, is no answer. */
static void check_answer(authjs_callback_t *call)
{
    const char *why = call->answer == AUTHJS_ANSWER_VALUE
                          ? authjs_json_check(call->value, ANSWER_MAX)
                          : NULL;

    if (why) {
        call->answer = AUTHJS_ANSWER_ERROR;
        call->error = why;
    }
}

void authjs_run(const authjs_bound_t *bound, authjs_callback_t *call)
{
    bound->runner->run(bound->instance, call);
    check_answer(call);
}

static int count_of(const apr_array_header_t *list)
{
    return list ? list->nelts : 0;
}

/* ---- the hooks of C modules ------------------------------------------------------- */

/* Whoever changes its copy changes nobody else's. */
static authjs_callback_t *own_call(request_rec *r, const char *name,
                                   struct json_object *params)
{
    struct json_object *copy = NULL;

    json_object_deep_copy(params, &copy, NULL);
    return new_call(r, name, authjs_json_own(r->pool, copy));
}

authjs_callback_t *authjs_ask_hooks(request_rec *r, const char *name,
                                    struct json_object *params)
{
    const apr_array_header_t *hooks = apr_optional_hook_get("authjs_callback");
    int i;

    for (i = 0; i < count_of(hooks); i++) {
        authjs_callback_t *call = own_call(r, name, params);
        int rv = APR_ARRAY_IDX(hooks, i, authjs_LINK_authjs_callback_t).pFunc(call);

        if (rv == DECLINED) {
            continue;
        }
        if (rv != OK) {
            call->answer = AUTHJS_ANSWER_ERROR;
            call->error = apr_psprintf(r->pool, "a hook returned %d", rv);
        }
        check_answer(call);
        return call;
    }
    return NULL;
}

static void tell_hooks(request_rec *r, const char *name, struct json_object *params)
{
    const apr_array_header_t *hooks = apr_optional_hook_get("authjs_event");
    int i;

    for (i = 0; i < count_of(hooks); i++) {
        APR_ARRAY_IDX(hooks, i, authjs_LINK_authjs_event_t)
            .pFunc(own_call(r, name, params));
    }
}

/* ---- asking ----------------------------------------------------------------------- */

/* The answer of the runner at index; behind the last one stand the hooks. NULL: it has
 * nothing to say, the next one is asked. */
static authjs_callback_t *ask_nth(request_rec *r, const apr_array_header_t *list,
                                  const char *name, struct json_object *params, int index,
                                  int cacheable)
{
    authjs_callback_t *call;

    if (index < count_of(list)) {
        call = new_call(r, name, params);
        call->cacheable = cacheable;
        authjs_run(&APR_ARRAY_IDX(list, index, const authjs_bound_t), call);
    }
    else {
        call = authjs_ask_hooks(r, name, params);
    }
    return call && call->answer != AUTHJS_ANSWER_DECLINED ? call : NULL;
}

static void log_failure(request_rec *r, const authjs_callback_t *call)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "AuthJS: the callback %s failed: %s",
                  call->name, call->error ? call->error : "no reason given");
}

/* ---- signIn ----------------------------------------------------------------------- */

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

/* The runners in order, then the hooks: the first one that does not simply agree ends it.
 * NULL, or what it did; *url: where it wants to go instead. */
static const char *ask_permission(request_rec *r, const apr_array_header_t *list,
                                  authjs_callback_e which, struct json_object *params,
                                  const char **url)
{
    authjs_callback_t *call;
    int i;

    *url = NULL;
    for (i = 0; i <= count_of(list); i++) {
        call = ask_nth(r, list, authjs_callback_names[which], params, i,
                       which == AUTHJS_CALLBACK_authorized);
        if (!call) {
            continue;
        }
        if (call->answer == AUTHJS_ANSWER_ERROR) {
            log_failure(r, call);
            return "failed";
        }
        if (call->answer != AUTHJS_ANSWER_VALUE || !is_true(call->value)) {
            return "refused";
        }
        if (json_object_is_type(call->value, json_type_string)) {
            *url = json_object_get_string(call->value);
            return NULL;
        }
    }
    return NULL;
}

const authjs_error_t *authjs_callback_sign_in(authjs_exchange_t *x,
                                              struct json_object *params,
                                              const char **redirect)
{
    const char *url,
        *what = ask_permission(x->r, x->site->callbacks[AUTHJS_CALLBACK_signIn],
                               AUTHJS_CALLBACK_signIn, params, &url);

    *redirect = url ? authjs_callback_target(x->r, x->site, url, x->origin) : NULL;
    return what ? authjs_error(x->pool, AUTHJS_ERR_AccessDenied, "the signIn callback %s",
                               what)
                : NULL;
}

/* ---- authorized ------------------------------------------------------------------- */

int authjs_callback_authorized(request_rec *r, const authjs_site_t *site,
                               const apr_array_header_t *list, struct json_object *params,
                               const char *origin, const char **redirect)
{
    const char *url,
        *what = ask_permission(r, list, AUTHJS_CALLBACK_authorized, params, &url);

    *redirect = url ? authjs_callback_target(r, site, url, origin) : NULL;
    if (what) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "AuthJS: the callback authorized %s",
                      what);
    }
    return !what && !url;
}

/* ---- redirect --------------------------------------------------------------------- */

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
        call = ask_nth(r, list, authjs_callback_names[AUTHJS_CALLBACK_redirect], params,
                       i, 0);
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
        return authjs_home(r, site, base_url);
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

    if (!target) {
        target = authjs_url_decide(r->pool, origin, site->redirect_allow, url, &usable);
        target = usable ? target : authjs_home(r, site, origin);
    }
    return target;
}

/* ---- generateVerificationToken, normalizeIdentifier ------------------------------- */

int authjs_callback_text(authjs_exchange_t *x, authjs_callback_e which,
                         struct json_object *params, const char **text)
{
    const apr_array_header_t *list = x->site->callbacks[which];
    authjs_callback_t *call;
    int i;

    *text = NULL;
    for (i = 0; i <= count_of(list); i++) {
        call = ask_nth(x->r, list, authjs_callback_names[which], params, i, 0);
        if (!call || call->answer == AUTHJS_ANSWER_UNDEFINED) {
            continue;
        }
        if (call->answer == AUTHJS_ANSWER_VALUE &&
            json_object_is_type(call->value, json_type_string) &&
            strlen(json_object_get_string(call->value)) ==
                (apr_size_t)json_object_get_string_len(call->value)) {
            *text = json_object_get_string(call->value);
            return 0;
        }
        call->error = call->error ? call->error : "its answer is no text";
        log_failure(x->r, call);
        return 1;
    }
    return 0;
}

/* ---- jwt, session ----------------------------------------------------------------- */

/* A token is an object; a session is what the answer of GET session is to be. */
static authjs_object_e meaning(const authjs_callback_t *call, authjs_callback_e which)
{
    if (call->answer == AUTHJS_ANSWER_ERROR) {
        return AUTHJS_THREW;
    }
    if (call->answer == AUTHJS_ANSWER_UNDEFINED) {
        return AUTHJS_NO_ANSWER;
    }
    if (!call->value) {
        return AUTHJS_NO_OBJECT;
    }
    return which == AUTHJS_CALLBACK_session ||
                   json_object_is_type(call->value, json_type_object)
               ? AUTHJS_OBJECT
               : AUTHJS_THREW;
}

static authjs_object_e ask_object(request_rec *r, const authjs_site_t *site,
                                  authjs_callback_e which, struct json_object *params,
                                  struct json_object **object, int cacheable)
{
    const char *member = which == AUTHJS_CALLBACK_jwt ? "token" : "session";
    const apr_array_header_t *list = site->callbacks[which];
    authjs_object_e result = AUTHJS_UNASKED;
    authjs_callback_t *call;
    int i;

    for (i = 0; i <= count_of(list); i++) {
        authjs_json_set(params, member, *object);
        call = ask_nth(r, list, authjs_callback_names[which], params, i, cacheable);
        if (!call) {
            continue;
        }
        result = meaning(call, which);
        if (result == AUTHJS_THREW) {
            call->error = call->error ? call->error : "its answer is no object";
            log_failure(r, call);
        }
        if (result != AUTHJS_OBJECT) {
            return result;
        }
        *object = call->value;
    }
    return result;
}

authjs_object_e authjs_callback_object(request_rec *r, const authjs_site_t *site,
                                       authjs_callback_e which,
                                       struct json_object *params,
                                       struct json_object **object)
{
    return ask_object(r, site, which, params, object, 0);
}

authjs_object_e
authjs_callback_object_protected(request_rec *r, const authjs_site_t *site,
                                 authjs_callback_e which, struct json_object *params,
                                 const authjs_session_question_t *question,
                                 struct json_object **object)
{
    authjs_callbacks_slot_t *slot = AUTHJS_SLOT(callbacks, authjs_request(r));
    authjs_object_e result;

    slot->question = question;
    result = ask_object(r, site, which, params, object, 1);
    slot->question = NULL;
    return result;
}

const authjs_session_question_t *authjs_callback_question(request_rec *r)
{
    return AUTHJS_SLOT(callbacks, authjs_request(r))->question;
}

/* ---- events ----------------------------------------------------------------------- */

void authjs_event(request_rec *r, const authjs_site_t *site, authjs_event_e which,
                  struct json_object *params)
{
    const apr_array_header_t *list = site->events[which];
    const char *name = authjs_event_names[which];
    authjs_callback_t *call;
    int i;

    /* signInFailed is made of our own words; its code is CredentialsSignin's. */
    if (!site->event_detail && which != AUTHJS_EVENT_signInFailed) {
        params = authjs_redacted(r->pool, params);
    }
    for (i = 0; i < count_of(list); i++) {
        call = new_call(r, name, params);
        authjs_run(&APR_ARRAY_IDX(list, i, const authjs_bound_t), call);
        if (call->answer == AUTHJS_ANSWER_ERROR) {
            authjs_log_error(r,
                             authjs_error(r->pool, AUTHJS_ERR_EventError, "%s: %s", name,
                                          call->error ? call->error : "no reason"));
        }
    }
    tell_hooks(r, name, params);
}
