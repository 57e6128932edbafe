/* JWK sets: which keys are taken and which are left out; our own private keys. */
#include "jose_helper.h"

#include <apr_general.h>
#include <openssl/err.h>

static apr_pool_t *pool;
static EVP_PKEY *rsa, *rsa_small, *p256, *p521, *ed;

/* How many keys of a set with this one JWK are usable. */
static int usable(struct json_object *jwk)
{
    authjs_jwks_t *jwks;

    assert_null(authjs_jwks_parse(&jwks, pool, helper_set(pool, jwk, NULL)));
    assert_int_equal(ERR_peek_error(), 0);
    return authjs_jwks_count(jwks);
}

static int usable_with(EVP_PKEY *pkey, const char *crv, const char *name,
                       const char *value)
{
    struct json_object *jwk = helper_jwk(pool, pkey, crv, "k"), *parsed;

    assert_null(authjs_json_parse(&parsed, pool, value, strlen(value)));
    authjs_json_set(jwk, name, parsed);
    return usable(jwk);
}

static void good_keys_are_taken(void **state)
{
    (void)state;
    assert_int_equal(usable(helper_jwk(pool, rsa, NULL, "k")), 1);
    assert_int_equal(usable(helper_jwk(pool, rsa, NULL, NULL)), 1);
    assert_int_equal(usable(helper_jwk(pool, p256, "P-256", "k")), 1);
    assert_int_equal(usable(helper_jwk(pool, p521, "P-521", "k")), 1);
    assert_int_equal(usable(helper_jwk(pool, ed, NULL, "k")), 1);
    assert_int_equal(usable_with(rsa, NULL, "use", "\"sig\""), 1);
    assert_int_equal(usable_with(rsa, NULL, "key_ops", "[\"sign\",\"verify\"]"), 1);
    assert_int_equal(usable_with(rsa, NULL, "alg", "\"PS512\""), 1);
    assert_int_equal(usable_with(ed, NULL, "alg", "\"EdDSA\""), 1);
    assert_int_equal(usable_with(ed, NULL, "alg", "\"Ed25519\""), 1);
    assert_int_equal(usable_with(rsa, NULL, "x5c", "[\"junk\"]"), 1);
    assert_int_equal(usable_with(rsa, NULL, "e", "\"Aw\""), 1);
}

