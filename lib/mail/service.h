/* Mail services that are asked by HTTP: a request made of data, and what its answer says.
 * Of httpd it uses the types alone: authjsctl links it. */
#ifndef AUTHJS_MAIL_SERVICE_H
#define AUTHJS_MAIL_SERVICE_H

#include "http/client.h"
#include "mail/mail.h"

/*
 * mail->request is the member "mail" of a definition (docs/providers/custom.md), made
 * ready: {"headers": ["Name: value", ...], "json" | "form" | "multipart": template,
 * "success": {pointer: value}, "values": {name: text}}. The places of a template are
 * those of values, and to, subject, html, text, url, host, token and code.
 */

/** The request that hands a mail in. NULL, or what failed. */
const char *authjs_service_request(authjs_client_request_t *request, apr_pool_t *pool,
                                   const authjs_mail_t *mail,
                                   const authjs_mail_link_t *link,
                                   const authjs_mail_message_t *message);
/** Whether an answer says that the mail was taken. NULL, or why not. */
const char *authjs_service_refusal(apr_pool_t *pool, const authjs_mail_t *mail,
                                   const authjs_client_response_t *response);

#endif
