/* The fingerprints of a site's providers: hashes of what each provider is, and of who may
 * sign in here. Hosts that share a secret compare them before they believe each other's
 * sessions. */
#include "startup/startup.h"

#include "adapters/store.h"
#include "jose/base64url.h"
#include "jose/keyring.h"
#include "jose/seal.h"
#include "providers/provider.h"
#include "session/session.h"
#include "settings/settings.h"
#include "web/url.h"

#include "ap_provider.h"
#include "apr_optional_hooks.h"

/* A part of the text: with its length, so that no two lists of parts read alike. */
static void add(apr_array_header_t *parts, const char *name, const char *value)
{
    if (value) {
        APR_ARRAY_PUSH(parts, const char *) =
            apr_psprintf(parts->pool, "%s %" APR_SIZE_T_FMT ":%s\n", name, strlen(value),
                         value);
    }
}

static const char *hash(apr_pool_t *pool, const char *text, apr_size_t bytes)
{
    unsigned char digest[32];

    return authjs_sha256(digest, text, strlen(text))
               ? authjs_base64url(pool, digest, bytes)
               : NULL;
}

/* ---- a credentials provider: the directives of its section --------------------------
 */

/* What does not decide who somebody is: how it looks, and what may be changed now and
 * then. */
static int is_looks(const char *directive)
{
    static const char *const words[] = {"AuthJSName", "AuthJSStyle",
                                        "AuthLDAPBindPassword", NULL};

    return authjs_word(words, directive) ||
           !ap_cstr_casecmpn(directive, "AuthnCache", 10);
}

static int add_directives(apr_array_header_t *parts, const ap_directive_t *directive)
{
    int asks_database = 0;

    for (; directive; directive = directive->next) {
        char *name = apr_pstrdup(parts->pool, directive->directive);

        ap_str_tolower(name);
        if (!is_looks(name)) {
            add(parts, name, directive->args);
            asks_database |= !strncmp(name, "authdbd", 7);
        }
    }
    return asks_database;
}

/* What stands in <AuthnProviderAlias base name>; aliases are the same for all hosts. */
static int add_alias(apr_array_header_t *parts, const char *name, int *found)
{
    const ap_directive_t *section;
    int asks_database = 0;

    for (section = ap_conftree; section; section = section->next) {
        const char *words = section->args, *base, *alias;

        if (ap_cstr_casecmp(section->directive, "<AuthnProviderAlias")) {
            continue;
        }
        base = ap_getword_conf(parts->pool, &words);
        alias = ap_getword_conf(parts->pool, &words);
        if (!strncmp(alias, name, strlen(name)) &&
            strspn(alias + strlen(name), ">") == strlen(alias + strlen(name))) {
            add(parts, "base", base);
            *found = authjs_authn_is_httpds(base);
            asks_database |= add_directives(parts, section->first_child);
        }
    }
    return asks_database;
}

/* What may differ from host to host in a way that nothing here can see. */
static void add_host(apr_array_header_t *parts, const server_rec *s)
{
    add(parts, "host",
        apr_psprintf(parts->pool, "%s:%u", s->server_hostname ? s->server_hostname : "",
                     s->addrs ? s->addrs->host_port : s->port));
}

/* Whether an expression could ask which host it is in: of a variable that is not ours and
 * of a function that reads the request, that is taken for granted. */
static int asks_host(const char *text)
{
    static const char *const functions[] = {"http", "req", "env", "note"};
    static const char ours[] = "%{AUTHJS:";
    apr_size_t i;
    const char *c;

    for (c = text; (c = strstr(c, "%{")); c++) {
        if (strncmp(c, ours, sizeof(ours) - 1)) {
            return 1;
        }
    }
    for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (ap_strcasestr(text, functions[i])) {
            return 1;
        }
    }
    return 0;
}

/* Whether it could say something else in another host: scripts and services are told
 * nothing of it, other modules' runners may have directives of their own. */
static int may_differ(const char *runner)
{
    if (!strncmp(runner, "expr=", 5)) {
        return asks_host(runner + 5);
    }
    return strncmp(runner, "lua:", 4) && strncmp(runner, "http:", 5) &&
           strncmp(runner, "https:", 6);
}

/* AuthJSAuthorize. */
static int asks_differently(apr_pool_t *pool, const ap_directive_t *directive)
{
    const char *args;

    for (; directive; directive = directive->next) {
        args = directive->args;
        if (!ap_cstr_casecmp(directive->directive, "AuthJSAuthorize") &&
            may_differ(ap_getword_conf(pool, &args))) {
            return 1;
        }
    }
    return 0;
}

/* An authn provider of a module that is none of httpd's own may be told by directives of
 * the host what it asks. */
