/* What stands inside <AuthJSProvider>. */
#include "config/directives.h"

#include "catalogue/catalogue.h"
#include "providers/credentials.h"
#include "web/url.h"

/* Bytes of a value of acr or amr. */
#define MFA_MAX 512

authjs_provider_t *authjs_section_provider(cmd_parms *cmd, const void *directory,
                                           const char **why)
{
    const authjs_dir_config_t *dir = directory;

    *why = dir->section
               ? NULL
               : authjs_refuse(cmd, "may only stand inside an <AuthJSProvider> section");
    return dir->section;
}

#define MEMBER(type, cmd, provider)                                                      \
    ((type *)((char *)(provider) + (apr_size_t)(cmd)->info))

const char *authjs_set_p_string(cmd_parms *cmd, void *dir, const char *text)
{
    const char *why;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);

    if (!why) {
        *MEMBER(const char *, cmd, provider) = text;
    }
    return why;
}

static const char *check_endpoint(apr_pool_t *pool, const char *text)
{
    authjs_url_t url;
    const char *why = authjs_url_parse(&url, pool, text);

    return !why && url.has_fragment ? "must have no fragment" : why;
}

const char *authjs_set_p_url(cmd_parms *cmd, void *dir, const char *url)
{
    const char *why;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);

    if (why) {
        return why;
    }
    why = check_endpoint(cmd->temp_pool, url);
    if (why) {
        return authjs_refuse(cmd, why);
    }
    *MEMBER(const char *, cmd, provider) = url;
    return NULL;
}

const char *authjs_set_p_flag(cmd_parms *cmd, void *dir, int on)
{
    const char *why;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);

    if (!why) {
        *MEMBER(int, cmd, provider) = on;
    }
    return why;
}

/* Ours alone: a provider would get a request that we do not mean. */
static const char *const reserved_params[] = {
    "client_id", "redirect_uri",   "response_type",         "state",
    "nonce",     "code_challenge", "code_challenge_method", NULL};

const char *authjs_set_p_authorization(cmd_parms *cmd, void *dir, const char *word)
{
    const char *why, *key, *value, *colon = ap_strstr_c(word, "://");
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);
    authjs_param_t *param;

    if (why) {
        return why;
    }
    /* What AuthJSAuthorizationURL is for, and was written here before it. */
    if (colon && !memchr(word, '=', colon - word)) {
        why = check_endpoint(cmd->temp_pool, word);
        provider->authorization_url = word;
        return why ? authjs_refuse(cmd, why) : NULL;
    }
    why = authjs_pair_split(cmd->pool, word, &key, &value);
    if (!why && authjs_word(reserved_params, key)) {
        why =
            apr_pstrcat(cmd->pool, "the parameter ", key, " is set by the module", NULL);
    }
    if (why) {
        return authjs_refuse(cmd, why);
    }
    if (!strcmp(key, "scope")) {
        provider->scope = value;
        return NULL;
    }
    if (!provider->authorization_params) {
        provider->authorization_params =
            apr_array_make(cmd->pool, 4, sizeof(authjs_param_t));
    }
    param = apr_array_push(provider->authorization_params);
    param->name = key;
    param->value = value;
    return NULL;
}

const char *authjs_set_p_checks(cmd_parms *cmd, void *dir, const char *word)
{
    static const char *const words[] = {"none", "pkce", "state", "nonce", NULL};
    static const int bits[] = {AUTHJS_CHECK_NONE, AUTHJS_CHECK_PKCE, AUTHJS_CHECK_STATE,
                               AUTHJS_CHECK_NONCE};
    const char *why;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);
    int i;

    if (why) {
        return why;
    }
    for (i = 0; words[i] && ap_cstr_casecmp(words[i], word); i++) {
    }
    if (!words[i]) {
        return authjs_refuse(cmd, "takes pkce, state and nonce, or none");
    }
    if (provider->checks != AUTHJS_UNSET && (!bits[i] || !provider->checks)) {
        return authjs_refuse(cmd, "none stands alone");
    }
    provider->checks =
        (provider->checks == AUTHJS_UNSET ? 0 : provider->checks) | bits[i];
    return NULL;
}

