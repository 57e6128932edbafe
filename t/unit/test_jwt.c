/* The session token: all vectors of t/data/jwe.json, encoding, and the claims reader. */
#include "jwt_helper.h"

#define NOW 1790000000

/* What Auth.js's reader takes and a strict one may refuse: our verdicts. */
static const struct {
    const char *name;
    int accepted;
} settled[] = {
    {"empty string", 0},
    {"zip DEF, really compressed", 0},
    {"header BOM first", 0},
    {"header duplicate alg, last is dir", 0},
    {"payload lone surrogate escape", 0},
    {"payload BOM first", 0},
    {"payload nested 2000 deep", 0},
    {"payload huge exponent number", 1}, /* kept as text */
    {"base64: newline at end", 0},
    {"base64: = padding on the tag", 0},
    {"base64: == padding on the iv", 0},
    {"base64: non-zero trailing bits in the tag", 0},
    {"huge header", 0},
};
#define SETTLED (sizeof(settled) / sizeof(settled[0]))

static int expected_verdict(struct json_object *vector, int *lenient)
{
    const char *name = authjs_json_get_string(vector, "name");
    const char *class = authjs_json_get_string(vector, "class");
    size_t i;

    *lenient = !strcmp(class, "lenient");
    if (!*lenient) {
        return !strcmp(class, "valid");
    }
    for (i = 0; i < SETTLED; i++) {
        if (!strcmp(settled[i].name, name)) {
            return settled[i].accepted;
        }
    }
    fail_msg("%s is not settled", name);
    return 0;
}

/* A claim says what the tree says. */
static void assert_claim(const authjs_claim_t *claim, struct json_object *tree,
                         const char *name)
{
    const char *text = authjs_json_get_string(tree, name);

    assert_int_equal(claim->raw != NULL, json_object_object_get_ex(tree, name, NULL));
    assert_int_equal(claim->value != NULL, text != NULL);
    if (text) {
        assert_string_equal(claim->value, text);
    }
}

static void assert_claims(const authjs_claims_t *claims, struct json_object *tree)
{
    apr_int64_t exp = 0, iat = 0;

    assert_claim(&claims->sub, tree, "sub");
    assert_claim(&claims->name, tree, "name");
    assert_claim(&claims->email, tree, "email");
    assert_claim(&claims->picture, tree, "picture");
    assert_claim(&claims->provider, tree, "provider");
    authjs_json_get_int64(tree, "exp", &exp);
    authjs_json_get_int64(tree, "iat", &iat);
    assert_in_range(claims->exp - exp, 0, 1);
    assert_true(claims->iat == iat);
    assert_int_equal(claims->json[claims->json_len], '\0');
}

static void assert_no_claims(const authjs_claims_t *claims)
{
    static const authjs_claims_t none;

    assert_memory_equal(claims, &none, sizeof(none));
}

/* One vector, decoded into a tree and read without one. @return 1 when accepted. */
static int verify_vector(apr_pool_t *pool, struct json_object *vector)
{
    const authjs_keyring_t *ring = helper_vector_ring(pool, vector);
    struct json_object *token = authjs_json_get(vector, "token"), *tree, *payload;
    const char *text = json_object_get_string(token), *decoded, *read;
    apr_size_t len = (apr_size_t)json_object_get_string_len(token);
    authjs_claims_t claims;
    apr_int64_t now;
    int lenient, expected = expected_verdict(vector, &lenient);

    assert_true(authjs_json_get_int64(vector, "now", &now));
    decoded = authjs_jwt_decode(pool, ring, text, len, now, &tree);
    read = authjs_jwt_read(pool, ring, text, len, now, &claims);
    if ((decoded == NULL) != expected || (read == NULL) != expected) {
        fail_msg("%s: %s / %s", authjs_json_get_string(vector, "name"),
                 decoded ? decoded : "accepted", read ? read : "accepted");
    }
    if (!expected) {
        assert_null(tree);
        assert_no_claims(&claims);
        return 0;
    }
    assert_claims(&claims, tree);
    payload = authjs_json_get(authjs_json_get(vector, "result"), "payload");
    if (!lenient && !json_object_equal(tree, payload)) {
        fail_msg("%s: %s", authjs_json_get_string(vector, "name"),
                 authjs_json_text(pool, tree));
    }
    return 1;
}

