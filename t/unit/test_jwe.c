/* JWE: key derivation, sealing byte for byte, opening, and everything that must not open.
 * The 223 vectors of t/data/jwe.json are verified as whole tokens in test_jwt.c. */
#include "jwt_helper.h"

#include "jose/base64url.h"
#include "jose/keyring.h"

#include <apr_escape.h>
#include <apr_thread_proc.h>

#define UNDECRYPTABLE "the token cannot be decrypted"

static const char *open_text(apr_pool_t *pool, const authjs_keyring_t *ring,
                             const char *token, apr_size_t len)
{
    char *plain = NULL;
    apr_size_t plain_len = 99;
    const char *why = authjs_jwe_open(pool, ring, token, len, &plain, &plain_len);

    if (why) {
        assert_null(plain);
        assert_int_equal(plain_len, 0);
        return NULL;
    }
    assert_int_equal(plain[plain_len], '\0');
    return plain;
}

static const char *refusal(apr_pool_t *pool, const authjs_keyring_t *ring,
                           const char *token)
{
    char *plain;
    apr_size_t plain_len;
    const char *why =
        authjs_jwe_open(pool, ring, token, strlen(token), &plain, &plain_len);

    assert_non_null(why);
    return why;
}

/* A token put together from a header in clear and four parts that are already encoded. */
static const char *token_of(apr_pool_t *pool, const char *header, const char *rest)
{
    return apr_pstrcat(pool, authjs_base64url(pool, header, strlen(header)), rest, NULL);
}

/* Seal again with the token's own IV: the same bytes must come out. */
static void assert_same_again(apr_pool_t *pool, const authjs_keyring_t *ring,
                              const char *token, const char *plain, apr_size_t len)
{
    const char *iv_text = strstr(token, "..") + 2, *again;
    unsigned char iv[AUTHJS_BASE64URL_MAX(22)];

    assert_int_equal(authjs_base64url_decode(iv, iv_text, 22), AUTHJS_JWE_IV_LEN);
    assert_null(authjs_jwe_seal_iv(pool, ring, iv, plain, len, &again));
    assert_string_equal(again, token);
}

static void keys_are_those_of_authjs(void **state)
{
    apr_pool_t *pool = *state;
    struct json_object *vectors = helper_vectors(pool, "jwe-keys.json");
    size_t i;

    assert_int_equal(json_object_array_length(vectors), 8);
    for (i = 0; i < json_object_array_length(vectors); i++) {
        struct json_object *v = json_object_array_get_idx(vectors, i);
        const authjs_keyring_t *ring = helper_vector_ring(pool, v);
        const char *token = authjs_json_get_string(v, "token");
        const char *payload = authjs_json_get_string(v, "payload");
        const char *key = authjs_json_get_string(v, "key");
        const char *kid = authjs_json_get_string(v, "kid");
        int cbc = !strcmp(authjs_json_get_string(v, "enc"), "A256CBC-HS512");

        assert_string_equal(open_text(pool, ring, token, strlen(token)), payload);
        if (key) {
            assert_string_equal(
                apr_pescape_hex(pool, ring->keys[0].cek, cbc ? 64 : 32, 0), key);
            assert_string_equal(cbc ? ring->keys[0].kid_cbc : ring->keys[0].kid_gcm, kid);
        }
        /* V5 is A256GCM, V6 has no kid, V8 is by the second secret: not what we write */
        if (!memcmp(token, ring->keys[0].header, ring->keys[0].header_len)) {
            assert_same_again(pool, ring, token, payload, strlen(payload));
        }
        else {
            assert_true(i == 4 || i == 5 || i == 7);
        }
    }
}

