/* Strict CBOR (RFC 8949) as authenticators write it (CTAP 2, "message encoding"), over
 * libcbor. */
#ifndef AUTHJS_WEBAUTHN_CBOR_H
#define AUTHJS_WEBAUTHN_CBOR_H

#include <apr_pools.h>

/* A statement inside a statement with its chain of certificates needs five and a dozen.
 */
#define AUTHJS_CBOR_MAX_DEPTH 8
#define AUTHJS_CBOR_MAX_ITEMS 256

typedef enum {
    AUTHJS_CBOR_INT,
    AUTHJS_CBOR_BYTES,
    AUTHJS_CBOR_TEXT,
    AUTHJS_CBOR_ARRAY,
    AUTHJS_CBOR_MAP,
    AUTHJS_CBOR_BOOLEAN,
    AUTHJS_CBOR_NULL
} authjs_cbor_e;

/** One item; what it points to is the text that was read, or in the reader's pool. */
typedef struct authjs_cbor_t authjs_cbor_t;
struct authjs_cbor_t {
    authjs_cbor_e type;
    apr_int64_t number;         /**< INT; BOOLEAN: 0 or 1 */
    const unsigned char *bytes; /**< BYTES, TEXT (UTF-8, no NUL behind it) */
    apr_size_t len;
    authjs_cbor_t *items; /**< ARRAY: count; MAP: count times a key and a value */
    apr_size_t count;
    const unsigned char *start; /**< the item as it was written */
    apr_size_t size;
};

/**
 * Read the item at the beginning of data: lengths that are definite and there, numbers as
 * short as they go and within 64 bits with a sign, keys that are whole numbers or text
 * and stand once; no tag, no float, no other simple value than true, false and null;
 * bounded in depth and count. The order of keys is free.
 * @param used how much of data it takes; NULL: all of it, or it is refused
 * @return NULL, or a constant sentence: what was refused.
 */
const char *authjs_cbor_read(authjs_cbor_t *item, apr_pool_t *pool,
                             const unsigned char *data, apr_size_t len, apr_size_t *used);

/** map[key]; NULL when there is none, or map is no map, or NULL. */
const authjs_cbor_t *authjs_cbor_numbered(const authjs_cbor_t *map, apr_int64_t key);
const authjs_cbor_t *authjs_cbor_named(const authjs_cbor_t *map, const char *key);

/** Whether an item (may be NULL) is of a type / is this number / is this text. */
int authjs_cbor_is(const authjs_cbor_t *item, authjs_cbor_e type);
int authjs_cbor_is_number(const authjs_cbor_t *item, apr_int64_t number);
int authjs_cbor_is_text(const authjs_cbor_t *item, const char *text);

#endif
