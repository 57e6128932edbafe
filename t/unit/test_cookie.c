/* The Cookie header, chunks, Set-Cookie. */
#include "web_helper.h"

#include "core/core.h"
#include "web/cookie.h"
#include "web/url.h"

#define NAME "authjs.session-token"

static const char *get(apr_pool_t *pool, const char *header)
{
    return authjs_cookie_get(pool, header, NAME, strlen(NAME));
}

static const char *chunks(apr_pool_t *pool, const char *header)
{
    return authjs_cookie_chunks(pool, header, NAME, strlen(NAME));
}

static const char *names(apr_pool_t *pool, const char *header)
{
    return helper_join(pool, authjs_cookie_chunk_names(pool, header, NAME, strlen(NAME)));
}

/* Header and what both readers say of it; NULL: nothing. */
typedef struct {
    const char *header, *plain, *session;
} case_t;

static void assert_cases(apr_pool_t *pool, const case_t *c, size_t count)
{
    for (; count > 0; count--, c++) {
        const char *plain = get(pool, c->header);
        const char *session = chunks(pool, c->header);

        if (c->plain) {
            assert_non_null(plain);
            assert_string_equal(plain, c->plain);
        }
        else {
            assert_null(plain);
        }
        if (c->session) {
            assert_non_null(session);
            assert_string_equal(session, c->session);
        }
        else {
            assert_null(session);
        }
    }
}

#define ASSERT_CASES(pool, cases)                                                        \
    assert_cases(pool, cases, sizeof(cases) / sizeof((cases)[0]))

static void odd_headers_are_read(void **state)
{
    static const case_t cases[] = {
        {NULL, NULL, NULL},
        {"", NULL, NULL},
        {";", NULL, NULL},
        {" ; ;=; =", NULL, NULL},
        {"=", NULL, NULL},
        {"=v", NULL, NULL},
        {NAME, NULL, NULL},
        {NAME ";" NAME, NULL, NULL},
        {NAME "; a=b", NULL, NULL},
        {NAME "=", "", NULL},
        {NAME "=;", "", NULL},
        {NAME "= \t ", "", NULL},
        {NAME "=v", "v", "v"},
        {NAME "=v;", "v", "v"},
        {NAME "=v;a=b", "v", "v"},
        {"a=b;" NAME "=v", "v", "v"},
        {"a=b; " NAME "=v; c=d", "v", "v"},
        {" \t" NAME " \t=\t v \t; c", "v", "v"},
        {"a;;; " NAME "=v", "v", "v"},
        {NAME "=v=w==", "v=w==", "v=w=="},
        {NAME "=a b", "a b", "a b"},
        {"x" NAME "=v", NULL, NULL},
        {NAME "x=v", NULL, NULL},
        {NAME "X=A; " NAME "=v", "v", "v"},
        {"Authjs.session-token=v", NULL, NULL},
        {"__Secure-" NAME "=v", NULL, NULL},
        {"a=" NAME "=v", NULL, NULL},
        {"a=b " NAME "=v", NULL, NULL},
        {"a=b, " NAME "=v", NULL, NULL},
    };

    ASSERT_CASES(*state, cases);
}

static void the_first_of_a_name_wins(void **state)
{
    static const case_t cases[] = {
        {NAME "=first; " NAME "=second", "first", "first"},
        {NAME "=; " NAME "=second", "", NULL},
        {NAME ".0=; " NAME ".0=second", NULL, NULL},
        {NAME ".0=a; " NAME ".0=x; " NAME ".1=b", NULL, "ab"},
        {NAME "; " NAME "=second", "second", "second"},
    };

    ASSERT_CASES(*state, cases);
}

static void values_are_decoded_or_left_raw(void **state)
{
    static const case_t cases[] = {
        {NAME "=a%7Cb", "a|b", "a|b"},
        {NAME "=%c3%A4; a=b", "\xc3\xa4", "\xc3\xa4"},
        {NAME "=%", "%", "%"},
        {NAME "=%zz%41", "%zz%41", "%zz%41"},
        {NAME "=%4", "%4", "%4"},
        {NAME "=a%00b", "a%00b", "a%00b"},
        {NAME "=%ff", "%ff", "%ff"},
        {NAME "=\xff\x80", "\xff\x80", "\xff\x80"},
        {NAME "=\"quoted; x\"", "\"quoted", "\"quoted"},
        {NAME "=\"q\"", "\"q\"", "\"q\""},
        {NAME "=a+b", "a+b", "a+b"},
        {NAME "=%; x=41", "%", "%"},
        {NAME ".0=%41; " NAME ".1=%zz", NULL, "A%zz"},
    };

    ASSERT_CASES(*state, cases);
}

