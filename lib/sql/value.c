#include "sql/value.h"

#include "core/core.h"
#include "core/json.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include <errno.h>
#include <string.h>

#define WRONG_TYPE "is not of the type of its column"
#define NO_TIME    "is no time in UTC"

/* ---- into the database ---------------------------------------------------------- */

static const char *check_text(const char *text, apr_size_t len)
{
    if (len > AUTHJS_SQL_VALUE_MAX) {
        return "is too long";
    }
    if (strlen(text) != len) {
        return "has a NUL in it";
    }
    return authjs_utf8_valid(text, len) ? NULL : "is not UTF-8";
}

/* What is text in Auth.js may be something else when a provider says it, as Twitch's
 * scope, which is an array: kept as JSON. */
static const char *text_argument(apr_pool_t *pool, struct json_object *value,
                                 const char **arg)
{
    if (!json_object_is_type(value, json_type_string)) {
        *arg = authjs_json_text(pool, value);
        return check_text(*arg, strlen(*arg));
    }
    *arg = json_object_get_string(value);
    return check_text(*arg, (apr_size_t)json_object_get_string_len(value));
}

static const char *time_argument(apr_pool_t *pool, authjs_sql_kind_e kind,
                                 const char *text, const char **arg)
{
    apr_int64_t ms;
    char *spaced;

    if (!authjs_iso8601_read(&ms, text)) {
        return NO_TIME;
    }
    if (kind == AUTHJS_SQL_TIME_MS) {
        *arg = apr_psprintf(pool, "%" APR_INT64_T_FMT, ms);
    }
    else if (kind == AUTHJS_SQL_TIME_SPACE) {
        spaced = apr_pstrmemdup(pool, text, AUTHJS_ISO8601_LEN - 1);
        spaced[sizeof("2026-11-22") - 1] = ' ';
        *arg = spaced;
    }
    else {
        *arg = text;
    }
    return NULL;
}

static int all_digits(const char *text, apr_size_t max)
{
    apr_size_t len = strspn(text, "0123456789");

    return len > 0 && len <= max && !text[len];
}

/* Whether a column of this kind can hold such a text at all. */
static int is_possible(authjs_sql_kind_e kind, const char *text)
{
    switch (kind) {
    case AUTHJS_SQL_SERIAL:
        return all_digits(text, 18);
    case AUTHJS_SQL_UUID:
        return authjs_is_uuid(text);
    default:
        return 1;
    }
}

static int is_time(authjs_sql_kind_e kind)
{
    return kind == AUTHJS_SQL_TIME || kind == AUTHJS_SQL_TIME_SPACE ||
           kind == AUTHJS_SQL_TIME_MS;
}

static const char *int_argument(apr_pool_t *pool, struct json_object *object,
                                const char *member, const char **arg)
{
    apr_int64_t number;

    if (!authjs_json_get_int64(object, member, &number)) {
        return WRONG_TYPE;
    }
    *arg = apr_psprintf(pool, "%" APR_INT64_T_FMT, number);
    return NULL;
}

const char *authjs_sql_argument(apr_pool_t *pool, authjs_sql_kind_e kind,
                                struct json_object *object, const char *member,
                                const char **arg)
{
    struct json_object *value = authjs_json_get(object, member);
    const char *refused;

    *arg = NULL;
    if (!value) {
        return NULL;
    }
    if (kind == AUTHJS_SQL_INT) {
        return int_argument(pool, object, member, arg);
    }
    if (kind == AUTHJS_SQL_BOOL) {
        *arg = json_object_get_boolean(value) ? "1" : "0";
        return json_object_is_type(value, json_type_boolean) ? NULL : WRONG_TYPE;
    }
    if ((refused = text_argument(pool, value, arg)) != NULL) {
        return refused;
    }
    if (is_time(kind)) {
        return time_argument(pool, kind, *arg, arg);
    }
    return is_possible(kind, *arg) ? NULL : WRONG_TYPE;
}

const char *authjs_sql_search(apr_pool_t *pool, authjs_sql_kind_e kind, const char *value,
                              const char **arg)
{
    const char *refused;

    *arg = NULL;
    if (!value) {
        return NULL;
    }
    if ((refused = check_text(value, strlen(value))) != NULL) {
        return refused;
    }
    if (is_time(kind)) {
        return time_argument(pool, kind, value, arg);
    }
    *arg = is_possible(kind, value) ? value : NULL;
    return NULL;
}

/* ---- out of the database -------------------------------------------------------- */

