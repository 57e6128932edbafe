#include "jose/alg.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <string.h>

/* OpenSSL names P-256 after X9.62. */
#define P256 "P-256", "prime256v1", 32
#define P384 "P-384", "secp384r1", 48
#define P521 "P-521", "secp521r1", 66

/* Defaults of a kind of key come first: RS256 and EdDSA. */
static const authjs_alg_t algorithms[] = {
    {"RS256", AUTHJS_KTY_RSA, "SHA256", NULL, NULL, 0, 0},
    {"RS384", AUTHJS_KTY_RSA, "SHA384", NULL, NULL, 0, 0},
    {"RS512", AUTHJS_KTY_RSA, "SHA512", NULL, NULL, 0, 0},
    {"PS256", AUTHJS_KTY_RSA, "SHA256", NULL, NULL, 0, 1},
    {"PS384", AUTHJS_KTY_RSA, "SHA384", NULL, NULL, 0, 1},
    {"PS512", AUTHJS_KTY_RSA, "SHA512", NULL, NULL, 0, 1},
    {"ES256", AUTHJS_KTY_EC, "SHA256", P256, 0},
    {"ES384", AUTHJS_KTY_EC, "SHA384", P384, 0},
    {"ES512", AUTHJS_KTY_EC, "SHA512", P521, 0},
    {"EdDSA", AUTHJS_KTY_OKP, "SHA512", "Ed25519", NULL, 32, 0},
    {"Ed25519", AUTHJS_KTY_OKP, "SHA512", "Ed25519", NULL, 32, 0},
    {"HS256", AUTHJS_KTY_OCT, "SHA256", NULL, NULL, 32, 0},
    {"HS384", AUTHJS_KTY_OCT, "SHA384", NULL, NULL, 48, 0},
    {"HS512", AUTHJS_KTY_OCT, "SHA512", NULL, NULL, 64, 0},
};
#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

const authjs_alg_t *authjs_alg(const char *name)
{
    apr_size_t i;

    for (i = 0; name && i < ALGORITHMS; i++) {
        if (!strcmp(algorithms[i].name, name)) {
            return &algorithms[i];
        }
    }
    return NULL;
}

const authjs_alg_t *authjs_alg_of_curve(authjs_kty_e kty, const char *crv)
{
    apr_size_t i;

    for (i = 0; crv && i < ALGORITHMS; i++) {
        const authjs_alg_t *alg = &algorithms[i];

        if (alg->kty == kty && alg->crv && !strcmp(alg->crv, crv)) {
            return alg;
        }
    }
    return NULL;
}

int authjs_alg_fits(const authjs_alg_t *alg, const EVP_PKEY *pkey)
{
    char group[32];
    int bits = EVP_PKEY_get_bits(pkey);

    switch (alg->kty) {
    case AUTHJS_KTY_RSA:
        return EVP_PKEY_is_a(pkey, "RSA") && bits >= AUTHJS_RSA_MIN_BITS &&
               bits <= AUTHJS_RSA_MAX_BITS;
    case AUTHJS_KTY_EC:
        return EVP_PKEY_is_a(pkey, "EC") &&
               EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1 &&
               !strcmp(group, alg->group);
    case AUTHJS_KTY_OKP:
        return EVP_PKEY_is_a(pkey, "ED25519");
    case AUTHJS_KTY_OCT:
    default:
        return 0;
    }
}

const authjs_alg_t *authjs_alg_of_key(const EVP_PKEY *pkey)
{
    apr_size_t i;

    for (i = 0; i < ALGORITHMS; i++) {
        if (authjs_alg_fits(&algorithms[i], pkey)) {
            return &algorithms[i];
        }
    }
    return NULL;
}

int authjs_alg_same(const authjs_alg_t *a, const authjs_alg_t *b)
{
    return a == b || (a->kty == AUTHJS_KTY_OKP && b->kty == AUTHJS_KTY_OKP);
}

/* The parameters that RSASSA-PSS needs: salt as long as the digest (RFC 7518 3.5); MGF1
 * takes the same digest by itself. */
static const OSSL_PARAM *signature_params(const authjs_alg_t *alg, OSSL_PARAM params[3])
{
    static char mode[] = OSSL_PKEY_RSA_PAD_MODE_PSS;
    static char salt[] = OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST;

    if (!alg->pss) {
        return NULL;
    }
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, mode, 0);
    params[1] =
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt, 0);
    params[2] = OSSL_PARAM_construct_end();
    return params;
}

/* EdDSA hashes by itself and wants no digest named. */
static const char *signature_digest(const authjs_alg_t *alg)
{
    return alg->kty == AUTHJS_KTY_OKP ? NULL : alg->digest;
}

