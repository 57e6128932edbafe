#include "pages/document.h"

#include "web/html.h"
#include "web/url.h"

#include "apr_base64.h"

#include <stdarg.h>

/* A piece of markup: of a literal, or a text that is escaped. */
typedef struct {
    const char *markup;
    apr_size_t len;
} piece_t;

struct authjs_document_t {
    apr_pool_t *pool;
    request_rec *r;
    const authjs_site_t *site;
    const authjs_language_t *language;
    const char *script;        /* its script, or NULL */
    int asks;                  /* the script asks this site */
    int is_long;               /* a list of many */
    apr_array_header_t *parts; /* piece_t */
    apr_size_t len;            /* of all of them */
};

static void add_piece(authjs_document_t *document, const char *markup, apr_size_t len)
{
    APR_ARRAY_PUSH(document->parts, piece_t) = (piece_t){markup, len};
    document->len += len;
}

/* Markup that is no literal: ours, or checked at start. */
static void add_markup(authjs_document_t *document, const char *markup)
{
    add_piece(document, markup, strlen(markup));
}

void authjs_document_add(authjs_document_t *document, const char *markup, ...)
{
    const char *place;
    va_list texts;

    va_start(texts, markup);
    while ((place = ap_strstr_c(markup, "%s"))) {
        add_piece(document, markup, (apr_size_t)(place - markup));
        add_markup(document,
                   authjs_html_escape(document->pool, va_arg(texts, const char *)));
        markup = place + strlen("%s");
    }
    va_end(texts);
    add_markup(document, markup);
}

/* A picture by its path on this site, as a browser finds it; what is elsewhere stays. The
 * origin may not be known (configuration failures), and a path does without it. */
static const char *on_site(const authjs_document_t *document, const char *picture)
{
    return *picture == '/' && authjs_origin(document->r, document->site)
               ? authjs_outward(document->r, document->site, "", picture)
               : picture;
}

/* DefaultLanguage and AddLanguage say what files have, and no more. */
const authjs_language_t *authjs_document_language(request_rec *r,
                                                  const authjs_site_t *site)
{
    int negotiated;
    const authjs_language_t *language = authjs_request_language(r, site, &negotiated);

    if (negotiated) {
        apr_table_mergen(r->headers_out, "Vary", AUTHJS_LANGUAGE_HEADER);
    }
    r->content_languages = NULL;
    apr_table_setn(r->headers_out, "Content-Language", language->tag);
    return language;
}

authjs_document_t *authjs_document_begin(request_rec *r, const authjs_site_t *site,
                                         const char *kind, authjs_text_e title,
                                         const char *drawing)
{
    authjs_document_t *document = apr_palloc(r->pool, sizeof(*document));

    document->pool = r->pool;
    document->r = r;
    document->site = site;
    document->language = authjs_document_language(r, site);
    document->script = NULL;
    document->asks = 0;
    document->is_long = 0;
    document->parts = apr_array_make(r->pool, 128, sizeof(piece_t));
    document->len = 0;
    authjs_document_add(document,
                        "<!DOCTYPE html>\n"
                        "<html lang=\"%s\" dir=\"%s\">\n"
                        "<head>\n"
                        "<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, "
                        "initial-scale=1\">\n"
                        "<meta name=\"robots\" content=\"noindex\">\n"
                        "<title>%s%s%s</title>\n<style>",
                        document->language->tag,
                        authjs_document_text(document, AUTHJS_TEXT_direction),
                        authjs_document_text(document, title),
                        site->name ? " \u00b7 " : "", site->name);
    add_markup(document, site->look->base);
    add_markup(document, site->look->scheme);
    add_markup(document, site->look->own);
    authjs_document_add(document,
                        "</style>\n</head>\n<body class=\"__next-auth-theme-%s\">\n"
                        "<main class=\"page %s\">\n<div class=\"card\">\n",
                        site->color_scheme ? site->color_scheme : "auto", kind);
    if (site->logo) {
        authjs_document_add(document, "<img class=\"logo\" src=\"%s\" alt=\"%s\">\n",
                            on_site(document, site->logo),
                            authjs_document_text(document, AUTHJS_TEXT_logo));
        return document;
    }
    authjs_document_add(document, "<div class=\"sign\"><svg viewBox=\"0 0 24 24\" "
                                  "aria-hidden=\"true\">");
    add_markup(document, drawing);
    authjs_document_add(document, "</svg></div>\n");
    return document;
}

