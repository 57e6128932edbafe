/* The adapter's methods in SQL, written once: a schema says what tables and columns are
 * called and how values are encoded, a dialect how the database wants to be spoken to,
 * and a connection runs the statements (apr_dbd, or D1 over HTTP). Links without httpd:
 * of mod_authjs.h the types alone are used. */
#ifndef AUTHJS_SQL_SQL_H
#define AUTHJS_SQL_SQL_H

#include "mod_authjs.h"

typedef enum { AUTHJS_SQLITE, AUTHJS_PGSQL, AUTHJS_MYSQL } authjs_dialect_e;

/** One statement with its arguments. */
typedef struct {
    const char *text;        /**< with %s (apr_dbd) or ? (D1) for each argument */
    const char *const *args; /**< text; NULL is SQL NULL */
    int nargs;
    int ncolumns; /**< how many columns its rows have; 0: it returns none */

    /* its result */
    /** const char *const *: cells, NULL is SQL NULL; never NULL after a run that ended
     * OK; at most AUTHJS_SQL_ROWS_MAX */
    apr_array_header_t *rows;
} authjs_statement_t;

#define AUTHJS_SQL_ROWS_MAX 1000
/** A longer value from a client is FAILED before it reaches the database. */
#define AUTHJS_SQL_VALUE_MAX (256 * 1024)

typedef struct authjs_sql_schema_t authjs_sql_schema_t; /* sql/schema.h */

/** A database: what the methods are given as their instance. Read-only once made. */
typedef struct authjs_sql_t {
    authjs_dialect_e dialect;
    const authjs_sql_schema_t *schema;
    int question_marks; /**< arguments are written ? instead of %s, and % stands for
                           itself */
    /**
     * Run statements in their order as one transaction: all or nothing. One alone is its
     * own transaction. Cells are in call->pool, whole and without NUL (FAILED, if the
     * database holds one).
     *
     * A MySQL connection is utf8mb4 and strict (sql_mode) and keeps the server's
     * time_zone: @auth/drizzle-adapter writes UTC text into TIMESTAMP columns and does
     * not set it either. The statements do not depend on settings of the others.
     * @param lock 1: no other writer of users and accounts may come between them, also
     *             where the tables have no unique indexes (sign_up). Taken before the
     *             first statement sees anything of the database, let go of after the
     *             commit.
     * @return CONFLICT for a unique index, UNAVAILABLE when the database is away or too
     *         busy, FAILED with call->error otherwise. After anything but OK nothing was
     *         changed, or (UNAVAILABLE) it is not known.
     */
    authjs_adapter_status_e (*run)(const struct authjs_sql_t *sql, authjs_call_t *call,
                                   authjs_statement_t *statements, int count, int lock);
    void *connection; /**< run's own */
} authjs_sql_t;

/** All methods of authjs_adapter_t but create, identity and child_init, over an
 * authjs_sql_t as instance: an adapter copies this and adds its own three. */
extern const authjs_adapter_t authjs_sql_methods;

/** The schema of that name for a dialect, or NULL. name NULL: the dialect's own (pg on
 * PostgreSQL, d1 on SQLite, drizzle on MySQL). */
const authjs_sql_schema_t *authjs_sql_schema(authjs_dialect_e dialect, const char *name);
/** The names of the schemas a dialect knows, with commas between. In pool. */
const char *authjs_sql_schema_names(apr_pool_t *pool, authjs_dialect_e dialect);

/** The statements (const char *) that create what is missing of the tables and unique
 * indexes, each harmless when it was run before (authjsctl migrate; SQLite by itself). */
apr_array_header_t *authjs_sql_migration(apr_pool_t *pool, authjs_dialect_e dialect,
                                         const authjs_sql_schema_t *schema);

/* Beside the methods, for authjsctl: tables page by page, in the order of their keys. */

/**
 * @param after the id of the last user of the page before; NULL: the first page
 * @param limit how many at most, up to AUTHJS_SQL_ROWS_MAX; less is the last page
 * @param users an array, in call->pool
 */
authjs_adapter_status_e authjs_sql_browse_users(authjs_sql_t *sql, authjs_call_t *call,
                                                const char *after, int limit,
                                                struct json_object **users);

/** The same with sessions, by their tokens. @param user_id only this user's, or NULL */
authjs_adapter_status_e authjs_sql_browse_sessions(authjs_sql_t *sql, authjs_call_t *call,
                                                   const char *user_id, const char *after,
                                                   int limit,
                                                   struct json_object **sessions);

/** Verification tokens whose identifiers match a pattern of LIKE, by these. Where the
 * database's letters are alike in any case, those that begin otherwise are among them. */
authjs_adapter_status_e
authjs_sql_browse_verification_tokens(authjs_sql_t *sql, authjs_call_t *call,
                                      const char *like, const char *after, int limit,
                                      struct json_object **tokens);

#endif
