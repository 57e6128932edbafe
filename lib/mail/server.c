#include "mail/server.h"

#include "web/url.h"

#define FORM "smtp://[user:password@]host[:port] or smtps://..."

static const char malformed[] =
    "must be " FORM "; in user name and password, all but letters, digits and - . _ ~ is "
    "written %XX";

/* user[:password], each with its %XX. */
static const char *read_login(authjs_mail_t *mail, apr_pool_t *pool, const char *text,
                              apr_size_t len)
{
    const char *colon = memchr(text, ':', len);
    apr_size_t user_len = colon ? (apr_size_t)(colon - text) : len;

    mail->user = authjs_url_decode(pool, text, user_len);
    mail->password = colon ? authjs_url_decode(pool, colon + 1, len - user_len - 1) : "";
    return mail->user && mail->password ? NULL : malformed;
}

/* host[:port], and nothing behind it. The reader of origins knows what a host is. */
static const char *read_host(authjs_mail_t *mail, apr_pool_t *pool, const char *scheme,
                             const char *text)
{
    const char *end = text + strcspn(text, "/?#");
    authjs_url_t url;
    int port = strcmp(scheme, "smtps") ? 587 : 465;

    if (*end == '?') {
        return "has something behind ?, as nodemailer takes it; what there is to say here "
               "is starttls=off, behind the address";
    }
    if (end[0] && (end[0] != '/' || end[1])) {
        return malformed;
    }
    text = apr_pstrmemdup(pool, text, end - text);
    if (authjs_url_parse(&url, pool, apr_pstrcat(pool, "http://", text, NULL))) {
        return malformed;
    }
    if (strlen(text) > strlen(url.host)) {
        port = url.port;
    }
    if (port == 465 && !strcmp(scheme, "smtp")) {
        return "has port 465, where TLS is spoken from the start; write smtps://";
    }
    mail->server = apr_psprintf(pool, "%s://%s:%d", scheme, url.host, port);
    return NULL;
}

const char *authjs_mail_server_read(authjs_mail_t *mail, apr_pool_t *pool,
                                    const char *text)
{
    const char *colon = strstr(text, "://"), *authority, *at = NULL, *c, *why = NULL;
    char *scheme;

    if (!colon || !authjs_is_line(text, AUTHJS_URL_MAX_LEN)) {
        return malformed;
    }
    scheme = apr_pstrmemdup(pool, text, colon - text);
    if (strcmp(scheme, "smtp") && strcmp(scheme, "smtps")) {
        return "must be " FORM;
    }
    authority = colon + 3;
    for (c = authority; *c && !strchr("/?#", *c); c++) {
        at = *c == '@' ? c : at;
    }
    if (at) {
        why = read_login(mail, pool, authority, (apr_size_t)(at - authority));
    }
    return why ? why : read_host(mail, pool, scheme, at ? at + 1 : authority);
}