const char *authjs_set_p_client_auth(cmd_parms *cmd, void *dir, const char *method)
{
    const char *why;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);

    if (why) {
        return why;
    }
    provider->client_auth = authjs_client_auth_method(method);
    return provider->client_auth == AUTHJS_CLIENT_AUTH_UNSET
               ? authjs_refuse(cmd, "must be client_secret_basic, client_secret_post, "
                                    "client_secret_jwt, private_key_jwt or none")
               : NULL;
}

const char *authjs_set_p_id_token_alg(cmd_parms *cmd, void *dir, const char *alg)
{
    const char *why;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);

    if (!why) {
        why = authjs_id_token_alg_check(alg);
        provider->id_token_alg = alg;
        why = why ? authjs_refuse(cmd, why) : NULL;
    }
    return why;
}

const char *authjs_set_p_mfa(cmd_parms *cmd, void *dir, const char *value)
{
    const char *why;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);

    if (why) {
        return why;
    }
    if (!authjs_is_line(value, MFA_MAX)) {
        return authjs_refuse(cmd, "takes values of acr and amr, such as mfa");
    }
    if (!provider->mfa) {
        provider->mfa = apr_array_make(cmd->pool, 2, sizeof(const char *));
    }
    APR_ARRAY_PUSH(provider->mfa, const char *) = value;
    return NULL;
}

static const char *check_field(const char *name)
{
    if (!authjs_is_alnum(*name) || apr_isdigit(*name)) {
        return "a field's name begins with a letter";
    }
    for (; *name; name++) {
        if (!authjs_is_alnum(*name) && *name != '_') {
            return "a field's name has only letters, digits and _";
        }
    }
    return NULL;
}

const char *authjs_set_p_profile(cmd_parms *cmd, void *dir, const char *word)
{
    const char *why, *key, *value;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);

    if (why) {
        return why;
    }
    why = authjs_pair_split(cmd->pool, word, &key, &value);
    if (!why) {
        why = check_field(key);
    }
    if (!why) {
        why = strcmp(key, AUTHJS_EMAIL_VERIFIED)
                  ? authjs_profile_check(cmd->pool, value)
                  : authjs_verified_check(cmd->pool, value);
        why = why ? apr_pstrcat(cmd->pool, key, ": ", why, NULL) : NULL;
    }
    if (why) {
        return authjs_refuse(cmd, why);
    }
    if (!provider->profile) {
        provider->profile = authjs_json_object(cmd->pool);
    }
    authjs_json_set_string(provider->profile, key, value);
    return NULL;
}

static const char *set_pair(cmd_parms *cmd, void *dir, const char *word, int style)
{
    const char *why, *key, *value;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);
    apr_table_t **table;

    if (why) {
        return why;
    }
    why = authjs_pair_split(cmd->pool, word, &key, &value);
    if (!why && style) {
        why = authjs_style_key_check(cmd->pool, key, value);
    }
    if (why) {
        return authjs_refuse(cmd, why);
    }
    table = style ? &provider->style : &provider->options;
    if (!*table) {
        *table = apr_table_make(cmd->pool, 4);
    }
    apr_table_setn(*table, key, value);
    return NULL;
}

const char *authjs_set_p_style(cmd_parms *cmd, void *dir, const char *word)
{
    return set_pair(cmd, dir, word, 1);
}

const char *authjs_set_p_option(cmd_parms *cmd, void *dir, const char *word)
{
    return set_pair(cmd, dir, word, 0);
}

const char *authjs_set_p_authn(cmd_parms *cmd, void *dir, const char *name)
{
    const char *why;
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, &why);
    authjs_authn_t authn;

    if (why) {
        return why;
    }
    why = authjs_authn_lookup(cmd->pool, name, &authn);
    if (why) {
        return authjs_refuse(cmd, why);
    }
    if (!provider->authn_providers) {
        provider->authn_providers = apr_array_make(cmd->pool, 2, sizeof(authjs_authn_t));
    }
    APR_ARRAY_PUSH(provider->authn_providers, authjs_authn_t) = authn;
    return NULL;
}
