/* What Cloudflare's API says about a D1 query: read strictly, without httpd. */
#ifndef AUTHJS_SQL_D1_ANSWER_H
#define AUTHJS_SQL_D1_ANSWER_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "core/json.h"

/**
 * Read the answer of /raw to a batch whose first statement was "SELECT ?" with nonce: the
 * answer to another question, of another database, is refused.
 * @param columns how many columns the rows of each of the count further statements have;
 *                the result of a statement with 0 is not looked at
 * @param rows out, for each: an array of const char *const * (cells; NULL is SQL NULL),
 *             in pool
 * @return NULL, or why the answer cannot be used (constant).
 */
const char *authjs_d1_read(apr_pool_t *pool, struct json_object *answer,
                           const char *nonce, const int *columns, int count,
                           apr_array_header_t **rows);

/** The first of an answer's errors as "code message" in ASCII, at most 200 bytes of it,
 * escaped for a log; NULL when there is none. answer may be NULL. In pool. */
const char *authjs_d1_error(apr_pool_t *pool, struct json_object *answer);

#endif
