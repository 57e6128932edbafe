#include "catalogue/catalogue.h"

#include "web/url.h"

#include <apr_cstr.h>
#include <apr_lib.h>

/* An "expression" of the catalogue's mapping language is read and evaluated in one pass;
 * with raw NULL the same pass checks the grammar. */
typedef struct {
    apr_pool_t *pool;
    const char *at;
    struct json_object *raw;
    const char *why;
    int depth;
} reader_t;

/* A JSON value, null included, or nothing at all (JavaScript's undefined). */
typedef struct {
    int present;
    struct json_object *value;
} value_t;

#define MAX_DEPTH 8
#define SCHEME    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."

static const value_t absent = {0, NULL};

static value_t expression(reader_t *in);

static value_t present(struct json_object *value)
{
    value_t result = {1, value};

    return result;
}

static value_t text_value(reader_t *in, const char *text)
{
    return present(authjs_json_own(in->pool, json_object_new_string(text)));
}

static value_t refuse(reader_t *in, const char *why)
{
    if (!in->why) {
        in->why = why;
    }
    return absent;
}

static void skip_blanks(reader_t *in)
{
    in->at += strspn(in->at, " ");
}

/* Consume word when it comes next. */
static int next(reader_t *in, const char *word)
{
    apr_size_t len = strlen(word);

    skip_blanks(in);
    if (strncmp(in->at, word, len)) {
        return 0;
    }
    in->at += len;
    return 1;
}

static void expect(reader_t *in, const char *word)
{
    if (!next(in, word)) {
        refuse(in, apr_psprintf(in->pool, "\"%s\" is missing", word));
    }
}

static value_t pointer(reader_t *in)
{
    apr_size_t len;
    const char *path;
    struct json_object *found = NULL;

    skip_blanks(in);
    len = strcspn(in->at, " ,(){}\"");
    if (*in->at != '/' || len < 2) {
        return refuse(in, "a path such as /name is missing");
    }
    path = apr_pstrmemdup(in->pool, in->at, len);
    in->at += len;
    if (!in->raw) {
        return absent;
    }
    return authjs_catalogue_find(&found, in->pool, in->raw, path) ? present(found)
                                                                  : absent;
}

static const char *type_of(struct json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_object:
        return "an object";
    case json_type_array:
        return "an array";
    case json_type_boolean:
        return "a boolean";
    case json_type_string:
        return "text with a NUL";
    default:
        return "a number";
    }
}

static int is_number(struct json_object *value)
{
    return json_object_is_type(value, json_type_int) ||
           json_object_is_type(value, json_type_double);
}

static int is_text(struct json_object *value)
{
    return json_object_is_type(value, json_type_string) &&
           !memchr(json_object_get_string(value), '\0',
                   json_object_get_string_len(value));
}

/* String(value). What is neither text nor a number means nothing here: two people with
 * true for an id would be one. */
static const char *text_of(reader_t *in, value_t value)
{
    if (!value.present || !value.value) {
        return NULL;
    }
    if (!is_text(value.value) && !is_number(value.value)) {
        refuse(in, apr_psprintf(in->pool, "a part of it is %s, not text",
                                type_of(value.value)));
        return NULL;
    }
    return apr_pstrdup(in->pool, json_object_get_string(value.value));
}

static value_t string_of(reader_t *in)
{
    const char *text = text_of(in, pointer(in));

    expect(in, ")");
    return text ? text_value(in, text) : absent;
}

static value_t join_of(reader_t *in)
{
    const char *joined = NULL;

    do {
        const char *part = text_of(in, pointer(in));

        if (part && *part) {
            joined = joined ? apr_pstrcat(in->pool, joined, " ", part, NULL) : part;
        }
    } while (!in->why && next(in, ","));
    expect(in, ")");
    return joined ? text_value(in, joined) : absent;
}

/* A whole number behind an operator. */
static apr_uint64_t operand(reader_t *in, apr_uint64_t most)
{
    apr_size_t len;
    apr_int64_t number = 0;

    skip_blanks(in);
    len = strspn(in->at, "0123456789");
    if (!len || len > 9 || (number = apr_atoi64(in->at)) < 1 ||
        (apr_uint64_t)number > most) {
        refuse(in, "a number is missing, or too large");
        return 1;
    }
    in->at += len;
    return (apr_uint64_t)number;
}

