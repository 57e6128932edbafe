#include "mail/fill.h"

#include "core/json.h"
#include "web/url.h"

#include <apr_strings.h>

#include <string.h>

/* The name in {name} at text, or NULL. */
static const char *name_at(apr_pool_t *pool, const char *text)
{
    apr_size_t len = 1;

    while (*text == '{' && authjs_is_alnum(text[len])) {
        len++;
    }
    return len > 1 && text[len] == '}' ? apr_pstrmemdup(pool, text + 1, len - 1) : NULL;
}

const char *authjs_fill(apr_pool_t *pool, const char *text, authjs_place_f *place,
                        void *data,
                        const char *(*encode)(apr_pool_t *pool, const char *value))
{
    const char *name, *value, *whole = text, *result = "";
    apr_size_t len;

    while (*text) {
        name = name_at(pool, text);
        if (name && place(data, name, &value)) {
            len = strlen(name) + 2;
            if (!value && text == whole && !text[len]) {
                return NULL;
            }
            value = value && encode ? encode(pool, value) : value;
            result = value ? apr_pstrcat(pool, result, value, NULL) : result;
        }
        else {
            len = 1 + strcspn(text + 1, "{");
            result = apr_pstrcat(pool, result, apr_pstrmemdup(pool, text, len), NULL);
        }
        text += len;
    }
    return result;
}

/* The caller's reference; NULL: left out. */
static struct json_object *filled(apr_pool_t *pool, struct json_object *tree,
                                  authjs_place_f *place, void *data)
{
    struct json_object *copy = NULL, *part;
    const char *text;
    size_t i;

    if (json_object_is_type(tree, json_type_string)) {
        text = authjs_fill(pool, json_object_get_string(tree), place, data, NULL);
        return text ? json_object_new_string(text) : NULL;
    }
    if (json_object_is_type(tree, json_type_array)) {
        copy = json_object_new_array();
        for (i = 0; i < json_object_array_length(tree); i++) {
            part = filled(pool, json_object_array_get_idx(tree, i), place, data);
            if (part) {
                json_object_array_add(copy, part);
            }
        }
        return copy;
    }
    if (json_object_is_type(tree, json_type_object)) {
        copy = json_object_new_object();
        json_object_object_foreach(tree, key, value)
        {
            part = filled(pool, value, place, data);
            if (part || !value) {
                json_object_object_add(copy, key, part);
            }
        }
        return copy;
    }
    return json_object_get(tree);
}

struct json_object *authjs_fill_json(apr_pool_t *pool, struct json_object *tree,
                                     authjs_place_f *place, void *data)
{
    return authjs_json_own(pool, filled(pool, tree, place, data));
}
