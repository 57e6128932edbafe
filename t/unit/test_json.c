/* Strict JSON: what is refused and what is not, reading, writing, whole numbers. */
#include "web_helper.h"

#include "core/json.h"
#include "core/jsonscan.h"

#include <math.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct json_object *parsed(apr_pool_t *pool, const char *text)
{
    struct json_object *value;

    assert_null(authjs_json_parse(&value, pool, text, strlen(text)));
    return value;
}

/* A text in an allocation of its own size: a sanitizer sees one byte read too far. */
static const char *parse_exact(struct json_object **value, apr_pool_t *pool,
                               const char *text, apr_size_t len)
{
    char *copy = malloc(len + 1);
    const char *why;

    memcpy(copy + 1, text, len);
    why = authjs_json_parse(value, pool, copy + 1, len);
    free(copy);
    return why;
}

/* A text of any length: as json-c writes it. */
static void long_texts(void **state)
{
    apr_pool_t *pool = *state;
    struct json_object *array = authjs_json_own(pool, json_object_new_array());
    char piece[64];
    int i;

    for (i = 0; i < 400; i++) {
        memset(piece, i % 7 ? 'x' : '\x01', sizeof(piece));
        json_object_array_add(array,
                              json_object_new_string_len(piece, i % (int)sizeof(piece)));
        assert_string_equal(authjs_json_text(pool, array),
                            json_object_to_json_string_ext(array,
                                                           JSON_C_TO_STRING_PLAIN));
    }
}

/* What is taken, and how JSON.stringify would write it. */
static void taken(void **state)
{
    static const char *const rows[][2] = {
        {"null", "null"},
        {"true", "true"},
        {" false\n", "false"},
        {"0", "0"},
        {"-1", "-1"},
        {"[]", "[]"},
        {"{}", "{}"},
        {"\"\"", "\"\""},
        {"9007199254740993", "9007199254740993"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"18446744073709551615", "18446744073709551615"},
        {"1.5", "1.5"},
        {"1e+21", "1e+21"},
        {"1e-7", "1e-7"},
        {"0.1E1", "0.1E1"},
        {"1e400", "1e400"},
        {" [ 1 ,\t2 ,\r\n3 ] ", "[1,2,3]"},
        {"{\"b\":1,\"a\":{\"b\":2}}", "{\"b\":1,\"a\":{\"b\":2}}"},
        {"\"\\u0041\\/\\b\\f\\n\\r\\t\\\\\\\"\"", "\"A/\\b\\f\\n\\r\\t\\\\\\\"\""},
        {"\"\\u001f\\u0000x\"", "\"\\u001f\\u0000x\""},
        {"{\"\\ud837\\udd84\":\"\\\\\\udb37\\udd84x\"}",
         "{\"\xf0\x9d\xb6\x84\":\"\\\\\xf3\x9d\xb6\x84x\"}"},
        {"\"\\ud83e\\udd84\\u00e9\\u8a66\"", "\"\xf0\x9f\xa6\x84\xc3\xa9\xe8\xa9\xa6\""},
        {"\"\xf0\x9f\xa6\x84\x7f\"", "\"\xf0\x9f\xa6\x84\x7f\""},
        {"{\"Jos\xc3\xa9\":[\"\xe8\xa9\xa6\xe9\xa8\x93\",\"\xc2\x80\"]}",
         "{\"Jos\xc3\xa9\":[\"\xe8\xa9\xa6\xe9\xa8\x93\",\"\xc2\x80\"]}"},
        {"[-0,-0.0,-1.5E-3,[],{},[[ ]],{ }]", "[0,-0.0,-1.5E-3,[],{},[[]],{}]"},
        {"{\"a\" : [ true , false,null ] , \"b\":\"]},:\\\"\"}",
         "{\"a\":[true,false,null],\"b\":\"]},:\\\"\"}"},
        {"9223372036854775808", "9223372036854775808"},
        {"{\"\":\"\",\"__proto__\":null}", "{\"\":\"\",\"__proto__\":null}"},
        {"[{\"a\":1},{\"a\":2}]", "[{\"a\":1},{\"a\":2}]"},
    };
    struct json_object *value;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        assert_null(parse_exact(&value, *state, rows[i][0], strlen(rows[i][0])));
        assert_string_equal(authjs_json_text(*state, value), rows[i][1]);
    }
}

