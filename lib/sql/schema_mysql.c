/* Auth.js's databases on MySQL and MariaDB. What we create is wider than what Auth.js's
 * own tools create, where that is too narrow for real tokens and dates: its adapters do
 * not see a difference. */
#include "sql/schema.h"

static const authjs_sql_type_t text = {AUTHJS_SQL_TEXT, {NULL, NULL}, {NULL, NULL}};
/* Whatever is not text is made text there: apr_dbd would cut it to as many characters as
 * its binary form has bytes. */
/* clang-format off */
#define AS_TEXT {"CAST(", " AS CHAR)"}
/* clang-format on */
static const authjs_sql_type_t number = {AUTHJS_SQL_INT, {NULL, NULL}, AS_TEXT};
static const authjs_sql_type_t boolean = {AUTHJS_SQL_BOOL, {NULL, NULL}, AS_TEXT};
static const authjs_sql_type_t utc = {AUTHJS_SQL_TIME_SPACE, {NULL, NULL}, AS_TEXT};
static const authjs_sql_type_t now = {
    AUTHJS_SQL_NOW, {"UTC_TIMESTAMP(3)", ""}, {NULL, NULL}};

static const authjs_sql_role_t drizzle[AUTHJS_SQL_ROLES] = {
    [AUTHJS_SQL_ID] = {&text, "varchar(255)"},
    [AUTHJS_SQL_USER_ID] = {&text, "varchar(255)"},
    [AUTHJS_SQL_KEY] = {&text, "varchar(255)"},
    [AUTHJS_SQL_HASH] = {&text, "varchar(255)"},
    [AUTHJS_SQL_WORD] = {&text, "varchar(255)"},
    [AUTHJS_SQL_LINE] = {&text, "varchar(2048)"},
    [AUTHJS_SQL_LONG] = {&text, "mediumtext"},
    [AUTHJS_SQL_SECONDS] = {&number, "bigint"},
    [AUTHJS_SQL_COUNTER] = {&number, "bigint"},
    [AUTHJS_SQL_FLAG] = {&boolean, "boolean"},
    [AUTHJS_SQL_VERIFIED] = {&utc, "datetime(3)"},
    [AUTHJS_SQL_EXPIRES] = {&utc, "datetime(3)"},
};

#define PRISMA_COLUMNS                                                                   \
    [AUTHJS_SQL_ID] = {&text, "varchar(191)"},                                           \
    [AUTHJS_SQL_ROW_ID] = {&text, "varchar(191)"},                                       \
    [AUTHJS_SQL_USER_ID] = {&text, "varchar(191)"},                                      \
    [AUTHJS_SQL_KEY] = {&text, "varchar(191)"},                                          \
    [AUTHJS_SQL_HASH] = {&text, "varchar(191)"},                                         \
    [AUTHJS_SQL_WORD] = {&text, "varchar(191)"},                                         \
    [AUTHJS_SQL_LINE] = {&text, "varchar(2048)"},                                        \
    [AUTHJS_SQL_LONG] = {&text, "mediumtext"},                                           \
    [AUTHJS_SQL_SECONDS] = {&number, "integer"},                                         \
    [AUTHJS_SQL_COUNTER] = {&number, "integer"},                                         \
    [AUTHJS_SQL_FLAG] = {&boolean, "boolean"},                                           \
    [AUTHJS_SQL_VERIFIED] = {&utc, "datetime(3)"},                                       \
    [AUTHJS_SQL_EXPIRES] = {&utc, "datetime(3)"}

static const authjs_sql_role_t prisma[AUTHJS_SQL_ROLES] = {
    PRISMA_COLUMNS,
    [AUTHJS_SQL_CREATED] = {&now, "datetime(3) DEFAULT CURRENT_TIMESTAMP(3)"},
    [AUTHJS_SQL_UPDATED] = {&now, "datetime(3)"},
};

/* NextAuth.js 4's, without times. */
static const authjs_sql_role_t prisma_v4[AUTHJS_SQL_ROLES] = {PRISMA_COLUMNS};

static const authjs_sql_role_t kysely[AUTHJS_SQL_ROLES] = {
    [AUTHJS_SQL_ID] = {&text, "varchar(36)"},
    [AUTHJS_SQL_USER_ID] = {&text, "varchar(36)"},
    [AUTHJS_SQL_KEY] = {&text, "varchar(255)"},
    [AUTHJS_SQL_HASH] = {&text, "varchar(255)"},
    [AUTHJS_SQL_WORD] = {&text, "varchar(255)"},
    [AUTHJS_SQL_LINE] = {&text, "varchar(2048)"},
    [AUTHJS_SQL_LONG] = {&text, "mediumtext"},
    [AUTHJS_SQL_SECONDS] = {&number, "bigint"},
    [AUTHJS_SQL_COUNTER] = {&number, "bigint"},
    [AUTHJS_SQL_FLAG] = {&boolean, "boolean"},
    [AUTHJS_SQL_VERIFIED] = {&utc, "datetime(3)"},
    [AUTHJS_SQL_EXPIRES] = {&utc, "datetime(3)"},
};

static const authjs_sql_key_t kysely_keys[] = {
    {AUTHJS_USERS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_PRIMARY, "provider,providerAccountId", NULL},
    {AUTHJS_SESSIONS, AUTHJS_SQL_PRIMARY, "sessionToken", NULL},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_PRIMARY, "token", NULL},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_PRIMARY, "credentialID", NULL},
    {AUTHJS_USERS, AUTHJS_SQL_UNIQUE, "email", "User_email_key"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "expires", "Session_expires_index"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_INDEX, "expires",
     "VerificationToken_expires_index"},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_INDEX, "userId", "Authenticator_userId_index"},
    AUTHJS_SQL_LAST_KEYS,
};

const authjs_sql_schema_t authjs_sql_mysql[] = {
    {"drizzle", AUTHJS_SQL_CAMEL_CASE, drizzle, authjs_sql_drizzle_keys, 1},
    {"prisma", AUTHJS_SQL_PASCAL_CASE, prisma, authjs_sql_prisma_id_keys, 1},
    {"kysely", AUTHJS_SQL_PASCAL_CASE, kysely, kysely_keys, 1},
    {"prisma-v4", AUTHJS_SQL_PASCAL_CASE, prisma_v4, authjs_sql_prisma_id_keys, 1},
    {NULL, {NULL}, NULL, NULL, 0},
};