static void other_purposes_are_left_out(void **state)
{
    static const char *const rows[][2] = {
        {"use", "\"enc\""},   {"use", "1"},
        {"use", "null"},      {"key_ops", "[]"},
        {"key_ops", "[1]"},   {"key_ops", "\"verify\""},
        {"key_ops", "null"},  {"key_ops", "[\"sign\"]"},
        {"alg", "\"none\""},  {"alg", "\"HS256\""},
        {"alg", "\"ES256\""}, {"alg", "\"RSA-OAEP\""},
        {"alg", "5"},         {"alg", "\"EdDSA\""},
        {"kid", "7"},         {"kid", "\"a\\u0000\""},
        {"d", "\"AQAB\""},    {"k", "\"AQAB\""},
        {"kty", "\"rsa\""},   {"kty", "1"},
        {"kty", "\"oct\""},   {"kty", "\"EC\""},
        {"kty", "\"OKP\""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (usable_with(rsa, NULL, rows[i][0], rows[i][1])) {
            fail_msg("taken with %s %s", rows[i][0], rows[i][1]);
        }
    }
}

static void weak_rsa_is_left_out(void **state)
{
    static const char *const exponents[] = {
        "\"AQ\"",      /* 1: every message is its own signature */
        "\"\"",        /* empty */
        "\"AA\"",      /* 0 */
        "\"Ag\"",      /* even */
        "\"AQAA\"",    /* even */
        "\"AQAAAAE\"", /* 2^32 + 1 */
        "\"AQAB=\"",   "\"AQA B\"", "\"+QAB\"", "null", "65537", "[1]",
    };
    unsigned char big[AUTHJS_RSA_MAX_BITS / 8 + 2];
    size_t i;

    (void)state;
    assert_int_equal(usable(helper_jwk(pool, rsa_small, NULL, "k")), 0);
    for (i = 0; i < sizeof(exponents) / sizeof(exponents[0]); i++) {
        if (usable_with(rsa, NULL, "e", exponents[i])) {
            fail_msg("taken with e %s", exponents[i]);
        }
    }
    memset(big, 0xff, sizeof(big));
    for (i = AUTHJS_RSA_MAX_BITS / 8; i <= sizeof(big); i++) {
        const char *n = authjs_base64url(pool, big, i);

        assert_int_equal(usable_with(rsa, NULL, "n", apr_psprintf(pool, "\"%s\"", n)),
                         i == AUTHJS_RSA_MAX_BITS / 8);
    }
    big[255] = 0xfe;
    assert_int_equal(
        usable_with(rsa, NULL, "n",
                    apr_psprintf(pool, "\"%s\"", authjs_base64url(pool, big, 256))),
        0);
}

static void points_off_the_curve_are_left_out(void **state)
{
    struct json_object *jwk = helper_jwk(pool, p256, "P-256", "k");
    const char *x = authjs_json_get_string(jwk, "x");
    unsigned char zero[32] = {0}, bytes[80];

    (void)state;
    authjs_json_set_string(jwk, "y", x);
    assert_int_equal(usable(jwk), 0);
    jwk = helper_jwk(pool, p256, "P-256", "k");
    authjs_json_set_string(jwk, "y", authjs_base64url(pool, zero, 32));
    assert_int_equal(usable(jwk), 0);
    authjs_json_set_string(jwk, "x", authjs_base64url(pool, zero, 32));
    assert_int_equal(usable(jwk), 0);
    jwk = helper_jwk(pool, p256, "P-256", "k");
    assert_int_equal(authjs_base64url_decode(bytes, x, strlen(x)), 32);
    authjs_json_set_string(jwk, "x", authjs_base64url(pool, bytes, 31));
    assert_int_equal(usable(jwk), 0);
    bytes[32] = 0;
    authjs_json_set_string(jwk, "x", authjs_base64url(pool, bytes, 33));
    assert_int_equal(usable(jwk), 0);
    assert_int_equal(usable(helper_jwk(pool, p256, "P-384", "k")), 0);
    assert_int_equal(usable(helper_jwk(pool, p256, "secp256k1", "k")), 0);
    assert_int_equal(usable(helper_jwk(pool, p256, "prime256v1", "k")), 0);
    assert_int_equal(usable_with(p256, "P-256", "crv", "\"Ed25519\""), 0);
    assert_int_equal(usable_with(p256, "P-256", "crv", "null"), 0);
    assert_int_equal(usable_with(p256, "P-256", "alg", "\"ES384\""), 0);
    assert_int_equal(usable_with(ed, NULL, "crv", "\"Ed448\""), 0);
    assert_int_equal(usable_with(ed, NULL, "crv", "\"X25519\""), 0);
    assert_int_equal(usable_with(ed, NULL, "x", "\"AAAA\""), 0);
}

static void a_set_is_a_set(void **state)
{
    static const char *const bad[] = {"{}", "{\"keys\":null}", "{\"keys\":{}}",
                                      "{\"keys\":\"x\"}", "{\"Keys\":[]}"};
    static const char mixed[] = "{\"keys\":[null,1,\"x\",[],{},{\"kty\":null}]}";
    struct json_object *set, *keys;
    authjs_jwks_t *jwks;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_null(authjs_json_parse_object(&set, pool, bad[i], strlen(bad[i])));
        assert_non_null(authjs_jwks_parse(&jwks, pool, set));
        assert_null(jwks);
    }
    assert_non_null(authjs_jwks_parse(&jwks, pool, NULL));
    assert_null(authjs_json_parse_object(&set, pool, mixed, strlen(mixed)));
    assert_null(authjs_jwks_parse(&jwks, pool, set));
    assert_int_equal(authjs_jwks_count(jwks), 0);
    set = helper_set(pool, helper_jwk(pool, p256, "P-256", "k"), NULL);
    keys = authjs_json_get_array(set, "keys");
    for (i = 1; i < AUTHJS_JWKS_MAX; i++) {
        json_object_array_add(keys,
                              json_object_get(helper_jwk(pool, p256, "P-256", "k")));
    }
    assert_null(authjs_jwks_parse(&jwks, pool, set));
    assert_int_equal(authjs_jwks_count(jwks), AUTHJS_JWKS_MAX);
    json_object_array_add(keys, json_object_new_object());
    assert_non_null(authjs_jwks_parse(&jwks, pool, set));
}

