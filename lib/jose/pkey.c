#include "jose/pkey.h"

#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <string.h>

/* Of numbers at once: reading DER instead takes OpenSSL 3 ten times as long. */
static EVP_PKEY *from_params(const char *type, OSSL_PARAM *params)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *pkey = NULL;

    if (ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        pkey = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* e = 1 would make every message its own signature; a huge e makes verifying slow. */
static int rsa_is_sane(const BIGNUM *n, const BIGNUM *e)
{
    return n && e && BN_is_odd(n) && BN_num_bits(n) >= AUTHJS_RSA_MIN_BITS &&
           BN_num_bits(n) <= AUTHJS_RSA_MAX_BITS && BN_is_odd(e) && !BN_is_one(e) &&
           BN_num_bits(e) <= 32;
}

static EVP_PKEY *make_rsa(const BIGNUM *n, const BIGNUM *e)
{
    unsigned char modulus[AUTHJS_RSA_MAX_BITS / 8], exponent[4];
    OSSL_PARAM params[3];
    int len = BN_num_bytes(n);

    /* In the order of this machine's numbers, as parameters are. */
    if (BN_bn2nativepad(n, modulus, len) != len ||
        BN_bn2nativepad(e, exponent, (int)sizeof(exponent)) != (int)sizeof(exponent)) {
        return NULL;
    }
    params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, (size_t)len);
    params[1] =
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, sizeof(exponent));
    params[2] = OSSL_PARAM_construct_end();
    return from_params("RSA", params);
}

EVP_PKEY *authjs_pkey_rsa(const unsigned char *n, apr_size_t n_len,
                          const unsigned char *e, apr_size_t e_len)
{
    /* A zero byte that some write before a number is none of its bits. */
    const apr_size_t most = AUTHJS_RSA_MAX_BITS / 8 + 1;
    BIGNUM *modulus, *exponent;
    EVP_PKEY *pkey = NULL;

    if (n_len > most || e_len > most) {
        return NULL;
    }
    ERR_set_mark();
    modulus = BN_bin2bn(n, (int)n_len, NULL);
    exponent = BN_bin2bn(e, (int)e_len, NULL);
    if (rsa_is_sane(modulus, exponent)) {
        pkey = make_rsa(modulus, exponent);
    }
    BN_free(modulus);
    BN_free(exponent);
    ERR_pop_to_mark();
    return pkey;
}

/* OpenSSL refuses a point that is not on the curve; the one at infinity has no
 * coordinates. */
EVP_PKEY *authjs_pkey_ec(const authjs_alg_t *alg, const unsigned char *x,
                         const unsigned char *y)
{
    unsigned char point[1 + 2 * AUTHJS_COORDINATE_MAX];
    char group[32];
    OSSL_PARAM params[3];
    EVP_PKEY *pkey;

    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(point + 1, x, alg->coordinate);
    memcpy(point + 1 + alg->coordinate, y, alg->coordinate);
    apr_cpystrn(group, alg->group, sizeof(group));
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point,
                                                  1 + 2 * alg->coordinate);
    params[2] = OSSL_PARAM_construct_end();
    ERR_set_mark();
    pkey = from_params("EC", params);
    ERR_pop_to_mark();
    return pkey;
}

EVP_PKEY *authjs_pkey_ed25519(const unsigned char x[32])
{
    EVP_PKEY *pkey;

    ERR_set_mark();
    pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, x, 32);
    ERR_pop_to_mark();
    return pkey;
}
