/* The two small languages of definitions: mappings, and whose e-mail address it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <apr_general.h>
#include <apr_strings.h>
#include <cmocka.h>
#include <string.h>

#include "catalogue/catalogue.h"

static apr_pool_t *pool;

static const char profile[] =
    "{\"id\":7,\"name\":\"Ada\",\"empty\":\"\",\"none\":null,\"yes\":true,\"no\":false,"
    "\"zero\":0,\"half\":1.50,\"nul\":\"a\\u0000b\",\"a/b\":\"slash\",\"quote\":\"\\\"{/id}\","
    "\"big\":\"175928847299117063\",\"most\":\"18446744073709551615\","
    "\"more\":\"18446744073709551616\",\"minus\":-3,"
    "\"list\":[\"x\",null,{\"mail\":\"a\"},{\"main\":\"no\",\"mail\":\"b\"},"
    "{\"main\":\"true\",\"mail\":\"c\",\"ok\":1,\"in\":[{\"it\":true,\"n\":5}]},"
    "{\"main\":true,\"mail\":\"d\",\"ok\":true}],"
    "\"since\":\"2024-01-31T23:59:59Z\"}";

/* What a mapping of a field "x" gives: JSON text; "-": nothing; "!": an error. */
static const char *map(const char *mapping)
{
    apr_array_header_t *odd = apr_array_make(pool, 1, sizeof(const char *));
    struct json_object *fields = authjs_json_object(pool), *raw, *user, *found;

    assert_null(authjs_json_parse_object(&raw, pool, profile, strlen(profile)));
    authjs_json_set_string(fields, "x", mapping);
    if (authjs_profile_map(pool, fields, raw, &user, odd)) {
        return "!";
    }
    return json_object_object_get_ex(user, "x", &found) ? authjs_json_text(pool, found)
                                                        : "-";
}