static void every_vector(void **state)
{
    struct json_object *vectors = helper_vectors(*state, "jwe.json");
    apr_pool_t *pool;
    int accepted = 0;
    size_t i;

    assert_int_equal(json_object_array_length(vectors), 223);
    for (i = 0; i < json_object_array_length(vectors); i++) {
        apr_pool_create(&pool, *state);
        accepted += verify_vector(pool, json_object_array_get_idx(vectors, i));
        apr_pool_destroy(pool);
    }
    assert_int_equal(accepted, 69 + 1);
}

/* Each valid payload, encoded by us with claims of today, decodes to itself. */
static void every_payload_is_encoded(void **state)
{
    struct json_object *vectors = helper_vectors(*state, "jwe.json");
    const authjs_keyring_t *ring = helper_ring(*state, SALT, "secret", NULL);
    apr_pool_t *pool;
    int encoded = 0;
    size_t i;

    for (i = 0; i < json_object_array_length(vectors); i++) {
        struct json_object *v = json_object_array_get_idx(vectors, i), *claims, *back;
        const char *token;

        if (strcmp(authjs_json_get_string(v, "class"), "valid") != 0) {
            continue;
        }
        apr_pool_create(&pool, *state);
        claims = authjs_json_get_object(authjs_json_get(v, "result"), "payload");
        json_object_object_del(claims, "nbf");
        assert_null(authjs_jwt_encode(pool, ring, claims, 3600, NOW, &token));
        assert_null(authjs_jwt_decode(pool, ring, token, strlen(token), NOW, &back));
        assert_true(json_object_equal(claims, back));
        assert_string_equal(authjs_json_text(pool, back), authjs_json_text(pool, claims));
        apr_pool_destroy(pool);
        encoded++;
    }
    assert_int_equal(encoded, 69);
}

static const char *encoded_text(apr_pool_t *pool, struct json_object *claims,
                                const char **token)
{
    const authjs_keyring_t *ring = helper_ring(pool, SALT, "secret", NULL);
    apr_size_t len;
    char *plain;

    assert_null(authjs_jwt_encode(pool, ring, claims, 2592000, NOW, token));
    assert_null(authjs_jwe_open(pool, ring, *token, strlen(*token), &plain, &len));
    return plain;
}

static void encoding_keeps_the_order(void **state)
{
    apr_pool_t *pool = *state;
    struct json_object *claims = authjs_json_object(pool);
    const char *token, *first, *second, *text;

    authjs_json_set_string(claims, "exp", "old");
    authjs_json_set_string(claims, "sub", "u/1");
    authjs_json_set_string(claims, "jti", "old");
    text = encoded_text(pool, claims, &token);
    first = authjs_json_get_string(claims, "jti");
    assert_int_equal(strlen(first), 36);
    assert_string_equal(
        text, apr_pstrcat(pool, "{\"exp\":1792592000,\"sub\":\"u/1\",\"jti\":\"", first,
                          "\",\"iat\":1790000000}", NULL));
    first = apr_pstrdup(pool, first);
    encoded_text(pool, claims, &token);
    second = authjs_json_get_string(claims, "jti");
    assert_string_not_equal(first, second);
}

static void what_cannot_be_read_is_not_encoded(void **state)
{
    apr_pool_t *pool = *state;
    const authjs_keyring_t *ring = helper_ring(pool, SALT, "secret", NULL);
    struct json_object *claims = authjs_json_object(pool), *outer, *inner = claims;
    const char *token = "";
    int i;

    authjs_json_set_string(claims, "name", "latin \xe9");
    assert_non_null(authjs_jwt_encode(pool, ring, claims, 60, NOW, &token));
    assert_null(token);
    authjs_json_set_string(claims, "name", NULL);
    assert_null(authjs_jwt_encode(pool, ring, claims, 60, NOW, &token));
    for (i = 0; i < AUTHJS_JSON_MAX_DEPTH; i++) {
        outer = authjs_json_object(pool);
        authjs_json_set(outer, "in", inner);
        inner = outer;
    }
    assert_non_null(authjs_jwt_encode(pool, ring, inner, 60, NOW, &token));
    authjs_json_set_string(claims, "name",
                           helper_repeat(pool, 'x', AUTHJS_JWE_MAX_PLAIN));
    assert_non_null(authjs_jwt_encode(pool, ring, claims, 60, NOW, &token));
}

