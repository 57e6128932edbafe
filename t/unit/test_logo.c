/* What of an SVG file may stand inside a page. */
#include "web_helper.h"

#include "pages/logo.h"

#define SVG(inside)                                                                      \
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\">" inside "</svg>"

static const char *parse(apr_pool_t *pool, const char *text, const char **drawing)
{
    int coloured;

    return authjs_logo_parse(drawing, &coloured, pool, text, strlen(text));
}

static void shapes_are_kept(void **state)
{
    static const struct {
        const char *text, *drawing;
        int coloured;
    } cases[] = {
        {SVG("<title>A &lt;b&gt;</title><path d=\"M0 0h24v24z\"/>"),
         " viewBox=\"0 0 24 24\"><path d=\"M0 0h24v24z\"></path></svg>", 0},
        {"<?xml version=\"1.0\"?><!-- a --><svg role=\"img\" id=\"a\" class=\"b\" width=\"10\" "
         "height=\"20\"><g fill=\"#f00\"><circle r=\"1\"/></g></svg>",
         " viewBox=\"0 0 10 20\"><g fill=\"#f00\"><circle r=\"1\"></circle></g></svg>",
         1},
        {SVG("<rect fill='none' stroke='currentColor'/>text"),
         " viewBox=\"0 0 24 24\"><rect stroke=\"currentColor\" fill=\"none\"></rect></svg>",
         0},
        {"<s:svg xmlns:s='http://www.w3.org/2000/svg' xmlns:e='urn:editor' e:label='x' "
         "viewBox='0 0 1 1'><s:path d='M0 0'/></s:svg>",
         " viewBox=\"0 0 1 1\"><path d=\"M0 0\"></path></svg>", 0},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *drawing = NULL;
        int coloured = -1;

        assert_null(authjs_logo_parse(&drawing, &coloured, *state, cases[i].text,
                                      strlen(cases[i].text)));
        assert_string_equal(drawing, cases[i].drawing);
        assert_int_equal(coloured, cases[i].coloured);
    }
}

static void the_rest_is_refused(void **state)
{
    static const char *const hostile[] = {
        "",
        "no XML",
        "<svg",
        SVG("<path"),
        "<html/>",
        "<svg/>",
        "<svg viewBox='0 0 1 1\" onload=\"x'/>",
        SVG("<script>alert(1)</script>"),
        SVG("<h:script xmlns:h='http://www.w3.org/1999/xhtml'>alert(1)</h:script>"),
        SVG("<style>*{color:red}</style>"),
        SVG("<foreignObject><body/></foreignObject>"),
        SVG("<image href='x.png'/>"),
        SVG("<use href='#a'/>"),
        SVG("<a href='x'><path/></a>"),
        SVG("<animate attributeName='d'/>"),
        SVG("<set attributeName='href'/>"),
        SVG("<linearGradient id='a'/>"),
        SVG("<path onclick='x()'/>"),
        SVG("<path ONCLICK='x()'/>"),
        SVG("<path style='fill:red'/>"),
        SVG("<path href='x'/>"),
        SVG("<path xmlns:x='http://www.w3.org/1999/xlink' x:href='javascript:x()'/>"),
        SVG("<path fill='url(#a)'/>"),
        SVG("<path fill='URL(http://example.com/)'/>"),
        SVG("<path d='M0 0\"/><script>'/>"),
        SVG("<path d='M0&#10;0&#34;'/>"),
        SVG("<path d='&lt;script&gt;'/>"),
        SVG("<path d='M0 0;'/>"),
        SVG("<path fill='r\xc3\xb6t'/>"),
        "<!DOCTYPE svg [<!ENTITY a 'x'>]>" SVG("<path d='&a;'/>"),
        "<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" SVG(
            "<title>&a;</title>"),
    };
    const char *drawing;
    apr_size_t i;

    for (i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
        if (!parse(*state, hostile[i], &drawing)) {
            fail_msg("taken: %s", hostile[i]);
        }
    }
}

static const char *repeat(apr_pool_t *pool, const char *text, int count)
{
    apr_array_header_t *parts = apr_array_make(pool, count, sizeof(const char *));

    while (count-- > 0) {
        APR_ARRAY_PUSH(parts, const char *) = text;
    }
    return apr_array_pstrcat(pool, parts, '\0');
}

static const char *drawing_of(apr_pool_t *pool, const char *open, const char *close,
                              int count)
{
    return apr_pstrcat(pool, "<svg viewBox='0 0 1 1'>", repeat(pool, open, count),
                       repeat(pool, close, count), "</svg>", NULL);
}

static void sizes_are_bounded(void **state)
{
    const char *drawing;

    assert_null(parse(*state, drawing_of(*state, "<g>", "</g>", 16), &drawing));
    assert_string_equal(parse(*state, drawing_of(*state, "<g>", "</g>", 17), &drawing),
                        "has too many elements");
    assert_non_null(parse(*state, drawing_of(*state, "<g>", "</g>", 9000), &drawing));
    assert_null(parse(*state, drawing_of(*state, "<g/>", "", 1000), &drawing));
    assert_string_equal(parse(*state, drawing_of(*state, "<g/>", "", 1001), &drawing),
                        "has too many elements");
    assert_string_equal(parse(*state, drawing_of(*state, " ", "", AUTHJS_LOGO_MAX),
                              &drawing),
                        "is larger than 64 KB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shapes_are_kept),
        TEST(the_rest_is_refused),
        TEST(sizes_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
