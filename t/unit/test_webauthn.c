/* Ceremonies: the records of a browser, what is expected and what is not, and everything
 * that a sender may leave out, write twice or put another way. */
#include "webauthn_helper.h"

#include <apr_general.h>
#include <openssl/err.h>

static apr_pool_t *pool;
static EVP_PKEY *pkey; /* kinds[0] */
static buf_t id, cose;

/* ---- a browser's records (t/data/webauthn.json) -------------------------------- */

static const char *challenge_of(const buf_t *client)
{
    struct json_object *object;

    assert_null(
        authjs_json_parse_object(&object, pool, (const char *)client->data, client->len));
    return authjs_json_get_string(object, "challenge");
}

static struct json_object *sent_record(struct json_object *response, const char *text)
{
    struct json_object *sent = authjs_json_object(pool);

    authjs_json_set_string(sent, "id", text);
    authjs_json_set_string(sent, "rawId", text);
    authjs_json_set_string(sent, "type", "public-key");
    authjs_json_set(sent, "response", response);
    return sent;
}

static void record(struct json_object *created)
{
    struct json_object *got = authjs_json_get_object(created, "get");
    authjs_webauthn_expected_t expected = expected_of(pool);
    authjs_ceremony_t made, used;
    buf_t client =
        from_base64url(pool, authjs_json_get_string(created, "clientDataJSON"));
    apr_int64_t alg;

    expected.challenge = challenge_of(&client);
    assert_null(authjs_webauthn_register(
        &made, pool, sent_record(created, authjs_json_get_string(created, "id")),
        &expected));
    assert_true(authjs_json_get_int64(created, "pkAlg", &alg));
    assert_int_equal(made.algorithm, alg);
    assert_string_equal(authjs_base64url(pool, made.credential.id,
                                         made.credential.id_len),
                        authjs_json_get_string(created, "id"));
    assert_null(made.user_handle);
    assert_non_null(made.format);

    client = from_base64url(pool, authjs_json_get_string(got, "clientDataJSON"));
    expected.challenge = challenge_of(&client);
    assert_null(authjs_webauthn_authenticate(
        &used, pool, sent_record(got, authjs_json_get_string(got, "id")), &expected,
        &made.credential));
    assert_int_equal(used.credential.counter, 2);
    assert_int_equal(used.user_verified, made.user_verified);
    assert_null(used.format);
    if (authjs_json_get_string(got, "userHandle")) {
        assert_int_equal(used.user_handle_len, 8);
        assert_memory_equal(used.user_handle, "dXNlci0x", 8);
    }
    else {
        assert_null(used.user_handle);
    }
    /* The counter that came is the one that is stored next: the same answer is a copy. */
    made.credential.counter = used.credential.counter;
    assert_string_equal(
        authjs_webauthn_authenticate(&used, pool,
                                     sent_record(got, authjs_json_get_string(got, "id")),
                                     &expected, &made.credential),
        "the authenticator's counter went back: there may be a copy of it");
}

static void records(void **state)
{
    struct json_object *all = helper_data(pool, "webauthn.json");
    size_t i;

    (void)state;
    assert_int_equal(json_object_array_length(all), 6);
    for (i = 0; i < 6; i++) {
        record(json_object_array_get_idx(all, i));
    }
}

/* ---- one ceremony, otherwise --------------------------------------------------- */

typedef struct {
    const char *more; /* members of the client data */
    const char *type; /* NULL: the right one */
    unsigned flags;   /* 0: 0x45 or 0x05 */
    unsigned counter, stored_counter;
    const char *behind; /* hex, behind the authenticator data */
    authjs_webauthn_expected_t expected;
} asked_t;

static asked_t asked(void)
{
    asked_t made = {"", NULL, 0, 1, 0, "", {0}};

    made.expected = expected_of(pool);
    return made;
}

static const char *create(authjs_ceremony_t *ceremony, const asked_t *ask)
{
    buf_t client =
        client_data(pool, ask->type ? ask->type : "webauthn.create", ask->more);
    buf_t authdata =
        authdata_of(pool, ask->flags ? ask->flags : 0x45, ask->counter, &id, &cose);
    buf_t behind = from_hex(pool, ask->behind), object;

    put(pool, &authdata, behind.data, behind.len);
    object = attestation_of(pool, "none", NULL, &authdata);
    return authjs_webauthn_register(
        ceremony, pool, sent_of(pool, &id, &client, &object, NULL), &ask->expected);
}

