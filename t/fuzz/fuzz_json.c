/* Any text: what is accepted is written as text that reads as the same value. */
#include "core/core.h"
#include "core/json.h"
#include "core/jsonpath.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FOUND_MAX 4096 /* each member is looked for */

static void check(int good)
{
    if (!good) {
        abort();
    }
}

/* Every getter on every member: none may crash or convert. */
static void visit(struct json_object *value, int depth)
{
    apr_int64_t n;

    check(depth <= AUTHJS_JSON_MAX_DEPTH);
    if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            visit(json_object_array_get_idx(value, i), depth + 1);
        }
        return;
    }
    if (!json_object_is_type(value, json_type_object)) {
        return;
    }
    json_object_object_foreach(value, key, member)
    {
        int got = (authjs_json_get_string(value, key) != NULL) +
                  (authjs_json_get_object(value, key) != NULL) +
                  (authjs_json_get_array(value, key) != NULL) +
                  authjs_json_get_int64(value, key, &n);

        check(got <= 1);
        check(authjs_json_get(value, key) == member);
        check(authjs_utf8_valid(key, strlen(key)));
        visit(member, depth + 1);
    }
}

/* Whatever dots its name has, a member is found by its own path, or another one is that
 * the same path could mean. One in a list needs its number, which is not tried here. */
static void find(apr_pool_t *pool, struct json_object *root, struct json_object *value,
                 const char *path, int has_list)
{
    struct json_object *found;

    if (!json_object_is_type(value, json_type_object)) {
        return;
    }
    json_object_object_foreach(value, key, member)
    {
        const char *at = path ? apr_pstrcat(pool, path, ".", key, NULL) : key;

        check(authjs_json_at(root, at, &found) || has_list);
        check(path || found == member);
        find(pool, root, member, at, has_list);
    }
}

/* What json-c's own parser makes of our text, which has no more escapes than it needs. */
static void check_against_json_c(struct json_object *value, const char *text)
{
    struct json_tokener *tokener = json_tokener_new_ex(AUTHJS_JSON_MAX_DEPTH + 2);
    struct json_object *theirs;

    theirs = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
    check(json_tokener_get_error(tokener) == json_tokener_success);
    check(json_object_equal(value, theirs));
    json_object_put(theirs);
    json_tokener_free(tokener);
}

static void check_accepted(apr_pool_t *pool, struct json_object *value)
{
    const char *text = authjs_json_text(pool, value);
    struct json_object *again;

    check_against_json_c(value, text);
    check(!strcmp(text,
                  json_object_to_json_string_ext(
                      value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
    check(authjs_utf8_valid(text, strlen(text)));
    check(!authjs_json_parse(&again, pool, text, strlen(text)));
    check(json_object_equal(value, again));
    check(!strcmp(authjs_json_text(pool, again), text));
    visit(value, 0);
    if (strlen(text) <= FOUND_MAX) {
        find(pool, value, value, NULL, strchr(text, '[') != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    const char *text = (const char *)data, *strict, *why;
    struct json_object *value, *object;
    apr_pool_t *pool;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    strict = authjs_json_parse(&value, pool, text, size);
    if (!strict) {
        check(authjs_utf8_valid(text, size));
        check_accepted(pool, value);
    }
    else {
        check(!value);
    }
    /* an object alone, and one that may repeat its members */
    why = authjs_json_parse_object(&object, pool, text, size);
    check((why == NULL) == (!strict && json_object_is_type(value, json_type_object)));
    why = authjs_json_parse_own(&object, pool, text, size);
    check((why == NULL) == (object != NULL));
    if (object) {
        check_accepted(pool, object);
        check(strict ? !strcmp(strict, "JSON: a member is repeated")
                     : json_object_equal(object, value));
    }
    apr_pool_destroy(pool);
    return 0;
}
