/* Somebody else's text for a line of a log, and how often something happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <apr_general.h>
#include <apr_strings.h>
#include <cmocka.h>
#include <string.h>

#include "core/core.h"

static apr_pool_t *pool;

static void test_printable(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"plain text: it's 100 %", "plain text: it's 100 %"},
        {"Gr\xc3\xbc\xc3\x9f"
         "e \xe6\x97\xa5\xe6\x9c\xac",
         "Gr\xc3\xbc\xc3\x9f"
         "e \xe6\x97\xa5\xe6\x9c\xac"},
        {"a\r\n\tb", "a b"},
        {"\x1b[31mred\x1b[0m\n", "[31mred [0m"},
        {"\xc2\x9b"
         "2J\x7f",
         "2J"},
        {"say \"no\" \\ yes", "say 'no' / yes"},
        {"\xe2\x80\xaegnp.exe\xe2\x80\xac", "?gnp.exe?"},
        {"a\xe2\x80\x8b"
         "b\xc2\xad"
         "c\xef\xbb\xbf"
         "d\xf3\xa0\x81\x81",
         "a?b?c?d?"},
        {"\xff\xc3(\xed\xa0\x80", "?"
                                  "?(?"
                                  "??"},
        {"0123456789abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv..."},
        {"0123456789abcdefghijklmnopqrstu\xc3\xbc",
         "0123456789abcdefghijklmnopqrstu..."}};
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(authjs_printable(pool, cases[i][0], 32), cases[i][1]);
    }
}

static void test_tokens(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"AADSTS7000222: expired", "AADSTS7000222: expired"},
        {"Trace ID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9.",
         "Trace ID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9."},
        {"https://login.example.com/realms/main/protocol/openid-connect",
         "https://login.example.com/realms/main/protocol/openid-connect"},
        {"code=4bAdXyZ0123456789abcdef0! no", "code...! no"},
        {"it was 4bAdXyZ0123456789abcdef0, no", "it was 4bAd..., no"},
        {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "eyJh....eyJz....c2ln"},
        {"pneumonoultramicroscopicsilicovolcanoconiosis",
         "pneumonoultramicroscopicsilicovolcanoconiosis"}};
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(authjs_without_tokens(pool, cases[i][0]), cases[i][1]);
    }
}

static void test_without(void **state)
{
    const char *text = "the code c0de and c0dec0de";

    (void)state;
    assert_string_equal(authjs_without(pool, text, "c0de"), "the code ... and ......");
    assert_ptr_equal(authjs_without(pool, text, "the"), text);
    assert_ptr_equal(authjs_without(pool, text, NULL), text);
    assert_ptr_equal(authjs_without(pool, text, ""), text);
    assert_string_equal(authjs_without(pool, "none", "none"), "...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_printable),
                                       cmocka_unit_test(test_tokens),
                                       cmocka_unit_test(test_without)};
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