/* JOSE writes an ECDSA signature as r || s, OpenSSL as DER. @return malloc'ed by OpenSSL;
 * its length, or 0. */
static int ecdsa_to_der(const authjs_alg_t *alg, const unsigned char *sig,
                        apr_size_t sig_len, unsigned char **der)
{
    ECDSA_SIG *ecdsa;
    BIGNUM *r, *s;
    int half = (int)alg->coordinate, len = 0;

    if (sig_len != 2 * alg->coordinate) {
        return 0;
    }
    ecdsa = ECDSA_SIG_new();
    r = BN_bin2bn(sig, half, NULL);
    s = BN_bin2bn(sig + half, half, NULL);
    if (ecdsa && r && s && ECDSA_SIG_set0(ecdsa, r, s)) {
        len = i2d_ECDSA_SIG(ecdsa, der);
    }
    else {
        BN_free(r);
        BN_free(s);
    }
    ECDSA_SIG_free(ecdsa);
    return len > 0 ? len : 0;
}

/* And back: fixed width, in pool. */
static int ecdsa_from_der(apr_pool_t *pool, const authjs_alg_t *alg,
                          const unsigned char *der, apr_size_t der_len,
                          unsigned char **sig, apr_size_t *sig_len)
{
    ECDSA_SIG *ecdsa = d2i_ECDSA_SIG(NULL, &der, (long)der_len);
    int half = (int)alg->coordinate, ok;

    *sig_len = 2 * alg->coordinate;
    *sig = apr_palloc(pool, *sig_len);
    ok = ecdsa && BN_bn2binpad(ECDSA_SIG_get0_r(ecdsa), *sig, half) == half &&
         BN_bn2binpad(ECDSA_SIG_get0_s(ecdsa), *sig + half, half) == half;
    ECDSA_SIG_free(ecdsa);
    return ok;
}

int authjs_alg_verify_der(const authjs_alg_t *alg, EVP_PKEY *pkey, const void *input,
                          apr_size_t input_len, const unsigned char *sig,
                          apr_size_t sig_len)
{
    OSSL_PARAM params[3];
    EVP_MD_CTX *ctx;
    int ok = 0;

    ERR_set_mark();
    ctx = EVP_MD_CTX_new();
    if (ctx && sig_len &&
        EVP_DigestVerifyInit_ex(ctx, NULL, signature_digest(alg), NULL, NULL, pkey,
                                signature_params(alg, params)) == 1) {
        ok = EVP_DigestVerify(ctx, sig, sig_len, input, input_len) == 1;
    }
    EVP_MD_CTX_free(ctx);
    ERR_pop_to_mark();
    return ok;
}

int authjs_alg_verify(const authjs_alg_t *alg, EVP_PKEY *pkey, const void *input,
                      apr_size_t input_len, const unsigned char *sig, apr_size_t sig_len)
{
    unsigned char *der = NULL;
    int ok;

    if (alg->kty == AUTHJS_KTY_EC) {
        sig_len = (apr_size_t)ecdsa_to_der(alg, sig, sig_len, &der);
        sig = der;
    }
    ok = authjs_alg_verify_der(alg, pkey, input, input_len, sig, sig_len);
    OPENSSL_free(der);
    return ok;
}

int authjs_alg_sign(apr_pool_t *pool, const authjs_alg_t *alg, EVP_PKEY *pkey,
                    const void *input, apr_size_t input_len, unsigned char **sig,
                    apr_size_t *sig_len)
{
    OSSL_PARAM params[3];
    EVP_MD_CTX *ctx;
    int ok = 0;

    ERR_set_mark();
    *sig_len = (apr_size_t)EVP_PKEY_get_size(pkey);
    *sig = apr_palloc(pool, *sig_len);
    ctx = EVP_MD_CTX_new();
    if (ctx &&
        EVP_DigestSignInit_ex(ctx, NULL, signature_digest(alg), NULL, NULL, pkey,
                              signature_params(alg, params)) == 1 &&
        EVP_DigestSign(ctx, *sig, sig_len, input, input_len) == 1) {
        ok = alg->kty != AUTHJS_KTY_EC ||
             ecdsa_from_der(pool, alg, *sig, *sig_len, sig, sig_len);
    }
    EVP_MD_CTX_free(ctx);
    ERR_pop_to_mark();
    return ok;
}

int authjs_alg_mac(const authjs_alg_t *alg, const char *secret, const void *input,
                   apr_size_t input_len, unsigned char *mac, apr_size_t *len)
{
    return alg->kty == AUTHJS_KTY_OCT && secret && *secret &&
           EVP_Q_mac(NULL, "HMAC", NULL, alg->digest, NULL, secret, strlen(secret), input,
                     input_len, mac, EVP_MAX_MD_SIZE, len) != NULL;
}
