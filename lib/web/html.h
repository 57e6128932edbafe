/* HTML and CSS: what of a text or a colour may stand in the built-in pages. */
#ifndef AUTHJS_WEB_HTML_H
#define AUTHJS_WEB_HTML_H

#include <apr_pools.h>

/** Text for element content and quoted attributes: & < > " ' escaped, NUL and invalid
 * UTF-8 replaced by U+FFFD. In pool. NULL gives "". */
const char *authjs_html_escape(apr_pool_t *pool, const char *text);
/** True when text can stand as a CSS colour in a style sheet: #hex, a word, or
 * rgb()/hsl() of digits, blanks, commas, dots, %, /. */
int authjs_css_color_valid(const char *text);

#endif
