/* What is sealed for a shared cache: it opens where it belongs, and nowhere else. */
#include "jwt_helper.h"

#include "jose/seal.h"

#define PURPOSE "mod_authjs cache"
#define SECRET  "a secret of thirty-two bytes, at least"
#define OLDER   "another secret of thirty-two bytes or so"
#define END     1000

static const unsigned char here[AUTHJS_SEAL_BOUND] = {1, 2, 3};
static const unsigned char elsewhere[AUTHJS_SEAL_BOUND] = {1, 2, 4};

static unsigned char *seal(apr_pool_t *pool, const authjs_keyring_t *ring,
                           const char *value, apr_size_t len)
{
    unsigned char *sealed;

    assert_null(authjs_seal(pool, ring, here, END, value, len, &sealed));
    return sealed;
}

static const char *unseal(apr_pool_t *pool, const authjs_keyring_t *ring,
                          const unsigned char *sealed, apr_size_t len, char **value)
{
    return authjs_unseal(pool, ring, here, END - 1, sealed, len, value);
}

static void what_is_sealed_opens(void **state)
{
    authjs_keyring_t *ring = helper_ring(*state, PURPOSE, SECRET, NULL);
    char *text = apr_pcalloc(*state, 5000), *value;
    apr_size_t len;

    memset(text, 'x', 4999);
    for (len = 0; len < 5000; len = 2 * len + 1) {
        unsigned char *sealed = seal(*state, ring, text, len);

        assert_null(unseal(*state, ring, sealed, len + AUTHJS_SEAL_OVERHEAD, &value));
        assert_memory_equal(value, text, len);
        assert_int_equal(value[len], '\0');
    }
}

static void it_is_sealed_differently_each_time(void **state)
{
    authjs_keyring_t *ring = helper_ring(*state, PURPOSE, SECRET, NULL);
    unsigned char *a = seal(*state, ring, "value", 5),
                  *b = seal(*state, ring, "value", 5);

    assert_memory_not_equal(a, b, 5 + AUTHJS_SEAL_OVERHEAD);
    assert_memory_not_equal(a + 13, b + 13, 5 + 8);
}

static void it_ends(void **state)
{
    authjs_keyring_t *ring = helper_ring(*state, PURPOSE, SECRET, NULL);
    unsigned char *sealed = seal(*state, ring, "value", 5);
    apr_size_t len = 5 + AUTHJS_SEAL_OVERHEAD;
    char *value;

    assert_null(authjs_unseal(*state, ring, here, END - 1, sealed, len, &value));
    assert_non_null(authjs_unseal(*state, ring, here, END, sealed, len, &value));
    assert_null(value);
    assert_null(authjs_seal(*state, ring, here, -1, "value", 5, &sealed));
    assert_non_null(authjs_unseal(*state, ring, here, 0, sealed, len, &value));
}

static void it_belongs_to_one_key_of_the_cache(void **state)
{
    authjs_keyring_t *ring = helper_ring(*state, PURPOSE, SECRET, NULL);
    unsigned char *sealed = seal(*state, ring, "value", 5);
    char *value;

    assert_non_null(authjs_unseal(*state, ring, elsewhere, END - 1, sealed,
                                  5 + AUTHJS_SEAL_OVERHEAD, &value));
    assert_null(value);
}

static void no_bit_can_be_changed_and_no_byte_left_out(void **state)
{
    authjs_keyring_t *ring = helper_ring(*state, PURPOSE, SECRET, NULL);
    unsigned char *sealed = seal(*state, ring, "value", 5);
    apr_size_t len = 5 + AUTHJS_SEAL_OVERHEAD, i;
    char *value;

    for (i = 0; i < 8 * len; i++) {
        sealed[i / 8] ^= (unsigned char)(1 << i % 8);
        assert_non_null(unseal(*state, ring, sealed, len, &value));
        assert_null(value);
        sealed[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    for (i = 0; i < len; i++) {
        assert_non_null(unseal(*state, ring, sealed, i, &value));
        assert_non_null(unseal(*state, ring, sealed + i + 1, len - i - 1, &value));
    }
    assert_null(unseal(*state, ring, sealed, len, &value));
    sealed = seal(*state, ring, "value\0behind", 12);
    assert_non_null(unseal(*state, ring, sealed, len, &value));
}

static void secrets_rotate_and_strangers_stay_out(void **state)
{
    authjs_keyring_t *old = helper_ring(*state, PURPOSE, OLDER, NULL);
    authjs_keyring_t *both = helper_ring(*state, PURPOSE, SECRET, OLDER);
    authjs_keyring_t *fresh = helper_ring(*state, PURPOSE, SECRET, NULL);
    authjs_keyring_t *other = helper_ring(*state, "another purpose", OLDER, NULL);
    unsigned char *sealed = seal(*state, old, "value", 5);
    apr_size_t len = 5 + AUTHJS_SEAL_OVERHEAD;
    char *value;

    assert_null(unseal(*state, both, sealed, len, &value));
    assert_string_equal(value, "value");
    assert_non_null(unseal(*state, fresh, sealed, len, &value));
    assert_non_null(unseal(*state, other, sealed, len, &value));
    sealed = seal(*state, both, "value", 5);
    assert_null(unseal(*state, fresh, sealed, len, &value));
    assert_non_null(unseal(*state, old, sealed, len, &value));
}

static void names_need_the_secret(void **state)
{
    const char *name =
        authjs_seal_name_key(*state, helper_ring(*state, PURPOSE, SECRET, OLDER));

    assert_int_equal(strlen(name), 64);
    assert_string_equal(
        name, authjs_seal_name_key(*state, helper_ring(*state, PURPOSE, SECRET, NULL)));
    assert_string_not_equal(
        name, authjs_seal_name_key(*state, helper_ring(*state, PURPOSE, OLDER, NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_sealed_opens),
        TEST(it_is_sealed_differently_each_time),
        TEST(it_ends),
        TEST(it_belongs_to_one_key_of_the_cache),
        TEST(no_bit_can_be_changed_and_no_byte_left_out),
        TEST(secrets_rotate_and_strangers_stay_out),
        TEST(names_need_the_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
