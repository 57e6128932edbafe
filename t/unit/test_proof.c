/* What a sign-in has proved, as a part of a session token; and how long that is fresh. */
#include "web_helper.h"

#include "session/proof.h"

#define NOW APR_INT64_C(1790000000)

static void factors_have_one_text_each(void **state)
{
    int factors;

    (void)state;
    assert_null(authjs_factors_text(0));
    assert_string_equal(authjs_factors_text(AUTHJS_FACTOR_PASSKEY), "passkey");
    assert_string_equal(authjs_factors_text(AUTHJS_FACTOR_MFA), "mfa");
    assert_string_equal(authjs_factors_text(AUTHJS_FACTOR_PASSKEY | AUTHJS_FACTOR_MFA),
                        "passkey mfa");
    for (factors = 0; factors < 4; factors++) {
        assert_int_equal(authjs_factors_read(authjs_factors_text(factors)), factors);
    }
}

static void other_texts_are_no_factors(void **state)
{
    static const char *const texts[] = {
        "",     "MFA",          "mfa ",  " mfa", "mfa passkey",
        "pass", "passkey  mfa", "mfa\n", "1",    "passkey,mfa"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(authjs_factors_read(texts[i]), 0);
    }
}

static void a_part_is_read_as_it_was_written(void **state)
{
    static const char *const parts[] = {"~1790000000", "~p1790000000", "~m1790000000",
                                        "~pm1790000000"};
    int factors;

    for (factors = 0; factors < 4; factors++) {
        authjs_proof_t proof = {factors, NOW}, read;
        const char *part = authjs_proof_part(*state, &proof);

        assert_string_equal(part, parts[factors]);
        assert_true(authjs_proof_read(&read, part, strlen(part)));
        assert_int_equal(read.factors, factors);
        assert_true(read.auth_time == NOW);
    }
}

static void other_parts_are_none(void **state)
{
    static const char *const parts[] = {"",
                                        "~",
                                        "~p",
                                        "~pm",
                                        "~x1",
                                        "~mp1",
                                        "~pp1",
                                        "p1",
                                        "~0",
                                        "~p0",
                                        "~01",
                                        "~-1",
                                        "~+1",
                                        "~1 ",
                                        "~ 1",
                                        "~1x",
                                        "~~1",
                                        "~1.0",
                                        "~1e9",
                                        "~P1",
                                        "~m",
                                        "~1~",
                                        "~1234567890123",
                                        "family",
                                        "\x7e",
                                        "~1\n",
                                        "1790000000"};
    authjs_proof_t proof;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (authjs_proof_read(&proof, parts[i], strlen(parts[i]))) {
            fail_msg("%s", parts[i]);
        }
    }
    assert_true(authjs_proof_read(&proof, "~999999999999", 13));
    assert_false(authjs_proof_read(&proof, "~1\0", 3));
    assert_true(authjs_proof_read(&proof, "~12345", 3));
    assert_true(proof.auth_time == 12);
}

static int is_fresh(apr_int64_t auth_time, apr_int64_t age)
{
    authjs_proof_t proof = {AUTHJS_FACTOR_MFA, auth_time};

    return authjs_proof_is_fresh(&proof, age, NOW);
}

static void a_proof_is_fresh_for_so_long(void **state)
{
    (void)state;
    assert_true(is_fresh(NOW, 600));
    assert_true(is_fresh(NOW - 599, 600));
    assert_false(is_fresh(NOW - 600, 600));
    assert_false(is_fresh(NOW - 86400, 600));
    assert_true(is_fresh(NOW + 15, 600));
    assert_false(is_fresh(NOW + 16, 600));
    assert_false(is_fresh(APR_INT64_C(9007199254740992), 600));
    assert_false(is_fresh(0, NOW + 600));
    assert_false(is_fresh(-1, NOW + 600));
    assert_false(is_fresh(APR_INT64_C(-9007199254740992), NOW + 600));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_have_one_text_each),
        cmocka_unit_test(other_texts_are_no_factors),
        cmocka_unit_test(a_part_is_read_as_it_was_written),
        cmocka_unit_test(other_parts_are_none),
        cmocka_unit_test(a_proof_is_fresh_for_so_long),
    };

    return cmocka_run_group_tests(tests, helper_setup, helper_teardown);
}
