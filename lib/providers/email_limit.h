/* How many sign-in mails are sent (AuthJSMailLimit). */
#ifndef AUTHJS_PROVIDERS_EMAIL_LIMIT_H
#define AUTHJS_PROVIDERS_EMAIL_LIMIT_H

#include "http/exchange.h"

/**
 * Count a mail that is about to be sent: for its address, for the client, and for the
 * site. Asked before anything is looked up, so that nothing depends on who the address
 * belongs to. What is refused counts nowhere.
 * @param address normalised
 * @return NULL: send it; EmailLimit: x->retry_after says when there is room again
 */
const authjs_error_t *authjs_mail_limit(authjs_exchange_t *x, const char *address);

/** The secret names of what is counted for all hosts that have a secret in common: of an
 * address, a client. In x->pool. */
const char *authjs_mail_counted(const authjs_exchange_t *x, const char *what);
/** What stands for the client of x: mod_remoteip's address, of IPv6 its /64. */
const char *authjs_mail_client(const authjs_exchange_t *x);

#endif