static void only_exact_chunk_names_count(void **state)
{
    static const case_t cases[] = {
        {NAME ".0=a", NULL, "a"},
        {NAME ".0=a; " NAME ".1=b", NULL, "ab"},
        {NAME ".1=b; x=y; " NAME ".0=a", NULL, "ab"},
        {NAME ".0=a; " NAME ".2=c", NULL, NULL},
        {NAME ".1=b", NULL, NULL},
        {NAME ".0=a; " NAME ".1=; " NAME ".2=c", NULL, NULL},
        {NAME ".0=a; " NAME ".1=", NULL, "a"},
        {NAME ".0=a; " NAME ".999999999=b", NULL, "a"},
        {NAME ".0=a; " NAME ".100=b", NULL, "a"},
        {NAME ".0=a; " NAME ".-1=b", NULL, "a"},
        {NAME ".0=a; " NAME ".1e9=b", NULL, "a"},
        {NAME ".0=a; " NAME ".01=x; " NAME ".1=b", NULL, "ab"},
        {NAME ".0=a; " NAME ".00=x", NULL, "a"},
        {NAME ".0=a; " NAME ".x=b", NULL, "a"},
        {NAME ".0=a; " NAME ".=b", NULL, "a"},
        {NAME ".0=a; " NAME ".0.1=b", NULL, "a"},
        {NAME ".0=a; " NAME ".+1=b", NULL, "a"},
        {NAME ".0=a; " NAME ". 1=b", NULL, "a"},
        {NAME ".0=a; " NAME "-0=b; " NAME "X=c", NULL, "a"},
        {NAME "=p; " NAME ".0=a", "p", NULL},
        {NAME ".0=a; " NAME "=p", "p", NULL},
        {NAME "=p; " NAME ".7=a", "p", NULL},
        {NAME "=; " NAME ".0=a", "", "a"},
        {NAME "=p; " NAME ".0=", "p", "p"},
        {NAME "=p; " NAME ".x=a", "p", "p"},
    };

    ASSERT_CASES(*state, cases);
}

static void chunks_sort_by_number(void **state)
{
    const char *header = "a=b", *expected = "";
    int i;

    for (i = AUTHJS_COOKIE_MAX_CHUNKS - 1; i >= 0; i--) {
        header = apr_psprintf(*state, "%s; " NAME ".%d=<%d>", header, i, i);
        expected = apr_psprintf(*state, "<%d>%s", i, expected);
    }
    assert_string_equal(chunks(*state, header), expected);
    header = apr_psprintf(*state, "%s; " NAME ".%d=x", header, AUTHJS_COOKIE_MAX_CHUNKS);
    assert_string_equal(chunks(*state, header), expected);
}

static void large_headers_are_read(void **state)
{
    const char *value = helper_repeat(*state, 'v', 64 * 1024);
    const char *others = "";
    const char *header;
    int i;

    header = apr_pstrcat(*state, NAME "=", value, "; a=b", NULL);
    assert_string_equal(chunks(*state, header), value);
    for (i = 0; i < 120; i++) {
        others = apr_psprintf(*state, "%scookie%d=%d; ", others, i, i);
    }
    header = apr_pstrcat(*state, others, NAME "=v; ", others, NULL);
    assert_string_equal(chunks(*state, header), "v");
    for (i = 0; i < 100; i++) {
        others = apr_psprintf(*state, "%s" NAME "%d=x; ", others, i);
    }
    assert_null(chunks(*state, others));
    header = apr_pstrcat(*state, others, NAME "=v", NULL);
    assert_string_equal(chunks(*state, header), "v");
}

static void the_last_value_is_not_copied(void **state)
{
    const char *header = "a=b; " NAME "=value";

    assert_ptr_equal(chunks(*state, header), header + strlen("a=b; " NAME "="));
}

static void names_to_delete_are_listed(void **state)
{
    const char *header = "";
    int i;

    assert_string_equal(names(*state, NULL), "");
    assert_string_equal(names(*state, "a=b; " NAME "; " NAME "=; " NAME "x=1"), "");
    assert_string_equal(names(*state, NAME ".3=c; " NAME "=a; " NAME ".01=z; " NAME
                                           ".x=1; " NAME ".3=d; " NAME ".=1"),
                        NAME ".3|" NAME "|" NAME ".01");
    assert_string_equal(names(*state, NAME ".999999999=1; " NAME ".9999999999=1"),
                        NAME ".999999999");
    for (i = 0; i < 300; i++) {
        header = apr_psprintf(*state, "%s" NAME ".%d=x;", header, i);
    }
    assert_int_equal(authjs_cookie_chunk_names(*state, header, NAME, strlen(NAME))->nelts,
                     AUTHJS_COOKIE_MAX_CHUNKS);
}

