/* Values of a JSON tree by path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <apr_general.h>
#include <apr_strings.h>
#include <cmocka.h>
#include <string.h>

#include "core/jsonpath.h"

static apr_pool_t *pool;

static struct json_object *tree(const char *text)
{
    struct json_object *value;

    assert_null(authjs_json_parse(&value, pool, text, strlen(text)));
    return value;
}

/* The JSON text at a path, or "-". */
static const char *at(struct json_object *value, const char *path)
{
    struct json_object *found;

    return authjs_json_at(value, path, &found) ? authjs_json_text(pool, found) : "-";
}

static const char *texts(struct json_object *value, const char *path)
{
    apr_array_header_t *values = apr_array_make(pool, 2, sizeof(const char *));

    authjs_json_texts(values, value, path);
    return apr_array_pstrcat(pool, values, '|');
}

static const char document[] =
    "{\"a\":{\"b\":{\"c\":1.50},\"b.c\":2,\"\":3},\"a.b\":{\"d\":4},\"n\":null,\"s\":\"\","
    "\"list\":[\"x\",[true,\"y\"],{\"k\":\"z\",\"0\":\"zero\"},null,5,\"nul\\u0000\"],"
    "\"none\":[],\"__proto__\":{\"p\":6},\"0\":7}";

static void test_at(void **state)
{
    struct json_object *value = tree(document);

    (void)state;
    assert_string_equal(at(value, "a.b.c"), "2");
    assert_string_equal(at(value, "a.b"), "{\"d\":4}");
    assert_string_equal(at(value, "a."), "3");
    assert_string_equal(at(value, "n"), "null");
    assert_string_equal(at(value, "n.x"), "-");
    assert_string_equal(at(value, "s.x"), "-");
    assert_string_equal(at(value, ""), "-");
    assert_string_equal(at(value, "."), "-");
    assert_string_equal(at(value, "list.0"), "\"x\"");
    assert_string_equal(at(value, "list.1.1"), "\"y\"");
    assert_string_equal(at(value, "list.2.0"), "\"zero\"");
    assert_string_equal(at(value, "list.2.k"), "\"z\"");
    assert_string_equal(at(value, "list.3"), "null");
    assert_string_equal(at(value, "list.6"), "-");
    assert_string_equal(at(value, "list.18446744073709551616"), "-");
    assert_string_equal(at(value, "list.0x"), "-");
    assert_string_equal(at(value, "list.-1"), "-");
    assert_string_equal(at(value, "list."), "-");
    assert_string_equal(at(value, "none.0"), "-");
    assert_string_equal(at(value, "0"), "7");
    assert_string_equal(at(value, "__proto__.p"), "6");
    assert_string_equal(at(NULL, "a"), "-");
}

static void test_texts(void **state)
{
    struct json_object *value = tree(document);

    (void)state;
    assert_string_equal(texts(value, "list"), "x|true|y|5");
    assert_string_equal(texts(value, "list.k"), "z");
    assert_string_equal(texts(value, "list.1"), "true|y");
    assert_string_equal(texts(value, "a.b.c"), "2");
    assert_string_equal(texts(value, "a"), "");
    assert_string_equal(texts(value, "n"), "");
    assert_string_equal(texts(value, "none"), "");
    assert_string_equal(texts(tree("{\"a\":{\"b\":1.50}}"), "a.b"), "1.50");
    assert_string_equal(texts(NULL, "a"), "");
}

/* Names with dots, anywhere in the path. What is asked for all at once, and as one value,
 * is the same. */
