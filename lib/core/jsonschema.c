#include "core/jsonschema.h"

#include "core/core.h"
#include "core/jsonscan.h"

#include <apr_strings.h>
#include <string.h>

/* A value is AUTHJS_JSON_MAX_DEPTH deep at most; what goes deeper is a $ref to itself. */
#define MAX_STEPS (4 * AUTHJS_JSON_MAX_DEPTH)
/* What is shown of a member's name. */
#define NAME_MAX_LEN 64

typedef struct {
    apr_pool_t *pool;
    struct json_object *root;
    const authjs_json_format_t *formats;
    const char *faults; /* NULL: none */
    int count, steps;
} checker_t;

/* A value, where it stands, and what it is held against. */
typedef struct {
    struct json_object *schema, *value;
    const char *path; /* "" for the whole */
} place_t;

/* One keyword: its rule at a place. */
typedef void hold_f(checker_t *c, const place_t *at, struct json_object *rule);

static void hold(checker_t *c, struct json_object *schema, struct json_object *value,
                 const char *path);

static int is_full(const checker_t *c)
{
    return c->count >= AUTHJS_JSON_MAX_FAULTS;
}

static void fault(checker_t *c, const char *path, const char *what)
{
    if (!is_full(c)) {
        c->count++;
        c->faults = apr_pstrcat(c->pool, c->faults ? c->faults : "",
                                c->faults ? "; " : "", *path ? path : "it", what, NULL);
    }
}

static const char *below(const checker_t *c, const char *path, const char *name)
{
    const char *shown = authjs_printable(c->pool, name, NAME_MAX_LEN);

    return *path ? apr_pstrcat(c->pool, path, ".", shown, NULL) : shown;
}

static int fits(const checker_t *c, const place_t *at, struct json_object *schema)
{
    checker_t own = *c;

    own.count = 0;
    hold(&own, schema, at->value, at->path);
    return !own.count;
}

/* ---- what a value may be --------------------------------------------------------- */

static const struct {
    const char *name, *called;
} types[] = {{"string", "a string"},
             {"object", "an object"},
             {"array", "a list"},
             {"boolean", "true or false"},
             {"integer", "a whole number"},
             {"number", "a number"},
             {"null", "null"},
             {NULL, NULL}};

/* The whole part of a number. @return 1 when that is all of it. */
static int whole_number(struct json_object *value, apr_int64_t *whole)
{
    const char *text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
    int fraction = 0;

    authjs_json_whole(text, strlen(text), whole, &fraction);
    return !fraction;
}

static int is_type(struct json_object *value, const char *name)
{
    static const char *const names[] = {
        [json_type_null] = "null",     [json_type_boolean] = "boolean",
        [json_type_double] = "number", [json_type_int] = "number",
        [json_type_object] = "object", [json_type_array] = "array",
        [json_type_string] = "string"};
    enum json_type type = json_object_get_type(value);
    apr_int64_t whole;

    return !strcmp(names[type], name) ||
           (!strcmp(name, "integer") && !strcmp(names[type], "number") &&
            whole_number(value, &whole));
}

/* What one of the values of a list is called. */
static const char *call(const checker_t *c, struct json_object *value)
{
    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : authjs_json_text(c->pool, value);
}

static const char *call_type(const checker_t *c, struct json_object *value)
{
    const char *name = call(c, value);
    int i;

    for (i = 0; types[i].name && strcmp(types[i].name, name); i++) {
    }
    return types[i].called;
}

/* "a, b or c" */
static const char *alternatives(const checker_t *c, struct json_object *rule,
                                const char *(*name)(const checker_t *,
                                                    struct json_object *))
{
    const char *text = NULL;
    size_t i, len;

    if (!json_object_is_type(rule, json_type_array)) {
        return name(c, rule);
    }
    len = json_object_array_length(rule);
    for (i = 0; i < len; i++) {
        text = apr_pstrcat(c->pool, text ? text : "",
                           i == 0         ? ""
                           : i + 1 == len ? " or "
                                          : ", ",
                           name(c, json_object_array_get_idx(rule, i)), NULL);
    }
    return text;
}

static int is_one_of_types(struct json_object *value, struct json_object *rule)
{
    size_t i;

    if (!json_object_is_type(rule, json_type_array)) {
        return is_type(value, json_object_get_string(rule));
    }
    for (i = 0; i < json_object_array_length(rule); i++) {
        if (is_type(value, json_object_get_string(json_object_array_get_idx(rule, i)))) {
            return 1;
        }
    }
    return 0;
}