/* /path >> N % M: of a whole number, which may be a text (64 bits). */
static const char *number_of(reader_t *in, const char *text)
{
    apr_uint64_t value = 0;
    const char *digit = text ? text : "";
    int fits = *digit != '\0';

    for (; *digit; digit++) {
        fits &= apr_isdigit(*digit) &&
                value <= (APR_UINT64_MAX - (apr_uint64_t)(*digit - '0')) / 10;
        value = value * 10 + (apr_uint64_t)(*digit - '0');
    }
    while (!in->why) {
        if (next(in, ">>")) {
            value >>= operand(in, 63);
        }
        else if (next(in, "%")) {
            value %= operand(in, APR_INT32_MAX);
        }
        else {
            break;
        }
    }
    return fits ? apr_psprintf(in->pool, "%" APR_UINT64_T_FMT, value) : NULL;
}

/* What stands between braces: the text of a value, or of a number made of it. */
static const char *part_of(reader_t *in)
{
    const char *text = text_of(in, pointer(in));

    skip_blanks(in);
    return *in->at == '>' || *in->at == '%' ? number_of(in, text) : text;
}

/* {issuer} or {option}, which is filled in before there is anything to map. */
static int is_place(const char *text)
{
    apr_size_t len = 0;

    while (authjs_is_alnum(text[len])) {
        len++;
    }
    return len > 0 && text[len] == '}';
}

/* "text {/path} text": absent when a path is; the quote was consumed. */
static value_t template_of(reader_t *in)
{
    const char *text = "", *part;
    apr_size_t len;
    int missing = 0;

    while (!in->why && *in->at && *in->at != '"') {
        len = strcspn(in->at, "{\"");
        text = apr_pstrcat(in->pool, text, apr_pstrmemdup(in->pool, in->at, len), NULL);
        in->at += len;
        if (*in->at == '{' && !in->raw && is_place(in->at + 1)) {
            in->at += strcspn(in->at, "}") + 1;
        }
        else if (*in->at == '{') {
            in->at++;
            part = part_of(in);
            expect(in, "}");
            missing |= !part;
            text = apr_pstrcat(in->pool, text, part ? part : "", NULL);
        }
    }
    expect(in, "\"");
    return missing ? absent : text_value(in, text);
}

static int truthy(value_t value)
{
    if (!value.present || !value.value) {
        return 0;
    }
    switch (json_object_get_type(value.value)) {
    case json_type_string:
        return json_object_get_string_len(value.value) > 0;
    case json_type_int:
    case json_type_double:
        return json_object_get_double(value.value) != 0;
    case json_type_boolean:
        return json_object_get_boolean(value.value);
    default:
        return 1;
    }
}

/* "text", without places. */
static const char *literal(reader_t *in)
{
    apr_size_t len;
    const char *text;

    expect(in, "\"");
    len = strcspn(in->at, "\"");
    text = apr_pstrmemdup(in->pool, in->at, len);
    in->at += len;
    expect(in, "\"");
    return text;
}

/* /path, /path = "text", /path begins "text". */
static int test(reader_t *in)
{
    value_t value = pointer(in);
    const char *text = value.present && value.value && is_text(value.value)
                           ? json_object_get_string(value.value)
                           : NULL;
    const char *other;

    if (next(in, "=")) {
        other = literal(in);
        return text && !strcmp(text, other);
    }
    if (next(in, "begins ")) {
        other = literal(in);
        return text && !strncmp(text, other, strlen(other));
    }
    return truthy(value);
}

static int condition(reader_t *in)
{
    int holds = 1;

    do {
        int negated = next(in, "not ");

        holds &= test(in) != negated;
    } while (!in->why && next(in, "and "));
    expect(in, ")");
    return holds;
}

static value_t conditional(reader_t *in)
{
    int holds = condition(in);
    value_t yes, no;

    expect(in, "then ");
    yes = expression(in);
    expect(in, "else ");
    no = expression(in);
    return holds ? yes : no;
}

