/* URLs, the redirect decision, encoding, parameters. */
#include "web_helper.h"

#include "core/core.h"
#include "web/url.h"

#include <stdio.h>
#include <stdlib.h>

#define BASE "https://www.example.com"

static const char *decide(apr_pool_t *pool, const char *value)
{
    int usable = -1;
    const char *url = authjs_url_decide(pool, BASE, NULL, value, &usable);

    assert_true(usable == 1 || (usable == 0 && !strcmp(url, BASE)));
    return url;
}

static void assert_is_ours(const char *url)
{
    const char *rest = url + strlen(BASE);

    assert_memory_equal(url, BASE, strlen(BASE));
    assert_true(!*rest || *rest == '/' || *rest == '?' || *rest == '#');
    assert_int_equal(
        strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                    "-._~:/?#[]@!$&'()*+,;=%"),
        strlen(url));
}

/* \xNN in the table stands for the byte NN. */
static const char *unescape(apr_pool_t *pool, const char *text, int *has_nul)
{
    char *bytes = apr_pstrdup(pool, text);
    char *out = bytes;

    *has_nul = 0;
    while (*text) {
        if (text[0] == '\\' && text[1] == 'x') {
            *out++ = (char)authjs_hex_pair(text + 2);
            *has_nul |= out[-1] == '\0';
            text += 4;
        }
        else {
            *out++ = *text++;
        }
    }
    *out = '\0';
    return bytes;
}

static int is_forbidden(const char *value)
{
    for (; *value; value++) {
        if ((unsigned char)*value < 0x21 || *value == 0x7f || *value == '\\') {
            return 1;
        }
    }
    return 0;
}

static void check_row(apr_pool_t *pool, char *row)
{
    char *last, *input, *authjs;
    const char *value, *url;
    int has_nul;

    input = apr_strtok(row, "\t", &last);
    apr_strtok(NULL, "\t", &last);
    authjs = apr_strtok(NULL, "\t", &last);
    assert_non_null(authjs);
    value = unescape(pool, input, &has_nul);
    url = decide(pool, value);
    assert_is_ours(url);
    if (has_nul) {
        return; /* a C string ends there: the parsers refuse a NUL before this point */
    }
    if (value[0] == '/' && !is_forbidden(value)) {
        assert_string_equal(url, apr_pstrcat(pool, BASE, value, NULL));
        assert_true(!strncmp(authjs, "ERROR", 5) || !strcmp(url, authjs));
    }
    else if (!strcmp(value, BASE ":443/ok") ||
             !strcmp(value, "https://WWW.EXAMPLE.COM/ok")) {
        assert_string_equal(url, BASE "/ok");
    }
    else {
        assert_string_equal(url, BASE);
    }
}

static void every_row_stays_on_our_origin(void **state)
{
    apr_pool_t *pool = *state;
    const char *srcdir = getenv("srcdir");
    char line[1024];
    int rows = 0;
    FILE *in = fopen(apr_pstrcat(pool, srcdir ? srcdir : ".",
                                 "/t/data/hostile-redirect.tsv", NULL),
                     "r");

    assert_non_null(in);
    while (fgets(line, sizeof(line), in)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "# ", 2) != 0) {
            check_row(pool, line);
            rows++;
        }
    }
    fclose(in);
    assert_int_equal(rows, 88);
}