static void test_dots(void **state)
{
    static const char *const cases[][3] = {
        {"{\"https://example.com/roles\":\"r\"}", "https://example.com/roles", "r"},
        {"{\"https://example.com/app\":{\"roles\":\"r\"}}",
         "https://example.com/app.roles", "r"},
        {"{\"resource_access\":{\"my.client\":{\"roles\":\"r\"}}}",
         "resource_access.my.client.roles", "r"},
        {"{\"a\":{\"b.c\":{\"d.e\":{\"f\":1}}}}", "a.b.c.d.e.f", "1"},
        {"{\"a\":{\"b\":{\"c\":1}},\"a.b\":{\"c\":2}}", "a.b.c", "2"},
        {"{\"a\":{\"b.c\":1},\"a.b\":{\"c\":2}}", "a.b.c", "2"},
        {"{\"a\":{\"b\":{\"c\":1},\"b.c\":2}}", "a.b.c", "2"},
        {"{\"a.b.c\":3,\"a\":{\"b.c\":1},\"a.b\":{\"c\":2}}", "a.b.c", "3"},
        {"{\"a.b\":{\"x\":1},\"a\":{\"b\":{\"c\":2}}}", "a.b.c", "2"},
        {"{\"a.b\":\"text\",\"a\":{\"b\":{\"c\":2}}}", "a.b.c", "2"},
        {"{\"a.b\":{\"c\":{\"x\":1}},\"a\":{\"b\":{\"c\":{\"d\":2}}}}", "a.b.c.d", "2"},
        {"{\"a.b\":{\"c\":null},\"a\":{\"b\":{\"c\":2}}}", "a.b.c", ""},
        {"{\"a.b\":null,\"a\":{\"b\":2}}", "a.b", ""},
        {"{\"a.b\":[{\"x.y\":1}],\"a\":{\"b\":{\"x\":{\"y\":2}}}}", "a.b.0.x.y", "1"},
        {"{\"a.b\":[],\"a\":{\"b\":{\"c\":2}}}", "a.b.c", "2"},
        {"{\"a.b\":{\"c\":1}}", "a.b.", ""},
        {"{\"a.b\":{\"\":1}}", "a.b.", "1"},
        {"{\"a\":{\".b\":1}}", "a..b", "1"},
        {"{\"\":{\"\":{\"a\":1}}}", "..a", "1"},
        {"{\"a.\":{\"b\":1}}", "a..b", "1"},
        {"{\"a.b\":1}", "a.bc", ""},
        {"{\"a.bc\":1}", "a.b", ""},
        {"{\"a.b\":1}", "a", ""}};
    struct json_object *value;
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        value = tree(cases[i][0]);
        assert_string_equal(texts(value, cases[i][1]), cases[i][2]);
        if (*cases[i][2]) {
            assert_non_null(strstr(at(value, cases[i][1]), cases[i][2]));
        }
    }
    value = tree("{\"x.y\":[{\"z\":1}],\"x\":{\"y\":{\"z\":2}}}");
    assert_string_equal(texts(value, "x.y.z"), "1");
    assert_string_equal(at(value, "x.y.z"), "-"); /* of a list, and not the other one */
}

/* {"a":{...},"a.a":{...}} down to the depth that is read, where every way but one fails:
 * all of them together are no more than the text has members. */
static void test_ways(void **state)
{
    const char *text = "{\"end\":1}", *path = "end", *none = "none";
    int i;

    (void)state;
    for (i = 0; i < 14; i++) {
        text = apr_pstrcat(pool, "{\"a\":", text, ",\"a.a\":", text, "}", NULL);
    }
    for (i = 0; i < 21; i++) {
        path = apr_pstrcat(pool, "a.", path, NULL);
        none = apr_pstrcat(pool, "a.", none, NULL);
    }
    assert_string_equal(at(tree(text), path), "1");
    assert_string_equal(texts(tree(text), none), "");
    for (i = 0; i < 4096; i++) {
        path = apr_pstrcat(pool, i % 64 ? "a." : ".", path, NULL);
    }
    assert_string_equal(texts(tree(text), path), "");
}

static const char *put(struct json_object *object, struct json_object *value, int remove,
                       const char *a, const char *b, const char *c)
{
    const char *const names[] = {a, b, c, NULL};
    struct json_object *copy = authjs_json_own(pool, authjs_json_copy(object));

    authjs_json_put(copy, apr_array_make(pool, 1, sizeof(void *)), names, value, remove);
    return authjs_json_text(pool, copy);
}

