/* What was made of a text is kept as long as the text is the same, and as its users are.
 */
#include "web_helper.h"

#include "http/parsed.h"

#include <apr_atomic.h>
#include <apr_thread_proc.h>

#define NAMES   200
#define TURNS   2000
#define READERS 8

static apr_uint32_t made_count, ended_count;

static apr_status_t count_end(void *data)
{
    (void)data;
    apr_atomic_inc32(&ended_count);
    return APR_SUCCESS;
}

static const char *copy(const void **made, apr_pool_t *pool, apr_pool_t *ptemp,
                        const char *text, apr_size_t len, const void *data)
{
    (void)ptemp;
    (void)data;
    if (len && *text == '!') {
        return "it cannot be read";
    }
    apr_atomic_inc32(&made_count);
    apr_pool_cleanup_register(pool, NULL, count_end, apr_pool_cleanup_null);
    *made = apr_pstrmemdup(pool, text, len);
    return NULL;
}

static const char *parsed(apr_pool_t *pool, const char *name, const char *text)
{
    const void *made = NULL;

    assert_null(authjs_parsed(&made, pool, name, text, strlen(text), copy, NULL));
    assert_string_equal(made, text);
    return made;
}

static apr_pool_t *subpool(apr_pool_t *parent)
{
    apr_pool_t *pool;

    apr_pool_create(&pool, parent);
    return pool;
}

static int start(void **state)
{
    made_count = ended_count = 0;
    return helper_setup(state);
}

static void the_same_text_is_read_once(void **state)
{
    apr_pool_t *child = subpool(*state), *first = subpool(*state),
               *second = subpool(*state);
    const char *made;

    authjs_parsed_child_init(child);
    made = parsed(first, "keys", "text");
    assert_ptr_equal(made, parsed(second, "keys", "text"));
    assert_int_equal(made_count, 1);
    apr_pool_destroy(first);
    assert_string_equal(made, "text");
    apr_pool_destroy(second);
    assert_int_equal(ended_count, 0);
    assert_ptr_equal(made, parsed(*state, "keys", "text"));
    apr_pool_destroy(child);
}

static void another_text_takes_its_place_and_users_keep_theirs(void **state)
{
    apr_pool_t *child = subpool(*state), *user = subpool(*state);
    const char *made;

    authjs_parsed_child_init(child);
    made = parsed(user, "keys", "old");
    parsed(*state, "keys", "new");
    parsed(*state, "keys", "newer");
    assert_int_equal(made_count, 3);
    assert_int_equal(ended_count, 0);
    assert_string_equal(made, "old");
    apr_pool_destroy(user);
    assert_int_equal(ended_count, 1);
    apr_pool_destroy(child);
}

static void what_cannot_be_read_is_not_kept(void **state)
{
    apr_pool_t *child = subpool(*state);
    const char *made;
    const void *nothing;

    authjs_parsed_child_init(child);
    made = parsed(*state, "keys", "text");
    assert_string_equal(authjs_parsed(&nothing, *state, "keys", "!", 1, copy, NULL),
                        "it cannot be read");
    assert_ptr_equal(made, parsed(*state, "keys", "text"));
    apr_pool_destroy(child);
}

static void names_are_apart_however_many(void **state)
{
    apr_pool_t *child = subpool(*state), *user = subpool(*state);
    int i;

    authjs_parsed_child_init(child);
    for (i = 0; i < 2 * NAMES; i++) {
        const char *name = apr_itoa(user, i % NAMES);

        parsed(user, name, name);
    }
    apr_pool_destroy(user);
    apr_pool_destroy(child);
    assert_int_equal(made_count, ended_count);
}

static void *APR_THREAD_FUNC read_often(apr_thread_t *thread, void *data)
{
    int i;

    (void)thread;
    for (i = 0; i < TURNS; i++) {
        apr_pool_t *user = subpool(NULL);
        const char *text = apr_itoa(user, i / 10);
        const void *made;

        if (authjs_parsed(&made, user, "keys", text, strlen(text), copy, NULL) ||
            strcmp(made, text) != 0) {
            apr_atomic_inc32(data);
        }
        apr_pool_destroy(user);
    }
    return NULL;
}

static void threads_share_it(void **state)
{
    apr_pool_t *child = subpool(*state);
    apr_thread_t *threads[READERS];
    apr_uint32_t wrong = 0;
    apr_status_t status;
    int i;

    authjs_parsed_child_init(child);
    for (i = 0; i < READERS; i++) {
        assert_int_equal(apr_thread_create(&threads[i], NULL, read_often, &wrong, *state),
                         APR_SUCCESS);
    }
    for (i = 0; i < READERS; i++) {
        apr_thread_join(&status, threads[i]);
    }
    assert_int_equal(wrong, 0);
    apr_pool_destroy(child);
    assert_int_equal(made_count, ended_count);
}

#define FRESH(name) cmocka_unit_test_setup_teardown(name, start, helper_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(the_same_text_is_read_once),
        FRESH(another_text_takes_its_place_and_users_keep_theirs),
        FRESH(what_cannot_be_read_is_not_kept),
        FRESH(names_are_apart_however_many),
        FRESH(threads_share_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
