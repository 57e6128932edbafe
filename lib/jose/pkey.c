#include "jose/pkey.h"

#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <string.h>

/* Of numbers at once: reading DER instead takes OpenSSL 3 ten times as long. */
static EVP_PKEY *from_params(const char *type, int selection, OSSL_PARAM *params)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *pkey = NULL;

    if (ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
        EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1) {
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
    return from_params("RSA", EVP_PKEY_PUBLIC_KEY, params);
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

/* A curve without a point, by JWK's name: what it needs is worked out once, and copied
 * into each key, which makes a key of P-256 in a quarter of the time. Never changed,
 * never let go of. */
typedef struct {
    const char *crv;
    CRYPTO_ONCE once;
    void (*make)(void);
    EVP_PKEY *curve; /* NULL: not made yet, or OpenSSL failed */
} curve_t;

static void make_p256(void);
static void make_p384(void);
static void make_p521(void);

static curve_t curves[] = {{"P-256", CRYPTO_ONCE_STATIC_INIT, make_p256, NULL},
                           {"P-384", CRYPTO_ONCE_STATIC_INIT, make_p384, NULL},
                           {"P-521", CRYPTO_ONCE_STATIC_INIT, make_p521, NULL}};
#define CURVES (sizeof(curves) / sizeof(curves[0]))

static void make_curve(curve_t *curve)
{
    char group[8];
    OSSL_PARAM params[2];

    apr_cpystrn(group, curve->crv, sizeof(group));
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    params[1] = OSSL_PARAM_construct_end();
    curve->curve = from_params("EC", EVP_PKEY_KEY_PARAMETERS, params);
}

static void make_p256(void)
{
    make_curve(&curves[0]);
}

static void make_p384(void)
{
    make_curve(&curves[1]);
}

static void make_p521(void)
{
    make_curve(&curves[2]);
}

/* @return the caller's, without a point; or NULL */
static EVP_PKEY *empty_key(const char *crv)
{
    apr_size_t i = 0;

    while (i < CURVES && strcmp(curves[i].crv, crv) != 0) {
        i++;
    }
    return i < CURVES && CRYPTO_THREAD_run_once(&curves[i].once, curves[i].make) &&
                   curves[i].curve
               ? EVP_PKEY_dup(curves[i].curve)
               : NULL;
}

/* OpenSSL refuses a point that is not on the curve; the one at infinity has no
 * coordinates. */
EVP_PKEY *authjs_pkey_ec(const authjs_alg_t *alg, const unsigned char *x,
                         const unsigned char *y)
{
    unsigned char point[1 + 2 * AUTHJS_COORDINATE_MAX];
    EVP_PKEY *pkey;

    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(point + 1, x, alg->coordinate);
    memcpy(point + 1 + alg->coordinate, y, alg->coordinate);
    ERR_set_mark();
    pkey = empty_key(alg->crv);
    if (pkey &&
        EVP_PKEY_set1_encoded_public_key(pkey, point, 1 + 2 * alg->coordinate) != 1) {
        EVP_PKEY_free(pkey);
        pkey = NULL;
    }
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
