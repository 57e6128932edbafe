/* Accept-Language chooses one of the languages there are, whatever it is; a file of texts
 * is taken whole and escaped nowhere else, or refused. */
#include "core/core.h"
#include "core/json.h"
#include "texts/texts.h"

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

static void check_language(const authjs_language_t *language)
{
    int key;

    check(strlen(language->tag) <= 35 && !strpbrk(language->tag, "<>\"'& "));
    for (key = 0; key < AUTHJS_TEXT__COUNT; key++) {
        check(authjs_is_line(language->texts[key], AUTHJS_TEXT_MAX));
    }
}

static void check_file(apr_pool_t *pool, struct json_object *file)
{
    apr_array_header_t *files = apr_array_make(pool, 1, sizeof(file)), *languages;
    const char *why;
    int i;

    APR_ARRAY_PUSH(files, struct json_object *) = file;
    why = authjs_languages_make(&languages, pool, files);
    check(languages->nelts <= AUTHJS_LANGUAGES_MAX);
    for (i = 0; !why && i < languages->nelts; i++) {
        check_language(&APR_ARRAY_IDX(languages, i, authjs_language_t));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    apr_array_header_t *languages;
    struct json_object *file;
    apr_pool_t *pool;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    check(!authjs_languages_make(&languages, pool, NULL));
    check_language(authjs_language_choose(
        languages, apr_pstrmemdup(pool, (const char *)data, size)));
    if (!authjs_json_parse_object(&file, pool, (const char *)data, size)) {
        check_file(pool, file);
    }
    apr_pool_destroy(pool);
    return 0;
}
