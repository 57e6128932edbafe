/* What was sent, with each member left out, of another type, huge or otherwise wrong; and
 * attestation objects that are none. */
#include "webauthn_helper.h"

#include <apr_general.h>

static apr_pool_t *pool;
static EVP_PKEY *pkey; /* kinds[0] */
static buf_t id, cose, created, got;

static buf_t authdata(void)
{
    return authdata_of(pool, 0x45, 7, &id, &cose);
}

static struct json_object *registration(void)
{
    buf_t data = authdata(), object = attestation_of(pool, "none", NULL, &data);

    return sent_of(pool, &id, &created, &object, NULL);
}

static struct json_object *authentication(void)
{
    buf_t data = authdata_of(pool, 5, 1, NULL, NULL);
    buf_t signature = sign_of(pool, &kinds[0], pkey, &data, &got);

    return sent_of(pool, &id, &got, &data, &signature);
}

static const char *verify_with(struct json_object *sent, authjs_attestation_e policy)
{
    authjs_webauthn_expected_t expected = expected_of(pool);
    authjs_credential_t stored = {id.data, id.len, cose.data, cose.len, 0};
    authjs_ceremony_t ceremony;

    expected.attestation = policy;
    return authjs_json_get(authjs_json_get(sent, "response"), "signature")
               ? authjs_webauthn_authenticate(&ceremony, pool, sent, &expected, &stored)
               : authjs_webauthn_register(&ceremony, pool, sent, &expected);
}

static const char *verify(struct json_object *sent)
{
    return verify_with(sent, AUTHJS_ATTESTATION_NONE);
}

static void refused(const char *said, const char *wanted)
{
    assert_non_null(said);
    assert_string_equal(said, wanted);
}

/* ---- members of what was sent -------------------------------------------------- */

#define ID "the credential's id is missing, twice different, no base64url, or too long"

static char *filled(char c, apr_size_t len)
{
    char *text = apr_palloc(pool, len + 1);

    memset(text, c, len);
    text[len] = '\0';
    return text;
}

/* Everything that a member of text should not be. */
static void each_wrong(struct json_object *(*make)(void), int inside, const char *name,
                       const char *why)
{
    const char *texts[] = {"",     "=",   "A",    "AB==",  "AB+/", " AA",   "AA ",
                           "AA\n", "A-B", "\xc3", "AAAA=", "AAA=", "AAAAB", NULL};
    struct json_object *const others[] = {
        NULL,
        json_object_new_int(1),
        json_object_new_boolean(1),
        json_object_new_double(1.5),
        json_object_new_object(),
        json_object_new_array(),
        json_object_new_string_len("AA\0AA", 5),
        json_object_new_string(filled('A', 1024 * 1024)),
        json_object_new_string(filled('[', 50000)),
    };
    apr_size_t i;

    for (i = 0; texts[i]; i++) {
        struct json_object *sent = make();

        authjs_json_set_string(inside ? authjs_json_get(sent, "response") : sent, name,
                               texts[i]);
        refused(verify(sent), why);
    }
    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct json_object *sent = make();

        json_object_object_add(inside ? authjs_json_get(sent, "response") : sent, name,
                               others[i]);
        refused(verify(sent), why);
    }
    if (strcmp(name, "signature") != 0) {
        struct json_object *sent = make();

        json_object_object_del(inside ? authjs_json_get(sent, "response") : sent, name);
        refused(verify(sent), why);
    }
}

static void members(void **state)
{
    (void)state;
    assert_null(verify(registration()));
    assert_null(verify(authentication()));
    each_wrong(registration, 0, "id", ID);
    each_wrong(registration, 0, "rawId", ID);
    each_wrong(authentication, 0, "id", ID);
    each_wrong(authentication, 0, "rawId", ID);
    each_wrong(registration, 0, "type", "what was sent is not a public key's");
    each_wrong(authentication, 0, "type", "what was sent is not a public key's");
    each_wrong(registration, 1, "clientDataJSON",
               "clientDataJSON is missing, no base64url, or too long");
    each_wrong(authentication, 1, "clientDataJSON",
               "clientDataJSON is missing, no base64url, or too long");
    each_wrong(registration, 1, "attestationObject",
               "attestationObject is missing, no base64url, or too long");
    each_wrong(authentication, 1, "authenticatorData",
               "authenticatorData is missing, no base64url, or too long");
}