static const char *get(authjs_ceremony_t *ceremony, const asked_t *ask)
{
    authjs_credential_t stored = {id.data, id.len, cose.data, cose.len,
                                  ask->stored_counter};
    buf_t client = client_data(pool, ask->type ? ask->type : "webauthn.get", ask->more);
    buf_t authdata =
        authdata_of(pool, ask->flags ? ask->flags : 0x05, ask->counter, NULL, NULL);
    buf_t behind = from_hex(pool, ask->behind), signature;

    put(pool, &authdata, behind.data, behind.len);
    signature = sign_of(pool, &kinds[0], pkey, &authdata, &client);
    return authjs_webauthn_authenticate(
        ceremony, pool, sent_of(pool, &id, &client, &authdata, &signature),
        &ask->expected, &stored);
}

static void same(const char *said, const char *wanted)
{
    if (!wanted) {
        assert_null(said);
    }
    else {
        assert_non_null(said);
        assert_string_equal(said, wanted);
    }
}

/* The same for both ceremonies. */
static void both(const asked_t *ask, const char *wanted)
{
    authjs_ceremony_t ceremony;

    same(create(&ceremony, ask), wanted);
    same(get(&ceremony, ask), wanted);
}

static void client_members(void **state)
{
    static const struct {
        const char *more, *why;
    } cases[] = {
        {"", NULL},
        {",\"crossOrigin\":false", NULL},
        {",\"new\":{\"deep\":[1,2.5,null]}", NULL},
        {",\"tokenBinding\":{\"status\":\"supported\"}", NULL},
        {",\"tokenBinding\":{\"status\":\"not-supported\"}", NULL},
        {",\"tokenBinding\":{\"status\":\"present\",\"id\":\"YQ\"}",
         "the browser speaks of a token binding"},
        {",\"tokenBinding\":\"supported\"", "the browser speaks of a token binding"},
        {",\"tokenBinding\":null", "the browser speaks of a token binding"},
        {",\"tokenBinding\":{}", "the browser speaks of a token binding"},
        {",\"crossOrigin\":true", "a page inside another site's asked"},
        {",\"crossOrigin\":\"false\"", "a page inside another site's asked"},
        {",\"crossOrigin\":0", "a page inside another site's asked"},
        {",\"crossOrigin\":null", "a page inside another site's asked"},
        {",\"topOrigin\":\"" ORIGIN "\"", "a page inside another one asked"},
        {",\"topOrigin\":null", "a page inside another one asked"},
        {",\"crossOrigin\":false,\"topOrigin\":\"https://evil.example\"",
         "a page inside another one asked"},
#define UNREADABLE "the client data is not a JSON object, strictly read"
        {",\"type\":\"webauthn.get\"", UNREADABLE},
        {",\"origin\":\"" ORIGIN "\"", UNREADABLE},
        {",\"challenge\":\"" CHALLENGE "\"", UNREADABLE},
        {",\"x\":1,\"x\":1", UNREADABLE},
        {",\"\\u0074ype\":\"webauthn.get\"", UNREADABLE},
        {",\"x\":NaN", UNREADABLE},
        {",\"x\":'a'", UNREADABLE},
        {",\"x\":\"\\ud800\"", UNREADABLE},
        {",\"x\":\"\xff\"", UNREADABLE},
        {",", UNREADABLE},
        {"}", UNREADABLE},
        {",\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
         UNREADABLE},
    };
    asked_t ask = asked();
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ask.more = cases[i].more;
        both(&ask, cases[i].why);
    }
}

static void types(void **state)
{
    static const char *const wrong[] = {"",
                                        "webauthn",
                                        "WEBAUTHN.GET",
                                        "payment.get",
                                        "webauthn.get\\u0000",
                                        "webauthn.create "};
    authjs_ceremony_t ceremony;
    asked_t ask = asked();
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ask.type = wrong[i];
        both(&ask, "the client data is of another type of ceremony");
    }
    ask.type = "webauthn.get";
    same(create(&ceremony, &ask), "the client data is of another type of ceremony");
    ask.type = "webauthn.create";
    same(get(&ceremony, &ask), "the client data is of another type of ceremony");
}

