/* One HTML document in the making. Used by the pages only. */
#ifndef AUTHJS_PAGES_DOCUMENT_H
#define AUTHJS_PAGES_DOCUMENT_H

#include "http/exchange.h"
#include "texts/texts.h"

typedef struct authjs_document_t authjs_document_t;

/**
 * Begin a document in the visitor's language: everything up to the card that holds the
 * content, and in it the site's logo or, without one, a drawing. In r->pool.
 * @param kind the class of main, as Auth.js has it: signin, signout...
 * @param drawing markup: the inside of an SVG of 24 x 24
 */
authjs_document_t *authjs_document_begin(request_rec *r, const authjs_site_t *site,
                                         const char *kind, authjs_text_e title,
                                         const char *drawing);

/** The language of a page in place of r: the one that the administrator fixed
 * (AuthJSLanguage), or that the visitor prefers. The answer's headers say so. */
const authjs_language_t *authjs_document_language(request_rec *r,
                                                  const authjs_site_t *site);
/** A text of lib/texts/ in the document's language; what a person reads is nowhere else.
 */
const char *authjs_document_text(const authjs_document_t *document, authjs_text_e text);
/** The same with {1} and {2} filled in. */
const char *authjs_document_text_of(const authjs_document_t *document, authjs_text_e text,
                                    const char *first, const char *second);
/** Append a text, escaped, with {1}, which is strong, and {2} filled in, escaped. */
void authjs_document_add_text(authjs_document_t *document, authjs_text_e text,
                              const char *first, const char *second);

/**
 * Append markup, which is a literal: it stays as it is. Each %s in it is replaced by one
 * of the texts that follow, escaped; a text may come from anywhere, and NULL is an empty
 * one. There is no other conversion, and so no way for a text to stay as it is. The
 * compiler holds the number of texts against the markup.
 */
void authjs_document_add(authjs_document_t *document, const char *markup, ...)
    __attribute__((format(printf, 2, 3)));

/** The hidden fields of every form that is posted: the CSRF token, and where the visitor
 * goes then (NULL: the form says that itself). */
void authjs_document_add_hidden_fields(authjs_document_t *document,
                                       const authjs_exchange_t *x,
                                       const char *callback_url);

/** Give a document a script, or one more: a literal, without a text of anybody else in
 * it. It runs when all else is there, and the Content-Security-Policy lets nothing else
 * run. Without it, or without JavaScript, the page does all that it has to. */
void authjs_document_add_script(authjs_document_t *document, const char *script);
/** A script that asks this site. */
void authjs_document_add_asking_script(authjs_document_t *document, const char *script);
/** What leads on from this page leads to the fragment of its address as well:
 * authjs_document_add_script with lib/pages/fragment.c. */
void authjs_document_keep_fragment(authjs_document_t *document);
/** From here on it is a list of many: pictures are loaded once they come into sight, and
 * names stand out. */
void authjs_document_be_long(authjs_document_t *document);
/** What the button of a provider says: {1} is its name. */
void authjs_document_add_labelled(authjs_document_t *document, authjs_text_e text,
                                  const char *name);
/** So many are many. */
#define AUTHJS_MANY 12
/** Open a list of so many providers, for the forms that follow; one of many gets a field
 * to find one by its name or id: authjs_document_add_script with lib/pages/find.c. */
void authjs_document_open_providers(authjs_document_t *document, int count);

/** The mark of a provider: its picture when that is on this site, else the first letter
 * of name. provider NULL and index -1: one that the site does not have. */
void authjs_document_add_mark(authjs_document_t *document,
                              const authjs_provider_t *provider, const char *name,
                              int index);

/** A box that says what went wrong; its id is error. One a page. */
void authjs_document_add_error(authjs_document_t *document, authjs_text_e text);
/** The same with {1} filled in. */
void authjs_document_add_error_of(authjs_document_t *document, authjs_text_e text,
                                  const char *first);

/** A link to the site itself. */
void authjs_document_add_site_link(authjs_document_t *document,
                                   const authjs_exchange_t *x);

/** Close the document and set the headers of a page on r: Content-Security-Policy,
 * X-Content-Type-Options, Referrer-Policy... @return the whole text, in its pool. */
const char *authjs_document_end(authjs_document_t *document, request_rec *r);

/** End a document and put it on the exchange: status, body, text/html. */
void authjs_document_send(authjs_exchange_t *x, int status, authjs_document_t *document);

/** What a visitor knows the site as: its name, else the host (and port) of our origin. */
const char *authjs_document_host(const authjs_exchange_t *x);

/** What a style sheet or a script is known by in a Content-Security-Policy. */
const char *authjs_csp_hash(apr_pool_t *pool, const char *text);

#endif
