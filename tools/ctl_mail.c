/* authjsctl mail: a mail through the server or service of a site's e-mail provider. */
#include "ctl_limits.h"

#include "http/transfer.h"
#include "mail/mail.h"
#include "mail/service.h"
#include "mail/smtp.h"
#include "web/address.h"
#include "web/url.h"

#include <stdio.h>
#include <string.h>

#define DEADLINE   apr_time_from_sec(60)
#define ANSWER_MAX 500

/* A provider of a site, as httpd has written it down, and a mail for it. */
typedef struct {
    const authjs_ctl_t *ctl;
    authjs_mail_t mail;
    authjs_http_limits_t limits;
    const char *origin, *host;
    const char *to; /* in ASCII */
    authjs_mail_link_t link;
    authjs_mail_message_t message;
} test_t;

/* ---- what httpd says --------------------------------------------------------------- */

static void read_mail(authjs_mail_t *mail, struct json_object *provider)
{
    mail->server = authjs_json_get_string(provider, "server");
    mail->plain = json_object_get_boolean(authjs_json_get(provider, "plain"));
    mail->user = authjs_json_get_string(provider, "user");
    mail->password = authjs_json_get_string(provider, "password");
    mail->from = authjs_json_get_string(provider, "from");
    mail->from_name = authjs_json_get_string(provider, "fromName");
    mail->from_address = authjs_json_get_string(provider, "fromAddress");
    mail->sender = authjs_json_get_string(provider, "sender");
    mail->api_key = authjs_json_get_string(provider, "apiKey");
    mail->request = authjs_json_get_object(provider, "request");
}

/* The one that --provider names, or the only one. */
static int choose_provider(const authjs_ctl_t *ctl, struct json_object *providers,
                           struct json_object **provider)
{
    const char *wanted = ctl->value[AUTHJS_OPT_PROVIDER], *ids = "";
    size_t i, count = json_object_array_length(providers);

    *provider = NULL;
    for (i = 0; i < count; i++) {
        struct json_object *one = json_object_array_get_idx(providers, i);
        const char *id = authjs_json_get_string(one, "id");

        ids = apr_pstrcat(ctl->pool, ids, " ", id, NULL);
        if (wanted ? !strcmp(wanted, id) : count == 1) {
            *provider = one;
        }
    }
    return *provider ? AUTHJS_CTL_OK
                     : authjs_ctl_fail(AUTHJS_CTL_USAGE,
                                       "which one? --provider is one of%s", ids);
}

/* ---- the mail ---------------------------------------------------------------------- */

static void write_mail(test_t *test)
{
    apr_pool_t *pool = test->ctl->pool;

    test->link.url = test->origin;
    test->link.host = test->host;
    test->link.token = "test";
    test->link.expires = test->ctl->now;
    test->message.subject = apr_pstrcat(pool, "Test mail of ", test->host, NULL);
    test->message.text =
        apr_pstrcat(pool, "This is a test of authjsctl mail.\n\nSign-in links of\n",
                    test->origin,
                    "\ncome on the same way. Nobody can sign in with this mail.\n", NULL);
    test->message.html = apr_pstrcat(
        pool,
        "<!DOCTYPE html>\n<html lang=\"en\"><body><p>This is a test of authjsctl mail."
        "</p><p>Sign-in links of ",
        test->origin,
        " come on the same way. Nobody can sign in with this mail.</p></body></html>\n",
        NULL);
}

/* The path of a service's URL, and its query, may be as secret as a key. */
static const char *server_name(const test_t *test)
{
    authjs_url_t url;

    return authjs_url_parse(&url, test->ctl->pool, test->mail.server) ? test->mail.server
                                                                      : url.origin;
}

static int report(const test_t *test, int code, const char *why, const char *answer)
{
    apr_pool_t *pool = test->ctl->pool;

    if (!code) {
        printf("sent to %s through %s\n", test->to, server_name(test));
        return code;
    }
    if (answer && *answer) {
        answer =
            authjs_without(pool, answer, test->mail.password ? test->mail.password : "");
        answer =
            authjs_without(pool, answer, test->mail.api_key ? test->mail.api_key : "");
        return authjs_ctl_fail(code, "%s: %s: \"%s\"", server_name(test), why,
                               authjs_printable(pool, answer, ANSWER_MAX));
    }
    return authjs_ctl_fail(code, "%s: %s", server_name(test), why);
}

static int send_smtp(const test_t *test, CURL *curl)
{
    static const int codes[] = {AUTHJS_CTL_OK, AUTHJS_CTL_FAILED, AUTHJS_CTL_AWAY};
    apr_pool_t *pool = test->ctl->pool;
    authjs_smtp_mail_t mail = {.to = test->to};
    authjs_smtp_result_t result;
    authjs_url_t url;

    mail.ehlo = authjs_url_parse(&url, pool, test->origin) ? NULL : url.host;
    mail.bytes = authjs_mail_format(pool, &test->mail, test->link.to, &test->message,
                                    apr_time_now(), &mail.len);
    if (!mail.bytes) {
        return authjs_ctl_fail(AUTHJS_CTL_FAILED, "the mail cannot be written");
    }
    authjs_smtp_send(&result, curl, pool, &test->limits, apr_time_now() + DEADLINE,
                     &test->mail, &mail);
    return report(test, codes[result.outcome], result.why, result.answer);
}

static int send_request(const test_t *test, CURL *curl)
{
    apr_pool_t *pool = test->ctl->pool;
    authjs_client_request_t request;
    authjs_client_response_t *response;
    const char *why =
        authjs_service_request(&request, pool, &test->mail, &test->link, &test->message);

    if (!why) {
        why = authjs_transfer(curl, pool, &test->limits, apr_time_now() + DEADLINE,
                              &request, &response);
    }
    if (why) {
        return report(test, AUTHJS_CTL_AWAY, why, NULL);
    }
    why = authjs_service_refusal(pool, &test->mail, response);
    return report(test, why ? AUTHJS_CTL_FAILED : AUTHJS_CTL_OK, why, response->body);
}

int authjs_ctl_mail(authjs_ctl_t *ctl)
{
    static const char *const members[] = {"mails", "http", "origin", NULL};
    struct json_object *site, *provider;
    test_t test = {.ctl = ctl};
    const char *why;
    CURL *curl;
    int code;

    if (!ctl->value[AUTHJS_OPT_TO]) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "to whom? write --to ADDRESS");
    }
    why = authjs_address_normalise(&test.link.to, ctl->pool, ctl->value[AUTHJS_OPT_TO]);
    why = why ? why : authjs_address_ascii(&test.to, ctl->pool, test.link.to);
    if (why) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "--to: %s", why);
    }
    code = authjs_ctl_site(ctl, members, &site);
    if (!code) {
        code = choose_provider(ctl, authjs_json_get_array(site, "mails"), &provider);
    }
    if (code) {
        return code;
    }
    authjs_ctl_limits(&test.limits, authjs_json_get_object(site, "http"));
    read_mail(&test.mail, provider);
    test.origin = authjs_json_get_string(site, "origin");
    test.host = strstr(test.origin, "://") + 3;
    write_mail(&test);
    curl = curl_easy_init();
    code = test.mail.request ? send_request(&test, curl) : send_smtp(&test, curl);
    curl_easy_cleanup(curl);
    curl_slist_free_all(test.limits.resolve);
    return code;
}
