#include "oauth/oauth.h"

#include "signin/signin.h"
#include "web/url.h"

#define ISSUER_MAX 512

/* Anybody can send such an answer: it is worth a warning, not an operator's time. */
static const authjs_error_t *bad_answer(authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_InvalidCheck, "provider %s: %s",
                        x->provider->id, why);
}

/* The redirect proxy (AuthJSRedirectProxyURL): an answer that belongs to another server
 * of the same secret goes on there, with all its parameters. *location NULL: it is ours.
 */
static const authjs_error_t *
pass_on(authjs_exchange_t *x, const apr_array_header_t *params, const char **location)
{
    const char *state = authjs_params_get(params, "state");
    const authjs_error_t *error;
    const char *origin = NULL;
    authjs_url_t url;
    int is_us;

    *location = NULL;
    if (!state || !authjs_redirect_proxy(x, &is_us) || !is_us) {
        return NULL;
    }
    error = authjs_state_origin(x, state, &origin);
    if (error || !origin) {
        return error;
    }
    if (authjs_url_parse(&url, x->pool, origin) || url.query || url.has_fragment) {
        return authjs_error(x->pool, AUTHJS_ERR_InvalidCheck,
                            "the state names no usable address");
    }
    if (strcmp(url.origin, x->origin)) {
        *location = authjs_url_with_params(x->pool, origin, params);
    }
    return NULL;
}

static const char *check_duplicates(const apr_array_header_t *params)
{
    static const char *const once[] = {"code", "state", "iss", "error", NULL};
    int i;

    for (i = 0; once[i]; i++) {
        if (authjs_params_count(params, once[i]) > 1) {
            return "a parameter of the answer stands there twice";
        }
    }
    return NULL;
}

/* RFC 9207. */
static const char *check_issuer(authjs_exchange_t *x, const apr_array_header_t *params,
                                const authjs_server_metadata_t *metadata)
{
    const char *iss = authjs_params_get(params, "iss");

    if (!iss) {
        return metadata->iss_parameter ? "the answer does not say who it is from" : NULL;
    }
    if (metadata->issuer && strcmp(iss, metadata->issuer)) {
        return apr_psprintf(x->pool,
                            "the answer is from another issuer: its iss is \"%s\", the "
                            "provider's issuer is \"%s\"",
                            authjs_oauth_words(x, iss, ISSUER_MAX), metadata->issuer);
    }
    return NULL;
}

/* What opens something, and so may stand in no log, whatever it is quoted by. */
static void hide_params(authjs_exchange_t *x, const apr_array_header_t *params)
{
    static const char *const names[] = {"code",  "state",    "response",
                                        "token", "id_token", "access_token"};
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        authjs_exchange_hide(x, authjs_params_get(params, names[i]));
    }
}

/* RFC 6749 section 4.1.2.1. */
static const char *reason_of(authjs_exchange_t *x, const apr_array_header_t *params)
{
    const char *reason =
        authjs_oauth_reason(x, authjs_params_get(params, "error"),
                            authjs_params_get(params, "error_description"),
                            authjs_params_get(params, "error_uri"));

    return *reason ? reason : "an empty error";
}

/* An answer that does not belong here may still tell an administrator why: some providers
 * leave out the state when they refuse. Anybody can have sent it. */
static const authjs_error_t *with_reason(authjs_exchange_t *x,
                                         const apr_array_header_t *params,
                                         const authjs_error_t *error)
{
    if (!authjs_params_get(params, "error")) {
        return error;
    }
    return authjs_error(x->pool, error->type, "%s; the answer says: %s", error->detail,
                        reason_of(x, params));
}

