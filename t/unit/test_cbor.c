/* CBOR, strictly: what is read, and what of hostile bytes is refused, and why. */
#include "webauthn_helper.h"

#include "webauthn/cbor.h"

#include <apr_general.h>

static apr_pool_t *pool;

static const char *read_hex(authjs_cbor_t *item, const char *hex)
{
    buf_t text = from_hex(pool, hex);

    return authjs_cbor_read(item, pool, text.data, text.len, NULL);
}

static void values(void **state)
{
    authjs_cbor_t item;
    const authjs_cbor_t *member;

    (void)state;
    assert_null(read_hex(&item, "00"));
    assert_true(authjs_cbor_is_number(&item, 0));
    assert_null(read_hex(&item, "17"));
    assert_true(authjs_cbor_is_number(&item, 23));
    assert_null(read_hex(&item, "1818"));
    assert_true(authjs_cbor_is_number(&item, 24));
    assert_null(read_hex(&item, "190100"));
    assert_true(authjs_cbor_is_number(&item, 256));
    assert_null(read_hex(&item, "1a00010000"));
    assert_true(authjs_cbor_is_number(&item, 65536));
    assert_null(read_hex(&item, "1b0000000100000000"));
    assert_true(authjs_cbor_is_number(&item, 4294967296));
    assert_null(read_hex(&item, "1b7fffffffffffffff"));
    assert_true(authjs_cbor_is_number(&item, APR_INT64_MAX));
    assert_null(read_hex(&item, "20"));
    assert_true(authjs_cbor_is_number(&item, -1));
    assert_null(read_hex(&item, "390100"));
    assert_true(authjs_cbor_is_number(&item, -257));
    assert_null(read_hex(&item, "3b7fffffffffffffff"));
    assert_true(authjs_cbor_is_number(&item, APR_INT64_MIN));
    assert_null(read_hex(&item, "f5"));
    assert_true(authjs_cbor_is(&item, AUTHJS_CBOR_BOOLEAN) && item.number == 1);
    assert_null(read_hex(&item, "f4"));
    assert_true(authjs_cbor_is(&item, AUTHJS_CBOR_BOOLEAN) && item.number == 0);
    assert_null(read_hex(&item, "f6"));
    assert_true(authjs_cbor_is(&item, AUTHJS_CBOR_NULL));
    assert_null(read_hex(&item, "40"));
    assert_true(authjs_cbor_is(&item, AUTHJS_CBOR_BYTES) && !item.len);
    assert_null(read_hex(&item, "60"));
    assert_true(authjs_cbor_is_text(&item, ""));
    assert_null(read_hex(&item, "62c3a4"));
    assert_true(authjs_cbor_is_text(&item, "\xc3\xa4"));
    assert_false(authjs_cbor_is_text(&item, "\xc3"));

    assert_null(
        read_hex(&item, "a4 20 8301f643abcdef 63666d74 646e6f6e65 01 a0 1818 80"));
    assert_true(item.type == AUTHJS_CBOR_MAP && item.count == 4 && item.size == 23);
    assert_true(authjs_cbor_is_text(authjs_cbor_named(&item, "fmt"), "none"));
    assert_null(authjs_cbor_named(&item, "fm"));
    member = authjs_cbor_numbered(&item, -1);
    assert_true(authjs_cbor_is(member, AUTHJS_CBOR_ARRAY) && member->count == 3);
    assert_int_equal(member->size, 7);
    assert_memory_equal(member->start, "\x83\x01\xf6\x43\xab\xcd\xef", 7);
    assert_memory_equal(member->items[2].bytes, "\xab\xcd\xef", 3);
    assert_true(authjs_cbor_is(authjs_cbor_numbered(&item, 24), AUTHJS_CBOR_ARRAY));
    assert_null(authjs_cbor_numbered(member, -1));
    assert_null(authjs_cbor_numbered(NULL, -1));
}

#define SHORT      "the CBOR ends too early"
#define INDEFINITE "the CBOR has an indefinite length"
#define SIMPLE     "the CBOR has a float or a simple value that is not true, false or null"
#define TAG        "the CBOR has a tag"
#define LONG       "the CBOR has a number that is longer than it has to be"
#define LARGE      "the CBOR has a number that is too large"
#define ITEMS      "the CBOR has too many items"
#define KEY        "the CBOR has a key that is neither a whole number nor text"
#define TWICE      "the CBOR has a key twice"
#define DEEP       "the CBOR is too deep"
#define BEHIND     "the CBOR has bytes behind its end"
#define MALFORMED  "the CBOR is not well-formed"

