/* E-mail addresses: what one becomes, what is none, what servers are given. */
#include "web_helper.h"

#include "web/address.h"

static const char *normalised(apr_pool_t *pool, const char *input)
{
    const char *address, *again;

    assert_null(authjs_address_normalise(&address, pool, input));
    assert_null(authjs_address_normalise(&again, pool, address));
    assert_string_equal(again, address);
    return address;
}

static void one_spelling_for_each(void **state)
{
    static const char *const rows[][2] = {
        {"alice@example.com", "alice@example.com"},
        {" User@Example.COM,evil.com ", "user@example.com"},
        {"a\uff20b.com", "a@b.com"},
        {"a\ufe6b"
         "b.com",
         "a@b.com"},
        {"\tALICE@EXAMPLE.COM\r\n", "alice@example.com"},
        {"\ufeff\u00a0\u2003\u3000\u2028x@y.z\u2029\u1680", "x@y.z"},
        {"o'brien+tag=1_x-y@mail.example.co.uk", "o'brien+tag=1_x-y@mail.example.co.uk"},
        {"#$&*/?^`{|}~a@b.c", "#$&*/?^`{|}~a@b.c"},
        {"x@localhost", "x@localhost"},
        {"x@a,", "x@a"},
        {"x@a,b,c", "x@a"},
        {"x@1.2.3.4a", "x@1.2.3.4a"},
        {"x@r3---sn.example", "x@r3---sn.example"},
        {"\uff21\u24b7\u212a@\uff22.com", "abk@b.com"},
        {"JOS\u00c9@B\u00dcCHER.example", "jos\u00e9@b\u00fccher.example"},
        {"jose\u0301@bu\u0308cher.example", "jos\u00e9@b\u00fccher.example"},
        {"\u0391\u03a3@\u03a3\u0391\u03a3.example",
         "\u03b1\u03c2@\u03c3\u03b1\u03c3.example"},
        {"\u0130@b.c", "i\u0307@b.c"},
        {"fa\u1e9e@fa\u00df.de", "fa\u00df@fa\u00df.de"},
        {"x@xn--BCHER-KVA.example", "x@xn--bcher-kva.example"},
        {"\u65e5\u672c@\u4f8b\u3048.jp", "\u65e5\u672c@\u4f8b\u3048.jp"},
        /* Cyrillic a is another letter: not refused, and seen in the ASCII form. */
        {"x@p\u0430ypal.com", "x@p\u0430ypal.com"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(normalised(*state, rows[i][0]), rows[i][1]);
    }
}

/* By the sentence that refuses them. */
static const char *const none[][2] = {
    {"", "there is none"},
    {"noat", "it has none, or more than one, @"},
    {" ", "it has none, or more than one, @"},
    {"a@b@c", "it has none, or more than one, @"},
    {"a@b\uff20"
     "c",
     "it has none, or more than one, @"},
    {"a\ufe6b"
     "b@c",
     "it has none, or more than one, @"},
    {"a@b.c,d@e.f", "it has none, or more than one, @"},
    {"@a.test,@b.test:c@d.test", "it has a character that no plain address has"},
    {"\"x\"@y.com", "it has a quotation mark"},
    {"\"a@evil.com\"@victim.com", "it has a quotation mark"},
    {"\uff02x\uff02@y.com", "it has a quotation mark"},
    {"x,y@z.com", "it has a comma"},
    {"x\uff0cy@z.com", "it has a comma"},
    {"x\ufe50y@z.com", "it has a comma"},
    {"a@,b.com", "its domain is none"},
    {"Alice <a@b.c>", "it has a blank"},
    {"Alice<a@b.c>", "it has a character that no plain address has"},
    {"<a@b.c>", "it has a character that no plain address has"},
    {"\uff1c"
     "a@b.c\uff1e",
     "it has a character that no plain address has"},
    {"a@b.c (x)", "it has a blank"},
    {"a(x)@b.c", "it has a character that no plain address has"},
    {"a:b@c.d;", "it has a character that no plain address has"},
    {"a\u037e@c.d", "it has a character that no plain address has"},
    {"a\\b@c.d", "it has a character that no plain address has"},
    {"a\uff3c@c.d", "it has a character that no plain address has"},
    {"x@[127.0.0.1]", "it has a character that no plain address has"},
    {"mailto:a@b.c", "it has a character that no plain address has"},
    {"a@b.c\r\nBcc: e@v.il", "it has a control character"},
    {"a@b.c>\r\nRCPT TO:<e@v.il", "it has a character that no plain address has"},
    {"a\nb@c.d", "it has a control character"},
    {"a@b.c,\r\nx", "it has a control character"},
    {"a\x7f@b.c", "it has a control character"},
    {"a\xc2\x85@b.c", "it has a control character"},
    {"a\u2028"
     "b@c.d",
     "it has a character that is neither a letter nor a digit"},
    {"a\u200b@b.c", "it has a character that is neither a letter nor a digit"},
    {"a\u202e@b.c", "it has a character that is neither a letter nor a digit"},
    {"a\u2066@b.c", "it has a character that is neither a letter nor a digit"},
    {"a\u00ad@b.c", "it has a character that is neither a letter nor a digit"},
    {"a\ufe0f@b.c", "it has a character that is neither a letter nor a digit"},
    {"a\u034f@b.c", "it has a character that is neither a letter nor a digit"},
    {"a\uffa0@b.c", "it has a character that is neither a letter nor a digit"},
    {"a@b\u200d.c", "it has a character that is neither a letter nor a digit"},
    {"a\ue000@b.c", "it has a character that is neither a letter nor a digit"},
    {"a\u0378@b.c", "it has a character that is neither a letter nor a digit"},
    {"a\u2039@b.c", "it has a character that is neither a letter nor a digit"},
    {"a@b\u3002"
     "c",
     "it has a character that is neither a letter nor a digit"},
    {"a b@c.d", "it has a blank"},
    {"a\u00a0"
     "b@c.d",
     "it has a blank"},
    {"a%evil.test@b.c", "it says which way to go"},
    {"a%00@b.c", "it says which way to go"},
    {"a\uff05"
     "b@c.d",
     "it says which way to go"},
    {"a!b@c.d", "it says which way to go"},
    {"@b.c", "nothing, or too much, stands before the @"},
    {"-x@b.c", "it begins with what no address begins with"},
    {"|sh@b.c", "it begins with what no address begins with"},
    {"/etc/x@b.c", "it begins with what no address begins with"},
    {"\u0301x@b.c", "it begins with what no address begins with"},
    {".a@b.c", "a dot stands at an end, or beside another one"},
    {"a.@b.c", "a dot stands at an end, or beside another one"},
    {"a..b@b.c", "a dot stands at an end, or beside another one"},
    {"a\u2025"
     "b@b.c",
     "a dot stands at an end, or beside another one"},
    {"=?utf-8?q?a=40b?=@c.d", "it has what programs for mail decode"},
    {"a@", "its domain is none"},
    {"a@.b", "its domain is none"},
    {"a@b.", "its domain is none"},
    {"a@b..c", "its domain is none"},
    {"a@-b.c", "its domain is none"},
    {"a@b-.c", "its domain is none"},
    {"a@-\u00fc.c", "its domain is none"},
    {"a@\u00fc-.c", "its domain is none"},
    {"a@b.-\u00fc", "its domain is none"},
    {"a@b.\u00fc-", "its domain is none"},
    {"a@b_c.d", "its domain is none"},
    {"a@b'c.d", "its domain is none"},
    {"a@127.0.0.1", "its domain is none"},
    {"a@2130706433", "its domain is none"},
    {"a@\u0301"
     "b.c",
     "its domain is none"},
    {"a@b.\u0338c", "its domain is none"},
    {"a@xn--.c", "its domain is none"},
    {"a@xn--a.c", "its domain is none"},
    {"a@xn--aaa-.c", "its domain is none"},
    /* What is coded there: U+200B, U+FF20, U+2039, a capital, a mark without a letter. */
    {"a@xn--ab-g1t.c", "its domain is none"},
    {"a@xn--ab-iw3n.c", "its domain is none"},
    {"a@xn--x-cjn.c", "its domain is none"},
    {"a@xn--a-hea.c", "its domain is none"},
    {"a@xn--a-wbb.c", "its domain is none"},
    {"\xff@b.c", "it is not UTF-8"},
    {"a@b.c\xc0\x80", "it is not UTF-8"},
    {"a\xed\xa0\x80@b.c", "it is not UTF-8"},
};

static void what_is_none(void **state)
{
    const char *address = "x";
    size_t i;

    assert_string_equal(authjs_address_normalise(&address, *state, NULL),
                        "there is none");
    assert_null(address);
    for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        const char *why = authjs_address_normalise(&address, *state, none[i][0]);

        if (!why || strcmp(why, none[i][1])) {
            fail_msg("%s: %s instead of %s", none[i][0], why ? why : address, none[i][1]);
        }
        assert_null(address);
    }
}

