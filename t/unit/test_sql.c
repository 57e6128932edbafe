/* The methods on a real database, with every schema of its dialect: SQLite, in a file of
 * the test's own. AUTHJS_TEST_DRIVER and AUTHJS_TEST_PARAMS (as DBDriver and DBDParams)
 * name another one, which must be empty, and AUTHJS_TEST_SCHEMA the schema. */
#include "sql_helper.h"

#include "core/core.h"
#include "sql/dbd.h"
#include "sql/statement.h"

#include <apr_file_io.h>

#include <stdlib.h>

#define EXPIRES "2026-11-22T01:46:16.660Z"

static const char *user_id;

static struct json_object *with_user(const char *text)
{
    struct json_object *object = json(text);

    authjs_json_set_string(object, "userId", user_id);
    return object;
}

/* Whether the id is one of the database, but nobody's. */
static const char *nobody(void)
{
    switch (db->schema->roles[AUTHJS_SQL_ID].type->kind) {
    case AUTHJS_SQL_SERIAL:
        return "4711";
    default:
        return "00000000-0000-4000-8000-000000000000";
    }
}

static void empty_tables(void)
{
    static const authjs_sql_table_e order[] = {AUTHJS_PASSKEYS,
                                               AUTHJS_SESSIONS,
                                               AUTHJS_ACCOUNTS,
                                               AUTHJS_AUTHENTICATORS,
                                               AUTHJS_VERIFICATION_TOKENS,
                                               AUTHJS_USERS};
    authjs_sql_list_t *list = authjs_sql_list(db, anew());
    size_t i;

    for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        authjs_sql_text(list, "DELETE FROM ");
        authjs_sql_table(list, order[i]);
        authjs_sql_end(list, 0);
    }
    assert_status(authjs_sql_run(list, 0), FINE);
}

/* ---- users ------------------------------------------------------------------------- */

static void users_are_found(void **state)
{
    (void)state;
    assert_status(m->get_user(db, anew(), user_id, &got), FINE);
    assert_member("id", user_id);
    assert_member("name", "Jörg 'O\"Brien");
    assert_member("email", "joerg@example.com");
    assert_member("emailVerified", EXPIRES);
    assert_member("image", NULL);
    assert_true(json_object_object_get_ex(got, "image", NULL));
    assert_false(json_object_object_get_ex(got, "extra", NULL));
    assert_status(m->get_user_by_email(db, anew(), "joerg@example.com", &got), FINE);
    assert_member("id", user_id);
}

static void users_are_not_found(void **state)
{
    static const char *const emails[] = {
        "",           "%", "JOERG@example.com", "jörg@example.com", "joerg@example.com ",
        "' OR 1=1 --"};
    size_t i;

    (void)state;
    assert_status(m->get_user(db, anew(), nobody(), &got), FINE);
    assert_null(got);
    assert_status(m->get_user(db, anew(), "no-such-id", &got), FINE);
    assert_null(got);
    assert_status(m->get_user(db, anew(), "99999999999999999999", &got), FINE);
    assert_null(got);
    for (i = 0; i < sizeof(emails) / sizeof(emails[0]); i++) {
        assert_status(m->get_user_by_email(db, anew(), emails[i], &got), FINE);
        assert_null(got);
    }
}

static void users_are_updated(void **state)
{
    struct json_object *change = json("{\"name\":null,\"image\":\"https://i/?a=%s%25\"}");

    (void)state;
    authjs_json_set_string(change, "id", user_id);
    assert_status(m->update_user(db, anew(), change, &got), FINE);
    assert_member("name", NULL);
    assert_member("image", "https://i/?a=%s%25");
    assert_member("email", "joerg@example.com");
    assert_member("emailVerified", EXPIRES);
    authjs_json_set_string(change, "id", nobody());
    assert_status(m->update_user(db, anew(), change, &got), FAILED);
    assert_string_equal(call.error, "there is no such user");
}

