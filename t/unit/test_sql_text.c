/* What the methods say to a database and what they make of its answers: texts by dialect,
 * and answers that no sound database gives. The database here says what a test told it.
 */
#include "sql_helper.h"

#define MARK "m%s'\"`;"

static authjs_sql_t sql;

static struct {
    apr_array_header_t *texts; /* of all statements since forget() */
    int locked;
    const char *const *rows[3]; /* of each statement but those without columns */
    int nrows;
    authjs_adapter_status_e status;
} said;

static int placeholders(const char *text)
{
    int count = 0;

    for (; *text; text++) {
        count += sql.question_marks ? *text == '?' : !strncmp(text, "%s", 2);
    }
    return count;
}

static authjs_adapter_status_e answer(const authjs_sql_t *database, authjs_call_t *c,
                                      authjs_statement_t *statements, int count, int lock)
{
    int i, j;

    assert_ptr_equal(database, &sql);
    said.locked = lock;
    for (i = 0; i < count; i++) {
        APR_ARRAY_PUSH(said.texts, const char *) = statements[i].text;
        assert_int_equal(placeholders(statements[i].text), statements[i].nargs);
        assert_null(strstr(statements[i].text, MARK));
        statements[i].rows = apr_array_make(c->pool, 3, sizeof(const char *const *));
        for (j = 0; statements[i].ncolumns && j < said.nrows; j++) {
            APR_ARRAY_PUSH(statements[i].rows, const char *const *) = said.rows[j];
        }
    }
    return said.status;
}

static void speak(authjs_dialect_e dialect, const char *schema, int question_marks)
{
    sql.dialect = dialect;
    sql.schema = authjs_sql_schema(dialect, schema);
    sql.question_marks = question_marks;
    sql.run = answer;
    memset(&said, 0, sizeof(said));
    said.texts = apr_array_make(pool, 8, sizeof(const char *));
    db = &sql;
}

static const char *text(int i)
{
    assert_true(i < said.texts->nelts);
    return APR_ARRAY_IDX(said.texts, i, const char *);
}

/* ---- texts ------------------------------------------------------------------------- */

static void dialects(void **state)
{
    struct json_object *change = json("{\"sessionToken\":\"t\",\"expires\":"
                                      "\"2026-11-22T01:46:16.660Z\"}");

    (void)state;
    speak(AUTHJS_PGSQL, "pg", 0);
    assert_status(m->update_session(db, anew(), change, &got), FINE);
    assert_string_equal(text(0),
                        "UPDATE \"sessions\" SET \"expires\" = CAST(%s AS timestamptz)"
                        " WHERE \"sessions\".\"sessionToken\" = %s");
    assert_string_equal(text(1),
                        "SELECT \"sessions\".\"id\", \"sessions\".\"sessionToken\", "
                        "\"sessions\".\"userId\", "
                        "to_char(\"sessions\".\"expires\" AT TIME ZONE 'UTC', "
                        "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM \"sessions\""
                        " WHERE \"sessions\".\"sessionToken\" = %s LIMIT 2");
    speak(AUTHJS_SQLITE, NULL, 1);
    assert_status(m->update_session(db, anew(), change, &got), FINE);
    assert_string_equal(text(0), "UPDATE `sessions` SET `expires` = ?"
                                 " WHERE `sessions`.`sessionToken` = ?");
    speak(AUTHJS_MYSQL, NULL, 0);
    assert_status(m->update_session(db, anew(), change, &got), FINE);
    assert_string_equal(text(0), "UPDATE `session` SET `expires` = %s"
                                 " WHERE `session`.`sessionToken` = %s"
                                 " AND CAST(CONVERT(`session`.`sessionToken` USING"
                                 " utf8mb4) AS BINARY) = CAST(%s AS BINARY)");
}

/* Prisma's updatedAt has no default in the database. */
static void prisma_wants_to_know_when(void **state)
{
    (void)state;
    speak(AUTHJS_PGSQL, "prisma", 0);
    assert_status(m->update_user(db, anew(), json("{\"id\":\"1\",\"name\":\"n\"}"), &got),
                  FAILED);
    assert_string_equal(text(0), "UPDATE \"User\" SET \"name\" = %s, \"updatedAt\" = "
                                 "(now() AT TIME ZONE 'UTC') WHERE \"User\".\"id\" = %s");
    assert_status(m->update_user(db, anew(), json("{\"id\":\"1\"}"), &got), FAILED);
    assert_int_equal(said.texts->nelts, 3);
}

