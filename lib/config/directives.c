/* The directives of server, virtual host and directory, and the table of them all. */
#include "config/directives.h"

#include "jose/refresh_claims.h"
#include "texts/texts.h"
#include "web/url.h"

/* The member of the server configuration that cmd->info names. */
#define MEMBER(type, cmd)                                                                \
    ((type *)((char *)authjs_server_config((cmd)->server) + (apr_size_t)(cmd)->info))
#define DIRECTORY(member) ((void *)APR_OFFSETOF(authjs_dir_config_t, member))
#define SERVER(member)    ((void *)APR_OFFSETOF(authjs_server_config_t, member))
#define PROVIDER(member)  ((void *)APR_OFFSETOF(authjs_provider_t, member))
#define MAIL(member)      ((void *)APR_OFFSETOF(authjs_mail_t, member))

/* ---- server and virtual host ------------------------------------------------------- */

static const char *set_flag(cmd_parms *cmd, void *dir, int on)
{
    (void)dir;
    *MEMBER(int, cmd) = on;
    return NULL;
}

static const char *set_string(cmd_parms *cmd, void *dir, const char *text)
{
    (void)dir;
    *MEMBER(const char *, cmd) = text;
    return NULL;
}

static const char *set_duration(cmd_parms *cmd, void *dir, const char *text)
{
    apr_int64_t seconds;
    const char *why = authjs_duration_parse(&seconds, text);

    (void)dir;
    if (!why && !seconds && strcmp(cmd->cmd->name, "AuthJSSessionUpdateAge")) {
        why = "must be longer than 0";
    }
    if (why) {
        return authjs_refuse(cmd, why);
    }
    *MEMBER(apr_int64_t, cmd) = seconds;
    return NULL;
}

static const char *set_reauth(cmd_parms *cmd, void *dir, const char *text)
{
    if (!ap_cstr_casecmp(text, "Off")) {
        *MEMBER(apr_int64_t, cmd) = 0;
        return NULL;
    }
    return set_duration(cmd, dir, text);
}

static const char *set_secrets(cmd_parms *cmd, void *dir, int argc, char *const argv[])
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    int i;

    (void)dir;
    if (argc == 0) {
        return authjs_refuse(cmd, "takes one or more secrets, newest first");
    }
    if (conf->secrets) {
        return authjs_refuse(cmd, "stands here twice; write all secrets in one line, "
                                  "newest first");
    }
    conf->secrets = apr_array_make(cmd->pool, argc, sizeof(const char *));
    for (i = 0; i < argc; i++) {
        APR_ARRAY_PUSH(conf->secrets, const char *) = argv[i];
    }
    return NULL;
}

static const char *set_adapter(cmd_parms *cmd, void *dir, int argc, char *const argv[])
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    int i;

    (void)dir;
    if (argc == 0) {
        return authjs_refuse(cmd, "takes the name of an adapter, such as dbd or d1");
    }
    conf->adapter = apr_array_make(cmd->pool, argc, sizeof(const char *));
    for (i = 0; i < argc; i++) {
        APR_ARRAY_PUSH(conf->adapter, const char *) = argv[i];
    }
    return NULL;
}

static const char *set_strategy(cmd_parms *cmd, void *dir, const char *name)
{
    static const char *const names[] = {"jwt", "database", NULL};
    const char *found = authjs_word(names, name);

    return found ? set_string(cmd, dir, found)
                 : authjs_refuse(cmd, "must be jwt or database");
}

static const char *set_realm(cmd_parms *cmd, void *dir, const char *name)
{
    const char *c;

    for (c = name; authjs_is_alnum(*c) || *c == '-' || *c == '_'; c++) {
    }
    return *c || c == name || c - name > 64
               ? authjs_refuse(cmd, "takes a name of letters, digits, '-' and '_', 64 at "
                                    "most")
               : set_string(cmd, dir, name);
}

