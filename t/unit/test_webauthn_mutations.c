/* Every bit of what a browser sent, turned over, one at a time; and every byte, left out.
 * An authentication takes no such change. A registration that nobody signed (attestation
 * none, or one whose certificate is not looked at) takes these, which are the whole list:
 *   - what becomes a different result: the public key, the counter, the flags UV, BE, BS,
 *     the format's name;
 *   - what means nothing to us: the aaguid, the two reserved flags, members of the client
 *     data that are not known, the name crossOrigin where it says false, and the
 * statement of a format that is not looked into. One that the credential itself signed
 * takes none of them. */
#include "webauthn_helper.h"

#include <apr_general.h>

static apr_pool_t *pool; /* of all; each ceremony has its own */
static unsigned long tried, taken;

typedef struct {
    buf_t id, client, data,
        signature; /* data: attestation object or authenticator data */
    authjs_webauthn_expected_t expected;
    const authjs_credential_t *stored; /* NULL: a registration */
} sent_t;

typedef struct {
    apr_size_t begin, end;
} range_t;

static const char *verify(authjs_ceremony_t *ceremony, apr_pool_t *own,
                          const sent_t *sent)
{
    struct json_object *json = sent_of(own, &sent->id, &sent->client, &sent->data,
                                       sent->stored ? &sent->signature : NULL);

    tried++;
    return sent->stored ? authjs_webauthn_authenticate(ceremony, own, json,
                                                       &sent->expected, sent->stored)
                        : authjs_webauthn_register(ceremony, own, json, &sent->expected);
}

static int same_result(const authjs_ceremony_t *a, const authjs_ceremony_t *b)
{
    const authjs_credential_t *one = &a->credential, *two = &b->credential;

    return one->public_key_len == two->public_key_len && one->counter == two->counter &&
           !memcmp(one->public_key, two->public_key, one->public_key_len) &&
           a->algorithm == b->algorithm && a->user_verified == b->user_verified &&
           a->backup_eligible == b->backup_eligible && a->backed_up == b->backed_up &&
           !strcmp(a->format, b->format);
}

/* Where text stands in bytes, from offset on; both ends 0 when it does not. */
static range_t find(const buf_t *bytes, const void *text, apr_size_t len,
                    apr_size_t offset)
{
    range_t range = {0, 0};
    apr_size_t i;

    for (i = offset; i + len <= bytes->len; i++) {
        if (!memcmp(bytes->data + i, text, len)) {
            range.begin = i;
            range.end = i + len;
            return range;
        }
    }
    return range;
}

static int within(apr_size_t at, range_t range)
{
    return at >= range.begin && at < range.end;
}

/* Members of the client data that mean nothing: the one Chromium makes up, and
 * crossOrigin by another name. */
static int is_free_client(const sent_t *sent, apr_size_t at)
{
    range_t other = find(&sent->client, ",\"other_keys", 12, 0);
    range_t cross = find(&sent->client, "crossOrigin", 11, 0);

    other.end = other.end ? sent->client.len - 1 : 0;
    return within(at, other) || within(at, cross);
}

/* Of the attestation object: which bytes, and which bits of the flags. */
static int is_free_data(const sent_t *sent, apr_size_t at, unsigned bit)
{
    range_t statement = find(&sent->data, "gattStmt", 8, 0);
    range_t authdata = find(&sent->data, "hauthData", 9, 0);
    range_t hash = {0, 0}, aaguid;

    statement.begin = statement.end + 1;
    statement.end = authdata.begin;
    /* "hauthData", the head of a byte string, and the data */
    hash.begin = authdata.end + (sent->data.data[authdata.end] == 0x59 ? 3 : 2);
    aaguid.begin = hash.begin + 37;
    aaguid.end = aaguid.begin + 16;
    return within(at, statement) || within(at, aaguid) ||
           (at == hash.begin + 32 && (bit == 1 || bit == 5));
}

static int is_free(const sent_t *sent, apr_size_t part, apr_size_t at, unsigned bit)
{
    return part == offsetof(sent_t, client) ? is_free_client(sent, at)
           : part == offsetof(sent_t, data) ? is_free_data(sent, at, bit)
                                            : 0;
}

/* Turn over each bit of one part. What is taken has to be on the list. */
static void each_bit(const sent_t *honest, const authjs_ceremony_t *result,
                     apr_size_t offset, int is_signed)
{
    sent_t sent = *honest;
    buf_t *part = (buf_t *)(void *)((char *)&sent + offset);
    unsigned char *data = apr_pmemdup(pool, part->data, part->len);
    apr_size_t i, len = part->len;
    unsigned bit;

    part->data = data;
    for (i = 0; i < len; i++) {
        for (bit = 0; bit < 8; bit++) {
            authjs_ceremony_t ceremony;
            apr_pool_t *own;

            apr_pool_create(&own, pool);
            data[i] ^= (unsigned char)(1U << bit);
            if (!verify(&ceremony, own, &sent)) {
                taken++;
                if (honest->stored || is_signed ||
                    (!is_free(honest, offset, i, bit) &&
                     same_result(&ceremony, result))) {
                    fail_msg("part at %d: bit %u of byte %d is of no account",
                             (int)offset, bit, (int)i);
                }
            }
            data[i] ^= (unsigned char)(1U << bit);
            apr_pool_destroy(own);
        }
    }
}

