/* Every member of the server and directory configuration, taken from the lists that make
 * them: set in base, set in add, in both, in neither, and set to what the default is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define AUTHJS_MODULE_RECORD
#include "config/config.h"

/* httpd's headers refer to it. */
module AP_MODULE_DECLARE_DATA authjs_module;

static apr_pool_t *pool;

/* ---- a value of each kind: two that differ, and the one of nothing written ------- */

static apr_array_header_t *list(const char *word)
{
    apr_array_header_t *made = apr_array_make(pool, 1, sizeof(const char *));

    APR_ARRAY_PUSH(made, const char *) = word;
    return made;
}

static apr_table_t *table(const char *key, const char *value)
{
    apr_table_t *made = apr_table_make(pool, 2);

    apr_table_setn(made, key, value);
    apr_table_setn(made, "shared", value);
    return made;
}

static apr_array_header_t *providers(const char *own, const char *name)
{
    apr_array_header_t *made = apr_array_make(pool, 2, sizeof(authjs_provider_t *));
    const char *ids[2];
    int i;

    ids[0] = "shared";
    ids[1] = own;
    for (i = 0; i < 2; i++) {
        authjs_provider_t *provider = apr_pcalloc(pool, sizeof(*provider));

        provider->id = ids[i];
        provider->name = name;
        APR_ARRAY_PUSH(made, authjs_provider_t *) = provider;
    }
    return made;
}

/* Two of one callback and one of another. */
static apr_array_header_t *callbacks(int twice, int once, const char *word)
{
    apr_array_header_t *made = apr_array_make(pool, 3, sizeof(authjs_written_callback_t));
    int which[3];
    int i;

    which[0] = which[2] = twice;
    which[1] = once;
    for (i = 0; i < 3; i++) {
        authjs_written_callback_t *one = apr_array_push(made);

        memset(one, 0, sizeof(*one));
        one->which = which[i];
        one->name = word;
    }
    return made;
}

#define BASE_STRING       "base"
#define ADD_STRING        "add"
#define DEFAULT_STRING    ""
#define BASE_FLAG         1
#define ADD_FLAG          2
#define DEFAULT_FLAG      0
#define BASE_SECONDS      60
#define ADD_SECONDS       90
#define DEFAULT_SECONDS   0
#define BASE_LIST         list("base")
#define ADD_LIST          list("add")
#define DEFAULT_LIST      apr_array_make(pool, 1, sizeof(const char *))
#define BASE_TABLE        table("base", "1")
#define ADD_TABLE         table("add", "2")
#define DEFAULT_TABLE     table("shared", "")
#define BASE_PROVIDERS    providers("base", "1")
#define ADD_PROVIDERS     providers("add", "2")
#define DEFAULT_PROVIDERS apr_array_make(pool, 1, sizeof(authjs_provider_t *))

#define BASE_CALLBACKS    callbacks(1, 2, "base")
#define ADD_CALLBACKS     callbacks(3, 1, "add")
#define DEFAULT_CALLBACKS apr_array_make(pool, 1, sizeof(authjs_written_callback_t))

/* ---- what comes out ---------------------------------------------------------------- */

#define IS_UNSET_STRING(value)    assert_null(value)
#define IS_UNSET_FLAG(value)      assert_int_equal(value, AUTHJS_UNSET)
#define IS_UNSET_SECONDS(value)   assert_int_equal(value, AUTHJS_UNSET)
#define IS_UNSET_LIST(value)      assert_null(value)
#define IS_UNSET_TABLE(value)     assert_null(value)
#define IS_UNSET_PROVIDERS(value) assert_null(value)
#define IS_UNSET_CALLBACKS(value) assert_null(value)

static void has_pair(apr_table_t *merged, const char *key, const char *value)
{
    const char *found = apr_table_get(merged, key);

    if (!value) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    assert_string_equal(found, value);
}

static const char *provider_name(apr_array_header_t *merged, int i)
{
    return APR_ARRAY_IDX(merged, i, authjs_provider_t *)->name;
}

static const char *provider_id(apr_array_header_t *merged, int i)
{
    return APR_ARRAY_IDX(merged, i, authjs_provider_t *)->id;
}