static const char *set_use_secure_cookies(cmd_parms *cmd, void *dir, const char *word)
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    int on;

    (void)dir;
    if (!ap_cstr_casecmp(word, "Auto")) {
        conf->use_secure_cookies = AUTHJS_AUTO;
        return NULL;
    }
    if (authjs_boolean_parse(&on, word)) {
        return authjs_refuse(cmd, "must be Auto, On or Off");
    }
    conf->use_secure_cookies = on ? AUTHJS_ON : AUTHJS_OFF;
    return NULL;
}

static const char *set_signin_page(cmd_parms *cmd, void *dir, const char *word)
{
    int is_auto = !ap_cstr_casecmp(word, "Auto");

    (void)dir;
    if (!is_auto && ap_cstr_casecmp(word, "Always")) {
        return authjs_refuse(cmd, "must be Auto or Always");
    }
    authjs_server_config(cmd->server)->signin_page = is_auto;
    return NULL;
}

static void table_set(cmd_parms *cmd, apr_table_t **table, const char *key,
                      const char *value)
{
    if (!*table) {
        *table = apr_table_make(cmd->pool, 8);
    }
    apr_table_set(*table, key, value);
}

static const char *set_cookie(cmd_parms *cmd, void *dir, const char *cookie,
                              const char *word)
{
    const char *name = authjs_word(authjs_cookie_keys, cookie), *key, *value, *why;

    (void)dir;
    if (!name) {
        return authjs_refuse(
            cmd, apr_psprintf(cmd->pool, "there is no cookie %s; the cookies are %s",
                              cookie, authjs_words_text(cmd->pool, authjs_cookie_keys)));
    }
    why = authjs_pair_split(cmd->pool, word, &key, &value);
    if (!why) {
        why = authjs_cookie_key_check(cmd->pool, &key, &value);
    }
    if (why) {
        return authjs_refuse(cmd, why);
    }
    table_set(cmd, &authjs_server_config(cmd->server)->cookies,
              apr_pstrcat(cmd->pool, name, ".", key, NULL), value);
    return NULL;
}

static const char *set_page(cmd_parms *cmd, void *dir, const char *page, const char *path)
{
    const char *name = authjs_word(authjs_page_keys, page), *why = NULL;

    (void)dir;
    if (!name) {
        return authjs_refuse(
            cmd, apr_psprintf(cmd->pool, "there is no page %s; the pages are %s", page,
                              authjs_words_text(cmd->pool, authjs_page_keys)));
    }
    if (ap_cstr_casecmp(path, "auto")) {
        why = authjs_page_path_check(path);
    }
    if (!why && ap_unescape_url(apr_pstrdup(cmd->pool, path)) != OK) {
        why = "must have no %2F, no %00 and no % without two hexadecimal digits";
    }
    if (why) {
        return authjs_refuse(cmd, why);
    }
    table_set(cmd, &authjs_server_config(cmd->server)->pages, name,
              *path == '/' ? path : "");
    return NULL;
}

typedef const char *key_check(apr_pool_t *pool, const char **key, const char **value);

static const char *set_pair(cmd_parms *cmd, const char *word, key_check *check)
{
    const char *key, *value;
    const char *why = authjs_pair_split(cmd->pool, word, &key, &value);

    if (!why) {
        why = check(cmd->pool, &key, &value);
    }
    if (why) {
        return authjs_refuse(cmd, why);
    }
    table_set(cmd, MEMBER(apr_table_t *, cmd), key, value);
    return NULL;
}

static const char *set_theme(cmd_parms *cmd, void *dir, const char *word)
{
    (void)dir;
    return set_pair(cmd, word, authjs_theme_key_check);
}