static void our_cookies_are_stripped(void **state)
{
    apr_array_header_t *ours =
        helper_list(*state, NAME, "__Host-authjs.csrf-token", (const char *)NULL);
    static const char *const headers[][2] = {
        {"", NULL},
        {";", NULL},
        {" ; ;", NULL},
        {NAME "=v", NULL},
        {NAME, NULL},
        {NAME ".0=a; " NAME ".17=b; " NAME "=c; __Host-authjs.csrf-token=x", NULL},
        {NAME ".99999999999999999999=a", NULL},
        {"a=b; " NAME "=v; c=d", "a=b; c=d"},
        {"a=b;" NAME "=v;c=d;e", "a=b; c=d; e"},
        {"a;" NAME ";b;c;d", "a; b; c; d"},
        {"  " NAME " = v ; a = b ", "a = b"},
        {NAME "x=1; " NAME ".x=2; " NAME ".=3; x" NAME "=4; " NAME "=5",
         NAME "x=1; " NAME ".x=2; " NAME ".=3; x" NAME "=4"},
        {"a=\"x; " NAME "=v; y\"", "a=\"x; y\""},
        {"=; " NAME "=v; =x", "=; =x"},
    };
    const char *untouched = "a=b;c ; " NAME "x=1";
    size_t i;

    assert_null(authjs_cookie_strip(*state, NULL, ours));
    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        const char *left = authjs_cookie_strip(*state, headers[i][0], ours);

        if (headers[i][1]) {
            assert_non_null(left);
            assert_string_equal(left, headers[i][1]);
        }
        else {
            assert_null(left);
        }
    }
    assert_ptr_equal(authjs_cookie_strip(*state, untouched, ours), untouched);
}

static authjs_cookie_def_t definition(void)
{
    authjs_cookie_def_t def = {0};

    def.name = NAME;
    def.name_len = strlen(NAME);
    def.path = "/";
    def.same_site = "Lax";
    def.http_only = 1;
    return def;
}

static void set_cookie_has_its_order(void **state)
{
    authjs_cookie_def_t def = definition();

    assert_string_equal(authjs_cookie_format(*state, &def, NULL, "a|b", 0),
                        NAME "=a%7Cb; Path=/; HttpOnly; SameSite=Lax");
    assert_string_equal(authjs_cookie_format_delete(*state, &def, NAME ".1"),
                        NAME ".1=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax");
    def.domain = "example.com";
    def.priority = "High";
    def.secure = def.partitioned = def.max_age_set = 1;
    def.max_age = 900;
    assert_string_equal(authjs_cookie_format(*state, &def, NAME ".0", "\xc3\xa4 ;", 1),
                        NAME ".0=%C3%A4%20%3B; Max-Age=900; Domain=example.com; Path=/; "
                             "Expires=Thu, 01 Jan 1970 00:00:01 GMT; HttpOnly; Secure; "
                             "Partitioned; Priority=High; SameSite=Lax");
    assert_string_equal(authjs_cookie_format_delete(*state, &def, NULL),
                        NAME "=; Max-Age=0; Domain=example.com; Path=/; HttpOnly; "
                             "Secure; Partitioned; Priority=High; SameSite=Lax");
    def = definition();
    def.path = def.same_site = NULL;
    def.http_only = 0;
    assert_string_equal(authjs_cookie_format(*state, &def, NULL, "", 0), NAME "=");
}

/* "name=length" or "name!" for a deletion, of every line. */
static const char *shape(apr_pool_t *pool, const apr_array_header_t *lines)
{
    const char *text = "";
    int i;

    for (i = 0; i < lines->nelts; i++) {
        const char *line = APR_ARRAY_IDX(lines, i, const char *);
        size_t name_len = strcspn(line, "=");
        size_t value_len = strcspn(line + name_len + 1, ";");

        assert_memory_equal(line, NAME, strlen(NAME));
        assert_true(!value_len == !!strstr(line, "; Max-Age=0"));
        assert_true(!value_len == !strstr(line, "; Expires="));
        assert_non_null(strstr(line, "; Path=/; "));
        text = apr_psprintf(pool, "%s%s%.*s%c%d", text, i ? " " : "",
                            (int)(name_len - strlen(NAME)), line + strlen(NAME),
                            value_len ? '=' : '!', (int)value_len);
    }
    return text;
}

static const char *written(apr_pool_t *pool, const char *header, apr_size_t len)
{
    authjs_cookie_def_t def = definition();
    const char *value = helper_repeat(pool, 'v', len);

    return shape(pool, authjs_cookie_write_chunks(pool, &def, header, value, 1000));
}

