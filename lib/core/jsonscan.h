/* The grammar of strict JSON (RFC 8259), read without building anything: before a tree is
 * built (authjs_json_parse), and instead of it where a few members are all that matters.
 */
#ifndef AUTHJS_CORE_JSONSCAN_H
#define AUTHJS_CORE_JSONSCAN_H

#include <apr_pools.h>

/** Characters that a number may have. */
#define AUTHJS_JSON_MAX_NUMBER 128

typedef enum {
    AUTHJS_SCAN_NULL,
    AUTHJS_SCAN_FALSE,
    AUTHJS_SCAN_TRUE,
    AUTHJS_SCAN_NUMBER,
    AUTHJS_SCAN_STRING,
    AUTHJS_SCAN_ARRAY,
    AUTHJS_SCAN_OBJECT
} authjs_scan_type_e;

/** A value where it stands in the text. */
typedef struct {
    authjs_scan_type_e type;
    const char *raw; /**< its JSON text, a string's quotes included; not terminated */
    apr_size_t raw_len;
    int escaped; /**< a string with a backslash in it */
    int nul;     /**< a string with \u0000 in it */
    int control; /**< a string that says a control character: it is not one line */
} authjs_scan_value_t;

/** Told of each member of the outermost object, in order, the repeated ones too. The name
 * never has \u0000 in it. @return NULL to go on, or why the text is refused. */
typedef const char *(authjs_scan_member_f)(void *baton, const authjs_scan_value_t *name,
                                           const authjs_scan_value_t *value);

/**
 * Check one JSON text: the rules of authjs_json_parse, but for repeated members.
 * @param value the outermost value, without the blanks around it; in a text that is
 * refused, raw is where
 * @param member may be NULL
 * @return NULL, or why the text was refused.
 */
const char *authjs_json_scan(const char *text, apr_size_t len, authjs_scan_value_t *value,
                             authjs_scan_member_f *member, void *baton);

/** What a scanned string says, NUL-terminated, in pool.
 * @param len its bytes; may be NULL */
const char *authjs_scan_string(apr_pool_t *pool, const authjs_scan_value_t *value,
                               apr_size_t *len);

/** True when a scanned string says just this. */
int authjs_scan_string_is(apr_pool_t *pool, const authjs_scan_value_t *value,
                          const char *text);

/**
 * The whole part of the number written as text, cut off towards zero.
 * @param fraction 1 when something was cut off; may be NULL
 * @return 1; or 0 when no int64 can hold it, and *whole is the nearest one, or when text
 * is not a number, and *whole is 0.
 */
int authjs_json_whole(const char *text, apr_size_t len, apr_int64_t *whole,
                      int *fraction);

#endif
