/* .env files. What they mean is held against @next/env by t/87-envfile.t; here stands
 * what each oddity is, and what is refused. */
#include "web_helper.h"

#include "core/dotenv.h"

static const char *look_up(const void *baton, const char *name)
{
    (void)baton;
    return !strcmp(name, "PROCESS") ? "process"
           : !strcmp(name, "EMPTY") ? ""
           : !strcmp(name, "MONEY") ? "a$$b$&c"
                                    : NULL;
}

/* The variables as "name:value;", or what is wrong. */
static const char *describe(apr_pool_t *pool, const char *text, apr_size_t len)
{
    const char *all = "";
    authjs_dotenv_t *dotenv;
    const char *why = authjs_dotenv_read(&dotenv, pool, text, len);
    int i;

    if (!why) {
        why = authjs_dotenv_expand(dotenv, pool, look_up, NULL);
    }
    for (i = 0; !why && i < dotenv->variables->nelts; i++) {
        const authjs_variable_t *variable =
            APR_ARRAY_IDX(dotenv->variables, i, const authjs_variable_t *);

        all = apr_pstrcat(pool, all, variable->name, ":", variable->value, ";", NULL);
    }
    return why ? why : all;
}

#define assert_read(text, expected)                                                      \
    assert_string_equal(describe(*state, text, strlen(text)), expected)

static void lines_are_read(void **state)
{
    assert_read("", "");
    assert_read("A=1\nB = two words \n\n# C=3\n", "A:1;B:two words;");
    assert_read("A=1\r\nB=2\rC=3", "A:1;B:2;C:3;");
    assert_read("\xef\xbb\xbf"
                "A=1\n",
                "A:1;");
    assert_read("A=1\nA=2\n", "A:2;");
    assert_read("export A=1\n export\tB=2\nexport=3", "A:1;B:2;export:3;");
    assert_read("A: 1\nB:2\nx.y-z=3", "A:1;x.y-z:3;");
    assert_read("A=\nB=\"\"\nC", "A:;B:;");
    assert_read("A=1#2\nB='1#2' # 3\nC=#4", "A:1;B:1#2;C:;");
}

static void quotes_are_read(void **state)
{
    assert_read("A='x $B \\n'", "A:x  \\n;");
    assert_read("A=\"x\\ny\"", "A:x\ny;");
    assert_read("A=\"x\ny\"\nB=1", "A:x\ny;B:1;");
    assert_read("A=`'\"`", "A:'\";");
    assert_read("A='it\\'s'", "A:it\\'s;");
    assert_read("A=\"x\nB=2", "A:\"x;B:2;");
    assert_read("A=\"x\" y", "A:\"x\" y;");
    assert_read("A=\n'x'", "A:x;");
}

static void references_are_expanded(void **state)
{
    assert_read("A=1\nB=$A-${A}2 '$A'", "A:1;B:1-12 '1';");
    assert_read("A=${N:-x}${N}${N:-}", "A:x;");
    assert_read("A=$PROCESS\nPROCESS=file\nB=${EMPTY:-e}",
                "A:process;PROCESS:process;B:e;");
    assert_read("A=\\$B\nB='\\$1'", "A:$B;B:$1;");
    assert_read("A=x$MONEY", "A:xa;");
    assert_read("A=$B\nB=1", "A:1;B:1;");
    assert_read("A=$ 5\nB=1$", "A:$ 5;B:1$;");
}

static void refusals_name_the_line(void **state)
{
    char *big = helper_repeat(*state, 'x', AUTHJS_DOTENV_MAX + 1);

    assert_string_equal(describe(*state, "A=1\nB=\0", 7),
                        "line 2: there is a NUL byte in it");
    assert_read("A=1\n\nB=\xff", "line 3: it is not UTF-8");
    assert_read("\n\nA=$A", "line 3: its references lead in a circle, or there are too "
                            "many");
    assert_read(
        "A=1\nB=${N:-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}$B$B",
        "line 2: its value would be longer than 64 KiB");
    assert_read(big, "it is longer than 64 KiB");
    big[AUTHJS_DOTENV_MAX] = '\0';
    memcpy(big, "A='", 3);
    assert_int_equal(strlen(describe(*state, big, strlen(big))), AUTHJS_DOTENV_MAX + 1);
}

