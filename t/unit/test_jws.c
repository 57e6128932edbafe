/* JWS and id_tokens: every vector of t/data/jws.json, signing, at_hash, limits. */
#include "jose_helper.h"

#include "jose/jws.h"

#include <apr_general.h>
#include <openssl/err.h>

#define NOW 1790000000

static apr_pool_t *pool;

/* --- the vectors ------------------------------------------------------------------- */

/* Verdicts that the vectors leave open, or where the two libraries that were asked differ
 * only in the tolerance of clocks. All others follow from the vector's class. */
static const struct {
    const char *name;
    int accepted;
} settled[] = {
    {"claims: expired by 1 s", 1}, /* 30 s of tolerance */
    {"claims: exp = now", 1},
    {"claims: single aud with wrong azp", 0},
    {"claims: azp not a string", 0},
    {"claims: sub empty", 0},
    {"claims: duplicate iss, last is right", 0},
    {"claims: duplicate sub, last is evil", 0},
    {"shape: space at end", 0},
    {"shape: newline at end", 0},
    {"typ at+jwt (an access token offered as id_token)", 0},
};
#define SETTLED (sizeof(settled) / sizeof(settled[0]))

static int expected_verdict(struct json_object *vector)
{
    const char *name = authjs_json_get_string(vector, "name");
    const char *class = authjs_json_get_string(vector, "class");
    size_t i;

    for (i = 0; i < SETTLED; i++) {
        if (!strcmp(settled[i].name, name)) {
            return settled[i].accepted;
        }
    }
    assert_string_not_equal(class, "lenient");
    return !strcmp(class, "valid");
}

static apr_array_header_t *strings(struct json_object *array)
{
    apr_array_header_t *list = apr_array_make(pool, 4, sizeof(const char *));
    size_t i;

    for (i = 0; i < json_object_array_length(array); i++) {
        APR_ARRAY_PUSH(list, const char *) =
            json_object_get_string(json_object_array_get_idx(array, i));
    }
    return list;
}

static void vector_verdict(void **state)
{
    struct json_object *vector = *state, *claims, *jwks = authjs_json_get(vector, "jwks");
    authjs_id_token_expected_t expected = {0};
    authjs_jws_verifier_t verifier = {0};
    authjs_jwks_t *keys = NULL;
    const char *token = authjs_json_get_string(vector, "token"), *why = NULL;
    authjs_jws_e verdict;

    if (jwks) {
        assert_null(authjs_jwks_parse(&keys, pool, jwks));
    }
    verifier.jwks = keys;
    verifier.algs = strings(authjs_json_get_array(vector, "algorithms"));
    verifier.client_secret = authjs_json_get_string(vector, "secret");
    expected.issuer = authjs_json_get_string(vector, "issuer");
    expected.client_id = authjs_json_get_string(vector, "client_id");
    expected.nonce = authjs_json_get_string(vector, "nonce");
    assert_true(authjs_json_get_int64(vector, "now", &expected.now));
    verdict = authjs_id_token_verify(pool, &verifier, &expected, token, strlen(token),
                                     &claims, &why);
    if (expected_verdict(vector)) {
        assert_string_equal(why ? why : "", "");
        assert_int_equal(verdict, AUTHJS_JWS_OK);
        assert_string_equal(authjs_json_get_string(claims, "sub"), "user-1");
    }
    else {
        assert_int_not_equal(verdict, AUTHJS_JWS_OK);
        assert_non_null(why);
        assert_null(claims);
    }
    assert_int_equal(ERR_peek_error(), 0);
}

static void settled_names_exist(void **state)
{
    struct json_object *vectors = *state;
    size_t i, j, n = json_object_array_length(vectors), found;

    assert_int_equal(n, 282);
    for (i = 0; i < SETTLED; i++) {
        for (j = found = 0; j < n; j++) {
            struct json_object *vector = json_object_array_get_idx(vectors, j);

            found += !strcmp(authjs_json_get_string(vector, "name"), settled[i].name);
        }
        assert_int_equal(found, 1);
    }
}

/* --- tokens of our own -------------------------------------------------------------- */

static struct json_object *good_claims(void)
{
    struct json_object *claims = authjs_json_object(pool);

    authjs_json_set_string(claims, "iss", "https://op.example");
    authjs_json_set_string(claims, "sub", "user-1");
    authjs_json_set_string(claims, "aud", "client-1");
    authjs_json_set_int64(claims, "iat", NOW);
    authjs_json_set_int64(claims, "exp", NOW + 60);
    return claims;
}

