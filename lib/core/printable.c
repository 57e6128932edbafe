/* Somebody else's text for one line of a log. */
#include "core/core.h"

#include <apr_strings.h>

#include <string.h>

/* A run of letters and digits that is as long as this may open something. */
#define TOKEN_MIN  24
#define TOKEN_SHOW 4

static const char cut[] = "...";

static unsigned code_point(const char *at, apr_size_t len)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned c = (unsigned char)at[0] & masks[len];
    apr_size_t i;

    for (i = 1; i < len; i++) {
        c = c << 6 | ((unsigned char)at[i] & 0x3f);
    }
    return c;
}

/* What nobody sees, or what changes the order of its neighbours. */
static int is_invisible(unsigned c)
{
    static const unsigned ranges[][2] = {
        {0xad, 0xad},     {0x34f, 0x34f},     {0x61c, 0x61c},    {0x115f, 0x1160},
        {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x200b, 0x200f},  {0x2028, 0x202e},
        {0x2060, 0x206f}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},  {0xfeff, 0xfeff},
        {0xfff0, 0xfffb}, {0xe0000, 0xe0fff}, {0x1bca0, 0x1bca3}};
    apr_size_t i;

    for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (c >= ranges[i][0] && c <= ranges[i][1]) {
            return 1;
        }
    }
    return 0;
}

const char *authjs_printable(apr_pool_t *pool, const char *text, apr_size_t max)
{
    const char *end = text + strlen(text);
    char *out = apr_palloc(pool, max + sizeof(cut)), *to = out;
    apr_size_t len, shown;

    for (; text < end; text += len) {
        len = authjs_utf8_sequence(text, (apr_size_t)(end - text));
        shown = len ? len : 1;
        if ((apr_size_t)(to - out) + shown > max) {
            memcpy(to, cut, sizeof(cut));
            return out;
        }
        if (len && authjs_control_len(text)) {
            if (to > out && to[-1] != ' ') {
                *to++ = ' ';
            }
        }
        else if (!len || is_invisible(code_point(text, len))) {
            *to++ = '?';
        }
        else if (*text == '"' || *text == '\\') {
            *to++ = *text == '"' ? '\'' : '/';
        }
        else {
            memcpy(to, text, len);
            to += len;
        }
        len = shown;
    }
    while (to > out && to[-1] == ' ') {
        to--;
    }
    *to = '\0';
    return out;
}

/* ---- without what opens something ------------------------------------------------- */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

/* As long as it has to be, and of letters and digits. */
static int looks_like_token(apr_pool_t *pool, const char *run, apr_size_t len)
{
    if (len < TOKEN_MIN || authjs_is_uuid(apr_pstrmemdup(pool, run, len))) {
        return len >= 12 && !strncmp(run, "eyJ", 3);
    }
    return strcspn(run, LETTERS) < len && strcspn(run, DIGITS) < len;
}

const char *authjs_without_tokens(apr_pool_t *pool, const char *text)
{
    apr_size_t size = strlen(text) + 1, len;
    char *out = apr_palloc(pool, size), *to = out;

    while (*text) {
        len = strspn(text, LETTERS DIGITS "-_+=~");
        if (looks_like_token(pool, text, len)) {
            memcpy(to, text, TOKEN_SHOW);
            memcpy(to + TOKEN_SHOW, cut, sizeof(cut) - 1);
            to += TOKEN_SHOW + sizeof(cut) - 1;
        }
        else {
            len = len ? len : 1;
            memcpy(to, text, len);
            to += len;
        }
        text += len;
    }
    *to = '\0';
    return out;
}

/* Shorter than that, it is no secret, and taking it out would tear words apart. */
#define SECRET_MIN 4

const char *authjs_without(apr_pool_t *pool, const char *text, const char *secret)
{
    apr_size_t len = secret ? strlen(secret) : 0;
    const char *at = len < SECRET_MIN ? NULL : strstr(text, secret);
    char *out, *to;

    if (!at) {
        return text;
    }
    out = to = apr_palloc(pool, strlen(text) + 1);
    for (; at; at = strstr(text, secret)) {
        memcpy(to, text, (apr_size_t)(at - text));
        to += at - text;
        memcpy(to, cut, sizeof(cut) - 1);
        to += sizeof(cut) - 1;
        text = at + len;
    }
    memcpy(to, text, strlen(text) + 1);
    return out;
}
