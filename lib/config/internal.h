/* What the files of config/ share among themselves. */
#ifndef AUTHJS_CONFIG_INTERNAL_H
#define AUTHJS_CONFIG_INTERNAL_H

#include "config/config.h"

#include "apr_lib.h"

/* ---- values ------------------------------------------------------------------------ */

/** A whole number in decimal digits between min and max. NULL, or what is wrong. */
const char *authjs_number_parse(apr_int64_t *number, apr_pool_t *pool, const char *text,
                                apr_int64_t min, apr_int64_t max);

/** On or Off (also true, false, 1, 0, yes, no) in any case. NULL, or what is wrong. */
const char *authjs_boolean_parse(int *flag, const char *text);

/** A base path: begins with '/', does not end with one, only A-Z a-z 0-9 / _ . -, no
 * empty or dot segment. NULL, or what is wrong. */
const char *authjs_base_path_check(const char *path);

/** A path below our own origin: begins with one '/', no query, fragment, backslash, blank
 * or control byte. NULL, or what is wrong. */
const char *authjs_page_path_check(const char *path);

/** True in the first of the two passes that every start makes over the configuration. */
int authjs_is_trial(void);
/** The value of a secret exec: in that pass: programs are run once, for the second. */
extern const char authjs_secret_pending[];

/* ---- key=value words --------------------------------------------------------------- */

/** Split word at its first '=' into *key (in pool) and *value. NULL, or what is wrong. */
const char *authjs_pair_split(apr_pool_t *pool, const char *word, const char **key,
                              const char **value);

/** The field of AuthJSProfile, and the member of a definition, that is no mapping but a
 * rule (authjs_verified). */
#define AUTHJS_EMAIL_VERIFIED "emailVerified"

/** The word of words (ended by NULL) that equals text in any case, or NULL. */
const char *authjs_word(const char *const *words, const char *text);

/** words (ended by NULL) with commas between. In pool. */
const char *authjs_words_text(apr_pool_t *pool, const char *const *words);

/** Check what one key of AuthJSCookie, AuthJSTheme, AuthJSHTTP or AuthJSPage was given.
 * *value may be replaced by its canonical form. NULL, or what is wrong. */
const char *authjs_cookie_key_check(apr_pool_t *pool, const char **key,
                                    const char **value);
const char *authjs_theme_key_check(apr_pool_t *pool, const char **key,
                                   const char **value);
const char *authjs_http_key_check(apr_pool_t *pool, const char **key, const char **value);

/** Auth.js's names of the cookies and pages, by authjs_cookie_e and authjs_page_e; ended
 * by NULL. */
extern const char *const authjs_cookie_keys[];
extern const char *const authjs_page_keys[];

/* ---- the environment httpd was started with (Auth.js's names, spec 14.4) --------- */

/** A variable that is set and not empty, or NULL. */
const char *authjs_env(const char *name);
/** AUTH_<ID>_<SUFFIX>: id in upper case, '-' as '_'. *name is the variable's name. */
const char *authjs_env_provider(apr_pool_t *pool, const char *id, const char *suffix,
                                const char **name);
/** Lay the environment under what was written for the server: secrets, url, trust_host,
 * redirect_proxy_url. NULL, or what is wrong (names the variable). */
const char *authjs_env_complete(apr_pool_t *pool, authjs_server_config_t *conf);

/* ---- the catalogue --------------------------------------------------------------- */

/** The catalogue entry of an id as a new object: of AuthJSProviderFile, else built in; a
 * bare type is an entry too. NULL when there is none. Released with pool. */
struct json_object *authjs_catalogue_entry(apr_pool_t *pool,
                                           const authjs_server_config_t *conf,
                                           const char *id);
/** The id that looks most like this one, or NULL when none does. In pool. */
const char *authjs_catalogue_nearest(apr_pool_t *pool, const authjs_server_config_t *conf,
                                     const char *id);
/** text with the provider's issuer (without '/' at its end), client id and options in the
 * places {issuer}, {clientId}, {option}. NULL, or what to write. */
const char *authjs_catalogue_expand(const char **expanded, apr_pool_t *pool,
                                    const authjs_provider_t *provider, const char *text);
/** The same for all endpoints of entry, which is changed. NULL, or what to write. */
const char *authjs_catalogue_fill_in(apr_pool_t *pool, struct json_object *entry,
                                     const authjs_provider_t *provider);

/** Read a JSON file of entries (AuthJSProviderFile) and check its members, types and
 * mappings. *entries is released with pool. NULL, or what is wrong. */
const char *authjs_catalogue_read(struct json_object **entries, apr_pool_t *pool,
                                  apr_pool_t *ptemp, const char *path);

/* ---- the parts of a provider ----------------------------------------------------- */