static void times_are_kept(void **state)
{
    static const char *const times[] = {
        "1970-01-01T00:00:01.000Z", "2000-02-29T23:59:59.999Z",
        "2026-03-29T02:30:00.500Z", "2038-01-19T03:14:08.001Z",
        "2106-02-07T06:28:16.000Z", "9999-12-31T23:59:59.999Z"};
    struct json_object *change = json("{}");
    size_t i;

    (void)state;
    authjs_json_set_string(change, "id", user_id);
    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        authjs_json_set_string(change, "emailVerified", times[i]);
        assert_status(m->update_user(db, anew(), change, &got), FINE);
        assert_member("emailVerified", times[i]);
    }
    authjs_json_set_string(change, "emailVerified", "tomorrow");
    assert_status(m->update_user(db, anew(), change, &got), FAILED);
}

/* ---- accounts ---------------------------------------------------------------------- */

static const char account[] =
    "{\"type\":\"oidc\",\"provider\":\"idp\",\"providerAccountId\":\"Abc\","
    "\"refresh_token\":\"r\",\"access_token\":\"a\",\"expires_at\":2147483647,"
    "\"token_type\":\"bearer\",\"scope\":[\"one\",\"two\"],\"id_token\":\"i.i.i\","
    "\"session_state\":null,\"refresh_token_expires_in\":7}";

static void accounts_are_linked(void **state)
{
    (void)state;
    assert_status(m->link_account(db, anew(), with_user(account), &got), FINE);
    assert_member("userId", user_id);
    assert_member("expires_at", "2147483647");
    assert_member("scope", "[\"one\",\"two\"]");
    assert_member("session_state", NULL);
    assert_status(m->get_account(db, anew(), "Abc", "idp", &got), FINE);
    assert_member("id_token", "i.i.i");
    assert_status(m->get_user_by_account(db, anew(), "idp", "Abc", &got), FINE);
    assert_member("id", user_id);
    assert_status(m->get_user_by_account(db, anew(), "idp", "abc", &got), FINE);
    assert_null(got);
    assert_status(m->get_user_by_account(db, anew(), "Abc", "idp", &got), FINE);
    assert_null(got);
    assert_status(m->link_account(db, anew(), with_user(account), &got), CONFLICT);
    assert_status(m->list_accounts(db, anew(), user_id, &got), FINE);
    assert_int_equal(json_object_array_length(got), 1);
}

static void accounts_are_updated(void **state)
{
    char *token = apr_palloc(pool, 65537);
    struct json_object *change =
        json("{\"provider\":\"idp\",\"providerAccountId\":\"Abc\",\"refresh_token\":null,"
             "\"expires_at\":7}");

    (void)state;
    memset(token, 't', 65536);
    token[65536] = '\0';
    authjs_json_set_string(change, "access_token", token);
    authjs_json_set_string(change, "userId", nobody());
    assert_status(m->link_account(db, anew(), with_user(account), &got), FINE);
    assert_status(m->update_account(db, anew(), change, &got), FINE);
    assert_member("access_token", token);
    assert_member("refresh_token", NULL);
    assert_member("expires_at", "7");
    assert_member("id_token", "i.i.i");
    assert_member("userId", user_id);
    authjs_json_set_string(change, "providerAccountId", "abc");
    assert_status(m->update_account(db, anew(), change, &got), FINE);
    assert_null(got);
}

static void the_last_account_stays(void **state)
{
    struct json_object *second = with_user(account);

    (void)state;
    assert_status(m->link_account(db, anew(), with_user(account), &got), FINE);
    assert_status(m->unlink_account_but_last(db, anew(), user_id, "idp", "Abc", &got),
                  FINE);
    assert_null(got);
    authjs_json_set_string(second, "provider", "other");
    assert_status(m->link_account(db, anew(), second, &got), FINE);
    assert_status(m->unlink_account_but_last(db, anew(), nobody(), "idp", "Abc", &got),
                  FINE);
    assert_null(got);
    assert_status(m->unlink_account_but_last(db, anew(), user_id, "idp", "Abc", &got),
                  FINE);
    assert_member("provider", "idp");
    assert_status(m->unlink_account_but_last(db, anew(), user_id, "other", "Abc", &got),
                  FINE);
    assert_null(got);
    assert_status(m->unlink_account(db, anew(), "other", "Abc", &got), FINE);
    assert_member("provider", "other");
    assert_status(m->unlink_account(db, anew(), "other", "Abc", &got), FINE);
    assert_null(got);
}

