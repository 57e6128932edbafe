-- As drizzle-kit makes them of the tables in @auth/drizzle-adapter.
CREATE TABLE "user" ("id" varchar(255) PRIMARY KEY NOT NULL, "name" varchar(255), "email" varchar(255),
    "emailVerified" timestamp(3) NULL, "image" varchar(255),
    CONSTRAINT "user_email_unique" UNIQUE ("email"));
CREATE TABLE "account" ("userId" varchar(255) NOT NULL, "type" varchar(255) NOT NULL, "provider" varchar(255) NOT NULL,
    "providerAccountId" varchar(255) NOT NULL, "refresh_token" varchar(255), "access_token" varchar(255),
    "expires_at" int, "token_type" varchar(255), "scope" varchar(255), "id_token" varchar(2048), "session_state" varchar(255),
    PRIMARY KEY ("provider", "providerAccountId"),
    FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE cascade);
CREATE TABLE "session" ("sessionToken" varchar(255) PRIMARY KEY NOT NULL, "userId" varchar(255) NOT NULL,
    "expires" timestamp NOT NULL,
    FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE cascade);
CREATE TABLE "verificationToken" ("identifier" varchar(255) NOT NULL, "token" varchar(255) NOT NULL,
    "expires" timestamp NOT NULL, PRIMARY KEY ("identifier", "token"));
CREATE TABLE "authenticator" ("credentialID" varchar(255) NOT NULL, "userId" varchar(255) NOT NULL,
    "providerAccountId" varchar(255) NOT NULL, "credentialPublicKey" varchar(255) NOT NULL,
    "counter" int NOT NULL, "credentialDeviceType" varchar(255) NOT NULL,
    "credentialBackedUp" boolean NOT NULL, "transports" varchar(255),
    PRIMARY KEY ("userId", "credentialID"),
    CONSTRAINT "authenticator_credentialID_unique" UNIQUE ("credentialID"),
    FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE cascade);
