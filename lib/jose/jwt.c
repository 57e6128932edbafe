#include "jose/jwt.h"

#include "core/core.h"
#include "core/json.h"
#include "core/jsonscan.h"
#include "jose/refresh_claims.h"

#include <string.h>

/* ---- claims --------------------------------------------------------------------- */

/* 2^53, as far as JavaScript counts: sums of times cannot overflow. */
#define MAX_TIME APR_INT64_C(9007199254740992)

typedef enum {
    SUB,
    NAME,
    EMAIL,
    PICTURE,
    PROVIDER,
    VIA,
    REALM,
    FACTOR,
    AUTH_TIME,
    EMAIL_VERIFIED,
    ACCESS_TOKEN,
    EXPIRES_AT,
    REFRESH_TOKEN,
    ERROR,
    IAT,
    EXP,
    NBF,
    CLAIM_COUNT
} claim_e;

typedef struct {
    apr_pool_t *pool;
    authjs_scan_value_t
        found[CLAIM_COUNT]; /* raw is NULL: absent, and nothing else set */
} reader_t;

#define IS(word) (!memcmp(name, word, sizeof(word) - 1))

/* By its length first: this is asked of each member of each token. */
static claim_e claim_named(const char *name, apr_size_t len)
{
    switch (len) {
    case 3:
        return IS("sub")   ? SUB
               : IS("via") ? VIA
               : IS("iat") ? IAT
               : IS("exp") ? EXP
               : IS("nbf") ? NBF
                           : CLAIM_COUNT;
    case 4:
        return IS("name") ? NAME : CLAIM_COUNT;
    case 5:
        return IS("email")   ? EMAIL
               : IS("realm") ? REALM
               : IS("error") ? ERROR
                             : CLAIM_COUNT;
    case 6:
        return IS("factor") ? FACTOR : CLAIM_COUNT;
    case 7:
        return IS("picture") ? PICTURE : CLAIM_COUNT;
    case 8:
        return IS("provider") ? PROVIDER : CLAIM_COUNT;
    case 9:
        return IS("auth_time") ? AUTH_TIME : CLAIM_COUNT;
    case 10:
        return IS("expires_at") ? EXPIRES_AT : CLAIM_COUNT;
    case 12:
        return IS("access_token") ? ACCESS_TOKEN : CLAIM_COUNT;
    case 13:
        return IS("refresh_token") ? REFRESH_TOKEN : CLAIM_COUNT;
    case 14:
        return IS("email_verified") ? EMAIL_VERIFIED : CLAIM_COUNT;
    default:
        return CLAIM_COUNT;
    }
}

/* Of several members with one name the last counts. */
static const char *note_claim(void *baton, const authjs_scan_value_t *name,
                              const authjs_scan_value_t *value)
{
    reader_t *reader = baton;
    const char *text = name->raw + 1;
    apr_size_t len = name->raw_len - 2;
    claim_e claim;

    if (name->escaped) {
        text = authjs_scan_string(reader->pool, name, &len);
    }
    claim = claim_named(text, len);
    if (claim != CLAIM_COUNT) {
        reader->found[claim] = *value;
    }
    return NULL;
}

static void set_claim(authjs_claim_t *claim, const reader_t *reader, claim_e which)
{
    const authjs_scan_value_t *value = &reader->found[which];

    if (!value->raw) {
        return;
    }
    claim->raw = value->raw;
    claim->raw_len = value->raw_len;
    if (value->type == AUTHJS_SCAN_STRING && !value->control) {
        claim->value = authjs_scan_string(reader->pool, value, NULL);
    }
}

/* Seconds, rounded up: with the whole seconds of our clock that compares as the fraction
 * would. @return 0 when the claim is there but no number. */
static int get_time(apr_int64_t *seconds, const reader_t *reader, claim_e which)
{
    const authjs_scan_value_t *value = &reader->found[which];
    int fraction = 0;

    *seconds = 0;
    if (!value->raw) {
        return 1;
    }
    if (value->type != AUTHJS_SCAN_NUMBER) {
        return 0;
    }
    authjs_json_whole(value->raw, value->raw_len, seconds, &fraction);
    if (fraction && *value->raw != '-' && *seconds < MAX_TIME) {
        ++*seconds;
    }
    if (*seconds > MAX_TIME) {
        *seconds = MAX_TIME;
    }
    else if (*seconds < -MAX_TIME) {
        *seconds = -MAX_TIME;
    }
    return 1;
}

static int is_text(const reader_t *reader, claim_e which)
{
    const authjs_scan_value_t *value = &reader->found[which];

    return value->raw && value->type == AUTHJS_SCAN_STRING;
}

/* As authjs_json_is_affirmative. */
static int is_affirmative(apr_pool_t *pool, const authjs_scan_value_t *value)
{
    switch (value->type) {
    case AUTHJS_SCAN_TRUE:
        return 1;
    case AUTHJS_SCAN_NUMBER:
        return value->raw_len == 1 && *value->raw == '1';
    case AUTHJS_SCAN_STRING:
        return authjs_scan_string_is(pool, value, "true") ||
               authjs_scan_string_is(pool, value, "1");
    default:
        return 0;
    }
}

