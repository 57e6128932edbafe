#include "core/jsonpath.h"

#include "core/core.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

/* The element of an array that the path begins with, and what follows of the path: NULL
 * when it ends there. 0, and nothing is set, when the path names none. */
static int element(struct json_object *array, struct json_object **found,
                   const char **path)
{
    apr_size_t length = json_object_array_length(array), index = 0;
    const char *c;

    for (c = *path; apr_isdigit(*c) && index < length; c++) {
        index = index * 10 + (apr_size_t)(*c - '0');
    }
    if (c == *path || (*c && *c != '.') || index >= length) {
        return 0;
    }
    *found = json_object_array_get_idx(array, index);
    *path = *c ? c + 1 : NULL;
    return 1;
}

/* Whether the path begins with this name. */
static int begins_with(const char *path, const char *name)
{
    for (; *name && *name == *path; name++, path++) {
    }
    return !*name && (!*path || *path == '.');
}

/* Of the names that the path begins with, the longest that is shorter than *len, which is
 * set to its length. *rest is what follows of the path: NULL when it ends there. */
static int next_member(struct json_object *object, const char *path, apr_size_t *len,
                       struct json_object **found, const char **rest)
{
    apr_size_t below = *len, n;
    int any = 0;

    json_object_object_foreach(object, name, value)
    {
        if (begins_with(path, name) && (n = strlen(name)) < below && (!any || n > *len)) {
            any = 1;
            *len = n;
            *found = value;
            *rest = path[n] ? path + n + 1 : NULL;
        }
    }
    return any;
}

static int member(struct json_object *object, const char *path,
                  struct json_object **found, const char **rest);

/* Whether anything is at a path. A value is reached by its own path alone, so that each
 * is looked at once; recursion ends with the path and with the depth of the tree, which
 * its parser bounds. */
static int leads(struct json_object *value, const char *path)
{
    struct json_object *found;
    apr_size_t i;

    if (!path) {
        return 1;
    }
    if (json_object_is_type(value, json_type_object)) {
        return member(value, path, &found, &path);
    }
    if (!json_object_is_type(value, json_type_array)) {
        return 0;
    }
    if (element(value, &found, &path)) {
        return leads(found, path);
    }
    for (i = 0; i < json_object_array_length(value); i++) {
        if (leads(json_object_array_get_idx(value, i), path)) {
            return 1;
        }
    }
    return 0;
}

/* The member that the path begins with: of several the longest name from which the rest
 * leads somewhere. */
static int member(struct json_object *object, const char *path,
                  struct json_object **found, const char **rest)
{
    apr_size_t len = APR_SIZE_MAX;

    while (next_member(object, path, &len, found, rest)) {
        if (leads(*found, *rest)) {
            return 1;
        }
    }
    return 0;
}

int authjs_json_at(struct json_object *value, const char *path,
                   struct json_object **found)
{
    while (path) {
        if (json_object_is_type(value, json_type_object)) {
            if (!member(value, path, &value, &path)) {
                return 0;
            }
        }
        else if (!json_object_is_type(value, json_type_array) ||
                 !element(value, &value, &path)) {
            return 0;
        }
    }
    *found = value;
    return 1;
}

/* ---- as text -------------------------------------------------------------------- */

static void add_text(apr_array_header_t *values, struct json_object *value)
{
    const char *text = NULL;

    switch (json_object_get_type(value)) {
    case json_type_string:
        text = json_object_get_string(value);
        text = strlen(text) == (apr_size_t)json_object_get_string_len(value)
                   ? authjs_line(text)
                   : NULL;
        break;
    case json_type_boolean:
    case json_type_int:
    case json_type_double:
        text = authjs_json_text(values->pool, value);
        break;
    case json_type_null:
    case json_type_object:
    case json_type_array:
        break;
    }
    if (text) {
        APR_ARRAY_PUSH(values, const char *) = text;
    }
}

static void add_elements(apr_array_header_t *values, struct json_object *array,
                         const char *path)
{
    struct json_object *found;
    apr_size_t i;

    if (path && element(array, &found, &path)) {
        authjs_json_texts(values, found, path);
        return;
    }
    for (i = 0; i < json_object_array_length(array); i++) {
        authjs_json_texts(values, json_object_array_get_idx(array, i), path);
    }
}

/* Recursion ends with the path and with the depth of the tree, which its parser bounds.
 */
void authjs_json_texts(apr_array_header_t *values, struct json_object *value,
                       const char *path)
{
    struct json_object *found;

    if (json_object_is_type(value, json_type_array)) {
        add_elements(values, value, path);
    }
    else if (!path) {
        add_text(values, value);
    }
    else if (json_object_is_type(value, json_type_object) &&
             member(value, path, &found, &path)) {
        authjs_json_texts(values, found, path);
    }
}

/* ---- changes -------------------------------------------------------------------- */

struct json_object *authjs_json_copy(struct json_object *object)
{
    struct json_object *copy = json_object_new_object();

    json_object_object_foreach(object, name, value)
    {
        json_object_object_add_ex(copy, name, json_object_get(value),
                                  JSON_C_OBJECT_ADD_KEY_IS_NEW);
    }
    return copy;
}

static int is_one_of(const apr_array_header_t *ours, const struct json_object *object)
{
    int i;

    for (i = 0; i < ours->nelts; i++) {
        if (APR_ARRAY_IDX(ours, i, const struct json_object *) == object) {
            return 1;
        }
    }
    return 0;
}

void authjs_json_put(struct json_object *object, apr_array_header_t *ours,
                     const char *const *names, struct json_object *value, int remove)
{
    struct json_object *inner;

    /* what stands in several places, or nowhere any more, is not for one of them alone */
    if (remove || json_object_is_type(value, json_type_object) ||
        json_object_is_type(value, json_type_array)) {
        apr_array_clear(ours);
    }
    for (; names[1]; names++) {
        inner = authjs_json_get_object(object, names[0]);
        if (!inner && remove) {
            return;
        }
        if (!inner || !is_one_of(ours, inner)) {
            inner = inner ? authjs_json_copy(inner) : json_object_new_object();
            json_object_object_add(object, names[0], inner);
            APR_ARRAY_PUSH(ours, struct json_object *) = inner;
        }
        object = inner;
    }
    if (remove) {
        json_object_object_del(object, names[0]);
    }
    else {
        authjs_json_set(object, names[0], value);
    }
}