static void expectations(void **state)
{
    static const char *const challenges[] = {"",
                                             "A",
                                             CHALLENGE "A",
                                             CHALLENGE "=",
                                             "y2hhbGxlbmdlLWNyZWF0ZS0wMTIzNDU2Nzg5",
                                             "Y2hhbGxlbmdlLWNyZWF0ZS0wMTIzNDU2Nzg"};
    static const char *const origins[] = {"https://localhost:18260",
                                          "http://localhost:18261",
                                          "http://localhost",
                                          "http://localhost:18260/",
                                          "http://LOCALHOST:18260",
                                          "http://localhost:018260",
                                          "http://localhost:18260.evil",
                                          "localhost:18260",
                                          ""};
    static const char *const sites[] = {"localhost.", "LOCALHOST", "evil.example", ""};
    asked_t ask = asked();
    apr_array_header_t *only = apr_array_make(pool, 1, sizeof(const char *));
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(challenges) / sizeof(challenges[0]); i++) {
        ask.expected.challenge = challenges[i];
        both(&ask, "the challenge is not the one that was sent");
    }
    ask.expected.challenge = NULL;
    both(&ask, "the challenge is not the one that was sent");
    ask = asked();
    for (i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
        ask.expected.rp_id = sites[i];
        both(&ask, "the authenticator answered another site");
    }
    ask = asked();
    ask.expected.origins = only;
    both(&ask, "the origin is not one of the site's");
    APR_ARRAY_PUSH(only, const char *) = "";
    for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
        APR_ARRAY_IDX(only, 0, const char *) = origins[i];
        both(&ask, "the origin is not one of the site's");
    }
    APR_ARRAY_IDX(only, 0, const char *) = ORIGIN;
    both(&ask, NULL);
}

#define NOBODY  "the authenticator did not see that a person is there"
#define UNKNOWN "the authenticator did not verify the person"
#define COPIED  "the authenticator has copied what it says cannot be copied"

/* All values of the flags, with nothing behind: what they say of the person, and what has
 * to follow. */
static void flags(void **state)
{
    /* What should have been a credential begins with CBOR's -17. */
    static const char *const create_misses[] = {
        "the authenticator data has bytes behind its end", NULL,
        "the CBOR has bytes behind its end", "the CBOR ends too early"};
    static const char *const get_misses[] = {NULL,
                                             "the authenticator data ends too early",
                                             "the CBOR ends too early",
                                             "the authenticator data ends too early"};
    authjs_ceremony_t ceremony;
    asked_t ask = asked();

    (void)state;
    ask.expected.user_verification = 1;
    for (ask.flags = 1; ask.flags < 256; ask.flags++) {
        unsigned follows = ask.flags >> 6; /* 1: a credential, 2: extensions */
        const char *of_person = !(ask.flags & 1)         ? NOBODY
                                : !(ask.flags & 4)       ? UNKNOWN
                                : (ask.flags & 24) == 16 ? COPIED
                                                         : NULL;
        const char *why = create_misses[follows] ? create_misses[follows] : of_person;

        same(create(&ceremony, &ask), why);
        if (!why) {
            assert_int_equal(ceremony.user_verified, 1);
            assert_int_equal(ceremony.backup_eligible, (ask.flags & 8) != 0);
            assert_int_equal(ceremony.backed_up, (ask.flags & 16) != 0);
        }
        same(get(&ceremony, &ask), get_misses[follows] ? get_misses[follows] : of_person);
    }
}

static void verification_is_a_policy(void **state)
{
    authjs_ceremony_t ceremony;
    asked_t ask = asked();

    (void)state;
    ask.flags = 0x41;
    same(create(&ceremony, &ask), NULL);
    assert_int_equal(ceremony.user_verified, 0);
    ask.flags = 0x01;
    same(get(&ceremony, &ask), NULL);
    assert_int_equal(ceremony.user_verified, 0);
    ask.expected.user_verification = 1;
    same(get(&ceremony, &ask), UNKNOWN);
    ask.flags = 0x41;
    same(create(&ceremony, &ask), UNKNOWN);
}

/* Extensions are a map that is well-formed, and nothing is behind it. */
static void extensions(void **state)
{
    static const struct {
        const char *behind, *why;
    } cases[] = {
        {"a0", NULL},
        {"a1 6b6372656450726f74656374 02", NULL},
        {"a2 6375766d 81 83 02 04 02 6b6372656450726f74656374 02", NULL},
        {"a1 6b686d61632d736563726574 f5", NULL},
        {"", "the CBOR ends too early"},
        {"a1", "the CBOR ends too early"},
        {"80", "the extensions are not a map"},
        {"f6", "the extensions are not a map"},
        {"00", "the extensions are not a map"},
        {"a0 00", "the CBOR has bytes behind its end"},
        {"a0 a0", "the CBOR has bytes behind its end"},
        {"bf ff", "the CBOR has an indefinite length"},
        {"a2 6161 00 6161 00", "the CBOR has a key twice"},
        {"a1 6161 fb 3ff0000000000000",
         "the CBOR has a float or a simple value that is not true, false or null"},
        {"a1 6161 c0 00", "the CBOR has a tag"},
        {"a1 6161 81 81 81 81 81 81 81 81 00", "the CBOR is too deep"},
    };
    authjs_ceremony_t ceremony;
    asked_t ask = asked();
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ask.behind = cases[i].behind;
        ask.flags = 0xc5;
        if (!cases[i].why ||
            strcmp(cases[i].why, "the CBOR has text that is not UTF-8")) {
            same(create(&ceremony, &ask), cases[i].why);
            ask.flags = 0x85;
            same(get(&ceremony, &ask), cases[i].why);
        }
        if (*cases[i].behind) {
            ask.flags = 0; /* they are there, and not announced */
            both(&ask, "the authenticator data has bytes behind its end");
        }
    }
}

