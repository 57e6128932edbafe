/* Mappings: the first line is one, what follows is a profile. What the check takes is
 * understood whatever the profile is, and what comes out is JSON. */
#include "catalogue/catalogue.h"
#include "core/core.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static void map(apr_pool_t *pool, const char *mapping, struct json_object *raw)
{
    apr_array_header_t *odd = apr_array_make(pool, 1, sizeof(const char *));
    struct json_object *fields = authjs_json_object(pool), *user;
    int is_right = !authjs_profile_check(pool, mapping);
    const authjs_error_t *error;

    authjs_json_set_string(fields, "x", mapping);
    authjs_json_set_string(fields, "image", mapping);
    error = authjs_profile_map(pool, fields, raw, &user, odd);
    check(is_right || error || strstr(mapping, "{"));
    if (!error) {
        check(!authjs_json_check(user, 16 * 1024 * 1024));
    }
    authjs_verified(pool, mapping, raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    const uint8_t *line = memchr(data, '\n', size);
    size_t len = line ? (size_t)(line - data) : size;
    struct json_object *raw;
    apr_pool_t *pool;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    if (!line || len > 1000 || memchr(data, '\0', len) ||
        !authjs_utf8_valid((const char *)data, len)) {
        return 0;
    }
    apr_pool_create(&pool, global);
    if (!authjs_json_parse_object(&raw, pool, (const char *)line + 1, size - len - 1)) {
        map(pool, apr_pstrmemdup(pool, (const char *)data, len), raw);
    }
    apr_pool_destroy(pool);
    return 0;
}