/* Where there is no signature, what was sent is taken as it is: no registration. */
static void signatures(void **state)
{
    authjs_webauthn_expected_t expected = expected_of(pool);
    authjs_credential_t stored = {id.data, id.len, cose.data, cose.len, 0};
    authjs_ceremony_t ceremony;
    struct json_object *sent = authentication(), *response;

    (void)state;
    response = authjs_json_get(sent, "response");
    json_object_object_del(response, "signature");
    refused(authjs_webauthn_authenticate(&ceremony, pool, sent, &expected, &stored),
            "signature is missing, no base64url, or too long");
    json_object_object_add(response, "signature", json_object_new_int(1));
    refused(verify(sent), "signature is missing, no base64url, or too long");
    authjs_json_set_string(response, "signature", "A");
    refused(verify(sent), "signature is missing, no base64url, or too long");
    authjs_json_set_string(response, "signature", filled('A', 1368));
    refused(verify(sent), "signature is missing, no base64url, or too long");
    authjs_json_set_string(response, "signature", "AA");
    refused(verify(sent), "the signature is wrong");
    authjs_json_set_string(response, "signature", filled('A', 1364));
    refused(verify(sent), "the signature is wrong");
}

static void no_response(void **state)
{
    struct json_object *sent = registration();

    (void)state;
    json_object_object_del(sent, "response");
    refused(verify(sent), "clientDataJSON is missing, no base64url, or too long");
    authjs_json_set_string(sent, "response", "x");
    refused(verify(sent), "clientDataJSON is missing, no base64url, or too long");
    json_object_object_add(sent, "response", json_object_new_array());
    refused(verify(sent), "clientDataJSON is missing, no base64url, or too long");
    refused(verify(NULL), "what was sent is not a public key's");
}

/* The handle says nothing that is believed; it only has to be text of some bytes. */
static void handles(void **state)
{
    static const char why[] = "userHandle is no text, or too long";
    struct json_object *sent = authentication();
    struct json_object *response = authjs_json_get(sent, "response");

    (void)state;
    json_object_object_add(response, "userHandle", NULL);
    assert_null(verify(sent));
    authjs_json_set_string(response, "userHandle", "");
    assert_null(verify(sent));
    authjs_json_set_string(response, "userHandle", filled('a', 192));
    assert_null(verify(sent));
    json_object_object_add(response, "userHandle", json_object_new_string_len("a\0b", 3));
    assert_null(verify(sent));
    authjs_json_set_string(response, "userHandle", filled('a', 193));
    refused(verify(sent), why);
    json_object_object_add(response, "userHandle", json_object_new_int(1));
    refused(verify(sent), why);
    json_object_object_add(response, "userHandle", json_object_new_object());
    refused(verify(sent), why);
}

/* ---- sizes --------------------------------------------------------------------- */

static void sizes(void **state)
{
    struct json_object *sent = registration();
    buf_t data, object, signature;
    const char *blank = filled(' ', 16 * 1024);

    (void)state;
    /* Client data of 16 KiB, and of one byte more. */
    data = client_data(pool, "webauthn.create", "");
    data = client_data(pool, "webauthn.create", blank + data.len);
    assert_int_equal(data.len, 16 * 1024);
    authjs_json_set_string(authjs_json_get(sent, "response"), "clientDataJSON",
                           authjs_base64url(pool, data.data, data.len));
    assert_null(verify(sent));
    put_byte(pool, &data, ' ');
    authjs_json_set_string(authjs_json_get(sent, "response"), "clientDataJSON",
                           authjs_base64url(pool, data.data, data.len));
    refused(verify(sent), "clientDataJSON is missing, no base64url, or too long");
    /* Extensions that make the data of an authentication longer than 4 KiB. */
    data = authdata_of(pool, 0x85, 1, NULL, NULL);
    put_head(pool, &data, 5, 1);
    put_text(pool, &data, "x");
    put_bytes(pool, &data, blank, 4 * 1024 - data.len - 3);
    assert_int_equal(data.len, 4 * 1024);
    signature = sign_of(pool, &kinds[0], pkey, &data, &got);
    assert_null(verify(sent_of(pool, &id, &got, &data, &signature)));
    put_byte(pool, &data, 0);
    refused(verify(sent_of(pool, &id, &got, &data, &signature)),
            "authenticatorData is missing, no base64url, or too long");
    /* An attestation object of 32 KiB, and of more. */
    data = authdata_of(pool, 0xc5, 1, &id, &cose);
    put_head(pool, &data, 5, 1);
    put_text(pool, &data, "x");
    put_bytes(pool, &data, filled(' ', 32 * 1024),
              32 * 1024 - data.len - 3 - (1 + 4 + 5 + 8 + 1 + 9 + 3));
    object = attestation_of(pool, "none", NULL, &data);
    assert_int_equal(object.len, 32 * 1024);
    assert_null(verify(sent_of(pool, &id, &created, &object, NULL)));
    put_byte(pool, &object, 0);
    refused(verify(sent_of(pool, &id, &created, &object, NULL)),
            "attestationObject is missing, no base64url, or too long");
}

