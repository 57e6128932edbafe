#include "core/jsonscan.h"

#include "core/core.h"
#include "core/json.h"

#include <string.h>

typedef struct {
    const char *at;
    const char *end;
    int depth;
    authjs_scan_member_f *member;
    void *baton;
} scanner_t;

static const char *scan_value(scanner_t *s, authjs_scan_value_t *value);

static void skip_blank(scanner_t *s)
{
    while (s->at < s->end &&
           (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t')) {
        s->at++;
    }
}

static int peek(const scanner_t *s)
{
    return s->at < s->end ? (unsigned char)*s->at : -1;
}

static int take(scanner_t *s, char c)
{
    if (s->at == s->end || *s->at != c) {
        return 0;
    }
    s->at++;
    return 1;
}

static int is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* The bytes of a string that need no second look: printable ASCII but " and \. */
/* clang-format off */
static const char is_plain[256] = {
    [0x20] = 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x30] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x40] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x50] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1,
    [0x60] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x70] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};
/* clang-format on */

static const char *scan_string(scanner_t *s, authjs_scan_value_t *value)
{
    const char *p = s->at + 1;
    apr_size_t n, left;
    int character;

    value->type = AUTHJS_SCAN_STRING;
    for (;;) {
        while (p < s->end && is_plain[(unsigned char)*p]) {
            p++;
        }
        if (p == s->end) {
            return "JSON: a string has no end";
        }
        if (*p == '"') {
            s->at = p + 1;
            return NULL;
        }
        left = (apr_size_t)(s->end - p);
        if (*p == '\\') {
            n = authjs_scan_escape(p, left, &character);
            value->escaped = 1;
            value->nul |= n != 0 && character == 0;
            value->control |= n != 0 && authjs_is_control(character);
        }
        else {
            n = (unsigned char)*p < 0x20 ? 0 : authjs_utf8_sequence(p, left);
            value->control |= n != 0 && authjs_control_len(p);
        }
        if (n == 0) {
            return "JSON: a string has a control character, a bad escape or bad UTF-8";
        }
        p += n;
    }
}

/* Whole numbers are limited to what json-c can hold, which would otherwise change them.
 */
static int fits(const char *digits, apr_size_t len, int negative)
{
    const char *limit = negative ? "9223372036854775808" : "18446744073709551615";
    apr_size_t limit_len = strlen(limit);

    return len < limit_len || (len == limit_len && memcmp(digits, limit, len) <= 0);
}

static int take_digits(scanner_t *s)
{
    const char *start = s->at;

    while (is_digit(peek(s))) {
        s->at++;
    }
    return s->at > start;
}

static const char *scan_number(scanner_t *s, authjs_scan_value_t *value)
{
    static const char *const malformed = "JSON: a malformed number";
    const char *start = s->at, *digits;
    int negative, whole = 1;

    value->type = AUTHJS_SCAN_NUMBER;
    negative = take(s, '-');
    digits = s->at;
    if (!take(s, '0') && !take_digits(s)) {
        return malformed;
    }
    if (peek(s) != '.' && (peek(s) | 0x20) != 'e' &&
        !fits(digits, (apr_size_t)(s->at - digits), negative)) {
        return "JSON: a whole number of more than 64 bits";
    }
    if (take(s, '.')) {
        whole = take_digits(s);
    }
    if (whole && (take(s, 'e') || take(s, 'E'))) {
        if (!take(s, '+')) {
            take(s, '-');
        }
        whole = take_digits(s);
    }
    if (!whole) {
        return malformed;
    }
    return s->at - start > AUTHJS_JSON_MAX_NUMBER ? "JSON: a number too long" : NULL;
}

static const char *scan_word(scanner_t *s, authjs_scan_value_t *value)
{
    static const struct {
        const char *word;
        apr_size_t len;
        authjs_scan_type_e type;
    } words[] = {{"null", 4, AUTHJS_SCAN_NULL},
                 {"true", 4, AUTHJS_SCAN_TRUE},
                 {"false", 5, AUTHJS_SCAN_FALSE}};
    apr_size_t i, left = (apr_size_t)(s->end - s->at);

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (left >= words[i].len && !memcmp(s->at, words[i].word, words[i].len)) {
            value->type = words[i].type;
            s->at += words[i].len;
            return NULL;
        }
    }
    return "JSON: a value is missing or malformed";
}

static const char *scan_member(scanner_t *s)
{
    authjs_scan_value_t name = {AUTHJS_SCAN_STRING, s->at, 0, 0, 0, 0};
    authjs_scan_value_t value;
    const char *why;

    if (peek(s) != '"') {
        return "JSON: a member without a name";
    }
    if ((why = scan_string(s, &name))) {
        return why;
    }
    name.raw_len = (apr_size_t)(s->at - name.raw);
    if (name.nul) {
        return "JSON: a member's name has NUL in it";
    }
    skip_blank(s);
    if (!take(s, ':')) {
        return "JSON: a colon is missing";
    }
    skip_blank(s);
    if ((why = scan_value(s, &value))) {
        return why;
    }
    return s->depth == 1 && s->member ? s->member(s->baton, &name, &value) : NULL;
}

static const char *scan_element(scanner_t *s)
{
    authjs_scan_value_t value;

    return scan_value(s, &value);
}

static const char *scan_container(scanner_t *s, authjs_scan_value_t *value, char close,
                                  const char *(*scan)(scanner_t *))
{
    const char *why;

    value->type = close == '}' ? AUTHJS_SCAN_OBJECT : AUTHJS_SCAN_ARRAY;
    if (s->depth == AUTHJS_JSON_MAX_DEPTH) {
        return "JSON: too deep";
    }
    s->depth++;
    s->at++;
    skip_blank(s);
    if (peek(s) != close) {
        do {
            skip_blank(s);
            if ((why = scan(s))) {
                return why;
            }
            skip_blank(s);
        } while (take(s, ','));
    }
    s->depth--;
    return take(s, close) ? NULL : "JSON: a comma or a bracket is missing";
}

/* What an array of arrays may use of the stack is bounded by AUTHJS_JSON_MAX_DEPTH. */
static const char *scan_value(scanner_t *s, authjs_scan_value_t *value)
{
    const char *why;

    value->raw = s->at;
    value->escaped = 0;
    value->nul = 0;
    value->control = 0;
    switch (peek(s)) {
    case '"':
        why = scan_string(s, value);
        break;
    case '{':
        why = scan_container(s, value, '}', scan_member);
        break;
    case '[':
        why = scan_container(s, value, ']', scan_element);
        break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        why = scan_number(s, value);
        break;
    default:
        why = scan_word(s, value);
    }
    value->raw_len = (apr_size_t)(s->at - value->raw);
    return why;
}

const char *authjs_json_scan(const char *text, apr_size_t len, authjs_scan_value_t *value,
                             authjs_scan_member_f *member, void *baton)
{
    scanner_t s = {text, text + len, 0, member, baton};
    const char *why;

    skip_blank(&s);
    if ((why = scan_value(&s, value))) {
        return why;
    }
    skip_blank(&s);
    return s.at == s.end ? NULL : "JSON: something follows the value";
}