static const char *const malformed[] = {
    "",
    " ",
    "nul",
    "NULL",
    "True",
    "NaN",
    "nan",
    "Infinity",
    "-Infinity",
    "undefined",
    "'a'",
    "\"a",
    "a\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\U0041\"",
    "\"\\",
    "\"\\u\"",
    "\"a\nb\"",
    "\"a\tb\"",
    "\"\x01\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\u0041\"",
    "\"\\ud800x\"",
    "\"\\ud800\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\ud83e\\udd8\"",
    "\"\xc0\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\xff\"",
    "\"\xc3\"",
    "\"\xf5\x80\x80\x80\"",
    "\xef\xbb\xbf{}",
    "01",
    "-01",
    "+1",
    "-",
    ".5",
    "1.",
    "1.e3",
    "1e",
    "1e+",
    "0x10",
    "1_000",
    "--1",
    "1 2",
    "18446744073709551616",
    "-9223372036854775809",
    "99999999999999999999999999",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "[1]]",
    "{",
    "}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1",
    "{\"a\":1,}",
    "{,}",
    "{a:1}",
    "{'a':1}",
    "{1:1}",
    "{\"a\" 1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1]",
    "{}x",
    "{}{}",
    "null null",
    "true,",
    "//\n1",
    "/**/1",
    "{}/**/",
    "{\"a\":1,\"a\":2}",
    "{\"a\":1,\"\\u0061\":1}",
    "[[{\"x\":{\"a\":1,\"b\":2,\"a\":1}}]]",
    "{\"a\":{\"b\":1},\"a\":{\"b\":1}}",
    "{\"a\\u0000b\":1}",
    "\v1",
    "1\f",
    ("\xc2\xa0"
     "1"),
};

static void refused(void **state)
{
    static const char nul[] = "{}\0";
    struct json_object *value;
    const char *why;
    size_t i;

    for (i = 0; i < COUNT(malformed); i++) {
        why = parse_exact(&value, *state, malformed[i], strlen(malformed[i]));
        if (!why || value) {
            fail_msg("taken: %s", malformed[i]);
        }
        assert_memory_equal(why, "JSON: ", 6);
    }
    assert_non_null(parse_exact(&value, *state, nul, 3));
    assert_non_null(parse_exact(&value, *state, "\"\0\"", 3));
}

/* count times open, then close. */
static const char *nested(apr_pool_t *pool, const char *open, const char *close,
                          int count)
{
    apr_array_header_t *parts = apr_array_make(pool, 2 * count, sizeof(const char *));
    int i;

    for (i = 0; i < 2 * count; i++) {
        APR_ARRAY_PUSH(parts, const char *) = i < count ? open : close;
    }
    return apr_array_pstrcat(pool, parts, 0);
}

static void limits(void **state)
{
    apr_pool_t *pool = *state;
    struct json_object *value;
    const char *text;
    char *number;

    text = nested(pool, "[", "]", AUTHJS_JSON_MAX_DEPTH);
    assert_null(authjs_json_parse(&value, pool, text, strlen(text)));
    assert_string_equal(authjs_json_text(pool, value), text);
    text = nested(pool, "[", "]", AUTHJS_JSON_MAX_DEPTH + 1);
    assert_string_equal(authjs_json_parse(&value, pool, text, strlen(text)),
                        "JSON: too deep");
    text = apr_pstrcat(pool, nested(pool, "{\"a\":", "", AUTHJS_JSON_MAX_DEPTH), "1",
                       nested(pool, "", "}", AUTHJS_JSON_MAX_DEPTH), NULL);
    assert_null(authjs_json_parse(&value, pool, text, strlen(text)));
    assert_string_equal(authjs_json_text(pool, value), text);
    text = nested(pool, "[", "", 1000000);
    assert_non_null(authjs_json_parse(&value, pool, text, strlen(text)));

    number = helper_repeat(pool, '1', AUTHJS_JSON_MAX_NUMBER + 1);
    number[1] = '.';
    assert_non_null(authjs_json_parse(&value, pool, number, AUTHJS_JSON_MAX_NUMBER + 1));
    assert_null(authjs_json_parse(&value, pool, number, AUTHJS_JSON_MAX_NUMBER));

    text = helper_repeat(pool, ' ', AUTHJS_JSON_MAX_LEN + 1);
    assert_string_equal(authjs_json_parse(&value, pool, text, AUTHJS_JSON_MAX_LEN + 1),
                        "JSON: too long");
}