void authjs_document_add_hidden_fields(authjs_document_t *document,
                                       const authjs_exchange_t *x,
                                       const char *callback_url)
{
    if (x->csrf_token) {
        authjs_document_add(document,
                            "<input type=\"hidden\" name=\"csrfToken\" value=\"%s\">\n",
                            x->csrf_token);
    }
    if (callback_url) {
        authjs_document_add(document,
                            "<input type=\"hidden\" name=\"callbackUrl\" value=\"%s\">\n",
                            callback_url);
    }
    if (x->reauth) {
        authjs_document_add(document, "<input type=\"hidden\" name=\"" AUTHJS_REAUTH
                                      "\" value=\"1\">\n");
    }
}

void authjs_document_add_script(authjs_document_t *document, const char *script)
{
    document->script = document->script
                           ? apr_pstrcat(document->pool, document->script, script, NULL)
                           : script;
}

void authjs_document_add_asking_script(authjs_document_t *document, const char *script)
{
    authjs_document_add_script(document, script);
    document->asks = 1;
}

void authjs_document_be_long(authjs_document_t *document)
{
    document->is_long = 1;
}

void authjs_document_add_labelled(authjs_document_t *document, authjs_text_e text,
                                  const char *name)
{
    authjs_document_add(document, "<span>");
    if (document->is_long) {
        authjs_document_add_text(document, text, name, NULL);
    }
    else {
        authjs_document_add(document, "%s",
                            authjs_document_text_of(document, text, name, NULL));
    }
    authjs_document_add(document, "</span>");
}

/* Length of the character at the start of a text. */
static apr_size_t character_len(const char *text)
{
    apr_size_t len = *text ? 1 : 0;

    while ((text[len] & 0xc0) == 0x80) {
        len++;
    }
    return len;
}

/* The second letter of a mark: of the next word, the next capital (GitHub), or else the
 * next letter. */
static const char *second_letter(const char *name)
{
    const char *rest = name + character_len(name), *c;

    for (c = rest; *c; c++) {
        if (*c == ' ' && c[1] && c[1] != ' ') {
            return c + 1;
        }
    }
    for (c = rest; *c && (*c < 'A' || *c > 'Z'); c++) {
    }
    return *c ? c : rest;
}

static const char *monogram_of(apr_pool_t *pool, const char *name)
{
    const char *second = second_letter(name);

    return apr_pstrcat(pool, apr_pstrmemdup(pool, name, character_len(name)),
                       apr_pstrmemdup(pool, second, character_len(second)), NULL);
}

/* A picture only from this site: nothing is loaded from another host. */
static const char *local_logo(const authjs_document_t *document,
                              const authjs_provider_t *provider)
{
    const char *logo =
        provider && provider->style ? apr_table_get(provider->style, "logo") : NULL;

    return logo && logo[0] == '/' && logo[1] != '/' ? on_site(document, logo) : NULL;
}

static const authjs_logo_t *logo_of(const authjs_document_t *document, int index)
{
    return index >= 0 && document->site->logos ? document->site->logos[index] : NULL;
}

void authjs_document_add_mark(authjs_document_t *document,
                              const authjs_provider_t *provider, const char *name,
                              int index)
{
    const authjs_logo_t *logo = logo_of(document, index);
    const char *picture = local_logo(document, provider), *color = "";

    if (picture) {
        authjs_document_add(document, "<img class=\"mark\" alt=\"\" src=\"%s\"", picture);
        if (document->is_long) {
            authjs_document_add(document, " loading=\"lazy\"");
        }
        authjs_document_add(document, ">");
        return;
    }
    if (index >= 0 && !(logo && logo->coloured)) {
        color = apr_psprintf(document->pool, " mark-%d", index);
    }
    if (logo) {
        authjs_document_add(document, "<svg class=\"mark%s\" aria-hidden=\"true\"",
                            color);
        add_markup(document, logo->drawing);
        return;
    }
    authjs_document_add(document, "<span class=\"mark%s\" aria-hidden=\"true\">%s</span>",
                        color, monogram_of(document->pool, name));
}

const char *authjs_document_text(const authjs_document_t *document, authjs_text_e text)
{
    return document->language->texts[text];
}

const char *authjs_document_text_of(const authjs_document_t *document, authjs_text_e text,
                                    const char *first, const char *second)
{
    return authjs_text_fill(document->pool, authjs_document_text(document, text), first,
                            second);
}

void authjs_document_add_text(authjs_document_t *document, authjs_text_e text,
                              const char *first, const char *second)
{
    const char *rest = authjs_document_text(document, text), *piece;
    apr_size_t len;
    int number;

    do {
        number = authjs_text_piece(&rest, &piece, &len);
        authjs_document_add(document, "%s", apr_pstrmemdup(document->pool, piece, len));
        if (number == 1) {
            authjs_document_add(document, "<strong>%s</strong>", first);
        }
        else if (number) {
            authjs_document_add(document, "%s", second);
        }
    } while (number);
}

