/* The mail with a sign-in link, as text and as HTML: tables and attributes for programs
 * that know no more, a style sheet for those that do, nothing from anywhere else. */
#include "mail/mail.h"

#include "mail/template.h"
#include "web/html.h"

#include "apr_strings.h"

#include <stdarg.h>

#define HOUR 3600

/* The accent of the built-in pages. */
#define USUAL_COLOR "#1d5fd1"

#define FONT                                                                             \
    "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,"      \
    "'Noto Sans',sans-serif"

typedef struct {
    apr_pool_t *pool;
    const authjs_mail_look_t *look;
    const authjs_mail_link_t *link;
    apr_int64_t now;
    apr_array_header_t *parts; /* const char *: markup */
} writer_t;

/* ---- what both bodies say ---------------------------------------------------------- */

static const char *text_of(const writer_t *w, authjs_text_e text)
{
    return w->look->language->texts[text];
}

static const char *text_with(const writer_t *w, authjs_text_e text, const char *value)
{
    return authjs_text_fill(w->pool, text_of(w, text), value, NULL);
}

static const char *text_with_number(const writer_t *w, authjs_text_e text,
                                    apr_int64_t number)
{
    return text_with(w, text, apr_psprintf(w->pool, "%" APR_INT64_T_FMT, number));
}

/* How long the link is good: from two hours on, in whole hours. */
static const char *lifetime(const writer_t *w)
{
    apr_int64_t left = w->link->expires - w->now;

    return left >= 2 * HOUR
               ? text_with_number(w, AUTHJS_TEXT_mailHours, left / HOUR)
               : text_with_number(w, AUTHJS_TEXT_mailMinutes,
                                  authjs_mail_minutes(w->link->expires, w->now));
}

static const char *about_code(const writer_t *w)
{
    apr_int64_t latest = w->now + AUTHJS_MAIL_CODE_AGE;
    apr_int64_t expires = w->link->expires < latest ? w->link->expires : latest;

    return text_with_number(w, AUTHJS_TEXT_mailCode,
                            authjs_mail_minutes(expires, w->now));
}

/* ---- text -------------------------------------------------------------------------- */

static const char *plain_text(const writer_t *w)
{
    const char *code = "";

    if (w->link->code) {
        code = apr_pstrcat(w->pool, about_code(w), "\n\n", w->link->code, "\n\n",
                           text_of(w, AUTHJS_TEXT_mailCodeSecret), "\n\n", NULL);
    }
    return apr_pstrcat(w->pool, text_with(w, AUTHJS_TEXT_mailSubject, w->link->host),
                       "\n\n", text_of(w, AUTHJS_TEXT_mailOpen), "\n", w->link->url,
                       "\n\n", lifetime(w), "\n\n", code,
                       text_of(w, AUTHJS_TEXT_mailIgnore), "\n", NULL);
}

/* ---- HTML -------------------------------------------------------------------------- */

static void add(writer_t *w, const char *markup, ...)
    __attribute__((format(printf, 2, 3)));

/* Markup that has no text in it: a literal. */
static void add_markup(writer_t *w, const char *markup)
{
    APR_ARRAY_PUSH(w->parts, const char *) = markup;
}

/* Markup is a literal; each %s in it is replaced by a text, escaped. */
static void add(writer_t *w, const char *markup, ...)
{
    const char *place;
    va_list texts;

    va_start(texts, markup);
    while ((place = strstr(markup, "%s"))) {
        APR_ARRAY_PUSH(w->parts, const char *) =
            apr_pstrmemdup(w->pool, markup, place - markup);
        APR_ARRAY_PUSH(w->parts, const char *) =
            authjs_html_escape(w->pool, va_arg(texts, const char *));
        markup = place + strlen("%s");
    }
    va_end(texts);
    APR_ARRAY_PUSH(w->parts, const char *) = markup;
}

/* Programs that turn colours round by themselves are told not to: both schemes are here.
 */
