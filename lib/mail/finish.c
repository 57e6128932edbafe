/* What an e-mail provider needs to send mails, at start. */
#include "mail/finish.h"

#include "mail/server.h"
#include "mail/template.h"
#include "settings/settings.h"
#include "web/address.h"
#include "web/url.h"

#define DAY ((apr_int64_t)24 * 3600)

/* ---- the sender -------------------------------------------------------------------- */

/* A display name without its quotes (RFC 5322, section 3.2.4), or NULL. */
static const char *display_name(apr_pool_t *pool, const char *text, apr_size_t len)
{
    char *name = apr_palloc(pool, len + 1), *out = name;
    const char *end = text + len;
    int quoted;

    while (text < end && apr_isspace(*text)) {
        text++;
    }
    while (end > text && apr_isspace(end[-1])) {
        end--;
    }
    quoted = end - text >= 2 && *text == '"' && end[-1] == '"';
    for (text += quoted, end -= quoted; text < end; text++) {
        text += quoted && *text == '\\' && text + 1 < end;
        *out++ = *text;
    }
    *out = '\0';
    return *name ? name : NULL;
}

/* "Name <a@b>", or a@b. */
static const char *read_from(authjs_mail_t *mail, apr_pool_t *pool)
{
    const char *open = ap_strrchr_c(mail->from, '<'), *why = NULL;
    apr_size_t len = strlen(mail->from);

    mail->from_address = mail->from;
    if (open && mail->from[len - 1] == '>') {
        mail->from_address = apr_pstrmemdup(pool, open + 1, mail->from + len - open - 2);
        mail->from_name = display_name(pool, mail->from, (apr_size_t)(open - mail->from));
    }
    if (!authjs_is_line(mail->from, 255) ||
        (mail->from_name && strpbrk(mail->from_name, "<>"))) {
        why = "write one line of at most 255 bytes, with one < and one >";
    }
    else {
        why = authjs_address_ascii(&mail->sender, pool, mail->from_address);
    }
    return why ? apr_pstrcat(pool, "AuthJSMailFrom must be an address, or \"Name ",
                             "<address>\": ", why, NULL)
               : NULL;
}

static const char *finish_from(authjs_provider_t *provider, authjs_mail_t *mail,
                               apr_pool_t *pool)
{
    const char *name;

    if (!mail->from) {
        mail->from = authjs_env_provider(pool, provider->id, "FROM", &name);
    }
    return mail->from ? read_from(mail, pool)
                      : apr_psprintf(pool,
                                     "does not say whom mails are from; write "
                                     "AuthJSMailFrom ADDRESS, or set %s",
                                     name);
}

/* ---- SMTP -------------------------------------------------------------------------- */

static int is_loopback(apr_pool_t *pool, const char *server)
{
    const char *rest = ap_strstr_c(server, "://");
    authjs_url_t url;

    return !authjs_url_parse(&url, pool, apr_pstrcat(pool, "http", rest, NULL)) &&
           authjs_url_is_loopback(url.host);
}

static const char *finish_smtp(authjs_provider_t *provider, authjs_mail_t *mail,
                               const authjs_site_t *site, apr_pool_t *pool)
{
    const char *name, *why, *text;
    const char *written = mail->server;

    if (!written) {
        written = authjs_env_provider(pool, provider->id, "SERVER", &name);
        if (!written) {
            return apr_psprintf(pool,
                                "does not say where mails are handed in; write "
                                "AuthJSMailServer smtp://HOST, or set %s",
                                name);
        }
        text = written;
        why = NULL;
    }
    else {
        why = authjs_secret_resolve(&text, pool, written);
    }
    if (!why && text == authjs_secret_pending) {
        mail->server = "smtp://localhost:587";
        return NULL;
    }
    why = why ? why : authjs_mail_server_read(mail, pool, text);
    if (why) {
        return apr_pstrcat(pool, "AuthJSMailServer ", why, NULL);
    }
    if (mail->plain && !strncmp(mail->server, "smtps:", 6)) {
        return "AuthJSMailServer smtps:// has TLS from the start; starttls=off belongs "
               "behind smtp://";
    }
    if (mail->plain && !is_loopback(pool, mail->server)) {
        authjs_remark(site->s,
                      "provider %s: mails go to %s in the clear, and whoever reads the "
                      "link in one can sign in; without starttls=off TLS is demanded",
                      provider->id, mail->server);
    }
    return NULL;
}

/* A service that writes the mail itself knows whom it is from. */
static int has_sender(struct json_object *definition, apr_pool_t *pool)
{
    const char *text = authjs_json_text(pool, definition);

    return ap_strstr_c(text, "{from") || ap_strstr_c(text, "{sender}");
}

/* The secret of its tokens is any e-mail provider's (lib/providers/email.c). */
static int has_other_options(const authjs_provider_t *provider)
{
    const apr_table_t *options = provider->options;

    return options &&
           (apr_table_elts(options)->nelts > 1 || !apr_table_get(options, "secret"));
}

const char *authjs_mail_finish(authjs_provider_t *provider, const authjs_site_t *site,
                               apr_pool_t *pool)
{
    struct json_object *definition = authjs_json_get_object(provider->definition, "mail");
    authjs_mail_t *mail = apr_pcalloc(pool, sizeof(*mail));
    const char *why = NULL;

    if (provider->mail) {
        *mail = *provider->mail;
    }
    provider->mail = mail;
    mail->max_age = mail->max_age ? mail->max_age : DAY;
    why = authjs_template_check_code(mail);
    if (why) {
        return why;
    }
    if (!definition || mail->from || has_sender(definition, pool)) {
        why = finish_from(provider, mail, pool);
    }
    if (why) {
        return why;
    }
    if (definition) {
        return authjs_service_finish(provider, site, pool);
    }
    return has_other_options(provider)
               ? "hands mails in by SMTP, where AuthJSOption means nothing but secret; "
                 "write AuthJSMailServer"
               : finish_smtp(provider, mail, site, pool);
}
