/* The address of a mail server. */
#ifndef AUTHJS_MAIL_SERVER_H
#define AUTHJS_MAIL_SERVER_H

#include "site/mail.h"

/** Take smtp(s)://[user:password@]host[:port] apart into server, user and password of
 * mail. NULL, or what is wrong with it (never what it says). */
const char *authjs_mail_server_read(authjs_mail_t *mail, apr_pool_t *pool,
                                    const char *text);

#endif
