#include "core/jsonbuild.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <langinfo.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What the scanner has approved is not checked again: every value ends before end, and
 * strings, words and containers are whole. */
typedef struct {
    apr_pool_t *pool;
    const char *at;
    const char *end;
    int repeated;
} builder_t;

static struct json_object *build_value(builder_t *b);

/* The next character that is not blank. Only asked for inside of a container. */
static char next(builder_t *b)
{
    while (*b->at == ' ' || *b->at == '\n' || *b->at == '\r' || *b->at == '\t') {
        b->at++;
    }
    return *b->at;
}

/* @return its text; len is NULL where there is no NUL in it. */
static const char *take_string(builder_t *b, apr_size_t *len)
{
    authjs_scan_value_t span = {.type = AUTHJS_SCAN_STRING, .raw = b->at};

    for (b->at++; *b->at != '"'; b->at++) {
        if (*b->at == '\\') {
            span.escaped = 1;
            b->at++;
        }
    }
    span.raw_len = (apr_size_t)(++b->at - span.raw);
    return authjs_scan_string(b->pool, &span, len);
}

static struct json_object *build_string(builder_t *b)
{
    apr_size_t len;
    const char *text = take_string(b, &len);

    return json_object_new_string_len(text, (int)len);
}

/* With a fraction or an exponent: json-c keeps the text as it was written. */
static struct json_object *build_double(const char *text)
{
    const char *point = nl_langinfo(RADIXCHAR), *dot = strchr(text, '.');
    char local[AUTHJS_JSON_MAX_NUMBER + MB_LEN_MAX + 1];

    /* another module may have set a locale, which strtod follows */
    if (!dot || !strcmp(point, ".")) {
        return json_object_new_double_s(strtod(text, NULL), text);
    }
    apr_snprintf(local, sizeof(local), "%.*s%s%s", (int)(dot - text), text, point,
                 dot + 1);
    return json_object_new_double_s(strtod(local, NULL), text);
}

static struct json_object *build_number(builder_t *b)
{
    char text[AUTHJS_JSON_MAX_NUMBER + 1];
    apr_size_t len = 0;
    apr_uint64_t value;

    while (b->at < b->end && (apr_isdigit(*b->at) || memchr("+-.eE", *b->at, 5))) {
        text[len++] = *b->at++;
    }
    text[len] = '\0';
    if (strpbrk(text, ".eE")) {
        return build_double(text);
    }
    if (*text == '-') {
        return json_object_new_int64(strtoll(text, NULL, 10));
    }
    value = strtoull(text, NULL, 10);
    return value > APR_INT64_MAX ? json_object_new_uint64(value)
                                 : json_object_new_int64((apr_int64_t)value);
}

static struct json_object *build_word(builder_t *b)
{
    char first = *b->at;

    b->at += first == 'f' ? 5 : 4;
    return first == 'n' ? NULL : json_object_new_boolean(first == 't');
}

static void add_element(builder_t *b, struct json_object *array)
{
    json_object_array_add(array, build_value(b));
}

static void add_member(builder_t *b, struct json_object *object)
{
    const char *name = take_string(b, NULL);
    int known = json_object_object_get_ex(object, name, NULL);

    b->repeated |= known;
    next(b);
    b->at++;
    next(b);
    json_object_object_add_ex(object, name, build_value(b),
                              known ? 0 : JSON_C_OBJECT_ADD_KEY_IS_NEW);
}

static struct json_object *build_container(builder_t *b, struct json_object *container,
                                           char close,
                                           void (*add)(builder_t *, struct json_object *))
{
    do {
        b->at++;
        if (next(b) == close) {
            break;
        }
        add(b, container);
    } while (next(b) == ',');
    b->at++;
    return container;
}

/* The scanner has bounded the depth. */
static struct json_object *build_value(builder_t *b)
{
    switch (*b->at) {
    case '{':
        return build_container(b, json_object_new_object(), '}', add_member);
    case '[':
        return build_container(b, json_object_new_array(), ']', add_element);
    case '"':
        return build_string(b);
    case 'n':
    case 't':
    case 'f':
        return build_word(b);
    default:
        return build_number(b);
    }
}

struct json_object *authjs_json_build(apr_pool_t *pool, const authjs_scan_value_t *value,
                                      int *repeated)
{
    builder_t b = {pool, value->raw, value->raw + value->raw_len, 0};
    struct json_object *built = build_value(&b);

    *repeated |= b.repeated;
    return built;
}
