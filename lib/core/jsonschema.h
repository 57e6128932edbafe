/* JSON Schema 2020-12, as much of it as our own schemas use: type, enum, required,
 * properties, additionalProperties, propertyNames, items, maxItems, minimum of whole
 * numbers, format, if with then and else, and $ref to what stands in $defs. Another
 * keyword is a fault: none is passed over. */
#ifndef AUTHJS_CORE_JSONSCHEMA_H
#define AUTHJS_CORE_JSONSCHEMA_H

#include "core/json.h"

/** How many faults are told of at most. */
#define AUTHJS_JSON_MAX_FAULTS 5

/** What "format" names.
 * @return NULL, or what is wrong with text and what to write */
typedef struct {
    const char *name;
    const char *(*check)(apr_pool_t *pool, const char *text);
} authjs_json_format_t;

/**
 * Hold value against schema. Beyond JSON Schema, no string may have \u0000 in it.
 * @param formats ended by one without a name; NULL: format says nothing
 * @return what is wrong with which member, "a.b.c must be a string", the first few with
 *         "; " between them; never a value. NULL when nothing is.
 */
const char *authjs_json_schema_hold(apr_pool_t *pool, struct json_object *schema,
                                    struct json_object *value,
                                    const authjs_json_format_t *formats);

#endif