static void every_valid_vector_is_sealed_alike(void **state)
{
    struct json_object *vectors = helper_vectors(*state, "jwe.json");
    int same = 0, other = 0;
    apr_pool_t *pool;
    size_t i;

    for (i = 0; i < json_object_array_length(vectors); i++) {
        struct json_object *v = json_object_array_get_idx(vectors, i);
        const char *token = authjs_json_get_string(v, "token"), *fresh;
        const authjs_keyring_t *ring;
        const authjs_key_t *key;
        apr_size_t len;
        char *plain;

        if (strcmp(authjs_json_get_string(v, "class"), "valid") != 0) {
            continue;
        }
        apr_pool_create(&pool, *state);
        ring = helper_vector_ring(pool, v);
        key = &ring->keys[0];
        assert_null(authjs_jwe_open(pool, ring, token, strlen(token), &plain, &len));
        if (!strncmp(token, key->header, key->header_len)) {
            assert_same_again(pool, ring, token, plain, len);
            same++;
        }
        else {
            other++;
        }
        assert_null(authjs_jwe_seal(pool, ring, plain, len, &fresh));
        assert_string_not_equal(fresh, token);
        assert_string_equal(open_text(pool, ring, fresh, strlen(fresh)), plain);
        apr_pool_destroy(pool);
    }
    assert_int_equal(same + other, 69);
    assert_int_equal(same, 59);
}

static void a_keyring_needs_secrets(void **state)
{
    authjs_keyring_t *ring = (authjs_keyring_t *)state;

    assert_non_null(
        authjs_keyring_create(&ring, *state, helper_list(*state, NULL), SALT));
    assert_null(ring);
    assert_non_null(
        authjs_keyring_create(&ring, *state, helper_list(*state, "a", "", NULL), SALT));
    assert_null(ring);
}

static void secrets_rotate(void **state)
{
    apr_pool_t *pool = *state;
    const authjs_keyring_t *old = helper_ring(pool, SALT, "old-secret", NULL);
    const authjs_keyring_t *both = helper_ring(pool, SALT, "new-secret", "old-secret");
    const authjs_keyring_t *new = helper_ring(pool, SALT, "new-secret", NULL);
    const char *token;

    assert_null(authjs_jwe_seal(pool, old, "{}", 2, &token));
    assert_string_equal(open_text(pool, both, token, strlen(token)), "{}");
    assert_string_equal(refusal(pool, new, token), "no secret matches the token's kid");
    assert_null(authjs_jwe_seal(pool, both, "{}", 2, &token));
    assert_string_equal(open_text(pool, new, token, strlen(token)), "{}");
    assert_string_equal(refusal(pool, old, token), "no secret matches the token's kid");
}

static void one_purpose_is_not_another(void **state)
{
    static const char *const salts[] = {SALT,           ("__Secure-" SALT),
                                        "authjs.state", "authjs.pkce.code_verifier",
                                        "encodedState", ""};
    const size_t count = sizeof(salts) / sizeof(salts[0]);
    apr_pool_t *pool = *state;
    const char *token;
    size_t i, j;

    for (i = 0; i < count; i++) {
        const authjs_keyring_t *ring = helper_ring(pool, salts[i], "secret", NULL);

        assert_null(authjs_jwe_seal(pool, ring, "{}", 2, &token));
        for (j = 0; j < count; j++) {
            ring = helper_ring(pool, salts[j], "secret", NULL);
            assert_int_equal(open_text(pool, ring, token, strlen(token)) != NULL, i == j);
        }
    }
}

static void every_length_of_plaintext(void **state)
{
    const authjs_keyring_t *ring = helper_ring(*state, SALT, "secret", NULL);
    const char *token, *plain, *back;
    apr_pool_t *pool;
    apr_size_t len;

    for (len = 0; len < 70; len++) {
        apr_pool_create(&pool, *state);
        plain = helper_repeat(pool, 'x', len);
        assert_null(authjs_jwe_seal(pool, ring, plain, len, &token));
        back = open_text(pool, ring, token, strlen(token));
        assert_string_equal(back, plain);
        apr_pool_destroy(pool);
    }
}

static void limits(void **state)
{
    apr_pool_t *pool = *state;
    const authjs_keyring_t *ring = helper_ring(pool, SALT, "secret", NULL);
    const char *plain = helper_repeat(pool, 'x', AUTHJS_JWE_MAX_PLAIN + 1);
    const char *token, *huge;

    assert_non_null(authjs_jwe_seal(pool, ring, plain, AUTHJS_JWE_MAX_PLAIN + 1, &token));
    assert_null(token);
    assert_null(authjs_jwe_seal(pool, ring, plain, AUTHJS_JWE_MAX_PLAIN, &token));
    assert_in_range(strlen(token), 0, AUTHJS_JWE_MAX_LEN);
    assert_int_equal(strlen(open_text(pool, ring, token, strlen(token))),
                     AUTHJS_JWE_MAX_PLAIN);
    huge = helper_repeat(pool, 'A', AUTHJS_JWE_MAX_LEN + 1);
    assert_string_equal(refusal(pool, ring, huge), "the token is too long");
}