static void add_credentials(apr_array_header_t *parts, const authjs_provider_t *provider,
                            const server_rec *s)
{
    int asks_database = add_directives(parts, provider->directives), i;

    for (i = 0; provider->authn_providers && i < provider->authn_providers->nelts; i++) {
        const char *name =
            APR_ARRAY_IDX(provider->authn_providers, i, authjs_authn_t).name;
        int known = authjs_authn_is_httpds(name);

        add(parts, "authn", name);
        asks_database |= add_alias(parts, name, &known);
        if (!known) {
            add_host(parts, s);
        }
    }
    if (asks_differently(parts->pool, provider->directives)) {
        add_host(parts, s);
    }
    if (asks_database) {
        add(parts, "driver", authjs_tree_word(parts->pool, s, "DBDriver"));
        add(parts, "database", authjs_tree_word(parts->pool, s, "DBDParams"));
    }
}

/* ---- a provider of type oauth or oidc ------------------------------------------------
 */

static void add_params(apr_array_header_t *parts, const apr_array_header_t *params)
{
    int i;

    for (i = 0; params && i < params->nelts; i++) {
        const authjs_param_t *param = &APR_ARRAY_IDX(params, i, authjs_param_t);

        add(parts, param->name, param->value);
    }
}

static void add_options(apr_array_header_t *parts, const apr_table_t *options)
{
    int i;

    for (i = 0; options && i < apr_table_elts(options)->nelts; i++) {
        const apr_table_entry_t *option =
            &APR_ARRAY_IDX(apr_table_elts(options), i, apr_table_entry_t);

        if (strcmp(option->key, "privateKey") && strcmp(option->key, "keyId")) {
            add(parts, option->key, option->val);
        }
    }
}

/* What the provider is asked and how its answers are read. Neither the client's secret
 * nor its keys: they are changed now and then. */
static void add_client(apr_array_header_t *parts, const authjs_provider_t *provider,
                       const authjs_site_t *site)
{
    add(parts, "proxy", site->http.proxy);
    add(parts, "ca", site->http.ca);
    add(parts, "issuer", provider->issuer);
    add(parts, "client", provider->client_id);
    add(parts, "authorization", provider->authorization_url);
    add_params(parts, provider->authorization_params);
    add(parts, "token", provider->token_url);
    add(parts, "userinfo", provider->userinfo_url);
    if (provider->definition) { /* emails_url stands there */
        add(parts, "defined",
            authjs_json_text(parts->pool,
                             authjs_json_get(provider->definition, "userinfo")));
    }
    add(parts, "jwks", provider->jwks_url);
    add(parts, "alg", provider->id_token_alg);
    add(parts, "id_token", provider->id_token ? "read" : "not read");
    add(parts, "profile", authjs_json_text(parts->pool, provider->profile));
    add(parts, "emailVerified", provider->email_verified);
    add_options(parts, provider->options);
    add(parts, "linking",
        provider->allow_dangerous_email_account_linking ? "by e-mail" : NULL);
}

/* ---- who may sign in, and whose ids these are -------------------------------------- */

static int is_credentials(const authjs_provider_t *provider)
{
    return !strcmp(provider->type_name, "credentials");
}

static void add_rules(apr_array_header_t *parts, const authjs_server_config_t *conf,
                      const server_rec *s)
{
    int i, word;

    if (apr_optional_hook_get("authjs_callback")) { /* a module that is asked, too */
        add_host(parts, s);
    }
    for (i = 0; conf->callbacks && i < conf->callbacks->nelts; i++) {
        const authjs_written_callback_t *one =
            &APR_ARRAY_IDX(conf->callbacks, i, authjs_written_callback_t);

        for (word = 0; one->which == AUTHJS_CALLBACK_signIn && word < one->argc; word++) {
            add(parts, word ? "word" : "signIn", one->argv[word]);
            if (!word && may_differ(one->argv[word])) {
                add_host(parts, s);
            }
        }
    }
}

/* The ids that sessions of this provider tell: of users in a database, or its own. */
static void add_ids(apr_array_header_t *parts, const authjs_site_t *site,
                    const authjs_provider_t *provider)
{
    int kept = site->store && (site->strategy->row || !is_credentials(provider));

    add(parts, "users", kept ? authjs_store_identity(site->store) : NULL);
    add(parts, "addresses", provider->login_is_email ? "verified" : NULL);
}

static const char *definition(const authjs_site_t *site, apr_pool_t *ptemp,
                              const authjs_provider_t *provider)
{
    apr_array_header_t *parts = apr_array_make(ptemp, 32, sizeof(const char *));

    add(parts, "id", provider->id);
    add(parts, "type", provider->type_name);
    if (is_credentials(provider)) {
        add_credentials(parts, provider, site->s);
    }
    else {
        add_client(parts, provider, site);
    }
    return apr_array_pstrcat(ptemp, parts, '\0');
}

