/* AuthJSMailCode: six digits beside the link, for people who read their mail on another
 * device. They are typed into the browser that asked for the mail, and count there alone.
 */
#ifndef AUTHJS_PROVIDERS_EMAIL_CODE_H
#define AUTHJS_PROVIDERS_EMAIL_CODE_H

#include "http/exchange.h"

/**
 * Make the code of a mail, and have the browser keep what it is good for, sealed.
 * @param address normalised
 * @param hash of the link's token, as the adapter keeps it
 * @param expires of the link, in seconds since the epoch
 * @return the code; NULL: mails of x->provider have none, or there is no randomness
 */
const char *authjs_email_code_begin(authjs_exchange_t *x, const char *address,
                                    const char *hash, apr_int64_t expires);

/**
 * POST callback/<id> with the field code: try it.
 * @param address, hash NULL is returned: the code was right; use that link now
 * @return NULL; MissingCSRF; EmailCode: wrong, too late, or once too often
 */
const authjs_error_t *authjs_email_code_try(authjs_exchange_t *x, const char **address,
                                            const char **hash);

/** What the page of a browser that waits for a mail says of the code. */
typedef struct {
    const authjs_provider_t *provider; /**< whose mail; NULL: there is no code */
    const char *address;
    int tries; /**< how many are left; 0: another mail is needed */
} authjs_email_code_t;

/** Whether this browser may enter a code, and how often. */
authjs_email_code_t authjs_email_code(authjs_exchange_t *x);

#endif
