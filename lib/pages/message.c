/* The pages that have one thing to say or to ask. */
#include "pages/document.h"
#include "pages/page.h"

#include "signin/signin.h"

typedef struct {
    const char *code;
    int status;
    authjs_text_e heading, text;
} message_t;

/* The codes for which Auth.js's error page has words of its own. The last entry is for
 * any other code and for none. */
static const message_t messages[] = {
    {"Configuration", HTTP_INTERNAL_SERVER_ERROR, AUTHJS_TEXT_serverError,
     AUTHJS_TEXT_serverErrorText},
    {"AccessDenied", HTTP_FORBIDDEN, AUTHJS_TEXT_accessDenied,
     AUTHJS_TEXT_accessDeniedText},
    {"Verification", HTTP_FORBIDDEN, AUTHJS_TEXT_unableToSignIn, AUTHJS_TEXT_linkUsed},
    {NULL, HTTP_OK, AUTHJS_TEXT_error, AUTHJS_TEXT_somethingWrong}};

static const char warning[] = "<path d=\"M12 4 21 19.5H3zM12 10v4.5M12 17v.1\"/>";
static const char envelope[] = "<rect x=\"3\" y=\"5.5\" width=\"18\" height=\"13\" "
                               "rx=\"2.5\"/><path d=\"m4 7.5 8 6 8-6\"/>";
static const char door[] = "<path d=\"M14 4.5H7.5a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H14M10.5 "
                           "12H20M16.5 8.5 20 12l-3.5 3.5\"/>";

static const message_t *find_message(const char *code)
{
    const message_t *message = messages;

    while (message->code && (!code || strcmp(message->code, code))) {
        message++;
    }
    return message;
}

static authjs_document_t *begin_error(request_rec *r, const authjs_site_t *site,
                                      const message_t *message)
{
    authjs_document_t *document =
        authjs_document_begin(r, site, "error", AUTHJS_TEXT_errorTitle, warning);

    authjs_document_add(document, "<h1>%s</h1>\n<p class=\"lead message\">%s</p>\n",
                        authjs_document_text(document, message->heading),
                        authjs_document_text(document, message->text));
    return document;
}

void authjs_page_error(authjs_exchange_t *x, const char *code, const char *reference)
{
    const message_t *message = find_message(code);
    authjs_document_t *document = begin_error(x->r, x->site, message);

    if (message->code) {
        authjs_document_add(document,
                            "<p class=\"actions\"><a class=\"submit\" href=\"%s/signin\">"
                            "%s</a></p>\n",
                            x->base_url,
                            authjs_document_text(document, AUTHJS_TEXT_tryAgain));
    }
    if (reference) {
        authjs_document_add(document, "<p class=\"after\">%s: <code>%s</code></p>\n",
                            authjs_document_text(document, AUTHJS_TEXT_reference),
                            reference);
    }
    authjs_document_add_site_link(document, x);
    authjs_document_send(x, message->status, document);
}

const char *authjs_page_configuration_error(request_rec *r, const authjs_site_t *site)
{
    return authjs_document_end(begin_error(r, site, find_message("Configuration")), r);
}

void authjs_page_verify_request(authjs_exchange_t *x)
{
    authjs_document_t *document =
        authjs_document_begin(x->r, x->site, "verify-request",
                              AUTHJS_TEXT_verifyRequestTitle, envelope);

    authjs_document_add(document, "<h1>%s</h1>\n<p class=\"lead\">%s</p>\n",
                        authjs_document_text(document, AUTHJS_TEXT_checkEmail),
                        authjs_document_text(document, AUTHJS_TEXT_linkSent));
    authjs_document_add_site_link(document, x);
    authjs_document_send(x, HTTP_OK, document);
}

static void tell_signed_out(authjs_exchange_t *x, authjs_document_t *document)
{
    authjs_document_add(document,
                        "<h1>%s</h1>\n<p class=\"actions\"><a class=\"submit\" "
                        "href=\"%s/signin\">%s</a></p>\n",
                        authjs_document_text(document, AUTHJS_TEXT_signedOut),
                        x->base_url, authjs_document_text(document, AUTHJS_TEXT_signIn));
    authjs_document_add_site_link(document, x);
    authjs_document_send(x, HTTP_OK, document);
}

void authjs_page_signout(authjs_exchange_t *x)
{
    authjs_document_t *document =
        authjs_document_begin(x->r, x->site, "signout", AUTHJS_TEXT_signOutTitle, door);
    const char *sign_out = authjs_document_text(document, AUTHJS_TEXT_signOut);

    if (!authjs_is_signed_in(x)) {
        tell_signed_out(x, document);
        return;
    }
    authjs_document_add(document, "<h1>%s</h1>\n<p class=\"lead\">", sign_out);
    authjs_document_add_text(document, AUTHJS_TEXT_signOutAsk, authjs_document_host(x),
                             NULL);
    authjs_document_add(document,
                        "</p>\n<form class=\"actions\" action=\"%s/signout\" "
                        "method=\"POST\">\n",
                        x->base_url);
    authjs_document_add_hidden_fields(document, x, x->callback_url);
    authjs_document_add(document,
                        "<button class=\"submit\" id=\"submitButton\" "
                        "type=\"submit\">%s</button>\n</form>\n<p class=\"after\"><a "
                        "class=\"site\" href=\"%s\">%s</a></p>\n",
                        sign_out, x->callback_url,
                        authjs_document_text(document, AUTHJS_TEXT_staySignedIn));
    authjs_document_send(x, HTTP_OK, document);
}
