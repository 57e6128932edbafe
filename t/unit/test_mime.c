/* Mails in their format: no text ends a header, lines stay short, bodies come back. */
#include "web_helper.h"

#include "core/core.h"
#include "mail/header.h"
#include "mail/mail.h"

#include <stdio.h>

#define NOW APR_TIME_C(1795907340000000) /* Sat, 28 Nov 2026 23:09:00 UTC */

static const authjs_mail_t sender = {.from_name = "Example, Inc. \"X\"",
                                     .from_address = "No-Reply@Example.COM"};

static const char *format(apr_pool_t *pool, const char *subject, const char *text,
                          const char *html)
{
    authjs_mail_message_t message = {subject, text, html};
    apr_size_t len;
    const char *mail =
        authjs_mail_format(pool, &sender, "alice@example.org", &message, NOW, &len);

    assert_non_null(mail);
    assert_int_equal(strlen(mail), len);
    return mail;
}

/* What stands behind the first line "Name:", unfolded; how often it stands there is
 * counted. */
static const char *header(apr_pool_t *pool, const char *mail, const char *name)
{
    const char *at, *end = strstr(mail, "\r\n\r\n"), *value = NULL;
    const char *start = apr_pstrcat(pool, "\r\n", name, ": ", NULL);
    char *line, *out;

    mail = apr_pstrcat(pool, "\r\n", apr_pstrmemdup(pool, mail, end + 2 - mail), NULL);
    for (at = mail; (at = strstr(at, start)); at++) {
        assert_null(value);
        value = at + strlen(start);
    }
    if (!value) {
        return NULL;
    }
    line = out = apr_pstrdup(pool, value);
    for (at = value; at[0] != '\r' || at[2] == ' '; at++) {
        if (*at == '\r') {
            at++;
            continue;
        }
        *out++ = *at;
    }
    *out = '\0';
    return line;
}

/* Every line ends in CRLF, and none is longer than max or has another control character.
 */
static void assert_lines(const char *mail, apr_size_t max)
{
    while (*mail) {
        apr_size_t len = strcspn(mail, "\r\n"), i;

        assert_true(len <= max);
        assert_memory_equal(mail + len, "\r\n", 2);
        for (i = 0; i < len; i++) {
            assert_true(mail[i] >= 0x20 && mail[i] < 0x7f);
        }
        mail += len + 2;
    }
}

static void has_every_header_once(void **state)
{
    const char *mail = format(*state, "Sign in to example.com", "Text\n", "<p>HTML</p>");
    const char *id = header(*state, mail, "Message-ID");

    assert_lines(mail, 78);
    assert_string_equal(header(*state, mail, "From"),
                        "\"Example, Inc. \\\"X\\\"\" <No-Reply@example.com>");
    assert_string_equal(header(*state, mail, "To"), "alice@example.org");
    assert_string_equal(header(*state, mail, "Subject"), "Sign in to example.com");
    assert_string_equal(header(*state, mail, "Date"), "Sat, 28 Nov 2026 23:09:00 +0000");
    assert_string_equal(header(*state, mail, "MIME-Version"), "1.0");
    assert_string_equal(header(*state, mail, "Auto-Submitted"), "auto-generated");
    assert_string_equal(header(*state, mail, "X-Auto-Response-Suppress"), "All");
    assert_int_equal(strlen(id), 1 + 32 + strlen("@example.com>"));
    assert_string_equal(id + 33, "@example.com>");
    assert_string_not_equal(id, header(*state, format(*state, "Sign in", "Text\n", "x"),
                                       "Message-ID"));
}