static void good_values_keep_their_meaning(void **state)
{
    static const char *const values[][2] = {
        {"/", BASE "/"},
        {"/app?x=1#f", BASE "/app?x=1#f"},
        {"/x?next=//evil.test", BASE "/x?next=//evil.test"},
        {"/x?next=https://evil.test/", BASE "/x?next=https://evil.test/"},
        {"/x#//evil.test", BASE "/x#//evil.test"},
        {"/a/https://b", BASE "/a/https://b"},
        {"//evil.test", BASE "//evil.test"},
        {BASE, BASE},
        {BASE "/ok", BASE "/ok"},
        {BASE "?q", BASE "?q"},
        {BASE "#f", BASE "#f"},
        {BASE "/@evil.test", BASE "/@evil.test"},
        {BASE "/ok?a=b@c:d#e", BASE "/ok?a=b@c:d#e"},
        {"HTTPS://WWW.EXAMPLE.COM/Ok", BASE "/Ok"},
        {BASE ":443/ok", BASE "/ok"},
        {BASE ":0443", BASE},
        {"/a%20b%zz%", BASE "/a%20b%25zz%25"},
        {"/a%2", BASE "/a%252"},
        {"/\xc3\xa4?\xe2\x82\xac", BASE "/%C3%A4?%E2%82%AC"},
        {"/<a>\"{}|^`", BASE "/%3Ca%3E%22%7B%7D%7C%5E%60"},
        {"/a#b#c", BASE "/a#b%23c"},
        {"/a[]=1&b[x]=2", BASE "/a[]=1&b[x]=2"},
        {"/a b", BASE "/a%20b"},
        {"/ ", BASE "/"},
        {"/a  b ?c d&e=f g#h i  ", BASE "/a%20%20b%20?c%20d&e=f%20g#h%20i"},
        {BASE "/a b", BASE "/a%20b"},
        {BASE " ", BASE},
        {BASE "? x", BASE "?%20x"},
        {"/ /evil.test", BASE "/%20/evil.test"},
        {"/ https://evil.test", BASE "/%20https://evil.test"},
    };
    size_t i;
    int usable;

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        usable = 0;
        assert_string_equal(authjs_url_decide(*state, BASE, NULL, values[i][0], &usable),
                            values[i][1]);
        assert_int_equal(usable, 1);
    }
}

static const char *const bad_values[] = {
    "",
    "ok",
    "?x",
    "#x",
    BASE "@evil.test/",
    BASE ":@evil.test/",
    BASE ":443@evil.test/",
    "https://user@www.example.com/",
    "https://:@www.example.com/",
    BASE ".evil.test/",
    BASE ".",
    BASE ":",
    BASE ":/x",
    BASE ":0/",
    BASE ":65536/",
    BASE ":000443/",
    BASE ":44 3/",
    BASE ":+443/",
    BASE ":444",
    BASE ":80/",
    "http://www.example.com/",
    "http://www.example.com:443/",
    "//www.example.com\\",
    "/\x7f",
    " /a b",
    " ",
    "https://www.exa mple.com/",
    "https://www.example.com /x",
    "https://www.example.com @evil.test/",
    "ht tps://www.example.com/",
    "/a\tb",
    "/a\nb",
    "/\xff",
    "/\xc0\xaf",
    "/\xed\xa0\x80",
    "/\xf4\x90\x80\x80",
    "/\xe2\x82",
    "https://www.example.com%2f/",
    "https://[::1]/",
    "https:/www.example.com/",
    "https:www.example.com/",
    "https:///www.example.com/",
    "https://",
    "://www.example.com/",
    " " BASE,
    BASE "\r\nx",
};

static void bad_values_give_the_base(void **state)
{
    size_t i;

    assert_string_equal(decide(*state, NULL), BASE);
    for (i = 0; i < sizeof(bad_values) / sizeof(bad_values[0]); i++) {
        int usable = 1;

        assert_string_equal(authjs_url_decide(*state, BASE, NULL, bad_values[i], &usable),
                            BASE);
        assert_int_equal(usable, 0);
    }
}

static void length_is_bounded(void **state)
{
    char *value = helper_repeat(*state, 'a', AUTHJS_URL_MAX_LEN + 1);

    value[0] = '/';
    assert_string_equal(decide(*state, value), BASE);
    value[AUTHJS_URL_MAX_LEN] = '\0';
    assert_string_equal(decide(*state, value), apr_pstrcat(*state, BASE, value, NULL));
    assert_string_equal(decide(*state, helper_repeat(*state, '/', 1 << 20)), BASE);
}