/* Two halves: what it is and where its users are; all of it, with who may sign in. */
static const char *fingerprint(const authjs_site_t *site,
                               const authjs_server_config_t *conf, authjs_build_t *build,
                               const authjs_provider_t *provider, const char *text)
{
    apr_array_header_t *parts = apr_array_make(build->ptemp, 8, sizeof(const char *));
    const char *ids, *all;

    add_ids(parts, site, provider);
    text = apr_pstrcat(build->ptemp, text, apr_array_pstrcat(build->ptemp, parts, '\0'),
                       NULL);
    ids = hash(build->ptemp, text, AUTHJS_FINGERPRINT_BYTES / 2);
    apr_array_clear(parts);
    add_rules(parts, conf, site->s);
    text = apr_pstrcat(build->ptemp, text, apr_array_pstrcat(build->ptemp, parts, '\0'),
                       NULL);
    all = hash(build->ptemp, text, AUTHJS_FINGERPRINT_BYTES / 2);
    return ids && all ? apr_pstrcat(build->pconf, ids, all, NULL) : NULL;
}

/* ---- what is derived from it ---------------------------------------------------------
 */

/* The same text under each secret, for tokens that a browser can read. */
static const char *make_tags(authjs_provider_t *provider, apr_pool_t *pool,
                             apr_pool_t *ptemp, const authjs_site_t *site)
{
    int i;

    provider->tags = apr_array_make(pool, site->secrets->nelts, sizeof(const char *));
    for (i = 0; i < site->secrets->nelts; i++) {
        apr_array_header_t *one = apr_array_make(ptemp, 1, sizeof(const char *));
        authjs_keyring_t *ring;
        const char *why, *key;

        APR_ARRAY_PUSH(one, const char *) = APR_ARRAY_IDX(site->secrets, i, const char *);
        why = authjs_keyring_create(&ring, ptemp, one, "mod_authjs session tags");
        if (why) {
            return why;
        }
        key = authjs_seal_name_key(ptemp, ring);
        APR_ARRAY_PUSH(provider->tags, const char *) =
            hash(pool, apr_pstrcat(ptemp, key, "\n", provider->fingerprint, NULL),
                 AUTHJS_FINGERPRINT_BYTES);
    }
    return NULL;
}

/* Each credentials authn call keeps what mod_authn_socache remembers to itself: whatever
 * AuthnCacheContext says, its own context of host and directory is the same for all. */
static const char *own_cache_context(const authjs_build_t *build,
                                     const authjs_site_t *site,
                                     authjs_provider_t *provider)
{
    ap_conf_vector_t *vector;
    ap_directive_t directive = {0};
    cmd_parms parms = {0};
    const char *why;

    if (!provider->authn_providers || !ap_find_linked_module("mod_authn_socache.c")) {
        return NULL;
    }
    vector = ap_create_per_dir_config(build->pconf);
    directive.directive = "AuthnCacheContext";
    directive.args =
        apr_psprintf(build->pconf, "authjs-%s-%s", provider->fingerprint,
                     hash(build->ptemp, authjs_vhost_name(build->ptemp, site->s),
                          AUTHJS_FINGERPRINT_BYTES));
    directive.filename = "mod_authjs";
    parms.pool = build->pconf;
    parms.temp_pool = build->ptemp;
    parms.server = site->s;
    parms.override = OR_AUTHCFG | ACCESS_CONF;
    parms.limited = -1;
    why = ap_walk_config(&directive, &parms, vector);
    provider->authn_config =
        provider->authn_config
            ? ap_merge_per_dir_configs(build->pconf, provider->authn_config, vector)
            : vector;
    return why;
}

/* Whether a name of this provider alone could be somebody else's: another credentials
 * provider's, or, unless a runner chose it, the id of a user in the database. */
static int has_rivals(const authjs_site_t *site, const authjs_provider_t *provider)
{
    int i, count = 0;

    for (i = 0; i < site->providers->nelts; i++) {
        count +=
            is_credentials(APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *));
    }
    return is_credentials(provider) &&
           (count > 1 || (site->store && !provider->authorize));
}

const char *authjs_site_identities(authjs_build_t *build, authjs_site_t *site,
                                   const authjs_server_config_t *conf)
{
    const char *why = NULL, *text;
    int i;

    site->foreign_sessions = conf->foreign_sessions != 0;
    site->realm = conf->session_realm;
    for (i = 0; i < site->providers->nelts && !why; i++) {
        authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, authjs_provider_t *);

        provider->qualified = has_rivals(site, provider);
        text = definition(site, build->ptemp, provider);
        provider->definition_hash = hash(build->pconf, text, AUTHJS_FINGERPRINT_BYTES);
        provider->fingerprint = fingerprint(site, conf, build, provider, text);
        why = provider->fingerprint
                  ? make_tags(provider, build->pconf, build->ptemp, site)
                  : "OpenSSL has no SHA-256";
        if (!why) {
            why = own_cache_context(build, site, provider);
        }
    }
    return why;
}