/* ---- attestation objects ------------------------------------------------------- */

static const char *attested(const char *format, const buf_t *statement,
                            authjs_attestation_e policy)
{
    buf_t data = authdata(), object = attestation_of(pool, format, statement, &data);

    return verify_with(sent_of(pool, &id, &created, &object, NULL), policy);
}

/* {"alg", "sig"}, and "x5c" of one certificate's bytes. */
static buf_t packed(int alg, const kind_t *kind, EVP_PKEY *key, int with_x5c)
{
    buf_t statement = {0}, data = authdata();
    buf_t sig = sign_of(pool, kind, key, &data, &created);

    put_head(pool, &statement, 5, with_x5c ? 3 : 2);
    put_text(pool, &statement, "alg");
    put_int(pool, &statement, alg);
    put_text(pool, &statement, "sig");
    put_bytes(pool, &statement, sig.data, sig.len);
    if (with_x5c) {
        put_text(pool, &statement, "x5c");
        put_head(pool, &statement, 4, 1);
        put_bytes(pool, &statement, "0", 1);
    }
    return statement;
}

#define NO_SELF                                                                          \
    "the site asks for an attestation by the credential itself, and this is none"

static void statements(void **state)
{
    EVP_PKEY *other = helper_key(kinds[0].type, kinds[0].bits, kinds[0].curve);
    buf_t good = packed(-7, &kinds[0], pkey, 0), bad, empty = from_hex(pool, "a0");

    (void)state;
    assert_null(attested("packed", &good, AUTHJS_ATTESTATION_NONE));
    assert_null(attested("packed", &good, AUTHJS_ATTESTATION_SELF));
    assert_null(attested("none", NULL, AUTHJS_ATTESTATION_NONE));
    refused(attested("none", NULL, AUTHJS_ATTESTATION_SELF), NO_SELF);
    refused(attested("none", &good, AUTHJS_ATTESTATION_NONE),
            "the attestation of format none has a statement");
    bad = packed(-7, &kinds[0], other, 0);
    refused(attested("packed", &bad, AUTHJS_ATTESTATION_NONE),
            "the attestation's signature is wrong");
    bad = packed(-8, &kinds[0], pkey, 0);
    refused(attested("packed", &bad, AUTHJS_ATTESTATION_NONE),
            "the attestation's algorithm is not the credential's");
    refused(attested("packed", &empty, AUTHJS_ATTESTATION_NONE),
            "the attestation statement is not a map of alg and sig");
    bad = from_hex(pool, "a2 63616c67 26 63736967 00");
    refused(attested("packed", &bad, AUTHJS_ATTESTATION_NONE),
            "the attestation statement is not a map of alg and sig");
    bad = from_hex(pool, "a2 63616c67 26 63736967 40");
    refused(attested("packed", &bad, AUTHJS_ATTESTATION_NONE),
            "the attestation's signature is wrong");
    bad = from_hex(pool, "a2 63616c67 6545533235 36 63736967 4100");
    refused(attested("packed", &bad, AUTHJS_ATTESTATION_NONE),
            "the attestation's algorithm is not the credential's");
    put(pool, &good, "\x61x\x00", 3);
    good.data[0] = 0xa3;
    refused(attested("packed", &good, AUTHJS_ATTESTATION_SELF),
            "the attestation statement is not a map of alg and sig");
    /* Somebody else's certificate: nothing that is asked for. */
    bad = packed(-7, &kinds[0], other, 1);
    assert_null(attested("packed", &bad, AUTHJS_ATTESTATION_NONE));
    refused(attested("packed", &bad, AUTHJS_ATTESTATION_SELF), NO_SELF);
    bad = packed(-7, &kinds[0], pkey, 1);
    refused(attested("packed", &bad, AUTHJS_ATTESTATION_SELF), NO_SELF);
    EVP_PKEY_free(other);
}

