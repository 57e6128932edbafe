/* Auth.js's databases on SQLite and Cloudflare D1. */
#include "sql/schema.h"

static const authjs_sql_type_t text = {AUTHJS_SQL_TEXT, {NULL, NULL}, {NULL, NULL}};
static const authjs_sql_type_t number = {AUTHJS_SQL_INT, {NULL, NULL}, {NULL, NULL}};
static const authjs_sql_type_t boolean = {AUTHJS_SQL_BOOL, {NULL, NULL}, {NULL, NULL}};
static const authjs_sql_type_t iso = {AUTHJS_SQL_TIME, {NULL, NULL}, {NULL, NULL}};
static const authjs_sql_type_t ms = {AUTHJS_SQL_TIME_MS, {NULL, NULL}, {NULL, NULL}};
static const authjs_sql_type_t now_ms = {
    AUTHJS_SQL_NOW,
    {"CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)", ""},
    {NULL, NULL}};

static const authjs_sql_role_t d1[AUTHJS_SQL_ROLES] = {
    [AUTHJS_SQL_ID] = {&text, "text"},
    [AUTHJS_SQL_ROW_ID] = {&text, "text"},
    [AUTHJS_SQL_USER_ID] = {&text, "text"},
    [AUTHJS_SQL_KEY] = {&text, "text"},
    [AUTHJS_SQL_HASH] = {&text, "text"},
    [AUTHJS_SQL_WORD] = {&text, "text"},
    [AUTHJS_SQL_LINE] = {&text, "text"},
    [AUTHJS_SQL_LONG] = {&text, "text"},
    [AUTHJS_SQL_SECONDS] = {&number, "number"},
    [AUTHJS_SQL_COUNTER] = {&number, "number"},
    [AUTHJS_SQL_FLAG] = {&boolean, "number"},
    [AUTHJS_SQL_VERIFIED] = {&iso, "datetime"},
    [AUTHJS_SQL_EXPIRES] = {&iso, "datetime"},
    [AUTHJS_SQL_OAUTH1] = {&text, "text"},
};

static const authjs_sql_key_t d1_keys[] = {
    {AUTHJS_USERS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_SESSIONS, AUTHJS_SQL_PRIMARY, "sessionToken", NULL},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_PRIMARY, "token", NULL},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_PRIMARY, "credentialID", NULL},
    {AUTHJS_USERS, AUTHJS_SQL_UNIQUE, "email", "users_email_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_UNIQUE, "provider,providerAccountId",
     "accounts_provider_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_INDEX, "userId", "accounts_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "userId", "sessions_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "expires", "sessions_expires_idx"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_INDEX, "expires",
     "verification_tokens_expires_idx"},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_INDEX, "userId", "authenticators_userId_idx"},
    AUTHJS_SQL_LAST_KEYS,
};

static const authjs_sql_role_t drizzle[AUTHJS_SQL_ROLES] = {
    [AUTHJS_SQL_ID] = {&text, "text"},
    [AUTHJS_SQL_USER_ID] = {&text, "text"},
    [AUTHJS_SQL_KEY] = {&text, "text"},
    [AUTHJS_SQL_HASH] = {&text, "text"},
    [AUTHJS_SQL_WORD] = {&text, "text"},
    [AUTHJS_SQL_LINE] = {&text, "text"},
    [AUTHJS_SQL_LONG] = {&text, "text"},
    [AUTHJS_SQL_SECONDS] = {&number, "integer"},
    [AUTHJS_SQL_COUNTER] = {&number, "integer"},
    [AUTHJS_SQL_FLAG] = {&boolean, "integer"},
    [AUTHJS_SQL_VERIFIED] = {&ms, "integer"},
    [AUTHJS_SQL_EXPIRES] = {&ms, "integer"},
};

