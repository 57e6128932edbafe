/* A mail as SMTP servers take it: RFC 5322 with MIME. */
#include "mail/mail.h"

#include "core/core.h"
#include "mail/header.h"
#include "web/url.h"

#include "apr_base64.h"

/* Of a line of either encoding (RFC 2045, 6.7 and 6.8): 57 bytes are 76 characters. */
#define LINE_LEN          76
#define BASE64_LINE_BYTES 57

/* ---- bodies ------------------------------------------------------------------------ */

/* With every kind of line end as CRLF. */
static char *with_crlf(apr_pool_t *pool, const char *text)
{
    char *lines = apr_palloc(pool, 2 * strlen(text) + 1), *out = lines;

    for (; *text; text++) {
        if (*text == '\r' || *text == '\n') {
            text += text[0] == '\r' && text[1] == '\n';
            *out++ = '\r';
            *out++ = '\n';
        }
        else {
            *out++ = *text;
        }
    }
    *out = '\0';
    return lines;
}

/* Whether a byte stands for itself: printable, and neither the dot that ends a mail nor
 * "From " at the start of a line, nor a blank at its end. */
static int is_literal(const char *at, apr_size_t column)
{
    if (*at == ' ' || *at == '\t') {
        return at[1] && at[1] != '\r';
    }
    if (column == 0 && (*at == '.' || !strncmp(at, "From ", 5))) {
        return 0;
    }
    return *at > 0x20 && *at < 0x7f && *at != '=';
}

static char *break_line(char *out, const char *line_end)
{
    apr_size_t len = strlen(line_end);

    memcpy(out, line_end, len);
    return out + len;
}

/* RFC 2045, 6.7. Lines end in CRLF already. */
static const char *quoted_printable(apr_pool_t *pool, const char *text)
{
    /* three bytes a byte, and a soft break after 24 of them at the least */
    char *encoded = apr_palloc(pool, 4 * strlen(text) + 1), *out = encoded;
    apr_size_t column = 0, size;

    for (; *text; text++) {
        if (*text == '\r') {
            out = break_line(out, "\r\n");
            text++;
            column = 0;
            continue;
        }
        size = is_literal(text, column) ? 1 : 3;
        if (column + size > LINE_LEN - 1) {
            out = break_line(out, "=\r\n");
            column = 0;
            size = is_literal(text, column) ? 1 : 3;
        }
        if (size == 1) {
            *out++ = *text;
        }
        else {
            authjs_percent_encode(out, *text);
            *out = '=';
            out += size;
        }
        column += size;
    }
    *out = '\0';
    return encoded;
}

static const char *base64_lines(apr_pool_t *pool, const char *text)
{
    apr_size_t left = strlen(text), len;
    char *encoded = apr_palloc(pool, left * 2 + LINE_LEN + 3), *out = encoded;

    for (; left; left -= len, text += len) {
        len = left < BASE64_LINE_BYTES ? left : BASE64_LINE_BYTES;
        out += apr_base64_encode_binary(out, (const unsigned char *)text, (int)len) - 1;
        if (len < left) {
            out = break_line(out, "\r\n");
        }
    }
    *out = '\0';
    return encoded;
}

/* Base64 is the shorter of the two for what is written in other letters than Latin. */
static int is_mostly_ascii(const char *text)
{
    apr_size_t beyond = 0, len = strlen(text);

    for (; *text; text++) {
        beyond += (unsigned char)*text >= 0x80;
    }
    return beyond <= len / 6;
}

static const char *part(apr_pool_t *pool, const char *type, const char *text)
{
    const char *lines = with_crlf(pool, text);
    int ascii = is_mostly_ascii(lines);

    return apr_pstrcat(
        pool, "Content-Type: ", type, "; charset=utf-8\r\n",
        "Content-Transfer-Encoding: ", ascii ? "quoted-printable" : "base64", "\r\n\r\n",
        ascii ? quoted_printable(pool, lines) : base64_lines(pool, lines), "\r\n", NULL);
}

/* A boundary with "=_" is in no text of either encoding. */
static const char *body(apr_pool_t *pool, const authjs_mail_message_t *message,
                        const char *random)
{
    if (!message->html || !message->text) {
        return message->html ? part(pool, "text/html", message->html)
                             : part(pool, "text/plain", message->text);
    }
    return apr_pstrcat(pool, "Content-Type: multipart/alternative;\r\n boundary=\"=_",
                       random, "\"\r\n\r\n--=_", random, "\r\n",
                       part(pool, "text/plain", message->text), "--=_", random, "\r\n",
                       part(pool, "text/html", message->html), "--=_", random, "--\r\n",
                       NULL);
}

/* ---- the mail ---------------------------------------------------------------------- */

static const char *date_of(apr_pool_t *pool, apr_time_t now)
{
    const char *date = authjs_http_date(pool, apr_time_sec(now));

    return apr_pstrcat(pool, apr_pstrmemdup(pool, date, strlen(date) - strlen("GMT")),
                       "+0000", NULL);
}

const char *authjs_mail_format(apr_pool_t *pool, const authjs_mail_t *mail,
                               const char *to, const authjs_mail_message_t *message,
                               apr_time_t now, apr_size_t *len)
{
    const char *random = authjs_random_hex(pool, 16);
    const char *sender, *recipient, *domain, *text;

    *len = 0;
    sender =
        authjs_mail_header_address(pool, "From", mail->from_name, mail->from_address);
    recipient = authjs_mail_header_address(pool, "To", NULL, to);
    if (!random || !sender || !recipient) {
        return NULL;
    }
    domain = strrchr(sender, '@') + 1;
    text =
        apr_pstrcat(pool, sender, recipient,
                    authjs_mail_header_text(pool, "Subject", message->subject),
                    "Date: ", date_of(pool, now), "\r\nMessage-ID: <", random, "@",
                    apr_pstrndup(pool, domain, strcspn(domain, ">\r")), ">\r\n",
                    "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"
                    "MIME-Version: 1.0\r\n",
                    body(pool, message, random), NULL);
    *len = strlen(text);
    return text;
}