static void add_head(writer_t *w, const char *subject)
{
    const authjs_language_t *language = w->look->language;

    add(w,
        "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"%s\">\n"
        "<meta name=\"supported-color-schemes\" content=\"%s\">\n"
        "<meta name=\"format-detection\" "
        "content=\"telephone=no,date=no,address=no,email=no,url=no\">\n"
        "<meta name=\"x-apple-disable-message-reformatting\">\n<title>%s</title>\n<style>\n",
        language->tag, language->texts[AUTHJS_TEXT_direction],
        w->look->light ? "light" : "light dark", w->look->light ? "light" : "light dark",
        subject);
    add_markup(w, "body{margin:0;-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
                  "h1,p{text-wrap:balance}\n"
                  "@media (max-width:30em){.page{padding:0!important}"
                  ".card{border-radius:0!important;border-width:0 0 1px!important}"
                  ".inside{padding:28px 20px!important}}\n");
    if (!w->look->light) {
        add(w, ":root{color-scheme:light dark}\n"
               "@media (prefers-color-scheme:dark){"
               ".page{background:#0d1016!important}"
               ".card{background:#151a22!important;border-color:#2a313d!important}"
               ".text{color:#edf0f5!important}.muted{color:#a3abb9!important}"
               ".rule{border-color:#2a313d!important}"
               ".code{background:#1a202a!important;border-color:#6b7484!important;"
               "color:#edf0f5!important}"
               ".link{color:#8ab4ff!important}}\n");
    }
    add(w, "</style>\n</head>\n");
}

/* The site's name, and what this is about. */
static void add_title(writer_t *w)
{
    const char *rest = text_of(w, AUTHJS_TEXT_mailSubject), *piece;
    apr_size_t len;
    int number;

    if (w->look->site_name) {
        add(w,
            "<p class=\"muted\" dir=\"auto\" style=\"margin:0 0 6px;font-size:15px;line-height:22px;"
            "color:#596171\">");
        authjs_mail_add_host(w->parts, w->look->site_name);
        add(w, "</p>\n");
    }
    add(w, "<h1 class=\"text\" style=\"margin:0;font-size:22px;line-height:30px;"
           "font-weight:600;color:#15181e\">");
    do {
        number = authjs_text_piece(&rest, &piece, &len);
        add(w, "%s", apr_pstrmemdup(w->pool, piece, len));
        if (number) {
            add(w, "<strong dir=\"ltr\" style=\"display:inline-block\">");
            authjs_mail_add_host(w->parts, w->link->host);
            add(w, "</strong>");
        }
    } while (number);
    add(w, "</h1>\n");
}

/* A colour that every program knows comes first. */
static void add_button(writer_t *w)
{
    const char *brand = w->look->brand_color, *text = w->look->button_text;

    brand = brand && authjs_css_color_valid(brand) ? brand : USUAL_COLOR;
    text = text && authjs_css_color_valid(text) ? text : authjs_css_text_on(brand);
    add(w,
        "<table role=\"presentation\" align=\"center\" cellpadding=\"0\" cellspacing=\"0\" "
        "border=\"0\" style=\"margin:24px auto 0\"><tr>\n"
        "<td align=\"center\" bgcolor=\"%s\" style=\"border-radius:10px;"
        "background:" USUAL_COLOR ";background:%s\">"
        "<a href=\"%s\" target=\"_blank\" style=\"display:inline-block;"
        "padding:13px 32px;border-radius:10px;" FONT ";font-size:17px;line-height:22px;"
        "font-weight:600;text-decoration:none;color:%s\">"
        "<span style=\"color:%s\">%s</span></a></td>\n</tr></table>\n"
        "<p class=\"muted\" style=\"margin:16px 0 0;font-size:14px;line-height:20px;"
        "color:#596171\">%s</p>\n",
        brand, brand, w->link->url, text, text, text_of(w, AUTHJS_TEXT_signIn),
        lifetime(w));
}

#define RULE                                                                             \
    "<div class=\"rule\" style=\"margin:24px 0;border-top:1px solid #dfe3e9;"            \
    "font-size:0;line-height:0\">&nbsp;</div>\n"

