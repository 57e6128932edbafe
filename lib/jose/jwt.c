#include "jose/jwt.h"

#include "core/core.h"
#include "core/json.h"
#include "core/jsonscan.h"

#include <string.h>

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
