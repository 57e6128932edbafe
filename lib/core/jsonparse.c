/* Trees of json-c's objects from texts that the scanner has approved in full. json-c's
 * own parser is not asked: what it takes differs from one of its versions to the next. */
#include "core/json.h"

#include "core/jsonscan.h"

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
    const char *repeated; /* the first name that its object has already, or NULL */
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
    const char *at = b->at, *name = take_string(b, NULL);
    int known = json_object_object_get_ex(object, name, NULL);

    if (known && !b->repeated) {
        b->repeated = at;
    }
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

/* value: as authjs_json_scan gave it. *repeated is where an object has a member again
 * of a name that it has, of which the last counts; or NULL. @return a new reference; NULL
 * for JSON's null. */
static struct json_object *build(apr_pool_t *pool, const authjs_scan_value_t *value,
                                 const char **repeated)
{
    builder_t b = {pool, value->raw, value->raw + value->raw_len, NULL};
    struct json_object *built = build_value(&b);

    *repeated = b.repeated;
    return built;
}

/* ---- anybody's text ------------------------------------------------------------- */

static const char *parse(struct json_object **value, apr_pool_t *pool, const char *text,
                         apr_size_t len, authjs_scan_value_t *span)
{
    const char *why, *repeated;

    *value = NULL;
    span->raw = text;
    if (len > AUTHJS_JSON_MAX_LEN) {
        return "JSON: too long";
    }
    if ((why = authjs_json_scan(text, len, span, NULL, NULL))) {
        return why;
    }
    *value = authjs_json_own(pool, build(pool, span, &repeated));
    if (repeated) {
        *value = NULL;
        span->raw = repeated;
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

const char *authjs_json_parse_file(struct json_object **object, apr_pool_t *pool,
                                   const char *text, apr_size_t len)
{
    static const char mark[] = "\xef\xbb\xbf";
    authjs_scan_value_t span;
    const char *why = parse(object, pool, text, len, &span), *at;
    int line = 1, column = 1;

    if (!why && span.type == AUTHJS_SCAN_OBJECT) {
        return NULL;
    }
    *object = NULL;
    if (len >= sizeof(mark) - 1 && !memcmp(text, mark, sizeof(mark) - 1)) {
        return "JSON: it begins with a byte order mark; save it as UTF-8 without one";
    }
    for (at = text; at < span.raw; at++) {
        column = *at == '\n' ? 1 : column + ((*at & 0xc0) != 0x80);
        line += *at == '\n';
    }
    return apr_psprintf(pool, "%s (line %d, column %d)",
                        why ? why : "JSON: not an object", line, column);
}

/* ---- our own text --------------------------------------------------------------- */

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

static const char *add_own_member(void *baton, const authjs_scan_value_t *name,
                                  const authjs_scan_value_t *value);

/* The scanner bounds the depth. */
static const char *make_own_object(struct json_object **made, apr_pool_t *pool,
                                   const char *text, apr_size_t len)
{
    members_t members = {pool, authjs_json_object(pool)};
    authjs_scan_value_t span;
    const char *why = authjs_json_scan(text, len, &span, add_own_member, &members);

    if (!why && span.type != AUTHJS_SCAN_OBJECT) {
        why = "JSON: not an object";
    }
    *made = why ? NULL : members.object;
    return why;
}

/* @return NULL and *made, of which the caller holds a reference; or why not. */
static const char *make_own_value(struct json_object **made, apr_pool_t *pool,
                                  const authjs_scan_value_t *value)
{
    apr_int64_t number;
    const char *why, *repeated;

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
        why = make_own_object(made, pool, value->raw, value->raw_len);
        json_object_get(*made);
        return why;
    }
    *made = build(pool, value, &repeated);
    return NULL;
}

static const char *add_own_member(void *baton, const authjs_scan_value_t *name,
                                  const authjs_scan_value_t *value)
{
    members_t *members = baton;
    struct json_object *made = NULL;
    const char *why = make_own_value(&made, members->pool, value);

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
                                     : make_own_object(object, pool, text, len);
}
