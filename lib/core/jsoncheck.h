/* Whether JSON that somebody else built can be written down. */
#ifndef AUTHJS_CORE_JSONCHECK_H
#define AUTHJS_CORE_JSONCHECK_H

#include "core/json.h"

/**
 * Check a tree that was not read by authjs_json_parse: well-formed UTF-8, numbers that
 * JSON has, at most AUTHJS_JSON_MAX_DEPTH deep (a cycle is deeper), and not larger than
 * max bytes, counting names, strings and one for each value.
 * @return NULL, or why it cannot be used.
 */
const char *authjs_json_check(struct json_object *value, apr_size_t max);

#endif