/* One character of the token changed, in every place; one removed; one part more. */
static void any_change_is_refused(void **state)
{
    const authjs_keyring_t *ring = helper_ring(*state, SALT, "secret", NULL);
    apr_size_t len, i;
    const char *token;
    apr_pool_t *pool;
    char *changed;

    assert_null(authjs_jwe_seal(*state, ring, "{\"sub\":\"1\"}", 11, &token));
    len = strlen(token);
    for (i = 0; i < len; i++) {
        apr_pool_create(&pool, *state);
        changed = apr_pstrdup(pool, token);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_null(open_text(pool, ring, changed, len));
        changed[i] = '.';
        assert_int_equal(open_text(pool, ring, changed, len) != NULL, token[i] == '.');
        changed[i] = '\0';
        assert_null(open_text(pool, ring, changed, len));
        assert_null(open_text(pool, ring, token, i));
        memmove(changed + i, token + i + 1, len - i);
        assert_null(open_text(pool, ring, changed, len - 1));
        apr_pool_destroy(pool);
    }
    assert_null(open_text(*state, ring, apr_pstrcat(*state, token, ".", NULL), len + 1));
    assert_null(open_text(*state, ring, apr_pstrcat(*state, token, "=", NULL), len + 1));
    assert_null(open_text(*state, ring, apr_pstrcat(*state, token, "\n", NULL), len + 1));
    assert_non_null(open_text(*state, ring, token, len));
}

/* Each of the tag's 256 bits, each of the IV's 128. */
static void every_bit_of_tag_and_iv_counts(void **state)
{
    const authjs_keyring_t *ring = helper_ring(*state, SALT, "secret", NULL);
    const char *token, *iv_text, *tag_text, *changed;
    unsigned char iv[AUTHJS_BASE64URL_MAX(22)], tag[AUTHJS_BASE64URL_MAX(43)];
    apr_pool_t *pool;
    int bit;

    assert_null(authjs_jwe_seal(*state, ring, "{\"sub\":\"1\"}", 11, &token));
    iv_text = strstr(token, "..") + 2;
    tag_text = strrchr(token, '.') + 1;
    assert_int_equal(authjs_base64url_decode(iv, iv_text, 22), 16);
    assert_int_equal(authjs_base64url_decode(tag, tag_text, 43), 32);
    for (bit = 0; bit < 256 + 128; bit++) {
        unsigned char *byte = bit < 256 ? &tag[bit / 8] : &iv[(bit - 256) / 8];

        apr_pool_create(&pool, *state);
        *byte ^= 1 << bit % 8;
        changed =
            apr_psprintf(pool, "%.*s%s%.*s%s", (int)(iv_text - token), token,
                         authjs_base64url(pool, iv, 16), (int)(tag_text - iv_text - 22),
                         iv_text + 22, authjs_base64url(pool, tag, 32));
        assert_string_equal(refusal(pool, ring, changed), UNDECRYPTABLE);
        *byte ^= 1 << bit % 8;
        apr_pool_destroy(pool);
    }
}

/* A wrong MAC and, under a right one, wrong padding are told in the same words. */
static void no_padding_oracle(void **state)
{
    struct json_object *vectors = helper_vectors(*state, "jwe.json");
    int seen = 0;
    size_t i;

    for (i = 0; i < json_object_array_length(vectors); i++) {
        struct json_object *v = json_object_array_get_idx(vectors, i);
        const char *name = authjs_json_get_string(v, "name");

        if (!strncmp(name, "valid tag, ", 11) || !strncmp(name, "tag bit flip", 12) ||
            !strncmp(name, "ciphertext ", 11) || !strncmp(name, "GCM tag bit", 11)) {
            assert_string_equal(refusal(*state, helper_vector_ring(*state, v),
                                        authjs_json_get_string(v, "token")),
                                UNDECRYPTABLE);
            seen++;
        }
    }
    assert_int_equal(seen, 10);
}

