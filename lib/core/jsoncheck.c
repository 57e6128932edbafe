#include "core/jsoncheck.h"

#include "core/core.h"

#include <math.h>
#include <string.h>

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
