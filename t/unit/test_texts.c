/* Languages: which one a header chooses, what a file may say, how a text is filled in. */
#include "web_helper.h"

#include "core/json.h"
#include "texts/texts.h"

static apr_array_header_t *languages_of(apr_pool_t *pool, const char *json,
                                        const char **why)
{
    apr_array_header_t *languages, *files = NULL;
    struct json_object *file;

    if (json) {
        assert_null(authjs_json_parse_object(&file, pool, json, strlen(json)));
        files = apr_array_make(pool, 1, sizeof(file));
        APR_ARRAY_PUSH(files, struct json_object *) = file;
    }
    *why = authjs_languages_make(&languages, pool, files);
    return languages;
}

static void chooses_a_language(void **state)
{
    static const char *const rows[][2] = {
        {NULL, "en"},
        {"", "en"},
        {"de", "de"},
        {"DE-at", "de"},
        {"de-DE-1996-x-a", "de"},
        {"de-x", "de"},
        {"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"},
        {"xx, de;q=0.2, ja;q=0.3", "ja"},
        {"de;q=0.3, ja;q=0.3", "de"},
        {"de;q=0, ja;q=0.001", "ja"},
        {"de;q=0", "en"},
        {"*, de;q=0.1", "de"},
        {"*", "en"},
        {"zh-Hant-TW", "zh"},
        {"pt-BR", "pt"},
        {"  ar\t;  Q=1.000 , de ", "ar"},
        {",,, ,de,,", "de"},
        {"d, deu, germ", "en"},
        /* What is no range, or has no weight, is passed over. */
        {"de;q=1.001, ja;q=0.1", "ja"},
        {"de;q=0.1234, ja;q=0.1", "ja"},
        {"de;q=2, ja;q=0.1", "ja"},
        {"de;q=-1, ja;q=0.1", "ja"},
        {"de;q=, ja;q=0.1", "ja"},
        {"de;x=1, ja;q=0.1", "ja"},
        {"de;q=0.5;x, ja;q=0.1", "ja"},
        {"de q=1, ja;q=0.1", "ja"},
        {"<script>, de_DE, ja;q=0.1", "ja"},
        {"\xff\xfe, ja", "ja"},
        {"---, -de, ja", "ja"},
        {"de;q=1.0.0, ja;q=0.1", "ja"},
    };
    const char *why;
    apr_array_header_t *languages = languages_of(*state, NULL, &why);
    size_t i;

    assert_null(why);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(authjs_language_choose(languages, rows[i][0])->tag,
                            rows[i][1]);
    }
}

static void reads_so_many_ranges(void **state)
{
    const char *why;
    apr_array_header_t *languages = languages_of(*state, NULL, &why);
    char *header = apr_pstrdup(*state, "");
    int i;

    for (i = 0; i < AUTHJS_RANGES_MAX - 1; i++) {
        header = apr_pstrcat(*state, header, "xx,", NULL);
    }
    assert_string_equal(
        authjs_language_choose(languages, apr_pstrcat(*state, header, "de", NULL))->tag,
        "de");
    assert_string_equal(authjs_language_choose(languages,
                                               apr_pstrcat(*state, header, "xx,de", NULL))
                            ->tag,
                        "en");
    header = helper_repeat(*state, 'a', 100000);
    assert_string_equal(authjs_language_choose(languages, header)->tag, "en");
    for (i = 1; i < 100000; i += 2) {
        header[i] = '-';
    }
    assert_string_equal(authjs_language_choose(languages, header)->tag, "en");
}

static const char *text_in(apr_array_header_t *languages, const char *tag,
                           authjs_text_e text)
{
    const authjs_language_t *language = authjs_language_find(languages, tag, strlen(tag));

    assert_non_null(language);
    return language->texts[text];
}

static void lays_a_file_over_them(void **state)
{
    const char *why;
    apr_array_header_t *languages = languages_of(
        *state,
        "{\"sv\": {\"signIn\": \"Logga in\", \"signInWith\": \"{1}: logga in\"},"
        " \"en\": {\"signOut\": \"Log out <b>\"},"
        " \"DE\": {\"or\": \"beziehungsweise\"}, \"he\": {\"direction\": \"rtl\"}}",
        &why);

    assert_null(why);
    assert_string_equal(text_in(languages, "SV", AUTHJS_TEXT_signIn), "Logga in");
    assert_string_equal(text_in(languages, "sv", AUTHJS_TEXT_signOut), "Log out <b>");
    assert_string_equal(text_in(languages, "sv", AUTHJS_TEXT_direction), "ltr");
    assert_string_equal(text_in(languages, "he", AUTHJS_TEXT_direction), "rtl");
    assert_string_equal(text_in(languages, "ar", AUTHJS_TEXT_direction), "rtl");
    assert_string_equal(text_in(languages, "de", AUTHJS_TEXT_or), "beziehungsweise");
    assert_string_equal(authjs_language_choose(languages, "sv-FI")->tag, "sv");
    assert_string_equal(
        text_in(languages_of(*state, NULL, &why), "en", AUTHJS_TEXT_signOut), "Sign out");
}

