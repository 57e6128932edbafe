/* Type credentials: httpd's authn providers, or a runner of the administrator's, say who
 * somebody is. */
#include "providers/credentials.h"

#include "signin/signin.h"

#include "apr_atomic.h"
#include "mod_auth.h"

#define USERNAME_MAX 256
#define PASSWORD_MAX 1024

/* No failure is answered sooner, nor kept waiting longer, in microseconds. */
#define FAILURE_MIN APR_TIME_C(50000)
#define FAILURE_MAX APR_TIME_C(2000000)

/* A colon cannot be part of a name in httpd's own files and in Basic authentication. */
static int username_valid(const char *name)
{
    return authjs_is_line(name, USERNAME_MAX) && !ap_strchr_c(name, ':');
}

static int password_valid(const char *password)
{
    apr_size_t len = strlen(password);

    return len > 0 && len <= PASSWORD_MAX;
}

/* One at-sign with something on both sides and nothing that means anything to a mailer:
 * enough to be called an address where an administrator made the account. */
static int is_address(const char *name)
{
    const char *at = ap_strchr_c(name, '@');
    const char *c;

    for (c = name; *c; c++) {
        if (*c <= ' ' || *c >= 0x7f || ap_strchr_c("\"(),:;<>[\\]", *c)) {
            return 0;
        }
    }
    return at && at != name && at[1] && at[1] != '.' && !ap_strchr_c(at + 1, '@');
}

/* As mod_auth_basic asks them: in order, the next one only for a user that the former
 * does not know. */
static authn_status ask_in_order(request_rec *r, const authjs_provider_t *provider,
                                 const char *username, const char *password)
{
    authn_status status = AUTH_USER_NOT_FOUND;
    int i;

    for (i = 0; i < provider->authn_providers->nelts && status == AUTH_USER_NOT_FOUND;
         i++) {
        const authjs_authn_t *authn =
            &APR_ARRAY_IDX(provider->authn_providers, i, authjs_authn_t);
        const authn_provider *asked = authn->provider;

        apr_table_setn(r->notes, AUTHN_PROVIDER_NAME_NOTE, authn->name);
        status = asked->check_password(r, username, password);
    }
    return status;
}

/* Ask with the section's own directives in force, and no other: what stands around the
 * base path, in .htaccess too, is not what this provider is. Put back what authn modules
 * change on a request. *username becomes the name that a module set in its stead
 * (AuthLDAPRemoteUserAttribute). */
static authn_status check_password(request_rec *r, const authjs_provider_t *provider,
                                   const char **username, const char *password)
{
    ap_conf_vector_t *per_dir_config = r->per_dir_config;
    apr_table_t *notes = r->notes;
    apr_table_t *env = r->subprocess_env;
    char *user = r->user;
    authn_status status;

    r->per_dir_config = r->server->lookup_defaults;
    if (provider->authn_config) {
        r->per_dir_config =
            ap_merge_per_dir_configs(r->pool, r->per_dir_config, provider->authn_config);
    }
    r->notes = apr_table_copy(r->pool, notes);
    r->subprocess_env = apr_table_copy(r->pool, env);
    r->user = apr_pstrdup(r->pool, *username);
    status = ask_in_order(r, provider, r->user, password);
    if (r->user) {
        *username = r->user;
    }
    r->user = user;
    r->subprocess_env = env;
    r->notes = notes;
    r->per_dir_config = per_dir_config;
    return status;
}

/* Remember the longest real check. A name that nobody knows takes next to no time: what
 * it is drawn out to is what a password costs. */
static void remember_check(const authjs_provider_t *provider, apr_time_t elapsed)
{
    apr_uint32_t new = elapsed < FAILURE_MAX ? (apr_uint32_t)elapsed : FAILURE_MAX;
    apr_uint32_t old = apr_atomic_read32(provider->longest_check);
    apr_uint32_t seen;

    while (old < new) {
        seen = apr_atomic_cas32(provider->longest_check, new, old);
        if (seen == old) {
            return;
        }
        old = seen;
    }
}

static void draw_out(const authjs_provider_t *provider, apr_time_t start)
{
    apr_time_t until = apr_atomic_read32(provider->longest_check);
    apr_time_t elapsed = apr_time_now() - start;

    if (until < FAILURE_MIN) {
        until = FAILURE_MIN;
    }
    if (elapsed >= 0 && elapsed < until) {
        apr_sleep(until - elapsed);
    }
}

