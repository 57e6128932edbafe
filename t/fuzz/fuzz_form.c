/* Forms and query strings: what is accepted is UTF-8 and survives being written again. */
#include "core/core.h"
#include "web/form.h"
#include "web/html.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static void check_field(apr_pool_t *pool, const authjs_param_t *param)
{
    const char *html = authjs_html_escape(pool, param->value);

    check(authjs_utf8_valid(param->name, strlen(param->name)));
    check(authjs_utf8_valid(param->value, strlen(param->value)));
    check(!strpbrk(html, "<>\"'") && strlen(html) >= strlen(param->value));
}

static void check_fields(apr_pool_t *pool, const apr_array_header_t *params)
{
    const char *text = authjs_form_serialize(pool, params);
    apr_array_header_t *again;
    int i;

    check(params->nelts <= AUTHJS_FORM_MAX_FIELDS);
    check(!authjs_form_parse(&again, pool, text, strlen(text)));
    check(again->nelts == params->nelts);
    for (i = 0; i < params->nelts; i++) {
        const authjs_param_t *param = &APR_ARRAY_IDX(params, i, authjs_param_t);

        check_field(pool, param);
        check(!strcmp(APR_ARRAY_IDX(again, i, authjs_param_t).name, param->name));
        check(!strcmp(APR_ARRAY_IDX(again, i, authjs_param_t).value, param->value));
        check(authjs_params_get(params, param->name) != NULL);
    }
}

/* Respelled, nothing but a NUL or too many fields is refused; what was good stays as it
 * is. */
static void check_respelled(apr_pool_t *pool, const char *text)
{
    const char *respelled = authjs_form_respell(pool, text);
    apr_array_header_t *params;
    int good = !authjs_form_parse(&params, pool, text, strlen(text));

    check(strlen(respelled) <= 5 * strlen(text));
    check(!good || !strcmp(respelled, text));
    check(!strcmp(authjs_form_respell(pool, respelled), respelled));
    check(!authjs_form_parse(&params, pool, respelled, strlen(respelled)) ||
          strstr(text, "%00") || params->nelts == AUTHJS_FORM_MAX_FIELDS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    apr_array_header_t *params;
    const char *html, *text;
    apr_pool_t *pool;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    if (!authjs_form_parse(&params, pool, (const char *)data, size)) {
        check_fields(pool, params);
    }
    text = apr_pstrmemdup(pool, (const char *)data, size);
    check_respelled(pool, text);
    html = authjs_html_escape(pool, text);
    check(authjs_utf8_valid(html, strlen(html)) && !strpbrk(html, "<>\"'"));
    check(!authjs_css_color_valid(text) || !strpbrk(text, ";{}<>\"'\\:"));
    apr_pool_destroy(pool);
    return 0;
}