/* Of both, add's counts: as a whole, or key by key and id by id. */
#define IS_BOTH_STRING(value)  assert_string_equal(value, ADD_STRING)
#define IS_BOTH_FLAG(value)    assert_int_equal(value, ADD_FLAG)
#define IS_BOTH_SECONDS(value) assert_int_equal(value, ADD_SECONDS)
#define IS_BOTH_LIST(value)                                                              \
    do {                                                                                 \
        assert_int_equal((value)->nelts, 1);                                             \
        assert_string_equal(APR_ARRAY_IDX(value, 0, const char *), "add");               \
    } while (0)
#define IS_BOTH_TABLE(value)                                                             \
    do {                                                                                 \
        has_pair(value, "base", "1");                                                    \
        has_pair(value, "add", "2");                                                     \
        has_pair(value, "shared", "2");                                                  \
        assert_int_equal(apr_table_elts(value)->nelts, 3);                               \
    } while (0)
#define IS_BOTH_PROVIDERS(value)                                                         \
    do {                                                                                 \
        assert_int_equal((value)->nelts, 3);                                             \
        assert_string_equal(provider_id(value, 0), "shared");                            \
        assert_string_equal(provider_name(value, 0), "2");                               \
        assert_string_equal(provider_id(value, 1), "base");                              \
        assert_string_equal(provider_id(value, 2), "add");                               \
    } while (0)

/* The names of those of one callback. */
static const char *callback_names(apr_array_header_t *merged, int which)
{
    const char *names = "";
    int i;

    for (i = 0; i < merged->nelts; i++) {
        const authjs_written_callback_t *one =
            &APR_ARRAY_IDX(merged, i, authjs_written_callback_t);

        if (one->which == which) {
            names = apr_pstrcat(pool, names, one->name, " ", NULL);
        }
    }
    return names;
}
#define IS_BOTH_CALLBACKS(value)                                                         \
    do {                                                                                 \
        assert_string_equal(callback_names(value, 1), "add ");                           \
        assert_string_equal(callback_names(value, 2), "base ");                          \
        assert_string_equal(callback_names(value, 3), "add add ");                       \
        assert_int_equal((value)->nelts, 4);                                             \
    } while (0)

/* What was written counts even when it is what would be used anyway. */
#define IS_DEFAULT_STRING(value)  assert_string_equal(value, "")
#define IS_DEFAULT_FLAG(value)    assert_int_equal(value, 0)
#define IS_DEFAULT_SECONDS(value) assert_int_equal(value, 0)
#define IS_DEFAULT_LIST(value)    assert_int_equal((value)->nelts, 0)
#define IS_DEFAULT_TABLE(value)   has_pair(value, "shared", "")
/* There is no taking back a provider: a virtual host adds or replaces. */
#define IS_DEFAULT_PROVIDERS(value) assert_int_equal((value)->nelts, 2)
/* Nor a callback. */
#define IS_DEFAULT_CALLBACKS(value) assert_int_equal((value)->nelts, 3)

/* ---- servers --------------------------------------------------------------------- */

static authjs_server_config_t *server(void)
{
    return authjs_config_create_server(pool, NULL);
}

static authjs_server_config_t *merge(authjs_server_config_t *base,
                                     authjs_server_config_t *add)
{
    return authjs_config_merge_server(pool, base, add);
}

static void test_server_members(void **state)
{
    authjs_server_config_t *base, *add, *merged;
    int members = 0;

    (void)state;
#define X(kind, member)                                                                  \
    base = server(), add = server();                                                     \
    IS_UNSET_##kind(base->member);                                                       \
    IS_UNSET_##kind(merge(base, add)->member);                                           \
    base->member = BASE_##kind;                                                          \
    assert_true(merge(base, add)->member == base->member);                               \
    assert_true(merge(add, base)->member == base->member);                               \
    add->member = ADD_##kind;                                                            \
    merged = merge(base, add);                                                           \
    IS_BOTH_##kind(merged->member);                                                      \
    add->member = DEFAULT_##kind;                                                        \
    merged = merge(base, add);                                                           \
    IS_DEFAULT_##kind(merged->member);                                                   \
    members++;
    AUTHJS_SERVER_MEMBERS(X)
#undef X
    assert_true(members >= 19);
}

