-- As the tests of @auth/kysely-adapter make them: nothing else is documented.
CREATE TABLE "User" ("id" varchar(36) PRIMARY KEY DEFAULT (UUID()), "name" varchar(255),
    "email" varchar(255) UNIQUE NOT NULL, "emailVerified" datetime(3), "image" varchar(255));
CREATE TABLE "Account" ("userId" varchar(36) NOT NULL,
    "type" varchar(255) NOT NULL, "provider" varchar(255) NOT NULL, "providerAccountId" varchar(255) NOT NULL,
    "refresh_token" varchar(255), "access_token" varchar(255), "expires_at" bigint, "token_type" varchar(255),
    "scope" varchar(255), "id_token" varchar(255), "session_state" varchar(255),
    FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE);
CREATE TABLE "Session" ("userId" varchar(36) NOT NULL,
    "sessionToken" varchar(255) NOT NULL UNIQUE, "expires" datetime(3) NOT NULL,
    FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE);
CREATE TABLE "VerificationToken" ("identifier" varchar(255) NOT NULL, "token" varchar(255) NOT NULL UNIQUE,
    "expires" datetime(3) NOT NULL);
CREATE INDEX "Account_userId_index" ON "Account" ("userId");
