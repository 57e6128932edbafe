/* json-c objects from a text that the scanner has approved in full. json-c's own parser
 * is not asked: what it takes differs from one of its versions to the next. */
#ifndef AUTHJS_CORE_JSONBUILD_H
#define AUTHJS_CORE_JSONBUILD_H

#include "core/jsonscan.h"

#include <json-c/json.h>

/**
 * @param value as authjs_json_scan gave it
 * @param repeated set to 1 when an object has two members of one name, of which the last
 *        counts; else left alone
 * @return a new reference; NULL for JSON's null
 */
struct json_object *authjs_json_build(apr_pool_t *pool, const authjs_scan_value_t *value,
                                      int *repeated);

#endif