/* Leave out each byte of one part, or write it twice. */
static void each_byte(const sent_t *honest, const authjs_ceremony_t *result,
                      apr_size_t offset, int is_signed)
{
    sent_t sent = *honest;
    buf_t *part = (buf_t *)(void *)((char *)&sent + offset);
    const buf_t whole = *part;
    apr_size_t i;
    int twice;

    for (i = 0; i < whole.len; i++) {
        for (twice = 0; twice < 2; twice++) {
            authjs_ceremony_t ceremony;
            apr_pool_t *own;

            apr_pool_create(&own, pool);
            memset(part, 0, sizeof(*part));
            put(own, part, whole.data, i + (twice ? 1 : 0));
            put(own, part, whole.data + i + (twice ? 0 : 1),
                whole.len - i - (twice ? 0 : 1));
            if (!verify(&ceremony, own, &sent)) {
                taken++;
                if (honest->stored || is_signed ||
                    (!is_free(honest, offset, i, 0) && same_result(&ceremony, result))) {
                    fail_msg("part at %d: byte %d is of no account, %s", (int)offset,
                             (int)i, twice ? "twice" : "left out");
                }
            }
            apr_pool_destroy(own);
        }
    }
}

static void mutate(const sent_t *sent, int is_signed)
{
    static const apr_size_t parts[] = {offsetof(sent_t, id), offsetof(sent_t, client),
                                       offsetof(sent_t, data),
                                       offsetof(sent_t, signature)};
    authjs_ceremony_t result;
    apr_size_t i;

    assert_null(verify(&result, pool, sent));
    for (i = 0; i < (sent->stored ? 4U : 3U); i++) {
        each_bit(sent, &result, parts[i], is_signed);
        each_byte(sent, &result, parts[i], is_signed);
    }
}

static const char *challenge_of(const buf_t *client)
{
    struct json_object *object;

    assert_null(
        authjs_json_parse_object(&object, pool, (const char *)client->data, client->len));
    return authjs_json_get_string(object, "challenge");
}

/* One of the browser's records: both its ceremonies. */
static void record(void **state)
{
    struct json_object *created = *state, *got = authjs_json_get_object(created, "get");
    unsigned long before;
    authjs_ceremony_t made;
    sent_t sent = {{0}, {0}, {0}, {0}, expected_of(pool), NULL};

    sent.id = from_base64url(pool, authjs_json_get_string(created, "id"));
    sent.client = from_base64url(pool, authjs_json_get_string(created, "clientDataJSON"));
    sent.data =
        from_base64url(pool, authjs_json_get_string(created, "attestationObject"));
    sent.expected.challenge = challenge_of(&sent.client);
    assert_null(verify(&made, pool, &sent));
    mutate(&sent, 0);

    sent.client = from_base64url(pool, authjs_json_get_string(got, "clientDataJSON"));
    sent.data = from_base64url(pool, authjs_json_get_string(got, "authenticatorData"));
    sent.signature = from_base64url(pool, authjs_json_get_string(got, "signature"));
    sent.expected.challenge = challenge_of(&sent.client);
    sent.stored = &made.credential;
    before = taken;
    mutate(&sent, 0);
    assert_int_equal(taken, before);
}

/* A registration that the credential signed, of each kind of key: nothing is taken. */
static void self_attested(void **state)
{
    apr_size_t i;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        EVP_PKEY *pkey = helper_key(kinds[i].type, kinds[i].bits, kinds[i].curve);
        sent_t sent = {{0}, {0}, {0}, {0}, expected_of(pool), NULL};
        buf_t cose = cose_of(pool, &kinds[i], pkey), authdata, sig, statement = {0};
        unsigned long before = taken;

        put(pool, &sent.id, "an id of some bytes", 19);
        sent.client = client_data(pool, "webauthn.create", ",\"new\":\"x\"");
        authdata = authdata_of(pool, 0x4d, 1, &sent.id, &cose);
        sig = sign_of(pool, &kinds[i], pkey, &authdata, &sent.client);
        put_head(pool, &statement, 5, 2);
        put_text(pool, &statement, "alg");
        put_int(pool, &statement, kinds[i].algorithm);
        put_text(pool, &statement, "sig");
        put_bytes(pool, &statement, sig.data, sig.len);
        sent.data = attestation_of(pool, "packed", &statement, &authdata);
        sent.expected.attestation = AUTHJS_ATTESTATION_SELF;
        mutate(&sent, 1);
        assert_int_equal(taken, before);
        EVP_PKEY_free(pkey);
    }
}

static void counted(void **state)
{
    (void)state;
    print_message("# %lu changes, %lu of them taken for another registration\n", tried,
                  taken);
    assert_true(tried > 60000 && taken > 6000);
}

int main(void)
{
    struct CMUnitTest tests[8];
    struct json_object *all;
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    all = helper_data(pool, "webauthn.json");
    memset(tests, 0, sizeof(tests));
    for (i = 0; i < 6; i++) {
        struct json_object *one = json_object_array_get_idx(all, i);

        tests[i].name = authjs_json_get_string(one, "label");
        tests[i].test_func = record;
        tests[i].initial_state = one;
    }
    tests[6].name = "self_attested";
    tests[6].test_func = self_attested;
    tests[7].name = "counted";
    tests[7].test_func = counted;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
