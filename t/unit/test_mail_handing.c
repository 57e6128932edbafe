/* Handing mails in: no address becomes a command, no value leaves its place in a request,
 * and no answer that says no is taken for yes. Nothing here reaches a network. */
#include "web_helper.h"

#include "core/json.h"
#include "mail/fill.h"
#include "mail/server.h"
#include "mail/service.h"
#include "mail/smtp.h"

static const authjs_http_limits_t limits = {.connect_ms = 1000, .timeout_ms = 1000};

/* ---- SMTP -------------------------------------------------------------------------- */

static const char *why_not(apr_pool_t *pool, const char *to, const char *sender)
{
    authjs_mail_t server = {.server = "smtp://127.0.0.1:1", .plain = 1};
    authjs_smtp_mail_t mail = {.to = to, .bytes = "x\r\n", .len = 3};
    authjs_smtp_result_t result;
    CURL *curl = curl_easy_init();

    server.sender = sender;
    authjs_smtp_send(&result, curl, pool, &limits, apr_time_now() + 1000000, &server,
                     &mail);
    curl_easy_cleanup(curl);
    assert_int_not_equal(result.outcome, AUTHJS_SMTP_SENT);
    return result.why;
}

static void no_address_is_a_command(void **state)
{
    static const char *const bad[] = {"a@b>\r\nRCPT TO:<c@d",
                                      "a@b\nDATA",
                                      "a@b\rDATA",
                                      "a b@c",
                                      "a@b c",
                                      "a@b\tc",
                                      "<a@b>",
                                      "a>@b",
                                      "a@b>",
                                      "\"a\"@b",
                                      "a\\@b",
                                      "a@b@c",
                                      "a@b\x7f",
                                      "a@\xc3\xbc",
                                      "\xc3@b",
                                      "a\xc2\x85@b",
                                      "",
                                      "a",
                                      "@b",
                                      "a@",
                                      NULL};
    static const char refused[] = "this is no address that mail is sent to";
    char text_too_long[400];
    int i;

    memset(text_too_long, 'a', sizeof(text_too_long));
    memcpy(text_too_long + 300, "@b", 3);
    for (i = 0; bad[i]; i++) {
        assert_string_equal(why_not(*state, bad[i], "a@b"), refused);
        assert_string_equal(why_not(*state, "a@b", bad[i]), refused);
    }
    assert_string_equal(why_not(*state, text_too_long, "a@b"), refused);
    /* one that is good is turned away by nobody but the network */
    assert_string_not_equal(why_not(*state, "a.b+c=d@xn--bcher-kva.example", "a@b"),
                            refused);
    assert_string_not_equal(why_not(*state, "m\xc3\xbcller@b.example", "a@b"), refused);
}

static void servers_are_read(void **state)
{
    static const struct {
        const char *text, *server, *user, *password;
    } good[] = {
        {"smtp://h", "smtp://h:587", NULL, NULL},
        {"smtps://h", "smtps://h:465", NULL, NULL},
        {"smtp://h:80", "smtp://h:80", NULL, NULL},
        {"smtp://h:25/", "smtp://h:25", NULL, NULL},
        {"smtp://[::1]:25", "smtp://[::1]:25", NULL, NULL},
        {"smtp://[::1]", "smtp://[::1]:587", NULL, NULL},
        {"smtp://u@h", "smtp://h:587", "u", ""},
        {"smtp://u%40x:p%3A%2F%C3%A4@h", "smtp://h:587", "u@x", "p:/\xc3\xa4"},
        {"smtp://u:p:q@h", "smtp://h:587", "u", "p:q"},
        {"smtp://u@x:p@h", "smtp://h:587", "u@x", "p"},
    };
    static const char *const bad[] = {"",
                                      "h",
                                      "smtp:h",
                                      "smtp:/h",
                                      "smtp://",
                                      "smtp://u@",
                                      "http://h",
                                      "SMTP://h",
                                      "smtp://h:",
                                      "smtp://h:0",
                                      "smtp://h:x",
                                      "smtp://h/x",
                                      "smtp://h#x",
                                      "smtp://h?x=y",
                                      "smtp://u:%@h",
                                      "smtp://a b",
                                      "smtp://h\n",
                                      "smtp://%00@h",
                                      "smtp://h:465",
                                      "smtp://[h]",
                                      "smtp://h\\x",
                                      "smtp://u:p/q@h",
                                      NULL};
    authjs_mail_t mail;
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        memset(&mail, 0, sizeof(mail));
        assert_null(authjs_mail_server_read(&mail, *state, good[i].text));
        assert_string_equal(mail.server, good[i].server);
        assert_string_equal(mail.user ? mail.user : "none",
                            good[i].user ? good[i].user : "none");
        assert_string_equal(mail.password ? mail.password : "none",
                            good[i].password ? good[i].password : "none");
    }
    for (i = 0; bad[i]; i++) {
        memset(&mail, 0, sizeof(mail));
        assert_non_null(authjs_mail_server_read(&mail, *state, bad[i]));
    }
}

/* ---- services ---------------------------------------------------------------------- */

