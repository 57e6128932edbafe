/* Keys that schemas of more than one dialect have. */
#include "sql/schema.h"

#include <stddef.h>

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
    {AUTHJS_TABLES, AUTHJS_SQL_INDEX, NULL, NULL},
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
    {AUTHJS_TABLES, AUTHJS_SQL_INDEX, NULL, NULL},
};
