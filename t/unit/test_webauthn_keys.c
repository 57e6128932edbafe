/* Public keys of credentials: each algorithm signs in, and what is wrong with a key is
 * said when it comes and when it is stored. */
#include "webauthn_helper.h"

#include <apr_general.h>

static apr_pool_t *pool;
static EVP_PKEY *pkeys[KINDS];
static buf_t id;

static const kind_t *kind_of(int algorithm)
{
    const kind_t *kind = kinds;

    while (kind->algorithm != algorithm) {
        kind++;
    }
    return kind;
}

static buf_t cose_for(int algorithm)
{
    const kind_t *kind = kind_of(algorithm);

    return cose_of(pool, kind, pkeys[kind - kinds]);
}

/* Register a key as it stands. */
static const char *offer(authjs_ceremony_t *ceremony, const buf_t *cose)
{
    authjs_webauthn_expected_t expected = expected_of(pool);
    buf_t client = client_data(pool, "webauthn.create", "");
    buf_t authdata = authdata_of(pool, 0x45, 0, &id, cose);
    buf_t object = attestation_of(pool, "none", NULL, &authdata);

    return authjs_webauthn_register(
        ceremony, pool, sent_of(pool, &id, &client, &object, NULL), &expected);
}

/* Sign in with a stored key. */
static const char *use(authjs_ceremony_t *ceremony, const buf_t *cose, int algorithm)
{
    const kind_t *kind = kind_of(algorithm);
    authjs_webauthn_expected_t expected = expected_of(pool);
    authjs_credential_t stored = {id.data, id.len, cose->data, cose->len, 0};
    buf_t client = client_data(pool, "webauthn.get", "");
    buf_t authdata = authdata_of(pool, 0x05, 1, NULL, NULL);
    buf_t signature = sign_of(pool, kind, pkeys[kind - kinds], &authdata, &client);

    return authjs_webauthn_authenticate(
        ceremony, pool, sent_of(pool, &id, &client, &authdata, &signature), &expected,
        &stored);
}

static void every_algorithm(void **state)
{
    authjs_ceremony_t ceremony;
    apr_size_t i;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        buf_t cose = cose_for(kinds[i].algorithm);

        assert_null(offer(&ceremony, &cose));
        assert_int_equal(ceremony.algorithm, kinds[i].algorithm);
        assert_int_equal(ceremony.credential.public_key_len, cose.len);
        assert_memory_equal(ceremony.credential.public_key, cose.data, cose.len);
        assert_null(use(&ceremony, &cose, kinds[i].algorithm));
        assert_int_equal(ceremony.algorithm, kinds[i].algorithm);
        assert_int_equal(ceremony.credential.counter, 1);
    }
}

/* A key is good for its own algorithm's signatures alone. */
static void no_other_algorithm(void **state)
{
    authjs_ceremony_t ceremony;
    apr_size_t i, j;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        for (j = 0; j < KINDS; j++) {
            buf_t cose = cose_for(kinds[i].algorithm);

            if (i != j) {
                assert_string_equal(use(&ceremony, &cose, kinds[j].algorithm),
                                    "the signature is wrong");
            }
        }
    }
}

#define ALGORITHM "the public key's algorithm is not supported"
#define KIND      "the public key's type or curve is not its algorithm's"
#define MEMBERS   "the public key has members that it does not need, or too few"
#define WIDTH     "the public key's coordinates have not the length of its curve"
#define POINT     "the public key is not a point of its curve"
#define NUMBER    "the public key's modulus or exponent is none"
#define RSA_KEY                                                                          \
    "the public key is not RSA of 2048 to 8192 bits with an odd exponent of 3 or more"
#define OKP_KEY "the public key is not a point of Ed25519 that keeps a secret"

/* Both doors: what is refused at registration cannot sign in from the table either. */
static void refused(const buf_t *cose, const char *why)
{
    authjs_ceremony_t ceremony;
    const char *said = offer(&ceremony, cose);

    if (!said || strcmp(said, why) != 0) {
        fail_msg("%s, wanted %s", said ? said : "was taken", why);
    }
    assert_string_equal(use(&ceremony, cose, -7), "the stored public key cannot be used");
}

static void refused_hex(const char *hex, const char *why)
{
    buf_t cose = from_hex(pool, hex);

    refused(&cose, why);
}

#define X256 "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define Y256 "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
/* p of P-256, and x + p where that is the same element. */
#define P256 "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"

