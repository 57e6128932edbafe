/* One mail by SMTP with libcurl. Of httpd it uses the types alone: authjsctl links it. */
#ifndef AUTHJS_MAIL_SMTP_H
#define AUTHJS_MAIL_SMTP_H

#include "site/mail.h"
#include "site/site.h"

#include <curl/curl.h>

/** A mail as it is handed in. */
typedef struct {
    const char *to;    /**< its one recipient, the domain in ASCII */
    const char *ehlo;  /**< who we are: a host of an origin; NULL: localhost */
    const char *bytes; /**< lines that end with CRLF */
    apr_size_t len;
} authjs_smtp_mail_t;

/** How far a mail came. */
typedef enum {
    AUTHJS_SMTP_SENT,    /**< the server has taken it */
    AUTHJS_SMTP_REFUSED, /**< the server answered, and does not want it */
    AUTHJS_SMTP_AWAY     /**< it cannot be reached, is not believed, or fell silent */
} authjs_smtp_outcome_e;

typedef struct {
    authjs_smtp_outcome_e outcome;
    const char *why;    /**< what went wrong, in our words; NULL: nothing */
    const char *answer; /**< the last thing that the server said, as it came; or NULL */
    int is_silent;      /**< it has not said a word */
} authjs_smtp_result_t;

/** What connections must have in common to be as good as each other
 * (authjs_client_take). In pool. */
const char *authjs_smtp_place(apr_pool_t *pool, const authjs_mail_t *mail);

/**
 * Hand one mail in, on a handle that is new or was given back: one conversation, or two
 * where a connection from before turns out to be closed. It ends by the deadline and
 * within the limits, whatever the server does.
 * @param result set always, in pool
 */
void authjs_smtp_send(authjs_smtp_result_t *result, CURL *curl, apr_pool_t *pool,
                      const authjs_http_limits_t *limits, apr_time_t deadline,
                      const authjs_mail_t *server, const authjs_smtp_mail_t *mail);

#endif
