-- As prisma makes them of the schema.prisma in the documentation of NextAuth.js 4.
CREATE TABLE "User" ("id" VARCHAR(191) NOT NULL, "name" VARCHAR(191), "email" VARCHAR(191), "emailVerified" DATETIME(3),
    "image" VARCHAR(191), PRIMARY KEY ("id")) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
CREATE TABLE "Account" ("id" VARCHAR(191) NOT NULL, "userId" VARCHAR(191) NOT NULL, "type" VARCHAR(191) NOT NULL,
    "provider" VARCHAR(191) NOT NULL, "providerAccountId" VARCHAR(191) NOT NULL, "refresh_token" TEXT,
    "access_token" TEXT, "expires_at" INTEGER, "token_type" VARCHAR(191), "scope" VARCHAR(191),
    "id_token" TEXT, "session_state" VARCHAR(191), PRIMARY KEY ("id"),
    FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE UNIQUE INDEX "Account_provider_providerAccountId_key"
    ON "Account" ("provider", "providerAccountId");
CREATE TABLE "Session" ("id" VARCHAR(191) NOT NULL, "sessionToken" VARCHAR(191) NOT NULL,
    "userId" VARCHAR(191) NOT NULL, "expires" DATETIME(3) NOT NULL, PRIMARY KEY ("id"),
    FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE UNIQUE INDEX "Session_sessionToken_key" ON "Session" ("sessionToken");
CREATE TABLE "VerificationToken" ("identifier" VARCHAR(191) NOT NULL, "token" VARCHAR(191) NOT NULL,
    "expires" DATETIME(3) NOT NULL) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE UNIQUE INDEX "VerificationToken_token_key" ON "VerificationToken" ("token");
CREATE UNIQUE INDEX "VerificationToken_identifier_token_key"
    ON "VerificationToken" ("identifier", "token");