static void allowed_origins_are_exact(void **state)
{
    apr_array_header_t *allowed = helper_list(*state, "https://other.example.com",
                                              "http://[::1]:8080", (const char *)NULL);
    static const char *const values[][2] = {
        {"https://other.example.com/x", "https://other.example.com/x"},
        {"https://OTHER.example.com:443/x", "https://other.example.com/x"},
        {"http://[0:0::1]:8080?y", "http://[::1]:8080?y"},
        {BASE "/x", BASE "/x"},
        {"/x", BASE "/x"},
        {"https://other.example.com.evil.test/", BASE},
        {"https://other.example.com@evil.test/", BASE},
        {"http://other.example.com/x", BASE},
        {"http://[::1]/x", BASE},
        {"https://sub.other.example.com/", BASE},
    };
    size_t i;

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        assert_string_equal(authjs_url_decide(*state, BASE, allowed, values[i][0], NULL),
                            values[i][1]);
    }
}

static void a_base_with_a_port_keeps_it(void **state)
{
    const char *base = "http://localhost:8529";

    assert_string_equal(authjs_url_decide(*state, base, NULL, "/x", NULL),
                        "http://localhost:8529/x");
    assert_string_equal(authjs_url_decide(*state, base, NULL, "http://LOCALHOST:8529/x",
                                          NULL),
                        "http://localhost:8529/x");
    assert_string_equal(authjs_url_decide(*state, base, NULL, "http://localhost/x", NULL),
                        base);
    assert_string_equal(
        authjs_url_decide(*state, base, NULL, "http://localhost:85290/x", NULL), base);
}

static void urls_are_taken_apart(void **state)
{
    authjs_url_t url;

    assert_null(
        authjs_url_parse(&url, *state, "HTTPS://Login.Example.COM:8443/A/b?c=d#e"));
    assert_string_equal(url.scheme, "https");
    assert_string_equal(url.host, "login.example.com");
    assert_int_equal(url.port, 8443);
    assert_string_equal(url.origin, "https://login.example.com:8443");
    assert_string_equal(url.path, "/A/b");
    assert_string_equal(url.query, "c=d");
    assert_true(url.has_fragment);

    assert_null(authjs_url_parse(&url, *state, "http://h#f?g"));
    assert_int_equal(url.port, 80);
    assert_string_equal(url.origin, "http://h");
    assert_string_equal(url.path, "");
    assert_null(url.query);
    assert_true(url.has_fragment);

    assert_null(authjs_url_parse(&url, *state, "https://[2001:DB8::0:1]:443?"));
    assert_string_equal(url.host, "[2001:db8::1]");
    assert_string_equal(url.origin, "https://[2001:db8::1]");
    assert_string_equal(url.query, "");
    assert_false(url.has_fragment);
}

static void other_urls_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "/x",
        "ftp://h/",
        "https:h",
        "https://",
        "https:///x",
        "https://:1/",
        "https://h:/",
        "https://h:0/",
        "https://h:65536/",
        "https://h:1x/",
        "https://h:123456/",
        "https://u@h/",
        "https://u:p@h/",
        "https://@h/",
        "https://h h/",
        "https://h/\\",
        "https://h/\x01",
        "https://h%41/",
        "https://h\xc3\xa4/",
        "https://[::1/",
        "https://[]/",
        "https://[1.2.3.4]/",
        "https://[::1]x/",
        "https://[::1%25eth0]/",
        "https://h,i/",
    };
    authjs_url_t url;
    size_t i;

    assert_non_null(authjs_url_parse(&url, *state, NULL));
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_non_null(authjs_url_parse(&url, *state, texts[i]));
    }
    assert_non_null(authjs_url_parse(
        &url, *state,
        apr_pstrcat(*state, "https://", helper_repeat(*state, 'h', 256), "/", NULL)));
    assert_non_null(authjs_url_parse(
        &url, *state,
        apr_pstrcat(*state, "https://h/", helper_repeat(*state, 'a', 2048), NULL)));
}

