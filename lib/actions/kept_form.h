/* AuthJSPreservePost: a form that a visitor without a session sent is kept in the
 * browser, sealed, and sent again after the sign-in. The server keeps nothing of it. */
#ifndef AUTHJS_ACTIONS_KEPT_FORM_H
#define AUTHJS_ACTIONS_KEPT_FORM_H

#include "http/request.h"

typedef struct authjs_kept_form_t authjs_kept_form_t;

/** Read the form that a page visit has sent, and seal it. Only a page of our own origin
 * may have sent it.
 * @param request whose body nobody has read yet; origin is known
 * @return NULL: it is not one that is kept */
const authjs_kept_form_t *authjs_kept_form_take(const authjs_request_t *request);
/** Where the visitor is to go after the sign-in. */
const char *authjs_kept_form_url(const authjs_kept_form_t *kept);
/** The page that has the browser keep it: the whole document; its headers are set in
 * r->headers_out of the request.
 * @param sign_in the sign-in page, which leads to authjs_kept_form_url */
const char *authjs_kept_form_page(const authjs_kept_form_t *kept, const char *sign_in);

#endif