/* What the tests below vary; a secret signs and verifies by HS256. */
typedef struct {
    authjs_signing_key_t *key;
    authjs_jwks_t *jwks;
    const char *secret;
    const char *alg; /* accepted, NULL: none */
    const char *access_token;
} party_t;

static authjs_jws_e verify(const party_t *party, const char *token, const char **why)
{
    authjs_id_token_expected_t expected = {"https://op.example", "client-1", NULL,
                                           party->access_token, NOW};
    apr_array_header_t *algs = apr_array_make(pool, 1, sizeof(const char *));
    authjs_jws_verifier_t verifier = {party->jwks, party->secret, algs};
    struct json_object *claims;

    if (party->alg) {
        APR_ARRAY_PUSH(algs, const char *) = party->alg;
    }
    return authjs_id_token_verify(pool, &verifier, &expected, token, strlen(token),
                                  &claims, why);
}

static authjs_jws_e verify_claims(const party_t *party, struct json_object *claims)
{
    const char *token, *why;

    if (party->key) {
        assert_null(authjs_jws_sign(pool, party->key, claims, &token));
    }
    else {
        assert_null(authjs_jws_sign_hs256(pool, party->secret, claims, &token));
    }
    return verify(party, token, &why);
}

static party_t make_party(EVP_PKEY *pkey, const char *crv, const char *alg)
{
    party_t party = {0};
    const char *pem = helper_pem(pool, pkey);
    struct json_object *set = helper_set(pool, helper_jwk(pool, pkey, crv, "k1"), NULL);

    assert_null(authjs_signing_key_read(&party.key, pool, pem, strlen(pem), "k1", alg));
    assert_null(authjs_jwks_parse(&party.jwks, pool, set));
    assert_int_equal(authjs_jwks_count(party.jwks), 1);
    party.alg = alg;
    return party;
}

typedef struct {
    const char *alg, *type;
    unsigned int bits;
    const char *curve, *crv;
    const char *at_hash; /* its digest */
} kind_t;

static const kind_t kinds[] = {
    {"RS256", "RSA", 2048, NULL, NULL, "SHA256"},
    {"RS384", "RSA", 2048, NULL, NULL, "SHA384"},
    {"RS512", "RSA", 2048, NULL, NULL, "SHA512"},
    {"PS256", "RSA", 2048, NULL, NULL, "SHA256"},
    {"PS384", "RSA", 2048, NULL, NULL, "SHA384"},
    {"PS512", "RSA", 2048, NULL, NULL, "SHA512"},
    {"ES256", "EC", 0, "P-256", "P-256", "SHA256"},
    {"ES384", "EC", 0, "P-384", "P-384", "SHA384"},
    {"ES512", "EC", 0, "P-521", "P-521", "SHA512"},
    {"EdDSA", "ED25519", 0, NULL, NULL, "SHA512"},
    {"Ed25519", "ED25519", 0, NULL, NULL, "SHA512"},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char *half_hash(const char *digest, const char *text)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    size_t len;

    assert_int_equal(EVP_Q_digest(NULL, digest, NULL, text, strlen(text), hash, &len), 1);
    return authjs_base64url(pool, hash, len / 2);
}

/* Signed, verified, refused by every other algorithm, at_hash by the right digest. */
static void round_trip(void **state)
{
    const kind_t *kind = *state;
    EVP_PKEY *pkey = helper_key(kind->type, kind->bits, kind->curve);
    party_t party = make_party(pkey, kind->crv, kind->alg);
    struct json_object *claims = good_claims();
    size_t i;

    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_OK);
    for (i = 0; i < KINDS; i++) {
        party.alg = kinds[i].alg;
        assert_int_equal(verify_claims(&party, claims),
                         kinds[i].alg == kind->alg ? AUTHJS_JWS_OK : AUTHJS_JWS_REFUSED);
    }
    party.alg = kind->alg;
    party.access_token = "at";
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_OK);
    authjs_json_set_string(claims, "at_hash", half_hash(kind->at_hash, "at"));
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_OK);
    party.access_token = "another";
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_REFUSED);
    party.access_token = NULL;
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_OK);
    authjs_json_set_int64(claims, "at_hash", 1);
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_REFUSED);
    EVP_PKEY_free(pkey);
}

