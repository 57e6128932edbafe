/* What was made of texts from the shared cache, kept in each child: to read a provider's
 * keys anew costs as much as to verify with one of them. */
#ifndef AUTHJS_HTTP_PARSED_H
#define AUTHJS_HTTP_PARSED_H

#include <apr_pools.h>

/** Make something of a text. It rests on the text alone, and on what data says that is
 * the same as long as httpd's configuration is; others read it at the same time.
 * @param ptemp for what need not stay
 * @return NULL, or why not */
typedef const char *(*authjs_parse_t)(const void **made, apr_pool_t *pool,
                                      apr_pool_t *ptemp, const char *text, apr_size_t len,
                                      const void *data);

/**
 * What parse makes of a text: made once for a name, as long as that has this text.
 * @param made stays until pool is cleared
 * @param name one line; says what it is made of, and how
 * @return NULL, or why it cannot be made: that is not kept
 */
const char *authjs_parsed(const void **made, apr_pool_t *pool, const char *name,
                          const char *text, apr_size_t len, authjs_parse_t parse,
                          const void *data);

/** child_init: from now on something is kept, until pchild ends. */
void authjs_parsed_child_init(apr_pool_t *pchild);

#endif
