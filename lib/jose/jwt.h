/* Auth.js's encrypted JWT: a JWE whose plaintext is a claims object. */
#ifndef AUTHJS_JOSE_JWT_H
#define AUTHJS_JOSE_JWT_H

#include "jose/jwe.h"

#include <json-c/json.h>

/** Seconds by which clocks may differ: exp and nbf. */
#define AUTHJS_JWT_TOLERANCE 15

/** One claim as it stands in the token's text. */
typedef struct {
    const char *value; /**< strings: decoded, NUL-terminated, in the request's pool;
                            NULL when the claim is absent, null, of another type or
                            has control characters in it */
    const char *raw;   /**< the JSON text of the value, not terminated; NULL if absent */
    apr_size_t raw_len;
} authjs_claim_t;

/** The claims that a protected request needs, read without building a JSON tree. */
typedef struct {
    authjs_claim_t sub, name, email, picture, provider;
    authjs_claim_t via, realm; /**< which host's provider that is */
    authjs_claim_t factor;     /**< what the sign-in proved, as anybody may write it */
    apr_int64_t auth_time;     /**< when that was, likewise; 0: absent, or no number */
    apr_int64_t iat, exp;      /**< seconds, rounded up, within 2^53; 0 when absent */
    int email_unverified; /**< claim email_verified is there and is not affirmative */
    authjs_claim_t access_token; /**< of the provider; where AuthJSRefresh keeps it */
    apr_int64_t expires_at; /**< when it expires, in seconds; 0: absent, or no number */
    int has_refresh_token;  /**< there is a refresh token */
    int refresh_failed;     /**< claim error is RefreshTokenError */
    const char *json;       /**< the whole claims object, NUL-terminated */
    apr_size_t json_len;
} authjs_claims_t;

/** The e-mail address for whatever decides something by it, or is told of it: NULL when
 * there is none, or one that the provider does not vouch for. */
const char *authjs_claims_email(const authjs_claims_t *claims);

/**
 * Encrypt claims. Sets iat, exp, jti (existing members keep their place), as
 * Auth.js does, and exp is now + max_age seconds. claims is changed.
 * @return NULL, or why (OpenSSL, no randomness, too long, or claims that no reader would
 *         accept: bad UTF-8, too deep).
 */
const char *authjs_jwt_encode(apr_pool_t *pool, const authjs_keyring_t *ring,
                              struct json_object *claims, apr_int64_t max_age,
                              apr_int64_t now, const char **token);

/**
 * Decrypt and validate: an object; exp, nbf, iat numbers if present; exp > now - 15,
 * nbf <= now + 15. Of several claims with one name the last counts, as in JavaScript.
 * @return NULL, or why the token was refused.
 */
const char *authjs_jwt_decode(apr_pool_t *pool, const authjs_keyring_t *ring,
                              const char *token, apr_size_t len, apr_int64_t now,
                              struct json_object **claims);

/** The same verdict for the hot path: claims are read by a small strict reader into pool,
 * without json-c (which takes a process-wide lock). claims is all zeros unless the token
 * is accepted. */
const char *authjs_jwt_read(apr_pool_t *pool, const authjs_keyring_t *ring,
                            const char *token, apr_size_t len, apr_int64_t now,
                            authjs_claims_t *claims);

/** The reader alone: accepts exactly what authjs_json_parse_own accepts (fuzzed one
 * against the other), fills claims, and checks exp, nbf, iat as above.
 * @param text NUL-terminated behind len bytes; claims->json points to it */
const char *authjs_claims_read(apr_pool_t *pool, const char *text, apr_size_t len,
                               apr_int64_t now, authjs_claims_t *claims);

#endif
