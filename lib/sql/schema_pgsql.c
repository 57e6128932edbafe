/* Auth.js's databases on PostgreSQL. */
#include "sql/schema.h"

#define TO_CHAR ", 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"

static const authjs_sql_type_t text = {AUTHJS_SQL_TEXT, {NULL, NULL}, {NULL, NULL}};
static const authjs_sql_type_t serial = {
    AUTHJS_SQL_SERIAL, {"CAST(", " AS bigint)"}, {NULL, NULL}};
static const authjs_sql_type_t uuid = {
    AUTHJS_SQL_UUID, {"CAST(", " AS uuid)"}, {NULL, NULL}};
static const authjs_sql_type_t number = {
    AUTHJS_SQL_INT, {"CAST(", " AS bigint)"}, {NULL, NULL}};
static const authjs_sql_type_t boolean = {
    AUTHJS_SQL_BOOL, {"CAST(", " AS boolean)"}, {NULL, NULL}};
static const authjs_sql_type_t timestamptz = {AUTHJS_SQL_TIME,
                                              {"CAST(", " AS timestamptz)"},
                                              {"to_char(",
                                               " AT TIME ZONE 'UTC'" TO_CHAR}};
/* Without a zone: UTC, as drizzle and prisma write it. */
static const authjs_sql_type_t timestamp = {
    AUTHJS_SQL_TIME, {"CAST(", " AS timestamp)"}, {"to_char(", TO_CHAR}};
static const authjs_sql_type_t now = {
    AUTHJS_SQL_NOW, {"(now() AT TIME ZONE 'UTC')", ""}, {NULL, NULL}};

static const authjs_sql_role_t pg[AUTHJS_SQL_ROLES] = {
    [AUTHJS_SQL_ID] = {&serial, "SERIAL"},
    [AUTHJS_SQL_ROW_ID] = {&serial, "SERIAL"},
    [AUTHJS_SQL_USER_ID] = {&serial, "INTEGER"},
    [AUTHJS_SQL_KEY] = {&text, "VARCHAR(255)"},
    [AUTHJS_SQL_HASH] = {&text, "TEXT"},
    [AUTHJS_SQL_WORD] = {&text, "TEXT"},
    [AUTHJS_SQL_LINE] = {&text, "TEXT"},
    [AUTHJS_SQL_LONG] = {&text, "TEXT"},
    [AUTHJS_SQL_SECONDS] = {&number, "BIGINT"},
    [AUTHJS_SQL_COUNTER] = {&number, "BIGINT"},
    [AUTHJS_SQL_FLAG] = {&boolean, "BOOLEAN"},
    [AUTHJS_SQL_VERIFIED] = {&timestamptz, "TIMESTAMPTZ"},
    [AUTHJS_SQL_EXPIRES] = {&timestamptz, "TIMESTAMPTZ"},
};

static const authjs_sql_key_t pg_keys[] = {
    {AUTHJS_USERS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_SESSIONS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_PRIMARY, "identifier,token", NULL},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_PRIMARY, "credentialID", NULL},
    {AUTHJS_USERS, AUTHJS_SQL_UNIQUE, "email", "users_email_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_UNIQUE, "provider,providerAccountId",
     "accounts_provider_key"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_UNIQUE, "sessionToken", "sessions_sessionToken_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_INDEX, "userId", "accounts_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "userId", "sessions_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "expires", "sessions_expires_idx"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_INDEX, "expires",
     "verification_token_expires_idx"},
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
    [AUTHJS_SQL_FLAG] = {&boolean, "boolean"},
    [AUTHJS_SQL_VERIFIED] = {&timestamp, "timestamp"},
    [AUTHJS_SQL_EXPIRES] = {&timestamp, "timestamp"},
};

#define PRISMA_COLUMNS                                                                   \
    [AUTHJS_SQL_ID] = {&text, "TEXT"}, [AUTHJS_SQL_USER_ID] = {&text, "TEXT"},           \
    [AUTHJS_SQL_KEY] = {&text, "TEXT"}, [AUTHJS_SQL_HASH] = {&text, "TEXT"},             \
    [AUTHJS_SQL_WORD] = {&text, "TEXT"}, [AUTHJS_SQL_LINE] = {&text, "TEXT"},            \
    [AUTHJS_SQL_LONG] = {&text, "TEXT"}, [AUTHJS_SQL_SECONDS] = {&number, "INTEGER"},    \
    [AUTHJS_SQL_COUNTER] = {&number, "INTEGER"},                                         \
    [AUTHJS_SQL_FLAG] = {&boolean, "BOOLEAN"},                                           \
    [AUTHJS_SQL_VERIFIED] = {&timestamp, "TIMESTAMP(3)"},                                \
    [AUTHJS_SQL_EXPIRES] = {&timestamp, "TIMESTAMP(3)"}