static void one_key_is_selected(void **state)
{
    authjs_jwks_t *jwks;
    int fitting;

    (void)state;
    assert_null(authjs_jwks_parse(&jwks, pool,
                                  helper_set(pool, helper_jwk(pool, rsa, NULL, "a"),
                                             helper_jwk(pool, p256, "P-256", "a"))));
    assert_non_null(authjs_jwks_select(jwks, authjs_alg("RS256"), "a", &fitting));
    assert_non_null(authjs_jwks_select(jwks, authjs_alg("PS384"), NULL, &fitting));
    assert_non_null(authjs_jwks_select(jwks, authjs_alg("ES256"), NULL, &fitting));
    assert_null(authjs_jwks_select(jwks, authjs_alg("ES384"), NULL, &fitting));
    assert_null(authjs_jwks_select(jwks, authjs_alg("EdDSA"), NULL, &fitting));
    assert_null(authjs_jwks_select(jwks, authjs_alg("HS256"), NULL, &fitting));
    assert_null(authjs_jwks_select(jwks, authjs_alg("RS256"), "b", &fitting));
    assert_int_equal(fitting, 0);
    assert_null(authjs_jwks_select(NULL, authjs_alg("RS256"), "a", &fitting));
    assert_int_equal(fitting, 0);
}

static const char *read_key(EVP_PKEY *pkey, const char *alg)
{
    const char *pem = helper_pem(pool, pkey);
    authjs_signing_key_t *key;
    const char *why = authjs_signing_key_read(&key, pool, pem, strlen(pem), "kid", alg);

    assert_int_equal(why == NULL, key != NULL);
    assert_int_equal(ERR_peek_error(), 0);
    return why;
}

static void private_keys_are_read(void **state)
{
    EVP_PKEY *koblitz = helper_key("EC", 0, "secp256k1"),
             *x = helper_key("X25519", 0, NULL);
    EVP_PKEY *pss = helper_key("RSA-PSS", 2048, NULL);
    authjs_signing_key_t *key;
    const char *pem = helper_pem(pool, p256);

    (void)state;
    assert_null(read_key(rsa, NULL));
    assert_null(read_key(rsa, "PS256"));
    assert_null(read_key(rsa, "RS512"));
    assert_null(read_key(p256, NULL));
    assert_null(read_key(p521, "ES512"));
    assert_null(read_key(ed, NULL));
    assert_non_null(read_key(rsa_small, NULL));
    assert_non_null(read_key(koblitz, NULL));
    assert_non_null(read_key(pss, NULL));
    assert_non_null(read_key(x, NULL));
    assert_non_null(read_key(p256, "ES384"));
    assert_non_null(read_key(p256, "RS256"));
    assert_non_null(read_key(rsa, "HS256"));
    assert_non_null(read_key(rsa, "none"));
    assert_non_null(authjs_signing_key_read(&key, pool, "", 0, NULL, NULL));
    assert_non_null(authjs_signing_key_read(&key, pool, "junk", 4, NULL, NULL));
    assert_non_null(
        authjs_signing_key_read(&key, pool, pem, strlen(pem) / 2, NULL, NULL));
    EVP_PKEY_free(koblitz);
    EVP_PKEY_free(x);
    EVP_PKEY_free(pss);
}

/* A key under a pass phrase is refused, and nobody is asked for it. */
static void encrypted_pem_is_refused(void **state)
{
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned char phrase[] = "phrase";
    authjs_signing_key_t *key;
    char *text;
    long len;

    (void)state;
    assert_int_equal(
        PEM_write_bio_PrivateKey(bio, p256, EVP_aes_128_cbc(), phrase, 6, NULL, NULL), 1);
    len = BIO_get_mem_data(bio, &text);
    assert_non_null(
        authjs_signing_key_read(&key, pool, text, (apr_size_t)len, NULL, NULL));
    assert_null(key);
    BIO_free(bio);
}

static int set_up(void **state)
{
    (void)state;
    apr_initialize();
    apr_pool_create(&pool, NULL);
    rsa = helper_key("RSA", 2048, NULL);
    rsa_small = helper_key("RSA", 1024, NULL);
    p256 = helper_key("EC", 0, "P-256");
    p521 = helper_key("EC", 0, "P-521");
    ed = helper_key("ED25519", 0, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(rsa_small);
    EVP_PKEY_free(p256);
    EVP_PKEY_free(p521);
    EVP_PKEY_free(ed);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_keys_are_taken),
        cmocka_unit_test(other_purposes_are_left_out),
        cmocka_unit_test(weak_rsa_is_left_out),
        cmocka_unit_test(points_off_the_curve_are_left_out),
        cmocka_unit_test(a_set_is_a_set),
        cmocka_unit_test(one_key_is_selected),
        cmocka_unit_test(private_keys_are_read),
        cmocka_unit_test(encrypted_pem_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