static void hold_type(checker_t *c, const place_t *at, struct json_object *rule)
{
    if (!is_one_of_types(at->value, rule)) {
        fault(c, at->path,
              apr_pstrcat(c->pool, " must be ", alternatives(c, rule, call_type), NULL));
    }
}

static void hold_enum(checker_t *c, const place_t *at, struct json_object *rule)
{
    size_t i;

    for (i = 0; i < json_object_array_length(rule); i++) {
        if (json_object_equal(json_object_array_get_idx(rule, i), at->value)) {
            return;
        }
    }
    fault(c, at->path,
          apr_pstrcat(c->pool, " must be ", alternatives(c, rule, call), NULL));
}

static void hold_format(checker_t *c, const place_t *at, struct json_object *rule)
{
    const authjs_json_format_t *format = c->formats;
    const char *name = json_object_get_string(rule), *why;

    if (!format || !json_object_is_type(at->value, json_type_string)) {
        return;
    }
    while (format->name && strcmp(format->name, name)) {
        format++;
    }
    why = format->name ? format->check(c->pool, json_object_get_string(at->value))
                       : "the schema has a format that is not known";
    if (why) {
        fault(c, at->path, apr_pstrcat(c->pool, ": ", why, NULL));
    }
}

static void hold_max_items(checker_t *c, const place_t *at, struct json_object *rule)
{
    apr_int64_t most = json_object_get_int64(rule);

    if (json_object_is_type(at->value, json_type_array) &&
        (apr_int64_t)json_object_array_length(at->value) > most) {
        fault(c, at->path,
              apr_psprintf(c->pool, " must have %" APR_INT64_T_FMT " elements at most",
                           most));
    }
}

static void hold_minimum(checker_t *c, const place_t *at, struct json_object *rule)
{
    apr_int64_t least = json_object_get_int64(rule), number;

    if (is_type(at->value, "integer") && whole_number(at->value, &number) &&
        number < least) {
        fault(c, at->path,
              apr_psprintf(c->pool, " must be %" APR_INT64_T_FMT " at least", least));
    }
}

/* ---- members and elements ---------------------------------------------------------- */

/* What a $ref leads to; NULL when there is nothing. */
static struct json_object *referred(const checker_t *c, struct json_object *rule)
{
    static const char prefix[] = "#/$defs/";
    const char *name = json_object_get_string(rule);

    return strncmp(name, prefix, sizeof(prefix) - 1)
               ? NULL
               : authjs_json_get(authjs_json_get(c->root, "$defs"),
                                 name + sizeof(prefix) - 1);
}

/* ": it must be ...", of a member that is not there. */
static const char *expected(checker_t *c, struct json_object *schema)
{
    struct json_object *rule = authjs_json_get(schema, "$ref");

    schema = rule ? referred(c, rule) : schema;
    if ((rule = authjs_json_get(schema, "enum"))) {
        return apr_pstrcat(c->pool, ": it must be ", alternatives(c, rule, call), NULL);
    }
    rule = authjs_json_get(schema, "type");
    return rule ? apr_pstrcat(c->pool, ": it must be ", alternatives(c, rule, call_type),
                              NULL)
                : "";
}

static void hold_required(checker_t *c, const place_t *at, struct json_object *rule)
{
    struct json_object *members = authjs_json_get(at->schema, "properties");
    size_t i;

    for (i = 0; json_object_is_type(at->value, json_type_object) &&
                i < json_object_array_length(rule);
         i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(rule, i));

        if (!json_object_object_get_ex(at->value, name, NULL)) {
            fault(c, below(c, at->path, name),
                  apr_pstrcat(c->pool, " is missing",
                              expected(c, authjs_json_get(members, name)), NULL));
        }
    }
}

static void hold_properties(checker_t *c, const place_t *at, struct json_object *rule)
{
    struct json_object *value;

    if (!json_object_is_type(at->value, json_type_object)) {
        return;
    }
    json_object_object_foreach(rule, name, schema)
    {
        if (json_object_object_get_ex(at->value, name, &value)) {
            hold(c, schema, value, below(c, at->path, name));
        }
    }
}

/* The names of an object, for a sentence. */
static const char *names_of(const checker_t *c, struct json_object *object)
{
    const char *text = NULL;

    json_object_object_foreach(object, name, value)
    {
        (void)value;
        text = apr_pstrcat(c->pool, text ? text : "", text ? ", " : "", name, NULL);
    }
    return text ? text : "none";
}

