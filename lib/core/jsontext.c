#include "core/core.h"
#include "core/json.h"

#include <apr_strings.h>
#include <string.h>

/* The text so far. json-c's own writer grows a buffer of 32 bytes with realloc(), and its
 * text is copied to the pool after that: too dear at every request. */
typedef struct {
    apr_pool_t *pool;
    char *text;
    apr_size_t len, size;
} writer_t;

static void write_value(writer_t *out, struct json_object *value);

/* Room for so many bytes more. */
static char *room(writer_t *out, apr_size_t more)
{
    char *text;

    if (more > out->size - out->len) {
        out->size = 2 * (out->len + more);
        text = apr_palloc(out->pool, out->size);
        memcpy(text, out->text, out->len);
        out->text = text;
    }
    return out->text + out->len;
}

static void write_bytes(writer_t *out, const char *bytes, apr_size_t len)
{
    memcpy(room(out, len), bytes, len);
    out->len += len;
}

static void write_byte(writer_t *out, char byte)
{
    *room(out, 1) = byte;
    out->len++;
}

/* As JSON.stringify does (ECMA-262, QuoteJSONString). */
static void write_escaped(writer_t *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef", known[] = "\b\f\n\r\t\"\\",
                      letters[] = "bfnrt\"\\";
    const char *found = c ? strchr(known, c) : NULL;
    char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

    if (found) {
        text[1] = letters[found - known];
    }
    write_bytes(out, text, found ? 2 : sizeof(text));
}

static void write_string(writer_t *out, const char *text, apr_size_t len)
{
    const char *end = text + len, *run;

    write_byte(out, '"');
    while (text < end) {
        for (run = text; text < end; text++) {
            if ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\') {
                break;
            }
        }
        write_bytes(out, run, (apr_size_t)(text - run));
        if (text < end) {
            write_escaped(out, (unsigned char)*text++);
        }
    }
    write_byte(out, '"');
}

static void write_object(writer_t *out, struct json_object *object)
{
    int first = 1;

    write_byte(out, '{');
    json_object_object_foreach(object, name, member)
    {
        if (!first) {
            write_byte(out, ',');
        }
        first = 0;
        write_string(out, name, strlen(name));
        write_byte(out, ':');
        write_value(out, member);
    }
    write_byte(out, '}');
}

static void write_array(writer_t *out, struct json_object *array)
{
    apr_size_t i, n = json_object_array_length(array);

    write_byte(out, '[');
    for (i = 0; i < n; i++) {
        if (i > 0) {
            write_byte(out, ',');
        }
        write_value(out, json_object_array_get_idx(array, i));
    }
    write_byte(out, ']');
}

/* Numbers, true, false and null are left to json-c: it knows how a number was written. */
static void write_value(writer_t *out, struct json_object *value)
{
    size_t len;
    const char *text;

    switch (json_object_get_type(value)) {
    case json_type_object:
        write_object(out, value);
        return;
    case json_type_array:
        write_array(out, value);
        return;
    case json_type_string:
        write_string(out, json_object_get_string(value),
                     (apr_size_t)json_object_get_string_len(value));
        return;
    default:
        text = json_object_to_json_string_length(value, JSON_C_TO_STRING_PLAIN, &len);
        write_bytes(out, text, len);
        return;
    }
}

const char *authjs_json_text(apr_pool_t *pool, struct json_object *value)
{
    char first[1024];
    writer_t out = {pool, first, 0, sizeof(first)};

    write_value(&out, value);
    write_byte(&out, '\0');
    return out.text == first ? apr_pmemdup(pool, first, out.len) : out.text;
}

const char *authjs_json_line(apr_pool_t *pool, const char *json, apr_size_t *len)
{
    char *line = apr_palloc(pool, 6 * strlen(json) + 1), *to = line;
    apr_size_t control;

    for (; *json; json += control ? control : 1) {
        control = authjs_control_len(json);
        if (!control) {
            *to++ = *json;
        }
        else if ((unsigned char)*json < 0x20) {
            *to++ = ' '; /* between two values: strings have it escaped already */
        }
        else {
            to += apr_snprintf(to, 7, "\\u00%02x", (unsigned char)json[control - 1]);
        }
    }
    *to = '\0';
    if (len) {
        *len = (apr_size_t)(to - line);
    }
    return line;
}
