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

/* The four hex digits at p, or -1. */
static int hex4(const char *p)
{
    int i, c, value = 0;

    for (i = 0; i < 4; i++) {
        c = (unsigned char)p[i];
        if (c >= '0' && c <= '9') {
            c -= '0';
        }
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            c = (c | 0x20) - 'a' + 10;
        }
        else {
            return -1;
        }
        value = value << 4 | c;
    }
    return value;
}

/* The escape \u at p; see read_escape. */
static apr_size_t unicode_escape(const char *p, apr_size_t left, int *character)
{
    int high, low;

    high = left >= 6 ? hex4(p + 2) : -1;
    if (high < 0 || (high >= 0xdc00 && high <= 0xdfff)) {
        return 0;
    }
    *character = high;
    if (high < 0xd800 || high > 0xdbff) {
        return 6;
    }
    low = left >= 12 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
    if (low < 0xdc00 || low > 0xdfff) {
        return 0;
    }
    *character = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    return 12;
}

/* One escape of a string, both halves of a surrogate pair taken together.
 * p: at the backslash, left bytes before the end. *character is set when there is one.
 * @return its length; 0 when it is unknown, malformed, cut off or half a pair */
static apr_size_t read_escape(const char *p, apr_size_t left, int *character)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *name;

    if (left < 2) {
        return 0;
    }
    if (p[1] == 'u') {
        return unicode_escape(p, left, character);
    }
    name = memchr(names, p[1], sizeof(names) - 1);
    if (!name) {
        return 0;
    }
    *character = meanings[name - names];
    return 2;
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
            n = read_escape(p, left, &character);
            value->escaped = 1;
            value->nul |= n != 0 && character == 0;
            value->control |= n != 0 && authjs_is_control(character);
        }
        else {
            n = (unsigned char)*p < 0x20 ? 0 : authjs_utf8_sequence(p, left);
            value->control |= n != 0 && authjs_control_len(p);
        }
        if (n == 0) {
            s->at = p;
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
    why = scan_value(&s, value);
    if (!why) {
        skip_blank(&s);
        why = s.at == s.end ? NULL : "JSON: something follows the value";
    }
    if (why) {
        value->raw = s.at;
    }
    return why;
}

/* ---- strings -------------------------------------------------------------------- */

static char *put_utf8(char *out, int c)
{
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
    }
    else {
        if (c < 0x10000) {
            *out++ = (char)(0xe0 | c >> 12);
        }
        else {
            *out++ = (char)(0xf0 | c >> 18);
            *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (c & 0x3f));
    return out;
}

const char *authjs_scan_string(apr_pool_t *pool, const authjs_scan_value_t *value,
                               apr_size_t *len)
{
    const char *p = value->raw + 1, *end = value->raw + value->raw_len - 1;
    char *text = apr_palloc(pool, value->raw_len), *out = text;
    int character = 0;

    if (!value->escaped) {
        memcpy(out, p, (apr_size_t)(end - p));
        out += end - p;
        p = end;
    }
    while (p < end) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }
        p += read_escape(p, (apr_size_t)(end - p), &character);
        out = put_utf8(out, character);
    }
    *out = '\0';
    if (len) {
        *len = (apr_size_t)(out - text);
    }
    return text;
}

int authjs_scan_string_is(apr_pool_t *pool, const authjs_scan_value_t *value,
                          const char *text)
{
    apr_size_t len = strlen(text), said_len = value->raw_len - 2;
    const char *said = value->raw + 1;

    if (value->escaped) {
        said = authjs_scan_string(pool, value, &said_len);
    }
    return said_len == len && !memcmp(said, text, len);
}

/* ---- numbers -------------------------------------------------------------------- */

/* The exponent behind a number's digits; far beyond any int64 all are alike. */
static long exponent(const char *p, const char *end)
{
    long value = 0;
    int negative;

    if (p == end) {
        return 0;
    }
    p++;
    negative = p < end && *p == '-';
    for (; p < end; p++) {
        if (is_digit(*p) && value < 100000) {
            value = value * 10 + (*p - '0');
        }
    }
    return negative ? -value : value;
}

/* Digits alone, few enough for an int64: nearly every number there is. */
static int simple_whole(const char *text, apr_size_t len, apr_int64_t *whole)
{
    apr_int64_t value = 0;
    apr_size_t i;

    if (len == 0 || len > 18) {
        return 0;
    }
    for (i = 0; i < len; i++) {
        if (!is_digit(text[i])) {
            return 0;
        }
        value = value * 10 + (text[i] - '0');
    }
    *whole = value;
    return 1;
}

int authjs_json_whole(const char *text, apr_size_t len, apr_int64_t *whole, int *fraction)
{
    const char *p = text, *end = text + len, *mark;
    int negative = len > 0 && *text == '-', cut = 0, over = 0;
    apr_uint64_t value = 0, limit = (apr_uint64_t)APR_INT64_MAX + (unsigned)negative;
    unsigned digit;
    long point;

    if (fraction) {
        *fraction = 0;
    }
    if (simple_whole(text, len, whole)) {
        return 1;
    }
    *whole = 0;
    p += negative;
    for (mark = p; mark < end && is_digit(*mark); mark++) {
    }
    if (mark == p) {
        return 0;
    }
    point = mark - p; /* how many of the digits to come are left of the point */
    for (; mark < end && (is_digit(*mark) || *mark == '.'); mark++) {
    }
    point += exponent(mark, end);
    for (; p < mark || (point > 0 && value && !over); p++) {
        if (p < mark && *p == '.') {
            continue;
        }
        digit = p < mark ? (unsigned)(*p - '0') : 0;
        if (point-- <= 0) {
            cut |= digit != 0;
        }
        else if (value > (limit - digit) / 10) {
            over = 1;
        }
        else {
            value = value * 10 + digit;
        }
    }
    if (fraction) {
        *fraction = cut;
    }
    if (over) {
        value = limit;
    }
    /* minus of 2^63 has no positive twin to be made from */
    *whole = negative ? -(apr_int64_t)(value / 2) - (apr_int64_t)(value - value / 2)
                      : (apr_int64_t)value;
    return !over;
}