static void length_is_bounded(void **state)
{
    apr_pool_t *pool = *state;
    const char *local = helper_repeat(pool, 'a', 64),
               *label = helper_repeat(pool, 'b', 60);
    const char *domain = apr_pstrcat(pool, label, ".", label, ".", label, NULL);
    const char *address;

    assert_int_equal(
        strlen(normalised(pool, apr_pstrcat(pool, local, "@", domain, ".bcdef", NULL))),
        253);
    assert_int_equal(
        strlen(normalised(pool, apr_pstrcat(pool, local, "@", domain, ".bcdefg", NULL))),
        254);
    assert_string_equal(
        authjs_address_normalise(&address, pool,
                                 apr_pstrcat(pool, local, "@", domain, ".bcdefgh", NULL)),
        "it is too long");
    assert_string_equal(authjs_address_normalise(
                            &address, pool, apr_pstrcat(pool, "a", local, "@b.c", NULL)),
                        "nothing, or too much, stands before the @");
    assert_string_equal(authjs_address_normalise(&address, pool,
                                                 apr_pstrcat(pool, "a@",
                                                             helper_repeat(pool, 'b', 64),
                                                             ".c", NULL)),
                        "its domain is none");
    assert_non_null(authjs_address_normalise(
        &address, pool,
        apr_pstrcat(pool, "a@", helper_repeat(pool, 'b', 316), ".c", NULL)));
    assert_string_equal(normalised(pool, apr_pstrcat(pool, helper_repeat(pool, ' ', 1019),
                                                     "a@b.c", NULL)),
                        "a@b.c");
    assert_string_equal(
        authjs_address_normalise(&address, pool,
                                 apr_pstrcat(pool, helper_repeat(pool, ' ', 1020),
                                             "a@b.c", NULL)),
        "it is too long");
    /* One character of three bytes that stands for eighteen. */
    assert_non_null(authjs_address_normalise(
        &address, pool, apr_pstrcat(pool, "\ufdfa\ufdfa\ufdfa\ufdfa@b.c", NULL)));
    /* In ASCII a domain can be longer. */
    assert_string_equal(authjs_address_normalise(&address, pool,
                                                 apr_pstrcat(pool, "a@\u00fc",
                                                             helper_repeat(pool, 'b', 58),
                                                             ".c", NULL)),
                        "its domain is none");
}

