/* What stands in place of a page that was refused. */
#include "pages/document.h"
#include "pages/page.h"

#include "web/html.h"

static const char lock[] =
    "<rect x=\"5\" y=\"10.5\" width=\"14\" height=\"9.5\" rx=\"2.5\"/>"
    "<path d=\"M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5\"/>";

const char *authjs_page_framed(request_rec *r, int status, const char *url)
{
    int signed_out = status == HTTP_UNAUTHORIZED;

    /* Its host may be any: nothing but the link can be done here. */
    apr_table_setn(r->headers_out, "Content-Security-Policy",
                   "default-src 'none'; form-action 'none'; base-uri 'none'");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    apr_table_setn(r->headers_out, "Referrer-Policy", "same-origin");
    return apr_pstrcat(
        r->pool,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
        signed_out ? "Sign in" : "Access denied", "</title>\n</head>\n<body>\n<p>",
        signed_out ? "You are not signed in, or no longer."
                   : "You may not see this with the account you are signed in with.",
        " <a target=\"_top\" href=\"", authjs_html_escape(r->pool, url), "\">",
        signed_out ? "Sign in" : "Go to the page", "</a></p>\n</body>\n</html>\n", NULL);
}

const char *authjs_page_forbidden(request_rec *r, const authjs_site_t *site,
                                  const char *name, const char *email, const char *origin,
                                  const char *url)
{
    authjs_document_t *document =
        authjs_document_begin(r->pool, site, "error", "Access denied", lock);
    const char *first = name && *name ? name : email;

    authjs_document_add(document, "<h1>Access denied</h1>\n<p class=\"lead message\">");
    if (first && *first) {
        authjs_document_add(document, "You are signed in as <strong>%s</strong>", first);
        if (email && *email && strcmp(email, first)) {
            authjs_document_add(document, " (%s)", email);
        }
        authjs_document_add(document, ". ");
    }
    authjs_document_add(document,
                        "This account may not see this page.</p>\n"
                        "<p class=\"actions\"><a class=\"submit\" href=\"%s\">Switch "
                        "account</a></p>\n<p class=\"after\"><a class=\"site\" "
                        "href=\"%s\">To the start page</a></p>\n",
                        url, origin);
    return authjs_document_end(document, r);
}
