#include "pages/document.h"
#include "pages/page.h"

static const char door[] = "<path d=\"M14 4.5H7.5a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H14M10.5 "
                           "12H20M16.5 8.5 20 12l-3.5 3.5\"/>";

void authjs_page_signout(authjs_exchange_t *x)
{
    authjs_document_t *document =
        authjs_document_begin(x->pool, x->site, "signout", "Sign Out", door);

    authjs_document_add(
        document,
        "<h1>Sign out</h1>\n<p class=\"lead\">Are you sure you want to sign "
        "out of <strong>",
        authjs_document_host(x), "</strong>?</p>\n<form class=\"actions\" action=\"",
        x->base_url, "/signout\" method=\"POST\">\n", NULL);
    authjs_document_add_hidden_fields(document, x, x->callback_url);
    authjs_document_add(
        document,
        "<button class=\"submit\" id=\"submitButton\" "
        "type=\"submit\">Sign out</button>\n</form>\n<p class=\"after\"><a "
        "class=\"site\" href=\"",
        x->callback_url, "\">Stay signed in</a></p>\n", NULL);
    authjs_document_send(x, HTTP_OK, document);
}
