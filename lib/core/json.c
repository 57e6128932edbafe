#include "core/json.h"

#include "core/jsonbuild.h"

#include <apr_lib.h>

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

static const char *parse(struct json_object **value, apr_pool_t *pool, const char *text,
                         apr_size_t len, authjs_scan_value_t *span)
{
    const char *why;
    int repeated = 0;

    *value = NULL;
    if (len > AUTHJS_JSON_MAX_LEN) {
        return "JSON: too long";
    }
    if ((why = authjs_json_scan(text, len, span, NULL, NULL))) {
        return why;
    }
    *value = authjs_json_own(pool, authjs_json_build(pool, span, &repeated));
    if (repeated) {
        *value = NULL;
        return "JSON: a member is repeated";
    }
    return NULL;
}

const char *authjs_json_parse(struct json_object **value, apr_pool_t *pool,
                              const char *text, apr_size_t len)
{
    authjs_scan_value_t span;

    return parse(value, pool, text, len, &span);
}

const char *authjs_json_parse_object(struct json_object **object, apr_pool_t *pool,
                                     const char *text, apr_size_t len)
{
    authjs_scan_value_t span;
    const char *why = parse(object, pool, text, len, &span);

    if (!why && span.type != AUTHJS_SCAN_OBJECT) {
        *object = NULL;
        return "JSON: not an object";
    }
    return why;
}

/* ---- our own text -------------------------------------------------------------------
 */

/* The few members of a token are made while they are scanned. */
typedef struct {
    apr_pool_t *pool;
    struct json_object *object;
} members_t;

/* Digits that every int64 has room for. */
static int is_plain_number(const authjs_scan_value_t *value)
{
    apr_size_t i = 0;

    while (i < value->raw_len && apr_isdigit(value->raw[i])) {
        i++;
    }
    return i == value->raw_len && i <= 18;
}

static const char *add_member(void *baton, const authjs_scan_value_t *name,
                              const authjs_scan_value_t *value);

/* The scanner bounds the depth. */
static const char *make_object(struct json_object **made, apr_pool_t *pool,
                               const char *text, apr_size_t len)
{
    members_t members = {pool, authjs_json_object(pool)};
    authjs_scan_value_t span;
    const char *why = authjs_json_scan(text, len, &span, add_member, &members);

    if (!why && span.type != AUTHJS_SCAN_OBJECT) {
        why = "JSON: not an object";
    }
    *made = why ? NULL : members.object;
    return why;
}

/* @return NULL and *made, of which the caller holds a reference; or why not. */
static const char *make_value(struct json_object **made, apr_pool_t *pool,
                              const authjs_scan_value_t *value)
{
    apr_int64_t number;
    const char *why;
    int repeated = 0;

    if (value->type == AUTHJS_SCAN_NULL) {
        return NULL;
    }
    if (value->type == AUTHJS_SCAN_TRUE || value->type == AUTHJS_SCAN_FALSE) {
        *made = json_object_new_boolean(value->type == AUTHJS_SCAN_TRUE);
        return NULL;
    }
    if (value->type == AUTHJS_SCAN_STRING && !value->escaped) {
        *made = json_object_new_string_len(value->raw + 1, (int)value->raw_len - 2);
        return NULL;
    }
    if (value->type == AUTHJS_SCAN_NUMBER && is_plain_number(value)) {
        authjs_json_whole(value->raw, value->raw_len, &number, NULL);
        *made = json_object_new_int64(number);
        return NULL;
    }
    if (value->type == AUTHJS_SCAN_OBJECT) {
        why = make_object(made, pool, value->raw, value->raw_len);
        json_object_get(*made);
        return why;
    }
    *made = authjs_json_build(pool, value, &repeated);
    return NULL;
}

static const char *add_member(void *baton, const authjs_scan_value_t *name,
                              const authjs_scan_value_t *value)
{
    members_t *members = baton;
    struct json_object *made = NULL;
    const char *why = make_value(&made, members->pool, value);

    if (!why) {
        json_object_object_add_ex(members->object,
                                  authjs_scan_string(members->pool, name, NULL), made,
                                  JSON_C_OBJECT_KEY_IS_CONSTANT);
    }
    return why;
}

const char *authjs_json_parse_own(struct json_object **object, apr_pool_t *pool,
                                  const char *text, apr_size_t len)
{
    *object = NULL;
    return len > AUTHJS_JSON_MAX_LEN ? "JSON: too long"
                                     : make_object(object, pool, text, len);
}

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