/** A method by its name in token_endpoint_auth_method; AUTHJS_CLIENT_AUTH_UNSET: none. */
authjs_client_auth_e authjs_client_auth_method(const char *name);
/** NULL for an algorithm that id_tokens may be signed with, else what is wrong. */
const char *authjs_id_token_alg_check(const char *alg);
/** Check one key of AuthJSStyle. NULL, or what is wrong. */
const char *authjs_style_key_check(apr_pool_t *pool, const char *key, const char *value);
/** One of httpd's authn providers that checks passwords. NULL, or what to write. */
const char *authjs_authn_lookup(apr_pool_t *pool, const char *name,
                                authjs_authn_t *authn);
/** The directive that httpd's authn provider cannot do without, or NULL. */
const char *authjs_authn_directive(const char *provider);
/** Whether it is one of httpd's own, whose users are where the section says. */
int authjs_authn_is_httpds(const char *provider);
/** Finish a provider of type oauth or oidc whose entry is provider->definition. NULL, or
 * what to write. */
const char *authjs_finish_oauth(authjs_provider_t *provider, apr_pool_t *pool,
                                const authjs_server_config_t *conf, server_rec *s);

/* ---- setters that directives.c names in its table ---------------------------------- */

const char *authjs_section(cmd_parms *cmd, void *dir, const char *rest);
const char *authjs_set_provider(cmd_parms *cmd, void *dir, const char *id);
/* Of a section; the first three set the member whose offset is cmd->info. */
const char *authjs_set_p_string(cmd_parms *cmd, void *dir, const char *text);
const char *authjs_set_p_url(cmd_parms *cmd, void *dir, const char *url);
const char *authjs_set_p_flag(cmd_parms *cmd, void *dir, int on);
const char *authjs_set_p_authorization(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_p_checks(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_p_client_auth(cmd_parms *cmd, void *dir, const char *method);
const char *authjs_set_p_id_token_alg(cmd_parms *cmd, void *dir, const char *alg);
const char *authjs_set_p_profile(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_p_style(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_p_option(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_p_authorize(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[]);
const char *authjs_set_p_authn(cmd_parms *cmd, void *dir, const char *name);
/* directives_callbacks.c */
const char *authjs_set_callback(cmd_parms *cmd, void *dir, int argc, char *const argv[]);
const char *authjs_set_event(cmd_parms *cmd, void *dir, int argc, char *const argv[]);
/* In a section the URL that cmd->info names, elsewhere a member of the token. */
const char *authjs_set_token(cmd_parms *cmd, void *dir, const char *name,
                             const char *value);
const char *authjs_set_session_field(cmd_parms *cmd, void *dir, const char *name,
                                     const char *value);
const char *authjs_set_event_detail(cmd_parms *cmd, void *dir, const char *detail);

/** "Directive: text": what a directive answers that refuses. */
const char *authjs_refuse(cmd_parms *cmd, const char *why);

/* ---- the start-up check ------------------------------------------------------------ */

/** What is shared by all sites while they are built. */
typedef struct {
    apr_pool_t *pconf, *ptemp;
    server_rec *main_server;
    authjs_cache_store_t *cache_store;
    const char *cache_spec;
    authjs_client_t *client;
    int faults;
} authjs_build_t;

/** Log what keeps a virtual host from starting, and count it. */
void authjs_fault(authjs_build_t *build, server_rec *s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/** Log what works, but hardly as it was meant; once a start. */
void authjs_remark(server_rec *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/** The name of a virtual host in messages: ServerName:port (file:line). */
const char *authjs_vhost_name(apr_pool_t *pool, const server_rec *s);

/** Build the site of a virtual host from its (own, finished) configuration. NULL after a
 * fault. */
authjs_site_t *authjs_site_build(authjs_build_t *build, server_rec *s,
                                 const authjs_server_config_t *conf);
/** What tells the site's sessions from those of other hosts: vouch and tags of its
 * providers, its realm. After all that these are made of. NULL, or what failed. */
const char *authjs_site_identities(authjs_build_t *build, authjs_site_t *site,
                                   const authjs_server_config_t *conf);
/** Remark on hosts that share a secret and not their sessions; refuse a realm in which
 * one id means two providers. */
void authjs_check_identities(authjs_build_t *build);
/** The two sets of cookies, with their keys. NULL, or what to write. */
const char *authjs_site_cookies(apr_pool_t *pool, authjs_site_t *site, apr_table_t *keys);
/** Whether ServerName stands in the configuration of s, or of the main server for it. */
int authjs_server_name_written(const server_rec *s, const server_rec *main_server);
/** Check the ids that AuthJSProviders and AuthJSUnauthorized name in the configuration
 * files, and that AuthType AuthJS has a provider to sign in with. */
void authjs_check_tree(authjs_build_t *build);

#endif