/* Merging changes neither side: httpd merges a base with many virtual hosts. */
static void test_merge_leaves_its_sides_alone(void **state)
{
    authjs_server_config_t *base = server(), *add = server();

    (void)state;
    base->pages = table("base", "1");
    add->pages = table("add", "2");
    base->providers = providers("base", "1");
    add->providers = providers("add", "2");
    merge(base, add);
    has_pair(base->pages, "shared", "1");
    has_pair(base->pages, "add", NULL);
    has_pair(add->pages, "base", NULL);
    assert_int_equal(base->providers->nelts, 2);
    assert_string_equal(provider_name(base->providers, 0), "1");
    assert_int_equal(add->providers->nelts, 2);
}

/* A site belongs to one virtual host and is never inherited. */
static void test_site_is_not_merged(void **state)
{
    authjs_server_config_t *base = server(), *add = server();

    (void)state;
    base->host.site = (const authjs_site_t *)base;
    add->host.site = (const authjs_site_t *)add;
    assert_null(merge(base, add)->host.site);
}

/* ---- directories ----------------------------------------------------------------- */

static authjs_dir_config_t *dir(void)
{
    return authjs_config_create_dir(pool, NULL);
}

static authjs_dir_config_t *merge_dir(authjs_dir_config_t *base, authjs_dir_config_t *add)
{
    return authjs_config_merge_dir(pool, base, add);
}

#define IS_UNSET_PAIR(value) assert_null(value)
#define BASE_PAIR            (base->unauthorized = AUTHJS_UNAUTHORIZED_PROVIDER, "base")
#define ADD_PAIR             (add->unauthorized = AUTHJS_UNAUTHORIZED_PROVIDER, "add")
#define DEFAULT_PAIR         (add->unauthorized = AUTHJS_UNAUTHORIZED_AUTO, NULL)
#define IS_BOTH_PAIR(value)  assert_string_equal(value, "add")
/* AuthJSUnauthorized auto takes the provider of an outer directory away. */
#define IS_DEFAULT_PAIR(value) assert_null(value)

static void test_dir_members(void **state)
{
    authjs_dir_config_t *base, *add, *merged;
    int members = 0;

    (void)state;
#define X(kind, member, usual)                                                           \
    base = dir(), add = dir();                                                           \
    IS_UNSET_##kind(base->member);                                                       \
    IS_UNSET_##kind(merge_dir(base, add)->member);                                       \
    base->member = BASE_##kind;                                                          \
    assert_true(merge_dir(base, add)->member == base->member);                           \
    assert_true(merge_dir(add, base)->member == base->member);                           \
    add->member = ADD_##kind;                                                            \
    merged = merge_dir(base, add);                                                       \
    IS_BOTH_##kind(merged->member);                                                      \
    add->member = DEFAULT_##kind;                                                        \
    merged = merge_dir(base, add);                                                       \
    IS_DEFAULT_##kind(merged->member);                                                   \
    members++;
    AUTHJS_DIR_MEMBERS(X)
#undef X
    assert_true(members >= 6);
}

/* A reader gets what is usual where nothing was written, and never that nothing was. */
static void test_dir_readers(void **state)
{
    request_rec *r = apr_pcalloc(pool, sizeof(*r));
    authjs_dir_config_t *base, *add, *merged;
    void *vector[1];

    (void)state;
    r->per_dir_config = (ap_conf_vector_t *)vector;
#define X(kind, member, usual)                                                           \
    base = dir(), add = dir();                                                           \
    vector[0] = base;                                                                    \
    assert_true(authjs_dir_##member(r) == (usual));                                      \
    base->member = BASE_##kind;                                                          \
    assert_true(authjs_dir_##member(r) == base->member);                                 \
    add->member = DEFAULT_##kind;                                                        \
    merged = merge_dir(base, add);                                                       \
    vector[0] = merged;                                                                  \
    assert_true(authjs_dir_##member(r) == merged->member);
    AUTHJS_DIR_MEMBERS(X)
#undef X
}

static void test_section_is_not_merged(void **state)
{
    authjs_dir_config_t *base = dir(), *add = dir();

    (void)state;
    base->section = apr_pcalloc(pool, sizeof(*base->section));
    add->section = base->section;
    assert_null(merge_dir(base, add)->section);
}

static int set_up(void **state)
{
    (void)state;
    return apr_initialize() != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_members),
        cmocka_unit_test(test_merge_leaves_its_sides_alone),
        cmocka_unit_test(test_site_is_not_merged),
        cmocka_unit_test(test_dir_members),
        cmocka_unit_test(test_dir_readers),
        cmocka_unit_test(test_section_is_not_merged),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
