/* E-mail addresses: one spelling for each, and nothing that two readers could understand
 * in two ways. */
#ifndef AUTHJS_WEB_ADDRESS_H
#define AUTHJS_WEB_ADDRESS_H

#include <apr_pools.h>

/** Bytes of an address (RFC 5321, 4.5.3.1.3), also with its domain in ASCII; of what
 * stands before the @; of what is read at all. */
#define AUTHJS_ADDRESS_MAX       254
#define AUTHJS_ADDRESS_LOCAL_MAX 64
#define AUTHJS_ADDRESS_INPUT_MAX 1024

/**
 * The address that somebody typed, as Auth.js normalises it: NFKC, lower case, trimmed,
 * the domain cut at its first comma. What could name a second recipient, end a header or
 * a command, or be read in another way somewhere else is refused (docs/security.md
 * says what). What came out comes out again when it is read again.
 * @param input may be NULL
 * @return NULL and *normalised in pool, or a constant sentence: why not
 */
const char *authjs_address_normalise(const char **normalised, apr_pool_t *pool,
                                     const char *input);

/**
 * An address, in any case, with the labels of its domain in ASCII (IDNA 2008), as servers
 * and log lines take it. What stands before the @ stays as it is. What is refused above
 * is refused here: blanks, a second recipient, anything that ends a command.
 * @return NULL and *ascii in pool, or a constant sentence: why not
 */
const char *authjs_address_ascii(const char **ascii, apr_pool_t *pool,
                                 const char *address);

#endif
