#include "web/html.h"
#include "core/core.h"

#include <apr_lib.h>

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define ENTITY_MAX  6              /* "&quot;" */

/* The entity for a byte that means something to HTML, or NULL. */
static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Bytes of the UTF-8 sequence that begins here, 0 when it is none. */
static apr_size_t sequence(const char *text)
{
    unsigned char lead = (unsigned char)*text;
    apr_size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    return strnlen(text, len) == len && authjs_utf8_valid(text, len) ? len : 0;
}

const char *authjs_html_escape(apr_pool_t *pool, const char *text)
{
    apr_size_t plain = text ? strcspn(text, "&<>\"'") : 0;
    char *escaped, *out;

    if (!text) {
        return "";
    }
    if (!text[plain] && authjs_utf8_valid(text, plain)) {
        return text;
    }
    out = escaped = apr_palloc(pool, ENTITY_MAX * strlen(text) + 1);
    while (*text) {
        apr_size_t len = sequence(text);
        const char *from = len ? text : REPLACEMENT;
        apr_size_t bytes = len ? len : sizeof(REPLACEMENT) - 1;
        const char *named = entity(*text);

        if (named) {
            from = named;
            bytes = strlen(named);
        }
        memcpy(out, from, bytes);
        out += bytes;
        text += len ? len : 1;
    }
    *out = '\0';
    return escaped;
}

#define HEX_DIGITS "0123456789abcdefABCDEF"
#define LETTERS    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static int is_hex_color(const char *digits)
{
    apr_size_t len = strspn(digits, HEX_DIGITS);

    return !digits[len] && (len == 3 || len == 4 || len == 6 || len == 8);
}

static int is_color_function(const char *name, apr_size_t len)
{
    return (len == 3 || len == 4) &&
           (!strncmp(name, "rgba", len) || !strncmp(name, "hsla", len));
}

int authjs_css_color_valid(const char *text)
{
    const char *arguments;
    apr_size_t len;

    if (!text || strlen(text) > 64) {
        return 0;
    }
    if (text[0] == '#') {
        return is_hex_color(text + 1);
    }
    len = strspn(text, LETTERS);
    if (len > 0 && !text[len]) {
        return 1;
    }
    if (text[len] != '(' || !is_color_function(text, len)) {
        return 0;
    }
    arguments = text + len + 1;
    len = strspn(arguments, "0123456789 ,.%/");
    return len > 0 && strcmp(arguments + len, ")") == 0;
}

static int hex_digit(char c)
{
    return apr_isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

int authjs_css_rgb(int rgb[3], const char *color)
{
    apr_size_t len = strlen(color);
    int width = len == 7 ? 2 : 1;
    int i;

    if (*color != '#' || (len != 4 && len != 7) ||
        strspn(color + 1, "0123456789abcdefABCDEF") != len - 1) {
        return 0;
    }
    for (i = 0; i < 3; i++) {
        const char *digits = color + 1 + i * width;

        rgb[i] = 16 * hex_digit(digits[0]) + hex_digit(digits[width - 1]);
    }
    return 1;
}

/* An sRGB channel as light: WCAG's curve, to the third digit. */
static double linear(int channel)
{
    double c = channel / 255.0;

    return c * (c * (c * 0.3053 + 0.6822) + 0.0125);
}

const char *authjs_css_text_on(const char *color)
{
    int rgb[3];
    double light;

    if (!authjs_css_rgb(rgb, color)) {
        return "#fff";
    }
    light = 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
    return 1.05 / (light + 0.05) < 4.5 ? "#000" : "#fff";
}