static void counters(void **state)
{
    static const struct {
        unsigned stored, said;
        int good;
    } cases[] = {
        {0, 0, 1},
        {0, 1, 1},
        {1, 2, 1},
        {1, 0xffffffff, 1},
        {0x7fffffff, 0x80000000, 1},
        {0xfffffffe, 0xffffffff, 1},
        {1, 1, 0},
        {1, 0, 0},
        {2, 1, 0},
        {0xffffffff, 0, 0},
        {0xffffffff, 0xffffffff, 0},
        {0x80000000, 0x7fffffff, 0},
    };
    authjs_ceremony_t ceremony;
    asked_t ask = asked();
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ask.counter = cases[i].said;
        ask.stored_counter = cases[i].stored;
        same(get(&ceremony, &ask),
             cases[i].good
                 ? NULL
                 : "the authenticator's counter went back: there may be a copy of it");
        if (cases[i].good) {
            assert_int_equal(ceremony.credential.counter, cases[i].said);
        }
        same(create(&ceremony, &ask), NULL);
        assert_int_equal(ceremony.credential.counter, cases[i].said);
    }
}

/* ---- ids ----------------------------------------------------------------------- */

static void id_lengths(void **state)
{
    static const apr_size_t lengths[] = {1, 16, 64, 255, 256, 1023};
    unsigned char many[2000];
    authjs_ceremony_t ceremony;
    asked_t ask = asked();
    buf_t kept = id;
    apr_size_t i;

    (void)state;
    memset(many, 7, sizeof(many));
    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        memset(&id, 0, sizeof(id));
        put(pool, &id, many, lengths[i]);
        both(&ask, NULL);
    }
    memset(&id, 0, sizeof(id));
    put(pool, &id, many, 1024);
    both(&ask,
         "the credential's id is missing, twice different, no base64url, or too long");
    id.len = 0;
    both(&ask,
         "the credential's id is missing, twice different, no base64url, or too long");
    id = kept;
    same(create(&ceremony, &ask), NULL);
    assert_int_equal(ceremony.credential.id_len, id.len);
    assert_memory_equal(ceremony.credential.id, id.data, id.len);
}

/* What the authenticator says its credential is called is what the browser says. */
static void another_id(void **state)
{
    authjs_webauthn_expected_t expected = expected_of(pool);
    authjs_ceremony_t ceremony;
    buf_t client = client_data(pool, "webauthn.create", "");
    buf_t other = {0}, authdata, object;
    authjs_credential_t stored = {NULL, 0, cose.data, cose.len, 0};
    buf_t got = client_data(pool, "webauthn.get", "");
    buf_t data = authdata_of(pool, 5, 1, NULL, NULL);
    buf_t signature = sign_of(pool, &kinds[0], pkey, &data, &got);

    (void)state;
    put(pool, &other, id.data, id.len - 1);
    authdata = authdata_of(pool, 0x45, 0, &other, &cose);
    object = attestation_of(pool, "none", NULL, &authdata);
    same(authjs_webauthn_register(&ceremony, pool,
                                  sent_of(pool, &id, &client, &object, NULL), &expected),
         "the credential's id is not the one that was sent");
    stored.id = other.data;
    stored.id_len = other.len;
    same(authjs_webauthn_authenticate(&ceremony, pool,
                                      sent_of(pool, &id, &got, &data, &signature),
                                      &expected, &stored),
         "the credential's id is not the stored one's");
}

/* OpenSSL's queue of errors is this thread's: what failed here is nobody else's. */
static void nothing_is_left(void **state)
{
    (void)state;
    assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records),         cmocka_unit_test(client_members),
        cmocka_unit_test(types),           cmocka_unit_test(expectations),
        cmocka_unit_test(flags),           cmocka_unit_test(verification_is_a_policy),
        cmocka_unit_test(extensions),      cmocka_unit_test(counters),
        cmocka_unit_test(id_lengths),      cmocka_unit_test(another_id),
        cmocka_unit_test(nothing_is_left),
    };
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    pkey = helper_key(kinds[0].type, kinds[0].bits, kinds[0].curve);
    put(pool, &id, "an id of some bytes", 19);
    cose = cose_of(pool, &kinds[0], pkey);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    EVP_PKEY_free(pkey);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