static void servers_are_given_ascii(void **state)
{
    static const char *const rows[][2] = {
        {"alice@example.com", "alice@example.com"},
        {"Alice.B@Example.COM", "Alice.B@example.com"},
        {"jos\u00e9@b\u00fccher.example", "jos\u00e9@xn--bcher-kva.example"},
        {"x@xn--bcher-kva.example", "x@xn--bcher-kva.example"},
        {"x@fa\u00df.de", "x@xn--fa-hia.de"},
        {"x@p\u0430ypal.com", "x@xn--pypal-4ve.com"},
        {"\u65e5@\u4f8b\u3048.jp", "\u65e5@xn--r8jz45g.jp"},
    };
    static const char *const refused[] = {
        "",
        "a",
        "a@b@c",
        "a@b.c,d.e",
        "a@b.c\r\nRCPT TO:<e@v.il>",
        "a@b.c> SIZE=1",
        "a@b c",
        "\"a\"@b.c",
        "<a@b.c>",
        "Alice <a@b.c>",
        "a@b.c\n",
        "a@b.c\xff",
    };
    const char *ascii;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_null(authjs_address_ascii(&ascii, *state, rows[i][0]));
        assert_string_equal(ascii, rows[i][1]);
    }
    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_non_null(authjs_address_ascii(&ascii, *state, refused[i]));
        assert_null(ascii);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_spelling_for_each),
        TEST(what_is_none),
        TEST(length_is_bounded),
        TEST(servers_are_given_ascii),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