/* The point is P-256's own generator: what differs is what is refused. */
static void elliptic_curves(void **state)
{
    authjs_ceremony_t ceremony;
    buf_t good = from_hex(pool, "a5 0102 0326 2001 215820" X256 "225820" Y256);

    (void)state;
    assert_null(offer(&ceremony, &good));
    good = from_hex(pool, "a5 2001 215820" X256 "225820" Y256 "0326 0102");
    assert_null(offer(&ceremony, &good));
    refused_hex("a5 0102 0326 2001 215820" X256 "225820" X256, POINT);
    refused_hex("a5 0102 0326 2001 215820" Y256 "225820" X256, POINT);
    refused_hex("a5 0102 0326 2001 215820" P256 "225820" Y256, POINT);
    refused_hex(
        "a5 0102 0326 2001 2158200000000000000000000000000000000000000000000000000"
        "000000000000000 2258200000000000000000000000000000000000000000000000000000"
        "000000000000",
        POINT);
    refused_hex("a5 0102 0326 2001 215821 00" X256 "225820" Y256, WIDTH);
    refused_hex("a5 0102 0326 2001 2140 2240", WIDTH);
    refused_hex("a5 0102 0326 2001 21581f"
                "17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                "225820" Y256,
                WIDTH);
    /* y as a sign (a compressed point), as text, as a number. */
    refused_hex("a5 0102 0326 2001 215820" X256 "22f5", WIDTH);
    refused_hex("a5 0102 0326 2001 215820" X256 "2260", WIDTH);
    refused_hex("a5 0102 0326 2001 2101 2202", WIDTH);
    /* Another curve, type or algorithm: ES384 with P-256, ES256K, EdDSA, RS256, RS1. */
    refused_hex("a5 0102 0326 2002 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0102 0326 2003 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0102 0326 2008 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0102 0326 20f6 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0102 0326 2065502d323536 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0101 0326 2001 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0103 0326 2001 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 01634543 32 0326 2001 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0102 033822 2001 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0102 0327 2001 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0102 03390100 2001 215820" X256 "225820" Y256, KIND);
    refused_hex("a5 0102 03382e 2008 215820" X256 "225820" Y256, ALGORITHM);
    refused_hex("a5 0102 0339fffe 2001 215820" X256 "225820" Y256, ALGORITHM);
    refused_hex("a5 0102 0306 2001 215820" X256 "225820" Y256, ALGORITHM);
    refused_hex("a5 0102 03654553323536 2001 215820" X256 "225820" Y256, ALGORITHM);
    refused_hex("a4 0102 2001 215820" X256 "225820" Y256, ALGORITHM);
    /* Members that are missing, or not needed: d, kid, key_ops, one with a name. */
    refused_hex("a4 0326 2001 215820" X256 "225820" Y256, KIND);
    refused_hex("a4 0102 0326 215820" X256 "225820" Y256, KIND);
    refused_hex("a4 0102 0326 2001 215820" X256, MEMBERS);
    refused_hex("a6 0102 0326 2001 215820" X256 "225820" Y256 "23 41 01", MEMBERS);
    refused_hex("a6 0102 02 41 01 0326 2001 215820" X256 "225820" Y256, MEMBERS);
    refused_hex("a6 0102 0326 0481 02 2001 215820" X256 "225820" Y256, MEMBERS);
    refused_hex("a6 0102 0326 2001 215820" X256 "225820" Y256 "6178 00", MEMBERS);
    refused_hex("a5 0102 0326 2001 215820" X256 "24 5820" Y256, WIDTH);
    /* No key at all. */
    refused_hex("80", "the public key is not a map");
    refused_hex("f6", "the public key is not a map");
    refused_hex("01", "the public key is not a map");
    refused_hex("a0", ALGORITHM);
}

static buf_t rsa_of(int algorithm, const buf_t *n, const buf_t *e)
{
    buf_t cose = {0};

    put_head(pool, &cose, 5, 4);
    put_int(pool, &cose, 1);
    put_int(pool, &cose, 3);
    put_int(pool, &cose, 3);
    put_int(pool, &cose, algorithm);
    put_int(pool, &cose, -1);
    put_bytes(pool, &cose, n->data, n->len);
    put_int(pool, &cose, -2);
    put_bytes(pool, &cose, e->data, e->len);
    return cose;
}

/* An odd number of so many bits. */
static buf_t modulus_of(unsigned bits)
{
    buf_t n = {0};
    unsigned i, bytes = (bits + 7) / 8;

    put_byte(pool, &n, 1U << ((bits - 1) % 8));
    for (i = 1; i < bytes; i++) {
        put_byte(pool, &n, 0xa5);
    }
    return n;
}

static void rsa_refused(const buf_t *n, const char *exponent, const char *why)
{
    buf_t e = from_hex(pool, exponent);
    buf_t rs256 = rsa_of(-257, n, &e), ps256 = rsa_of(-37, n, &e);

    refused(&rs256, why);
    refused(&ps256, why);
}