static const struct {
    const char *hex, *why;
} hostile[] = {
    {"", SHORT},
    {"18", SHORT},
    {"19 01", SHORT},
    {"1a 0001 00", SHORT},
    {"1b 00000001 000000", SHORT},
    {"43 0102", SHORT},
    {"58", SHORT},
    {"58 20 00", SHORT},
    {"59 ffff 00", SHORT},
    {"5a ffffffff 00", SHORT},
    {"5b ffffffffffffffff 00", SHORT},
    {"5b 7fffffffffffffff 00", SHORT},
    {"5b fffffffffffffff6 00", SHORT},
    {"7b ffffffffffffffff 61", SHORT},
    {"82 01", SHORT},
    {"83 01 02", SHORT},
    {"a1 01", SHORT},
    {"a2 01 02 03", SHORT},
    {"98 ff 00", SHORT},
    {"99 0101 00", ITEMS},
    {"9a ffffffff 00", ITEMS},
    {"9b ffffffffffffffff 00", ITEMS},
    {"9b 8000000000000000 00", ITEMS},
    {"b9 0080 01", LONG},
    {"b9 0101 01", ITEMS},
    {"ba ffffffff 01", ITEMS},
    {"bb ffffffffffffffff 01", ITEMS},
    {"bb 8000000000000000 01", ITEMS},
    {"5f 41 00 ff", INDEFINITE},
    {"7f 61 61 ff", INDEFINITE},
    {"9f ff", INDEFINITE},
    {"bf ff", INDEFINITE},
    {"a1 01 9f ff", INDEFINITE},
    {"ff", INDEFINITE},
    {"82 01 ff", INDEFINITE},
    {"1f", INDEFINITE},
    {"3f", INDEFINITE},
    {"df", INDEFINITE},
    {"f9 3c00", SIMPLE},
    {"fa 3f800000", SIMPLE},
    {"fb 3ff0000000000000", SIMPLE},
    {"f9 7e00", SIMPLE},
    {"f7", SIMPLE},
    {"f8 ff", SIMPLE},
    {"f8 14", SIMPLE},
    {"e0", SIMPLE},
    {"f3", SIMPLE},
    {"fc", SIMPLE},
    {"a1 01 f9 3c00", SIMPLE},
    {"c0 00", TAG},
    {"c1 1a 514b67b0", TAG},
    {"c2 41 01", TAG},
    {"d8 18 41 00", TAG},
    {"d9 d9f7 a0", TAG},
    {"db ffffffffffffffff 00", TAG},
    {"81 c0 00", TAG},
    {"1c", MALFORMED},
    {"1d 00", MALFORMED},
    {"1e 00", MALFORMED},
    {"3c", MALFORMED},
    {"5c", MALFORMED},
    {"7d 00", MALFORMED},
    {"9e 00", MALFORMED},
    {"bc", MALFORMED},
    {"18 00", LONG},
    {"18 17", LONG},
    {"19 00ff", LONG},
    {"1a 0000ffff", LONG},
    {"1b 00000000ffffffff", LONG},
    {"38 17", LONG},
    {"39 0006", LONG},
    {"58 01 00", LONG},
    {"59 0001 00", LONG},
    {"78 01 61", LONG},
    {"98 01 00", LONG},
    {"b8 01 01 01", LONG},
    {"1b 8000000000000000", LARGE},
    {"1b ffffffffffffffff", LARGE},
    {"3b 8000000000000000", LARGE},
    {"3b ffffffffffffffff", LARGE},
    {"a1 1b 8000000000000000 00", LARGE},
    {"a1 41 61 00", KEY},
    {"a1 80 00", KEY},
    {"a1 a0 00", KEY},
    {"a1 f5 00", KEY},
    {"a1 f6 00", KEY},
    {"a2 01 00 01 00", TWICE},
    {"a2 20 00 20 01", TWICE},
    {"a3 6161 00 6162 00 6161 00", TWICE},
    {"a2 60 00 60 00", TWICE},
    {"a1 01 a2 01 00 01 00", TWICE},
    {"61 ff", "the CBOR has text that is not UTF-8"},
    {"62 c080", "the CBOR has text that is not UTF-8"},
    {"63 eda080", "the CBOR has text that is not UTF-8"},
    {"64 f4908080", "the CBOR has text that is not UTF-8"},
    {"a1 61 c3 00", "the CBOR has text that is not UTF-8"},
    {"00 00", BEHIND},
    {"a0 00", BEHIND},
    {"f6 f6", BEHIND},
    {"81 81 81 81 81 81 81 81 81 00", DEEP},
    {"a101 a101 a101 a101 a101 a101 a101 a101 a101 00", DEEP},
};

