/* The pages that have one thing to say or to ask. */
#include "pages/document.h"
#include "pages/page.h"

#include "providers/email_code.h"
#include "signin/signin.h"
#include "web/url.h"

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

/* Where the code is typed; or that another mail is needed. */
static void add_code(authjs_document_t *document, authjs_exchange_t *x)
{
    const char *error = authjs_exchange_query(x, "error");
    authjs_email_code_t code = authjs_email_code(x);

    if (error && code.provider && code.tries) {
        authjs_document_add_error_of(document, AUTHJS_TEXT_codeWrong,
                                     apr_itoa(x->pool, code.tries));
    }
    else if (error) {
        authjs_document_add_error(document, AUTHJS_TEXT_codeOver);
    }
    if (code.provider && code.tries) {
        authjs_document_add(document,
                            "<form class=\"fields\" action=\"%s/callback/%s\" "
                            "method=\"POST\">\n",
                            x->base_url, code.provider->id);
        authjs_document_add_hidden_fields(document, x, x->callback_url);
        authjs_document_add(
            document,
            "<div class=\"field\">\n<label class=\"section-header\" "
            "for=\"code\">%s</label>\n<input id=\"code\" name=\"code\" "
            "type=\"text\" inputmode=\"numeric\" autocomplete=\"one-time-code\" "
            "maxlength=\"13\" required%s>\n</div>\n<button class=\"submit\" "
            "type=\"submit\">%s</button>\n</form>\n",
            authjs_document_text_of(document, AUTHJS_TEXT_code, code.address, NULL),
            error ? " aria-invalid=\"true\" aria-describedby=\"error\"" : "",
            authjs_document_text(document, AUTHJS_TEXT_signIn));
    }
    if (error || code.provider) {
        authjs_document_add(document,
                            "<p class=\"after\"><a href=\"%s/signin\">%s</a></p>\n",
                            x->base_url,
                            authjs_document_text(document, AUTHJS_TEXT_anotherMail));
    }
}

void authjs_page_verify_request(authjs_exchange_t *x)
{
    authjs_document_t *document =
        authjs_document_begin(x->r, x->site, "verify-request",
                              AUTHJS_TEXT_verifyRequestTitle, envelope);

    authjs_document_add(document, "<h1>%s</h1>\n<p class=\"lead\">%s</p>\n",
                        authjs_document_text(document, AUTHJS_TEXT_checkEmail),
                        authjs_document_text(document, AUTHJS_TEXT_linkSent));
    add_code(document, x);
    authjs_document_add_site_link(document, x);
    authjs_document_send(x, HTTP_OK, document);
}

/* Whoever opens somebody else's link must see whose it is. The address of this page is
 * the link itself: no other request is told of it. */
void authjs_page_link(authjs_exchange_t *x)
{
    authjs_document_t *document =
        authjs_document_begin(x->r, x->site, "verify-request", AUTHJS_TEXT_signInTitle,
                              envelope);
    const char *sign_in = authjs_document_text(document, AUTHJS_TEXT_signIn);

    authjs_document_add(document, "<h1>%s</h1>\n", sign_in);
    if (x->method == M_POST) {
        authjs_document_add_error(document, AUTHJS_TEXT_errorFormExpired);
    }
    authjs_document_add(document, "<p class=\"lead\">");
    authjs_document_add_text(document, AUTHJS_TEXT_linkSignsIn, x->to_confirm,
                             authjs_document_host(x));
    authjs_document_add(document,
                        "</p>\n<form class=\"actions\" action=\"%s/callback/%s?%s\" "
                        "method=\"POST\">\n",
                        x->base_url, x->provider->id,
                        authjs_form_serialize(x->pool, x->query));
    authjs_document_add_hidden_fields(document, x, NULL);
    authjs_document_add(document,
                        "<button class=\"submit\" id=\"submitButton\" "
                        "type=\"submit\">%s</button>\n</form>\n<p "
                        "class=\"after\">%s</p>\n",
                        sign_in,
                        authjs_document_text(document, AUTHJS_TEXT_linkNotYours));
    authjs_document_send(x, HTTP_OK, document);
    apr_table_setn(x->r->headers_out, "Referrer-Policy", "no-referrer");
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