static void an_object_and_nothing_else(void **state)
{
    static const char repeated[] = "{\"a\":1,\"b\":{\"c\":1,\"c\":2},\"\\u0061\":3}";
    static const char *const others[] = {"null", "[]", "\"{}\"", "1", "true", "", "{"};
    struct json_object *object;
    size_t i;

    for (i = 0; i < COUNT(others); i++) {
        assert_non_null(
            authjs_json_parse_object(&object, *state, others[i], strlen(others[i])));
        assert_null(object);
        assert_non_null(
            authjs_json_parse_own(&object, *state, others[i], strlen(others[i])));
        assert_null(object);
    }
    assert_null(authjs_json_parse_object(&object, *state, " {} ", 4));
    assert_non_null(object);
    assert_string_equal(authjs_json_parse_object(&object, *state, repeated,
                                                 strlen(repeated)),
                        "JSON: a member is repeated");
    assert_null(object);
    assert_null(authjs_json_parse_own(&object, *state, repeated, strlen(repeated)));
    assert_string_equal(authjs_json_text(*state, object), "{\"a\":3,\"b\":{\"c\":2}}");
}

static void getters_never_convert(void **state)
{
    static const char *const keys[] = {"none", "null", "true",   "int",
                                       "text", "nul",  "object", "array"};
    struct json_object *o =
        parsed(*state, "{\"null\":null,\"true\":true,\"int\":5,\"text\":\"12\","
                       "\"nul\":\"a\\u0000b\",\"object\":{\"a\":1},\"array\":[1]}");
    apr_int64_t n = 77;
    size_t i;

    for (i = 0; i < COUNT(keys); i++) {
        const char *key = keys[i], *text = authjs_json_get_string(o, key);

        assert_int_equal(text != NULL, !strcmp(key, "text"));
        assert_int_equal(authjs_json_get_int64(o, key, &n), !strcmp(key, "int"));
        assert_int_equal(authjs_json_get_object(o, key) != NULL, !strcmp(key, "object"));
        assert_int_equal(authjs_json_get_array(o, key) != NULL, !strcmp(key, "array"));
        assert_int_equal(authjs_json_get(o, key) != NULL, i >= 2);
        assert_null(authjs_json_get(NULL, key));
        assert_null(authjs_json_get_string(NULL, key));
        assert_null(authjs_json_get_object(NULL, key));
        assert_null(authjs_json_get_array(NULL, key));
        assert_false(authjs_json_get_int64(NULL, key, &n));
        assert_null(authjs_json_get(authjs_json_get(o, "array"), key));
    }
    assert_string_equal(authjs_json_get_string(o, "text"), "12");
    assert_true(authjs_json_get_int64(o, "int", &n));
    assert_int_equal(n, 5);
}

static const struct {
    const char *text;
    apr_int64_t whole;
    int fits, fraction;
} numbers[] = {
    {"0", 0, 1, 0},
    {"-0", 0, 1, 0},
    {"0.0", 0, 1, 0},
    {"1790000000", 1790000000, 1, 0},
    {"1790000000.5", 1790000000, 1, 1},
    {"-1.5", -1, 1, 1},
    {"1.79e9", 1790000000, 1, 0},
    {"17900000005e-1", 1790000000, 1, 1},
    {"123.456e2", 12345, 1, 1},
    {"0.000123e4", 1, 1, 1},
    {"1e-400", 0, 1, 1},
    {"0e999999999999", 0, 1, 0},
    {"999999999999999999", 999999999999999999, 1, 0},
    {"9223372036854775807", APR_INT64_MAX, 1, 0},
    {"9223372036854775808", APR_INT64_MAX, 0, 0},
    {"9223372036854775807.9", APR_INT64_MAX, 1, 1},
    {"-9223372036854775808", APR_INT64_MIN, 1, 0},
    {"-9223372036854775809", APR_INT64_MIN, 0, 0},
    {"1e18", 1000000000000000000, 1, 0},
    {"1e19", APR_INT64_MAX, 0, 0},
    {"-1E400", APR_INT64_MIN, 0, 0},
    {"1e99999999999999999999", APR_INT64_MAX, 0, 0},
    {"1e-99999999999999999999", 0, 1, 1},
    {"", 0, 0, 0},
    {"-", 0, 0, 0},
    {"NaN", 0, 0, 0},
    {"x1", 0, 0, 0},
};

