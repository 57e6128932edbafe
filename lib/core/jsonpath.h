/* Values of a JSON tree by dotted path: "sub", "address.city", "roles.0". Names may have
 * dots of their own, anywhere in the path: of several members that it could mean, the one
 * with the longest name counts from which the rest leads somewhere. Digits name an
 * element of an array, counted from 0. */
#ifndef AUTHJS_CORE_JSONPATH_H
#define AUTHJS_CORE_JSONPATH_H

#include "core/json.h"

#include <apr_tables.h>

/**
 * The value at a path, as it is.
 * @param found borrowed from value; JSON null is NULL
 * @return 1, or 0 when there is none.
 */
int authjs_json_at(struct json_object *value, const char *path,
                   struct json_object **found);

/** All values at a path, as text: const char * elements are added to values, in its pool.
 * Arrays, also on the way, give each element. Objects, null and strings with \u0000 in
 * them give nothing. */
void authjs_json_texts(apr_array_header_t *values, struct json_object *value,
                       const char *path);

/**
 * Set the member at a path: objects on the way are copied, not changed, and made where
 * there is none.
 * @param object is changed; what stands in it is not, unless it is one of ours
 * @param ours struct json_object *: what was copied or made for this object before, and
 * is now
 * @param names the path's parts, ended by NULL; one at least
 * @param value a new reference of it is taken; the caller holds one, as object may let go
 * of what it replaces; ignored when remove is 1
 * @param remove 1: take the member away
 */
void authjs_json_put(struct json_object *object, apr_array_header_t *ours,
                     const char *const *names, struct json_object *value, int remove);

/** A new object with the members of object; the values are shared. The caller holds it.
 */
struct json_object *authjs_json_copy(struct json_object *object);

#endif
