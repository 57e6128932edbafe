/* Many at once on a real database, each with a connection of its own: SQLite, in a file
 * of the test's own, or what AUTHJS_TEST_* name (see test_sql.c). */
#include "sql_helper.h"

#include "sql/dbd.h"

#include <apr_file_io.h>
#include <apr_thread_proc.h>

#include <stdlib.h>

#define CALLERS 50

typedef authjs_adapter_status_e work_t(authjs_sql_t *sql, authjs_call_t *c, int i,
                                       struct json_object **result);

typedef struct {
    work_t *work;
    authjs_sql_t *sql;
    authjs_call_t call;
    int number;
    authjs_adapter_status_e status;
    struct json_object *result;
} caller_t;

static const char *driver, *params, *schema;

static caller_t *callers;

static void *APR_THREAD_FUNC run_caller(apr_thread_t *thread, void *data)
{
    caller_t *c = data;
    int tries = 20;

    /* On a busy machine fifty may wait longer for a lock than a request would: nothing
     * was done then, and who is told so comes back. */
    do {
        c->call.error = NULL;
        c->result = NULL;
        c->status = c->work(c->sql, &c->call, c->number, &c->result);
    } while (c->status == AUTHJS_ADAPTER_UNAVAILABLE && --tries);
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

/* How many calls ended so, and gave something. */
static int all_at_once(work_t *work, authjs_adapter_status_e status)
{
    apr_thread_t *threads[CALLERS];
    apr_status_t rv;
    int i, count = 0;

    for (i = 0; i < CALLERS; i++) {
        callers[i].work = work;
        rv = apr_thread_create(&threads[i], NULL, run_caller, &callers[i], pool);
        assert_int_equal(rv, APR_SUCCESS);
    }
    for (i = 0; i < CALLERS; i++) {
        apr_thread_join(&rv, threads[i]);
    }
    for (i = 0; i < CALLERS; i++) {
        if (callers[i].status != AUTHJS_ADAPTER_OK &&
            callers[i].status != AUTHJS_ADAPTER_CONFLICT) {
            fail_msg("caller %d: %d, %s", i, (int)callers[i].status,
                     callers[i].call.error);
        }
        count += callers[i].status == status &&
                 (status != AUTHJS_ADAPTER_OK || callers[i].result);
    }
    return count;
}

static int count_rows(const char *table_text)
{
    authjs_statement_t statement = {NULL, NULL, 0, 1, NULL};

    statement.text = table_text;
    assert_status(db->run(db, anew(), &statement, 1, 0), FINE);
    return atoi(APR_ARRAY_IDX(statement.rows, 0, const char *const *)[0]);
}

static const char *count_of(authjs_sql_table_e table)
{
    return apr_pstrcat(pool, "SELECT COUNT(*) FROM ",
                       authjs_sql_quote(pool, db->dialect, db->schema->tables[table]),
                       NULL);
}

/* The same person signs in for the first time, in 50 windows. */
static struct json_object *parse(apr_pool_t *p, const char *text)
{
    struct json_object *object = NULL;

    authjs_json_parse_object(&object, p, text, strlen(text));
    return object;
}

static authjs_adapter_status_e first_sign_in(authjs_sql_t *sql, authjs_call_t *c, int i,
                                             struct json_object **result)
{
    return m->sign_up(sql, c,
                      parse(c->pool, "{\"name\":\"Ann\",\"email\":\"ann@example.com\"}"),
                      parse(c->pool, "{\"type\":\"oidc\",\"provider\":\"idp\","
                                     "\"providerAccountId\":\"1\"}"),
                      parse(c->pool, apr_psprintf(c->pool,
                                                  "{\"sessionToken\":\"%d\",\"expires\":"
                                                  "\"2040-01-01T00:00:00.000Z\"}",
                                                  i)),
                      result);
}

static void one_user_one_account(void **state)
{
    (void)state;
    assert_int_equal(all_at_once(first_sign_in, FINE), 1);
    assert_int_equal(count_rows(count_of(AUTHJS_USERS)), 1);
    assert_int_equal(count_rows(count_of(AUTHJS_ACCOUNTS)), 1);
    assert_int_equal(count_rows(count_of(AUTHJS_SESSIONS)), 1);
    assert_int_equal(all_at_once(first_sign_in, CONFLICT), CALLERS);
}

static authjs_adapter_status_e use(authjs_sql_t *sql, authjs_call_t *c, int i,
                                   struct json_object **result)
{
    (void)i;
    return m->use_verification_token(sql, c, "ann@example.com", "hash", result);
}

static void make_token(void)
{
    assert_status(m->create_verification_token(
                      db, anew(),
                      json("{\"identifier\":\"ann@example.com\",\"token\":\"hash\","
                           "\"expires\":\"2040-01-01T00:00:00.000Z\"}"),
                      &got),
                  FINE);
}

static void one_gets_the_token(void **state)
{
    (void)state;
    make_token();
    assert_int_equal(all_at_once(use, FINE), 1);
}

static void command(const apr_dbd_driver_t *sqlite, apr_dbd_t *handle, const char *text)
{
    int rows;

    assert_int_equal(apr_dbd_query(sqlite, handle, &rows, text), 0);
}

/* Somebody reads while the first of two takes the token: SQLite refuses the commit, and
 * when it is tried again, the second has taken it. */
static void one_gets_it_when_a_commit_must_wait(void **state)
{
    const apr_dbd_driver_t *sqlite;
    struct json_object *second = NULL;
    apr_thread_t *thread;
    apr_dbd_results_t *rows = NULL;
    apr_dbd_t *reader;
    apr_status_t rv;

    (void)state;
    if (strcmp(driver, "sqlite3")) {
        skip();
    }
    make_token();
    assert_int_equal(apr_dbd_get_driver(pool, "sqlite3", &sqlite), APR_SUCCESS);
    assert_int_equal(apr_dbd_open(sqlite, pool, params, &reader), APR_SUCCESS);
    command(sqlite, reader, "BEGIN");
    assert_int_equal(
        apr_dbd_select(sqlite, pool, reader, &rows, "SELECT * FROM users", 1), 0);
    callers[1].work = use;
    assert_int_equal(apr_thread_create(&thread, NULL, run_caller, &callers[1], pool),
                     APR_SUCCESS);
    apr_sleep(50000);
    command(sqlite, reader, "COMMIT");
    use(callers[2].sql, &callers[2].call, 2, &second);
    apr_thread_join(&rv, thread);
    apr_dbd_close(sqlite, reader);
    assert_int_equal(!!second + !!callers[1].result, 1);
}

static const char *ann;

static authjs_adapter_status_e unlink_(authjs_sql_t *sql, authjs_call_t *c, int i,
                                       struct json_object **result)
{
    return m->unlink_account_but_last(sql, c, ann, "idp", apr_psprintf(c->pool, "%d", i),
                                      result);
}

static void one_account_is_left(void **state)
{
    struct json_object *account;
    int i;

    (void)state;
    assert_status(m->get_user_by_email(db, anew(), "ann@example.com", &got), FINE);
    ann = authjs_json_get_string(got, "id");
    for (i = 0; i < CALLERS; i++) {
        account = json("{\"type\":\"oidc\",\"provider\":\"idp\"}");
        authjs_json_set_string(account, "userId", ann);
        authjs_json_set_string(account, "providerAccountId", apr_itoa(pool, i));
        if (i != 1) {
            assert_status(m->link_account(db, anew(), account, &got), FINE);
        }
    }
    assert_int_equal(all_at_once(unlink_, FINE), CALLERS - 1);
    assert_int_equal(count_rows(count_of(AUTHJS_ACCOUNTS)), 1);
}

/* A file with a table of somebody's: its journal is left as it is, so that a commit waits
 * for readers. */
static const char *file_with_table(void)
{
    const apr_dbd_driver_t *sqlite;
    apr_dbd_t *handle;
    apr_file_t *file;
    const char *dir;
    char *path;

    apr_temp_dir_get(&dir, pool);
    path = apr_pstrcat(pool, dir, "/authjs-XXXXXX", NULL);
    assert_int_equal(apr_file_mktemp(&file, path, 0, pool), APR_SUCCESS);
    apr_dbd_init(pool);
    assert_int_equal(apr_dbd_get_driver(pool, "sqlite3", &sqlite), APR_SUCCESS);
    assert_int_equal(apr_dbd_open(sqlite, pool, path, &handle), APR_SUCCESS);
    command(sqlite, handle, "CREATE TABLE other (x)");
    apr_dbd_close(sqlite, handle);
    return path;
}

static void connect_callers(void)
{
    const char *why;
    int i;

    callers = apr_pcalloc(pool, sizeof(*callers) * CALLERS);
    for (i = 0; i < CALLERS; i++) {
        apr_pool_create(&callers[i].call.pool, pool);
        callers[i].number = i;
        why = authjs_dbd_open(&callers[i].sql, callers[i].call.pool, driver, params,
                              schema);
        if (why) {
            fail_msg("%s", why);
        }
    }
    db = callers[0].sql;
    assert_status(authjs_dbd_migrate(db, anew()), FINE);
}

static int connect_all(void **state)
{
    (void)state;
    driver = getenv("AUTHJS_TEST_DRIVER");
    params = getenv("AUTHJS_TEST_PARAMS");
    schema = getenv("AUTHJS_TEST_SCHEMA");
    if (!driver) {
        driver = "sqlite3";
        params = file_with_table();
        schema = "d1";
    }
    connect_callers();
    printf("# on %s, %s\n", driver, schema);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    if (!getenv("AUTHJS_TEST_DRIVER")) {
        apr_file_remove(params, pool);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_user_one_account),
        cmocka_unit_test(one_gets_the_token),
        cmocka_unit_test(one_gets_it_when_a_commit_must_wait),
        cmocka_unit_test(one_account_is_left),
    };
    int failures;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    failures = cmocka_run_group_tests(tests, connect_all, remove_file);
    apr_pool_destroy(pool);
    apr_terminate();
    return failures;
}
