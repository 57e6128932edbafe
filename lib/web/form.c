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
