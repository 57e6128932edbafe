#include "core/jsonscan.h"

#include <string.h>

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

/* The character of the \u escape at p, both halves of a surrogate pair taken together.
 * @return the length of the escape, 0 when it is malformed or half a pair. */
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

apr_size_t authjs_scan_escape(const char *p, apr_size_t left, int *character)
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
        p += authjs_scan_escape(p, (apr_size_t)(end - p), &character);
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