static void what_is_passed_over_is_told(void **state)
{
    authjs_dotenv_t *dotenv;
    const char *text = "# A\nA=1\n\nno line\nB=\"x\nC='y\n";

    assert_null(authjs_dotenv_read(&dotenv, *state, text, strlen(text)));
    assert_int_equal(dotenv->passed_over, 4);
    assert_int_equal(dotenv->odd_quote, 5);
    text = "A=\"x\"\nB='\"'\n#\n";
    assert_null(authjs_dotenv_read(&dotenv, *state, text, strlen(text)));
    assert_int_equal(dotenv->passed_over, 0);
    assert_int_equal(dotenv->odd_quote, 0);
}

static const char *added(apr_pool_t *pool, const char *text, const char *value)
{
    const char *changed, *why = authjs_dotenv_add(&changed, pool, text, "N", value);

    return why ? why : changed;
}

#define assert_added(text, value, expected)                                              \
    assert_string_equal(added(*state, text, value), expected)

static void a_variable_is_added(void **state)
{
    assert_added("", "v", "N=v\n");
    assert_added("A=1", "v", "A=1\nN=v\n");
    assert_added("# all\r\nA=1\r\n", "a b", "# all\r\nA=1\r\nN='a b'\n");
    assert_added("N=\n", "v", "N=\nN=v\n");
    assert_added("", "a#b", "N='a#b'\n");
    assert_added("", "it's", "N=\"it's\"\n");
    assert_added("", "'\"", "N=`'\"`\n");
    assert_added("", "$A\\$", "N='\\$A\\\\$'\n");
    assert_added("", "a\\nb", "N='a\\nb'\n");
    assert_added("", " a ", "N=' a '\n");
    assert_added("", "a`'\"b", "N=a`'\"b\n");
}

static void what_cannot_be_added_is_refused(void **state)
{
    char *big = helper_repeat(*state, 'x', AUTHJS_DOTENV_MAX);

    assert_added("", "a\nb", "it must be one line of text, without control characters");
    assert_added("", "a\x1b", "it must be one line of text, without control characters");
    assert_added("", "\xff", "it must be one line of text, without control characters");
    assert_added("A=\xff", "v", "line 1: it is not UTF-8");
    assert_added("", "'\"`#", "the format of .env files has no way to write it there");
    assert_added(big, "v", "the file would be longer than 64 KiB");
    assert_added("A=$A", "v", "the format of .env files has no way to write it there");
}

/* Quotes that the file leaves open end in what is added. */
static void other_variables_stay(void **state)
{
    static const char *const pieces[] = {"'",        "\"", "`", "\\", "$", "{A}",
                                         "#",        " ",  "x", "n",  "=", "A",
                                         "\xc3\xa4", "}",  ":", "-"};
    static const char *const texts[] = {
        "", "A='x\n", "A=\"x\nB=`y\n", "A=x'\nB='\n", "A: `x\nN=2\n", "A=\\\nB=\"\\\"\n"};
    unsigned seed = 1, refused = 0, i, j;
    const char *changed;

    for (i = 0; i < 3000; i++) {
        const char *text = texts[i % 6], *value = "", *before, *after;
        authjs_dotenv_t *dotenv;
        authjs_variable_t *made;

        for (j = 0; j < 1 + i % 8; j++) {
            seed = seed * 1664525u + 1013904223u;
            value = apr_pstrcat(*state, value, pieces[(seed >> 16) % 16], NULL);
        }
        if (authjs_dotenv_add(&changed, *state, text, "N", value)) {
            refused++;
            continue;
        }
        assert_int_equal(strncmp(changed, text, strlen(text)), 0);
        assert_null(authjs_dotenv_read(&dotenv, *state, changed, strlen(changed)));
        assert_null(authjs_dotenv_expand(dotenv, *state, look_up, NULL));
        made = apr_hash_get(dotenv->by_name, "N", APR_HASH_KEY_STRING);
        assert_string_equal(made->value, value);
        before = describe(*state, text, strlen(text));
        after = describe(*state, changed, strlen(changed));
        assert_int_equal(strncmp(after, before, strcspn(before, ";")), 0);
    }
    assert_true(refused < 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_are_read),
        TEST(quotes_are_read),
        TEST(references_are_expanded),
        TEST(refusals_name_the_line),
        TEST(what_is_passed_over_is_told),
        TEST(a_variable_is_added),
        TEST(what_cannot_be_added_is_refused),
        TEST(other_variables_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
