/* Answers of Cloudflare's API: what is read from them, and which are refused. */
#include "sql/d1_answer.h"

#include <apr_general.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static apr_pool_t *pool;

#define NONCE "{\"results\":{\"columns\":[\"?\"],\"rows\":[[\"n0\"]]},\"success\":true}"
#define ANSWER(results)                                                                  \
    "{\"result\":[" NONCE results "],\"errors\":[],\"messages\":[],\"success\":true}"
#define ROWS(rows)                                                                       \
    ANSWER(",{\"results\":{\"columns\":[\"a\",\"a\"],\"rows\":" rows                     \
           "},\"success\":true}")

static struct json_object *parsed(const char *text)
{
    struct json_object *answer;

    assert_null(authjs_json_parse(&answer, pool, text, strlen(text)));
    return answer;
}

/* What is wrong with an answer to one statement whose rows have two columns. */
static const char *read_two(const char *text, apr_array_header_t **rows)
{
    static const int two = 2;

    return authjs_d1_read(pool, parsed(text), "n0", &two, 1, rows);
}

static void rows_are_read(void **state)
{
    apr_array_header_t *rows;
    const char *const *cells;

    (void)state;
    assert_null(
        read_two(ROWS("[[\"x\",null],[2592000,9007199254740993],[\"\",-1.50]]"), &rows));
    assert_int_equal(rows->nelts, 3);
    cells = APR_ARRAY_IDX(rows, 0, const char *const *);
    assert_string_equal(cells[0], "x");
    assert_null(cells[1]);
    cells = APR_ARRAY_IDX(rows, 1, const char *const *);
    assert_string_equal(cells[0], "2592000");
    assert_string_equal(cells[1], "9007199254740993");
    cells = APR_ARRAY_IDX(rows, 2, const char *const *);
    assert_string_equal(cells[0], "");
    assert_string_equal(cells[1], "-1.50");
}

static void no_rows_are_no_rows(void **state)
{
    static const int none = 0;
    apr_array_header_t *rows;

    (void)state;
    assert_null(read_two(ANSWER(",{\"results\":{\"columns\":[],\"rows\":[]},"
                                "\"success\":true}"),
                         &rows));
    assert_int_equal(rows->nelts, 0);
    assert_null(authjs_d1_read(pool, parsed(ANSWER(",{\"success\":true}")), "n0", &none,
                               1, &rows));
    assert_int_equal(rows->nelts, 0);
    assert_null(authjs_d1_read(pool, parsed(ANSWER("")), "n0", NULL, 0, NULL));
}

static void other_answers_are_refused(void **state)
{
    static const char *const answers[] = {
        "{}",
        "{\"result\":null,\"success\":true}",
        "{\"result\":[],\"success\":true}",
        "{\"result\":[" NONCE "],\"success\":true}",
        "{\"result\":[" NONCE "," NONCE "," NONCE "],\"success\":true}",
        "{\"result\":[" NONCE ",{\"results\":{\"rows\":[]},\"success\":true}]}",
        "{\"result\":[" NONCE ",{\"results\":{\"rows\":[]},\"success\":true}],"
        "\"success\":false}",
        "{\"result\":[" NONCE ",{\"results\":{\"rows\":[]},\"success\":true}],"
        "\"success\":\"true\"}",
        "{\"result\":[{\"results\":{\"rows\":[[\"n1\"]]},\"success\":true},"
        "{\"results\":{\"rows\":[]},\"success\":true}],\"success\":true}",
        "{\"result\":[{\"results\":{\"rows\":[[null]]},\"success\":true},"
        "{\"results\":{\"rows\":[]},\"success\":true}],\"success\":true}",
        "{\"result\":[{\"results\":{\"rows\":[]},\"success\":true},"
        "{\"results\":{\"rows\":[]},\"success\":true}],\"success\":true}",
        ANSWER(",null"),
        ANSWER(",7"),
        ANSWER(",{\"results\":{\"rows\":[]},\"success\":false}"),
        ANSWER(",{\"results\":{\"rows\":[]}}"),
        ANSWER(",{\"success\":true}"),
        ANSWER(",{\"results\":[],\"success\":true}"),
        ROWS("null"),
        ROWS("{}"),
        ROWS("[null]"),
        ROWS("[{\"a\":\"x\"}]"),
        ROWS("[[\"x\"]]"),
        ROWS("[[\"x\",\"y\",\"z\"]]"),
        ROWS("[[\"x\",\"y\"],[\"x\"]]"),
        ROWS("[[\"x\",true]]"),
        ROWS("[[\"x\",[1,2,3]]]"),
        ROWS("[[\"x\",{\"a\":1}]]"),
        ROWS("[[\"x\",\"y\\u0000z\"]]"),
    };
    apr_array_header_t *rows;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (!read_two(answers[i], &rows)) {
            fail_msg("taken: %s", answers[i]);
        }
    }
}

static void too_many_rows_are_refused(void **state)
{
    char text[16 * 1024] = ANSWER(",{\"success\":true,\"results\":{\"rows\":[[\"a\",1]");
    char *end = strstr(text, "],\"errors\"");
    apr_array_header_t *rows;
    int i;

    (void)state;
    for (i = 1; i < 1001; i++) {
        memcpy(end, ",[\"a\",1]", 8);
        end += 8;
    }
    memcpy(end, "]}}],\"success\":true}", sizeof("]}}],\"success\":true}"));
    assert_string_equal(read_two(text, &rows), "a result has too many rows");
}

static void errors_are_for_the_log(void **state)
{
    (void)state;
    assert_null(authjs_d1_error(pool, NULL));
    assert_null(authjs_d1_error(pool, parsed("{\"errors\":[]}")));
    assert_null(authjs_d1_error(pool, parsed("{\"errors\":[\"x\"]}")));
    assert_null(authjs_d1_error(pool, parsed("{\"errors\":[{\"message\":5}]}")));
    assert_string_equal(
        authjs_d1_error(pool, parsed("{\"errors\":[{\"code\":7500,\"message\":"
                                     "\"no such table\"},{\"message\":\"b\"}]}")),
        "7500 no such table");
    assert_string_equal(
        authjs_d1_error(pool,
                        parsed("{\"errors\":[{\"message\":\"\\n\\u001b[1m\\u00e9\"}]}")),
        "0 \\n\\x1b[1m\\xc3\\xa9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read),
        cmocka_unit_test(no_rows_are_no_rows),
        cmocka_unit_test(other_answers_are_refused),
        cmocka_unit_test(too_many_rows_are_refused),
        cmocka_unit_test(errors_are_for_the_log),
    };
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
