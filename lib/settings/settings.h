/* Reading what an administrator writes: values, secrets, the environment, directives of
 * other modules; and saying what is wrong with it. */
#ifndef AUTHJS_SETTINGS_SETTINGS_H
#define AUTHJS_SETTINGS_SETTINGS_H

#include "authjs.h"
#include "core/dotenv.h"

#include "apr_lib.h"

/* ---- values ------------------------------------------------------------------------ */

/** A whole number in decimal digits between min and max. NULL, or what is wrong. */
const char *authjs_number_parse(apr_int64_t *number, apr_pool_t *pool, const char *text,
                                apr_int64_t min, apr_int64_t max);

/** On or Off (also true, false, 1, 0, yes, no) in any case. NULL, or what is wrong. */
const char *authjs_boolean_parse(int *flag, const char *text);

/** AuthJSTrustHost: how many proxies are believed; On is one, Off none. NULL, or what it
 * must be. */
const char *authjs_proxies_parse(int *proxies, const char *text);

/** A base path: begins with '/', does not end with one, only A-Z a-z 0-9 / _ . -, no
 * empty or dot segment. NULL, or what is wrong. */
const char *authjs_base_path_check(const char *path);

/** A path below our own origin: begins with one '/', no query, fragment, backslash, blank
 * or control byte. NULL, or what is wrong. */
const char *authjs_page_path_check(const char *path);

/** Strict duration: digits and s, min/m, h, d, w (default s). NULL, or what is wrong. */
const char *authjs_duration_parse(apr_int64_t *seconds, const char *text);
/** The same in milliseconds, and with the unit ms. */
const char *authjs_duration_parse_ms(apr_int64_t *ms, const char *text);

/** In place of a duration, AuthJSCookie maxAge: the cookie ends with the browser. */
#define AUTHJS_MAX_AGE_SESSION "session"

/** How the keys of AuthJSHTTP resolve= begin: host:port follows. */
#define AUTHJS_HTTP_RESOLVE "resolve "

/* ---- files ------------------------------------------------------------------------- */

/** The JSON object in a file, of 1 MB at most. NULL, or what is wrong, and in which line.
 */
const char *authjs_json_file(struct json_object **object, apr_pool_t *pool,
                             apr_pool_t *ptemp, const char *path);

/** The text in a file, which is UTF-8 without control characters but line ends and tabs,
 * of max bytes at most. NULL, or what is wrong. */
const char *authjs_text_file(const char **text, apr_pool_t *pool, apr_pool_t *ptemp,
                             const char *path, apr_size_t max);

/* ---- key=value words --------------------------------------------------------------- */

/** Split word at its first '=' into *key (in pool) and *value. NULL, or what is wrong. */
const char *authjs_pair_split(apr_pool_t *pool, const char *word, const char **key,
                              const char **value);

/** The word of words (ended by NULL) that equals text in any case, or NULL. */
const char *authjs_word(const char *const *words, const char *text);

/** words (ended by NULL) with commas between. In pool. */
const char *authjs_words_text(apr_pool_t *pool, const char *const *words);

/* ---- the environment (Auth.js's names) ------------------------------------------- */

/** A variable of the process, else of the files in use, that is not empty; or NULL. */
const char *authjs_env(const char *name);
/** From now on authjs_env looks into these files (authjs_dotenv_t *, the first counts;
 * NULL: none) too: while one host is built. */
void authjs_env_use(const apr_array_header_t *files);
/** Read a file of AuthJSEnvFile; before: those that count more. NULL, or what is wrong
 * (never a value). */
const char *authjs_env_file_read(authjs_dotenv_t **made, apr_pool_t *pool,
                                 apr_pool_t *ptemp, const char *path,
                                 const apr_array_header_t *before);
/** What ends the sentence that a variable is not set: at a restart, why one that was
 * added is not seen; else "". */
const char *authjs_env_advice(void);
/** AUTH_<ID>_<SUFFIX>: id in upper case, '-' as '_'. *name is the variable's name. */
const char *authjs_env_provider(apr_pool_t *pool, const char *id, const char *suffix,
                                const char **name);

/* ---- secrets ----------------------------------------------------------------------- */

/** Shorter secrets are refused: 32 bytes, as openssl rand gives them and more. */
#define AUTHJS_SECRET_MIN 32
/** Resolve a secret as written: a literal, env:NAME, file:path (trailing newline cut) or
 * exec:program. @return NULL, or what is wrong (never the secret). */
const char *authjs_secret_resolve(const char **secret, apr_pool_t *pool,
                                  const char *written);
/** The value of a secret exec: in the trial pass: programs are run once, for the second.
 */
extern const char authjs_secret_pending[];

/* ---- the configuration tree ------------------------------------------------------ */

/** The first word of the last such directive in the virtual host s, else of the last one
 * outside of virtual hosts, as httpd would hand it to a module; NULL when there is none.
 * For directives of other modules that may stand nowhere else. In pool. */
const char *authjs_tree_word(apr_pool_t *pool, const server_rec *s, const char *name);
/** Whether ServerName stands in the configuration of s, or of the main server for it. */
int authjs_server_name_written(const server_rec *s, const server_rec *main_server,
                               apr_pool_t *pool);
/** The server of a <VirtualHost> section, also where a file with the section is included
 * several times. NULL of any other section. s: any server. */
server_rec *authjs_tree_server(const server_rec *s, const ap_directive_t *section);

/* ---- advice ------------------------------------------------------------------------ */

/** How a module of httpd is loaded on this system, by its name without mod_: a2enmod NAME
 * where Debian has it, else LoadModule and what belongs behind it. */
const char *authjs_load_module(apr_pool_t *pool, const char *name);

/** The search for the word that was meant: begin with {written, NULL, 0}. */
typedef struct {
    const char *written, *best;
    int steps;
} authjs_nearest_t;

void authjs_nearest_consider(authjs_nearest_t *nearest, const char *word);
/** "; did you mean WORD?", or NULL when none comes near. */
const char *authjs_did_you_mean(apr_pool_t *pool, const authjs_nearest_t *nearest);
/** The same of words (ended by NULL). */
const char *authjs_did_you_mean_word(apr_pool_t *pool, const char *const *words,
                                     const char *written);

/* ---- reporting --------------------------------------------------------------------- */

/** True in the first of the two passes that every start makes over the configuration. */
int authjs_is_trial(void);
/** Log what works, but hardly as it was meant; once a start. */
void authjs_remark(server_rec *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/** Log what keeps a virtual host from starting, and count it. */
void authjs_fault(int *faults, server_rec *s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/** The name of a virtual host in messages: ServerName:port (file:line). */
const char *authjs_vhost_name(apr_pool_t *pool, const server_rec *s);
/** "Directive: text": what a directive answers that refuses. */
const char *authjs_refuse(cmd_parms *cmd, const char *why);
/** Log an error of a request at its own level: "AuthJS: <name>: <detail>". */
void authjs_log_error(request_rec *r, const authjs_error_t *error);

#endif