static void refuses_what_is_no_text(void **state)
{
    static const char *const rows[][2] = {
        {"{\"de\": 1}", "de must be an object of texts"},
        {"{\"d\": {}}", "d is no language tag"},
        {"{\"de_DE\": {}}", "de_DE is no language tag"},
        {"{\"\": {}}", " is no language tag"},
        {"{\"de-\": {}}", "de- is no language tag"},
        {"{\"de-abcdefghi\": {}}", "is no language tag"},
        {"{\"de\\\"><b\": {}}", "is no language tag"},
        {"{\"de\": {\"signin\": \"x\"}}", "de: there is no text signin"},
        {"{\"de\": {\"signIn\": 1}}", "de.signIn must be a string"},
        {"{\"de\": {\"signIn\": null}}", "de.signIn must be a string"},
        {"{\"de\": {\"signIn\": \"\"}}", "de.signIn must be a string of 1 to 500"},
        {"{\"de\": {\"signIn\": \"a\\nb\"}}", "de.signIn must be a string"},
        {"{\"de\": {\"signIn\": \"a\\u0000b\"}}", "de.signIn must be a string"},
        {"{\"de\": {\"signIn\": \"a\\u009bb\"}}", "de.signIn must be a string"},
        {"{\"de\": {\"signIn\": \"{1}\"}}", "de.signIn must have {1} and {2} as the "
                                            "English text: Sign in"},
        {"{\"de\": {\"signInWith\": \"x\"}}", "as the English text: Sign in with {1}"},
        {"{\"de\": {\"signInWith\": \"{1}{1}\"}}", "de.signInWith must have"},
        {"{\"de\": {\"signInWith\": \"{2}\"}}", "de.signInWith must have"},
        {"{\"de\": {\"direction\": \"up\"}}", "de.direction must be ltr or rtl"},
    };
    const char *why, *long_text = helper_repeat(*state, 'x', AUTHJS_TEXT_MAX + 1);
    char *many = apr_pstrdup(*state, "");
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        languages_of(*state, rows[i][0], &why);
        assert_non_null(why);
        assert_non_null(strstr(why, rows[i][1]));
    }
    languages_of(*state,
                 apr_psprintf(*state, "{\"de\": {\"signIn\": \"%s\"}}", long_text), &why);
    assert_non_null(why);
    languages_of(*state,
                 apr_psprintf(*state, "{\"de\": {\"signIn\": \"%s\"}}", long_text + 1),
                 &why);
    assert_null(why);
    for (i = 0; i < AUTHJS_LANGUAGES_MAX; i++) {
        many = apr_psprintf(*state, "%s%s\"xx-%d\": {}", many, i ? "," : "", (int)i);
    }
    languages_of(*state, apr_pstrcat(*state, "{", many, "}", NULL), &why);
    assert_non_null(strstr(why, "there may be 64 languages"));
}

static void fills_a_text_in(void **state)
{
    apr_pool_t *pool = *state;

    assert_string_equal(authjs_text_fill(pool, "x", "a", "b"), "x");
    assert_string_equal(authjs_text_fill(pool, "{1} x {2}", "a", "b"), "a x b");
    assert_string_equal(authjs_text_fill(pool, "{2}{1}", "{2}", "{1}"), "{1}{2}");
    assert_string_equal(authjs_text_fill(pool, "{1}|{2}", NULL, NULL), "|");
    assert_string_equal(authjs_text_fill(pool, "{3} { {1 {1}", "a", NULL), "{3} { {1 a");
    assert_string_equal(authjs_text_fill(pool, "%s %n", "a", NULL), "%s %n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(chooses_a_language),    TEST(reads_so_many_ranges),
        TEST(lays_a_file_over_them), TEST(refuses_what_is_no_text),
        TEST(fills_a_text_in),
    };

    return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}