static void test_mappings(void **state)
{
    static const struct {
        const char *mapping, *gives;
    } cases[] = {
        {"/id", "7"},
        {"/half", "1.50"},
        {"/none", "null"},
        {"/missing", "-"},
        {"/a~1b", "\"slash\""},
        {"null", "null"},
        {"absent", "-"},
        {"/missing ?? /none ?? /name", "\"Ada\""},
        {"/none ?? null", "null"},
        {"/empty ?? /name", "\"\""},
        {"/empty || /name", "\"Ada\""},
        {"/zero || /no || /yes", "true"},
        {"string(/id)", "\"7\""},
        {"string(/none)", "-"},
        {"string(/yes)", "!"},
        {"string(/nul)", "!"},
        {"join(/name,/empty,/none,/id)", "\"Ada 7\""},
        {"join(/empty)", "-"},
        {"\"<{/name}>\"", "\"<Ada>\""},
        {"\"{/quote}\"", "\"\\\"{/id}\""},
        {"\"{/missing}\"", "-"},
        {"\"\"", "\"\""},
        {"\"{/list}\"", "!"},
        {"if(/yes) then \"a\" else \"b\"", "\"a\""},
        {"if(not /yes and /name) then \"a\" else /id", "7"},
        {"if(/name = \"Ada\") then /id else null", "7"},
        {"if(/name = \"Ad\") then /id else null", "null"},
        {"if(/id = \"7\") then /id else null", "null"},
        {"if(/empty = \"\") then /id else null", "7"},
        {"if(/missing = \"\") then /id else null", "null"},
        {"if(/name begins \"A\" and not /name begins \"B\") then /id else null", "7"},
        {"if(/name begins \"\") then /id else null", "7"},
        {"if(/nul = \"a\") then /id else null", "null"},
        {"if(/no) then \"1\" else if(/zero) then \"2\" else \"3\"", "\"3\""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(authjs_profile_check(pool, cases[i].mapping));
        assert_string_equal(map(cases[i].mapping), cases[i].gives);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    assert_string_equal(map("\"{/id % 4}\""), "\"3\"");
    assert_string_equal(map("\"{/big >> 22 % 6}\""), "\"2\"");
    assert_string_equal(map("\"{/big % 6 >> 1}\""), "\"2\"");
    assert_string_equal(map("\"{/most >> 63}\""), "\"1\"");
    assert_string_equal(map("\"{/most % 10}\""), "\"5\"");
    assert_string_equal(map("\"{/more % 10}\""), "-");
    assert_string_equal(map("\"{/minus % 2}\""), "-");
    assert_string_equal(map("\"{/half % 2}\""), "-");
    assert_string_equal(map("\"{/empty % 2}\""), "-");
    assert_string_equal(map("\"{/name % 2}\""), "-");
    assert_string_equal(map("\"{/missing >> 2}\""), "-");
    assert_string_equal(map("\"{/list % 2}\""), "!");
}

static void test_marked(void **state)
{
    (void)state;
    assert_string_equal(map("/list/[main]/mail"), "\"c\"");
    assert_string_equal(map("/list/[main]/in/[it]/n"), "5");
    assert_string_equal(map("/list/[other]/mail"), "-");
    assert_string_equal(map("/name/[main]/mail"), "-");
    assert_string_equal(map("/missing/[main]"), "-");
    assert_string_equal(map("/[main]/mail"), "-");
    assert_string_equal(map("/list/[main/mail"), "-");
}

static void test_wrong_mappings(void **state)
{
    static const char *const wrong[] = {
        "",
        "id",
        "/",
        "/a /b",
        "/a ??",
        "string(/a",
        "join()",
        "\"{/a}",
        "\"{/a\"",
        "\"{}\"",
        "\"{a b}\"",
        "if(/a) then /b",
        "if() then /a else /b",
        "if(/a = b) then /a else /b",
        "if(/a begins) then /a else /b",
        "\"{/a >> }\"",
        "\"{/a >> 64}\"",
        "\"{/a % 0}\"",
        "\"{/a % -1}\"",
        "\"{/a % 9999999999}\"",
        "\"{/a + 1}\"",
        "\"{/a >> 1 % }\"",
        "if(/a) then if(/a) then if(/a) then if(/a) then "
        "if(/a) then if(/a) then if(/a) then if(/a) then /a "
        "else /b else /b else /b else /b else /b else /b "
        "else /b else /b"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_non_null(authjs_profile_check(pool, wrong[i]));
    }
    assert_null(authjs_profile_check(pool, "\"{issuer}/{/id}\""));
}

/* The image of a profile with this one: JSON text, or "-". */
static const char *image_of(const char *picture)
{
    apr_array_header_t *odd = apr_array_make(pool, 1, sizeof(const char *));
    struct json_object *fields = authjs_json_object(pool),
                       *raw = authjs_json_object(pool), *user;

    authjs_json_set_string(raw, "picture", picture);
    authjs_json_set_string(fields, "image", "/picture");
    assert_null(authjs_profile_map(pool, fields, raw, &user, odd));
    assert_int_equal(odd->nelts, authjs_json_get(user, "image") == NULL);
    return authjs_json_get(user, "image") ? "an image" : "-";
}

static void test_images(void **state)
{
    static const char *const images[] = {"https://x.test/a",
                                         "HTTP://x.test/a",
                                         "/a:b",
                                         "a.jpg",
                                         "//x.test:80/a",
                                         "",
                                         "data:image/png,x",
                                         "DATA:image/jpeg;base64,x"};
    static const char *const others[] = {"javascript:alert(1)",  " javascript:x",
                                         "java\tscript:x",       "\njavascript:x",
                                         "JaVaScRiPt:x",         "data:text/html,x",
                                         "data:image/svg+xml,x", "data:,x",
                                         "file:///etc/passwd",   "vbscript:x",
                                         "httpsx://a",           "blob:x"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
        assert_string_equal(image_of(images[i]), "an image");
    }
    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_string_equal(image_of(others[i]), "-");
    }
}

static int vouches(const char *rule)
{
    struct json_object *raw;

    assert_null(authjs_verified_check(pool, rule));
    assert_null(authjs_json_parse_object(&raw, pool, profile, strlen(profile)));
    return authjs_verified(pool, rule, raw);
}

static void test_verified(void **state)
{
    (void)state;
    assert_true(vouches("/yes"));
    assert_false(vouches("/no"));
    assert_false(vouches("/missing"));
    assert_true(vouches("/list/[main]/ok"));
    assert_false(vouches("/list/[main]/not_ok"));
    assert_false(vouches("/list/[other]/ok"));
    assert_true(vouches("date(/since) and /list/[main]/ok"));
    assert_false(vouches("/yes and /list/[other]/ok"));
    assert_non_null(authjs_verified_check(pool, "list/[main]/ok"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mappings), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_marked),   cmocka_unit_test(test_wrong_mappings),
        cmocka_unit_test(test_images),   cmocka_unit_test(test_verified)};
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
