/* The start: sites are built from what was written, and checked. Of all rooms the
 * highest: it puts together what the others only know by interface. */
#ifndef AUTHJS_STARTUP_STARTUP_H
#define AUTHJS_STARTUP_STARTUP_H

#include "config/config.h"

#include "apr_hash.h"

/**
 * Build and check the sites of all virtual hosts: for the check_config hook, which also
 * runs for configtest (post_config does not), and twice at start-up. A vhost uses AuthJS
 * when it (with what it inherits) has a provider. Errors go to the log of the vhost, name
 * it, the directive and what to write.
 * @return OK or HTTP_INTERNAL_SERVER_ERROR (httpd then refuses to start).
 */
int authjs_config_check(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *main_server);

/** For the test_config hook: with httpd -t -D DUMP_AUTHJS, write AUTHJS_DUMP_PREFIX and
 * the sites as a JSON array on one line of stdout, unless that is a terminal: it has
 * secrets. Each: {name, port, adapter: [words], driver, params (mod_dbd's), secrets,
 * cookies (names of the session's)}. */
void authjs_config_dump(apr_pool_t *pool, server_rec *main_server);
#define AUTHJS_DUMP_PREFIX "authjs-sites: "

/** Put the module's version, and how many sites and providers there are, on the page of
 * mod_status, where that is loaded. */
void authjs_status_register(void);
/** The same as a line of the log, at level info. */
void authjs_status_log(server_rec *main_server);

/** With -D DUMP_AUTHJS_ALL as well: a line more, which begins with AUTHJS_SURVEY_PREFIX
 * and is a JSON object of the configuration as a whole, without secrets; also where
 * something of ours is wrong with it. */
#define AUTHJS_DUMP_ALL      "DUMP_AUTHJS_ALL"
#define AUTHJS_SURVEY_PREFIX "authjs-survey: "

/* ---- among the files of startup/ --------------------------------------------------- */

/** What is shared by all sites while they are built. */
typedef struct {
    apr_pool_t *pconf, *ptemp;
    server_rec *main_server;
    const apr_array_header_t *env_files; /**< of the host that is built */
    apr_hash_t *shared;                  /**< authjs_shared */
    authjs_cache_store_t *cache_store;
    const char *cache_spec;
    authjs_client_t *client;
    int faults;
} authjs_build_t;

/** The secrets of a site as they were resolved: the same pointer for the same secrets. */
typedef struct {
    apr_array_header_t *list; /**< const char *, newest first */
    const char *joined;       /**< by ',' */
    apr_array_header_t
        *tag_keys; /**< const char *, one a secret: for tags of providers */
} authjs_secrets_t;

/** The place of what is made once of this text, which has to say all that it is made of;
 * NULL stands there until it is made. What fails is made again by the next one, who then
 * hears of it too. */
void **authjs_shared(authjs_build_t *build, const char *kind, const char *text);
/** The secrets that words of AuthJSSecret stand for. NULL, or what to write. */
const char *authjs_shared_secrets(const authjs_secrets_t **secrets, authjs_build_t *build,
                                  const apr_array_header_t *written);
/** The keys of one purpose. NULL, or what failed. */
const char *authjs_shared_keys(const authjs_keyring_t **keys, authjs_build_t *build,
                               const authjs_secrets_t *secrets, const char *salt);

/** Build the site of a virtual host from its (own, finished) configuration. NULL after a
 * fault. */
authjs_site_t *authjs_site_build(authjs_build_t *build, server_rec *s,
                                 const authjs_server_config_t *conf);
/** Remark on what works and leaves open what was meant to be closed. */
void authjs_site_remarks(authjs_build_t *build, const authjs_site_t *site);
/** What tells the site's sessions from those of other hosts: fingerprint and tags of its
 * providers, its realm. After all that these are made of. NULL, or what failed. */
const char *authjs_site_identities(authjs_build_t *build, authjs_site_t *site,
                                   const authjs_secrets_t *secrets,
                                   const authjs_server_config_t *conf);
/** The logos of the site's providers, from the files <id>.svg of a folder. */
void authjs_site_logos(authjs_build_t *build, authjs_site_t *site, const char *folder);
/** The style sheet of the site's pages. After its providers. */
void authjs_site_look(authjs_build_t *build, authjs_site_t *site);
/** Remark on hosts that share a secret and not their sessions; refuse a realm in which
 * one id means two providers. */
void authjs_check_neighbours(authjs_build_t *build);
/** What DUMP_AUTHJS_ALL writes: hosts, modules, definitions; in pool. */
struct json_object *authjs_survey(apr_pool_t *pool);
/** Of that what stands in the configuration files themselves: sections that protect,
 * files that directives name, lines of ours, names of the configuration files. */
void authjs_survey_tree(struct json_object *survey, apr_pool_t *pool);
/** Whether configtest is asked for that: then as much as possible is to be told. */
int authjs_is_survey(void);
/** The two sets of cookies, with their keys. NULL, or what to write. */
const char *authjs_site_cookies(authjs_build_t *build, authjs_site_t *site,
                                const authjs_secrets_t *secrets, const apr_table_t *keys);
/** Check the ids that AuthJSProviders and AuthJSUnauthorized name in the configuration
 * files, and that AuthType AuthJS has a provider to sign in with. */
void authjs_check_tree(authjs_build_t *build);

/** Lay the environment under what was written for the server: secrets, url, trust_host,
 * redirect_proxy_url. NULL, or what is wrong (names the variable). */
const char *authjs_env_complete(apr_pool_t *pool, authjs_server_config_t *conf);

/**
 * Lay the catalogue entry (or bare type) and the environment under a provider's own
 * options; check what is missing.
 * @return NULL, or a sentence that says what to write.
 */
const char *authjs_provider_finish(authjs_provider_t *provider, authjs_build_t *build,
                                   const authjs_site_t *site,
                                   const apr_array_header_t *files);

#endif
