#include "mail/template.h"

#include "core/core.h"
#include "web/html.h"

#include "apr_strings.h"

/* In texts a placeholder is filled in as it is, in HTML escaped. */
typedef enum { URL, HOST, SITE, EMAIL, CODE, MINUTES, SUBJECT, NAMES } name_e;
static const char *const names[] = {"url",  "host",    "site",    "email",
                                    "code", "minutes", "subject", NULL};

static const char all_names[] =
    "{url}, {host}, {site}, {email}, {code}, {minutes}, {subject}";
static const char names_of_subject[] = "{host}, {site}, {code}";

static int is_for_subject(int name)
{
    return name == HOST || name == SITE || name == CODE;
}

/* The next "{letters}" at or behind text: *piece is what stands before it, *name its
 * letters. @return what follows; NULL when there is none, and *piece is the rest. */
static const char *next(apr_pool_t *pool, const char *text, const char **piece,
                        const char **name)
{
    const char *at = text;
    apr_size_t len;

    while ((at = strchr(at, '{'))) {
        len = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz");
        if (len > 0 && at[1 + len] == '}') {
            *piece = apr_pstrmemdup(pool, text, at - text);
            *name = apr_pstrmemdup(pool, at + 1, len);
            return at + len + 2;
        }
        at++;
    }
    *piece = text;
    return NULL;
}

static int number_of(const char *name)
{
    int i = 0;

    while (names[i] && strcmp(names[i], name)) {
        i++;
    }
    return i;
}

/* ---- at start ---------------------------------------------------------------------- */

const char *authjs_template_check(apr_pool_t *pool, authjs_template_e kind,
                                  const char *text)
{
    const char *piece, *name, *rest = text;
    int subject = kind == AUTHJS_TEMPLATE_SUBJECT;

    while ((rest = next(pool, rest, &piece, &name))) {
        int number = number_of(name);

        if (number == NAMES || (subject && !is_for_subject(number))) {
            return apr_psprintf(pool, "has {%s}; the placeholders are %s", name,
                                subject ? names_of_subject : all_names);
        }
    }
    return subject || strstr(text, "{url}") ? NULL
                                            : "has no link; write {url} where it goes";
}

static int has_code(const char *text)
{
    return text && strstr(text, "{code}");
}

const char *authjs_template_check_code(const authjs_mail_t *mail)
{
    if (!mail->code) {
        return has_code(mail->subject) || has_code(mail->text) || has_code(mail->html)
                   ? "has {code} in its subject or its templates, but no code; write "
                     "AuthJSMailCode On"
                   : NULL;
    }
    return (mail->text && !has_code(mail->text)) || (mail->html && !has_code(mail->html))
               ? "has a code, and templates without one; write {code} where it goes, or "
                 "AuthJSMailCode Off"
               : NULL;
}

/* ---- in a mail --------------------------------------------------------------------- */

void authjs_mail_add_host(apr_array_header_t *parts, const char *host)
{
    while (*host) {
        apr_size_t len = strcspn(host + 1, ".") + 1;

        APR_ARRAY_PUSH(parts, const char *) = *host == '.' ? "&#8203;" : "";
        APR_ARRAY_PUSH(parts, const char *) =
            authjs_html_escape(parts->pool, apr_pstrmemdup(parts->pool, host, len));
        host += len;
    }
}

apr_int64_t authjs_mail_minutes(apr_int64_t expires, apr_int64_t now)
{
    return expires - now < 60 ? 1 : (expires - now) / 60;
}

static const char *value_of(apr_pool_t *pool, int number, const authjs_mail_look_t *look,
                            const authjs_mail_link_t *link, const char *subject,
                            apr_int64_t now)
{
    switch (number) {
    case URL:
        return link->url;
    case HOST:
        return link->host;
    case SITE:
        return look->site_name ? look->site_name : link->host;
    case EMAIL:
        return link->to;
    case CODE:
        return link->code;
    case MINUTES:
        return apr_psprintf(pool, "%" APR_INT64_T_FMT,
                            authjs_mail_minutes(link->expires, now));
    default:
        return subject;
    }
}

/* Whether what follows text stands in a tag: an attribute's value has no host that is
 * only there for reading. */
static int is_in_tag(const char *text, int before)
{
    const char *open = strrchr(text, '<'), *close = strrchr(text, '>');

    return open || close ? open && (!close || open > close) : before;
}

const char *authjs_template_fill(apr_pool_t *pool, authjs_template_e kind,
                                 const char *text, const authjs_mail_look_t *look,
                                 const authjs_mail_link_t *link, const char *subject,
                                 apr_int64_t now)
{
    apr_array_header_t *parts = apr_array_make(pool, 16, sizeof(const char *));
    const char *piece, *name, *value;
    int in_tag = 0;

    while ((text = next(pool, text, &piece, &name))) {
        int number = number_of(name);

        APR_ARRAY_PUSH(parts, const char *) = piece;
        value = value_of(pool, number, look, link, subject, now);
        value = value ? value : "";
        in_tag = is_in_tag(piece, in_tag);
        if (kind != AUTHJS_TEMPLATE_HTML) {
            APR_ARRAY_PUSH(parts, const char *) = value;
        }
        else if (in_tag || number == URL) {
            APR_ARRAY_PUSH(parts, const char *) = authjs_html_escape(pool, value);
        }
        else {
            authjs_mail_add_host(parts, value);
        }
    }
    APR_ARRAY_PUSH(parts, const char *) = piece;
    return apr_array_pstrcat(pool, parts, '\0');
}
