/* What of provider->mail is made at start. */
#ifndef AUTHJS_MAIL_FINISH_H
#define AUTHJS_MAIL_FINISH_H

#include "mail/mail.h"

/** The way to a mail service: server, api_key and request of provider->mail, of the
 * definition's member "mail". The sender is known. NULL, or what to write. */
const char *authjs_service_finish(authjs_provider_t *provider, const authjs_site_t *site,
                                  apr_pool_t *pool);

#endif