static void sessions_are_written_in_chunks(void **state)
{
    assert_string_equal(written(*state, NULL, 0), "");
    assert_string_equal(written(*state, NULL, 1), "=1");
    assert_string_equal(written(*state, NULL, 3936), "=3936");
    assert_string_equal(written(*state, NULL, 3937), ".0=3936 .1=1");
    assert_string_equal(written(*state, NULL, 2 * 3936), ".0=3936 .1=3936");
    assert_string_equal(written(*state, NULL, 8393), ".0=3936 .1=3936 .2=521");
}

static void stale_chunks_are_deleted(void **state)
{
    const char *three = "a=b; " NAME ".0=x; " NAME ".1=y; " NAME ".2=z";
    authjs_cookie_def_t def = definition();

    assert_string_equal(written(*state, three, 10), ".0!0 .1!0 .2!0 =10");
    assert_string_equal(written(*state, three, 5000), ".0=3936 .1=1064 .2!0");
    assert_string_equal(written(*state, NAME ".3=s; " NAME ".1=y", 5000),
                        ".3!0 .1=1064 .0=3936");
    assert_string_equal(written(*state, NAME "=old", 5000), "!0 .0=3936 .1=1064");
    assert_string_equal(written(*state, NAME "=old", 10), "=10");
    assert_string_equal(written(*state, NAME "x=other", 10), "=10");
    assert_string_equal(written(*state, three, 0), ".0!0 .1!0 .2!0");
    assert_string_equal(
        shape(*state, authjs_cookie_write_chunks(*state, &def, three, NULL, 1000)),
        ".0!0 .1!0 .2!0");
    assert_string_equal(written(*state, three, 101 * 3936), ".0!0 .1!0 .2!0");
}

static void what_is_written_is_read_back(void **state)
{
    static const apr_size_t lengths[] = {1, 3935, 3936, 3937, 7872, 7873, 43296, 393600};
    authjs_cookie_def_t def = definition();
    size_t i;

    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        char *value = helper_repeat(*state, 'v', lengths[i]);
        apr_array_header_t *lines;
        const char *header = "";
        apr_size_t j;

        for (j = 0; j < lengths[i]; j++) {
            value[j] = "abcdefghijk%| "[j % 14];
        }
        lines = authjs_cookie_write_chunks(*state, &def, NULL, value, 0);
        for (j = (apr_size_t)lines->nelts; j > 0; j--) {
            const char *line = APR_ARRAY_IDX(lines, j - 1, const char *);

            header =
                apr_pstrcat(*state, header,
                            apr_pstrndup(*state, line, strcspn(line, ";")), "; ", NULL);
        }
        assert_string_equal(chunks(*state, header), value);
    }
}

static void configured_names_are_checked(void **state)
{
    (void)state;
    assert_true(authjs_cookie_name_valid("__Host-authjs.csrf-token"));
    assert_true(authjs_cookie_name_valid("!#$%&'*+-.^_`|~"));
    assert_false(authjs_cookie_name_valid(NULL));
    assert_false(authjs_cookie_name_valid(""));
    assert_false(authjs_cookie_name_valid("a b"));
    assert_false(authjs_cookie_name_valid("a=b"));
    assert_false(authjs_cookie_name_valid("a;b"));
    assert_false(authjs_cookie_name_valid("a\x7f"));
    assert_false(authjs_cookie_name_valid("\xc3\xa4"));
    assert_true(authjs_cookie_attribute_valid("/a b"));
    assert_true(authjs_cookie_attribute_valid(".example.com"));
    assert_false(authjs_cookie_attribute_valid(NULL));
    assert_false(authjs_cookie_attribute_valid(""));
    assert_false(authjs_cookie_attribute_valid("/;x"));
    assert_false(authjs_cookie_attribute_valid("/\r\nx"));
    assert_false(authjs_cookie_attribute_valid("/\xc3\xa4"));
}

static void names_are_found_in_a_list(void **state)
{
    apr_array_header_t *list = helper_list(*state, "a", "b", "a", (const char *)NULL);

    assert_int_equal(authjs_cookie_index(list, "a"), 0);
    assert_int_equal(authjs_cookie_index(list, "b"), 1);
    assert_int_equal(authjs_cookie_index(list, "c"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(odd_headers_are_read),           TEST(the_first_of_a_name_wins),
        TEST(values_are_decoded_or_left_raw), TEST(only_exact_chunk_names_count),
        TEST(chunks_sort_by_number),          TEST(large_headers_are_read),
        TEST(the_last_value_is_not_copied),   TEST(names_to_delete_are_listed),
        TEST(our_cookies_are_stripped),       TEST(set_cookie_has_its_order),
        TEST(sessions_are_written_in_chunks), TEST(stale_chunks_are_deleted),
        TEST(what_is_written_is_read_back),   TEST(configured_names_are_checked),
        TEST(names_are_found_in_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