/* ---- sessions ---------------------------------------------------------------------- */

static void sessions_live_and_end(void **state)
{
    struct json_object *found;

    (void)state;
    assert_status(
        m->create_session(
            db, anew(),
            with_user("{\"sessionToken\":\"idp.Token\",\"expires\":\"" EXPIRES "\"}"),
            &got),
        FINE);
    assert_member("expires", EXPIRES);
    assert_status(m->get_session_and_user(db, anew(), "idp.token", &found), FINE);
    assert_null(found);
    assert_status(m->get_session_and_user(db, anew(), "idp.Token", &found), FINE);
    assert_member_of(authjs_json_get(found, "session"), "userId", user_id);
    assert_member_of(authjs_json_get(found, "session"), "expires", EXPIRES);
    assert_member_of(authjs_json_get(found, "user"), "email", "joerg@example.com");
    assert_status(m->update_session(db, anew(),
                                    json("{\"sessionToken\":\"idp.Token\",\"expires\":"
                                         "\"2040-01-01T00:00:00.000Z\"}"),
                                    &got),
                  FINE);
    assert_member("expires", "2040-01-01T00:00:00.000Z");
    assert_status(m->update_session(db, anew(), json("{\"sessionToken\":\"x\"}"), &got),
                  FINE);
    assert_null(got);
    assert_status(m->list_sessions(db, anew(), user_id, &got), FINE);
    assert_int_equal(json_object_array_length(got), 1);
    assert_status(m->delete_session(db, anew(), "idp.Token", &got), FINE);
    assert_member("userId", user_id);
    assert_status(m->delete_session(db, anew(), "idp.Token", &got), FINE);
    assert_null(got);
}

static void a_deleted_user_is_gone(void **state)
{
    struct json_object *found;

    (void)state;
    assert_status(m->link_account(db, anew(), with_user(account), &got), FINE);
    assert_status(m->create_session(
                      db, anew(),
                      with_user("{\"sessionToken\":\"t\",\"expires\":\"" EXPIRES "\"}"),
                      &got),
                  FINE);
    assert_status(m->delete_user(db, anew(), user_id, &got), FINE);
    assert_member("email", "joerg@example.com");
    assert_status(m->get_session_and_user(db, anew(), "t", &found), FINE);
    assert_null(found);
    assert_status(m->get_account(db, anew(), "Abc", "idp", &got), FINE);
    assert_null(got);
    assert_status(m->delete_user(db, anew(), user_id, &got), FINE);
    assert_null(got);
}

static void make_session(const char *token, const char *expires)
{
    struct json_object *session = with_user("{}");

    authjs_json_set_string(session, "sessionToken", token);
    authjs_json_set_string(session, "expires", expires);
    assert_status(m->create_session(db, anew(), session, &got), FINE);
}

static void the_expired_are_pruned(void **state)
{
    apr_int64_t pruned;

    (void)state;
    make_session("a", "2026-11-21T10:00:00.000Z");
    make_session("b", "2026-11-21T10:00:00.001Z");
    make_session("c", "2026-11-21T10:00:00.002Z");
    assert_status(m->create_verification_token(
                      db, anew(),
                      json("{\"identifier\":\"i\",\"token\":\"t\",\"expires\":"
                           "\"2026-11-21T10:00:00.000Z\"}"),
                      &got),
                  FINE);
    assert_status(m->prune(db, anew(), "2026-11-21T10:00:00.002Z", 1, &pruned), FINE);
    assert_int_equal(pruned, 2);
    assert_status(m->prune(db, anew(), "2026-11-21T10:00:00.002Z", 100, &pruned), FINE);
    assert_int_equal(pruned, 1);
    assert_status(m->prune(db, anew(), "2026-11-21T10:00:00.002Z", 100, &pruned), FINE);
    assert_int_equal(pruned, 0);
    assert_status(m->list_sessions(db, anew(), user_id, &got), FINE);
    assert_member_of(json_object_array_get_idx(got, 0), "sessionToken", "c");
}

/* ---- the first sign-in ----------------------------------------------------------- */