static void hostile_bytes(void **state)
{
    authjs_cbor_t item;
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        const char *why = read_hex(&item, hostile[i].hex);

        if (!why || strcmp(why, hostile[i].why) != 0) {
            fail_msg("%s: %s", hostile[i].hex, why ? why : "was read");
        }
    }
    assert_string_equal(authjs_cbor_read(&item, pool, NULL, 0, NULL), SHORT);
    /* What differs is not the same key. */
    assert_null(read_hex(&item, "a4 01 00 20 00 6101 00 613101"));
    assert_null(read_hex(&item, "81 81 81 81 81 81 81 81 00"));
}

/* 32 KiB that open a container each, of every kind: refused at the depth that is set. */
static void depth_bombs(void **state)
{
    static const unsigned char kinds_of[] = {0x81, 0x82, 0x9f, 0xa1, 0xbf, 0xc1, 0xd8};
    static unsigned char bomb[32 * 1024];
    authjs_cbor_t item;
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(kinds_of); i++) {
        memset(bomb, kinds_of[i], sizeof(bomb));
        assert_non_null(authjs_cbor_read(&item, pool, bomb, sizeof(bomb), NULL));
    }
}

/* Items side by side: as many as are allowed, and one more. */
static void many_items(void **state)
{
    buf_t text = {0};
    authjs_cbor_t item;
    unsigned i;

    (void)state;
    put_head(pool, &text, 4, 255);
    for (i = 0; i < 255; i++) {
        put_byte(pool, &text, 0x80);
    }
    assert_null(authjs_cbor_read(&item, pool, text.data, text.len, NULL));
    assert_int_equal(item.count, 255);
    text.len = 0;
    put_head(pool, &text, 4, 256);
    for (i = 0; i < 256; i++) {
        put_byte(pool, &text, 0x80);
    }
    assert_string_equal(authjs_cbor_read(&item, pool, text.data, text.len, NULL), ITEMS);
    text.len = 0;
    put_head(pool, &text, 4, 2);
    for (i = 0; i < 2; i++) {
        unsigned j;

        put_head(pool, &text, 4, 128);
        for (j = 0; j < 128; j++) {
            put_byte(pool, &text, 0);
        }
    }
    assert_string_equal(authjs_cbor_read(&item, pool, text.data, text.len, NULL), ITEMS);
}

/* What is read of the beginning of longer bytes says how long it was. */
static void first_of_several(void **state)
{
    buf_t text = from_hex(pool, "a10102 a0 ff");
    authjs_cbor_t item;
    apr_size_t used;

    (void)state;
    assert_null(authjs_cbor_read(&item, pool, text.data, text.len, &used));
    assert_int_equal(used, 3);
    assert_null(authjs_cbor_read(&item, pool, text.data + used, text.len - used, &used));
    assert_int_equal(used, 1);
}

/* Every beginning of something that is right is refused. */
static void every_prefix(void **state)
{
    buf_t text = from_hex(pool, "a4 20 8301f643abcdef 63666d74 646e6f6e65 01 a0 1818 80");
    authjs_cbor_t item;
    apr_size_t i;

    (void)state;
    for (i = 0; i < text.len; i++) {
        /* Where it ends, nothing is behind it: a sanitizer sees what is read too far. */
        unsigned char *copy = malloc(i ? i : 1);

        memcpy(copy, text.data, i);
        assert_non_null(authjs_cbor_read(&item, pool, copy, i, NULL));
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),           cmocka_unit_test(hostile_bytes),
        cmocka_unit_test(depth_bombs),      cmocka_unit_test(many_items),
        cmocka_unit_test(first_of_several), cmocka_unit_test(every_prefix),
    };
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