static void a_token_is_taken_in_one_step(void **state)
{
    (void)state;
    speak(AUTHJS_PGSQL, "drizzle", 0);
    assert_status(m->use_verification_token(db, anew(), "i", "t", &got), FINE);
    assert_int_equal(said.texts->nelts, 1);
    assert_non_null(strstr(text(0), " RETURNING "));
    speak(AUTHJS_MYSQL, "drizzle", 0);
    assert_status(m->use_verification_token(db, anew(), "i", "t", &got), FINE);
    assert_int_equal(said.texts->nelts, 2);
    assert_non_null(strstr(text(0), " FOR UPDATE"));
}

static void call_all(void)
{
    struct json_object *thing =
        json("{\"id\":\"1\",\"expires\":\"2026-11-22T01:46:16.660Z\",\"expires_at\":1}");
    static const char *const members[] = {
        "name",  "email",         "type",         "provider",     "providerAccountId",
        "scope", "refresh_token", "sessionToken", "identifier",   "token",
        "image", "id_token",      "access_token", "credentialID", NULL};
    apr_int64_t pruned;
    int i;

    for (i = 0; members[i]; i++) {
        authjs_json_set_string(thing, members[i], MARK);
    }
    m->create_user(db, anew(), thing, &got);
    m->get_user(db, anew(), MARK, &got);
    m->get_user_by_email(db, anew(), MARK, &got);
    m->get_user_by_account(db, anew(), MARK, MARK, &got);
    m->update_user(db, anew(), thing, &got);
    m->delete_user(db, anew(), "1", &got);
    m->link_account(db, anew(), thing, &got);
    m->unlink_account(db, anew(), MARK, MARK, &got);
    m->create_session(db, anew(), thing, &got);
    m->get_session_and_user(db, anew(), MARK, &got);
    m->update_session(db, anew(), thing, &got);
    m->delete_session(db, anew(), MARK, &got);
    m->create_verification_token(db, anew(), thing, &got);
    m->use_verification_token(db, anew(), MARK, MARK, &got);
    m->get_account(db, anew(), MARK, MARK, &got);
    m->get_authenticator(db, anew(), MARK, &got);
    m->create_authenticator(db, anew(), thing, &got);
    m->list_authenticators_by_user_id(db, anew(), "1", &got);
    m->update_authenticator_counter(db, anew(), MARK, 1, &got);
    m->sign_up(db, anew(), thing, thing, thing, &got);
    m->update_account(db, anew(), thing, &got);
    m->list_accounts(db, anew(), "1", &got);
    m->unlink_account_but_last(db, anew(), "1", MARK, MARK, &got);
    m->list_sessions(db, anew(), "1", &got);
    m->list_passkeys(db, anew(), "1", &got);
    m->describe_passkey(db, anew(), MARK, thing, &got);
    anew();
    apr_pool_create(&call.pool, pool); /* a pass of its own */
    m->prune(db, &call, "2026-11-22T01:46:16.660Z", 10, &pruned);
}

/* Values are arguments always, and a method's text is one: it names the prepared
 * statement. */
static void texts_hold_no_values(void **state)
{
    static const authjs_dialect_e dialects_[] = {AUTHJS_SQLITE, AUTHJS_PGSQL,
                                                 AUTHJS_MYSQL};
    apr_array_header_t *first;
    size_t i;
    int j;

    (void)state;
    for (i = 0; i < 6; i++) {
        speak(dialects_[i / 2], NULL, i % 2);
        call_all();
        first = said.texts;
        assert_true(first->nelts > 25);
        speak(dialects_[i / 2], NULL, i % 2);
        call_all();
        assert_int_equal(said.texts->nelts, first->nelts);
        for (j = 0; j < first->nelts; j++) {
            assert_string_equal(text(j), APR_ARRAY_IDX(first, j, const char *));
        }
    }
}