static const char evil[] = "\"}],\"x\":\"\\ {to}{text}\r\n--b\r\nX: y\r\n\r\n&a=b%00";

static authjs_client_request_t request_of(apr_pool_t *pool, const char *definition)
{
    authjs_mail_t mail = {.server = "https://localhost/"};
    authjs_mail_link_t link = {.to = "a@b", .url = evil, .host = "h", .token = "t"};
    authjs_mail_message_t message = {"s", evil, NULL};
    authjs_client_request_t request;

    assert_null(
        authjs_json_parse_object(&mail.request, pool, definition, strlen(definition)));
    assert_null(authjs_service_request(&request, pool, &mail, &link, &message));
    return request;
}

static void values_stay_in_json(void **state)
{
    authjs_client_request_t request = request_of(
        *state, "{\"json\":{\"u\":\"<{url}>\",\"t\":[\"{text}\",\"{html}\",\"{code}\",1],"
                "\"n\":null,\"h\":\"{html}\",\"o\":\"{other}{}{\",\"f\":\"{from}\"},"
                "\"values\":{\"from\":\"{url}\"}}");
    struct json_object *body = NULL, *list;

    assert_null(
        authjs_json_parse_object(&body, *state, request.body, strlen(request.body)));
    assert_string_equal(authjs_json_get_string(body, "u"),
                        apr_pstrcat(*state, "<", evil, ">", NULL));
    list = authjs_json_get_array(body, "t");
    assert_int_equal(json_object_array_length(list), 2);
    assert_string_equal(json_object_get_string(json_object_array_get_idx(list, 0)), evil);
    assert_true(json_object_object_get_ex(body, "n", NULL));
    assert_false(json_object_object_get_ex(body, "h", NULL));
    assert_string_equal(authjs_json_get_string(body, "o"), "{other}{}{");
    assert_string_equal(authjs_json_get_string(body, "f"), "{url}");
    assert_int_equal(json_object_object_length(body), 5);
    assert_string_equal(request.headers[0], "Content-Type: application/json");
    assert_null(request.headers[1]);
}

static void values_stay_in_forms(void **state)
{
    authjs_client_request_t request =
        request_of(*state, "{\"form\":{\"u\":\"{url}\",\"c\":\"{code}\",\"t\":\"{to}\"},"
                           "\"values\":{},\"headers\":[\"X-Key: k\"]}");

    assert_string_equal(request.body,
                        "u=%22%7D%5D%2C%22x%22%3A%22%5C+%7Bto%7D%7Btext%7D%0D%0A--b%0D%0A"
                        "X%3A+y%0D%0A%0D%0A%26a%3Db%2500&t=a%40b");
    assert_string_equal(request.headers[1], "X-Key: k");
    assert_null(request.headers[2]);
}

static void values_stay_in_parts(void **state)
{
    authjs_client_request_t request =
        request_of(*state, "{\"multipart\":{\"u\":\"{url}\",\"t\":\"{to}\"},"
                           "\"values\":{}}");
    const char *boundary = strstr(request.headers[0], "boundary=") + 9, *at;
    int count = 0;

    boundary = apr_pstrcat(*state, "--", boundary, NULL);
    assert_int_equal(strlen(boundary), 34);
    for (at = request.body; (at = strstr(at, boundary)); at++) {
        count++;
    }
    assert_int_equal(count, 3);
    assert_non_null(
        strstr(request.body, apr_pstrcat(*state, "\r\n\r\n", evil, "\r\n--", NULL)));
}

static void answers_are_understood(void **state)
{
    static const struct {
        long status;
        const char *body;
        int taken;
    } answers[] = {
        {200, "", 1},
        {202, "{}", 1},
        {204, "x", 1},
        {200, "[]", 1},
        {200, "{\"ErrorCode\":0}", 1},
        {200, "{\"error\":null,\"errors\":[],\"success\":true}", 1},
        {200, "{\"error\":\"\",\"errors\":{}}", 1},
        {200, "{\"error\":false}", 1},
        {200, "{\"ErrorCode\":300}", 0},
        {200, "{\"ErrorCode\":\"0\"}", 0},
        {200, "{\"error\":\"x\"}", 0},
        {200, "{\"error\":{\"message\":\"x\"}}", 0},
        {200, "{\"error\":1}", 0},
        {200, "{\"errors\":[\"x\"]}", 0},
        {200, "{\"success\":false}", 0},
        {199, "{}", 0},
        {302, "{}", 0},
        {400, "{}", 0},
        {500, "", 0},
    };
    authjs_mail_t mail = {0};
    const char *definition = "{\"success\":{\"/ErrorCode\":0}}";
    size_t i;

    assert_null(
        authjs_json_parse_object(&mail.request, *state, definition, strlen(definition)));
    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        authjs_client_response_t response = {.status = answers[i].status,
                                             .body = answers[i].body,
                                             .body_len = strlen(answers[i].body)};

        assert_int_equal(!authjs_service_refusal(*state, &mail, &response),
                         answers[i].taken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_address_is_a_command), TEST(servers_are_read),
        TEST(values_stay_in_json),     TEST(values_stay_in_forms),
        TEST(values_stay_in_parts),    TEST(answers_are_understood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
