/* The signature algorithms (RFC 7518 section 3.1, RFC 8037) as one table, and their
 * primitives over OpenSSL. For lib/jose and lib/webauthn. */
#ifndef AUTHJS_JOSE_ALG_H
#define AUTHJS_JOSE_ALG_H

#include <apr_pools.h>
#include <openssl/evp.h>

typedef enum {
    AUTHJS_KTY_RSA,
    AUTHJS_KTY_EC,
    AUTHJS_KTY_OKP,
    AUTHJS_KTY_OCT
} authjs_kty_e;

/** One algorithm. Its key type is part of it: a key of another type never fits. */
typedef struct {
    const char *name; /**< "alg" */
    authjs_kty_e kty;
    const char *digest;    /**< OpenSSL's name; EdDSA: that of at_hash only */
    const char *crv;       /**< EC, OKP: JWK's name of the curve, else NULL */
    const char *group;     /**< EC: OpenSSL's name of the curve */
    apr_size_t coordinate; /**< EC: bytes of x, y, r and s; OKP: of x; HS: of the hash,
                                and of a secret at least; else 0 */
    int pss;
} authjs_alg_t;

#define AUTHJS_RSA_MIN_BITS 2048
#define AUTHJS_RSA_MAX_BITS 8192

/** The algorithm of this name, exactly spelt; NULL for any other, none included. */
const authjs_alg_t *authjs_alg(const char *name);
/** The algorithm of an EC or OKP curve by JWK's name, or NULL. */
const authjs_alg_t *authjs_alg_of_curve(authjs_kty_e kty, const char *crv);
/** The algorithm for a private key when none is asked for: RS256, or after the curve;
 * NULL when the key is of no kind we sign with. */
const authjs_alg_t *authjs_alg_of_key(const EVP_PKEY *pkey);
/** True when the key's type, curve and size are those of the algorithm. */
int authjs_alg_fits(const authjs_alg_t *alg, const EVP_PKEY *pkey);
/** True when a JWK that names one may be used with the other: Ed25519 is EdDSA. */
int authjs_alg_same(const authjs_alg_t *a, const authjs_alg_t *b);

/** Verify a signature as it stands in a JWS. @return 1, or 0 whatever is wrong. */
int authjs_alg_verify(const authjs_alg_t *alg, EVP_PKEY *pkey, const void *input,
                      apr_size_t input_len, const unsigned char *sig, apr_size_t sig_len);
/** The same for a signature as OpenSSL writes it: ECDSA's is DER. */
int authjs_alg_verify_der(const authjs_alg_t *alg, EVP_PKEY *pkey, const void *input,
                          apr_size_t input_len, const unsigned char *sig,
                          apr_size_t sig_len);
/** Sign; *sig in pool. @return 1, or 0 when OpenSSL fails. */
int authjs_alg_sign(apr_pool_t *pool, const authjs_alg_t *alg, EVP_PKEY *pkey,
                    const void *input, apr_size_t input_len, unsigned char **sig,
                    apr_size_t *sig_len);
/** HMAC with a secret of at least one byte; *len is set, at most EVP_MAX_MD_SIZE.
 * @return 1, or 0. */
int authjs_alg_mac(const authjs_alg_t *alg, const char *secret, const void *input,
                   apr_size_t input_len, unsigned char *mac, apr_size_t *len);

#endif
