/* What anybody may answer in the name of Cloudflare's API. */
#include "sql/d1_answer.h"

#include <apr_general.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const int columns[] = {0, 3, 1};
#define COUNT 3

static void check(int good)
{
    if (!good) {
        abort();
    }
}

/* Every cell can be read whole. */
static apr_size_t weigh(const apr_array_header_t *rows, int width)
{
    apr_size_t weight = 0;
    int i, j;

    check(rows->nelts == 0 || width > 0);
    for (i = 0; i < rows->nelts; i++) {
        const char *const *cells = APR_ARRAY_IDX(rows, i, const char *const *);

        for (j = 0; j < width; j++) {
            weight += cells[j] ? strlen(cells[j]) : 0;
        }
    }
    return weight;
}

static void check_error(const char *error)
{
    const char *c;

    for (c = error; c && *c; c++) {
        check(*c >= ' ' && *c <= '~');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    apr_array_header_t *rows[COUNT];
    struct json_object *answer;
    apr_size_t weight = 0;
    apr_pool_t *pool;
    int i;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    if (!authjs_json_parse(&answer, pool, (const char *)data, size)) {
        check_error(authjs_d1_error(pool, answer));
        if (!authjs_d1_read(pool, answer, "n", columns, COUNT, rows)) {
            for (i = 0; i < COUNT; i++) {
                weight += weigh(rows[i], columns[i]);
            }
            /* escapes are longer than what they stand for, except \u with 3 bytes */
            check(weight <= size);
        }
    }
    apr_pool_destroy(pool);
    return 0;
}