static const char *set_folder(cmd_parms *cmd, void *dir, const char *written)
{
    const char *path = ap_server_root_relative(cmd->pool, written);
    apr_finfo_t info;

    if (!path || apr_stat(&info, path, APR_FINFO_TYPE, cmd->temp_pool) ||
        info.filetype != APR_DIR) {
        return authjs_refuse(cmd, apr_pstrcat(cmd->pool, "there is no folder ", written,
                                              NULL));
    }
    return set_string(cmd, dir, path);
}

static const char *set_http(cmd_parms *cmd, void *dir, const char *word)
{
    (void)dir;
    return set_pair(cmd, word, authjs_http_key_check);
}

/* ---- directory and .htaccess ------------------------------------------------------- */

static const char *refuse_in_section(cmd_parms *cmd, const authjs_dir_config_t *dir)
{
    return dir->section
               ? authjs_refuse(cmd, "says nothing about a provider; write it outside of "
                                    "<AuthJSProvider>")
               : NULL;
}

static const char *add_allowed_provider(cmd_parms *cmd, void *dir_conf, const char *id)
{
    authjs_dir_config_t *dir = dir_conf;

    if (dir->section) {
        return refuse_in_section(cmd, dir);
    }
    if (!dir->providers) {
        dir->providers = apr_array_make(cmd->pool, 4, sizeof(const char *));
    }
    APR_ARRAY_PUSH(dir->providers, const char *) = id;
    return NULL;
}

static const char *set_unauthorized(cmd_parms *cmd, void *dir_conf, const char *word)
{
    /* In the order of authjs_unauthorized_e. */
    static const char *const words[] = {"auto", "signin", "provider:", "401",
                                        "403",  "pass",   NULL};
    authjs_dir_config_t *dir = dir_conf;
    int i;

    dir->unauthorized_provider = NULL;
    for (i = 0; words[i] && ap_cstr_casecmp(words[i], word); i++) {
    }
    if (!ap_cstr_casecmpn(word, "provider:", 9) && word[9]) {
        i = AUTHJS_UNAUTHORIZED_PROVIDER;
        dir->unauthorized_provider = word + 9;
    }
    else if (!words[i] || i == AUTHJS_UNAUTHORIZED_PROVIDER) {
        return authjs_refuse(cmd, "must be auto, signin, provider:ID, 401, 403 or pass");
    }
    dir->unauthorized = i;
    return refuse_in_section(cmd, dir);
}

static const char *set_remote_user(cmd_parms *cmd, void *dir_conf, const char *claim)
{
    authjs_dir_config_t *dir = dir_conf;
    const char *at;

    for (at = claim; *at > ' ' && *at < 0x7f; at++) {
    }
    if (at == claim || *at) {
        return authjs_refuse(cmd, "takes the name of a claim, such as email or sub");
    }
    if (authjs_refresh_claims_reserve(claim)) {
        return authjs_refuse(cmd, "access_token, expires_at and refresh_token are "
                                  "AuthJSRefresh's, and name nobody; write a claim such "
                                  "as email or sub");
    }
    dir->remote_user = claim;
    return refuse_in_section(cmd, dir);
}

/* In .htaccess the site is known; else startup/check_tree.c looks. */
static const char *set_language(cmd_parms *cmd, void *dir_conf, const char *tag)
{
    const authjs_site_t *site = authjs_site_of(cmd->server);
    authjs_dir_config_t *dir = dir_conf;

    if (site && !authjs_language_find(site->languages, tag, strlen(tag))) {
        return authjs_refuse(cmd, authjs_languages_text(cmd->pool, site->languages));
    }
    dir->language = tag;
    return refuse_in_section(cmd, dir);
}

static const char *set_pass(cmd_parms *cmd, void *dir_conf, const char *word)
{
    static const char *const words[] = {"none", "env", "headers", "both", NULL};
    static const int bits[] = {0, AUTHJS_PASS_ENV, AUTHJS_PASS_HEADERS,
                               AUTHJS_PASS_ENV | AUTHJS_PASS_HEADERS};
    authjs_dir_config_t *dir = dir_conf;
    int i;

    for (i = 0; words[i] && ap_cstr_casecmp(words[i], word); i++) {
    }
    if (!words[i]) {
        return authjs_refuse(cmd, "must be env, headers, both or none");
    }
    dir->pass = bits[i];
    return refuse_in_section(cmd, dir);
}

