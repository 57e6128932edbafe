#include "webauthn/cose.h"

#include "jose/pkey.h"
#include "webauthn/ed25519.h"

/* Members of a COSE_Key, and values of theirs (IANA, COSE). */
enum { KTY = 1, ALG = 3, CRV = -1, X = -2, Y = -3, N = -1, E = -2 };
enum { KTY_OKP = 1, KTY_EC2 = 2, KTY_RSA = 3 };

/* The algorithms. How many members a key has is settled by its kind. */
static const struct {
    int algorithm;
    const char *name; /* JOSE's */
    int kty, crv;     /* crv: 0: none */
    apr_size_t members;
} algorithms[] = {
    {-7, "ES256", KTY_EC2, 1, 5},  {-35, "ES384", KTY_EC2, 2, 5},
    {-36, "ES512", KTY_EC2, 3, 5}, {-257, "RS256", KTY_RSA, 0, 4},
    {-37, "PS256", KTY_RSA, 0, 4}, {-8, "EdDSA", KTY_OKP, 6, 4},
};
#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

static apr_status_t free_key(void *data)
{
    EVP_PKEY_free(data);
    return APR_SUCCESS;
}

/* A byte string of exactly len bytes. @return its bytes, or NULL. */
static const unsigned char *member(const authjs_cbor_t *map, apr_int64_t key,
                                   apr_size_t len)
{
    const authjs_cbor_t *value = authjs_cbor_numbered(map, key);

    return authjs_cbor_is(value, AUTHJS_CBOR_BYTES) && value->len == len ? value->bytes
                                                                         : NULL;
}

/* A positive number without zeros before it. @return the item, or NULL. */
static const authjs_cbor_t *number(const authjs_cbor_t *map, apr_int64_t key)
{
    const authjs_cbor_t *value = authjs_cbor_numbered(map, key);

    return authjs_cbor_is(value, AUTHJS_CBOR_BYTES) && value->len && value->bytes[0]
               ? value
               : NULL;
}

static const char *read_ec(authjs_cose_key_t *key, const authjs_cbor_t *map)
{
    const unsigned char *x = member(map, X, key->alg->coordinate);
    const unsigned char *y = member(map, Y, key->alg->coordinate);

    if (!x || !y) {
        return "the public key's coordinates have not the length of its curve";
    }
    key->pkey = authjs_pkey_ec(key->alg, x, y);
    return key->pkey ? NULL : "the public key is not a point of its curve";
}

static const char *read_rsa(authjs_cose_key_t *key, const authjs_cbor_t *map)
{
    const authjs_cbor_t *n = number(map, N), *e = number(map, E);

    if (!n || !e) {
        return "the public key's modulus or exponent is none";
    }
    key->pkey = authjs_pkey_rsa(n->bytes, n->len, e->bytes, e->len);
    return key->pkey
               ? NULL
               : "the public key is not RSA of 2048 to 8192 bits with an odd exponent "
                 "of 3 or more";
}

static const char *read_okp(authjs_cose_key_t *key, const authjs_cbor_t *map)
{
    const unsigned char *x = member(map, X, 32);

    if (!x || !authjs_ed25519_is_sound(x)) {
        return "the public key is not a point of Ed25519 that keeps a secret";
    }
    key->pkey = authjs_pkey_ed25519(x);
    return key->pkey ? NULL : "OpenSSL could not read the public key";
}

const char *authjs_cose_read(authjs_cose_key_t *key, apr_pool_t *pool,
                             const authjs_cbor_t *map)
{
    const authjs_cbor_t *alg = authjs_cbor_numbered(map, ALG);
    const char *why;
    apr_size_t i = 0;

    if (!authjs_cbor_is(map, AUTHJS_CBOR_MAP)) {
        return "the public key is not a map";
    }
    while (i < ALGORITHMS && !authjs_cbor_is_number(alg, algorithms[i].algorithm)) {
        i++;
    }
    if (i == ALGORITHMS) {
        return "the public key's algorithm is not supported";
    }
    if (!authjs_cbor_is_number(authjs_cbor_numbered(map, KTY), algorithms[i].kty) ||
        (algorithms[i].crv &&
         !authjs_cbor_is_number(authjs_cbor_numbered(map, CRV), algorithms[i].crv))) {
        return "the public key's type or curve is not its algorithm's";
    }
    if (map->count != algorithms[i].members) {
        return "the public key has members that it does not need, or too few";
    }
    key->algorithm = algorithms[i].algorithm;
    key->alg = authjs_alg(algorithms[i].name);
    why = key->alg->kty == AUTHJS_KTY_EC    ? read_ec(key, map)
          : key->alg->kty == AUTHJS_KTY_RSA ? read_rsa(key, map)
                                            : read_okp(key, map);
    if (!why) {
        apr_pool_cleanup_register(pool, key->pkey, free_key, apr_pool_cleanup_null);
    }
    return why;
}

int authjs_cose_verify(const authjs_cose_key_t *key, const void *data, apr_size_t len,
                       const unsigned char *sig, apr_size_t sig_len)
{
    return authjs_alg_verify_der(key->alg, key->pkey, data, len, sig, sig_len);
}
