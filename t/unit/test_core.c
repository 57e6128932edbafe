/* Random, equality, hashes, time, UTF-8, errors. */
#include "web_helper.h"

#include "core/core.h"
#include "core/error.h"
#include "jose/base64url.h"

#include <apr_time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int all_hex(const char *text, apr_size_t len)
{
    return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

static void random_bytes_differ(void **state)
{
    unsigned char a[32] = {0}, b[32] = {0}, none = 7;

    (void)state;
    assert_int_equal(authjs_random_bytes(a, sizeof(a)), APR_SUCCESS);
    assert_int_equal(authjs_random_bytes(b, sizeof(b)), APR_SUCCESS);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_int_equal(authjs_random_bytes(&none, 0), APR_SUCCESS);
    assert_int_equal(none, 7);
}

static void what_leaves_is_one_line(void **state)
{
    static const char *const lines[] = {"",         "Jane",         "Jan\xc3\xa9 \"\\",
                                        "\xc2\xa0", "\xe2\x80\xa8", "\xf0\x9f\x98\x80"};
    static const char *const others[] = {"a\r\nX: 1", "\n",   "\t",       "a\x01",
                                         "\x1f",      "\x7f", "\xc2\x80", "a\xc2\x85",
                                         "\xc2\x9f",  "\x85", "\xc2",     "a\xff"};
    apr_size_t i;

    (void)state;
    for (i = 0; i < COUNT(lines); i++) {
        apr_size_t len = strlen(lines[i]);

        assert_ptr_equal(authjs_line(lines[i]), lines[i]);
        assert_int_equal(authjs_is_line(lines[i], len), len > 0);
        assert_false(len > 0 && authjs_is_line(lines[i], len - 1));
    }
    for (i = 0; i < COUNT(others); i++) {
        assert_null(authjs_line(others[i]));
        assert_false(authjs_is_line(others[i], 100));
    }
    assert_null(authjs_line(NULL));
}

static void random_texts_have_their_form(void **state)
{
    apr_pool_t *pool = *state;
    const char *hex = authjs_random_hex(pool, 32);
    const char *b64 = authjs_random_base64url(pool, 32);

    assert_true(all_hex(hex, 64));
    assert_string_not_equal(hex, authjs_random_hex(pool, 32));
    assert_int_equal(strlen(b64), 43);
    assert_string_not_equal(b64, authjs_random_base64url(pool, 32));
    assert_string_equal(authjs_random_hex(pool, 0), "");
}

/* Chi-squared of 60,000 digits: beyond 40 once in 130,000 runs. */
static void random_digits_are_equally_likely(void **state)
{
    int count[10] = {0}, i;
    double off = 0;
    const char *digits = authjs_random_digits(*state, 60000);

    assert_int_equal(strlen(digits), 60000);
    assert_int_equal(strspn(digits, "0123456789"), 60000);
    for (i = 0; i < 60000; i++) {
        count[digits[i] - '0']++;
    }
    for (i = 0; i < 10; i++) {
        off += (count[i] - 6000.0) * (count[i] - 6000.0) / 6000.0;
    }
    assert_true(off < 40);
    assert_string_equal(authjs_random_digits(*state, 0), "");
}

static void a_client_is_a_network(void **state)
{
    static const char *const same[][2] = {{"192.0.2.7", "192.0.2.7"},
                                          {"::ffff:192.0.2.7", "192.0.2.7"},
                                          {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
                                          {"2001:DB8:1:2::", "2001:db8:1:2::/64"},
                                          {"2001:db8:1:3::", "2001:db8:1:3::/64"},
                                          {"::1", "::/64"},
                                          {"fe80::1%eth0", "fe80::/64"},
                                          {"192.0.2.07.1", "192.0.2.07.1"},
                                          {"", ""}};
    apr_size_t i;

    for (i = 0; i < COUNT(same); i++) {
        assert_string_equal(authjs_network(*state, same[i][0]), same[i][1]);
    }
    assert_string_equal(authjs_network(*state, NULL), "");
}

static void a_uuid_says_version_4(void **state)
{
    apr_pool_t *pool = *state;
    const char *uuid, *last = "";
    int i;

    for (i = 0; i < 100; i++) {
        uuid = authjs_random_uuid(pool);
        assert_int_equal(strlen(uuid), 36);
        assert_int_equal(strspn(uuid, "0123456789abcdef-"), 36);
        assert_true(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-');
        assert_true(uuid[14] == '4' && strchr("89ab", uuid[19]) && uuid[23] == '-');
        assert_string_not_equal(uuid, last);
        last = uuid;
    }
}

static void null_equals_nothing(void **state)
{
    (void)state;
    assert_true(authjs_equal("abc", 3, "abc", 3));
    assert_false(authjs_equal("abc", 3, "abd", 3));
    assert_false(authjs_equal("abc", 3, "abcd", 4));
    assert_false(authjs_equal("abc", 3, "abc", 2));
    assert_true(authjs_equal("a\0b", 3, "a\0b", 3));
    assert_false(authjs_equal("a\0b", 3, "a\0c", 3));
    assert_false(authjs_equal(NULL, 0, NULL, 0));
    assert_false(authjs_equal(NULL, 0, "", 0));
    assert_false(authjs_equal("", 0, NULL, 0));
    assert_true(authjs_equal_str("secret", "secret"));
    assert_false(authjs_equal_str("secret", "Secret"));
    assert_false(authjs_equal_str("secret", "secret "));
    assert_false(authjs_equal_str(NULL, NULL));
    assert_false(authjs_equal_str("", NULL));
    assert_false(authjs_equal_str(NULL, ""));
}

static void sha256_is_that_of_fips_180(void **state)
{
    static const unsigned char abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
    unsigned char digest[32];

    assert_true(authjs_sha256(digest, "abc", 3));
    assert_memory_equal(digest, abc, sizeof(abc));
    assert_string_equal(
        authjs_sha256_hex(*state, "abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(
        authjs_sha256_hex(*state, ""),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void times_are_written_as_javascript_does(void **state)
{
    static const struct {
        apr_int64_t seconds;
        const char *iso, *http;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"},
        {-1, "1969-12-31T23:59:59.000Z", "Wed, 31 Dec 1969 23:59:59 GMT"},
        {1795225576, "2026-11-21T01:46:16.000Z", "Sat, 21 Nov 2026 01:46:16 GMT"},
        {951782400, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT"},
        {2147483648, "2038-01-19T03:14:08.000Z", "Tue, 19 Jan 2038 03:14:08 GMT"},
        {253402300799, "9999-12-31T23:59:59.000Z", "Fri, 31 Dec 9999 23:59:59 GMT"},
        {253402300800, "9999-12-31T23:59:59.000Z", "Fri, 31 Dec 9999 23:59:59 GMT"},
        {APR_INT64_MAX, "9999-12-31T23:59:59.000Z", "Fri, 31 Dec 9999 23:59:59 GMT"},
        {-62167219200, "0000-01-01T00:00:00.000Z", "Sat, 01 Jan 0000 00:00:00 GMT"},
        {APR_INT64_MIN, "0000-01-01T00:00:00.000Z", "Sat, 01 Jan 0000 00:00:00 GMT"},
    };
    char text[AUTHJS_ISO8601_LEN + 2];
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        memset(text, '#', sizeof(text));
        authjs_iso8601(text, rows[i].seconds);
        assert_string_equal(text, rows[i].iso);
        assert_int_equal(text[AUTHJS_ISO8601_LEN + 1], '#');
        assert_string_equal(authjs_http_date(*state, rows[i].seconds), rows[i].http);
    }
}

/* What a database or a cache says need not be a time. */
static void only_a_time_is_read(void **state)
{
    static const char *const bad[] = {
        "",
        "2026",
        "2026-11-22T01:46:16.660",
        "2026-11-22T01:46:16.660Z ",
        "2026-11-22T01:46:16.66Z",
        "2026-11-22 01:46:16.660Z",
        "2026-11-22T01:46:16,660Z",
        "2026-11-22T01:46:16.660z",
        "2026-11-22T24:00:00.000Z",
        "2026-11-22T01:60:16.660Z",
        "2026-11-22T01:46:60.660Z",
        "2026-13-22T01:46:16.660Z",
        "2026-00-22T01:46:16.660Z",
        "2026-11-00T01:46:16.660Z",
        "2026-11-31T01:46:16.660Z",
        "2026-02-29T01:46:16.660Z",
        "2100-02-29T01:46:16.660Z",
        "+026-11-22T01:46:16.660Z",
        "2026-11-22T01:46:16.-60Z",
        "2026-1a-22T01:46:16.660Z",
    };
    apr_int64_t ms;
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(authjs_iso8601_read(&ms, bad[i]));
    }
    assert_true(authjs_iso8601_read(&ms, "2026-11-22T01:46:16.660Z"));
    assert_int_equal(ms, 1795311976660);
    assert_true(authjs_iso8601_read(&ms, "1969-12-31T23:59:59.999Z"));
    assert_int_equal(ms, -1);
    assert_true(authjs_iso8601_read(&ms, "2024-02-29T00:00:00.000Z"));
    assert_int_equal(ms, 1709164800000);
}

/* Some second of every eleventh day of ten thousand years, against APR's calendar. */
static void every_date_is_that_of_the_calendar(void **state)
{
    char text[AUTHJS_ISO8601_LEN + 1], expected[32];
    apr_int64_t seconds, ms;
    apr_time_exp_t t;

    (void)state;
    for (seconds = -62167219200; seconds <= 253402300799; seconds += 11 * 86400 + 3671) {
        apr_time_exp_gmt(&t, apr_time_from_sec(seconds));
        apr_snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02d.000Z",
                     t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min,
                     t.tm_sec);
        authjs_iso8601(text, seconds);
        assert_string_equal(text, expected);
        assert_true(authjs_iso8601_read(&ms, text));
        assert_int_equal(ms, seconds * 1000);
    }
}

/* How UTF-8 is written, by its definition. */
static apr_size_t encode(char *out, unsigned c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static void utf8_has_every_character_and_no_surrogate(void **state)
{
    char text[4];
    apr_size_t len;
    unsigned c;

    (void)state;
    for (c = 0; c <= 0x13ffff; c++) {
        int good = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

        len = encode(text, c);
        assert_int_equal(authjs_utf8_valid(text, len), good);
        assert_int_equal(authjs_utf8_sequence(text, len), good ? len : 0);
        assert_int_equal(authjs_utf8_sequence(text, len - 1), 0);
    }
}

/* Every sequence of two bytes and of three: exactly those that encode() writes are good,
 * so no overlong form is. */
static void utf8_has_one_form_for_each_character(void **state)
{
    int good = 0, i, j, k;
    char text[3];

    (void)state;
    for (i = 0x80; i < 0x100; i++) {
        for (j = 0; j < 0x100; j++) {
            text[0] = (char)i;
            text[1] = (char)j;
            good += authjs_utf8_sequence(text, 2) == 2;
            for (k = 0; k < 0x100; k++) {
                text[2] = (char)k;
                good += authjs_utf8_sequence(text, 3) == 3;
            }
        }
    }
    assert_int_equal(good, (0x800 - 0x80) + (0x10000 - 0x800 - 0x800));
    assert_true(authjs_utf8_valid("", 0));
    assert_true(authjs_utf8_valid("a\xc3\xa9\xf0\x9f\xa6\x84z", 8));
    assert_false(authjs_utf8_valid("\xc0\x80", 2));
    assert_false(authjs_utf8_valid("\xe0\x9f\xbf", 3));
    assert_false(authjs_utf8_valid("\xf0\x8f\xbf\xbf", 4));
    assert_false(authjs_utf8_valid("\xf4\x90\x80\x80", 4));
    assert_false(authjs_utf8_valid("\xff", 1));
    assert_false(authjs_utf8_valid("abc\x80", 4));
}

static void an_error_is_what_the_table_says(void **state)
{
    const authjs_error_t *error =
        authjs_error(*state, AUTHJS_ERR_AccessDenied, "%s of %d", "two", 3);

    assert_int_equal(error->type, AUTHJS_ERR_AccessDenied);
    assert_string_equal(error->name, "AccessDenied");
    assert_string_equal(error->client_code, "AccessDenied");
    assert_int_equal(error->kind, AUTHJS_KIND_ERROR);
    assert_int_equal(error->level, AUTHJS_LOG_INFO);
    assert_string_equal(error->detail, "two of 3");
    error = authjs_error(*state, AUTHJS_ERR_InvalidCheck, "x");
    assert_string_equal(error->client_code, "Configuration");
}

static void what_happens_is_counted_by_spans(void **state)
{
    authjs_rate_t rate = {0, 0};
    apr_uint32_t before, i;

    (void)state;
    for (i = 1; i <= 100; i++) {
        assert_int_equal(authjs_rate_count(&rate, 7, &before), i);
        assert_int_equal(before, 0);
    }
    assert_int_equal(authjs_rate_count(&rate, 8, &before), 1);
    assert_int_equal(before, 100);
    assert_int_equal(authjs_rate_count(&rate, 8, &before), 2);
    assert_int_equal(before, 0);
    assert_int_equal(authjs_rate_count(&rate, 7, &before), 3); /* late */
    assert_int_equal(before, 0);
}

static void what_is_told_late_begins_no_span_anew(void **state)
{
    authjs_rate_t rate = {0, 0};
    apr_uint32_t before;
    int i;

    (void)state;
    assert_int_equal(authjs_rate_count(&rate, 100, &before), 1);
    assert_int_equal(before, 0);
    assert_int_equal(authjs_rate_count(&rate, 100, &before), 2);
    assert_int_equal(authjs_rate_count(&rate, 101, &before), 1);
    assert_int_equal(before, 2);
    for (i = 2; i < 100; i += 2) {
        assert_int_equal(authjs_rate_count(&rate, 100, &before), i);
        assert_int_equal(before, 0);
        assert_int_equal(authjs_rate_count(&rate, 101, &before), i + 1);
        assert_int_equal(before, 0);
    }
    assert_int_equal(authjs_rate_count(&rate, 40, &before), 1);
    assert_int_equal(before, 99);
    assert_int_equal(authjs_rate_count(&rate, 41, &before), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(random_bytes_differ),
        TEST(what_leaves_is_one_line),
        TEST(random_texts_have_their_form),
        TEST(random_digits_are_equally_likely),
        TEST(a_client_is_a_network),
        TEST(a_uuid_says_version_4),
        TEST(null_equals_nothing),
        TEST(sha256_is_that_of_fips_180),
        TEST(times_are_written_as_javascript_does),
        TEST(only_a_time_is_read),
        TEST(every_date_is_that_of_the_calendar),
        TEST(utf8_has_every_character_and_no_surrogate),
        TEST(utf8_has_one_form_for_each_character),
        TEST(an_error_is_what_the_table_says),
        TEST(what_happens_is_counted_by_spans),
        TEST(what_is_told_late_begins_no_span_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