static void rsa(void **state)
{
    static const unsigned allowed[] = {2048, 2049, 3072, 4096, 8191, 8192};
    static const unsigned bad[] = {512, 1024, 2040, 2047, 8193, 8200, 15360};
    authjs_ceremony_t ceremony;
    buf_t n, e = from_hex(pool, "010001"), cose;
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        n = modulus_of(allowed[i]);
        cose = rsa_of(-257, &n, &e);
        assert_null(offer(&ceremony, &cose));
    }
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        n = modulus_of(bad[i]);
        rsa_refused(&n, "010001", RSA_KEY);
    }
    n = modulus_of(16384);
    rsa_refused(&n, "010001", "the public key is too long");
    n = modulus_of(2048);
    rsa_refused(&n, "01", RSA_KEY);
    rsa_refused(&n, "02", RSA_KEY);
    rsa_refused(&n, "010000", RSA_KEY);
    rsa_refused(&n, "0100000001", RSA_KEY);
    rsa_refused(&n, "ffffffffffffffffffffffffffffffff", RSA_KEY);
    rsa_refused(&n, "00", NUMBER);
    rsa_refused(&n, "", NUMBER);
    rsa_refused(&n, "00010001", NUMBER);
    n.data[n.len - 1] = 0xa4;
    rsa_refused(&n, "010001", RSA_KEY);
    n = modulus_of(2048);
    n.data[0] = 0;
    rsa_refused(&n, "010001", NUMBER);
    n.len = 0;
    rsa_refused(&n, "010001", NUMBER);
    refused_hex("a4 0103 03390100 2001 2143010001", NUMBER);
    refused_hex("a4 0103 03390100 2060 2143010001", NUMBER);
    refused_hex("a3 0103 03390100 2143010001", MEMBERS);
    refused_hex("a4 0102 03390100 2001 2143010001", KIND);
}

/* The exponents that are in use, and the largest of 32 bits. */
static void rsa_exponents(void **state)
{
    static const char *const good[] = {"03", "11", "010001", "ffffffff"};
    authjs_ceremony_t ceremony;
    buf_t n = modulus_of(2048);
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        buf_t e = from_hex(pool, good[i]), cose = rsa_of(-37, &n, &e);

        assert_null(offer(&ceremony, &cose));
    }
}

#define OKP "a4 0101 0327 2006 215820"
/* The base point. */
#define BASE "5866666666666666666666666666666666666666666666666666666666666666"

static void edwards(void **state)
{
    /* The eight points of small order, each as it is written; then the same elements of
     * the field written otherwise, and x = 0 with a sign. */
    static const char *const weak[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        /* 3 and 6 are on the curve; p + 3 and p + 6 are the same, in other words. */
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        /* Not on the curve. */
        "0200000000000000000000000000000000000000000000000000000000000000",
        "0700000000000000000000000000000000000000000000000000000000000080",
    };
    authjs_ceremony_t ceremony;
    buf_t good;
    apr_size_t i;

    (void)state;
    good = from_hex(pool, OKP BASE);
    assert_null(offer(&ceremony, &good));
    good = from_hex(pool, OKP
                    "0300000000000000000000000000000000000000000000000000000000000000");
    assert_null(offer(&ceremony, &good));
    for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        refused_hex(apr_pstrcat(pool, OKP, weak[i], NULL), OKP_KEY);
    }
    refused_hex("a4 0101 0327 2006 21581f"
                "66666666666666666666666666666666666666666666666666666666666666",
                OKP_KEY);
    refused_hex("a4 0101 0327 2006 2140", OKP_KEY);
    refused_hex("a4 0101 0327 2004 215820" X256, KIND); /* X25519 */
    refused_hex("a4 0101 0327 2007 215820" X256, KIND); /* Ed448 */
    refused_hex("a4 0102 0327 2006 215820" X256, KIND);
    refused_hex("a4 0101 0326 2006 215820" X256, KIND);
    refused_hex("a5 0101 0327 2006 215820" BASE "22 40", MEMBERS);
    /* As Firefox 117 wrote it, with names for numbers. */
    refused_hex("a4 01634f4b50 0327 206745643235353139 215820" X256, KIND);
}

/* What the table holds may be anything. */
static void stored_nonsense(void **state)
{
    buf_t cose = cose_for(-7), empty = {0};
    authjs_ceremony_t ceremony;
    apr_size_t len = cose.len;

    (void)state;
    assert_string_equal(use(&ceremony, &empty, -7),
                        "the stored public key cannot be used");
    for (cose.len = 0; cose.len < len; cose.len++) {
        assert_string_equal(use(&ceremony, &cose, -7),
                            "the stored public key cannot be used");
    }
    assert_null(use(&ceremony, &cose, -7));
    put_byte(pool, &cose, 0);
    assert_string_equal(use(&ceremony, &cose, -7),
                        "the stored public key cannot be used");
    cose.len = 64 * 1024;
    cose.data = apr_pcalloc(pool, cose.len);
    assert_string_equal(use(&ceremony, &cose, -7),
                        "the stored public key cannot be used");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm), cmocka_unit_test(no_other_algorithm),
        cmocka_unit_test(elliptic_curves), cmocka_unit_test(rsa),
        cmocka_unit_test(rsa_exponents),   cmocka_unit_test(edwards),
        cmocka_unit_test(stored_nonsense),
    };
    apr_size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    put(pool, &id, "an id of some bytes", 19);
    for (i = 0; i < KINDS; i++) {
        pkeys[i] = helper_key(kinds[i].type, kinds[i].bits, kinds[i].curve);
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (i = 0; i < KINDS; i++) {
        EVP_PKEY_free(pkeys[i]);
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
