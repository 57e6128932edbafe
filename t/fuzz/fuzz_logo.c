/* SVG files: what is taken out of one is shapes, and is taken again as it is. */
#include "pages/logo.h"

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

/* Tags of letters, attributes in quotes: the only markup. */
static void check_markup(const char *drawing)
{
    static const char *const forbidden[] = {"<script", "style=", "href=", "url(",
                                            "&",       "'",      NULL};
    int i;

    for (i = 0; forbidden[i]; i++) {
        check(!strstr(drawing, forbidden[i]));
    }
    check(strstr(drawing, " viewBox=\"") != NULL);
    check(!strcmp(drawing + strlen(drawing) - 6, "</svg>"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    const char *drawing, *again;
    int coloured, still;
    apr_pool_t *pool;
    char *text;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    if (!authjs_logo_parse(&drawing, &coloured, pool, (const char *)data, size)) {
        check_markup(drawing);
        text = apr_pstrcat(pool, "<svg", drawing, NULL);
        check(strlen(text) > AUTHJS_LOGO_MAX ||
              !authjs_logo_parse(&again, &still, pool, text, strlen(text)));
        check(strlen(text) > AUTHJS_LOGO_MAX ||
              (strlen(drawing) == strlen(again) && coloured == still));
    }
    apr_pool_destroy(pool);
    return 0;
}
