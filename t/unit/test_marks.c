/* Marks: one each, until its end; and what is only counted leaves room for the others. */
#include "web_helper.h"

#include "http/marks.h"

#include "core/core.h"

#define NOW   1000
#define TTL   100
#define MANY  1000000
#define OTHER 10000

static authjs_marks_t *made(apr_pool_t *pool)
{
    process_rec process = {.pool = pool};
    authjs_marks_t *marks;

    assert_null(authjs_marks_create(&marks, &process));
    return marks;
}

static apr_status_t take(authjs_marks_t *marks, const char *kind, int number, int spare)
{
    unsigned char key[AUTHJS_MARK_KEY_LEN];
    char name[40];

    apr_snprintf(name, sizeof(name), "%s %d", kind, number);
    assert_true(authjs_sha256(key, name, strlen(name)));
    return authjs_marks_take(marks, key, NOW, TTL, spare);
}

static void one_each(void **state)
{
    authjs_marks_t *marks = made(*state);

    assert_int_equal(take(marks, "x", 1, 0), APR_SUCCESS);
    assert_int_equal(take(marks, "x", 1, 0), APR_EEXIST);
    assert_int_equal(take(marks, "x", 1, 1), APR_EEXIST);
    assert_int_equal(take(marks, "x", 2, 1), APR_SUCCESS);
}

static void counts_leave_room(void **state)
{
    authjs_marks_t *marks = made(*state);
    int i, taken = 0;

    for (i = 0; i < MANY; i++) {
        taken += take(marks, "wrong code", i, 1) == APR_SUCCESS;
    }
    assert_in_range(taken, MANY / 4, MANY - 1);
    assert_int_equal(take(marks, "wrong code", MANY, 1), APR_ENOSPC);
    for (i = 0; i < OTHER; i++) {
        assert_int_equal(take(marks, "sign-in", i, 0), APR_SUCCESS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(one_each), TEST(counts_leave_room)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
