/* HTML escaping and colours. */
#include "web_helper.h"

#include "web/html.h"

#define FFFD "\xef\xbf\xbd"

static void text_is_escaped(void **state)
{
    assert_string_equal(authjs_html_escape(*state, NULL), "");
    assert_string_equal(authjs_html_escape(*state, ""), "");
    assert_string_equal(authjs_html_escape(*state, "plain 1+1=2 `/\r\n"),
                        "plain 1+1=2 `/\r\n");
    assert_string_equal(authjs_html_escape(*state, "<script>alert('1' & \"2\")</script>"),
                        "&lt;script&gt;alert(&#39;1&#39; &amp; &quot;2&quot;)"
                        "&lt;/script&gt;");
    assert_string_equal(authjs_html_escape(*state, "&amp;"), "&amp;amp;");
    assert_string_equal(authjs_html_escape(*state, "\"\"\"\"\"\""),
                        "&quot;&quot;&quot;&quot;&quot;&quot;");
}

static void invalid_utf8_is_replaced(void **state)
{
    assert_string_equal(authjs_html_escape(*state,
                                           "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91"),
                        "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91");
    assert_string_equal(authjs_html_escape(*state, "\xff<"), FFFD "&lt;");
    assert_string_equal(authjs_html_escape(*state, "\xc3<"), FFFD "&lt;");
    assert_string_equal(authjs_html_escape(*state, "\xc3"), FFFD);
    assert_string_equal(authjs_html_escape(*state, "\xe2\x82"), FFFD FFFD);
    assert_string_equal(authjs_html_escape(*state, "\xc0\xbc"), FFFD FFFD);
    assert_string_equal(authjs_html_escape(*state, "\xed\xa0\x80"), FFFD FFFD FFFD);
    assert_string_equal(authjs_html_escape(*state, "\xf4\x90\x80\x80"),
                        FFFD FFFD FFFD FFFD);
    assert_string_equal(authjs_html_escape(*state, "\x80\"'"), FFFD "&quot;&#39;");
}

static void colours_are_checked(void **state)
{
    static const char *const good[] = {
        "#fff",
        "#FFF8",
        "#24292f",
        "#24292fcc",
        "red",
        "RebeccaPurple",
        "rgb(1, 2, 3)",
        "rgba(1,2,3,.5)",
        "rgb(1 2 3 / 50%)",
        "hsl(120 100% 50%)",
        "hsla(1,2%,3%,.4)",
    };
    static const char *const bad[] = {
        "",
        "#",
        "#ff",
        "#fffff",
        "#ggg",
        "#fff;",
        "red;",
        "red }",
        " red",
        "url(x)",
        "var(--x)",
        "rgb()",
        "rgb(",
        "rgb(1,2,3",
        "rgb(1,2,3))",
        "rgb(1,2,3);x",
        "rgb(a)",
        "rgb (1,2,3)",
        "gba(1,2,3)",
        "rgbab(1)",
        "(1)",
        "expression(1)",
        "calc(1)",
        "</style>",
        "red/**/",
        "r\xc3\xa4",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    size_t i;

    (void)state;
    assert_false(authjs_css_color_valid(NULL));
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(authjs_css_color_valid(good[i]));
    }
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(authjs_css_color_valid(bad[i]));
    }
}

static void text_is_read_on_a_colour(void **state)
{
    static const char *const rows[][2] = {
        {"#fff", "#000"},    {"#000", "#fff"},       {"#1d5fd1", "#fff"},
        {"#8ab4ff", "#000"}, {"#FFDD00", "#000"},    {"#0b7285", "#fff"},
        {"navy", "#fff"},    {"rgb(1,2,3)", "#fff"},
    };
    int rgb[3];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(authjs_css_text_on(rows[i][0]), rows[i][1]);
    }
    assert_true(authjs_css_rgb(rgb, "#0b7285"));
    assert_true(rgb[0] == 0x0b && rgb[1] == 0x72 && rgb[2] == 0x85);
    assert_true(authjs_css_rgb(rgb, "#fA0"));
    assert_true(rgb[0] == 0xff && rgb[1] == 0xaa && rgb[2] == 0);
    assert_false(authjs_css_rgb(rgb, "#abcd"));
    assert_false(authjs_css_rgb(rgb, "#12345g"));
    assert_false(authjs_css_rgb(rgb, "navy"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_is_escaped),
        TEST(invalid_utf8_is_replaced),
        TEST(colours_are_checked),
        TEST(text_is_read_on_a_colour),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