#define PRISMA_COLUMNS                                                                   \
    [AUTHJS_SQL_ID] = {&text, "TEXT"}, [AUTHJS_SQL_ROW_ID] = {&text, "TEXT"},            \
    [AUTHJS_SQL_USER_ID] = {&text, "TEXT"}, [AUTHJS_SQL_KEY] = {&text, "TEXT"},          \
    [AUTHJS_SQL_HASH] = {&text, "TEXT"}, [AUTHJS_SQL_WORD] = {&text, "TEXT"},            \
    [AUTHJS_SQL_LINE] = {&text, "TEXT"}, [AUTHJS_SQL_LONG] = {&text, "TEXT"},            \
    [AUTHJS_SQL_SECONDS] = {&number, "INTEGER"},                                         \
    [AUTHJS_SQL_COUNTER] = {&number, "INTEGER"},                                         \
    [AUTHJS_SQL_FLAG] = {&boolean, "BOOLEAN"},                                           \
    [AUTHJS_SQL_VERIFIED] = {&ms, "DATETIME"}, [AUTHJS_SQL_EXPIRES] = {&ms, "DATETIME"}

static const authjs_sql_role_t prisma[AUTHJS_SQL_ROLES] = {
    PRISMA_COLUMNS,
    [AUTHJS_SQL_CREATED] = {&now_ms, "DATETIME DEFAULT CURRENT_TIMESTAMP"},
    [AUTHJS_SQL_UPDATED] = {&now_ms, "DATETIME"},
};

/* NextAuth.js 4's, without times. */
static const authjs_sql_role_t prisma_v4[AUTHJS_SQL_ROLES] = {PRISMA_COLUMNS};

static const authjs_sql_role_t kysely[AUTHJS_SQL_ROLES] = {
    [AUTHJS_SQL_ID] = {&text, "text"},
    [AUTHJS_SQL_USER_ID] = {&text, "text"},
    [AUTHJS_SQL_KEY] = {&text, "text"},
    [AUTHJS_SQL_HASH] = {&text, "text"},
    [AUTHJS_SQL_WORD] = {&text, "text"},
    [AUTHJS_SQL_LINE] = {&text, "text"},
    [AUTHJS_SQL_LONG] = {&text, "text"},
    [AUTHJS_SQL_SECONDS] = {&number, "bigint"},
    [AUTHJS_SQL_COUNTER] = {&number, "bigint"},
    [AUTHJS_SQL_FLAG] = {&boolean, "boolean"},
    [AUTHJS_SQL_VERIFIED] = {&iso, "timestamptz"},
    [AUTHJS_SQL_EXPIRES] = {&iso, "timestamptz"},
};

static const authjs_sql_key_t kysely_keys[] = {
    {AUTHJS_USERS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_PRIMARY, "provider,providerAccountId", NULL},
    {AUTHJS_SESSIONS, AUTHJS_SQL_PRIMARY, "sessionToken", NULL},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_PRIMARY, "token", NULL},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_PRIMARY, "credentialID", NULL},
    {AUTHJS_USERS, AUTHJS_SQL_UNIQUE, "email", "User_email_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_UNIQUE, "provider,providerAccountId",
     "Account_provider_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_INDEX, "userId", "Account_userId_index"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "userId", "Session_userId_index"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "expires", "Session_expires_index"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_INDEX, "expires",
     "VerificationToken_expires_index"},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_INDEX, "userId", "Authenticator_userId_index"},
    AUTHJS_SQL_LAST_KEYS,
};

const authjs_sql_schema_t authjs_sql_sqlite[] = {
    {"d1",
     {"users", "accounts", "sessions", "verification_tokens", "authenticators",
      AUTHJS_SQL_PASSKEYS},
     d1,
     d1_keys,
     0},
    {"prisma", AUTHJS_SQL_PASCAL_CASE, prisma, authjs_sql_prisma_id_keys, 1},
    {"drizzle", AUTHJS_SQL_CAMEL_CASE, drizzle, authjs_sql_drizzle_keys, 1},
    {"kysely", AUTHJS_SQL_PASCAL_CASE, kysely, kysely_keys, 1},
    {"prisma-v4", AUTHJS_SQL_PASCAL_CASE, prisma_v4, authjs_sql_prisma_id_keys, 1},
    {NULL, {NULL}, NULL, NULL, 0},
};
