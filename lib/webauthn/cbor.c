#include "webauthn/cbor.h"

#include "core/core.h"

#include <cbor.h>
#include <string.h>

/* Before 0.9, libcbor told lengths by another name of the same number. */
#if CBOR_MAJOR_VERSION == 0 && CBOR_MINOR_VERSION < 9
typedef size_t cbor_length_t;
#else
typedef uint64_t cbor_length_t;
#endif

#define TOO_SHORT "the CBOR ends too early"

/* The three high bits of an item's first byte are its type, the others its length. */
#define MAJOR(byte)      ((byte) >> 5)
#define ADDITIONAL(byte) ((byte) % 32)
enum { MAJOR_TAG = 6, MAJOR_SIMPLE = 7, SIMPLE_FALSE = 20, SIMPLE_NULL = 22 };
enum { INDEFINITE = 31 };

/* The head of an item, as libcbor's callbacks tell it. */
typedef struct {
    authjs_cbor_e type;
    uint64_t number; /* INT: or -1 minus it; a length; a count */
    int negative;
    const unsigned char *bytes;
} head_t;

/* ---- libcbor's callbacks ------------------------------------------------------- */

static void number_is(void *data, uint64_t number, int negative)
{
    head_t *head = data;

    head->type = AUTHJS_CBOR_INT;
    head->number = number;
    head->negative = negative;
}

static void on_uint8(void *data, uint8_t number)
{
    number_is(data, number, 0);
}

static void on_uint16(void *data, uint16_t number)
{
    number_is(data, number, 0);
}

static void on_uint32(void *data, uint32_t number)
{
    number_is(data, number, 0);
}

static void on_uint64(void *data, uint64_t number)
{
    number_is(data, number, 0);
}

static void on_negint8(void *data, uint8_t number)
{
    number_is(data, number, 1);
}

static void on_negint16(void *data, uint16_t number)
{
    number_is(data, number, 1);
}

static void on_negint32(void *data, uint32_t number)
{
    number_is(data, number, 1);
}

static void on_negint64(void *data, uint64_t number)
{
    number_is(data, number, 1);
}

static void on_bytes(void *data, cbor_data bytes, cbor_length_t len)
{
    head_t *head = data;

    head->type = AUTHJS_CBOR_BYTES;
    head->bytes = bytes;
    head->number = len;
}

static void on_text(void *data, cbor_data bytes, cbor_length_t len)
{
    on_bytes(data, bytes, len);
    ((head_t *)data)->type = AUTHJS_CBOR_TEXT;
}

static void on_array(void *data, cbor_length_t count)
{
    head_t *head = data;

    head->type = AUTHJS_CBOR_ARRAY;
    head->number = count;
}

static void on_map(void *data, cbor_length_t count)
{
    on_array(data, count);
    ((head_t *)data)->type = AUTHJS_CBOR_MAP;
}

static void on_boolean(void *data, bool value)
{
    number_is(data, value, 0);
    ((head_t *)data)->type = AUTHJS_CBOR_BOOLEAN;
}

static void on_null(void *data)
{
    ((head_t *)data)->type = AUTHJS_CBOR_NULL;
}

static struct cbor_callbacks callbacks(void)
{
    struct cbor_callbacks made = cbor_empty_callbacks;

    made.uint8 = on_uint8;
    made.uint16 = on_uint16;
    made.uint32 = on_uint32;
    made.uint64 = on_uint64;
    made.negint8 = on_negint8;
    made.negint16 = on_negint16;
    made.negint32 = on_negint32;
    made.negint64 = on_negint64;
    made.byte_string = on_bytes;
    made.string = on_text;
    made.array_start = on_array;
    made.map_start = on_map;
    made.boolean = on_boolean;
    made.null = on_null;
    return made;
}

/* ---- reading ------------------------------------------------------------------- */

typedef struct {
    apr_pool_t *pool;
    const unsigned char *at, *end;
    struct cbor_callbacks callbacks;
    apr_size_t left; /* items that may still come */
} reader_t;

/* What libcbor would read, and authenticators never write. */
static const char *check_first(unsigned char first)
{
    if (ADDITIONAL(first) == INDEFINITE) {
        return "the CBOR has an indefinite length";
    }
    if (MAJOR(first) == MAJOR_TAG) {
        return "the CBOR has a tag";
    }
    if (MAJOR(first) == MAJOR_SIMPLE &&
        (ADDITIONAL(first) < SIMPLE_FALSE || ADDITIONAL(first) > SIMPLE_NULL)) {
        return "the CBOR has a float or a simple value that is not true, false or null";
    }
    return NULL;
}

/* How many bytes a number takes behind the first one, written as short as it goes. */
static apr_size_t shortest(uint64_t number)
{
    if (number < 24) {
        return 0;
    }
    if (number <= UINT8_MAX) {
        return 1;
    }
    return number <= UINT16_MAX ? 2 : number <= UINT32_MAX ? 4 : 8;
}

/* libcbor's decoder of single items: it neither allocates nor recurses, and reads no
 * further than to the end. */