static authjs_adapter_status_e sign_up(const char *email, const char *id)
{
    struct json_object *user = json("{\"name\":\"New\",\"emailVerified\":null}");
    struct json_object *linked = json(account);
    struct json_object *session =
        json("{\"sessionToken\":\"new\",\"expires\":\"" EXPIRES "\"}");

    authjs_json_set_string(user, "email", email);
    authjs_json_set_string(linked, "providerAccountId", id);
    return m->sign_up(db, anew(), user, linked, session, &got);
}

static void sign_up_is_one_step(void **state)
{
    const char *id;

    (void)state;
    assert_status(sign_up("joerg@example.com", "1"), CONFLICT);
    assert_status(sign_up("new@example.com", "1"), FINE);
    id = authjs_json_get_string(got, "id");
    assert_string_not_equal(id, user_id);
    assert_status(sign_up("other@example.com", "1"), CONFLICT);
    assert_status(m->get_user_by_email(db, anew(), "other@example.com", &got), FINE);
    assert_null(got);
    assert_status(m->list_accounts(db, anew(), id, &got), FINE);
    assert_int_equal(json_object_array_length(got), 1);
    assert_status(m->list_sessions(db, anew(), id, &got), FINE);
    assert_int_equal(json_object_array_length(got), 1);
    /* Without an address, nobody collides. */
    assert_status(m->sign_up(db, anew(), json("{\"name\":\"A\"}"), NULL, NULL, &got),
                  FINE);
    assert_status(m->sign_up(db, anew(), json("{\"name\":\"B\"}"), NULL, NULL, &got),
                  FINE);
    assert_member("email", NULL);
    assert_status(m->create_user(db, anew(), json("{\"email\":\"joerg@example.com\"}"),
                                 &got),
                  CONFLICT);
}

/* The session cannot be made (its token is there): nobody is made. */
static void sign_up_is_all_or_nothing(void **state)
{
    (void)state;
    make_session("new", EXPIRES);
    assert_status(sign_up("new@example.com", "1"), CONFLICT);
    assert_status(m->get_user_by_email(db, anew(), "new@example.com", &got), FINE);
    assert_null(got);
    assert_status(m->get_account(db, anew(), "1", "idp", &got), FINE);
    assert_null(got);
}

static void delete_the_user_alone(void)
{
    authjs_sql_list_t *list = authjs_sql_list(db, anew());

    authjs_sql_delete(list, AUTHJS_USERS, AUTHJS_MATCH("id", user_id));
    assert_status(authjs_sql_run(list, 0), FINE);
}

/* By others, in a database without foreign keys. */
static void a_user_is_gone(void **state)
{
    struct json_object *linked = with_user(account);
    int has_keys = db->schema->foreign_keys && db->dialect != AUTHJS_SQLITE;

    (void)state;
    make_session("t", EXPIRES);
    assert_status(m->link_account(db, anew(), linked, &got), FINE);
    authjs_json_set_string(linked, "providerAccountId", "2");
    assert_status(m->link_account(db, anew(), linked, &got), FINE);
    delete_the_user_alone();
    assert_status(m->get_session_and_user(db, anew(), "t", &got), FINE);
    assert_null(got);
    assert_status(m->get_user_by_account(db, anew(), "idp", "Abc", &got), FINE);
    assert_null(got);
    assert_status(m->get_account(db, anew(), "Abc", "idp", &got), FINE);
    assert_int_equal(!got, has_keys);
    assert_status(sign_up("new@example.com", "Abc"), FINE);
    authjs_json_set(linked, "userId", authjs_json_get(got, "id"));
    assert_status(m->link_account(db, anew(), linked, &got), FINE);
    assert_status(m->list_accounts(db, anew(), authjs_json_get_string(linked, "userId"),
                                   &got),
                  FINE);
    assert_int_equal(json_object_array_length(got), 2);
}

/* ---- verification tokens and authenticators -------------------------------------- */

