/* Compact JWS (RFC 7515, RFC 7518, RFC 8037), id_tokens (OpenID Connect Core 3.1.3.7) and
 * the assertions we sign. */
#ifndef AUTHJS_JOSE_JWS_H
#define AUTHJS_JOSE_JWS_H

#include "jose/jwk.h"

#include <apr_tables.h>

#define AUTHJS_JWS_MAX_LEN (256 * 1024)
/** Seconds by which a provider's clock may differ from ours. */
#define AUTHJS_ID_TOKEN_TOLERANCE 30

/** The verdict. After the last two the caller may fetch the provider's keys again. */
typedef enum {
    AUTHJS_JWS_OK = 0,
    AUTHJS_JWS_REFUSED,
    AUTHJS_JWS_UNKNOWN_KEY,  /**< no key of the set has this kid / alg */
    AUTHJS_JWS_BAD_SIGNATURE /**< the key of this kid, or the only one, did not sign it */
} authjs_jws_e;

/** By what a token is verified. */
typedef struct {
    const authjs_jwks_t *jwks;      /**< the provider's public keys, may be NULL */
    const char *client_secret;      /**< for HS256/384/512 only; NULL: HS is refused */
    const apr_array_header_t *algs; /**< const char *: the algorithms accepted, after
                                         discovery or configuration; "none" never is */
} authjs_jws_verifier_t;

/** A JWS whose signature is good. */
typedef struct {
    struct json_object *header;
    const authjs_alg_t *alg;
    char *payload; /**< in pool, NUL-terminated */
    apr_size_t payload_len;
} authjs_jws_t;

/**
 * Verify the signature of a compact JWS and give its header and payload. The algorithm is
 * pinned by verifier and by the key's type; jku, jwk, x5u and x5c are not looked at; crit
 * and b64 are refused.
 * @param why set unless AUTHJS_JWS_OK: a constant sentence for the log
 */
authjs_jws_e authjs_jws_open(apr_pool_t *pool, const authjs_jws_verifier_t *verifier,
                             const char *token, apr_size_t len, authjs_jws_t *jws,
                             const char **why);

/** As authjs_jws_open, for who wants the payload only. */
authjs_jws_e authjs_jws_verify(apr_pool_t *pool, const authjs_jws_verifier_t *verifier,
                               const char *token, apr_size_t len, char **payload,
                               apr_size_t *payload_len, const char **why);

/** What an id_token must say. */
typedef struct {
    const char *issuer;       /**< exact */
    const char *client_id;    /**< in aud; azp if several */
    const char *nonce;        /**< expected, or NULL: then none may be present */
    const char *access_token; /**< for at_hash when that is present, may be NULL */
    apr_int64_t now;          /**< seconds */
} authjs_id_token_expected_t;

/**
 * Verify an id_token: signature, then claims: iss, aud, azp, exp, nbf, iat, sub, nonce,
 * at_hash (t/data/jws.json gives the verdicts).
 * @param claims the payload, released with pool
 */
authjs_jws_e authjs_id_token_verify(apr_pool_t *pool,
                                    const authjs_jws_verifier_t *verifier,
                                    const authjs_id_token_expected_t *expected,
                                    const char *token, apr_size_t len,
                                    struct json_object **claims, const char **why);

/** The parties of a verified token: iss is exactly issuer, aud is client_id or an array
 * of strings with it; azp is client_id when it is there, and it must be there when aud
 * names several. NULL, or why not, with both values. */
const char *authjs_claims_check_parties(apr_pool_t *pool, struct json_object *claims,
                                        const char *issuer, const char *client_id);

/** The payload of a compact JWS without any verification (Microsoft's tid).
 * @return NULL, or why. */
const char *authjs_jws_peek(apr_pool_t *pool, const char *token, apr_size_t len,
                            struct json_object **claims);

/** RFC 7518 section 3.2: whether secret is as long as the hash of alg, HS256, HS384 or
 * HS512. True for all other algorithms, and for none (NULL). */
int authjs_jws_secret_fits(const char *alg, const char *secret);

/** Sign claims with HS256 and a client secret (client_secret_jwt). NULL, or why. */
const char *authjs_jws_sign_hs256(apr_pool_t *pool, const char *secret,
                                  struct json_object *claims, const char **token);
/** Sign claims with a private key (private_key_jwt, Apple). NULL, or why. */
const char *authjs_jws_sign(apr_pool_t *pool, const authjs_signing_key_t *key,
                            struct json_object *claims, const char **token);

#endif