static void add_code(writer_t *w)
{
    add(w,
        RULE "<p class=\"text\" style=\"margin:0;font-size:15px;line-height:22px;"
             "color:#15181e\">%s</p>\n"
             "<table role=\"presentation\" align=\"center\" cellpadding=\"0\" "
             "cellspacing=\"0\" border=\"0\" style=\"margin:14px auto\"><tr>\n"
             "<td class=\"code\" align=\"center\" bgcolor=\"#f4f6f9\" dir=\"ltr\" "
             "style=\"padding:12px 16px 12px 24px;border:1px solid #858d9b;"
             "border-radius:10px;background:#f4f6f9;color:#15181e;"
             "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
             "font-size:30px;line-height:36px;font-weight:700;letter-spacing:8px\">"
             "%s</td>\n</tr></table>\n"
             "<p class=\"text\" style=\"margin:0;font-size:15px;line-height:22px;"
             "font-weight:600;color:#15181e\">%s</p>\n",
        about_code(w), w->link->code, text_of(w, AUTHJS_TEXT_mailCodeSecret));
}

static void add_foot(writer_t *w)
{
    add(w,
        RULE "<p class=\"muted\" style=\"margin:0 0 14px;font-size:14px;line-height:20px;"
             "color:#596171\">%s</p>\n"
             "<p class=\"muted\" style=\"margin:0;font-size:13px;line-height:19px;"
             "color:#596171\">%s<br>\n"
             "<a class=\"link\" href=\"%s\" target=\"_blank\" dir=\"ltr\" "
             "style=\"color:" USUAL_COLOR ";word-break:break-all;"
             "overflow-wrap:anywhere\">%s</a></p>\n",
        text_of(w, AUTHJS_TEXT_mailIgnore), text_of(w, AUTHJS_TEXT_mailButtonFails),
        w->link->url, w->link->url);
}

static const char *html(writer_t *w, const char *subject)
{
    add_head(w, subject);
    add_markup(
        w, "<body class=\"page\" style=\"margin:0;padding:0;background:#f3f4f7\">\n"
           "<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" "
           "cellspacing=\"0\" border=\"0\" bgcolor=\"#f3f4f7\" "
           "style=\"background:#f3f4f7\"><tr>\n"
           "<td class=\"page\" align=\"center\" style=\"padding:32px 12px\">\n"
           "<table role=\"presentation\" class=\"card\" width=\"480\" cellpadding=\"0\" "
           "cellspacing=\"0\" border=\"0\" bgcolor=\"#ffffff\" style=\"width:100%;"
           "max-width:480px;border:1px solid #dfe3e9;border-collapse:separate;"
           "border-radius:16px;background:#ffffff\"><tr>\n"
           "<td class=\"inside\" align=\"center\" style=\"padding:32px;" FONT
           ";text-align:center;"
           "word-break:break-word\">\n");
    add_title(w);
    add_button(w);
    if (w->link->code) {
        add_code(w);
    }
    add_foot(w);
    add(w, "</td>\n</tr></table>\n</td>\n</tr></table>\n</body>\n</html>\n");
    return apr_array_pstrcat(w->pool, w->parts, '\0');
}

/* ---- the mail ---------------------------------------------------------------------- */

void authjs_mail_compose(authjs_mail_message_t *message, apr_pool_t *pool,
                         const authjs_mail_look_t *look, const authjs_mail_link_t *link,
                         apr_int64_t now)
{
    writer_t w = {pool, look, link, now, apr_array_make(pool, 128, sizeof(const char *))};
    const authjs_mail_t *mail = look->mail;
    const char *subject = text_with(&w, AUTHJS_TEXT_mailSubject, link->host);

    if (mail->subject) {
        subject = authjs_template_fill(pool, AUTHJS_TEMPLATE_SUBJECT, mail->subject, look,
                                       link, NULL, now);
    }
    message->subject = subject;
    message->text = mail->text
                        ? authjs_template_fill(pool, AUTHJS_TEMPLATE_TEXT, mail->text,
                                               look, link, subject, now)
                        : plain_text(&w);
    message->html = mail->html
                        ? authjs_template_fill(pool, AUTHJS_TEMPLATE_HTML, mail->html,
                                               look, link, subject, now)
                        : html(&w, subject);
}