static void whole_numbers(void **state)
{
    struct json_object *o;
    apr_int64_t whole;
    int fraction;
    size_t i;

    for (i = 0; i < COUNT(numbers); i++) {
        apr_size_t len = strlen(numbers[i].text);

        assert_int_equal(authjs_json_whole(numbers[i].text, len, &whole, &fraction),
                         numbers[i].fits);
        assert_true(whole == numbers[i].whole);
        assert_int_equal(fraction, numbers[i].fraction);
        assert_int_equal(authjs_json_whole(numbers[i].text, len, &whole, NULL),
                         numbers[i].fits);
        if (numbers[i].fits) {
            o = parsed(*state,
                       apr_pstrcat(*state, "{\"n\":", numbers[i].text, "}", NULL));
            whole = 77;
            assert_true(authjs_json_get_int64(o, "n", &whole));
            assert_true(whole == numbers[i].whole);
        }
    }
    o = parsed(*state, "{\"big\":18446744073709551615,\"huge\":1e300}");
    assert_false(authjs_json_get_int64(o, "big", &whole));
    assert_false(authjs_json_get_int64(o, "huge", &whole));
    json_object_object_add(o, "inf", json_object_new_double(1e308 * 10));
    assert_false(authjs_json_get_int64(o, "inf", &whole));
}

static void setters_keep_the_place(void **state)
{
    apr_pool_t *pool = *state;
    struct json_object *o = authjs_json_object(pool), *inner = authjs_json_object(pool);

    authjs_json_set_string(o, "a", "/\xc3\xa9\"");
    authjs_json_set_string(o, "b", NULL);
    authjs_json_set_int64(o, "c", APR_INT64_MIN);
    authjs_json_set_boolean(o, "d", 2);
    authjs_json_set(o, "e", inner);
    authjs_json_set_boolean(inner, "f", 0);
    authjs_json_set_int64(o, "b", 4294967296);
    authjs_json_set(o, "c", NULL);
    assert_string_equal(authjs_json_text(pool, o),
                        "{\"a\":\"/\xc3\xa9\\\"\",\"b\":4294967296,\"c\":null,\"d\":true,"
                        "\"e\":{\"f\":false}}");
    assert_string_equal(authjs_json_text(pool, NULL), "null");
}

/* A value outlives the object it was taken from, and none is released twice: the
 * sanitizers would say so. */
static void pools_own(void **state)
{
    struct json_object *value, *outer;
    apr_pool_t *child;

    apr_pool_create(&child, *state);
    outer = authjs_json_object(child);
    assert_null(authjs_json_parse(&value, *state, "[\"kept\"]", 8));
    authjs_json_set(outer, "value", value);
    assert_ptr_equal(authjs_json_own(child, json_object_get(value)), value);
    assert_null(authjs_json_own(child, NULL));
    apr_pool_destroy(child);
    assert_string_equal(authjs_json_text(*state, value), "[\"kept\"]");
}

/* What the scanner tells of the outermost object. */
typedef struct {
    apr_pool_t *pool;
    const char *told;
} told_t;

static const char *tell(void *baton, const authjs_scan_value_t *name,
                        const authjs_scan_value_t *value)
{
    told_t *told = baton;

    told->told = apr_psprintf(told->pool, "%s%s=%.*s(%d) ", told->told,
                              authjs_scan_string(told->pool, name, NULL),
                              (int)value->raw_len, value->raw, (int)value->type);
    return authjs_scan_string_is(told->pool, name, "stop") ? "stopped" : NULL;
}

static const char *scan(told_t *told, apr_pool_t *pool, const char *text)
{
    authjs_scan_value_t value;

    told->pool = pool;
    told->told = "";
    return authjs_json_scan(text, strlen(text), &value, tell, told);
}

static void members_are_told_in_order(void **state)
{
    static const char text[] =
        " {\"a\" : 1 , \"\\u0062\":{\"x\":[{\"y\":2}]},\"a\":\"\\n\","
        "\"n\":null,\"t\":true,\"f\":false,\"l\":[ 1 ]} ";
    authjs_scan_value_t value;
    apr_size_t len;
    told_t told;

    assert_null(scan(&told, *state, text));
    assert_string_equal(told.told,
                        "a=1(3) b={\"x\":[{\"y\":2}]}(6) a=\"\\n\"(4) n=null(0) "
                        "t=true(2) f=false(1) l=[ 1 ](5) ");
    assert_null(authjs_json_scan(text, strlen(text), &value, NULL, NULL));
    assert_int_equal(value.type, AUTHJS_SCAN_OBJECT);
    assert_int_equal(value.raw_len, strlen(text) - 2);
    assert_string_equal(scan(&told, *state, "{\"stop\":1,\"b\":2}"), "stopped");
    assert_string_equal(told.told, "stop=1(3) ");
    assert_null(scan(&told, *state, "[{\"a\":1}]"));

    assert_null(authjs_json_scan("\"\\ud83e\\udd84\\u0000!\"", 21, &value, NULL, NULL));
    assert_true(value.escaped && value.nul);
    assert_memory_equal(authjs_scan_string(*state, &value, &len), "\xf0\x9f\xa6\x84\0!",
                        7);
    assert_int_equal(len, 6);
    assert_false(authjs_scan_string_is(*state, &value, "\xf0\x9f\xa6\x84"));
}