/* OpenID Connect Core, appendix A.3: an access token and its at_hash under RS256. */
static void at_hash_of_the_specification(void **state)
{
    party_t party = {0};
    struct json_object *claims = good_claims();

    (void)state;
    party.secret = "secret";
    party.alg = "HS256";
    party.access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    authjs_json_set_string(claims, "at_hash", "77QmUPtjPfzWtF2AnpK9RQ");
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_OK);
    authjs_json_set_string(claims, "at_hash", "77QmUPtjPfzWtF2AnpK9Rg");
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_REFUSED);
    authjs_json_set_string(claims, "at_hash", "");
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_REFUSED);
    authjs_json_set_string(claims, "at_hash", NULL);
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_REFUSED);
}

static void client_secret_is_asked_for(void **state)
{
    party_t party = {0};
    const char *token, *why;

    (void)state;
    assert_null(authjs_jws_sign_hs256(pool, "secret", good_claims(), &token));
    party.secret = "secret";
    party.alg = "HS256";
    assert_int_equal(verify(&party, token, &why), AUTHJS_JWS_OK);
    party.alg = "RS256";
    assert_int_equal(verify(&party, token, &why), AUTHJS_JWS_REFUSED);
    party.alg = NULL;
    assert_int_equal(verify(&party, token, &why), AUTHJS_JWS_REFUSED);
    party.alg = "HS256";
    party.secret = NULL;
    assert_int_equal(verify(&party, token, &why), AUTHJS_JWS_REFUSED);
    party.secret = "";
    assert_int_equal(verify(&party, token, &why), AUTHJS_JWS_REFUSED);
    assert_non_null(authjs_jws_sign_hs256(pool, "", good_claims(), &token));
    assert_non_null(authjs_jws_sign_hs256(pool, NULL, good_claims(), &token));
}

/* alg none is refused although it is listed. */
static void none_is_never_accepted(void **state)
{
    static const char header[] = "{\"alg\":\"none\"}";
    const char *payload = authjs_json_text(pool, good_claims()), *token, *why;
    party_t party = {0};

    (void)state;
    party.alg = "none";
    party.secret = "secret";
    token = apr_pstrcat(pool, authjs_base64url(pool, header, strlen(header)), ".",
                        authjs_base64url(pool, payload, strlen(payload)), ".", NULL);
    assert_int_equal(verify(&party, token, &why), AUTHJS_JWS_REFUSED);
}

static void times_have_30_seconds(void **state)
{
    static const struct {
        const char *claim;
        int offset, accepted;
    } rows[] = {
        {"exp", -25, 1}, {"exp", -29, 1}, {"exp", -30, 0}, {"exp", -60, 0},
        {"nbf", 30, 1},  {"nbf", 31, 0},  {"nbf", -99, 1}, {"auth_time", -99, 1},
    };
    party_t party = {0};
    size_t i;

    (void)state;
    party.secret = "secret";
    party.alg = "HS256";
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_object *claims = good_claims();

        authjs_json_set_int64(claims, rows[i].claim, NOW + rows[i].offset);
        assert_int_equal(verify_claims(&party, claims) == AUTHJS_JWS_OK,
                         rows[i].accepted);
    }
}

/* Values that are no times, no names: JSON text of one claim. */
static void odd_claims_are_refused(void **state)
{
    static const char *const odd[] = {
        "\"exp\":1e300",
        "\"exp\":null",
        "\"exp\":true",
        "\"exp\":[]",
        "\"nbf\":null",
        "\"nbf\":1e300",
        "\"iat\":null",
        "\"iat\":1e19",
        "\"sub\":null",
        "\"sub\":\"a\\u0000b\"",
        "\"aud\":[\"client-1\",5]",
        "\"aud\":[]",
        "\"aud\":{\"client-1\":1}",
        "\"aud\":null",
        "\"azp\":null",
        "\"azp\":\"\"",
        "\"nonce\":null",
        "\"nonce\":\"\"",
        "\"iss\":\"https://op.example\\u0000\"",
        "\"aud\":\"client-1\\u0000\"",
    };
    party_t party = {0};
    size_t i;

    (void)state;
    party.secret = "secret";
    party.alg = "HS256";
    for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct json_object *claims = good_claims(), *one;
        const char *text = apr_pstrcat(pool, "{", odd[i], "}", NULL);

        assert_null(authjs_json_parse_object(&one, pool, text, strlen(text)));
        json_object_object_foreach(one, name, value)
        {
            json_object_object_add(claims, name, json_object_get(value));
        }
        if (verify_claims(&party, claims) != AUTHJS_JWS_REFUSED) {
            fail_msg("accepted: %s", odd[i]);
        }
    }
}