static int accepted(apr_pool_t *pool, const char *text)
{
    authjs_claims_t claims;
    const char *why = authjs_claims_read(pool, text, strlen(text), NOW, &claims);

    if (why) {
        assert_no_claims(&claims);
    }
    return !why;
}

/* auth_time is nobody's reason to refuse a token: what is no number is absent. */
static void proof_is_read_where_it_stands(void **state)
{
    static const struct {
        const char *text, *factor;
        apr_int64_t auth_time;
    } rows[] = {
        {"{}", NULL, 0},
        {"{\"factor\":\"mfa\",\"auth_time\":1789999999}", "mfa", 1789999999},
        {"{\"factor\":\"mfa\",\"factor\":\"passkey\"}", "passkey", 0},
        {"{\"f\\u0061ctor\":\"mfa\"}", "mfa", 0},
        {"{\"factor\":\"m\\u0066a\"}", "mfa", 0},
        {"{\"factor\":[\"mfa\"]}", NULL, 0},
        {"{\"factor\":null}", NULL, 0},
        {"{\"factor\":\"mfa\\n\"}", NULL, 0},
        {"{\"factors\":\"mfa\",\"user\":{\"factor\":\"mfa\",\"auth_time\":1}}", NULL, 0},
        {"{\"auth_time\":1,\"auth_time\":2}", NULL, 2},
        {"{\"auth_time\":2,\"auth_time\":\"x\"}", NULL, 0},
        {"{\"auth_time\":\"1789999999\"}", NULL, 0},
        {"{\"auth_time\":null}", NULL, 0},
        {"{\"auth_time\":{}}", NULL, 0},
        {"{\"auth_time\":1.5}", NULL, 2},
        {"{\"auth_time\":1e300}", NULL, APR_INT64_C(9007199254740992)},
        {"{\"auth_time\":-5}", NULL, -5},
    };
    authjs_claims_t claims;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_null(
            authjs_claims_read(*state, rows[i].text, strlen(rows[i].text), NOW, &claims));
        if (!rows[i].factor != !claims.factor.value ||
            (rows[i].factor && strcmp(rows[i].factor, claims.factor.value)) ||
            claims.auth_time != rows[i].auth_time) {
            fail_msg("%s", rows[i].text);
        }
    }
}

static void times_are_compared_with_15_seconds_of_tolerance(void **state)
{
    static const struct {
        const char *text;
        int accepted;
    } rows[] = {
        {"{}", 1},
        {"{\"exp\":1789999986}", 1},
        {"{\"exp\":1789999985.1}", 1},
        {"{\"exp\":1789999985}", 0},
        {"{\"exp\":1789999984.9}", 0},
        {"{\"exp\":0}", 0},
        {"{\"exp\":-1}", 0},
        {"{\"exp\":-0.5}", 0},
        {"{\"exp\":-1e300}", 0},
        {"{\"exp\":1e300}", 1},
        {"{\"exp\":1.79e9}", 1},
        {"{\"exp\":1180591620717411303424e0}", 1},
        {"{\"exp\":1180591620717411303424}", 0}, /* more than 64 bits: no JSON of ours */
        {"{\"exp\":\"1890000000\"}", 0},
        {"{\"exp\":true}", 0},
        {"{\"exp\":null}", 0},
        {"{\"exp\":[]}", 0},
        {"{\"exp\":{}}", 0},
        {"{\"exp\":1,\"exp\":1890000000}", 1},
        {"{\"exp\":\"x\",\"exp\":1890000000}", 1},
        {"{\"exp\":1890000000,\"exp\":1}", 0},
        {"{\"exp\":1890000000,\"\\u0065xp\":1}", 0},
        {"{\"nbf\":1790000015}", 1},
        {"{\"nbf\":1790000014.9}", 1},
        {"{\"nbf\":1790000015.1}", 0},
        {"{\"nbf\":1790000016}", 0},
        {"{\"nbf\":1e300}", 0},
        {"{\"nbf\":\"0\"}", 0},
        {"{\"nbf\":null}", 0},
        {"{\"iat\":1e300}", 1},
        {"{\"iat\":-5}", 1},
        {"{\"iat\":\"5\"}", 0},
        {"{\"iat\":false}", 0},
        {"{\"user\":{\"exp\":1}}", 1},
        {"{\"EXP\":1}", 1},
        {"[]", 0},
        {"null", 0},
        {"\"{}\"", 0},
        {"", 0},
        {"{} {}", 0},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (accepted(*state, rows[i].text) != rows[i].accepted) {
            fail_msg("%s", rows[i].text);
        }
    }
}