static const authjs_sql_role_t prisma[AUTHJS_SQL_ROLES] = {
    PRISMA_COLUMNS,
    [AUTHJS_SQL_CREATED] = {&now, "TIMESTAMP(3) DEFAULT CURRENT_TIMESTAMP"},
    [AUTHJS_SQL_UPDATED] = {&now, "TIMESTAMP(3)"},
};

/* NextAuth.js 4's: accounts and sessions have ids, nothing has times. */
static const authjs_sql_role_t prisma_v4[AUTHJS_SQL_ROLES] = {
    PRISMA_COLUMNS,
    [AUTHJS_SQL_ROW_ID] = {&text, "TEXT"},
};

static const authjs_sql_key_t prisma_keys[] = {
    {AUTHJS_USERS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_PRIMARY, "provider,providerAccountId", NULL},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_PRIMARY, "identifier,token", NULL},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_PRIMARY, "userId,credentialID", NULL},
    {AUTHJS_USERS, AUTHJS_SQL_UNIQUE, "email", "User_email_key"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_UNIQUE, "sessionToken", "Session_sessionToken_key"},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_UNIQUE, "credentialID",
     "Authenticator_credentialID_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_INDEX, "userId", "Account_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "userId", "Session_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "expires", "Session_expires_idx"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_INDEX, "expires",
     "VerificationToken_expires_idx"},
    AUTHJS_SQL_LAST_KEYS,
};

static const authjs_sql_role_t kysely[AUTHJS_SQL_ROLES] = {
    [AUTHJS_SQL_ID] = {&uuid, "uuid DEFAULT gen_random_uuid()"},
    [AUTHJS_SQL_ROW_ID] = {&uuid, "uuid DEFAULT gen_random_uuid()"},
    [AUTHJS_SQL_USER_ID] = {&uuid, "uuid"},
    [AUTHJS_SQL_KEY] = {&text, "text"},
    [AUTHJS_SQL_HASH] = {&text, "text"},
    [AUTHJS_SQL_WORD] = {&text, "text"},
    [AUTHJS_SQL_LINE] = {&text, "text"},
    [AUTHJS_SQL_LONG] = {&text, "text"},
    [AUTHJS_SQL_SECONDS] = {&number, "bigint"},
    [AUTHJS_SQL_COUNTER] = {&number, "bigint"},
    [AUTHJS_SQL_FLAG] = {&boolean, "boolean"},
    [AUTHJS_SQL_VERIFIED] = {&timestamptz, "timestamptz"},
    [AUTHJS_SQL_EXPIRES] = {&timestamptz, "timestamptz"},
};

static const authjs_sql_key_t kysely_keys[] = {
    {AUTHJS_USERS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_SESSIONS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_PRIMARY, "credentialID", NULL},
    {AUTHJS_USERS, AUTHJS_SQL_UNIQUE, "email", "User_email_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_UNIQUE, "provider,providerAccountId",
     "Account_provider_key"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_UNIQUE, "sessionToken", "Session_sessionToken_key"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_UNIQUE, "token",
     "VerificationToken_token_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_INDEX, "userId", "Account_userId_index"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "userId", "Session_userId_index"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "expires", "Session_expires_index"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_INDEX, "expires",
     "VerificationToken_expires_index"},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_INDEX, "userId", "Authenticator_userId_index"},
    AUTHJS_SQL_LAST_KEYS,
};

const authjs_sql_schema_t authjs_sql_pgsql[] = {
    {"pg",
     {"users", "accounts", "sessions", "verification_token", "authenticators",
      AUTHJS_SQL_PASSKEYS},
     pg,
     pg_keys,
     0},
    {"prisma", AUTHJS_SQL_PASCAL_CASE, prisma, prisma_keys, 1},
    {"drizzle", AUTHJS_SQL_CAMEL_CASE, drizzle, authjs_sql_drizzle_keys, 1},
    {"kysely", AUTHJS_SQL_PASCAL_CASE, kysely, kysely_keys, 1},
    {"prisma-v4", AUTHJS_SQL_PASCAL_CASE, prisma_v4, authjs_sql_prisma_id_keys, 1},
    {NULL, {NULL}, NULL, NULL, 0},
};