static void formats(void **state)
{
    static const char *const unknown[] = {
        "fido-u2f",          "apple", "android-key", "tpm",
        "android-safetynet", "x",     "Packed",      "NONE"};
    static const char *const none[] = {
        "", "a b", "a\n", "a\"", "a\\", "\xc3\xa4", "123456789012345678901234567890123"};
    buf_t statement = from_hex(pool, "a1 63736967 4100");
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        assert_null(attested(unknown[i], &statement, AUTHJS_ATTESTATION_NONE));
        refused(attested(unknown[i], &statement, AUTHJS_ATTESTATION_SELF), NO_SELF);
    }
    assert_null(
        attested("12345678901234567890123456789012", NULL, AUTHJS_ATTESTATION_NONE));
    for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        refused(attested(none[i], NULL, AUTHJS_ATTESTATION_NONE),
                "the attestation's format is no name of one");
    }
}

static const char *object_is(const char *before, const char *behind)
{
    buf_t object = from_hex(pool, before), data = authdata();
    buf_t end = from_hex(pool, behind);

    put_bytes(pool, &object, data.data, data.len);
    put(pool, &object, end.data, end.len);
    return verify(sent_of(pool, &id, &created, &object, NULL));
}

#define FMT     "63666d74 646e6f6e65 "
#define STMT    "6761747453746d74 a0 "
#define DATA    "686175746844617461 "
#define SHAPE   "the attestation object is not a map of fmt, attStmt and authData"
#define ANOTHER "0102"

static void objects(void **state)
{
    static const struct {
        const char *before, *behind, *why;
    } cases[] = {
        {"a3" FMT STMT DATA, "", NULL},
        {"a3" STMT FMT DATA, "", NULL},
        {"a3" DATA, STMT FMT, NULL},
        {"a2" FMT DATA, "", SHAPE},
        {"a2" STMT DATA, "", SHAPE},
        {"a4" FMT STMT DATA, ANOTHER, SHAPE},
        {"a3" FMT ANOTHER DATA, "", SHAPE},
        {"a3" FMT "6761747453746d74 80 " DATA, "", SHAPE},
        {"a3" FMT "6761747453746d74 f6 " DATA, "", SHAPE},
        {"a3" FMT STMT "686175746864617461", "", SHAPE}, /* authdata */
        {"a3" FMT STMT DATA "60", FMT, "the CBOR has bytes behind its end"},
        {"83" DATA, STMT, "the CBOR has bytes behind its end"},
        {"a3 63666d74 446e6f6e65 " STMT DATA, "",
         "the attestation's format is no name of one"},
        {"a3 63666d74 00 " STMT DATA, "", "the attestation's format is no name of one"},
        {"a3" FMT FMT DATA, "", "the CBOR has a key twice"},
        {"a4" FMT STMT STMT DATA, "", "the CBOR has a key twice"},
        {"a3" FMT STMT DATA, "00", "the CBOR has bytes behind its end"},
        {"a3" FMT STMT DATA, "f6", "the CBOR has bytes behind its end"},
        {"bf" FMT STMT DATA, "ff", "the CBOR has an indefinite length"},
        {"a3 63666d74 7f 646e6f6e65 ff " STMT DATA, "",
         "the CBOR has an indefinite length"},
        {"a3" FMT "6761747453746d74 bfff " DATA, "", "the CBOR has an indefinite length"},
        {"a3" FMT STMT DATA "5f", "ff", "the CBOR has an indefinite length"},
        {"d9d9f7 a3" FMT STMT DATA, "", "the CBOR has a tag"},
        {"a3" FMT STMT DATA "d818", "", "the CBOR has a tag"},
        {"a3" FMT "6761747453746d74 a1 6178 f93c00 " DATA, "",
         "the CBOR has a float or a simple value that is not true, false or null"},
        {"a3" FMT "6761747453746d74 a1 6178 81818181818181818181 00 " DATA, "",
         "the CBOR is too deep"},
        {"b803" FMT STMT DATA, "",
         "the CBOR has a number that is longer than it has to be"},
        {"bbffffffffffffffff" FMT STMT DATA, "", "the CBOR has too many items"},
    };
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *said = object_is(cases[i].before, cases[i].behind);

        if (!said != !cases[i].why || (said && strcmp(said, cases[i].why) != 0)) {
            fail_msg("%s: %s", cases[i].before, said ? said : "was taken");
        }
    }
}