static void who_needs_the_lock(void **state)
{
    struct json_object *user = json("{}");

    (void)state;
    speak(AUTHJS_SQLITE, NULL, 0);
    m->sign_up(db, anew(), user, NULL, NULL, &got);
    assert_true(said.locked);
    m->link_account(db, anew(), user, &got);
    assert_true(said.locked);
    m->unlink_account_but_last(db, anew(), "1", "p", "1", &got);
    assert_true(said.locked);
    m->create_authenticator(db, anew(), user, &got);
    assert_true(said.locked);
    m->get_session_and_user(db, anew(), "t", &got);
    assert_false(said.locked);
}

/* Before anything is written; SQLite has no such words and needs none. */
static void a_counter_is_held_while_it_is_raised(void **state)
{
    static const authjs_dialect_e dialects_[] = {AUTHJS_PGSQL, AUTHJS_MYSQL,
                                                 AUTHJS_SQLITE};
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        speak(dialects_[i], NULL, 0);
        m->update_authenticator_counter(db, anew(), "c", 5, &got);
        assert_int_equal(said.texts->nelts, 2);
        assert_int_equal(!strstr(text(0), " FOR UPDATE"), dialects_[i] == AUTHJS_SQLITE);
        assert_non_null(strstr(text(1), "counter"));
        assert_non_null(strstr(text(1), " < "));
    }
}

static void schemas_have_names(void **state)
{
    (void)state;
    assert_string_equal(authjs_sql_schema_names(pool, AUTHJS_PGSQL),
                        "pg, prisma, drizzle, kysely, prisma-v4");
    assert_string_equal(authjs_sql_schema_names(pool, AUTHJS_SQLITE),
                        "d1, prisma, drizzle, kysely, prisma-v4");
    assert_string_equal(authjs_sql_schema_names(pool, AUTHJS_MYSQL),
                        "drizzle, prisma, kysely, prisma-v4");
    assert_string_equal(authjs_sql_schema(AUTHJS_MYSQL, NULL)->name, "drizzle");
    assert_null(authjs_sql_schema(AUTHJS_MYSQL, "pg"));
}

/* ---- answers ----------------------------------------------------------------------- */

static void tell(const char *const *first, const char *const *second)
{
    speak(AUTHJS_SQLITE, "prisma", 0);
    said.rows[0] = first;
    said.rows[1] = second;
    said.nrows = second ? 2 : 1;
}

static const char *const ann[] = {"1", "Ann", "ann@example.com", NULL, NULL};

static void two_rows_where_there_must_be_one(void **state)
{
    static const char *const session[] = {"1",   "t",  "1", "1700000000000", "1", "A",
                                          "a@b", NULL, NULL};
    (void)state;
    tell(ann, ann);
    assert_status(m->get_user_by_email(db, anew(), "ann@example.com", &got), FAILED);
    assert_string_equal(call.error, "two rows of User where there must be one");
    assert_null(got);
    assert_status(m->get_user_by_account(db, anew(), "p", "1", &got), FAILED);
    tell(session, session);
    assert_status(m->get_session_and_user(db, anew(), "t", &got), FAILED);
    assert_null(got);
}