static void test_put(void **state)
{
    static const char text[] = "{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"s\":\"t\"}";
    struct json_object *object = tree(text), *five = tree("5");

    (void)state;
    assert_string_equal(put(object, five, 0, "s", NULL, NULL),
                        "{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"s\":5}");
    assert_string_equal(put(object, five, 0, "a", "c", "d"),
                        "{\"a\":{\"b\":1,\"c\":{\"d\":5}},\"s\":\"t\"}");
    assert_string_equal(put(object, five, 0, "s", "x", "y"),
                        "{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"s\":{\"x\":{\"y\":5}}}");
    assert_string_equal(put(object, NULL, 0, "n", NULL, NULL),
                        "{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"s\":\"t\",\"n\":null}");
    assert_string_equal(put(object, NULL, 1, "a", "c", NULL),
                        "{\"a\":{\"b\":1},\"s\":\"t\"}");
    assert_string_equal(put(object, NULL, 1, "x", "y", NULL), text);
    assert_string_equal(put(object, NULL, 1, "s", "y", NULL), text);
    assert_string_equal(put(object, NULL, 1, "nothing", NULL, NULL), text);
    assert_string_equal(put(object, authjs_json_get(object, "a"), 0, "a", "self", NULL),
                        "{\"a\":{\"b\":1,\"c\":{\"d\":2},\"self\":{\"b\":1,\"c\":{\"d\":"
                        "2}}},\"s\":\"t\"}");
    assert_string_equal(authjs_json_text(pool, object), text); /* never changed */
}

/* Several lines change one object: what one of them copied is not copied again, and still
 * nothing stands in two places. */
static void test_put_again(void **state)
{
    static const char text[] = "{\"a\":{\"b\":1},\"c\":{\"d\":{}}}";
    static const char *const names[][4] = {
        {"a", "x", NULL},      {"a", "y", NULL},
        {"a", "self", NULL},   {"a", "self", "b", NULL},
        {"c", "d", "z", NULL}, {"a", "x", NULL},
        {"c", NULL},           {"c", "d", "w", NULL}};
    struct json_object *object = tree(text), *five = tree("5");
    struct json_object *copy = authjs_json_own(pool, authjs_json_copy(object)), *inner;
    apr_array_header_t *ours = apr_array_make(pool, 1, sizeof(void *));

    (void)state;
    authjs_json_put(copy, ours, names[0], five, 0);
    inner = authjs_json_get(copy, "a");
    authjs_json_put(copy, ours, names[1], five, 0);
    assert_ptr_equal(authjs_json_get(copy, "a"), inner);
    authjs_json_put(copy, ours, names[2], json_object_get(inner), 0);
    json_object_put(inner);
    authjs_json_put(copy, ours, names[3], five, 0);
    authjs_json_put(copy, ours, names[4], five, 0);
    assert_string_equal(authjs_json_text(pool, copy),
                        "{\"a\":{\"b\":1,\"x\":5,\"y\":5,\"self\":{\"b\":5,\"x\":5,"
                        "\"y\":5}},\"c\":{\"d\":{\"z\":5}}}");
    authjs_json_put(copy, ours, names[5], NULL, 1);
    authjs_json_put(copy, ours, names[6], NULL, 1);
    authjs_json_put(copy, ours, names[7], five, 0);
    assert_string_equal(authjs_json_text(pool, copy),
                        "{\"a\":{\"b\":1,\"y\":5,\"self\":{\"b\":5,\"x\":5,"
                        "\"y\":5}},\"c\":{\"d\":{\"w\":5}}}");
    assert_string_equal(authjs_json_text(pool, object), text);
}

static int setup(void **state)
{
    (void)state;
    return apr_initialize() || apr_pool_create(&pool, NULL);
}

static int teardown(void **state)
{
    (void)state;
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at),   cmocka_unit_test(test_texts),
        cmocka_unit_test(test_dots), cmocka_unit_test(test_ways),
        cmocka_unit_test(test_put),  cmocka_unit_test(test_put_again),
    };

    return cmocka_run_group_tests_name("jsonpath", tests, setup, teardown);
}
