/* What AuthJSRefresh keeps among the claims of a session, and who may read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <apr_general.h>
#include <cmocka.h>
#include <string.h>

#include "core/json.h"
#include "jose/refresh_claims.h"

static apr_pool_t *pool;

static struct json_object *tree(const char *text)
{
    struct json_object *value;

    assert_null(authjs_json_parse(&value, pool, text, strlen(text)));
    return value;
}

#define IS(value, text) assert_string_equal(authjs_json_text(pool, value), text)

static void test_kept(void **state)
{
    struct json_object *claims = tree("{\"sub\":\"1\"}");

    (void)state;
    authjs_refresh_claims_set(claims, NULL);
    IS(claims, "{\"sub\":\"1\"}");
    authjs_refresh_claims_set(claims, tree("{\"scope\":\"s\",\"refresh_token\":\"r\","
                                           "\"access_token\":\"a\",\"expires_at\":5}"));
    IS(claims, "{\"sub\":\"1\",\"access_token\":\"a\",\"expires_at\":5,"
               "\"refresh_token\":\"r\"}");
    assert_false(authjs_refresh_claims_failed(claims));
    authjs_json_set_string(claims, "error", AUTHJS_REFRESH_ERROR);
    assert_true(authjs_refresh_claims_failed(claims));
    authjs_refresh_claims_replace(claims, tree("{\"access_token\":\"b\"}"));
    IS(claims, "{\"sub\":\"1\",\"access_token\":\"b\"}");
    assert_true(authjs_refresh_claims_remove(claims));
    assert_false(authjs_refresh_claims_remove(claims));
    IS(claims, "{\"sub\":\"1\"}");
}

/* An error of somebody else's stays. */
static void test_error(void **state)
{
    struct json_object *claims = tree("{\"error\":\"mine\"}");

    (void)state;
    assert_false(authjs_refresh_claims_failed(claims));
    authjs_refresh_claims_replace(claims, tree("{}"));
    IS(claims, "{\"error\":\"mine\"}");
}

static void test_paths(void **state)
{
    static const char *const reserved[] = {"access_token", "expires_at.x",
                                           "user.refresh_token", "refresh_token.0", NULL};
    static const char *const open[] = {
        "", ".", "sub", "access_tokens", "xrefresh_token", "refresh-token", NULL};
    int i;

    (void)state;
    for (i = 0; reserved[i]; i++) {
        assert_true(authjs_refresh_claims_reserve(reserved[i]));
    }
    for (i = 0; open[i]; i++) {
        assert_false(authjs_refresh_claims_reserve(open[i]));
        assert_false(authjs_refresh_claims_is_secret(open[i]));
    }
    assert_true(authjs_refresh_claims_is_secret("a.refresh_token.b"));
    assert_false(authjs_refresh_claims_is_secret("a.access_token.b"));
}

/* What is shared with others is copied, not changed. */
static void test_hidden(void **state)
{
    static const char both[] = "{\"refresh_token\":\"r\",\"user\":{\"id\":\"1\","
                               "\"refresh_token\":\"r\",\"access_token\":\"a\"}}";
    struct json_object *session = tree(both), *plain = tree("{\"user\":{\"id\":\"1\"}}");

    (void)state;
    IS(authjs_refresh_claims_hide(pool, session),
       "{\"user\":{\"id\":\"1\",\"access_token\":\"a\"}}");
    IS(session, both);
    IS(authjs_refresh_claims_hide(pool, tree("{\"user\":{\"refresh_token\":1}}")),
       "{\"user\":{}}");
    IS(authjs_refresh_claims_hide(pool, tree("{\"refresh_token\":null,\"user\":[]}")),
       "{\"user\":[]}");
    assert_ptr_equal(authjs_refresh_claims_hide(pool, plain), plain);
    assert_null(authjs_refresh_claims_hide(pool, NULL));
}

static int setup(void **state)
{
    (void)state;
    apr_initialize();
    apr_pool_create(&pool, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_hidden),
    };

    return cmocka_run_group_tests_name("refresh_claims", tests, setup, teardown);
}