/* When somebody signed in there decides nothing here. */
static void no_auth_time_is_refused(void **state)
{
    static const char *const odd[] = {"\"1\"", "-1",    "null",
                                      "[]",    "1e300", "\"2026-11-28T20:00:00Z\""};
    party_t party = {0};
    size_t i;

    (void)state;
    party.secret = "secret";
    party.alg = "HS256";
    for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct json_object *claims = good_claims(), *value;

        assert_null(authjs_json_parse(&value, pool, odd[i], strlen(odd[i])));
        json_object_object_add(claims, "auth_time", json_object_get(value));
        assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_OK);
    }
}

static void unknown_key_is_told_apart(void **state)
{
    EVP_PKEY *one = helper_key("EC", 0, "P-256"), *two = helper_key("EC", 0, "P-256");
    struct json_object *first = helper_jwk(pool, one, "P-256", "k1");
    struct json_object *second = helper_jwk(pool, two, "P-256", "k2");
    party_t party = make_party(one, "P-256", "ES256");
    const char *pem = helper_pem(pool, one);

    (void)state;
    /* The set has another kid only: the keys may have been rotated. */
    assert_null(authjs_jwks_parse(&party.jwks, pool, helper_set(pool, second, NULL)));
    assert_int_equal(verify_claims(&party, good_claims()), AUTHJS_JWS_UNKNOWN_KEY);
    assert_null(authjs_jwks_parse(&party.jwks, pool, helper_set(pool, second, first)));
    assert_int_equal(verify_claims(&party, good_claims()), AUTHJS_JWS_OK);
    /* Without a kid, two keys that fit are none. */
    assert_null(authjs_signing_key_read(&party.key, pool, pem, strlen(pem), NULL, NULL));
    assert_int_equal(verify_claims(&party, good_claims()), AUTHJS_JWS_REFUSED);
    /* The same kid twice is ambiguous too. */
    assert_null(authjs_signing_key_read(&party.key, pool, pem, strlen(pem), "k1", NULL));
    assert_null(authjs_jwks_parse(&party.jwks, pool, helper_set(pool, first, first)));
    assert_int_equal(verify_claims(&party, good_claims()), AUTHJS_JWS_REFUSED);
    /* Another key under the kid, or the only one without: it may have been changed. */
    assert_null(authjs_jwks_parse(
        &party.jwks, pool, helper_set(pool, helper_jwk(pool, two, "P-256", "k1"), NULL)));
    assert_int_equal(verify_claims(&party, good_claims()), AUTHJS_JWS_BAD_SIGNATURE);
    assert_null(authjs_signing_key_read(&party.key, pool, pem, strlen(pem), NULL, NULL));
    assert_int_equal(verify_claims(&party, good_claims()), AUTHJS_JWS_BAD_SIGNATURE);
    /* No keys at all. */
    party.jwks = NULL;
    assert_int_equal(verify_claims(&party, good_claims()), AUTHJS_JWS_UNKNOWN_KEY);
    EVP_PKEY_free(one);
    EVP_PKEY_free(two);
}

static void secrets_have_the_length_of_the_hash(void **state)
{
    static const struct {
        const char *alg;
        int bytes;
    } rows[] = {{"HS256", 32}, {"HS384", 48}, {"HS512", 64}};
    char secret[65] = {0};
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(secret, 0, sizeof(secret));
        memset(secret, 'x', (apr_size_t)rows[i].bytes - 1);
        assert_false(authjs_jws_secret_fits(rows[i].alg, secret));
        assert_false(authjs_jws_secret_fits(rows[i].alg, NULL));
        secret[rows[i].bytes - 1] = 'x';
        assert_true(authjs_jws_secret_fits(rows[i].alg, secret));
    }
    assert_true(authjs_jws_secret_fits("RS256", ""));
    assert_true(authjs_jws_secret_fits(NULL, NULL));
}

