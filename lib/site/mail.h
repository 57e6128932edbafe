/* How the mails of an e-mail provider are written and handed in. */
#ifndef AUTHJS_SITE_MAIL_H
#define AUTHJS_SITE_MAIL_H

#include "authjs.h"

struct json_object;

/** What AuthJSMailLimit limits. */
typedef enum {
    AUTHJS_LIMIT_ADDRESS,
    AUTHJS_LIMIT_CLIENT,
    AUTHJS_LIMIT_SITE,
    AUTHJS_LIMIT__COUNT
} authjs_limit_e;

/** So many mails in so many seconds. */
typedef struct {
    int count;           /**< 0: as many as there are */
    apr_int64_t seconds; /**< 0: not set, the usual limit */
} authjs_limit_t;

/** provider->mail; NULL of a provider of another type. Begun by the directives of a
 * section, completed by authjs_mail_finish; read-only afterwards, in pconf. */
typedef struct {
    const char
        *server;                 /**< AuthJSMailServer as written; once finished,
                                      smtp(s)://host:port or the URL of a service, no secret in it */
    int plain;                   /**< no TLS: starttls=off behind it */
    const char *user, *password; /**< of SMTP; NULL: none */
    const char *from;            /**< AuthJSMailFrom as written: a@b, or Name <a@b> */
    const char *from_name;       /**< NULL: none */
    const char *from_address;
    const char *sender;      /**< the same, its domain in ASCII: the envelope's */
    const char *subject;     /**< AuthJSMailSubject; NULL: the usual one */
    const char *text, *html; /**< AuthJSMailTemplate: contents; NULL: ours */
    apr_int64_t max_age;     /**< AuthJSMailMaxAge, seconds; 0: not set */
    int code;                /**< AuthJSMailCode */
    authjs_limit_t limits[AUTHJS_LIMIT__COUNT]; /**< AuthJSMailLimit */
    struct json_object *request; /**< HTTP services: how they are asked; NULL: SMTP */
    const char *api_key;
    const char *secret; /**< of the tokens' hashes; NULL: the site's secrets */
} authjs_mail_t;

#endif