/* In this order: only an answer that belongs to this browser may say that it failed. */
static const authjs_error_t *check_answer(authjs_exchange_t *x,
                                          const apr_array_header_t *params,
                                          const authjs_server_metadata_t *metadata,
                                          authjs_attempt_t *attempt)
{
    const char *why = check_duplicates(params);
    const authjs_error_t *error;
    const char *code, *own;

    if (!why && authjs_params_get(params, "response")) {
        why = "the answer is a JWT (JARM), which is not supported";
    }
    if (!why) {
        why = check_issuer(x, params, metadata);
    }
    if (why) {
        return bad_answer(x, why);
    }
    authjs_redirect_uri(x, &own);
    error =
        authjs_attempt_use(x, x->provider->checks & AUTHJS_CHECK_STATE || own, attempt);
    if (error) {
        return with_reason(x, params, error);
    }
    code = authjs_params_get(params, "error");
    if (code) {
        return authjs_error(
            x->pool, AUTHJS_ERR_OAuthCallbackError, "provider %s answered with %s%s",
            x->provider->id, reason_of(x, params),
            authjs_oauth_hint(x->pool, x->provider, metadata, code,
                              authjs_params_get(params, "error_description")));
    }
    if (authjs_params_get(params, "id_token") || authjs_params_get(params, "token")) {
        return bad_answer(x,
                          "the answer holds tokens, which only a token endpoint gives");
    }
    code = authjs_params_get(params, "code");
    return code && *code ? NULL : bad_answer(x, "the answer has no code");
}

/* The form is the browser's own word: one whose names are no text is none. */
static int has_name(struct json_object *user)
{
    struct json_object *name = authjs_json_get_object(user, "name");

    return authjs_json_get_string(name, "firstName") &&
           authjs_json_get_string(name, "lastName");
}

/* Apple tells the name once, as JSON in the form of the first consent. */
static void add_form_user(authjs_exchange_t *x, struct json_object *profile)
{
    const char *text = x->provider->form_post ? authjs_params_get(x->form, "user") : NULL;
    struct json_object *user;

    if (text && !authjs_json_parse_object(&user, x->pool, text, strlen(text)) &&
        has_name(user)) {
        authjs_json_set(profile, "user", user);
    }
}

/* The raw profile: id_token claims, or userinfo. */
static const authjs_error_t *get_profile(authjs_exchange_t *x,
                                         const authjs_server_metadata_t *metadata,
                                         struct json_object *tokens, const char *nonce,
                                         struct json_object **profile)
{
    const authjs_provider_t *provider = x->provider;
    const authjs_error_t *error = NULL;
    const char *sub = NULL;

    if (provider->type->oidc) {
        error = authjs_oauth_id_token(x, provider, &metadata, tokens, nonce, profile);
        if (error) {
            return error;
        }
        authjs_oauth_factors(x, provider, *profile);
        add_form_user(x, *profile);
        sub = authjs_json_get_string(*profile, "sub");
    }
    if (!provider->type->oidc || !provider->id_token) {
        error = authjs_oauth_userinfo(x, provider, metadata, tokens, sub, profile);
    }
    return error ? error : authjs_oauth_extra(x, provider, metadata, tokens, *profile);
}

/* A user's id without a database: the same at each sign-in, of one account of one
 * provider only, and of the form that Auth.js's random ones have (RFC 9562, version 8).
 */
static const char *stable_id(apr_pool_t *pool, const char *provider_id, const char *id)
{
    const char *text = apr_pstrcat(pool, provider_id, "\n", id, NULL);
    unsigned char h[32];

    if (!authjs_sha256(h, text, strlen(text))) {
        return NULL;
    }
    return apr_psprintf(pool,
                        "%02x%02x%02x%02x-%02x%02x-8%x%02x-%02x%02x-"
                        "%02x%02x%02x%02x%02x%02x",
                        h[0], h[1], h[2], h[3], h[4], h[5], h[6] & 15u, h[7],
                        (h[8] & 0x3fu) | 0x80u, h[9], h[10], h[11], h[12], h[13], h[14],
                        h[15]);
}

/* The account's id as text: numbers are told as they were written. Blanks are none:
 * whoever has nothing else has what others have, too. */
static const char *account_id(apr_pool_t *pool, struct json_object *user)
{
    struct json_object *id = authjs_json_get(user, "id");
    const char *text;

    switch (id ? json_object_get_type(id) : json_type_null) {
    case json_type_string:
        text = authjs_json_get_string(user, "id");
        return text && text[strspn(text, " \t\r\n\v\f")] ? text : NULL;
    case json_type_int:
    case json_type_double:
        return apr_pstrdup(pool, json_object_get_string(id));
    default:
        return NULL;
    }
}

/* An address that the provider does not vouch for may be anybody's: it goes no further
 * than the raw profile, and the user is marked. */
static void settle_email(authjs_exchange_t *x, struct json_object *user,
                         struct json_object *profile)
{
    const char *email = authjs_json_get_string(user, "email");
    struct json_object *mapped;
    char *lower;
    int doubted = json_object_object_get_ex(user, "email_verified", &mapped) &&
                  !authjs_json_is_affirmative(mapped);

