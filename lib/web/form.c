#include "web/form.h"
#include "core/core.h"

#include <apr_strings.h>
#include <string.h>

/* One name or value, decoded. NULL when it is not well-formed UTF-8 without NUL. */
static const char *decode(apr_pool_t *pool, const char *text, apr_size_t len)
{
    char *decoded = apr_palloc(pool, len + 1);
    char *out = decoded;
    apr_size_t i;

    for (i = 0; i < len; i++) {
        int pair = text[i] == '%' && len - i > 2 ? authjs_hex_pair(text + i + 1) : -1;
        char c = text[i] == '+' ? ' ' : text[i];

        if (pair >= 0) {
            c = (char)pair;
            i += 2;
        }
        if (c == '\0') {
            return NULL;
        }
        *out++ = c;
    }
    *out = '\0';
    return authjs_utf8_valid(decoded, out - decoded) ? decoded : NULL;
}

/* How many characters a byte is written with: %XX or itself. *byte is what it says. */
static apr_size_t read_byte(const char *text, unsigned char *byte)
{
    int pair = *text == '%' && text[1] && text[2] ? authjs_hex_pair(text + 1) : -1;

    *byte = pair >= 0 ? (unsigned char)pair : (unsigned char)*text;
    return pair >= 0 ? 3 : 1;
}

const char *authjs_form_respell(apr_pool_t *pool, const char *text)
{
    /* %XX becomes %25XX, and a single byte too. */
    char *result = apr_palloc(pool, strlen(text) * 5 + 1), *out = result;
    char *bytes = apr_palloc(pool, strlen(text) + 1), spelled[3];

    while (*text) {
        const char *start = text;
        unsigned char byte;
        apr_size_t len, count = 0, i;

        /* Nothing but a run of such bytes is a character of several. */
        while (*text && (len = read_byte(text, &byte)) && byte >= 0x80) {
            bytes[count++] = (char)byte;
            text += len;
        }
        if (authjs_utf8_valid(bytes, count)) {
            text += count == 0;
            memcpy(out, start, text - start);
            out += text - start;
            continue;
        }
        for (i = 0; i < count; i++) {
            authjs_percent_encode(spelled, bytes[i]);
            memcpy(out, "%25", 3);
            memcpy(out + 3, spelled + 1, 2);
            out += 5;
        }
    }
    *out = '\0';
    return result;
}

static const char *parse_field(apr_array_header_t *params, apr_pool_t *pool,
                               const char *text, apr_size_t len)
{
    const char *equals = memchr(text, '=', len);
    apr_size_t name_len = equals ? (apr_size_t)(equals - text) : len;
    authjs_param_t param;

    if (params->nelts == AUTHJS_FORM_MAX_FIELDS) {
        return "too many fields";
    }
    param.name = decode(pool, text, name_len);
    param.value = equals ? decode(pool, equals + 1, len - name_len - 1) : "";
    if (!param.name || !param.value) {
        return "a field holds a NUL or invalid UTF-8";
    }
    APR_ARRAY_PUSH(params, authjs_param_t) = param;
    return NULL;
}

const char *authjs_form_parse(apr_array_header_t **params, apr_pool_t *pool,
                              const char *text, apr_size_t len)
{
    const char *end = text + len;
    const char *refused = NULL;

    *params = apr_array_make(pool, 8, sizeof(authjs_param_t));
    while (text < end && !refused) {
        const char *ampersand = memchr(text, '&', end - text);
        const char *stop = ampersand ? ampersand : end;

        if (stop > text) {
            refused = parse_field(*params, pool, text, stop - text);
        }
        text = stop + 1;
    }
    return refused;
}