static void headers_are_read_strictly(void **state)
{
    static const char *const refused[] = {
        "{\"alg\":\"dir\",\"enc\":\"A256CBC-HS512\",\"enc\":\"A256CBC-HS512\"}",
        "{\"alg\":\"dir\",\"enc\":\"A256CBC-HS512\",\"\\u0061lg\":\"dir\"}",
        "{\"alg\":\"dir\",\"enc\":\"A256CBC-HS512\",\"kid\":null}",
        "{\"alg\":\"dir\",\"enc\":\"A256CBC-HS512\",\"crit\":[]}",
        "{\"alg\":\"dir\",\"enc\":\"A256CBC-HS512\",\"zip\":\"DEF\"}",
        "{\"alg\":\"dir\",\"enc\":[\"A256CBC-HS512\"]}",
        "{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A256CBC-HS512\",\"p2c\":2147483647}",
        "{\"x\":{\"alg\":\"dir\",\"enc\":\"A256CBC-HS512\"}}",
        "[{\"alg\":\"dir\",\"enc\":\"A256CBC-HS512\"}]",
    };
    apr_pool_t *pool = *state;
    const authjs_keyring_t *ring = helper_ring(pool, SALT, "secret", NULL);
    static const char v6_style[] =
        "{\"\\u0061lg\":\"di\\u0072\",\"enc\":\"A256CBC-HS512\"}";
    static const char rest[] = "..AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA."
                               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_string_not_equal(refusal(pool, ring, token_of(pool, refused[i], rest)),
                                UNDECRYPTABLE);
    }
    /* escapes mean what they say: this one gets as far as the MAC */
    assert_string_equal(refusal(pool, ring, token_of(pool, v6_style, rest)),
                        UNDECRYPTABLE);
    assert_string_equal(refusal(pool, ring,
                                token_of(pool, helper_repeat(pool, ' ', 2000), rest)),
                        "the token's header is too long");
}

typedef struct {
    const authjs_keyring_t *ring;
    const char *token;
    int good;
} job_t;

static void *APR_THREAD_FUNC open_often(apr_thread_t *thread, void *data)
{
    job_t *job = data;
    apr_pool_t *pool;
    const char *token;
    int i;

    for (i = 0; i < 200; i++) {
        apr_pool_create(&pool, apr_thread_pool_get(thread));
        job->good += open_text(pool, job->ring, job->token, strlen(job->token)) != NULL;
        job->good += !authjs_jwe_seal(pool, job->ring, "{}", 2, &token);
        job->good += open_text(pool, job->ring, token, strlen(token)) != NULL;
        apr_pool_destroy(pool);
    }
    return NULL;
}

static void threads_share_a_keyring(void **state)
{
    const authjs_keyring_t *ring = helper_ring(*state, SALT, "secret", NULL);
    apr_thread_t *threads[4];
    apr_status_t status;
    job_t jobs[4];
    const char *token;
    int i;

    assert_null(authjs_jwe_seal(*state, ring, "{\"sub\":\"1\"}", 11, &token));
    for (i = 0; i < 4; i++) {
        jobs[i].ring = ring;
        jobs[i].token = token;
        jobs[i].good = 0;
        assert_int_equal(
            apr_thread_create(&threads[i], NULL, open_often, &jobs[i], *state), 0);
    }
    for (i = 0; i < 4; i++) {
        apr_thread_join(&status, threads[i]);
        assert_int_equal(jobs[i].good, 600);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_are_those_of_authjs),
        TEST(every_valid_vector_is_sealed_alike),
        TEST(a_keyring_needs_secrets),
        TEST(secrets_rotate),
        TEST(one_purpose_is_not_another),
        TEST(every_length_of_plaintext),
        TEST(limits),
        TEST(any_change_is_refused),
        TEST(every_bit_of_tag_and_iv_counts),
        TEST(no_padding_oracle),
        TEST(headers_are_read_strictly),
        TEST(threads_share_a_keyring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