static const authjs_error_t *check_login(authjs_exchange_t *x, const char **username)
{
    const char *password = authjs_exchange_field(x, "password");
    apr_time_t start = apr_time_now();
    authn_status status = AUTH_DENIED;

    *username = x->tried = authjs_exchange_field(x, "username");
    if (*username && password && username_valid(*username) && password_valid(password)) {
        status = check_password(x->r, x->provider, username, password);
        x->tried_exists = status == AUTH_GRANTED || status == AUTH_DENIED;
        if (status == AUTH_GRANTED || status == AUTH_DENIED) {
            remember_check(x->provider, apr_time_now() - start);
        }
    }
    if (status == AUTH_GRANTED && username_valid(*username)) {
        return NULL;
    }
    draw_out(x->provider, start);
    if (status == AUTH_DENIED || status == AUTH_USER_NOT_FOUND) {
        return authjs_error(x->pool, AUTHJS_ERR_CredentialsSignin,
                            "provider %s: wrong or missing user name or password",
                            x->provider->id);
    }
    return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError,
                        "provider %s: an authn provider failed, or set a user name that "
                        "cannot be used",
                        x->provider->id);
}

static const authjs_error_t *ask_authn(authjs_exchange_t *x, struct json_object **user)
{
    const char *username;
    const authjs_error_t *error = check_login(x, &username);

    if (error) {
        return error;
    }
    *user = authjs_json_object(x->pool);
    authjs_json_set_string(*user, "id", username);
    authjs_json_set_string(*user, "name", username);
    if (x->provider->login_is_email && is_address(username)) {
        authjs_json_set_string(*user, "email", username);
    }
    return NULL;
}

static const authjs_error_t *ask_authorize(authjs_exchange_t *x,
                                           struct json_object **user)
{
    apr_time_t start = apr_time_now();
    const authjs_error_t *error;

    x->tried = authjs_exchange_field(x, "username");
    error = authjs_authorize(x, user);

    if (!error || error->type == AUTHJS_ERR_CredentialsSignin) {
        remember_check(x->provider, apr_time_now() - start);
    }
    if (error) {
        draw_out(x->provider, start);
    }
    return error;
}

static const authjs_error_t *callback(authjs_exchange_t *x)
{
    struct json_object *user, *account;
    const authjs_error_t *error;

    authjs_exchange_hide(x, authjs_exchange_field(x, "password"));
    error = x->provider->authorize ? ask_authorize(x, &user) : ask_authn(x, &user);
    if (error) {
        return error;
    }
    account = authjs_json_object(x->pool);
    authjs_json_set(account, "providerAccountId", authjs_json_get(user, "id"));
    authjs_json_set_string(account, "type", x->provider->type->name);
    authjs_json_set_string(account, "provider", x->provider->id);
    return authjs_signin_complete(x, user, account, NULL);
}

/* Auth.js: what was sent, the password too. */
static void add_sign_in_params(authjs_exchange_t *x, struct json_object *params)
{
    authjs_json_set(params, "credentials", authjs_exchange_body(x));
}

static const authjs_field_t fields[] = {{"username", AUTHJS_TEXT_username, "text",
                                         "username", APR_STRINGIFY(USERNAME_MAX), 1},
                                        {"password", AUTHJS_TEXT_password, "password",
                                         "current-password", APR_STRINGIFY(PASSWORD_MAX),
                                         0},
                                        {NULL, AUTHJS_TEXT__COUNT, NULL, NULL, NULL, 0}};

const authjs_provider_type_t authjs_type_credentials = {
    .name = "credentials",
    .title = "Credentials",
    .directives = AUTHJS_DIRECTIVES_AUTHN,
    .other_directives =
        "asks httpd's own authn providers or AuthJSAuthorize; only AuthJSName, "
        "AuthJSStyle and these mean anything in its section",
    .finish = authjs_credentials_finish,
    .describe = authjs_credentials_describe,
    .keep_apart = authjs_credentials_keep_apart,
    .fields = fields,
    .callback = callback,
    .not_linked = AUTHJS_ERR_OAuthAccountNotLinked,
    .callback_methods = 1 << M_POST,
    .callback_csrf = 1,
    .add_sign_in_params = add_sign_in_params,
    .has_chosen_names = 1};