static void a_verification_token_works_once(void **state)
{
    (void)state;
    assert_status(m->create_verification_token(
                      db, anew(),
                      json("{\"identifier\":\"a@example.com\",\"token\":\"hash\","
                           "\"expires\":\"" EXPIRES "\"}"),
                      &got),
                  FINE);
    assert_member("identifier", "a@example.com");
    assert_status(m->use_verification_token(db, anew(), "b@example.com", "hash", &got),
                  FINE);
    assert_null(got);
    assert_status(m->use_verification_token(db, anew(), "a@example.com", "HASH", &got),
                  FINE);
    assert_null(got);
    assert_status(m->use_verification_token(db, anew(), "a@example.com", "hash", &got),
                  FINE);
    assert_member("expires", EXPIRES);
    assert_status(m->use_verification_token(db, anew(), "a@example.com", "hash", &got),
                  FINE);
    assert_null(got);
}

static void authenticators_are_kept(void **state)
{
    struct json_object *made = with_user(
        "{\"credentialID\":\"AQID/+8=\",\"providerAccountId\":\"AQID/+8=\","
        "\"credentialPublicKey\":\"cHVibGlj\",\"counter\":0,\"credentialDeviceType\":"
        "\"multiDevice\",\"credentialBackedUp\":true,\"transports\":\"usb,nfc\"}");

    (void)state;
    assert_status(m->create_authenticator(db, anew(), made, &got), FINE);
    assert_member("credentialBackedUp", "true");
    assert_member("counter", "0");
    assert_status(m->get_authenticator(db, anew(), "AQID/+8=", &got), FINE);
    assert_member("transports", "usb,nfc");
    assert_status(m->get_authenticator(db, anew(), "aqid/+8=", &got), FINE);
    assert_null(got);
    assert_status(m->update_authenticator_counter(db, anew(), "AQID/+8=", 5, &got), FINE);
    assert_member("counter", "5");
    assert_status(m->update_authenticator_counter(db, anew(), "AQID/+8=", 5, &got), FINE);
    assert_null(got);
    assert_status(m->update_authenticator_counter(db, anew(), "none", 5, &got), FAILED);
    assert_status(m->list_authenticators_by_user_id(db, anew(), user_id, &got), FINE);
    assert_int_equal(json_object_array_length(got), 1);
    assert_status(m->list_authenticators_by_user_id(db, anew(), nobody(), &got), FINE);
    assert_int_equal(json_object_array_length(got), 0);
}

/* ---- what is refused ------------------------------------------------------------- */

static void values_that_cannot_be(void **state)
{
    char *name = apr_palloc(pool, 1024 * 1024 + 1);
    struct json_object *user = json("{}");

    (void)state;
    memset(name, 'n', 1024 * 1024);
    name[1024 * 1024] = '\0';
    authjs_json_set_string(user, "name", name);
    assert_status(m->create_user(db, anew(), user, &got), FAILED);
    assert_non_null(strstr(call.error, ".name is too long"));
    assert_status(m->create_user(db, anew(), json("{\"name\":\"a\\u0000b\"}"), &got),
                  FAILED);
    assert_non_null(strstr(call.error, ".name has a NUL in it"));
    assert_status(m->create_user(db, anew(), json("{\"email\":7}"), &got), FAILED);
    assert_non_null(strstr(call.error, ".email is no text"));
    assert_status(m->get_user_by_email(db, anew(), "\xff\xfe", &got), FAILED);
    assert_non_null(strstr(call.error, ".email is not UTF-8"));
    assert_status(
        m->link_account(db, anew(),
                        with_user("{\"type\":\"oidc\",\"provider\":\"p\","
                                  "\"providerAccountId\":\"1\",\"expires_at\":\"soon\"}"),
                        &got),
        FAILED);
    assert_non_null(strstr(call.error, ".expires_at is not of the type"));
    assert_status(m->create_session(db, anew(), with_user("{\"sessionToken\":\"t\"}"),
                                    &got),
                  FAILED);
    assert_null(got);
}

/* ---- main ------------------------------------------------------------------------ */

static apr_array_header_t *files;

/* An SQLite file for each schema: its names of tables do not tell User from user. */
static const char *params_of(const char *schema)
{
    const char *params = getenv("AUTHJS_TEST_PARAMS"), *dir;
    apr_file_t *file;
    char *path;

    if (params) {
        return params;
    }
    assert_int_equal(apr_temp_dir_get(&dir, pool), APR_SUCCESS);
    path = apr_psprintf(pool, "%s/authjs-%s-XXXXXX", dir, schema);
    assert_int_equal(apr_file_mktemp(&file, path, 0, pool), APR_SUCCESS);
    APR_ARRAY_PUSH(files, const char *) = path;
    return path;
}