static void headers_stay_headers(void **state)
{
    static const char *const rows[][2] = {
        {"a\r\nBcc: evil@example.net", "Subject: a  Bcc: evil@example.net\r\n"},
        {"a\nb\rc\td", "Subject: a b c d\r\n"},
        {" a ", "Subject: a\r\n"},
        {"", "Subject: \r\n"},
        {"a\xc2\x85"
         "b\u2028c\u2029d\x7f",
         "Subject: a b c d\r\n"},
        {"Anmelden \xff x\xff", "Subject: =?UTF-8?B?QW5tZWxkZW4g77+9IHjvv70=?=\r\n"},
        {"=?utf-8?q?x?=", "Subject: =?UTF-8?B?PT91dGYtOD9xP3g/PQ==?=\r\n"},
        {"Anmelden bei m\u00fcller.example",
         "Subject: =?UTF-8?Q?Anmelden_bei_m=C3=BCller=2Eexample?=\r\n"},
        {"\u30b5\u30a4\u30f3\u30a4\u30f3",
         "Subject: =?UTF-8?B?44K144Kk44Oz44Kk44Oz?=\r\n"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(authjs_mail_header_text(*state, "Subject", rows[i][0]),
                            rows[i][1]);
    }
}

static void long_headers_are_folded(void **state)
{
    apr_pool_t *pool = *state;
    const char *words = "Sign in to a site with quite a long name, which nobody would "
                        "have given it, and then some more words to make it longer";
    const char *line = authjs_mail_header_text(pool, "Subject", words);
    const char *accents = "", *face = "\U0001f642";
    int i;

    assert_lines(line, 78);
    assert_string_equal(header(pool, apr_pstrcat(pool, line, "\r\n", NULL), "Subject"),
                        words);
    assert_lines(authjs_mail_header_text(pool, "Subject", helper_repeat(pool, 'x', 500)),
                 76);
    for (i = 0; i < 60; i++) {
        accents = apr_pstrcat(pool, accents, i % 3 ? "\u00e9" : face, NULL);
    }
    assert_lines(authjs_mail_header_text(pool, "Subject", accents), 76);
    assert_lines(authjs_mail_header_address(pool, "From", accents, "a@b.c"), 78);
    assert_lines(authjs_mail_header_address(pool, "From", helper_repeat(pool, '"', 80),
                                            "a@b.c"),
                 78);
}

static void addresses_are_addresses(void **state)
{
    static const char *const rows[][3] = {
        {NULL, "a@b.c", "From: a@b.c\r\n"},
        {"", "a@b.c", "From: a@b.c\r\n"},
        {" \r\n ", "a@b.c", "From: a@b.c\r\n"},
        {"Ann", "a@B\u00dcCHER.c", "From: \"Ann\" <a@xn--bcher-kva.c>\r\n"},
        {"M\u00fcller <x@y.z>", "a@b.c",
         "From: =?UTF-8?B?TcO8bGxlciA8eEB5Lno+?= <a@b.c>\r\n"},
        {"x\r\nBcc: e@v.il", "a@b.c", "From: \"x  Bcc: e@v.il\" <a@b.c>\r\n"},
        {"x\" <e@v.il>, \"y\\", "a@b.c",
         "From: \"x\\\" <e@v.il>, \\\"y\\\\\" <a@b.c>\r\n"},
    };
    static const char *const none[] = {
        "",
        "a@b@c",
        "a@b.c\r\nBcc: e@v.il",
        "a@b.c, e@v.il",
        "a@b c",
        "Ann <a@b.c>",
        "a@b.c>",
        "a@b.c\n",
        "\n",
        "a@b.c\r\n\r\n",
    };
    authjs_mail_message_t message = {"x", "x", "x"};
    size_t i;
    apr_size_t len;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(authjs_mail_header_address(*state, "From", rows[i][0],
                                                       rows[i][1]),
                            rows[i][2]);
    }
    for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        authjs_mail_t from = {.from_address = none[i]};

        assert_null(authjs_mail_header_address(*state, "To", NULL, none[i]));
        assert_null(authjs_mail_format(*state, &sender, none[i], &message, NOW, &len));
        assert_null(authjs_mail_format(*state, &from, "a@b.c", &message, NOW, &len));
        assert_int_equal(len, 0);
    }
}

static const char *body_of(apr_pool_t *pool, const char *text)
{
    const char *mail = strstr(format(pool, "x", text, NULL), "\r\n\r\n") + 4;

    assert_lines(mail, 76);
    return apr_pstrmemdup(pool, mail, strlen(mail) - 2);
}

static void bodies_are_encoded(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"a\nb\rc\r\nd", "a\r\nb\r\nc\r\nd"},
        {"a=b", "a=3Db"},
        {".\n..\na.", "=2E\r\n=2E.\r\na."},
        {"From x\n>From\nfrom", "=46rom x\r\n>From\r\nfrom"},
        {"a \nb\t\nc  d ", "a=20\r\nb=09\r\nc  d=20"},
        {"a\x01\x7f", "a=01=7F"},
        {"Gr\u00fc\u00dfe aus Wien und so weiter",
         "Gr=C3=BC=C3=9Fe aus Wien und so weiter"},
        {"\u65e5\u672c\u8a9e", "5pel5pys6Kqe"},
        {"\u65e5\n\u672c", "5pelDQrmnKw="},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(body_of(*state, rows[i][0]), rows[i][1]);
    }
}

static void long_lines_are_broken(void **state)
{
    apr_pool_t *pool = *state;
    const char *x75 = helper_repeat(pool, 'x', 75), *mixed = "";
    int i;

    assert_string_equal(body_of(pool, x75), x75);
    assert_string_equal(body_of(pool, apr_pstrcat(pool, x75, ".x", NULL)),
                        apr_pstrcat(pool, x75, "=\r\n=2Ex", NULL));
    assert_string_equal(body_of(pool, apr_pstrcat(pool, x75, "From x", NULL)),
                        apr_pstrcat(pool, x75, "=\r\n=46rom x", NULL));
    assert_string_equal(body_of(pool, apr_pstrcat(pool, x75 + 1, "=", NULL)),
                        apr_pstrcat(pool, x75 + 1, "=\r\n=3D", NULL));
    for (i = 0; i < 1000; i++) {
        mixed = apr_pstrcat(pool, mixed, i % 10 ? "=. " : "\u00e9\U0001f642", NULL);
    }
    body_of(pool, mixed);
    body_of(pool, helper_repeat(pool, '=', 5000));
    body_of(pool, helper_repeat(pool, ' ', 5000));
    for (i = 0; i < 300; i++) {
        body_of(pool, apr_pstrcat(pool, helper_repeat(pool, '=', i), "\u65e5", NULL));
    }
}

static void parts_cannot_end_early(void **state)
{
    const char *mail = format(*state, "x", "--=_\n--\n", "<a href=\"x\">--=_</a>");
    const char *boundary = strstr(mail, "boundary=\"") + 10, *at = mail;
    int count = 0;

    boundary = apr_pstrcat(*state, "\r\n--", apr_pstrmemdup(*state, boundary, 34), NULL);
    while ((at = strstr(at, boundary))) {
        at++;
        count++;
    }
    assert_int_equal(count, 3);
    assert_non_null(strstr(mail, "\r\n\r\n--=3D_\r\n--\r\n\r\n--=_"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(has_every_header_once),   TEST(headers_stay_headers),
        TEST(long_headers_are_folded), TEST(addresses_are_addresses),
        TEST(bodies_are_encoded),      TEST(long_lines_are_broken),
        TEST(parts_cannot_end_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