    json_object_object_del(user, "email_verified");
    if (!email || !*email) {
        /* As in Auth.js, where null is no address. */
        json_object_object_del(user, "email");
        return;
    }
    if (doubted || !authjs_verified(x->pool, x->provider->email_verified, profile)) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                      "AuthJS: provider %s does not say that the e-mail address is "
                      "verified (%s): it is left out (AuthJSProfile emailVerified)",
                      x->provider->id, x->provider->email_verified);
        json_object_object_del(user, "email");
        authjs_json_set_boolean(user, "email_verified", 0);
        return;
    }
    lower = apr_pstrdup(x->pool, email);
    ap_str_tolower(lower);
    authjs_json_set_string(user, "email", lower);
}

static const authjs_error_t *
map_profile(authjs_exchange_t *x, struct json_object *profile, struct json_object **user)
{
    apr_array_header_t *odd = apr_array_make(x->pool, 0, sizeof(const char *));
    const authjs_error_t *error =
        authjs_profile_map(x->pool, x->provider->profile, profile, user, odd);
    int i;

    for (i = 0; i < odd->nelts; i++) {
        authjs_oauth_odd(x, x->provider, APR_ARRAY_IDX(odd, i, const char *));
    }
    return error;
}

static const authjs_error_t *sign_in(authjs_exchange_t *x, struct json_object *tokens,
                                     struct json_object *profile)
{
    const authjs_provider_t *provider = x->provider;
    const authjs_error_t *error;
    struct json_object *user;
    const char *id, *user_id;

    error = map_profile(x, profile, &user);
    if (error) {
        return error;
    }
    id = account_id(x->pool, user);
    if (!id) {
        return authjs_error(x->pool, AUTHJS_ERR_OAuthProfileParseError,
                            "the profile has no id");
    }
    user_id = stable_id(x->pool, provider->id, id);
    if (!user_id) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "OpenSSL made no hash");
    }
    authjs_json_set_string(user, "id", user_id);
    settle_email(x, user, profile);
    authjs_oauth_drop_pictures(provider, profile);
    return authjs_signin_complete(x, user, authjs_oauth_account(x, provider, tokens, id),
                                  profile);
}

static const authjs_error_t *redeem(authjs_exchange_t *x,
                                    const apr_array_header_t *params,
                                    const authjs_server_metadata_t *metadata,
                                    authjs_attempt_t *attempt)
{
    int checks = x->provider->checks;
    const char *verifier = NULL, *nonce = NULL, *own;
    struct json_object *tokens, *profile;
    const authjs_error_t *error = NULL;

    if (checks & AUTHJS_CHECK_PKCE) {
        error = authjs_attempt_verifier(x, attempt);
        verifier = attempt->verifier;
    }
    if (!error && checks & AUTHJS_CHECK_NONCE) {
        error = authjs_attempt_nonce(x, attempt);
        nonce = attempt->nonce;
    }
    if (!error && x->straight && authjs_is_signed_in(x)) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                      "AuthJS: a sign-in that began without a button ends here, since "
                      "somebody is signed in already");
        x->location = x->callback_url;
        return NULL;
    }
    if (!error) {
        error = authjs_oauth_token(x, x->provider, metadata,
                                   authjs_params_get(params, "code"), verifier,
                                   authjs_redirect_uri(x, &own), &tokens);
    }
    if (!error) {
        error = get_profile(x, metadata, tokens, nonce, &profile);
    }
    return error ? error : sign_in(x, tokens, profile);
}

const authjs_error_t *authjs_oauth_callback(authjs_exchange_t *x)
{
    const apr_array_header_t *params = x->provider->form_post ? x->form : x->query;
    const authjs_server_metadata_t *metadata;
    const authjs_error_t *error;
    authjs_attempt_t attempt;

    hide_params(x, params);
    error = pass_on(x, params, &x->location);
    if (error || x->location) {
        return error;
    }
    authjs_attempt_read(x, authjs_params_get(params, "state"), &attempt);
    error = authjs_oauth_metadata(x, x->provider, &metadata);
    if (!error) {
        error = check_answer(x, params, metadata, &attempt);
    }
    return error ? error : redeem(x, params, metadata, &attempt);
}