static const char *read_head(reader_t *reader, head_t *head)
{
    apr_size_t len = (apr_size_t)(reader->end - reader->at);
    const char *why = len ? check_first(*reader->at) : TOO_SHORT;
    struct cbor_decoder_result result;
    apr_size_t inside;

    if (why) {
        return why;
    }
    if (!reader->left) {
        return "the CBOR has too many items";
    }
    reader->left--;
    memset(head, 0, sizeof(*head));
    result = cbor_stream_decode(reader->at, len, &reader->callbacks, head);
    if (result.status != CBOR_DECODER_FINISHED) {
        return result.status == CBOR_DECODER_NEDATA ? TOO_SHORT
                                                    : "the CBOR is not well-formed";
    }
    inside = head->bytes ? (apr_size_t)head->number : 0;
    if (head->type != AUTHJS_CBOR_BOOLEAN &&
        result.read != 1 + shortest(head->number) + inside) {
        return "the CBOR has a number that is longer than it has to be";
    }
    reader->at += result.read;
    return NULL;
}

static const char *read_item(reader_t *reader, authjs_cbor_t *item, int depth);

/* Since every value is written in one way only, equal keys are equal bytes. */
static const char *check_key(const authjs_cbor_t *map, apr_size_t index)
{
    const authjs_cbor_t *key = &map->items[2 * index];
    apr_size_t i;

    if (key->type != AUTHJS_CBOR_INT && key->type != AUTHJS_CBOR_TEXT) {
        return "the CBOR has a key that is neither a whole number nor text";
    }
    for (i = 0; i < index; i++) {
        const authjs_cbor_t *other = &map->items[2 * i];

        if (other->size == key->size && !memcmp(other->start, key->start, key->size)) {
            return "the CBOR has a key twice";
        }
    }
    return NULL;
}

static const char *read_items(reader_t *reader, authjs_cbor_t *item, uint64_t count,
                              int depth)
{
    const apr_size_t each = item->type == AUTHJS_CBOR_MAP ? 2 : 1;
    const char *why = NULL;
    apr_size_t i;

    if (depth == AUTHJS_CBOR_MAX_DEPTH) {
        return "the CBOR is too deep";
    }
    if (count > reader->left / each) {
        return "the CBOR has too many items";
    }
    if (count > (apr_size_t)(reader->end - reader->at) / each) {
        return TOO_SHORT;
    }
    item->count = (apr_size_t)count;
    item->items = apr_palloc(reader->pool, sizeof(*item) * item->count * each);
    for (i = 0; i < item->count * each && !why; i++) {
        why = read_item(reader, &item->items[i], depth + 1);
        if (!why && each == 2 && i % 2 == 0) {
            why = check_key(item, i / 2);
        }
    }
    return why;
}

static const char *read_item(reader_t *reader, authjs_cbor_t *item, int depth)
{
    head_t head;
    const char *why;

    memset(item, 0, sizeof(*item));
    item->start = reader->at;
    why = read_head(reader, &head);
    if (why) {
        return why;
    }
    item->type = head.type;
    switch (head.type) {
    case AUTHJS_CBOR_ARRAY:
    case AUTHJS_CBOR_MAP:
        why = read_items(reader, item, head.number, depth);
        break;
    case AUTHJS_CBOR_BYTES:
    case AUTHJS_CBOR_TEXT:
        item->bytes = head.bytes;
        item->len = (apr_size_t)head.number;
        if (head.type == AUTHJS_CBOR_TEXT &&
            !authjs_utf8_valid((const char *)item->bytes, item->len)) {
            why = "the CBOR has text that is not UTF-8";
        }
        break;
    default:
        if (head.number > INT64_MAX) {
            why = "the CBOR has a number that is too large";
        }
        else {
            item->number = (apr_int64_t)head.number;
            item->number = head.negative ? -1 - item->number : item->number;
        }
    }
    item->size = (apr_size_t)(reader->at - item->start);
    return why;
}

const char *authjs_cbor_read(authjs_cbor_t *item, apr_pool_t *pool,
                             const unsigned char *data, apr_size_t len, apr_size_t *used)
{
    reader_t reader;
    const char *why;

    if (!len) {
        return TOO_SHORT; /* and data may be NULL */
    }
    reader.pool = pool;
    reader.at = data;
    reader.end = data + len;
    reader.callbacks = callbacks();
    reader.left = AUTHJS_CBOR_MAX_ITEMS;
    why = read_item(&reader, item, 0);
    if (used) {
        *used = item->size;
    }
    else if (!why && reader.at != reader.end) {
        why = "the CBOR has bytes behind its end";
    }
    return why;
}

/* ---- what was read ------------------------------------------------------------- */

int authjs_cbor_is(const authjs_cbor_t *item, authjs_cbor_e type)
{
    return item && item->type == type;
}

int authjs_cbor_is_number(const authjs_cbor_t *item, apr_int64_t number)
{
    return authjs_cbor_is(item, AUTHJS_CBOR_INT) && item->number == number;
}

int authjs_cbor_is_text(const authjs_cbor_t *item, const char *text)
{
    return authjs_cbor_is(item, AUTHJS_CBOR_TEXT) && item->len == strlen(text) &&
           !memcmp(item->bytes, text, item->len);
}

const authjs_cbor_t *authjs_cbor_numbered(const authjs_cbor_t *map, apr_int64_t key)
{
    apr_size_t i;

    for (i = 0; authjs_cbor_is(map, AUTHJS_CBOR_MAP) && i < map->count; i++) {
        if (authjs_cbor_is_number(&map->items[2 * i], key)) {
            return &map->items[2 * i + 1];
        }
    }
    return NULL;
}

const authjs_cbor_t *authjs_cbor_named(const authjs_cbor_t *map, const char *key)
{
    apr_size_t i;

    for (i = 0; authjs_cbor_is(map, AUTHJS_CBOR_MAP) && i < map->count; i++) {
        if (authjs_cbor_is_text(&map->items[2 * i], key)) {
            return &map->items[2 * i + 1];
        }
    }
    return NULL;
}