const char *authjs_claims_email(const authjs_claims_t *claims)
{
    return claims->email_unverified ? NULL : claims->email.value;
}

/* What AuthJSRefresh keeps in a token. */
static void set_tokens(authjs_claims_t *claims, const reader_t *reader)
{
    static const char failed[] = "\"" AUTHJS_REFRESH_ERROR "\"";
    const authjs_scan_value_t *error = &reader->found[ERROR];

    set_claim(&claims->access_token, reader, ACCESS_TOKEN);
    if (!get_time(&claims->expires_at, reader, EXPIRES_AT)) {
        claims->expires_at = 0;
    }
    claims->has_refresh_token = is_text(reader, REFRESH_TOKEN);
    claims->refresh_failed = error->raw && error->raw_len == sizeof(failed) - 1 &&
                             !memcmp(error->raw, failed, sizeof(failed) - 1);
}

const char *authjs_claims_read(apr_pool_t *pool, const char *text, apr_size_t len,
                               apr_int64_t now, authjs_claims_t *claims)
{
    reader_t reader;
    authjs_scan_value_t object;
    apr_int64_t exp, iat, nbf;
    const char *why;
    int i;

    memset(claims, 0, sizeof(*claims));
    reader.pool = pool;
    for (i = 0; i < CLAIM_COUNT; i++) {
        reader.found[i].raw = NULL;
    }
    why = authjs_json_scan(text, len, &object, note_claim, &reader);
    if (why) {
        return why;
    }
    if (object.type != AUTHJS_SCAN_OBJECT) {
        return "the token's claims are not an object";
    }
    if (!get_time(&exp, &reader, EXP) || !get_time(&iat, &reader, IAT) ||
        !get_time(&nbf, &reader, NBF)) {
        return "the token's exp, iat or nbf is not a number";
    }
    if (reader.found[EXP].raw && exp <= now - AUTHJS_JWT_TOLERANCE) {
        return "the token has expired";
    }
    if (reader.found[NBF].raw && nbf > now + AUTHJS_JWT_TOLERANCE) {
        return "the token is not valid yet";
    }
    set_claim(&claims->sub, &reader, SUB);
    set_claim(&claims->name, &reader, NAME);
    set_claim(&claims->email, &reader, EMAIL);
    set_claim(&claims->picture, &reader, PICTURE);
    set_claim(&claims->provider, &reader, PROVIDER);
    set_claim(&claims->via, &reader, VIA);
    set_claim(&claims->realm, &reader, REALM);
    set_claim(&claims->factor, &reader, FACTOR);
    if (!get_time(&claims->auth_time, &reader, AUTH_TIME)) {
        claims->auth_time = 0;
    }
    claims->email_unverified = reader.found[EMAIL_VERIFIED].raw &&
                               !is_affirmative(pool, &reader.found[EMAIL_VERIFIED]);
    set_tokens(claims, &reader);
    claims->exp = exp;
    claims->iat = iat;
    claims->json = text;
    claims->json_len = len;
    return NULL;
}

/* ---- tokens --------------------------------------------------------------------- */

const char *authjs_jwt_encode(apr_pool_t *pool, const authjs_keyring_t *ring,
                              struct json_object *claims, apr_int64_t max_age,
                              apr_int64_t now, const char **token)
{
    const char *jti = authjs_random_uuid(pool);
    authjs_scan_value_t object;
    const char *text;

    *token = NULL;
    if (!jti) {
        return "the token cannot be encoded: no randomness";
    }
    authjs_json_set_int64(claims, "iat", now);
    authjs_json_set_int64(claims, "exp", now + max_age);
    authjs_json_set_string(claims, "jti", jti);
    text = authjs_json_text(pool, claims);
    /* what comes from a provider or a script may be no UTF-8, or deeper than we read */
    if (authjs_json_scan(text, strlen(text), &object, NULL, NULL) ||
        object.type != AUTHJS_SCAN_OBJECT) {
        return "the token cannot be encoded: its claims could not be read back";
    }
    return authjs_jwe_seal(pool, ring, text, strlen(text), token);
}

const char *authjs_jwt_read(apr_pool_t *pool, const authjs_keyring_t *ring,
                            const char *token, apr_size_t len, apr_int64_t now,
                            authjs_claims_t *claims)
{
    char *plain;
    apr_size_t plain_len;
    const char *why;

    memset(claims, 0, sizeof(*claims));
    if ((why = authjs_jwe_open(pool, ring, token, len, &plain, &plain_len))) {
        return why;
    }
    return authjs_claims_read(pool, plain, plain_len, now, claims);
}

const char *authjs_jwt_decode(apr_pool_t *pool, const authjs_keyring_t *ring,
                              const char *token, apr_size_t len, apr_int64_t now,
                              struct json_object **claims)
{
    authjs_claims_t read;
    const char *why;

    *claims = NULL;
    if ((why = authjs_jwt_read(pool, ring, token, len, now, &read))) {
        return why;
    }
    return authjs_json_parse_own(claims, pool, read.json, read.json_len);
}
