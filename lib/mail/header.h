/* Lines of a mail's head. No text can end one: what is a control character became a blank
 * before it got here. */
#ifndef AUTHJS_MAIL_HEADER_H
#define AUTHJS_MAIL_HEADER_H

#include <apr_pools.h>

/** "Name: text", folded, with its line end: as it stands where it is ASCII, else in
 * encoded words (RFC 2047). name is a literal. In pool. */
const char *authjs_mail_header_text(apr_pool_t *pool, const char *name, const char *text);

/** "Name: display <address>", or without <> where display is NULL or empty.
 * @return NULL when address is none that authjs_address_ascii takes */
const char *authjs_mail_header_address(apr_pool_t *pool, const char *name,
                                       const char *display, const char *address);

#endif
