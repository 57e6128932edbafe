/* The mail with a sign-in link: what it says, and how it is handed in. */
#ifndef AUTHJS_MAIL_MAIL_H
#define AUTHJS_MAIL_MAIL_H

#include "http/exchange.h"
#include "site/mail.h"

/** What a mail is about. */
typedef struct {
    const char *to;      /**< a normalised address */
    const char *url;     /**< the link */
    const char *host;    /**< host[:port] of it, for reading */
    const char *token;   /**< for services that build their own link */
    const char *code;    /**< six digits, or NULL */
    apr_int64_t expires; /**< seconds since the epoch */
} authjs_mail_link_t;

/** A mail as it is written, before it is put into a format. */
typedef struct {
    const char *subject, *text, *html;
} authjs_mail_message_t;

/** At start: check provider->mail, and complete it from the definition and the
 * environment. NULL, or what to write. */
const char *authjs_mail_finish(authjs_provider_t *provider, const authjs_site_t *site,
                               apr_pool_t *pool);

/** What a mail is made of, beside the link. */
typedef struct {
    const authjs_mail_t *mail; /**< subject and templates of the administrator's */
    const authjs_language_t *language;
    const char *site_name;                 /**< NULL: the host alone */
    const char *brand_color, *button_text; /**< of AuthJSTheme, or NULL */
    int light;                             /**< it has no dark scheme */
} authjs_mail_look_t;

/** Write a mail: texts of lib/texts/, or the administrator's templates. Uses nothing of
 * httpd. In pool. */
void authjs_mail_compose(authjs_mail_message_t *message, apr_pool_t *pool,
                         const authjs_mail_look_t *look, const authjs_mail_link_t *link,
                         apr_int64_t now);
/** The same in the language of the visitor who asks, with the theme of the site. In
 * x->pool. */
void authjs_mail_write(authjs_mail_message_t *message, authjs_exchange_t *x,
                       const authjs_mail_link_t *link);

/** Seconds that a code is good, if the link is not older by then. */
#define AUTHJS_MAIL_CODE_AGE 600

/** The bytes that SMTP sends after DATA, with CRLF line ends: RFC 5322 with MIME. Uses
 * nothing of httpd. In pool.
 * @param to normalised
 * @return NULL when an address is none (authjs_address_ascii), or there is no randomness
 */
const char *authjs_mail_format(apr_pool_t *pool, const authjs_mail_t *mail,
                               const char *to, const authjs_mail_message_t *message,
                               apr_time_t now, apr_size_t *len);

/** Hand it in as x->provider says, until x->deadline. NULL, or EmailSignInError with the
 * server's answer. */
const authjs_error_t *authjs_mail_send(authjs_exchange_t *x,
                                       const authjs_mail_link_t *link,
                                       const authjs_mail_message_t *message);

#endif
