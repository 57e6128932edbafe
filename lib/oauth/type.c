/* Types oauth and oidc: an authorization server says who somebody is. */
#include "oauth/oauth.h"

#include "web/url.h"

#include <curl/curl.h>

static void add_params(authjs_parts_t *parts, const apr_array_header_t *params)
{
    int i;

    for (i = 0; params && i < params->nelts; i++) {
        const authjs_param_t *param = &APR_ARRAY_IDX(params, i, authjs_param_t);

        authjs_parts_add(parts, param->name, param->value);
    }
}

static void add_options(authjs_parts_t *parts, const apr_table_t *options)
{
    int i;

    for (i = 0; options && i < apr_table_elts(options)->nelts; i++) {
        const apr_table_entry_t *option =
            &APR_ARRAY_IDX(apr_table_elts(options), i, apr_table_entry_t);

        if (strcmp(option->key, "privateKey") && strcmp(option->key, "keyId") &&
            strcmp(option->key, "certificate")) {
            authjs_parts_add(parts, option->key, option->val);
        }
    }
}

/* How requests are described beside their URLs. */
static void add_defined(authjs_parts_t *parts, struct json_object *definition)
{
    struct json_object *token = authjs_json_get(definition, "token");
    struct json_object *extra = authjs_json_get(definition, "extra");
    apr_pool_t *pool = authjs_parts_pool(parts);

    if (definition) {
        authjs_parts_add(parts, "defined",
                         authjs_json_text(pool, authjs_json_get(definition, "userinfo")));
    }
    if (token && json_object_object_length(token) > 1) {
        authjs_parts_add(parts, "token defined", authjs_json_text(pool, token));
    }
    if (extra) {
        authjs_parts_add(parts, "extra", authjs_json_text(pool, extra));
    }
}

/* What the provider is asked and how its answers are read. Neither the client's secret
 * nor its keys: they are changed now and then. */
static void describe(authjs_parts_t *parts, const authjs_provider_t *provider,
                     const authjs_site_t *site)
{
    const struct curl_slist *address;
    int i;

    authjs_parts_add(parts, "proxy", site->http.proxy);
    authjs_parts_add(parts, "ca", site->http.ca);
    for (address = site->http.resolve; address; address = address->next) {
        authjs_parts_add(parts, "resolve", address->data);
    }
    authjs_parts_add(parts, "issuer", provider->issuer);
    authjs_parts_add(parts, "discovery", provider->discovery_url);
    authjs_parts_add(parts, "client", provider->client_id);
    authjs_parts_add(parts, "authorization", provider->authorization_url);
    add_params(parts, provider->authorization_params);
    authjs_parts_add(parts, "token", provider->token_url);
    authjs_parts_add(parts, "userinfo", provider->userinfo_url);
    add_defined(parts, provider->definition);
    authjs_parts_add(parts, "jwks", provider->jwks_url);
    authjs_parts_add(parts, "alg", provider->id_token_alg);
    authjs_parts_add(parts, "id_token", provider->id_token ? "read" : "not read");
    authjs_parts_add(parts, "profile",
                     authjs_json_text(authjs_parts_pool(parts), provider->profile));
    authjs_parts_add(parts, "emailVerified", provider->email_verified);
    add_options(parts, provider->options);
    for (i = 0; provider->mfa && i < provider->mfa->nelts; i++) {
        authjs_parts_add(parts, "mfa", APR_ARRAY_IDX(provider->mfa, i, const char *));
    }
    authjs_parts_add(parts, "linking",
                     provider->allow_dangerous_email_account_linking ? "by e-mail"
                                                                     : NULL);
}

#define CLIENT                                                                           \
    .directives = AUTHJS_DIRECTIVES_CLIENT | AUTHJS_DIRECTIVES_OPTIONS,                  \
    .other_directives =                                                                  \
        "AuthJSAuthnProvider and AuthJSAuthorize are for the type credentials, "         \
        "AuthJSMail... for the type email",                                              \
    .finish = authjs_oauth_finish, .describe = describe, .sends_requests = 1,            \
    .signin = authjs_oauth_signin, .callback = authjs_oauth_callback,                    \
    .not_linked = AUTHJS_ERR_OAuthAccountNotLinked,                                      \
    .callback_methods = (1 << M_GET) | (1 << M_POST), .has_checks = 1,                   \
    .renewer = &authjs_oauth_renewer, .keeps_accounts = 1, .makes_users = 1

const authjs_provider_type_t authjs_type_oauth = {.name = "oauth", CLIENT};
const authjs_provider_type_t authjs_type_oidc = {.name = "oidc", CLIENT, .oidc = 1};
