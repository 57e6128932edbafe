/* Templates of the administrator's: text with placeholders such as {url}. */
#ifndef AUTHJS_MAIL_TEMPLATE_H
#define AUTHJS_MAIL_TEMPLATE_H

#include "mail/mail.h"

typedef enum {
    AUTHJS_TEMPLATE_SUBJECT, /**< one line */
    AUTHJS_TEMPLATE_TEXT,
    AUTHJS_TEMPLATE_HTML
} authjs_template_e;

/** Whether a template is one: its placeholders are known, and what it must have is there.
 * @return NULL, or what is wrong. In pool. */
const char *authjs_template_check(apr_pool_t *pool, authjs_template_e kind,
                                  const char *text);
/** Whether the templates of a mail have {code} where there is one, and nowhere else.
 * @return NULL, or what to write. */
const char *authjs_template_check_code(const authjs_mail_t *mail);

/** A template with its placeholders filled in, each escaped for its place. In pool.
 * @param subject what {subject} stands for; NULL in the subject itself */
const char *authjs_template_fill(apr_pool_t *pool, authjs_template_e kind,
                                 const char *text, const authjs_mail_look_t *look,
                                 const authjs_mail_link_t *link, const char *subject,
                                 apr_int64_t now);

/** Append a host for reading: programs that make links of what looks like an address find
 * none in it. */
void authjs_mail_add_host(apr_array_header_t *parts, const char *host);
/** Minutes that are left until expires, at least one. */
apr_int64_t authjs_mail_minutes(apr_int64_t expires, apr_int64_t now);

#endif
