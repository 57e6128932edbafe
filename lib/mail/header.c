#include "mail/header.h"

#include "core/core.h"
#include "web/address.h"
#include "web/url.h"

#include <apr_base64.h>
#include <apr_strings.h>
#include <string.h>

/* Of a line that has encoded words (RFC 2047, 2), and of one that has none. */
#define ENCODED_LINE_MAX 76
#define LINE_MAX_LEN     78
/* =?UTF-8?Q? and ?= */
#define WORD_FRAME 12

/* ---- what may stand in a line ------------------------------------------------------ */

/* One line of UTF-8 without blanks at its ends. */
static char *one_line(apr_pool_t *pool, const char *text)
{
    char *line = apr_palloc(pool, 3 * strlen(text) + 1), *out = line;
    apr_size_t len, control;

    for (; *text; text += len) {
        len = authjs_utf8_sequence(text, strnlen(text, 4));
        control = authjs_control_len(text);
        if (control || !strncmp(text, "\u2028", 3) || !strncmp(text, "\u2029", 3)) {
            *out++ = ' ';
            len = control ? control : 3;
        }
        else if (len) {
            memcpy(out, text, len);
            out += len;
        }
        else {
            memcpy(out, "\ufffd", 3);
            out += 3;
            len = 1;
        }
    }
    while (out > line && out[-1] == ' ') {
        out--;
    }
    *out = '\0';
    return line + strspn(line, " ");
}

/* Whether it is ASCII that nobody takes for an encoded word, in words of at most max
 * bytes. */
static int is_plain(const char *line, apr_size_t max)
{
    apr_size_t word = 0;

    if (strstr(line, "=?")) {
        return 0;
    }
    for (; *line && word <= max; line++) {
        if ((unsigned char)*line >= 0x80) {
            return 0;
        }
        word = *line == ' ' ? 0 : word + 1;
    }
    return word <= max;
}

/* ---- encoded words ----------------------------------------------------------------- */

static int is_q_safe(char c)
{
    return authjs_is_alnum(c) || c == ' ' || strchr("!*+-/", c);
}

/* How many bytes Q makes of a character of len bytes. */
static apr_size_t q_size(const char *text, apr_size_t len)
{
    return len == 1 && is_q_safe(*text) ? 1 : 3 * len;
}

static apr_size_t q_length(const char *text)
{
    apr_size_t size = 0;

    for (; *text; text++) {
        size += q_size(text, 1);
    }
    return size;
}

static apr_size_t base64_length(apr_size_t len)
{
    return (len + 2) / 3 * 4;
}

/* How many bytes of text, in whole characters, fit into one word of room bytes. */
static apr_size_t fitting(const char *text, apr_size_t room, int q)
{
    apr_size_t taken = 0, size = 0, len;

    while (text[taken]) {
        len = authjs_utf8_sequence(text + taken, 4);
        size = q ? size + q_size(text + taken, len) : base64_length(taken + len);
        if (size > room) {
            break;
        }
        taken += len;
    }
    return taken;
}

static const char *q_encode(apr_pool_t *pool, const char *text, apr_size_t len)
{
    char *encoded = apr_palloc(pool, 3 * len + 1), *out = encoded;

    for (; len; len--, text++) {
        if (*text == ' ') {
            *out++ = '_';
        }
        else if (is_q_safe(*text)) {
            *out++ = *text;
        }
        else {
            authjs_percent_encode(out, *text);
            *out = '=';
            out += 3;
        }
    }
    *out = '\0';
    return encoded;
}

static const char *base64(apr_pool_t *pool, const char *text, apr_size_t len)
{
    char *encoded = apr_palloc(pool, (apr_size_t)apr_base64_encode_len((int)len));

    apr_base64_encode_binary(encoded, (const unsigned char *)text, (int)len);
    return encoded;
}

/* A line in encoded words, a line each, behind used bytes of the first one. */
static const char *encoded_words(apr_pool_t *pool, apr_size_t used, const char *line)
{
    int q = q_length(line) <= base64_length(strlen(line));
    const char *words = "";

    while (*line) {
        apr_size_t len = fitting(line, ENCODED_LINE_MAX - used - WORD_FRAME, q);

        words =
            apr_pstrcat(pool, words, *words ? "\r\n " : "", "=?UTF-8?", q ? "Q?" : "B?",
                        q ? q_encode(pool, line, len) : base64(pool, line, len),
                        "?=", NULL);
        line += len;
        used = 1;
    }
    return words;
}

/* ---- whole lines ------------------------------------------------------------------- */

/* Plain text, broken before blanks. What is taken out again is the break alone. */
static const char *folded(apr_pool_t *pool, apr_size_t used, const char *line)
{
    char *out = apr_palloc(pool, 3 * strlen(line) + 1), *start = out;
    apr_size_t word;

    while (*line) {
        word = strspn(line, " ");
        word += strcspn(line + word, " ");
        if (used + word > LINE_MAX_LEN && *line == ' ') {
            *out++ = '\r';
            *out++ = '\n';
            used = 0;
        }
        memcpy(out, line, word);
        out += word;
        line += word;
        used += word;
    }
    *out = '\0';
    return start;
}

const char *authjs_mail_header_text(apr_pool_t *pool, const char *name, const char *text)
{
    const char *line = one_line(pool, text);
    apr_size_t used = strlen(name) + 2;
    int plain = is_plain(line, LINE_MAX_LEN - used);

    return apr_pstrcat(pool, name, ": ",
                       plain ? folded(pool, used, line) : encoded_words(pool, used, line),
                       "\r\n", NULL);
}

/* RFC 5322, 3.2.4. */
static const char *quoted(apr_pool_t *pool, const char *line)
{
    char *out = apr_palloc(pool, 2 * strlen(line) + 3), *start = out;

    *out++ = '"';
    for (; *line; line++) {
        if (*line == '"' || *line == '\\') {
            *out++ = '\\';
        }
        *out++ = *line;
    }
    *out++ = '"';
    *out = '\0';
    return start;
}

const char *authjs_mail_header_address(apr_pool_t *pool, const char *name,
                                       const char *display, const char *address)
{
    const char *ascii, *shown, *line = one_line(pool, display ? display : "");
    apr_size_t used = strlen(name) + 2, len;

    if (authjs_address_ascii(&ascii, pool, address)) {
        return NULL;
    }
    if (!*line) {
        return apr_pstrcat(pool, name, ": ", ascii, "\r\n", NULL);
    }
    if (is_plain(line, LINE_MAX_LEN) && 2 * strlen(line) + 2 + used <= LINE_MAX_LEN) {
        shown = quoted(pool, line);
    }
    else {
        shown = encoded_words(pool, used, line);
        used = strstr(shown, "\r\n") ? LINE_MAX_LEN : used;
    }
    len = used + strlen(shown) + strlen(ascii) + 3;
    return apr_pstrcat(pool, name, ": ", shown, len > LINE_MAX_LEN ? "\r\n" : "", " <",
                       ascii, ">\r\n", NULL);
}