static void bytes_are_encoded_and_decoded(void **state)
{
    assert_string_equal(authjs_url_encode_component(*state,
                                                    "aZ9-_.!~*'() |/?&=+%\xc3\xa4\x01"),
                        "aZ9-_.!~*'()%20%7C%2F%3F%26%3D%2B%25%C3%A4%01");
    assert_string_equal(authjs_form_encode(*state, "aZ9*-._ ~!'()+&=\xe2\x82\xac"),
                        "aZ9*-._+%7E%21%27%28%29%2B%26%3D%E2%82%AC");
    assert_string_equal(authjs_url_encode_component(*state, ""), "");

    assert_string_equal(authjs_url_decode(*state, "a%20%C3%a4+", 11), "a \xc3\xa4+");
    assert_string_equal(authjs_url_decode(*state, "abc", 2), "ab");
    assert_string_equal(authjs_url_decode(*state, "", 0), "");
    assert_null(authjs_url_decode(*state, "%", 1));
    assert_null(authjs_url_decode(*state, "a%4", 3));
    assert_null(authjs_url_decode(*state, "%41", 2));
    assert_null(authjs_url_decode(*state, "%zz", 3));
    assert_null(authjs_url_decode(*state, "%4g", 3));
    assert_null(authjs_url_decode(*state, "a%00b", 5));
    assert_null(authjs_url_decode(*state, "a\0b", 3));

    assert_int_equal(authjs_hex_pair("0a"), 10);
    assert_int_equal(authjs_hex_pair("Ff"), 255);
    assert_int_equal(authjs_hex_pair("1"), -1);
    assert_int_equal(authjs_hex_pair(""), -1);
    assert_true(authjs_url_is_plain("/a%20\xc3\xa4"));
    assert_false(authjs_url_is_plain("/a\x1f"));
    assert_false(authjs_url_is_plain("/a\x7f"));
    assert_false(authjs_url_is_plain("\\"));
}

static void parameters_are_a_list(void **state)
{
    apr_array_header_t *params = apr_array_make(*state, 1, sizeof(authjs_param_t));

    assert_string_equal(authjs_form_serialize(*state, params), "");
    assert_null(authjs_params_get(params, "a"));
    authjs_params_set(params, "a", "1");
    authjs_params_set(params, "b", "x y");
    authjs_params_set(params, "a", "2&");
    assert_string_equal(authjs_form_serialize(*state, params), "a=2%26&b=x+y");
    APR_ARRAY_PUSH(params, authjs_param_t) = APR_ARRAY_IDX(params, 0, authjs_param_t);
    APR_ARRAY_IDX(params, 2, authjs_param_t).value = "last";
    assert_string_equal(authjs_params_get(params, "a"), "last");
    assert_int_equal(authjs_params_count(params, "a"), 2);
    assert_int_equal(authjs_params_count(params, "A"), 0);
    authjs_params_set(params, "a", "only");
    assert_string_equal(authjs_form_serialize(*state, params), "a=only&b=x+y");
}

static void parameters_go_behind_a_url(void **state)
{
    static const char *const urls[][2] = {
        {"https://h", "https://h?n=v+w"},
        {"https://h/a", "https://h/a?n=v+w"},
        {"https://h/a?", "https://h/a?n=v+w"},
        {"https://h/a?b", "https://h/a?b&n=v+w"},
        {"https://h/a?b&", "https://h/a?b&n=v+w"},
        {"https://h/a#f?g", "https://h/a?n=v+w"},
        {"/a?b#f", "/a?b&n=v+w"},
    };
    apr_array_header_t *none = apr_array_make(*state, 1, sizeof(authjs_param_t));
    size_t i;

    for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        assert_string_equal(authjs_url_with_param(*state, urls[i][0], "n", "v w"),
                            urls[i][1]);
    }
    assert_string_equal(authjs_url_with_params(*state, "/a?b#f", none), "/a?b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_row_stays_on_our_origin), TEST(good_values_keep_their_meaning),
        TEST(bad_values_give_the_base),      TEST(length_is_bounded),
        TEST(allowed_origins_are_exact),     TEST(a_base_with_a_port_keeps_it),
        TEST(urls_are_taken_apart),          TEST(other_urls_are_refused),
        TEST(bytes_are_encoded_and_decoded), TEST(parameters_are_a_list),
        TEST(parameters_go_behind_a_url),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
