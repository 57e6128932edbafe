/* Public keys made of their numbers. For lib/jose and lib/webauthn. */
#ifndef AUTHJS_JOSE_PKEY_H
#define AUTHJS_JOSE_PKEY_H

#include "jose/alg.h"

/** Bytes of a coordinate of the largest curve, P-521. */
#define AUTHJS_COORDINATE_MAX 66

/** An RSA key of AUTHJS_RSA_MIN_BITS to AUTHJS_RSA_MAX_BITS bits, with an odd exponent of
 * 3 or more and at most 32 bits.
 * @return the caller's; NULL when it is none that is taken */
EVP_PKEY *authjs_pkey_rsa(const unsigned char *n, apr_size_t n_len,
                          const unsigned char *e, apr_size_t e_len);
/** A key on the curve of an algorithm; the coordinates have alg->coordinate bytes each.
 * @return the caller's; NULL when the point is not on the curve */
EVP_PKEY *authjs_pkey_ec(const authjs_alg_t *alg, const unsigned char *x,
                         const unsigned char *y);
/** Any 32 bytes. @return the caller's; NULL when OpenSSL fails */
EVP_PKEY *authjs_pkey_ed25519(const unsigned char x[32]);

#endif
