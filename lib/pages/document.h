/* One HTML document in the making: markup and text take turns, so that text is escaped by
 * where it stands. Used by the pages only. */
#ifndef AUTHJS_PAGES_DOCUMENT_H
#define AUTHJS_PAGES_DOCUMENT_H

#include "http/exchange.h"

typedef struct {
    apr_pool_t *pool;
    apr_array_header_t *parts; /**< const char * */
} authjs_document_t;

/** Begin a document: everything up to the card that holds the content, and in it the
 * site's logo or, without one, a drawing. kind is the root class of spec 11.1 (signin,
 * signout...), title the document's, drawing the inside of an SVG of 24 x 24. */
authjs_document_t *authjs_document_begin(apr_pool_t *pool, const authjs_site_t *site,
                                         const char *kind, const char *title,
                                         const char *drawing);

/**
 * Append. The arguments are markup, text, markup, text ... NULL: markup is a constant and
 * stays as it is, text is escaped and may come from anywhere. No argument may be NULL but
 * the last.
 */
void authjs_document_add(authjs_document_t *document, const char *markup, ...)
    __attribute__((sentinel));

/** The hidden fields of every form that is posted: the CSRF token, and where the visitor
 * goes then (NULL: the form says that itself). */
void authjs_document_add_hidden_fields(authjs_document_t *document,
                                       const authjs_exchange_t *x,
                                       const char *callback_url);

/** The mark of a provider: its picture when that is on this site, else the first letter
 * of name. provider NULL and index -1: one that the site does not have. */
void authjs_document_add_mark(authjs_document_t *document,
                              const authjs_provider_t *provider, const char *name,
                              int index);

/** A box that says what went wrong. */
void authjs_document_add_error(authjs_document_t *document, const char *text);

/** A link to the site itself. */
void authjs_document_add_site_link(authjs_document_t *document,
                                   const authjs_exchange_t *x);

/** Close the document. @return the whole text, in the document's pool. */
const char *authjs_document_end(authjs_document_t *document);

/** Content-Security-Policy, X-Content-Type-Options, Referrer-Policy... of a page. */
void authjs_document_set_headers(request_rec *r, const authjs_site_t *site);

/** Put a finished document on the exchange: status, body, text/html, headers. */
void authjs_document_send(authjs_exchange_t *x, int status, authjs_document_t *document);

/** The host (and port) of our origin, as a visitor knows the site. */
const char *authjs_document_host(const authjs_exchange_t *x);

/** The style sheet of a site: base, theme and the colours of its providers. The same for
 * all pages of a site, so that its hash can stand in the Content-Security-Policy. */
const char *authjs_style(apr_pool_t *pool, const authjs_site_t *site);

/** The constant part of the style sheet, and the variables of its dark scheme. */
extern const char authjs_style_base[];
extern const char authjs_style_dark[];

#endif
