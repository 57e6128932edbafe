/* Calling the methods of an adapter with JSON written as text. */
#ifndef AUTHJS_T_UNIT_SQL_HELPER_H
#define AUTHJS_T_UNIT_SQL_HELPER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/json.h"
#include "sql/schema.h"

#include <apr_general.h>
#include <apr_strings.h>

#include <string.h>

#define FINE     AUTHJS_ADAPTER_OK
#define CONFLICT AUTHJS_ADAPTER_CONFLICT
#define FAILED   AUTHJS_ADAPTER_FAILED

static apr_pool_t *pool;
static authjs_sql_t *db;
static authjs_call_t call;
static const authjs_adapter_t *const m = &authjs_sql_methods;

/* What a method gave last. */
static struct json_object *got;

static struct json_object *json(const char *text)
{
    struct json_object *object;

    assert_null(authjs_json_parse_object(&object, pool, text, strlen(text)));
    return object;
}

static authjs_call_t *anew(void)
{
    got = NULL;
    call.pool = pool;
    call.error = NULL;
    return &call;
}

#define assert_status(status, expected)                                                  \
    do {                                                                                 \
        authjs_adapter_status_e status_ = (status);                                      \
        if (status_ != (expected)) {                                                     \
            fail_msg("status %d: %s", (int)status_, call.error ? call.error : "");       \
        }                                                                                \
    } while (0)

/* expected NULL: a member that is null or not there. */
static void assert_member_of(struct json_object *object, const char *member,
                             const char *expected)
{
    struct json_object *value = authjs_json_get(object, member);

    if (!expected) {
        assert_null(value);
        return;
    }
    assert_non_null(value);
    assert_string_equal(json_object_is_type(value, json_type_string)
                            ? json_object_get_string(value)
                            : authjs_json_text(pool, value),
                        expected);
}

static inline void assert_member(const char *member, const char *expected)
{
    assert_non_null(got);
    assert_member_of(got, member, expected);
}

#endif