static int read_int64(const char *text, apr_int64_t *out)
{
    char *end;

    if (!all_digits(text + (*text == '-'), 19)) {
        return 0;
    }
    errno = 0;
    *out = apr_strtoi64(text, &end, 10);
    return errno == 0 && !*end;
}

/* Up to three digits behind the seconds, of however many. @return what stands behind. */
static const char *read_fraction(const char *text, char out[3])
{
    apr_size_t len = strspn(text, "0123456789");

    memcpy(out, "000", 3);
    memcpy(out, text, len < 3 ? len : 3);
    return text + len;
}

static int is_utc(const char *zone)
{
    return !strcmp(zone, "") || !strcmp(zone, "Z") || !strcmp(zone, "+00") ||
           !strcmp(zone, "+00:00");
}

/* "2026-11-22 01:46:16" with T or a space, a fraction or none, in UTC, said or not. */
static int read_time_text(const char *text, char out[AUTHJS_ISO8601_LEN + 1])
{
    enum { T = sizeof("2026-11-22") - 1, DOT = sizeof("2026-11-22T01:46:16") - 1 };
    const char *zone;
    apr_int64_t ms;

    if (strlen(text) < DOT || (text[T] != 'T' && text[T] != ' ')) {
        return 0;
    }
    memcpy(out, "0000-00-00T00:00:00.000Z", AUTHJS_ISO8601_LEN + 1);
    memcpy(out, text, DOT);
    out[T] = 'T';
    zone = text + DOT;
    if (*zone == '.' && apr_isdigit(zone[1])) {
        zone = read_fraction(zone + 1, out + DOT + 1);
    }
    return is_utc(zone) && authjs_iso8601_read(&ms, out);
}

/* Milliseconds since the epoch; years of more than four digits are no times of ours. */
static int read_time_ms(const char *text, char out[AUTHJS_ISO8601_LEN + 1])
{
    apr_int64_t ms, seconds, back;
    int rest;

    if (!read_int64(text, &ms)) {
        return 0;
    }
    rest = (int)(ms % 1000 < 0 ? ms % 1000 + 1000 : ms % 1000);
    seconds = (ms - rest) / 1000;
    authjs_iso8601(out, seconds);
    out[AUTHJS_ISO8601_LEN - 4] = (char)('0' + rest / 100);
    out[AUTHJS_ISO8601_LEN - 3] = (char)('0' + rest / 10 % 10);
    out[AUTHJS_ISO8601_LEN - 2] = (char)('0' + rest % 10);
    return authjs_iso8601_read(&back, out) && back == ms;
}

static const char *set_time(authjs_sql_kind_e kind, const char *cell,
                            struct json_object *object, const char *member)
{
    char text[AUTHJS_ISO8601_LEN + 1];

    /* Prisma writes a default as text beside its milliseconds. */
    if (!(kind == AUTHJS_SQL_TIME_MS && read_time_ms(cell, text)) &&
        !read_time_text(cell, text)) {
        return NO_TIME;
    }
    authjs_json_set_string(object, member, text);
    return NULL;
}

static const char *set_int(const char *cell, struct json_object *object,
                           const char *member)
{
    apr_int64_t number;

    if (!read_int64(cell, &number)) {
        return "is no whole number";
    }
    authjs_json_set_int64(object, member, number);
    return NULL;
}

static const char *set_boolean(const char *cell, struct json_object *object,
                               const char *member)
{
    int yes = !strcmp(cell, "1") || !strcmp(cell, "t") || !strcmp(cell, "true");

    if (!yes && strcmp(cell, "0") && strcmp(cell, "f") && strcmp(cell, "false")) {
        return "is neither true nor false";
    }
    authjs_json_set_boolean(object, member, yes);
    return NULL;
}

const char *authjs_sql_cell(authjs_sql_kind_e kind, const char *cell,
                            struct json_object *object, const char *member)
{
    if (!cell) {
        authjs_json_set_string(object, member, NULL);
        return NULL;
    }
    if (kind == AUTHJS_SQL_INT) {
        return set_int(cell, object, member);
    }
    if (kind == AUTHJS_SQL_BOOL) {
        return set_boolean(cell, object, member);
    }
    if (is_time(kind)) {
        return set_time(kind, cell, object, member);
    }
    if (!authjs_utf8_valid(cell, strlen(cell))) {
        return "is not UTF-8";
    }
    authjs_json_set_string(object, member, cell);
    return NULL;
}
