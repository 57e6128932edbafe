#include "sql/schema.h"

#include <apr_strings.h>

#include <string.h>

static const authjs_sql_column_t users[] = {
    {"id", AUTHJS_SQL_ID, 1},
    {"name", AUTHJS_SQL_WORD, 0},
    {"email", AUTHJS_SQL_KEY, 0},
    {"emailVerified", AUTHJS_SQL_VERIFIED, 0},
    {"image", AUTHJS_SQL_LONG, 0},
    {"createdAt", AUTHJS_SQL_CREATED, 1},
    {"updatedAt", AUTHJS_SQL_UPDATED, 1},
    {NULL, AUTHJS_SQL_ROLES, 0},
};

static const authjs_sql_column_t accounts[] = {
    {"id", AUTHJS_SQL_ROW_ID, 1},
    {"userId", AUTHJS_SQL_USER_ID, 1},
    {"type", AUTHJS_SQL_KEY, 1},
    {"provider", AUTHJS_SQL_KEY, 1},
    {"providerAccountId", AUTHJS_SQL_KEY, 1},
    {"refresh_token", AUTHJS_SQL_LONG, 0},
    {"access_token", AUTHJS_SQL_LONG, 0},
    {"expires_at", AUTHJS_SQL_SECONDS, 0},
    {"token_type", AUTHJS_SQL_WORD, 0},
    {"scope", AUTHJS_SQL_LINE, 0},
    {"id_token", AUTHJS_SQL_LONG, 0},
    {"session_state", AUTHJS_SQL_WORD, 0},
    {"oauth_token_secret", AUTHJS_SQL_OAUTH1, 0},
    {"oauth_token", AUTHJS_SQL_OAUTH1, 0},
    {"createdAt", AUTHJS_SQL_CREATED, 1},
    {"updatedAt", AUTHJS_SQL_UPDATED, 1},
    {NULL, AUTHJS_SQL_ROLES, 0},
};

static const authjs_sql_column_t sessions[] = {
    {"id", AUTHJS_SQL_ROW_ID, 1},         {"sessionToken", AUTHJS_SQL_KEY, 1},
    {"userId", AUTHJS_SQL_USER_ID, 1},    {"expires", AUTHJS_SQL_EXPIRES, 1},
    {"createdAt", AUTHJS_SQL_CREATED, 1}, {"updatedAt", AUTHJS_SQL_UPDATED, 1},
    {NULL, AUTHJS_SQL_ROLES, 0},
};

static const authjs_sql_column_t verification_tokens[] = {
    {"identifier", AUTHJS_SQL_HASH, 1},
    {"token", AUTHJS_SQL_HASH, 1},
    {"expires", AUTHJS_SQL_EXPIRES, 1},
    {NULL, AUTHJS_SQL_ROLES, 0},
};

static const authjs_sql_column_t authenticators[] = {
    {"credentialID", AUTHJS_SQL_HASH, 1},
    {"userId", AUTHJS_SQL_USER_ID, 1},
    {"providerAccountId", AUTHJS_SQL_KEY, 1},
    {"credentialPublicKey", AUTHJS_SQL_LINE, 1},
    {"counter", AUTHJS_SQL_COUNTER, 1},
    {"credentialDeviceType", AUTHJS_SQL_WORD, 1},
    {"credentialBackedUp", AUTHJS_SQL_FLAG, 1},
    {"transports", AUTHJS_SQL_WORD, 0},
    {NULL, AUTHJS_SQL_ROLES, 0},
};

static const authjs_sql_column_t passkeys[] = {
    {"credentialID", AUTHJS_SQL_HASH, 1}, {"userId", AUTHJS_SQL_USER_ID, 1},
    {"name", AUTHJS_SQL_WORD, 0},         {"created", AUTHJS_SQL_EXPIRES, 0},
    {"lastUsed", AUTHJS_SQL_EXPIRES, 0},  {NULL, AUTHJS_SQL_ROLES, 0},
};

const authjs_sql_column_t *authjs_sql_columns(authjs_sql_table_e table)
{
    static const authjs_sql_column_t *const tables[AUTHJS_TABLES] = {
        users, accounts, sessions, verification_tokens, authenticators, passkeys};

    return tables[table];
}

const char *authjs_sql_quote(apr_pool_t *pool, authjs_dialect_e dialect, const char *name)
{
    return apr_psprintf(pool, dialect == AUTHJS_PGSQL ? "\"%s\"" : "`%s`", name);
}

const authjs_sql_key_t authjs_sql_drizzle_keys[] = {
    {AUTHJS_USERS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_PRIMARY, "provider,providerAccountId", NULL},
    {AUTHJS_SESSIONS, AUTHJS_SQL_PRIMARY, "sessionToken", NULL},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_PRIMARY, "identifier,token", NULL},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_PRIMARY, "userId,credentialID", NULL},
    {AUTHJS_USERS, AUTHJS_SQL_UNIQUE, "email", "user_email_unique"},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_UNIQUE, "credentialID",
     "authenticator_credentialID_unique"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_INDEX, "userId", "account_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "userId", "session_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "expires", "session_expires_idx"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_INDEX, "expires",
     "verificationToken_expires_idx"},
    AUTHJS_SQL_LAST_KEYS,
};

const authjs_sql_key_t authjs_sql_prisma_id_keys[] = {
    {AUTHJS_USERS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_SESSIONS, AUTHJS_SQL_PRIMARY, "id", NULL},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_PRIMARY, "userId,credentialID", NULL},
    {AUTHJS_USERS, AUTHJS_SQL_UNIQUE, "email", "User_email_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_UNIQUE, "provider,providerAccountId",
     "Account_provider_providerAccountId_key"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_UNIQUE, "sessionToken", "Session_sessionToken_key"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_UNIQUE, "identifier,token",
     "VerificationToken_identifier_token_key"},
    {AUTHJS_AUTHENTICATORS, AUTHJS_SQL_UNIQUE, "credentialID",
     "Authenticator_credentialID_key"},
    {AUTHJS_ACCOUNTS, AUTHJS_SQL_INDEX, "userId", "Account_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "userId", "Session_userId_idx"},
    {AUTHJS_SESSIONS, AUTHJS_SQL_INDEX, "expires", "Session_expires_idx"},
    {AUTHJS_VERIFICATION_TOKENS, AUTHJS_SQL_INDEX, "expires",
     "VerificationToken_expires_idx"},
    AUTHJS_SQL_LAST_KEYS,
};