static void types_of_tokens(void **state)
{
    static const struct {
        const char *typ;
        int accepted;
    } rows[] = {
        {"\"JWT\"", 1},
        {"\"jwt\"", 1},
        {"\"at+jwt\"", 0},
        {"\"application/AT+JWT\"", 0},
        {"\"logout+jwt\"", 0},
        {"null", 0},
        {"1", 0},
    };
    party_t party = {0};
    size_t i;

    (void)state;
    party.secret = "secret";
    party.alg = "HS256";
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *header =
            apr_psprintf(pool, "{\"alg\":\"HS256\",\"typ\":%s}", rows[i].typ);
        const char *body = authjs_json_text(pool, good_claims()), *input, *token, *why;
        unsigned char mac[EVP_MAX_MD_SIZE];
        apr_size_t len;

        input = apr_pstrcat(pool, authjs_base64url(pool, header, strlen(header)), ".",
                            authjs_base64url(pool, body, strlen(body)), NULL);
        assert_true(authjs_alg_mac(authjs_alg("HS256"), "secret", input, strlen(input),
                                   mac, &len));
        token = apr_pstrcat(pool, input, ".", authjs_base64url(pool, mac, len), NULL);
        assert_int_equal(verify(&party, token, &why) == AUTHJS_JWS_OK, rows[i].accepted);
    }
}

static void size_is_limited(void **state)
{
    struct json_object *claims = good_claims();
    party_t party = {0};
    char *filler = apr_pcalloc(pool, AUTHJS_JWS_MAX_LEN);

    (void)state;
    party.secret = "secret";
    party.alg = "HS256";
    memset(filler, 'a', AUTHJS_JWS_MAX_LEN / 2);
    authjs_json_set_string(claims, "filler", filler);
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_OK);
    memset(filler, 'a', AUTHJS_JWS_MAX_LEN - 1);
    authjs_json_set_string(claims, "filler", filler);
    assert_int_equal(verify_claims(&party, claims), AUTHJS_JWS_REFUSED);
}

static void peek_reads_without_trust(void **state)
{
    const char *token;
    struct json_object *claims = good_claims(), *seen;

    (void)state;
    authjs_json_set_string(claims, "tid", "tenant");
    assert_null(authjs_jws_sign_hs256(pool, "secret", claims, &token));
    assert_null(authjs_jws_peek(pool, token, strlen(token), &seen));
    assert_string_equal(authjs_json_get_string(seen, "tid"), "tenant");
    assert_non_null(authjs_jws_peek(pool, "a.b", 3, &seen));
    assert_null(seen);
    assert_non_null(authjs_jws_peek(pool, "..", 2, &seen));
    assert_non_null(authjs_jws_peek(pool, "", 0, &seen));
}

/* --- all of them -------------------------------------------------------------------- */

static int set_up(void **state)
{
    (void)state;
    return apr_pool_create(&pool, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    apr_pool_destroy(pool);
    return 0;
}

static void add(struct CMUnitTest *tests, size_t *n, const char *name,
                CMUnitTestFunction f, void *state)
{
    struct CMUnitTest test = {name, f, set_up, tear_down, state};

    tests[(*n)++] = test;
}

#define ADD(f, state) add(tests, &n, #f, f, state)

int main(void)
{
    static struct CMUnitTest tests[512];
    struct json_object *vectors;
    apr_pool_t *global;
    size_t i, n = 0;
    int failed;

    apr_initialize();
    apr_pool_create(&global, NULL);
    vectors = authjs_json_get_array(helper_data(global, "jws.json"), "vectors");
    for (i = 0; i < json_object_array_length(vectors); i++) {
        struct json_object *vector = json_object_array_get_idx(vectors, i);

        add(tests, &n, authjs_json_get_string(vector, "name"), vector_verdict, vector);
    }
    for (i = 0; i < KINDS; i++) {
        add(tests, &n, apr_pstrcat(global, "round trip ", kinds[i].alg, NULL), round_trip,
            apr_pmemdup(global, &kinds[i], sizeof(kinds[i])));
    }
    ADD(settled_names_exist, vectors);
    ADD(at_hash_of_the_specification, NULL);
    ADD(client_secret_is_asked_for, NULL);
    ADD(none_is_never_accepted, NULL);
    ADD(times_have_30_seconds, NULL);
    ADD(odd_claims_are_refused, NULL);
    ADD(no_auth_time_is_refused, NULL);
    ADD(unknown_key_is_told_apart, NULL);
    ADD(secrets_have_the_length_of_the_hash, NULL);
    ADD(types_of_tokens, NULL);
    ADD(size_is_limited, NULL);
    ADD(peek_reads_without_trust, NULL);
    failed = _cmocka_run_group_tests("jws", tests, n, NULL, NULL);
    apr_pool_destroy(global);
    apr_terminate();
    return failed;
}
