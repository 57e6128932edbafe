/* What the files of config/ share among themselves. */
#ifndef AUTHJS_CONFIG_DIRECTIVES_H
#define AUTHJS_CONFIG_DIRECTIVES_H

#include "config/config.h"
#include "settings/settings.h"
#include "site/mail.h"

/** Check what one key of AuthJSCookie, AuthJSTheme, AuthJSHTTP or AuthJSPage was given.
 * *value may be replaced by its canonical form. NULL, or what is wrong. */
const char *authjs_cookie_key_check(apr_pool_t *pool, const char **key,
                                    const char **value);
const char *authjs_theme_key_check(apr_pool_t *pool, const char **key,
                                   const char **value);
const char *authjs_http_key_check(apr_pool_t *pool, const char **key, const char **value);

/** Where a pool of configuration keeps env_files of the main server, which virtual hosts
 * do not have before all is read. */
#define AUTHJS_SERVERS_ENV_FILES "authjs-env-files"

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
const char *authjs_set_p_mfa(cmd_parms *cmd, void *dir, const char *value);
const char *authjs_set_p_profile(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_p_style(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_p_option(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_p_authorize(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[]);
const char *authjs_set_p_authn(cmd_parms *cmd, void *dir, const char *name);
/** The provider whose section is being read, or NULL with *why set. */
authjs_provider_t *authjs_section_provider(cmd_parms *cmd, const void *directory,
                                           const char **why);
/* directives_mail.c; the first two set the member of authjs_mail_t. */
const char *authjs_set_m_string(cmd_parms *cmd, void *dir, const char *text);
const char *authjs_set_m_flag(cmd_parms *cmd, void *dir, int on);
const char *authjs_set_m_server(cmd_parms *cmd, void *dir, const char *server,
                                const char *starttls);
const char *authjs_set_m_subject(cmd_parms *cmd, void *dir, const char *text);
const char *authjs_set_m_template(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_m_max_age(cmd_parms *cmd, void *dir, const char *text);
const char *authjs_set_m_limit(cmd_parms *cmd, void *dir, const char *word);
/** The mail of the section that is being read, or NULL with *why set. */
authjs_mail_t *authjs_section_mail(cmd_parms *cmd, void *dir, const char **why);
/* directives_files.c */
const char *authjs_add_provider_file(cmd_parms *cmd, void *dir, const char *written);
const char *authjs_add_text_file(cmd_parms *cmd, void *dir, const char *written);
const char *authjs_add_env_file(cmd_parms *cmd, void *dir, const char *written);
/* directives_address.c */
const char *authjs_set_base_path(cmd_parms *cmd, void *dir, const char *path);
const char *authjs_set_url(cmd_parms *cmd, void *dir, const char *url);
const char *authjs_set_trust_host(cmd_parms *cmd, void *dir, const char *word);
const char *authjs_set_redirect_proxy_url(cmd_parms *cmd, void *dir, const char *url);
const char *authjs_add_redirect_origin(cmd_parms *cmd, void *dir, const char *text);
/* directives_callbacks.c */
const char *authjs_set_callback(cmd_parms *cmd, void *dir, int argc, char *const argv[]);
const char *authjs_set_event(cmd_parms *cmd, void *dir, int argc, char *const argv[]);
/* In a section the URL that cmd->info names, elsewhere a member of the token. */
const char *authjs_set_token(cmd_parms *cmd, void *dir, const char *name,
                             const char *value);
const char *authjs_set_session_field(cmd_parms *cmd, void *dir, const char *name,
                                     const char *value);
const char *authjs_set_event_detail(cmd_parms *cmd, void *dir, const char *detail);
const char *authjs_set_log_user(cmd_parms *cmd, void *dir, const char *what);

#endif