static void cells_that_cannot_be(void **state)
{
    static const struct {
        const char *row[5], *error;
    } cases[] = {
        {{"1", "\xff", NULL, NULL, NULL}, "User.name is not UTF-8"},
        {{"1", "A\xed\xa0\x80", NULL, NULL, NULL}, "User.name is not UTF-8"},
        {{NULL, "A", NULL, NULL, NULL}, "User.id is NULL"},
        {{"1", "A", NULL, "yesterday", NULL}, "User.emailVerified is no time in UTC"},
        {{"1", "A", NULL, "", NULL}, "User.emailVerified is no time in UTC"},
        {{"1", "A", NULL, "1e12", NULL}, "User.emailVerified is no time in UTC"},
        {{"1", "A", NULL, "0000-00-00 00:00:00", NULL},
         "User.emailVerified is no time in UTC"},
        {{"1", "A", NULL, "2026-02-30 00:00:00", NULL},
         "User.emailVerified is no time in UTC"},
        {{"1", "A", NULL, "2026-11-22T01:46:16+02:00", NULL},
         "User.emailVerified is no time in UTC"},
        {{"1", "A", NULL, "2026-11-22T01:46:16.", NULL},
         "User.emailVerified is no time in UTC"},
        {{"1", "A", NULL, "2026-11-22T01:46", NULL},
         "User.emailVerified is no time in UTC"},
        {{"1", "A", NULL, "99999999999999999999", NULL},
         "User.emailVerified is no time in UTC"},
        {{"1", "A", NULL, "253402300800000", NULL},
         "User.emailVerified is no time in UTC"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        tell(cases[i].row, NULL);
        assert_status(m->get_user(db, anew(), "1", &got), FAILED);
        assert_string_equal(call.error, cases[i].error);
        assert_null(got);
    }
}

static void times_in_every_form(void **state)
{
    static const char *const forms[][2] = {
        {"1763775976660", "2025-11-22T01:46:16.660Z"},
        {"0", "1970-01-01T00:00:00.000Z"},
        {"-1", "1969-12-31T23:59:59.999Z"},
        {"253402300799999", "9999-12-31T23:59:59.999Z"},
        {"2026-11-22 01:46:16", "2026-11-22T01:46:16.000Z"},
        {"2026-11-22T01:46:16Z", "2026-11-22T01:46:16.000Z"},
        {"2026-11-22 01:46:16.6", "2026-11-22T01:46:16.600Z"},
        {"2026-11-22 01:46:16.660999", "2026-11-22T01:46:16.660Z"},
        {"2026-11-22T01:46:16.660+00:00", "2026-11-22T01:46:16.660Z"},
        {"2026-11-22 01:46:16+00", "2026-11-22T01:46:16.000Z"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const char *const row[] = {"1", NULL, NULL, forms[i][0], NULL};

        tell(row, NULL);
        assert_status(m->get_user(db, anew(), "1", &got), FINE);
        assert_member("emailVerified", forms[i][1]);
    }
}

static void numbers_and_flags(void **state)
{
    static const char *const wrong[] = {"", "1.5", "0x1", " 1", "9223372036854775808"};
    const char *row[] = {"c", "1", "p", "k", "7", "d", "1", NULL};
    size_t i;

    (void)state;
    tell(row, NULL);
    assert_status(m->get_authenticator(db, anew(), "c", &got), FINE);
    assert_member("counter", "7");
    assert_member("credentialBackedUp", "true");
    row[6] = "f";
    assert_status(m->get_authenticator(db, anew(), "c", &got), FINE);
    assert_member("credentialBackedUp", "false");
    row[6] = "2";
    assert_status(m->get_authenticator(db, anew(), "c", &got), FAILED);
    row[6] = "t";
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        row[4] = wrong[i];
        assert_status(m->get_authenticator(db, anew(), "c", &got), FAILED);
        assert_string_equal(call.error, "Authenticator.counter is no whole number");
    }
}

static void the_end_of_run_is_the_end(void **state)
{
    (void)state;
    tell(ann, NULL);
    said.status = AUTHJS_ADAPTER_UNAVAILABLE;
    assert_status(m->get_user(db, anew(), "1", &got), AUTHJS_ADAPTER_UNAVAILABLE);
    assert_null(got);
    said.status = AUTHJS_ADAPTER_CONFLICT;
    assert_status(m->create_user(db, anew(), json("{}"), &got), CONFLICT);
    assert_null(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialects),
        cmocka_unit_test(prisma_wants_to_know_when),
        cmocka_unit_test(a_token_is_taken_in_one_step),
        cmocka_unit_test(texts_hold_no_values),
        cmocka_unit_test(who_needs_the_lock),
        cmocka_unit_test(a_counter_is_held_while_it_is_raised),
        cmocka_unit_test(schemas_have_names),
        cmocka_unit_test(two_rows_where_there_must_be_one),
        cmocka_unit_test(cells_that_cannot_be),
        cmocka_unit_test(times_in_every_form),
        cmocka_unit_test(numbers_and_flags),
        cmocka_unit_test(the_end_of_run_is_the_end),
    };
    int failures;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    failures = cmocka_run_group_tests(tests, NULL, NULL);
    apr_pool_destroy(pool);
    apr_terminate();
    return failures;
}
