/* Forms for passkeys, which the script of passkey.js sends. Used by the pages only. */
#ifndef AUTHJS_PAGES_PASSKEY_H
#define AUTHJS_PAGES_PASSKEY_H

#include "pages/document.h"
#include "pages/page.h"
#include "site/provider_type.h"

/** The ceremonies, as webauthn-options/<id> and callback/<id> call them. */
#define AUTHJS_PASSKEY_GET    "authenticate"
#define AUTHJS_PASSKEY_CREATE "register"

/**
 * Open a form for a ceremony; hidden fields, a button and authjs_passkey_close() follow.
 * @param autofill 1: the browser offers passkeys in the page's field, too; one a page
 */
void authjs_passkey_open(authjs_document_t *document, const authjs_exchange_t *x,
                         const authjs_provider_t *provider, const char *ceremony,
                         const char *callback_url, int autofill);
/** What the form says of the ceremony, and its end. */
void authjs_passkey_close(authjs_document_t *document);

/** A whole form, which shows with JavaScript alone, folded up under a line of its own: a
 * field email and a button.
 * @param sign_up for a new account: what is shown; NULL: to sign in
 * @param open 1: it is unfolded */
void authjs_passkey_add_fields(authjs_document_t *document, const authjs_exchange_t *x,
                               const authjs_provider_t *provider,
                               const authjs_passkeys_t *sign_up, int open);

/** The script, and what it says; once, when the forms are there. */
void authjs_passkey_add_script(authjs_document_t *document);

/** The passkey that an account is, or NULL. passkeys may be NULL. */
struct json_object *authjs_passkey_of(struct json_object *passkeys,
                                      struct json_object *account);
/** A user's passkeys, each to be renamed and removed, and a button for one more. */
void authjs_passkeys_add(authjs_document_t *document, const authjs_exchange_t *x,
                         const authjs_account_page_t *page, int may_remove);

#endif
