/* HTML and CSS: what of a text or a colour may stand in the built-in pages. */
#ifndef AUTHJS_WEB_HTML_H
#define AUTHJS_WEB_HTML_H

#include <apr_pools.h>

/** Text for element content and quoted attributes: & < > " ' escaped, NUL and invalid
 * UTF-8 replaced by U+FFFD. In pool, or text itself. NULL gives "". */
const char *authjs_html_escape(apr_pool_t *pool, const char *text);
/** True when text can stand as a CSS colour in a style sheet: #hex, a word, or
 * rgb()/hsl() of digits, blanks, commas, dots, %, /. */
int authjs_css_color_valid(const char *text);
/** "#rgb" or "#rrggbb" as three bytes. Other notations are legal, but nobody here knows
 * how light they are.
 * @return 0 for another notation */
int authjs_css_rgb(int rgb[3], const char *color);
/** White on a colour where that has WCAG's contrast of 4.5 : 1, else black, which then
 * has more; white on another notation. */
const char *authjs_css_text_on(const char *color);

#endif
