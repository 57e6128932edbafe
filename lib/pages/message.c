#include "pages/document.h"
#include "pages/page.h"

typedef struct {
    const char *code;
    int status;
    const char *heading;
    const char *text;
} message_t;

/* Spec 11.5. The last one is for any other code and for none. */
static const message_t messages[] = {
    {"Configuration", HTTP_INTERNAL_SERVER_ERROR, "Server error",
     "Something went wrong while signing you in. If it happens again, the server's error "
     "log tells its administrator why."},
    {"AccessDenied", HTTP_FORBIDDEN, "Access Denied",
     "You do not have permission to sign in."},
    {"Verification", HTTP_FORBIDDEN, "Unable to sign in",
     "This sign-in link is no longer valid: it was used already, or it is too old."},
    {NULL, HTTP_OK, "Error", "Something went wrong."}};

static const char warning[] = "<path d=\"M12 4 21 19.5H3zM12 10v4.5M12 17v.1\"/>";
static const char envelope[] = "<rect x=\"3\" y=\"5.5\" width=\"18\" height=\"13\" "
                               "rx=\"2.5\"/><path d=\"m4 7.5 8 6 8-6\"/>";

static const message_t *find_message(const char *code)
{
    const message_t *message = messages;

    while (message->code && (!code || strcmp(message->code, code))) {
        message++;
    }
    return message;
}

void authjs_page_error(authjs_exchange_t *x, const char *code)
{
    const message_t *message = find_message(code);
    authjs_document_t *document =
        authjs_document_begin(x->pool, x->site, "error", "Error", warning);

    authjs_document_add(document, "<h1>", message->heading,
                        "</h1>\n<p class=\"lead message\">", message->text, "</p>\n",
                        NULL);
    if (message->code) {
        authjs_document_add(document, "<p class=\"actions\"><a class=\"submit\" href=\"",
                            x->base_url, "/signin\">Try again</a></p>\n", NULL);
    }
    authjs_document_add_site_link(document, x);
    authjs_document_send(x, message->status, document);
}

void authjs_page_verify_request(authjs_exchange_t *x)
{
    authjs_document_t *document =
        authjs_document_begin(x->pool, x->site, "verify-request", "Verify Request",
                              envelope);

    authjs_document_add(document,
                        "<h1>Check your email</h1>\n<p class=\"lead\">A sign-in link has "
                        "been sent to your email address.</p>\n",
                        NULL);
    authjs_document_add_site_link(document, x);
    authjs_document_send(x, HTTP_OK, document);
}

const char *authjs_page_configuration_error(request_rec *r, const authjs_site_t *site)
{
    const message_t *message = find_message("Configuration");
    authjs_document_t *document =
        authjs_document_begin(r->pool, site, "error", "Error", warning);

    authjs_document_add(document, "<h1>", message->heading,
                        "</h1>\n<p class=\"lead message\">", message->text, "</p>\n",
                        NULL);
    authjs_document_set_headers(r, site);
    return authjs_document_end(document);
}
