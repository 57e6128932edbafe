/* The logo of a provider: a drawing in SVG that an administrator has put into a folder.
 */
#ifndef AUTHJS_PAGES_LOGO_H
#define AUTHJS_PAGES_LOGO_H

#include <apr_pools.h>

#define AUTHJS_LOGO_MAX (64 * 1024) /**< bytes of a file */

/**
 * Take the shapes out of an SVG document and write them anew, for the inside of a page.
 * What could run, load or style anything else is refused, and everything that is not
 * known here with it; what does not draw (title, id, class) is left out.
 * @param drawing from the attributes of the svg element on: " viewBox=...>...</svg>"
 * @param coloured whether it has colours of its own; else it is drawn in that of the text
 * @return NULL, or what is wrong with it. All in pool.
 */
const char *authjs_logo_parse(const char **drawing, int *coloured, apr_pool_t *pool,
                              const char *text, apr_size_t len);

#endif