static void hold_additional(checker_t *c, const place_t *at, struct json_object *rule)
{
    struct json_object *known = authjs_json_get(at->schema, "properties");
    int closed = json_object_is_type(rule, json_type_boolean);

    if (!json_object_is_type(at->value, json_type_object)) {
        return;
    }
    json_object_object_foreach(at->value, name, value)
    {
        if (is_full(c) || (known && json_object_object_get_ex(known, name, NULL))) {
            continue;
        }
        if (!closed) {
            hold(c, rule, value, below(c, at->path, name));
        }
        else if (!json_object_get_boolean(rule)) {
            fault(c, at->path,
                  apr_pstrcat(c->pool, " has no member ",
                              authjs_printable(c->pool, name, NAME_MAX_LEN),
                              "; the members are ", names_of(c, known), NULL));
        }
    }
}

static void hold_names(checker_t *c, const place_t *at, struct json_object *rule)
{
    if (!json_object_is_type(at->value, json_type_object)) {
        return;
    }
    json_object_object_foreach(at->value, name, value)
    {
        (void)value;
        if (!is_full(c)) {
            hold(c, rule, authjs_json_own(c->pool, json_object_new_string(name)),
                 below(c, at->path, name));
        }
    }
}

static void hold_items(checker_t *c, const place_t *at, struct json_object *rule)
{
    size_t i;

    for (i = 0; json_object_is_type(at->value, json_type_array) &&
                i < json_object_array_length(at->value);
         i++) {
        hold(c, rule, json_object_array_get_idx(at->value, i),
             below(c, at->path, apr_psprintf(c->pool, "%" APR_SIZE_T_FMT, i)));
    }
}

/* ---- schemas in schemas ------------------------------------------------------------ */

static void hold_ref(checker_t *c, const place_t *at, struct json_object *rule)
{
    hold(c, referred(c, rule), at->value, at->path);
}

static void hold_if(checker_t *c, const place_t *at, struct json_object *rule)
{
    struct json_object *schema =
        authjs_json_get(at->schema, fits(c, at, rule) ? "then" : "else");

    if (schema) {
        hold(c, schema, at->value, at->path);
    }
}

/* ---- the keywords ------------------------------------------------------------------ */

static const struct {
    const char *name;
    hold_f *hold; /* NULL: it says nothing about values, or another keyword reads it */
} keywords[] = {{"$schema", NULL},
                {"$id", NULL},
                {"$defs", NULL},
                {"title", NULL},
                {"description", NULL},
                {"examples", NULL},
                {"$ref", hold_ref},
                {"type", NULL}, /* hold asks for it first */
                {"enum", hold_enum},
                {"format", hold_format},
                {"minimum", hold_minimum},
                {"maxItems", hold_max_items},
                {"items", hold_items},
                {"required", hold_required},
                {"properties", hold_properties},
                {"additionalProperties", hold_additional},
                {"propertyNames", hold_names},
                {"if", hold_if},
                {"then", NULL},
                {"else", NULL},
                {NULL, NULL}};

static void hold_keywords(checker_t *c, const place_t *at)
{
    int i;

    json_object_object_foreach(at->schema, name, rule)
    {
        for (i = 0; keywords[i].name && strcmp(keywords[i].name, name); i++) {
        }
        if (!keywords[i].name) {
            fault(c, at->path, ": the schema has a keyword that is not known");
        }
        else if (keywords[i].hold) {
            keywords[i].hold(c, at, rule);
        }
    }
}

/* A value of the wrong type has one fault: all else that is said is about another. */
static void hold(checker_t *c, struct json_object *schema, struct json_object *value,
                 const char *path)
{
    place_t at = {schema, value, path};
    struct json_object *type = authjs_json_get(schema, "type");
    int before = c->count;

    if (json_object_is_type(value, json_type_string) &&
        strlen(json_object_get_string(value)) !=
            (size_t)json_object_get_string_len(value)) {
        fault(c, path, " has a NUL character in it");
    }
    else if (type) {
        hold_type(c, &at, type);
    }
    if (c->count > before || is_full(c)) {
        return;
    }
    if (c->steps == MAX_STEPS) {
        fault(c, path, ": the schema leads in a circle");
    }
    else if (json_object_is_type(schema, json_type_object)) {
        c->steps++;
        hold_keywords(c, &at);
        c->steps--;
    }
    else if (!json_object_get_boolean(schema)) {
        fault(c, path, " must not be there");
    }
}

const char *authjs_json_schema_hold(apr_pool_t *pool, struct json_object *schema,
                                    struct json_object *value,
                                    const authjs_json_format_t *formats)
{
    checker_t c = {pool, schema, formats, NULL, 0, 0};

    hold(&c, schema, value, "");
    return c.faults;
}