static void claims_are_read_as_they_stand(void **state)
{
    static const char text[] =
        "{ \"n\\u0061me\":\"\\u00e9 \\ud83e\\udd84\", \"email\" : \"a@b\","
        "\"picture\":null,\"sub\":\"1\",\"sub\":17,\"provider\":\"x\\u0000y\","
        "\"email_verified\":false,\"iat\":1.5,\"exp\":1e30,"
        "\"nested\":{\"sub\":\"evil\"},\"Sub\":\"evil\",\"sub2\":\"evil\"}";
    authjs_claims_t c;

    assert_null(authjs_claims_read(*state, text, strlen(text), NOW, &c));
    assert_string_equal(c.name.value, "\xc3\xa9 \xf0\x9f\xa6\x84");
    assert_memory_equal(c.name.raw, "\"\\u00e9 \\ud83e\\udd84\"", c.name.raw_len);
    assert_string_equal(c.email.value, "a@b");
    assert_int_equal(c.email.raw_len, 5);
    assert_null(c.picture.value);
    assert_memory_equal(c.picture.raw, "null", c.picture.raw_len);
    assert_null(c.sub.value);
    assert_memory_equal(c.sub.raw, "17", c.sub.raw_len);
    assert_null(c.provider.value);
    assert_int_equal(c.provider.raw_len, 10);
    assert_true(c.email_unverified);
    assert_true(c.iat == 2);
    assert_true(c.exp == 9007199254740992);
    assert_ptr_equal(c.json, text);
    assert_int_equal(c.json_len, strlen(text));
}

static void what_says_no_yes_is_unverified(void **state)
{
    static const struct {
        const char *text;
        int unverified;
    } rows[] = {
        {"{\"email_verified\":false}", 1},
        {"{\"email_verified\":true}", 0},
        {"{\"email_verified\":\"true\"}", 0},
        {"{\"email_verified\":\"tr\\u0075e\"}", 0},
        {"{\"email_verified\":1}", 0},
        {"{\"email_verified\":\"1\"}", 0},
        {"{\"email_verified\":null}", 1},
        {"{\"email_verified\":\"false\"}", 1},
        {"{\"email_verified\":\"False\"}", 1},
        {"{\"email_verified\":\"True\"}", 1},
        {"{\"email_verified\":\"true\\u0000\"}", 1},
        {"{\"email_verified\":\"no\"}", 1},
        {"{\"email_verified\":\"\"}", 1},
        {"{\"email_verified\":\"0\"}", 1},
        {"{\"email_verified\":0}", 1},
        {"{\"email_verified\":1.0}", 1},
        {"{\"email_verified\":-1}", 1},
        {"{\"email_verified\":2}", 1},
        {"{\"email_verified\":{}}", 1},
        {"{\"email_verified\":[true]}", 1},
        {"{}", 0},
        {"{\"email_verified\":true,\"email_verified\":false}", 1},
    };
    const char *text;
    authjs_claims_t c;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_null(
            authjs_claims_read(*state, rows[i].text, strlen(rows[i].text), NOW, &c));
        assert_int_equal(c.email_unverified, rows[i].unverified);
        assert_null(authjs_claims_email(&c));
        text = apr_pstrcat(*state, "{\"email\":\"a@b\",", rows[i].text + 1, NULL);
        if (rows[i].text[1] == '}') {
            text = "{\"email\":\"a@b\"}";
        }
        assert_null(authjs_claims_read(*state, text, strlen(text), NOW, &c));
        assert_int_equal(authjs_claims_email(&c) == NULL, rows[i].unverified);
        assert_true(c.sub.raw == NULL && c.sub.value == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_vector),
        TEST(every_payload_is_encoded),
        TEST(encoding_keeps_the_order),
        TEST(what_cannot_be_read_is_not_encoded),
        TEST(proof_is_read_where_it_stands),
        TEST(times_are_compared_with_15_seconds_of_tolerance),
        TEST(claims_are_read_as_they_stand),
        TEST(what_says_no_yes_is_unverified),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
