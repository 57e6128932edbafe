/* AuthJSAuthorize: a runner of the administrator's says who somebody is. */
#include "providers/credentials.h"

#include "callbacks/callbacks.h"

/* What a database column takes. */
#define TEXT_MAX 255
#define CODE_MAX 64

static const authjs_error_t *authorize_failed(const authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError,
                        "provider %s: authorize: %s", x->provider->id,
                        why ? why : "it failed");
}

/* code goes into the URL of the sign-in page. */
static const authjs_error_t *authorize_denied(const authjs_exchange_t *x,
                                              const char *code)
{
    const authjs_error_t *error =
        authjs_error(x->pool, AUTHJS_ERR_CredentialsSignin,
                     "provider %s: authorize said no", x->provider->id);
    authjs_error_t *coded;

    if (!code) {
        return error;
    }
    coded = apr_pmemdup(x->pool, error, sizeof(*error));
    coded->code = code;
    return coded;
}

/* What a URL shows as it is: no other code of a runner counts. */
static int is_code(const char *code)
{
    apr_size_t len = strlen(code);

    return len > 0 && len <= CODE_MAX &&
           strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_.-") == len;
}

static struct json_object *params_of(const authjs_exchange_t *x)
{
    struct json_object *params = authjs_json_object(x->pool);

    authjs_json_set(params, "credentials", authjs_exchange_body(x));
    authjs_json_set(params, "request", authjs_request_object(x->r, x->origin));
    return params;
}

/* Auth.js: the text of user.id, or a random one. NULL when it has none that counts. */
static const char *id_of(apr_pool_t *pool, struct json_object *user)
{
    struct json_object *id = authjs_json_get(user, "id");
    const char *text;

    if (!id) {
        return authjs_random_uuid(pool);
    }
    if (json_object_is_type(id, json_type_int)) {
        return authjs_json_text(pool, id);
    }
    text = authjs_json_get_string(user, "id");
    return text && authjs_is_line(text, TEXT_MAX) ? text : NULL;
}

/* Whether user[name] is text, null, or not there. */
static int is_text(struct json_object *user, const char *name)
{
    return !authjs_json_get(user, name) || authjs_json_get_string(user, name);
}

/* The runner's object, with an id. */
static struct json_object *user_of(const authjs_exchange_t *x, struct json_object *answer)
{
    struct json_object *user = authjs_json_object(x->pool);
    const char *id = id_of(x->pool, answer);

    if (!id || !is_text(answer, "name") || !is_text(answer, "email") ||
        !is_text(answer, "image")) {
        return NULL;
    }
    json_object_object_foreach(answer, name, value)
    {
        authjs_json_set(user, name, value);
    }
    authjs_json_set_string(user, "id", id);
    return user;
}

static int is_no(const authjs_callback_t *call)
{
    return call->answer == AUTHJS_ANSWER_UNDEFINED ||
           (call->answer == AUTHJS_ANSWER_VALUE &&
            (!call->value || (json_object_is_type(call->value, json_type_boolean) &&
                              !json_object_get_boolean(call->value))));
}

const authjs_error_t *authjs_authorize(authjs_exchange_t *x, struct json_object **user)
{
    authjs_callback_t call = {0};

    call.r = x->r;
    call.pool = x->pool;
    call.name = "authorize";
    call.params = params_of(x);
    authjs_run(x->provider->authorize, &call);
    if (is_no(&call)) {
        return authorize_denied(x, NULL);
    }
    if (call.answer == AUTHJS_ANSWER_ERROR && call.code && is_code(call.code)) {
        return authorize_denied(x, call.code);
    }
    if (call.answer != AUTHJS_ANSWER_VALUE) {
        return authorize_failed(x, call.error);
    }
    if (!json_object_is_type(call.value, json_type_object)) {
        return authorize_failed(x, "its answer is no user");
    }
    *user = user_of(x, call.value);
    return *user ? NULL
                 : authorize_failed(
                       x, "id, name, email or image of its user is no text, or too "
                          "long");
}