void authjs_document_add_error_of(authjs_document_t *document, authjs_text_e text,
                                  const char *first)
{
    authjs_document_add(document,
                        "<div class=\"error-box error\" id=\"error\" role=\"alert\">"
                        "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle "
                        "cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M12 7.5v5.5M12 "
                        "16.4v.1\"/></svg><p>%s</p></div>\n",
                        authjs_document_text_of(document, text, first, NULL));
}

void authjs_document_add_error(authjs_document_t *document, authjs_text_e text)
{
    authjs_document_add_error_of(document, text, NULL);
}

void authjs_document_add_site_link(authjs_document_t *document,
                                   const authjs_exchange_t *x)
{
    authjs_document_add(document,
                        "<p class=\"after\"><a class=\"site\" href=\"%s\">%s</a></p>\n",
                        x->home, authjs_document_host(x));
}

const char *authjs_document_host(const authjs_exchange_t *x)
{
    if (x->site->name) {
        return x->site->name;
    }
    const char *authority = ap_strstr_c(x->origin, "://");

    return authority ? authority + 3 : x->origin;
}

const char *authjs_csp_hash(apr_pool_t *pool, const char *text)
{
    unsigned char digest[32];
    char *encoded = apr_palloc(pool, apr_base64_encode_len(sizeof(digest)));

    if (!authjs_sha256(digest, text, strlen(text))) {
        return "'none'";
    }
    apr_base64_encode_binary(encoded, digest, sizeof(digest));
    return apr_pstrcat(pool, "'sha256-", encoded, "'", NULL);
}

/* Where a logo may come from: ourselves, or the host that the administrator names. */
static const char *image_source(apr_pool_t *pool, const authjs_site_t *site)
{
    authjs_url_t url;

    if (site->logo && !authjs_url_parse(&url, pool, site->logo)) {
        return apr_pstrcat(pool, "'self' ", url.origin, NULL);
    }
    return "'self'";
}

/* A browser holds form-action against every redirect that follows the form (Chromium
 * does): to the provider, from there to whom it trusts, and in the end to an application
 * that may send the visitor on. None of these hosts can be known, only the scheme. */
static const char *form_action(request_rec *r, const authjs_site_t *site)
{
    const char *origin = authjs_origin(r, site);
    int http = origin && !strncmp(origin, "http:", 5);
    int i;

    for (i = 0; i < site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *);
        const char *url =
            provider->issuer ? provider->issuer : provider->authorization_url;

        http |= url && !strncmp(url, "http:", 5);
    }
    return http ? "'self' https: http:" : "'self' https:";
}

static void set_headers(request_rec *r, const authjs_document_t *document)
{
    const authjs_site_t *site = document->site;
    apr_table_t *headers = r->headers_out;

    apr_table_setn(
        headers, "Content-Security-Policy",
        apr_pstrcat(
            r->pool, "default-src 'none'; style-src ", site->look->hash, "; img-src ",
            image_source(r->pool, site), document->script ? "; script-src " : "",
            document->script ? authjs_csp_hash(r->pool, document->script) : "",
            document->asks ? "; connect-src 'self'" : "", "; form-action ",
            form_action(r, site), "; base-uri 'none'; frame-ancestors 'none'", NULL));
    apr_table_setn(headers, "X-Content-Type-Options", "nosniff");
    apr_table_setn(headers, "X-Frame-Options", "DENY");
    apr_table_setn(headers, "Referrer-Policy", "same-origin");
}

const char *authjs_document_end(authjs_document_t *document, request_rec *r)
{
    char *text, *end;
    int i;

    authjs_document_add(document, "</div>\n</main>");
    if (document->script) {
        authjs_document_add(document, "<script>");
        add_markup(document, document->script);
        authjs_document_add(document, "</script>");
    }
    authjs_document_add(document, "\n</body>\n</html>\n");
    set_headers(r, document);
    end = text = apr_palloc(document->pool, document->len + 1);
    for (i = 0; i < document->parts->nelts; i++) {
        const piece_t *piece = &APR_ARRAY_IDX(document->parts, i, piece_t);

        memcpy(end, piece->markup, piece->len);
        end += piece->len;
    }
    *end = '\0';
    return text;
}

void authjs_document_send(authjs_exchange_t *x, int status, authjs_document_t *document)
{
    x->status = status;
    x->content_type = "text/html";
    x->body = authjs_document_end(document, x->r);
    x->body_len = strlen(x->body);
}
