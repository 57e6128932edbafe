#include "web/url.h"

#include <apr_strings.h>
#include <string.h>

int authjs_is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char *authjs_percent_encode(char *out, char byte)
{
    static const char digits[] = "0123456789ABCDEF";

    *out++ = '%';
    *out++ = digits[(unsigned char)byte >> 4];
    *out++ = digits[(unsigned char)byte & 15];
    return out;
}

char *authjs_url_encode(apr_pool_t *pool, const char *text, const char *kept)
{
    char *encoded = apr_palloc(pool, 3 * strlen(text) + 1), *out = encoded;

    for (; *text; text++) {
        if (authjs_is_alnum(*text) || strchr(kept, *text)) {
            *out++ = *text;
        }
        else {
            out = authjs_percent_encode(out, *text);
        }
    }
    *out = '\0';
    return encoded;
}

const char *authjs_url_encode_component(apr_pool_t *pool, const char *text)
{
    return authjs_url_encode(pool, text, "-_.!~*'()");
}

const char *authjs_form_encode(apr_pool_t *pool, const char *text)
{
    char *encoded = authjs_url_encode(pool, text, "*-._ "), *blank = encoded;

    while ((blank = strchr(blank, ' '))) {
        *blank = '+';
    }
    return encoded;
}

int authjs_hex_pair(const char *text)
{
    int value = 0;
    int i;

    for (i = 0; i < 2; i++) {
        char c = text[i];

        if (c >= '0' && c <= '9') {
            value = value * 16 + (c - '0');
        }
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
            value = value * 16 + ((c | 0x20) - 'a' + 10);
        }
        else {
            return -1;
        }
    }
    return value;
}

const char *authjs_url_decode(apr_pool_t *pool, const char *text, apr_size_t len)
{
    char *decoded = apr_palloc(pool, len + 1);
    char *out = decoded;
    apr_size_t i;

    for (i = 0; i < len; i++) {
        int c = (unsigned char)text[i];

        if (c == '%') {
            c = len - i > 2 ? authjs_hex_pair(text + i + 1) : -1;
            i += 2;
        }
        if (c <= 0) {
            return NULL;
        }
        *out++ = (char)c;
    }
    *out = '\0';
    return decoded;
}

const char *authjs_form_serialize(apr_pool_t *pool, const apr_array_header_t *params)
{
    apr_array_header_t *parts = apr_array_make(pool, params->nelts * 4, sizeof(char *));
    int i;

    for (i = 0; i < params->nelts; i++) {
        const authjs_param_t *param = &APR_ARRAY_IDX(params, i, authjs_param_t);

        if (i > 0) {
            APR_ARRAY_PUSH(parts, const char *) = "&";
        }
        APR_ARRAY_PUSH(parts, const char *) = authjs_form_encode(pool, param->name);
        APR_ARRAY_PUSH(parts, const char *) = "=";
        APR_ARRAY_PUSH(parts, const char *) = authjs_form_encode(pool, param->value);
    }
    return apr_array_pstrcat(pool, parts, 0);
}

void authjs_params_set(apr_array_header_t *params, const char *name, const char *value)
{
    authjs_param_t *param = (authjs_param_t *)params->elts;
    int found = 0;
    int kept = 0;
    int i;

    for (i = 0; i < params->nelts; i++) {
        if (strcmp(param[i].name, name) != 0) {
            param[kept++] = param[i];
        }
        else if (!found) {
            found = 1;
            param[kept].name = name;
            param[kept++].value = value;
        }
    }
    params->nelts = kept;
    if (!found) {
        param = apr_array_push(params);
        param->name = name;
        param->value = value;
    }
}

const char *authjs_params_get(const apr_array_header_t *params, const char *name)
{
    int i;

    for (i = params->nelts - 1; i >= 0; i--) {
        const authjs_param_t *param = &APR_ARRAY_IDX(params, i, authjs_param_t);

        if (strcmp(param->name, name) == 0) {
            return param->value;
        }
    }
    return NULL;
}

int authjs_params_count(const apr_array_header_t *params, const char *name)
{
    int count = 0;
    int i;

    for (i = 0; i < params->nelts; i++) {
        count += strcmp(APR_ARRAY_IDX(params, i, authjs_param_t).name, name) == 0;
    }
    return count;
}

const char *authjs_url_with_params(apr_pool_t *pool, const char *url,
                                   const apr_array_header_t *params)
{
    apr_size_t len = strcspn(url, "#");
    const char *target = apr_pstrmemdup(pool, url, len);
    const char *separator = "?";

    if (params->nelts == 0) {
        return target;
    }
    if (strchr(target, '?')) {
        separator = target[len - 1] == '?' || target[len - 1] == '&' ? "" : "&";
    }
    return apr_pstrcat(pool, target, separator, authjs_form_serialize(pool, params),
                       NULL);
}

const char *authjs_url_with_param(apr_pool_t *pool, const char *url, const char *name,
                                  const char *value)
{
    apr_array_header_t *params = apr_array_make(pool, 1, sizeof(authjs_param_t));

    authjs_params_set(params, name, value);
    return authjs_url_with_params(pool, url, params);
}
