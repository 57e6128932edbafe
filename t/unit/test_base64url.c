/* base64url: RFC 4648's vectors, round trips, and what strict means. */
#include "web_helper.h"

#include "jose/base64url.h"

static void rfc_4648_vectors(void **state)
{
    static const struct {
        const char *plain, *text;
    } rows[] = {{"", ""},
                {"f", "Zg"},
                {"fo", "Zm8"},
                {"foo", "Zm9v"},
                {"foob", "Zm9vYg"},
                {"fooba", "Zm9vYmE"},
                {"foobar", "Zm9vYmFy"},
                {"\xfb\xff\xbf", "-_-_"}};
    unsigned char *data;
    apr_size_t len, i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text = rows[i].text;

        assert_string_equal(
            authjs_base64url(*state, rows[i].plain, strlen(rows[i].plain)), text);
        assert_true(authjs_base64url_decode_dup(*state, text, strlen(text), &data, &len));
        assert_string_equal((const char *)data, rows[i].plain);
        assert_int_equal(len, strlen(rows[i].plain));
    }
}

static void every_length_comes_back_within_its_bounds(void **state)
{
    unsigned char data[100], back[100 + 4];
    char text[AUTHJS_BASE64URL_LEN(100) + 2];
    apr_size_t len, n, i;

    (void)state;
    for (i = 0; i < sizeof(data); i++) {
        data[i] = (unsigned char)(i * 151 + 7);
    }
    for (len = 0; len <= sizeof(data); len++) {
        memset(text, '#', sizeof(text));
        memset(back, '#', sizeof(back));
        n = authjs_base64url_encode(text, data, len);
        assert_int_equal(n, AUTHJS_BASE64URL_LEN(len));
        assert_int_equal(strlen(text), n);
        assert_int_equal(text[n + 1], '#');
        assert_int_equal(authjs_base64url_decode(back, text, n), len);
        assert_memory_equal(back, data, len);
        assert_int_equal(back[AUTHJS_BASE64URL_MAX(n)], '#');
    }
}

/* Each byte in each place of four: only the 64 characters of the alphabet are taken. */
static void nothing_but_the_alphabet(void **state)
{
    unsigned char out[AUTHJS_BASE64URL_MAX(8)];
    int good, place, c;

    (void)state;
    for (place = 0; place < 8; place++) {
        good = 0;
        for (c = 0; c < 256; c++) {
            char text[] = "AAAAAAAA";

            text[place] = (char)c;
            good += authjs_base64url_decode(out, text, 8) == 6;
        }
        assert_int_equal(good, 64);
    }
    for (place = 0; place < 3; place++) {
        good = 0;
        for (c = 0; c < 256; c++) {
            char text[] = "AAA";

            text[place] = (char)c;
            good += authjs_base64url_decode(out, text, 3) == 2;
        }
        assert_int_equal(good, place == 2 ? 16 : 64);
    }
}

static void one_text_for_one_value(void **state)
{
    static const char *const refused[] = {
        "A",     "AAAAA", "Zg==",   "Zm8=",   "Zm9vYg==", "Zh",    "Zm9",  "Zm9vYh",
        "Zm9v ", " Zm9v", "Zm\n9v", "Zm9v\n", "+/+/",     "Zm9v=", "====", "Zm9vYmFz="};
    unsigned char *data = NULL;
    apr_size_t len, i;

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_false(authjs_base64url_decode_dup(*state, refused[i], strlen(refused[i]),
                                                 &data, &len));
        assert_null(data);
    }
    assert_false(authjs_base64url_decode_dup(*state, "Zm9v\0", 5, &data, &len));
    assert_true(authjs_base64url_decode_dup(*state, "", 0, &data, &len));
    assert_int_equal(len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rfc_4648_vectors),
        TEST(every_length_comes_back_within_its_bounds),
        TEST(nothing_but_the_alphabet),
        TEST(one_text_for_one_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
