/* application/x-www-form-urlencoded. */
#include "web_helper.h"

#include "web/form.h"

static void assert_fields(apr_pool_t *pool, const char *text, const char *expected)
{
    apr_array_header_t *params;
    const char *fields = "";
    int i;

    assert_null(authjs_form_parse(&params, pool, text, strlen(text)));
    for (i = 0; i < params->nelts; i++) {
        const authjs_param_t *param = &APR_ARRAY_IDX(params, i, authjs_param_t);

        fields = apr_pstrcat(pool, fields, param->name, ":", param->value, ";", NULL);
    }
    assert_string_equal(fields, expected);
}

static void fields_are_read_in_order(void **state)
{
    assert_fields(*state, "", "");
    assert_fields(*state, "&", "");
    assert_fields(*state, "&&&=&", ":;");
    assert_fields(*state, "a=1", "a:1;");
    assert_fields(*state, "a=1&b=2&a=3", "a:1;b:2;a:3;");
    assert_fields(*state, "a", "a:;");
    assert_fields(*state, "a=", "a:;");
    assert_fields(*state, "=v", ":v;");
    assert_fields(*state, "a=b=c", "a:b=c;");
    assert_fields(*state, "?a=1", "?a:1;");
    assert_fields(*state, "a;b=1", "a;b:1;");
}

static void escapes_are_decoded(void **state)
{
    assert_fields(*state, "a+b=c+d%2B", "a b:c d+;");
    assert_fields(*state, "%61=%c3%A4%26%3D", "a:\xc3\xa4&=;");
    assert_fields(*state, "a=%&b=%4&c=%zz&d=%4%41", "a:%;b:%4;c:%zz;d:%4A;");
    assert_fields(*state, "a=%%41", "a:%A;");
    assert_fields(*state, "a=%0d%0a", "a:\r\n;");
}

static void bad_bytes_are_refused(void **state)
{
    static const char *const texts[] = {"a=%00", "%00=a", "a=%ff",    "a=\xff",
                                        "\xc3=", "a=%c3", "a=%c0%af", "b&a=%ed%a0%80"};
    apr_array_header_t *params;
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_non_null(authjs_form_parse(&params, *state, texts[i], strlen(texts[i])));
    }
    assert_non_null(authjs_form_parse(&params, *state, "a=b\0c", 5));
}

static void only_len_bytes_are_read(void **state)
{
    apr_array_header_t *params;

    assert_null(authjs_form_parse(&params, *state, "a=12&b=3", 3));
    assert_int_equal(params->nelts, 1);
    assert_string_equal(authjs_params_get(params, "a"), "1");
    assert_null(authjs_form_parse(&params, *state, "a=%41", 4));
    assert_string_equal(authjs_params_get(params, "a"), "%4");
}

static void the_number_of_fields_is_bounded(void **state)
{
    char *text = helper_repeat(*state, '&', 2 * AUTHJS_FORM_MAX_FIELDS + 2);
    apr_array_header_t *params;
    int i;

    for (i = 0; i <= AUTHJS_FORM_MAX_FIELDS; i++) {
        text[2 * i] = 'a';
    }
    assert_non_null(authjs_form_parse(&params, *state, text, strlen(text)));
    text[0] = '&';
    assert_null(authjs_form_parse(&params, *state, text, strlen(text)));
    assert_int_equal(params->nelts, AUTHJS_FORM_MAX_FIELDS);
    assert_int_equal(authjs_params_count(params, "a"), AUTHJS_FORM_MAX_FIELDS);
}

static void what_is_serialised_is_read_back(void **state)
{
    apr_array_header_t *params = apr_array_make(*state, 2, sizeof(authjs_param_t));
    apr_array_header_t *again;
    const char *text;

    authjs_params_set(params, "a b&", "c=d+%41\xe2\x82\xac\r\n");
    authjs_params_set(params, "", "");
    text = authjs_form_serialize(*state, params);
    assert_null(authjs_form_parse(&again, *state, text, strlen(text)));
    assert_int_equal(again->nelts, 2);
    assert_string_equal(authjs_params_get(again, "a b&"), "c=d+%41\xe2\x82\xac\r\n");
    assert_string_equal(authjs_params_get(again, ""), "");
}

static void assert_respelled(apr_pool_t *pool, const char *text, const char *expected)
{
    assert_string_equal(authjs_form_respell(pool, text), expected);
}

static void other_encodings_are_respelled(void **state)
{
    assert_respelled(*state, "", "");
    assert_respelled(*state, "a=b&c=%C3%BC+%20%2541%zz%", "a=b&c=%C3%BC+%20%2541%zz%");
    assert_respelled(*state, "a=\xc3\xbc&b=%c3\xbc", "a=\xc3\xbc&b=%c3\xbc");
    assert_respelled(*state, "a=M\xfcller", "a=M%25FCller");
    assert_respelled(*state, "a=M%fcller%FC", "a=M%25FCller%25FC");
    assert_respelled(*state, "\xff=%80&%C3=\xc3&%bc", "%25FF=%2580&%25C3=%25C3&%25BC");
    assert_respelled(*state, "\xc3\xbc\xfc", "%25C3%25BC%25FC");
    assert_respelled(*state, "%00%f", "%00%f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fields_are_read_in_order),        TEST(escapes_are_decoded),
        TEST(bad_bytes_are_refused),           TEST(only_len_bytes_are_read),
        TEST(the_number_of_fields_is_bounded), TEST(what_is_serialised_is_read_back),
        TEST(other_encodings_are_respelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
