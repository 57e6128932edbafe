/* application/x-www-form-urlencoded (WHATWG URL 5.1): query strings and bodies. */
#ifndef AUTHJS_WEB_FORM_H
#define AUTHJS_WEB_FORM_H

#include "web/url.h"

#define AUTHJS_FORM_MAX_FIELDS 256

/**
 * Parse into authjs_param_t elements, in order, duplicates kept. '+' is a space; an
 * invalid %-sequence stays as it is (as URLSearchParams does).
 * @return NULL, or why it was refused: more than AUTHJS_FORM_MAX_FIELDS fields, a NUL,
 *         invalid UTF-8 after decoding.
 */
const char *authjs_form_parse(apr_array_header_t **params, apr_pool_t *pool,
                              const char *text, apr_size_t len);

/** The same text, with each byte that is no UTF-8 once it is decoded written so that it
 * is decoded to %XX: what an address says in another encoding is kept as an address has
 * it. */
const char *authjs_form_respell(apr_pool_t *pool, const char *text);

#endif
