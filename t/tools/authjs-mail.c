/* authjs-mail <DESCRIPTION: the mail that the module writes. stdin has descriptions, a
 * JSON object a line:
 *   {"language", "host", "url", "to", "code", "now", "expires", "name", "brandColor",
 *    "buttonText", "colorScheme", "from", "fromName", "subject", "text", "html"}
 * where the last three are templates, or
 *   {"message": {"subject", "text", "html"}, "to", "from", "fromName", "now"}
 * as it stands. Each is answered by a line: {"subject", "text", "html", "mail"}, the last
 * one as SMTP servers get it. For the tests: not installed. */
#include "core/json.h"
#include "mail/mail.h"

#include "apr_general.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT (16 * 1024 * 1024)

static const authjs_language_t *language_of(apr_pool_t *pool, const char *tag)
{
    apr_array_header_t *languages;

    authjs_languages_make(&languages, pool, NULL);
    tag = tag ? tag : "en";
    return authjs_language_find(languages, tag, strlen(tag));
}

static void compose(authjs_mail_message_t *message, apr_pool_t *pool,
                    struct json_object *it, authjs_mail_t *mail, apr_int64_t now)
{
    const char *scheme = authjs_json_get_string(it, "colorScheme");
    authjs_mail_look_t look = {0};
    authjs_mail_link_t link = {0};

    mail->subject = authjs_json_get_string(it, "subject");
    mail->text = authjs_json_get_string(it, "text");
    mail->html = authjs_json_get_string(it, "html");
    look.mail = mail;
    look.language = language_of(pool, authjs_json_get_string(it, "language"));
    look.site_name = authjs_json_get_string(it, "name");
    look.brand_color = authjs_json_get_string(it, "brandColor");
    look.button_text = authjs_json_get_string(it, "buttonText");
    look.light = scheme && !strcmp(scheme, "light");
    link.to = authjs_json_get_string(it, "to");
    link.url = authjs_json_get_string(it, "url");
    link.host = authjs_json_get_string(it, "host");
    link.code = authjs_json_get_string(it, "code");
    link.expires = json_object_get_int64(json_object_object_get(it, "expires"));
    authjs_mail_compose(message, pool, &look, &link, now);
}

static struct json_object *answer_to(apr_pool_t *pool, struct json_object *it)
{
    struct json_object *answer = authjs_json_object(pool), *whole;
    apr_int64_t now = json_object_get_int64(json_object_object_get(it, "now"));
    authjs_mail_message_t message = {0};
    authjs_mail_t mail = {0};
    const char *text;
    apr_size_t len;

    mail.from_name = authjs_json_get_string(it, "fromName");
    mail.from_address = authjs_json_get_string(it, "from");
    if (json_object_object_get_ex(it, "message", &whole)) {
        message.subject = authjs_json_get_string(whole, "subject");
        message.text = authjs_json_get_string(whole, "text");
        message.html = authjs_json_get_string(whole, "html");
    }
    else {
        compose(&message, pool, it, &mail, now);
    }
    authjs_json_set_string(answer, "subject", message.subject);
    authjs_json_set_string(answer, "text", message.text);
    authjs_json_set_string(answer, "html", message.html);
    text = authjs_mail_format(pool, &mail, authjs_json_get_string(it, "to"), &message,
                              apr_time_from_sec(now), &len);
    authjs_json_set_string(answer, "mail", text);
    return answer;
}

int main(void)
{
    char *text = malloc(MAX_TEXT + 1), *at, *end;
    size_t len = text ? fread(text, 1, MAX_TEXT, stdin) : 0;
    struct json_object *it;
    apr_pool_t *pool;
    const char *why;

    if (!text || len == MAX_TEXT) {
        return 1;
    }
    text[len] = '\0';
    apr_initialize();
    for (at = text; (end = strchr(at, '\n')); at = end + 1) {
        apr_pool_create(&pool, NULL);
        why = authjs_json_parse_object(&it, pool, at, (apr_size_t)(end - at));
        if (why) {
            fprintf(stderr, "%s\n", why);
            return 1;
        }
        printf("%s\n", authjs_json_text(pool, answer_to(pool, it)));
        apr_pool_destroy(pool);
    }
    apr_terminate();
    free(text);
    return 0;
}
