/* What stands in place of a page that was refused, or is none. */
#include "pages/document.h"
#include "pages/page.h"

#include "web/html.h"

static const char lock[] =
    "<rect x=\"5\" y=\"10.5\" width=\"14\" height=\"9.5\" rx=\"2.5\"/>"
    "<path d=\"M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5\"/>";

/* One line and a link, all escaped. */
static const char *framed_markup(apr_pool_t *pool, const char *tag, const char *direction,
                                 const char *title, const char *text, const char *url,
                                 const char *link)
{
    return apr_psprintf(
        pool,
        "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta "
        "charset=\"utf-8\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>%s</title>\n"
        "</head>\n<body>\n<p>%s <a target=\"_top\" href=\"%s\">%s</a></p>\n</body>\n"
        "</html>\n",
        tag, direction, authjs_html_escape(pool, title), authjs_html_escape(pool, text),
        authjs_html_escape(pool, url), authjs_html_escape(pool, link));
}

const char *authjs_page_framed(request_rec *r, const authjs_site_t *site, int status,
                               const char *url)
{
    const authjs_language_t *language = authjs_document_language(r, site);
    int signed_out = status == HTTP_UNAUTHORIZED;
    const char *const *texts = language->texts;

    /* Its host may be any: nothing but the link can be done here. */
    apr_table_setn(r->headers_out, "Content-Security-Policy",
                   "default-src 'none'; form-action 'none'; base-uri 'none'");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    apr_table_setn(r->headers_out, "Referrer-Policy", "same-origin");
    return framed_markup(
        r->pool, language->tag, texts[AUTHJS_TEXT_direction],
        texts[signed_out ? AUTHJS_TEXT_signIn : AUTHJS_TEXT_refused],
        texts[signed_out ? AUTHJS_TEXT_notSignedIn : AUTHJS_TEXT_refusedFramed], url,
        texts[signed_out ? AUTHJS_TEXT_signIn : AUTHJS_TEXT_goToPage]);
}

const char *authjs_page_forbidden(request_rec *r, const authjs_site_t *site,
                                  const char *name, const char *email, const char *home,
                                  const char *url)
{
    authjs_document_t *document =
        authjs_document_begin(r, site, "error", AUTHJS_TEXT_refused, lock);
    const char *first = name && *name ? name : email;

    authjs_document_add(document, "<h1>%s</h1>\n<p class=\"lead message\">",
                        authjs_document_text(document, AUTHJS_TEXT_refused));
    if (first && *first) {
        int both = email && *email && strcmp(email, first);

        authjs_document_add_text(document,
                                 both ? AUTHJS_TEXT_refusedAsBoth : AUTHJS_TEXT_refusedAs,
                                 first, email);
        authjs_document_add(document, " ");
    }
    authjs_document_add(
        document,
        "%s</p>\n"
        "<p class=\"actions\"><a class=\"submit\" href=\"%s\">%s</a></p>\n"
        "<p class=\"after\"><a class=\"site\" href=\"%s\">%s</a></p>\n",
        authjs_document_text(document, AUTHJS_TEXT_refusedText), url,
        authjs_document_text(document, AUTHJS_TEXT_switchAccount), home,
        authjs_document_text(document, AUTHJS_TEXT_startPage));
    return authjs_document_end(document, r);
}

const char *authjs_page_astray(request_rec *r, const authjs_site_t *site,
                               const char *origin)
{
    authjs_document_t *document =
        authjs_document_begin(r, site, "error", AUTHJS_TEXT_signInTitle, lock);

    authjs_document_add(document, "<h1>%s</h1>\n<p class=\"lead message\">%s</p>\n",
                        authjs_document_text(document, AUTHJS_TEXT_astray),
                        authjs_document_text(document, AUTHJS_TEXT_astrayText));
    if (origin) {
        authjs_document_add(
            document,
            "<p class=\"actions\"><a class=\"submit\" href=\"%s/signin\">%s</a></p>\n"
            "<p class=\"after\"><a class=\"site\" href=\"%s\">%s</a></p>\n",
            authjs_outward(r, site, origin, site->base_path),
            authjs_document_text(document, AUTHJS_TEXT_signIn),
            authjs_home(r, site, origin),
            authjs_document_text(document, AUTHJS_TEXT_startPage));
    }
    return authjs_document_end(document, r);
}
