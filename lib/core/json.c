#include "core/json.h"

#include "core/core.h"
#include "core/jsonscan.h"

#include <math.h>
#include <string.h>

static apr_status_t release(void *value)
{
    json_object_put(value);
    return APR_SUCCESS;
}

struct json_object *authjs_json_own(apr_pool_t *pool, struct json_object *value)
{
    if (value) {
        apr_pool_cleanup_register(pool, value, release, apr_pool_cleanup_null);
    }
    return value;
}

struct json_object *authjs_json_object(apr_pool_t *pool)
{
    return authjs_json_own(pool, json_object_new_object());
}

/* ---- members -------------------------------------------------------------------- */

void authjs_json_set_string(struct json_object *object, const char *key,
                            const char *value)
{
    json_object_object_add(object, key, value ? json_object_new_string(value) : NULL);
}

void authjs_json_set_int64(struct json_object *object, const char *key, apr_int64_t value)
{
    json_object_object_add(object, key, json_object_new_int64(value));
}

void authjs_json_set_boolean(struct json_object *object, const char *key, int value)
{
    json_object_object_add(object, key, json_object_new_boolean(value != 0));
}

void authjs_json_set(struct json_object *object, const char *key,
                     struct json_object *value)
{
    json_object_object_add(object, key, json_object_get(value));
}

struct json_object *authjs_json_get(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    /* json-c aborts on a lookup in what is no object */
    if (json_object_is_type(object, json_type_object)) {
        json_object_object_get_ex(object, key, &value);
    }
    return value;
}

void authjs_json_set_new(struct json_object *object, const char *key,
                         struct json_object *value)
{
    json_object_object_add_ex(object, key, json_object_get(value),
                              JSON_C_OBJECT_ADD_KEY_IS_NEW |
                                  JSON_C_OBJECT_KEY_IS_CONSTANT);
}

void authjs_json_copy_member(struct json_object *to, struct json_object *from,
                             const char *key)
{
    struct json_object *value = authjs_json_get(from, key);

    if (value) {
        authjs_json_set(to, key, value);
    }
}

void authjs_json_copy_as(struct json_object *to, const char *to_key,
                         struct json_object *from, const char *from_key)
{
    struct json_object *value;

    if (json_object_object_get_ex(from, from_key, &value)) {
        authjs_json_set(to, to_key, value);
    }
}

static struct json_object *get_typed(struct json_object *object, const char *key,
                                     enum json_type type)
{
    struct json_object *value = authjs_json_get(object, key);

    return value && json_object_is_type(value, type) ? value : NULL;
}

struct json_object *authjs_json_get_object(struct json_object *object, const char *key)
{
    return get_typed(object, key, json_type_object);
}

struct json_object *authjs_json_get_array(struct json_object *object, const char *key)
{
    return get_typed(object, key, json_type_array);
}

const char *authjs_json_get_string(struct json_object *object, const char *key)
{
    struct json_object *value = get_typed(object, key, json_type_string);
    const char *text;

    if (!value) {
        return NULL;
    }
    text = json_object_get_string(value);
    return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

int authjs_json_get_int64(struct json_object *object, const char *key, apr_int64_t *out)
{
    struct json_object *value = authjs_json_get(object, key);
    const char *text;

    if (!json_object_is_type(value, json_type_int) &&
        !json_object_is_type(value, json_type_double)) {
        return 0;
    }
    /* by its text: json-c's own conversions clamp, and doubles lose digits */
    text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
    return authjs_json_whole(text, strlen(text), out, NULL);
}

int authjs_json_is_affirmative(struct json_object *value)
{
    const char *text;

    switch (json_object_get_type(value)) {
    case json_type_boolean:
        return json_object_get_boolean(value);
    case json_type_int:
        return json_object_get_int64(value) == 1;
    case json_type_string:
        text = json_object_get_string(value);
        return json_object_get_string_len(value) == (int)strlen(text) &&
               (!strcmp(text, "true") || !strcmp(text, "1"));
    default:
        return 0;
    }
}

/* ---- what others built ---------------------------------------------------------- */

/* What may still come. */
typedef struct {
    apr_size_t left;
    int depth;
} budget_t;

static const char *check(struct json_object *value, budget_t *budget);

static const char *spend(budget_t *budget, apr_size_t bytes)
{
    if (bytes >= budget->left) {
        return "JSON: too large";
    }
    budget->left -= bytes;
    return NULL;
}

static const char *check_text(const char *text, apr_size_t len, budget_t *budget)
{
    const char *why = spend(budget, len);

    if (!why && !authjs_utf8_valid(text, len)) {
        why = "JSON: a text is no UTF-8";
    }
    return why;
}

static const char *check_object(struct json_object *object, budget_t *budget)
{
    const char *why = NULL;

    json_object_object_foreach(object, name, member)
    {
        why = check_text(name, strlen(name), budget);
        if (!why) {
            why = check(member, budget);
        }
        if (why) {
            break;
        }
    }
    return why;
}

static const char *check_array(struct json_object *array, budget_t *budget)
{
    const char *why = NULL;
    apr_size_t i;

    for (i = 0; !why && i < json_object_array_length(array); i++) {
        why = check(json_object_array_get_idx(array, i), budget);
    }
    return why;
}

static const char *check_container(struct json_object *value, budget_t *budget)
{
    const char *why;

    if (budget->depth == AUTHJS_JSON_MAX_DEPTH) {
        return "JSON: nested too deep";
    }
    budget->depth++;
    why = json_object_is_type(value, json_type_object) ? check_object(value, budget)
                                                       : check_array(value, budget);
    budget->depth--;
    return why;
}

static const char *check(struct json_object *value, budget_t *budget)
{
    const char *why = spend(budget, 1);

    if (why) {
        return why;
    }
    switch (value ? json_object_get_type(value) : json_type_null) {
    case json_type_object:
    case json_type_array:
        return check_container(value, budget);
    case json_type_string:
        return check_text(json_object_get_string(value),
                          (apr_size_t)json_object_get_string_len(value), budget);
    case json_type_double:
        return isfinite(json_object_get_double(value)) ? NULL
                                                       : "JSON: a number is not finite";
    default:
        return NULL;
    }
}

const char *authjs_json_check(struct json_object *value, apr_size_t max)
{
    budget_t budget = {max, 0};

    return check(value, &budget);
}
