/* What is kept out of events. */
#include "web_helper.h"

#include "callbacks/redact.h"

#include <string.h>

static struct json_object *parse(apr_pool_t *pool, const char *text)
{
    struct json_object *value;

    assert_null(authjs_json_parse(&value, pool, text, strlen(text)));
    return value;
}

static void becomes(apr_pool_t *pool, const char *before, const char *after)
{
    struct json_object *params = parse(pool, before);

    assert_string_equal(authjs_json_text(pool, authjs_redacted(pool, params)), after);
    assert_string_equal(authjs_json_text(pool, params), before);
}

static void what_auth_js_gives_loses_its_secrets(void **state)
{
    becomes(
        *state,
        "{\"user\":{\"id\":\"1\",\"email\":\"a@b.c\"},\"account\":{\"provider\":\"x\","
        "\"type\":\"oidc\",\"providerAccountId\":\"7\",\"access_token\":\"A\","
        "\"refresh_token\":\"R\",\"id_token\":\"I\",\"expires_at\":5,"
        "\"token_type\":\"bearer\",\"scope\":\"openid\",\"session_state\":\"s\"},"
        "\"isNewUser\":false}",
        "{\"user\":{\"id\":\"1\",\"email\":\"a@b.c\"},\"account\":{\"provider\":\"x\","
        "\"type\":\"oidc\",\"providerAccountId\":\"7\",\"expires_at\":5,"
        "\"token_type\":\"bearer\",\"scope\":\"openid\",\"session_state\":\"s\"},"
        "\"isNewUser\":false}");
    becomes(*state, "{\"session\":{\"sessionToken\":\"S\",\"userId\":\"1\"}}",
            "{\"session\":{\"userId\":\"1\"}}");
    becomes(*state, "{\"credentials\":{\"username\":\"j\",\"password\":\"P\"}}",
            "{\"credentials\":{\"username\":\"j\"}}");
    becomes(*state, "{\"identifier\":\"a@b.c\",\"token\":\"V\",\"code\":\"C\"}",
            "{\"identifier\":\"a@b.c\"}");
}

static void claims_are_no_secret_what_is_in_them_may_be(void **state)
{
    becomes(*state,
            "{\"token\":{\"sub\":\"1\",\"accessToken\":\"A\",\"exp\":9,\"jti\":\"j\"}}",
            "{\"token\":{\"sub\":\"1\",\"exp\":9,\"jti\":\"j\"}}");
    becomes(*state, "{\"token\":null}", "{}");
    becomes(*state, "{\"token\":[\"A\"]}", "{}");
    becomes(*state, "{\"accessToken\":{\"value\":\"A\"}}", "{}");
}

static void names_are_read_in_every_spelling(void **state)
{
    static const char *const secret[] = {
        "access_token", "accessToken",   "Access-Token",  "ACCESS_TOKEN", "tokens",
        "csrfToken",    "client_secret", "clientSecret",  "secret",       "user_password",
        "passwordHash", "Passwd",        "api_key",       "X-Api-Key",    "privateKey",
        "code",         "code_verifier", "Authorization", "cookie",       "otp"};
    static const char *const open[] = {"name",     "email",    "token_type", "decoder",
                                       "postcode", "picture",  "sub",        "scope",
                                       "reason",   "provider", "expires",    "__proto__",
                                       ""};
    apr_size_t i;

    (void)state;
    for (i = 0; i < sizeof(secret) / sizeof(secret[0]); i++) {
        assert_true(authjs_is_secret_member(secret[i], NULL));
    }
    for (i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        assert_false(authjs_is_secret_member(open[i], NULL));
    }
}

static void a_long_name_does_not_hide_its_end(void **state)
{
    char name[1024];

    (void)state;
    memset(name, 'x', sizeof(name));
    memcpy(name + sizeof(name) - 6, "token", 6);
    assert_true(authjs_is_secret_member(name, NULL));
}

static void every_level_is_searched_to_a_depth(void **state)
{
    struct json_object *top = authjs_json_object(*state), *at = top, *next;
    const char *text;
    int i;

    becomes(*state, "{\"a\":[{\"b\":[[{\"id_token\":\"I\",\"c\":1.50}]]}]}",
            "{\"a\":[{\"b\":[[{\"c\":1.50}]]}]}");
    for (i = 0; i < 500; i++) {
        next = json_object_new_object();
        json_object_object_add(at, "a", next);
        at = next;
    }
    authjs_json_set_string(at, "password", "P");
    text = authjs_json_text(*state, authjs_redacted(*state, top));
    assert_null(strstr(text, "password"));
    assert_true(strlen(text) < (AUTHJS_REDACT_DEPTH + 2) * sizeof("{\"a\":}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_auth_js_gives_loses_its_secrets),
        TEST(claims_are_no_secret_what_is_in_them_may_be),
        TEST(names_are_read_in_every_spelling),
        TEST(a_long_name_does_not_hide_its_end),
        TEST(every_level_is_searched_to_a_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