static void remove_files(void)
{
    const char *file;
    int i;

    for (i = 0; i < files->nelts; i++) {
        file = APR_ARRAY_IDX(files, i, const char *);
        apr_file_remove(file, pool);
        apr_file_remove(apr_pstrcat(pool, file, "-wal", NULL), pool);
        apr_file_remove(apr_pstrcat(pool, file, "-shm", NULL), pool);
    }
}

static void open_schema(const char *schema)
{
    const char *driver = getenv("AUTHJS_TEST_DRIVER"), *why;

    why = authjs_dbd_open(&db, pool, driver ? driver : "sqlite3", params_of(schema),
                          schema);
    if (why) {
        fail_msg("%s (on Debian the driver is in libaprutil1-dbd-%s)", why,
                 driver ? driver : "sqlite3");
    }
    assert_status(authjs_dbd_migrate(db, anew()), FINE);
    assert_status(authjs_dbd_migrate(db, anew()), FINE);
    printf("# on %s, %s\n", driver ? driver : "sqlite3", schema);
}

static int one_user(void **state)
{
    if (!db || strcmp(db->schema->name, *state)) {
        open_schema(*state);
    }
    empty_tables();
    assert_status(m->create_user(db, anew(),
                                 json("{\"id\":\"ignored\",\"name\":\"Jörg 'O\\\"Brien\","
                                      "\"email\":\"joerg@example.com\","
                                      "\"emailVerified\":\"" EXPIRES "\",\"image\":null,"
                                      "\"extra\":1}"),
                                 &got),
                  FINE);
    user_id = authjs_json_get_string(got, "id");
    assert_non_null(user_id);
    return 0;
}

/* clang-format off */
#define METHOD(test) {#test, test, one_user, NULL, NULL}
/* clang-format on */

static const struct CMUnitTest methods[] = {
    METHOD(users_are_found),         METHOD(users_are_not_found),
    METHOD(users_are_updated),       METHOD(times_are_kept),
    METHOD(accounts_are_linked),     METHOD(accounts_are_updated),
    METHOD(the_last_account_stays),  METHOD(sessions_live_and_end),
    METHOD(a_deleted_user_is_gone),  METHOD(the_expired_are_pruned),
    METHOD(sign_up_is_one_step),     METHOD(sign_up_is_all_or_nothing),
    METHOD(a_user_is_gone),          METHOD(a_verification_token_works_once),
    METHOD(authenticators_are_kept), METHOD(values_that_cannot_be),
};

/* Every method with every schema. */
static int run_all(const apr_array_header_t *schemas)
{
    apr_array_header_t *tests = apr_array_make(pool, 60, sizeof(struct CMUnitTest));
    size_t i;
    int j;

    for (j = 0; j < schemas->nelts; j++) {
        char *schema = APR_ARRAY_IDX(schemas, j, char *);

        for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
            struct CMUnitTest *test = apr_array_push(tests);

            *test = methods[i];
            test->name = apr_psprintf(pool, "%s: %s", schema, test->name);
            test->initial_state = schema;
        }
    }
    return _cmocka_run_group_tests("sql", (struct CMUnitTest *)tests->elts,
                                   (size_t)tests->nelts, NULL, NULL);
}

int main(void)
{
    const char *schema = getenv("AUTHJS_TEST_SCHEMA");
    apr_array_header_t *schemas;
    const authjs_sql_schema_t *s;
    int failures;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    schemas = apr_array_make(pool, 4, sizeof(char *));
    if (schema) {
        APR_ARRAY_PUSH(schemas, const char *) = schema;
    }
    for (s = authjs_sql_sqlite; !schema && s->name; s++) {
        APR_ARRAY_PUSH(schemas, const char *) = s->name;
    }
    files = apr_array_make(pool, 4, sizeof(char *));
    failures = run_all(schemas);
    remove_files();
    apr_pool_destroy(pool);
    apr_terminate();
    return failures;
}