static value_t primary(reader_t *in)
{
    if (next(in, "null")) {
        return present(NULL);
    }
    if (next(in, "absent")) {
        return absent;
    }
    if (next(in, "uuid()")) {
        return text_value(in, authjs_random_uuid(in->pool));
    }
    if (next(in, "string(")) {
        return string_of(in);
    }
    if (next(in, "join(")) {
        return join_of(in);
    }
    if (next(in, "if(")) {
        return conditional(in);
    }
    if (next(in, "\"")) {
        return template_of(in);
    }
    return pointer(in);
}

/* X ?? Y: the first that is neither null nor absent. X || Y: the first that is true. */
static value_t expression(reader_t *in)
{
    value_t value, other;

    if (++in->depth > MAX_DEPTH) {
        return refuse(in, "too deep");
    }
    value = primary(in);
    while (!in->why) {
        if (next(in, "??")) {
            other = primary(in);
            value = value.present && value.value ? value : other;
        }
        else if (next(in, "||")) {
            other = primary(in);
            value = truthy(value) ? value : other;
        }
        else {
            break;
        }
    }
    in->depth--;
    return value;
}

static value_t evaluate(reader_t *in, const char *mapping)
{
    value_t value;

    in->at = mapping;
    value = expression(in);
    skip_blanks(in);
    if (*in->at) {
        refuse(in, "something follows that is not understood");
    }
    return value;
}

const char *authjs_profile_check(apr_pool_t *pool, const char *mapping)
{
    reader_t in = {pool, NULL, NULL, NULL, 0};

    evaluate(&in, mapping);
    return in.why;
}

/* An image is shown: an address that runs a program is none, however a browser may read
 * it (it drops line breaks, and blanks before it). */
static int is_image(const char *text)
{
    const char *p;

    for (p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            return 0;
        }
    }
    text += strspn(text, " ");
    p = text + strspn(text, SCHEME);
    return *p != ':' || !apr_cstr_casecmpn(text, "https:", 6) ||
           !apr_cstr_casecmpn(text, "http:", 5) ||
           (!apr_cstr_casecmpn(text, "data:image/", 11) &&
            apr_cstr_casecmpn(text, "data:image/svg", 14));
}

/* What Auth.js knows is of one type; other members are the provider's affair. */
static const char *check_type(apr_pool_t *pool, const char *name,
                              struct json_object *value)
{
    int is_id = !strcmp(name, "id");

    if (!is_id && strcmp(name, "name") && strcmp(name, "email") &&
        strcmp(name, "image")) {
        return NULL;
    }
    if (value && !is_text(value) && !(is_id && is_number(value))) {
        return apr_psprintf(pool, "it is %s, not text", type_of(value));
    }
    return value && !strcmp(name, "image") && !is_image(json_object_get_string(value))
               ? "it is no address of an image"
               : NULL;
}

/* Who somebody is, and whose address it is, rests on neither. */
static int is_for_show(const char *name)
{
    return !strcmp(name, "name") || !strcmp(name, "image");
}

const authjs_error_t *authjs_profile_map(apr_pool_t *pool, struct json_object *mapping,
                                         struct json_object *raw,
                                         struct json_object **user,
                                         apr_array_header_t *odd)
{
    reader_t in = {pool, NULL, raw, NULL, 0};
    struct json_object_iterator field, end;

    *user = authjs_json_object(pool);
    field = json_object_iter_begin(mapping);
    end = json_object_iter_end(mapping);
    for (; !json_object_iter_equal(&field, &end); json_object_iter_next(&field)) {
        const char *name = json_object_iter_peek_name(&field);
        struct json_object *text = json_object_iter_peek_value(&field);
        value_t value =
            text ? evaluate(&in, json_object_get_string(text)) : present(NULL);

        if (!in.why) {
            in.why = check_type(pool, name, value.value);
        }
        if (in.why && is_for_show(name)) {
            APR_ARRAY_PUSH(odd, const char *) =
                apr_psprintf(pool, "the profile's %s: %s: it is taken for absent", name,
                             in.why);
            in.why = NULL;
            in.depth = 0;
            continue;
        }
        if (in.why) {
            return authjs_error(pool, AUTHJS_ERR_OAuthProfileParseError,
                                "the profile's %s: %s", name, in.why);
        }
        if (value.present) {
            authjs_json_set(*user, name, value.value);
        }
    }
    return NULL;
}
