/* What the tables of an Auth.js database are called, and how their values are written and
 * read: data. Columns are called what Auth.js calls the members, in every schema. */
#ifndef AUTHJS_SQL_SCHEMA_H
#define AUTHJS_SQL_SCHEMA_H

#include "sql/sql.h"

typedef enum {
    AUTHJS_USERS,
    AUTHJS_ACCOUNTS,
    AUTHJS_SESSIONS,
    AUTHJS_VERIFICATION_TOKENS,
    AUTHJS_AUTHENTICATORS,
    AUTHJS_PASSKEYS, /**< our own: what Auth.js's authenticators have no column for */
    AUTHJS_TABLES
} authjs_sql_table_e;

/** What a value is in JSON and as text in a statement. */
typedef enum {
    AUTHJS_SQL_TEXT,
    AUTHJS_SQL_SERIAL, /**< an id that the database counts; text in JSON */
    AUTHJS_SQL_UUID,   /**< an id in a column that takes nothing but UUIDs */
    AUTHJS_SQL_INT,
    AUTHJS_SQL_BOOL,       /**< written 1 and 0 */
    AUTHJS_SQL_TIME,       /**< 2026-11-22T01:46:16.660Z */
    AUTHJS_SQL_TIME_SPACE, /**< 2026-11-22 01:46:16.660, in UTC */
    AUTHJS_SQL_TIME_MS,    /**< milliseconds since the epoch */
    AUTHJS_SQL_NOW         /**< the time of writing: an expression, no value of ours */
} authjs_sql_kind_e;

typedef struct {
    authjs_sql_kind_e kind;
    const char *put[2]; /**< before and behind the argument in a statement, or NULL */
    const char *get[2]; /**< before and behind the column where it is read, or NULL */
} authjs_sql_type_t;

/** What a column is for; the schemas give each role a type. */
typedef enum {
    AUTHJS_SQL_ID,      /**< of users */
    AUTHJS_SQL_ROW_ID,  /**< of accounts and sessions: nobody refers to it */
    AUTHJS_SQL_USER_ID, /**< refers to users.id */
    AUTHJS_SQL_KEY,     /**< short text that rows are found by */
    AUTHJS_SQL_HASH,    /**< of verification tokens; credential ids */
    AUTHJS_SQL_WORD,    /**< short text */
    AUTHJS_SQL_LINE,    /**< URLs, scopes, public keys */
    AUTHJS_SQL_LONG,    /**< tokens of providers, pictures */
    AUTHJS_SQL_SECONDS, /**< expires_at */
    AUTHJS_SQL_COUNTER,
    AUTHJS_SQL_FLAG,
    AUTHJS_SQL_VERIFIED, /**< emailVerified */
    AUTHJS_SQL_EXPIRES,  /**< and the other times that are values of ours */
    AUTHJS_SQL_OAUTH1,   /**< what only @auth/d1-adapter has */
    AUTHJS_SQL_CREATED,
    AUTHJS_SQL_UPDATED,
    AUTHJS_SQL_ROLES
} authjs_sql_role_e;

typedef struct {
    const authjs_sql_type_t *type; /**< NULL: statements leave the column alone */
    const char *ddl;               /**< its type in CREATE TABLE; NULL: not there */
} authjs_sql_role_t;

typedef struct {
    const char *name; /**< of the column and of the member */
    authjs_sql_role_e role;
    int required; /**< NOT NULL */
} authjs_sql_column_t;

typedef enum { AUTHJS_SQL_PRIMARY, AUTHJS_SQL_UNIQUE, AUTHJS_SQL_INDEX } authjs_sql_key_e;

typedef struct {
    authjs_sql_table_e table;
    authjs_sql_key_e kind;
    const char *columns; /**< with commas between; NULL ends a list of keys */
    const char *name;    /**< of the index; NULL for AUTHJS_SQL_PRIMARY */
} authjs_sql_key_t;

struct authjs_sql_schema_t {
    const char *name; /**< pg, d1, prisma, drizzle, ...; NULL ends a list */
    const char *tables[AUTHJS_TABLES];
    const authjs_sql_role_t *roles; /**< AUTHJS_SQL_ROLES of them */
    const authjs_sql_key_t *keys;
    int foreign_keys; /**< deleting a user deletes what refers to it */
};

/** The schemas of each dialect; the first is the dialect's own. */
extern const authjs_sql_schema_t authjs_sql_pgsql[];
extern const authjs_sql_schema_t authjs_sql_sqlite[];
extern const authjs_sql_schema_t authjs_sql_mysql[];

/** Keys that are the same in every dialect: drizzle's; and prisma's where each row has an
 * id of its own. */
extern const authjs_sql_key_t authjs_sql_drizzle_keys[];
extern const authjs_sql_key_t authjs_sql_prisma_id_keys[];

/** What prisma and kysely call the tables; and drizzle. Our own has one name everywhere.
 */
#define AUTHJS_SQL_PASSKEYS "authjs_passkeys"
/* clang-format off */
#define AUTHJS_SQL_PASCAL_CASE \
    {"User", "Account", "Session", "VerificationToken", "Authenticator", \
     AUTHJS_SQL_PASSKEYS}
#define AUTHJS_SQL_CAMEL_CASE \
    {"user", "account", "session", "verificationToken", "authenticator", \
     AUTHJS_SQL_PASSKEYS}
/** The keys of our own table, and what ends every list of keys. */
#define AUTHJS_SQL_LAST_KEYS \
    {AUTHJS_PASSKEYS, AUTHJS_SQL_PRIMARY, "credentialID", NULL}, \
    {AUTHJS_PASSKEYS, AUTHJS_SQL_INDEX, "userId", "authjs_passkeys_userId_idx"}, \
    {AUTHJS_TABLES, AUTHJS_SQL_INDEX, NULL, NULL}
/* clang-format on */

/** The columns of a table in any schema, up to one without a name. */
const authjs_sql_column_t *authjs_sql_columns(authjs_sql_table_e table);

/** A name as the dialect quotes it: "name" or `name`. SQLite would take "name" for text
 * where there is no such column. */
const char *authjs_sql_quote(apr_pool_t *pool, authjs_dialect_e dialect,
                             const char *name);

#endif
