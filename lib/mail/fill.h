/* Templates of requests: text with places {name}, which are filled in where they stand.
 */
#ifndef AUTHJS_MAIL_FILL_H
#define AUTHJS_MAIL_FILL_H

#include <apr_pools.h>
#include <json-c/json.h>

/** What stands in a place. @return 0: there is no such place, and the braces stand for
 * themselves. *value is NULL: nothing stands there. */
typedef int authjs_place_f(void *data, const char *name, const char **value);

/**
 * Text with its places filled in, each value as encode makes it.
 * @param encode NULL: as it is
 * @return NULL when all of text is one place and nothing stands there. In pool.
 */
const char *authjs_fill(apr_pool_t *pool, const char *text, authjs_place_f *place,
                        void *data,
                        const char *(*encode)(apr_pool_t *pool, const char *value));

/** A copy of a tree with its strings filled in; what nothing stands in is left out. What
 * a value says stays within its string. Released with pool. */
struct json_object *authjs_fill_json(apr_pool_t *pool, struct json_object *tree,
                                     authjs_place_f *place, void *data);

#endif