/* The member of the directory configuration whose offset is cmd->info. */
static const char *set_directory_flag(cmd_parms *cmd, void *dir, int on)
{
    *(int *)((char *)dir + (apr_size_t)cmd->info) = on;
    return refuse_in_section(cmd, dir);
}

/* Somewhere in the server: that is when its sites prepare for it. */
static const char *set_preserve_post(cmd_parms *cmd, void *dir, int on)
{
    if (on) {
        authjs_server_config(cmd->server)->preserve_post = 1;
    }
    return set_directory_flag(cmd, dir, on);
}

/* ---- the table --------------------------------------------------------------------- */

/* Directories and .htaccess, and a default for all of them outside. */
#define IN_DIRECTORY (RSRC_CONF | OR_AUTHCFG)
/* The same without .htaccess: what is known when httpd starts. */
#define BUT_HTACCESS (RSRC_CONF | ACCESS_CONF)
/* Inside <AuthJSProvider>; httpd lets it stand elsewhere, where its function refuses it
 * in words that help. */
#define IN_SECTION (RSRC_CONF | ACCESS_CONF)

const command_rec authjs_directives[] = {
    AP_INIT_ITERATE("AuthJSEnvFile", authjs_add_env_file, NULL, RSRC_CONF,
                    ".env files with variables; the first that has one counts"),
    AP_INIT_TAKE_ARGV(
        "AuthJSSecret", set_secrets, NULL, RSRC_CONF,
        "secrets, newest first: literal, env:NAME, file:path, exec:program"),
    AP_INIT_TAKE1("AuthJSProvider", authjs_set_provider, NULL, RSRC_CONF,
                  "id of a provider to switch on"),
    AP_INIT_RAW_ARGS("<AuthJSProvider", authjs_section, NULL, RSRC_CONF,
                     "id [template]: a provider with options"),
    AP_INIT_ITERATE("AuthJSProviderFile", authjs_add_provider_file, NULL, RSRC_CONF,
                    "JSON files with further provider definitions"),
    AP_INIT_TAKE1("AuthJSBasePath", authjs_set_base_path, NULL, RSRC_CONF,
                  "path below which the endpoints live (/auth)"),
    AP_INIT_TAKE1("AuthJSURL", authjs_set_url, NULL, RSRC_CONF,
                  "canonical origin, with or without the base path"),
    AP_INIT_TAKE1(
        "AuthJSTrustHost", authjs_set_trust_host, NULL, RSRC_CONF,
        "believe X-Forwarded-Host, -Proto, -Prefix and Host: On, Off or how many "
        "proxies"),
    AP_INIT_TAKE1("AuthJSRedirectProxyURL", authjs_set_redirect_proxy_url, NULL,
                  IN_SECTION, "URL of the site that providers send visitors back to"),
    AP_INIT_ITERATE("AuthJSRedirectAllow", authjs_add_redirect_origin, NULL, RSRC_CONF,
                    "further origins that a callbackUrl may name"),
    AP_INIT_TAKE_ARGV("AuthJSAdapter", set_adapter, NULL, RSRC_CONF,
                      "name [words...]: where users, accounts and sessions are kept"),
    AP_INIT_TAKE1("AuthJSSessionStrategy", set_strategy, SERVER(session_strategy),
                  RSRC_CONF, "jwt or database"),
    AP_INIT_TAKE1("AuthJSSessionMaxAge", set_duration, SERVER(session_max_age), RSRC_CONF,
                  "how long a session lives (30d)"),
    AP_INIT_TAKE1("AuthJSSessionUpdateAge", set_duration, SERVER(session_update_age),
                  RSRC_CONF, "how old a session is when it is prolonged (1d)"),
    AP_INIT_TAKE1(
        "AuthJSReauth", set_reauth, SERVER(reauth), RSRC_CONF,
        "how old a sign-in may be to link or unlink an account (10m), or Off: any age"),
    AP_INIT_TAKE1("AuthJSSessionRealm", set_realm, SERVER(session_realm), RSRC_CONF,
                  "name: virtual hosts of one name and secret share their sessions"),
    AP_INIT_FLAG("AuthJSForeignSessions", set_flag, SERVER(foreign_sessions), RSRC_CONF,
                 "sessions that Auth.js itself has made count (On)"),
    AP_INIT_FLAG("AuthJSRefresh", set_flag, SERVER(refresh), RSRC_CONF,
                 "renew the provider's access tokens"),
    AP_INIT_TAKE1("AuthJSRefreshGrace", set_duration, SERVER(refresh_grace), RSRC_CONF,
                  "how long an older cookie still gets the new tokens (30s)"),
    AP_INIT_ITERATE2("AuthJSCookie", set_cookie, NULL, RSRC_CONF,
                     "cookie key=value...: name and attributes of a cookie"),
    AP_INIT_TAKE1("AuthJSUseSecureCookies", set_use_secure_cookies, NULL, RSRC_CONF,
                  "Auto, On or Off"),
    AP_INIT_TAKE2("AuthJSPage", set_page, NULL, RSRC_CONF,
                  "page path: a page of your own instead of a built-in one"),
    AP_INIT_TAKE1("AuthJSSignInPage", set_signin_page, NULL, RSRC_CONF,
                  "Always, or Auto: not where there is one provider to choose"),
    AP_INIT_FLAG("AuthJSLastUsed", set_flag, SERVER(last_used), RSRC_CONF,
                 "the provider that a browser has used last stands first (On)"),
    AP_INIT_ITERATE("AuthJSTheme", set_theme, SERVER(theme), RSRC_CONF,
                    "key=value...: colorScheme logo brandColor buttonText name"),
    AP_INIT_ITERATE("AuthJSTexts", authjs_add_text_file, NULL, RSRC_CONF,
                    "JSON files that add or change texts of the pages"),
    AP_INIT_TAKE1("AuthJSLogos", set_folder, SERVER(logos), RSRC_CONF,
                  "folder of SVG files named by provider id"),
    AP_INIT_TAKE1("AuthJSCache", set_string, SERVER(cache), RSRC_CONF,
                  "socache provider[:args] shared by all children"),
    AP_INIT_TAKE1("AuthJSCacheTTL", set_duration, SERVER(cache_ttl), RSRC_CONF,
                  "how long a cached answer may be used (60s)"),
    AP_INIT_ITERATE("AuthJSHTTP", set_http, SERVER(http), RSRC_CONF,
                    "key=value...: connect timeout proxy ca max-body resolve"),
    AP_INIT_FLAG("AuthJSSkipCSRFCheck", set_flag, SERVER(skip_csrf_check), RSRC_CONF,
                 "do without the CSRF token"),

    AP_INIT_TAKE_ARGV("AuthJSCallback", authjs_set_callback, NULL, IN_DIRECTORY,
                      "callback runner: signIn redirect jwt session authorized"),
    AP_INIT_TAKE12("AuthJSSessionField", authjs_set_session_field, NULL, RSRC_CONF,
                   "name expression: a member of the session"),
    AP_INIT_TAKE_ARGV("AuthJSEvent", authjs_set_event, NULL, RSRC_CONF,
                      "event target: who is told of it"),
    AP_INIT_TAKE1("AuthJSEventDetail", authjs_set_event_detail, NULL, RSRC_CONF,
                  "normal, or full: events keep tokens and secrets"),
    AP_INIT_TAKE1("AuthJSLogUser", authjs_set_log_user, NULL, RSRC_CONF,
                  "id, or full: the error log has name and address of users too"),

    AP_INIT_ITERATE("AuthJSProviders", add_allowed_provider, NULL, IN_DIRECTORY,
                    "ids of the providers that may sign someone in here"),
    AP_INIT_TAKE1("AuthJSUnauthorized", set_unauthorized, NULL, IN_DIRECTORY,
                  "what a visitor without a session gets"),
    AP_INIT_TAKE1("AuthJSLanguage", set_language, NULL, IN_DIRECTORY,
                  "tag of the language of the pages, whatever visitors prefer"),
    AP_INIT_TAKE1("AuthJSRemoteUser", set_remote_user, NULL, IN_DIRECTORY,
                  "claim that becomes REMOTE_USER"),
    AP_INIT_TAKE1("AuthJSPass", set_pass, NULL, IN_DIRECTORY,
                  "env, headers, both or none"),
    AP_INIT_FLAG("AuthJSPassAccessToken", set_directory_flag,
                 DIRECTORY(pass_access_token), IN_DIRECTORY,
                 "let the application have the provider's access token"),
    AP_INIT_FLAG("AuthJSBearer", set_directory_flag, DIRECTORY(bearer), IN_DIRECTORY,
                 "accept session tokens in Authorization: Bearer"),
    AP_INIT_FLAG(
        "AuthJSPassCookies", set_directory_flag, DIRECTORY(pass_cookies), IN_DIRECTORY,
        "let our cookies travel to a proxied application that reads them itself"),

    AP_INIT_FLAG("AuthJSPreservePost", set_preserve_post, DIRECTORY(preserve_post),
                 BUT_HTACCESS,
                 "keep a form of a visitor without a session, to be sent after sign-in"),

    AP_INIT_TAKE1("AuthJSName", authjs_set_p_string, PROVIDER(name), IN_SECTION,
                  "name on the sign-in page"),
    AP_INIT_TAKE1("AuthJSIssuer", authjs_set_p_url, PROVIDER(issuer), IN_SECTION,
                  "issuer URL"),
    AP_INIT_TAKE1("AuthJSDiscovery", authjs_set_p_url, PROVIDER(discovery_url),
                  IN_SECTION, "URL of the discovery document"),
    AP_INIT_TAKE1("AuthJSClientID", authjs_set_p_string, PROVIDER(client_id), IN_SECTION,
                  "client id at the provider"),
    AP_INIT_TAKE1("AuthJSClientSecret", authjs_set_p_string, PROVIDER(client_secret_spec),
                  IN_SECTION,
                  "client secret: literal, env:NAME, file:path, exec:program"),
    AP_INIT_TAKE1("AuthJSScope", authjs_set_p_string, PROVIDER(scope), IN_SECTION,
                  "scope of the authorization request"),
    AP_INIT_ITERATE("AuthJSAuthorization", authjs_set_p_authorization, NULL, IN_SECTION,
                    "parameter=value... of the authorization request"),
    AP_INIT_TAKE1("AuthJSAuthorizationURL", authjs_set_p_url, PROVIDER(authorization_url),
                  IN_SECTION, "authorization endpoint"),
    AP_INIT_TAKE12("AuthJSToken", authjs_set_token, PROVIDER(token_url), IN_SECTION,
                   "name expression: a member of the session token"),
    AP_INIT_TAKE1("AuthJSTokenURL", authjs_set_p_url, PROVIDER(token_url), IN_SECTION,
                  "token endpoint"),
    AP_INIT_TAKE1("AuthJSUserinfoURL", authjs_set_p_url, PROVIDER(userinfo_url),
                  IN_SECTION, "userinfo endpoint"),
    AP_INIT_TAKE1("AuthJSUserinfo", authjs_set_p_url, PROVIDER(userinfo_url), IN_SECTION,
                  "older name of AuthJSUserinfoURL"),
    AP_INIT_TAKE1("AuthJSJWKSURL", authjs_set_p_url, PROVIDER(jwks_url), IN_SECTION,
                  "URL of the provider's keys"),
    AP_INIT_TAKE1("AuthJSJWKS", authjs_set_p_url, PROVIDER(jwks_url), IN_SECTION,
                  "older name of AuthJSJWKSURL"),
    AP_INIT_ITERATE("AuthJSChecks", authjs_set_p_checks, NULL, IN_SECTION,
                    "pkce state nonce, or none"),
    AP_INIT_TAKE1("AuthJSClientAuth", authjs_set_p_client_auth, NULL, IN_SECTION,
                  "client authentication at the token endpoint"),
    AP_INIT_TAKE1("AuthJSIDTokenAlg", authjs_set_p_id_token_alg, NULL, IN_SECTION,
                  "algorithm that id_tokens are signed with"),
    AP_INIT_ITERATE("AuthJSMFA", authjs_set_p_mfa, NULL, IN_SECTION,
                    "values of acr and amr that say more than one factor was used"),
    AP_INIT_ITERATE("AuthJSProfile", authjs_set_p_profile, NULL, IN_SECTION,
                    "field=mapping...: where the user's fields come from"),
    AP_INIT_ITERATE("AuthJSStyle", authjs_set_p_style, NULL, IN_SECTION,
                    "key=value...: logo bg text brandColor"),
    AP_INIT_FLAG("AuthJSAllowDangerousEmailAccountLinking", authjs_set_p_flag,
                 PROVIDER(allow_dangerous_email_account_linking), IN_SECTION,
                 "link accounts by e-mail address"),
    AP_INIT_ITERATE("AuthJSOption", authjs_set_p_option, NULL, IN_SECTION,
                    "key=value...: further options of the provider"),
    AP_INIT_ITERATE("AuthJSAuthnProvider", authjs_set_p_authn, NULL, IN_SECTION,
                    "authn providers of httpd that check name and password"),
    AP_INIT_FLAG("AuthJSLoginIsEmail", authjs_set_p_flag, PROVIDER(login_is_email),
                 IN_SECTION, "the names of these users are their e-mail addresses"),
    AP_INIT_TAKE_ARGV("AuthJSAuthorize", authjs_set_p_authorize, NULL, IN_SECTION,
                      "runner that says who somebody is by what was sent"),
    AP_INIT_TAKE12("AuthJSMailServer", authjs_set_m_server, NULL, IN_SECTION,
                   "where mails are handed in: smtp(s)://[user:password@]host[:port], as "
                   "it stands, env:NAME, file:path, exec:program; starttls=off"),
    AP_INIT_TAKE1("AuthJSMailFrom", authjs_set_m_string, MAIL(from), IN_SECTION,
                  "whom mails are from: an address, or \"Name <address>\""),
    AP_INIT_TAKE1("AuthJSMailMaxAge", authjs_set_m_max_age, NULL, IN_SECTION,
                  "how long a link may be used"),
    AP_INIT_TAKE1("AuthJSMailSubject", authjs_set_m_subject, NULL, IN_SECTION,
                  "the subject of mails, with {host}, {site}, {code}"),
    AP_INIT_ITERATE("AuthJSMailTemplate", authjs_set_m_template, NULL, IN_SECTION,
                    "text=file html=file: what mails say, with {url} and others"),
    AP_INIT_FLAG("AuthJSMailCode", authjs_set_m_flag, MAIL(code), IN_SECTION,
                 "mails have a code of six digits as well"),
    AP_INIT_ITERATE("AuthJSMailLimit", authjs_set_m_limit, NULL, IN_SECTION,
                    "address|client|site=number/duration|off: how many mails are sent"),
    {NULL, {NULL}, NULL, 0, NO_ARGS, NULL}};