/* ---- authenticator data -------------------------------------------------------- */

static const char *data_is(const buf_t *data)
{
    buf_t object = attestation_of(pool, "none", NULL, data);

    return verify(sent_of(pool, &id, &created, &object, NULL));
}

static void credentials(void **state)
{
    buf_t data = authdata(), bare = authdata_of(pool, 5, 1, NULL, NULL), signature;
    buf_t nobody = {0};
    apr_size_t len = data.len;

    (void)state;
    for (data.len = 0; data.len < len; data.len++) {
        assert_non_null(data_is(&data)); /* every beginning */
    }
    assert_null(data_is(&data));
    put_byte(pool, &data, 0xa0);
    refused(data_is(&data), "the authenticator data has bytes behind its end");
    refused(data_is(&bare), "the authenticator's answer has no credential");
    /* A length that is longer than all that follows, too long, or nothing. */
    data = authdata();
    data.data[53] = 0x03;
    data.data[54] = 0xff;
    refused(data_is(&data), "the authenticator data ends too early");
    data.data[53] = 0x04;
    data.data[54] = 0x00;
    refused(data_is(&data), "the credential's id is empty or too long");
    data.data[53] = data.data[54] = 0xff;
    refused(data_is(&data), "the credential's id is empty or too long");
    data = authdata_of(pool, 0x45, 1, &nobody, &cose);
    refused(data_is(&data), "the credential's id is empty or too long");
    /* An authentication has no credential, and is signed as it is. */
    data = authdata();
    signature = sign_of(pool, &kinds[0], pkey, &data, &got);
    refused(verify(sent_of(pool, &id, &got, &data, &signature)),
            "the authenticator made a credential where it should have used one");
}

/* A signature is good for its own ceremony alone. */
static void another_ceremony(void **state)
{
    buf_t data = authdata_of(pool, 5, 1, NULL, NULL);
    buf_t later = authdata_of(pool, 5, 2, NULL, NULL);
    buf_t client = client_data(pool, "webauthn.get", ",\"crossOrigin\":false");
    buf_t signature = sign_of(pool, &kinds[0], pkey, &later, &got);

    (void)state;
    assert_null(verify(sent_of(pool, &id, &got, &later, &signature)));
    refused(verify(sent_of(pool, &id, &got, &data, &signature)),
            "the signature is wrong");
    refused(verify(sent_of(pool, &id, &client, &later, &signature)),
            "the signature is wrong");
    put_byte(pool, &signature, 0);
    refused(verify(sent_of(pool, &id, &got, &later, &signature)),
            "the signature is wrong");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members),     cmocka_unit_test(signatures),
        cmocka_unit_test(no_response), cmocka_unit_test(handles),
        cmocka_unit_test(sizes),       cmocka_unit_test(statements),
        cmocka_unit_test(formats),     cmocka_unit_test(objects),
        cmocka_unit_test(credentials), cmocka_unit_test(another_ceremony),
    };
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    pkey = helper_key(kinds[0].type, kinds[0].bits, kinds[0].curve);
    put(pool, &id, "an id of some bytes", 19);
    cose = cose_of(pool, &kinds[0], pkey);
    created = client_data(pool, "webauthn.create", "");
    got = client_data(pool, "webauthn.get", "");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    EVP_PKEY_free(pkey);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
