/* Handing a mail in, and what the log says when that fails. */
#include "mail/mail.h"

#include "http/handles.h"
#include "mail/service.h"
#include "mail/smtp.h"
#include "web/address.h"
#include "web/url.h"

/* Connections to one mail server that wait for the next mail: servers count them. */
#define IDLE_MAX   8
#define ANSWER_MAX 300

/* ---- the log ----------------------------------------------------------------------- */

/* What opens something, and whose address it is, has no place in the log: servers
 * quote both. */
static void hide(authjs_exchange_t *x, const authjs_mail_link_t *link)
{
    const authjs_mail_t *mail = x->provider->mail;

    authjs_exchange_hide(x, link->url);
    authjs_exchange_hide(x, link->token);
    authjs_exchange_hide(x, link->code);
    authjs_exchange_hide(x, mail->password);
    authjs_exchange_hide(x, mail->api_key);
    if (!x->site->log_user) {
        authjs_exchange_hide(x, link->to);
    }
}

/* The path of a service's URL, and its query, may be as secret as a key. */
static const char *server_name(const authjs_exchange_t *x)
{
    const char *server = x->provider->mail->server;
    authjs_url_t url;

    return authjs_url_parse(&url, x->pool, server) ? server : url.origin;
}

static const authjs_error_t *failed(authjs_exchange_t *x, const char *why,
                                    const char *answer)
{
    const char *words = "";

    if (answer && *answer) {
        answer = authjs_exchange_without_secrets(x, answer);
        answer =
            authjs_printable(x->pool, authjs_without_tokens(x->pool, answer), ANSWER_MAX);
        words = apr_pstrcat(x->pool, ": \"", answer, "\"", NULL);
    }
    return authjs_error(x->pool, AUTHJS_ERR_EmailSignInError, "%s: %s%s", server_name(x),
                        why, words);
}

/* ---- SMTP -------------------------------------------------------------------------- */

/* Our name is the site's, not what a browser calls it. */
static const char *own_host(const authjs_exchange_t *x)
{
    const char *origin = x->site->pinned_origin;
    authjs_url_t url;

    if (!origin) {
        const char *name = x->site->s->server_hostname;

        origin = apr_pstrcat(x->pool, "http://", name ? name : "localhost", NULL);
    }
    return authjs_url_parse(&url, x->pool, origin) ? NULL : url.host;
}

static const authjs_error_t *send_smtp(authjs_exchange_t *x, const char *to,
                                       const authjs_mail_message_t *message)
{
    const authjs_mail_t *server = x->provider->mail;
    authjs_client_t *client = x->site->client;
    const char *place = authjs_smtp_place(x->pool, server);
    authjs_smtp_mail_t mail = {.to = to, .ehlo = own_host(x)};
    authjs_smtp_result_t result;
    CURL *curl;

    mail.bytes =
        authjs_mail_format(x->pool, server, to, message, apr_time_now(), &mail.len);
    if (!mail.bytes) {
        return failed(x, "the mail cannot be written", NULL);
    }
    if (authjs_client_is_away(client, place)) {
        return failed(x, "nobody answered there a moment ago", NULL);
    }
    curl = authjs_client_take(client, place);
    if (!curl) {
        return failed(x, "libcurl has no handle", NULL);
    }
    authjs_smtp_send(&result, curl, x->pool, &x->site->http, x->deadline, server, &mail);
    if (result.outcome == AUTHJS_SMTP_SENT) {
        authjs_client_give_back(client, place, curl, IDLE_MAX);
    }
    else {
        /* libcurl keeps a connection on which it no longer waits for the answer to a
         * mail: the next mail would take it for its own */
        authjs_handle_close(curl);
    }
    if (result.is_silent) {
        authjs_client_note_away(client, place);
    }
    return result.why ? failed(x, result.why, result.answer) : NULL;
}

/* ---- services ---------------------------------------------------------------------- */

static const authjs_error_t *send_request(authjs_exchange_t *x,
                                          const authjs_mail_link_t *link,
                                          const authjs_mail_message_t *message)
{
    const authjs_mail_t *mail = x->provider->mail;
    authjs_client_request_t request;
    authjs_client_response_t *response;
    const char *why = authjs_service_request(&request, x->pool, mail, link, message);

    if (why) {
        return failed(x, why, NULL);
    }
    why = authjs_client_send(x, &request, &response);
    if (why) {
        return authjs_error(x->pool, AUTHJS_ERR_EmailSignInError, "%s", why);
    }
    why = authjs_service_refusal(x->pool, mail, response);
    return why ? failed(x, why, response->body) : NULL;
}

const authjs_error_t *authjs_mail_send(authjs_exchange_t *x,
                                       const authjs_mail_link_t *link,
                                       const authjs_mail_message_t *message)
{
    const char *to, *why = authjs_address_ascii(&to, x->pool, link->to);
    authjs_mail_link_t in_ascii = *link;

    hide(x, link);
    if (why) {
        return failed(x, why, NULL);
    }
    if (!x->site->log_user) {
        authjs_exchange_hide(x, to);
    }
    /* Older rules make fass.de of faß.de: nobody else is to choose the domain. */
    in_ascii.to = to;
    return x->provider->mail->request ? send_request(x, &in_ascii, message)
                                      : send_smtp(x, to, message);
}
