/* Text: UTF-8 that is well formed, and what of it may leave the module: one line, since
 * what one place reads as a name, the next must not read as the end of it. */
#include "core/core.h"

#include <apr_lib.h>

#include <string.h>

/* Continuation bytes of a sequence, the first of them within [low, high]: that bound is
 * what keeps out overlong forms, surrogates and what lies beyond U+10FFFF (RFC 3629). */
static apr_size_t sequence(const unsigned char *p, apr_size_t len, apr_size_t need,
                           unsigned char low, unsigned char high)
{
    apr_size_t i;

    if (len < need || p[1] < low || p[1] > high) {
        return 0;
    }
    for (i = 2; i < need; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return need;
}

apr_size_t authjs_utf8_sequence(const char *text, apr_size_t len)
{
    const unsigned char *p = (const unsigned char *)text;

    if (len == 0) {
        return 0;
    }
    if (p[0] < 0x80) {
        return 1;
    }
    if (p[0] < 0xc2) {
        return 0;
    }
    if (p[0] < 0xe0) {
        return sequence(p, len, 2, 0x80, 0xbf);
    }
    if (p[0] < 0xf0) {
        return sequence(p, len, 3, p[0] == 0xe0 ? 0xa0 : 0x80,
                        p[0] == 0xed ? 0x9f : 0xbf);
    }
    if (p[0] < 0xf5) {
        return sequence(p, len, 4, p[0] == 0xf0 ? 0x90 : 0x80,
                        p[0] == 0xf4 ? 0x8f : 0xbf);
    }
    return 0;
}

/* Eight bytes of ASCII, which most text is made of. */
static int is_ascii(const char *text)
{
    apr_uint64_t word;

    memcpy(&word, text, sizeof(word));
    return !(word & 0x8080808080808080U);
}

int authjs_utf8_valid(const char *text, apr_size_t len)
{
    const char *end = text + len;
    apr_size_t n;

    while (text < end) {
        if (end - text >= 8 && is_ascii(text)) {
            text += 8;
            continue;
        }
        n = authjs_utf8_sequence(text, (apr_size_t)(end - text));
        if (n == 0) {
            return 0;
        }
        text += n;
    }
    return 1;
}

int authjs_is_control(int character)
{
    return (character >= 0 && character < 0x20) ||
           (character >= 0x7f && character < 0xa0);
}

apr_size_t authjs_control_len(const char *at)
{
    const unsigned char *p = (const unsigned char *)at;

    if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
        return 2;
    }
    return *p < 0x20 || *p == 0x7f;
}

const char *authjs_line(const char *text)
{
    const char *at = text, *end = text ? text + strlen(text) : text;
    apr_size_t len;

    for (; at < end; at += len) {
        len = authjs_utf8_sequence(at, (apr_size_t)(end - at));
        if (!len || authjs_control_len(at)) {
            return NULL;
        }
    }
    return text;
}

int authjs_is_line(const char *text, apr_size_t max)
{
    apr_size_t len = strlen(text);

    return len > 0 && len <= max && authjs_line(text);
}

int authjs_is_uuid(const char *text)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    apr_size_t i;

    for (i = 0; shape[i]; i++) {
        if (shape[i] == 'x' ? !apr_isxdigit(text[i]) : text[i] != shape[i]) {
            return 0;
        }
    }
    return !text[i];
}
