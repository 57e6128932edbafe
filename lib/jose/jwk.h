/* JSON Web Keys (RFC 7517): a provider's public keys and our own signing keys. */
#ifndef AUTHJS_JOSE_JWK_H
#define AUTHJS_JOSE_JWK_H

#include "jose/alg.h"

#include <apr_pools.h>
#include <json-c/json.h>

/** Keys read from one JWK set, at most AUTHJS_JWKS_MAX. Released with its pool. */
typedef struct authjs_jwks_t authjs_jwks_t;

#define AUTHJS_JWKS_MAX 64

/**
 * Read a JWK set. Keys that cannot verify anything we accept (kty oct, private parts,
 * use other than sig, key_ops without verify, RSA under 2048 or over 8192 bits or with a
 * bad exponent, points off their curve, unknown kty or crv) are left out silently; a set
 * that is not a set, or has more than AUTHJS_JWKS_MAX entries, is refused.
 * @return NULL, or why.
 */
const char *authjs_jwks_parse(authjs_jwks_t **jwks, apr_pool_t *pool,
                              struct json_object *set);

/** How many usable keys a set has. */
int authjs_jwks_count(const authjs_jwks_t *jwks);

/**
 * The one key of a set that fits a token's header: of the algorithm's key type and curve,
 * with this kid, or with any when kid is NULL.
 * @param fitting how many keys fit; jwks may be NULL
 * @return the key when exactly one fits (borrowed), else NULL.
 */
EVP_PKEY *authjs_jwks_select(const authjs_jwks_t *jwks, const authjs_alg_t *alg,
                             const char *kid, int *fitting);

/** A private key of our own (private_key_jwt, Apple's client secret), to sign with
 * (jws.h). Released with its pool. */
typedef struct authjs_signing_key_t authjs_signing_key_t;

/** Read a PEM private key without a pass phrase (RSA, EC P-256/384/521, Ed25519).
 * @param kid put into the header when not NULL
 * @param alg NULL: RS256, ES256/384/512 or EdDSA after the key
 * @return NULL, or why. */
const char *authjs_signing_key_read(authjs_signing_key_t **key, apr_pool_t *pool,
                                    const char *pem, apr_size_t len, const char *kid,
                                    const char *alg);
/** Name the key's certificate in what it signs: its thumbprints as x5t and x5t#S256 in
 * the header.
 * @param path of a PEM file
 * @return NULL, or why not: no PEM, or of another key. */
const char *authjs_signing_key_certify(authjs_signing_key_t *key, apr_pool_t *pool,
                                       const char *path);

#endif
