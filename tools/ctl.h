/* What the files of authjsctl share. */
#ifndef AUTHJS_TOOLS_CTL_H
#define AUTHJS_TOOLS_CTL_H

#include "core/core.h"
#include "core/json.h"
#include "sql/sql.h"

#include <apr_strings.h>

/** What authjsctl exits with. */
typedef enum {
    AUTHJS_CTL_OK,
    AUTHJS_CTL_FAILED, /**< refused, not valid, not found */
    AUTHJS_CTL_USAGE,  /**< the command line, the environment or the configuration */
    AUTHJS_CTL_AWAY    /**< a database, mail server or provider cannot be reached */
} authjs_ctl_exit_e;

typedef enum {
    AUTHJS_OPT_CONFIG,
    AUTHJS_OPT_HTTPD,
    AUTHJS_OPT_DEFINE,
    AUTHJS_OPT_SITE,
    AUTHJS_OPT_SQLITE,
    AUTHJS_OPT_DRIVER,
    AUTHJS_OPT_PARAMS_FILE,
    AUTHJS_OPT_SCHEMA,
    AUTHJS_OPT_D1_ACCOUNT,
    AUTHJS_OPT_D1_DATABASE,
    AUTHJS_OPT_D1_TOKEN_FILE,
    AUTHJS_OPT_D1_URL,
    AUTHJS_OPT_JSON,
    AUTHJS_OPT_PRINT,
    AUTHJS_OPT_FILE,
    AUTHJS_OPT_EMAIL,
    AUTHJS_OPT_USER,
    AUTHJS_OPT_STDIN,
    AUTHJS_OPT_SECRET_FILE,
    AUTHJS_OPT_COOKIE_NAME,
    AUTHJS_OPT_TO,
    AUTHJS_OPT_PROVIDER,
    AUTHJS_OPT_NAME,
    AUTHJS_OPT_VALID,
    AUTHJS_OPT_URL,
    AUTHJS_OPT_ISSUER,
    AUTHJS_OPT_OPTION,
    AUTHJS_OPT_CONF,
    AUTHJS_OPT_ENV_FILE,
    AUTHJS_OPT_LIST,
    AUTHJS_OPT_OFFLINE,
    AUTHJS_OPT_HELP,
    AUTHJS_OPT_VERSION,
    AUTHJS_OPT__COUNT
} authjs_ctl_option_e;

/** One run of the program. */
typedef struct {
    apr_pool_t *pool;
    apr_int64_t now; /**< seconds */
    /** NULL: not given; "" for one without value */
    const char *value[AUTHJS_OPT__COUNT];
    apr_array_header_t *defines; /**< const char *, all of --define */
    apr_array_header_t *options; /**< const char *, all of --option */
    const char *const *args;     /**< behind the command's name */
    int nargs;
    int migrates;             /**< the command makes databases */
    struct json_object *site; /**< of httpd's, where it is known already; else NULL */
    int asks_httpd;           /**< the command is about httpd's configuration alone */
} authjs_ctl_t;

/** "authjsctl: ..." on stderr. @return code, to be returned on. */
int authjs_ctl_fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Names and values of others as they may stand on a terminal: control characters are
 * replaced by '?'. "" for NULL. */
const char *authjs_ctl_text(apr_pool_t *pool, const char *text);

/** Whether text has part in it, ASCII letters in any case. */
int authjs_ctl_contains(const char *text, const char *part);

/* ---- input ---------------------------------------------------------------------- */

/** All of a file without its last line end; "-" is stdin. @return NULL, or why not. */
const char *authjs_ctl_read(const char **text, apr_pool_t *pool, const char *path,
                            apr_size_t max);

/** The origin that --url is. @return an exit code; said on stderr */
int authjs_ctl_origin(const authjs_ctl_t *ctl, const char *written, const char **origin);

/** Whether a host of httpd's answers is the one that NAME or NAME:PORT names. */
int authjs_ctl_is_named(struct json_object *host, const char *wanted);

/**
 * What httpd says of the sites in its configuration (httpd -t -D DUMP_AUTHJS), and
 * which of them --site means. Without --site they must agree in what matters.
 * @param members what matters: names of members, ended by NULL
 * @param site valid until ctl->pool is destroyed
 * @return an exit code; said on stderr
 */
int authjs_ctl_site(const authjs_ctl_t *ctl, const char *const *members,
                    struct json_object **site);

/**
 * What httpd says of its configuration as a whole (DUMP_AUTHJS_ALL): also where something
 * of ours is wrong with it. Member "sites" is what DUMP_AUTHJS tells.
 * @param said what httpd wrote besides: one line each
 * @return an exit code; said on stderr
 */
int authjs_ctl_survey(const authjs_ctl_t *ctl, struct json_object **survey,
                      const char **said);

/** httpd -t, with a directive behind its configuration or NULL. @return an exit code
 * where it could not be asked; else *refused and what it wrote count. */
int authjs_ctl_configtest(const authjs_ctl_t *ctl, const char *directive, char **said,
                          int *refused);

/** The strings of an array, without empty ones: const char *. array may be NULL. */
apr_array_header_t *authjs_ctl_strings(apr_pool_t *pool, struct json_object *array);

/** A database with its connection. */
typedef struct {
    authjs_sql_t *sql;  /**< what authjs_sql_methods take */
    authjs_call_t call; /**< what they are given */
    /** Create what is missing of the tables. */
    authjs_adapter_status_e (*migrate)(const authjs_sql_t *sql, authjs_call_t *call);
} authjs_ctl_database_t;

/** The database that options, environment or httpd's configuration name.
 * @return an exit code; said on stderr */
int authjs_ctl_database(const authjs_ctl_t *ctl, authjs_ctl_database_t *database);

/** Look for every table and column of the schema, and change nothing.
 * @param missing what is not there, in pool: names with commas between; NULL: all is */
authjs_adapter_status_e authjs_ctl_missing(authjs_ctl_database_t *database,
                                           const char **missing);

/** Dialect and schema alone, without reaching for the database. */
int authjs_ctl_schema(const authjs_ctl_t *ctl, authjs_dialect_e *dialect,
                      const authjs_sql_schema_t **schema);

/** The exit code of a call that did not end OK; said on stderr. */
int authjs_ctl_failed(const authjs_call_t *call, authjs_adapter_status_e status);

/* ---- users and sessions --------------------------------------------------------- */

/** The user of an id or e-mail address. @return an exit code; said on stderr */
int authjs_ctl_find_user(authjs_ctl_database_t *database, const char *who,
                         struct json_object **user);

/** The SHA-256 of a session's token in hex; NULL for one without. */
const char *authjs_ctl_session_hash(apr_pool_t *pool, struct json_object *session);
/** What a session is called here: the first 12 of these digits; "" for one without. */
#define AUTHJS_CTL_SESSION_ID_LEN 12
const char *authjs_ctl_session_id(apr_pool_t *pool, struct json_object *session);

/* ---- the commands: each returns an exit code ------------------------------------ */

int authjs_ctl_secret(authjs_ctl_t *ctl);
int authjs_ctl_migrate(authjs_ctl_t *ctl);
int authjs_ctl_prune(authjs_ctl_t *ctl);
int authjs_ctl_users(authjs_ctl_t *ctl);
int authjs_ctl_sessions(authjs_ctl_t *ctl);
int authjs_ctl_token(authjs_ctl_t *ctl);
int authjs_ctl_mail(authjs_ctl_t *ctl);
int authjs_ctl_invite(authjs_ctl_t *ctl);
int authjs_ctl_add(authjs_ctl_t *ctl);
int authjs_ctl_check(authjs_ctl_t *ctl);

#endif
