/*
 * mod_authjs_example: a module that decides who may sign in, puts a role into the token
 * and logs each sign-in. Only people with an address of one domain may sign in:
 *
 *     LoadModule authjs_example_module modules/mod_authjs_example.so
 *     AuthJSExampleDomain example.com
 *
 * Build and install: apxs -c -i mod_authjs_example.c -ljson-c
 */
#include "mod_authjs.h"

#include "apr_strings.h"
#include "http_config.h"
#include "http_core.h"
#include "http_log.h"

#include <json-c/json.h>
#include <string.h>

module AP_MODULE_DECLARE_DATA authjs_example_module;

typedef struct {
    const char *domain;
} example_t;

static example_t *config_of(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &authjs_example_module);
}

/* The text of a member of a member: text_in(params, "user", "email"). */
static const char *text_in(struct json_object *object, const char *outer,
                           const char *inner)
{
    struct json_object *member;

    if (!json_object_object_get_ex(object, outer, &object) ||
        !json_object_object_get_ex(object, inner, &member) ||
        !json_object_is_type(member, json_type_string)) {
        return NULL;
    }
    return json_object_get_string(member);
}

static apr_status_t release(void *value)
{
    json_object_put(value);
    return APR_SUCCESS;
}

/* What is made for an answer belongs to the pool of the call. */
static int answer(authjs_callback_t *call, struct json_object *value)
{
    call->answer = AUTHJS_ANSWER_VALUE;
    call->value = value;
    apr_pool_cleanup_register(call->pool, value, release, apr_pool_cleanup_null);
    return OK;
}

/* signIn({user, account, profile}): false refuses, true lets in, a URL leads elsewhere.
 */
static int sign_in(authjs_callback_t *call, const char *domain)
{
    const char *email = text_in(call->params, "user", "email");
    const char *at = email ? strrchr(email, '@') : NULL;

    return answer(call, json_object_new_boolean(at && !ap_cstr_casecmp(at + 1, domain)));
}

/* jwt({token, user, account, profile, trigger}): returns the token. It has a user at
 * sign-in alone; the token keeps the role that it was given then. */
static int jwt(authjs_callback_t *call)
{
    const char *email = text_in(call->params, "user", "email");
    struct json_object *token;

    if (!email || !json_object_object_get_ex(call->params, "token", &token)) {
        return DECLINED;
    }
    json_object_object_add(token, "role",
                           json_object_new_string(strncmp(email, "admin@", 6) ? "member"
                                                                              : "admin"));
    return answer(call, json_object_get(token));
}

/* session({session, token}): what the browser sees. With sessions in a database there is
 * no token, and the user's row has a role or none. */
static int session(authjs_callback_t *call)
{
    struct json_object *token, *role, *shown, *user;

    if (!json_object_object_get_ex(call->params, "token", &token) ||
        !json_object_object_get_ex(token, "role", &role) ||
        !json_object_object_get_ex(call->params, "session", &shown) ||
        !json_object_object_get_ex(shown, "user", &user)) {
        return DECLINED;
    }
    json_object_object_add(user, "role", json_object_get(role));
    return answer(call, json_object_get(shown));
}

static int callback(authjs_callback_t *call)
{
    const example_t *config = config_of(call->r->server);

    if (!config->domain) {
        return DECLINED;
    }
    if (!strcmp(call->name, "signIn")) {
        return sign_in(call, config->domain);
    }
    if (!strcmp(call->name, "jwt")) {
        return jwt(call);
    }
    return strcmp(call->name, "session") ? DECLINED : session(call);
}

static int event(authjs_callback_t *call)
{
    const char *email = text_in(call->params, "user", "email");

    if (strcmp(call->name, "events.signIn") || !config_of(call->r->server)->domain) {
        return DECLINED;
    }
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, call->r, "example: %s came",
                  email ? ap_escape_logitem(call->pool, email) : "somebody");
    return OK;
}

static void *create_config(apr_pool_t *pool, server_rec *s)
{
    (void)s;
    return apr_pcalloc(pool, sizeof(example_t));
}

static void *merge_config(apr_pool_t *pool, void *base, void *add)
{
    (void)pool;
    return ((example_t *)add)->domain ? add : base;
}

static const char *set_domain(cmd_parms *cmd, void *dir, const char *domain)
{
    (void)dir;
    config_of(cmd->server)->domain = domain;
    return NULL;
}

static const command_rec directives[] = {
    AP_INIT_TAKE1("AuthJSExampleDomain", set_domain, NULL, RSRC_CONF,
                  "domain of the people who may sign in"),
    {NULL, {NULL}, NULL, 0, NO_ARGS, NULL}};

/* Optional hooks: mod_authjs may be loaded before or after, or not at all. */
static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
    APR_OPTIONAL_HOOK(authjs, authjs_callback, callback, NULL, NULL, APR_HOOK_MIDDLE);
    APR_OPTIONAL_HOOK(authjs, authjs_event, event, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(authjs_example) = {STANDARD20_MODULE_STUFF,
                                     NULL,
                                     NULL,
                                     create_config,
                                     merge_config,
                                     directives,
                                     register_hooks,
                                     AP_MODULE_FLAG_NONE};
