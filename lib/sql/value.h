/* Values between JSON and the text of a statement's arguments and cells. */
#ifndef AUTHJS_SQL_VALUE_H
#define AUTHJS_SQL_VALUE_H

#include "sql/schema.h"

#include <json-c/json.h>

/**
 * A member as an argument of a statement.
 * @param arg NULL (SQL NULL) when the member is absent or null; lives as long as object
 *            and pool
 * @return NULL, or why it was refused: longer than AUTHJS_SQL_VALUE_MAX, not UTF-8, NUL
 *         inside, not of the column's kind.
 */
const char *authjs_sql_argument(apr_pool_t *pool, authjs_sql_kind_e kind,
                                struct json_object *object, const char *member,
                                const char **arg);

/**
 * A text that a row is looked up by, as an argument.
 * @param arg NULL when it is well formed but no row can have it (a UUID where the
 *            database counts its users), or value is NULL
 * @return as authjs_sql_argument.
 */
const char *authjs_sql_search(apr_pool_t *pool, authjs_sql_kind_e kind, const char *value,
                              const char **arg);

/**
 * Set object[member] from a cell. @return NULL, or why it was refused: not UTF-8 or not
 * of the column's kind.
 */
const char *authjs_sql_cell(authjs_sql_kind_e kind, const char *cell,
                            struct json_object *object, const char *member);

#endif