static struct json_object *array_of(apr_pool_t *pool, struct json_object *value)
{
    struct json_object *array = authjs_json_own(pool, json_object_new_array());

    json_object_array_add(array, value);
    return array;
}

static struct json_object *array_in_arrays(apr_pool_t *pool, int levels)
{
    struct json_object *value = array_of(pool, NULL);

    while (--levels) {
        value = array_of(pool, json_object_get(value));
    }
    return value;
}

/* Trees that no reader of ours has seen. */
static void what_others_built(void **state)
{
    apr_pool_t *pool = *state;
    struct json_object *object = authjs_json_object(pool);

    assert_null(authjs_json_check(NULL, 2));
    assert_null(authjs_json_check(parsed(pool, "{\"a\":[1,2.5,null,\"\\u0000\"]}"), 99));
    authjs_json_set_string(object, "k\xc3\xa9", "\xf0\x9f\x98\x80");
    assert_null(authjs_json_check(object, 99));
    authjs_json_set_string(object, "bad", "\xed\xa0\x80");
    assert_non_null(authjs_json_check(object, 99));
    object = authjs_json_object(pool);
    authjs_json_set_string(object, "\xff", "bad name");
    assert_non_null(authjs_json_check(object, 99));

    assert_null(authjs_json_check(array_of(pool, json_object_new_double(-0.5)), 99));
    assert_non_null(authjs_json_check(array_of(pool, json_object_new_double(NAN)), 99));
    assert_non_null(
        authjs_json_check(array_of(pool, json_object_new_double(-INFINITY)), 99));
}

static void no_end_and_no_size(void **state)
{
    apr_pool_t *pool = *state;
    struct json_object *value = authjs_json_object(pool), *cycle;
    int i;

    assert_null(authjs_json_check(array_in_arrays(pool, AUTHJS_JSON_MAX_DEPTH), 999));
    assert_non_null(
        authjs_json_check(array_in_arrays(pool, AUTHJS_JSON_MAX_DEPTH + 1), 999));

    /* an object, a name of four bytes, a text of five */
    authjs_json_set_string(value, "name", "value");
    assert_null(authjs_json_check(value, 12));
    assert_non_null(authjs_json_check(value, 11));

    /* each level twice in the one above: 2^30 values */
    for (i = 0; i < 30; i++) {
        struct json_object *twice = array_of(pool, json_object_get(value));

        json_object_array_add(twice, json_object_get(value));
        value = twice;
    }
    assert_non_null(authjs_json_check(value, 100000));

    cycle = authjs_json_object(pool);
    value = array_of(pool, json_object_get(cycle));
    authjs_json_set(cycle, "self", value);
    assert_non_null(authjs_json_check(cycle, 100000));
    json_object_object_del(cycle, "self");
}

/* Also what only a text that was not made here can have: line ends between its values. */
static void one_line_says_the_same(void **state)
{
    static const char *const texts[][2] = {
        {"{\"a\":\"b\"}", "{\"a\":\"b\"}"},
        {"[1,\n\t2]", "[1,  2]"},
        {"\"\\u000a\\n\xc2\xa0\xe2\x80\xa8\"", "\"\\u000a\\n\xc2\xa0\xe2\x80\xa8\""},
        {"\"\x7f\xc2\x80\xc2\x9f\"", "\"\\u007f\\u0080\\u009f\""},
    };
    apr_pool_t *pool = *state;
    apr_size_t i, len;

    for (i = 0; i < COUNT(texts); i++) {
        assert_string_equal(authjs_json_line(pool, texts[i][0], &len), texts[i][1]);
        assert_int_equal(len, strlen(texts[i][1]));
        assert_string_equal(authjs_json_text(pool, parsed(pool, texts[i][0])),
                            authjs_json_text(pool, parsed(pool, texts[i][1])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(taken),
        TEST(long_texts),
        TEST(refused),
        TEST(limits),
        TEST(an_object_and_nothing_else),
        TEST(getters_never_convert),
        TEST(whole_numbers),
        TEST(setters_keep_the_place),
        TEST(pools_own),
        TEST(members_are_told_in_order),
        TEST(what_others_built),
        TEST(no_end_and_no_size),
        TEST(one_line_says_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
