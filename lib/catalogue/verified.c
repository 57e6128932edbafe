/* Whether a provider vouches for an e-mail address: a rule of the catalogue, as data. */
#include "catalogue/catalogue.h"

#include <apr_lib.h>

#define RULE "write always, never, or a path such as /email_verified"

/* One condition of a rule: what stands at path says yes, or is a date. */
typedef struct {
    const char *path;
    int is_date;
} condition_t;

/* The condition at *at, which moves behind it. NULL, or what is wrong. */
static const char *read_condition(condition_t *condition, apr_pool_t *pool,
                                  const char **at)
{
    static const char date[] = "date(";
    apr_size_t len;

    condition->is_date = !strncmp(*at, date, sizeof(date) - 1);
    *at += condition->is_date ? sizeof(date) - 1 : 0;
    len = strcspn(*at, " ,(){}\"");
    if (**at != '/' || len < 2) {
        return RULE;
    }
    condition->path = apr_pstrmemdup(pool, *at, len);
    *at += len;
    if (condition->is_date && *(*at)++ != ')') {
        return "date( is not closed";
    }
    return NULL;
}

/* A moment from 1970 on, in the form of RFC 3339: other dates stand for none. */
static int is_date(struct json_object *value)
{
    static const char form[] = "0000-00-00T00:00:00";
    const char *text;
    int i;

    if (!json_object_is_type(value, json_type_string)) {
        return 0;
    }
    text = json_object_get_string(value);
    for (i = 0; form[i]; i++) {
        if (form[i] == '0' ? !apr_isdigit(text[i]) : text[i] != form[i]) {
            return 0;
        }
    }
    return strcmp(text, "1970") > 0;
}

static int holds(const condition_t *condition, apr_pool_t *pool, struct json_object *raw)
{
    struct json_object *value = NULL;

    if (!authjs_catalogue_find(&value, pool, raw, condition->path)) {
        return 0;
    }
    return condition->is_date ? is_date(value) : authjs_json_is_affirmative(value);
}

/* Read the rule, and ask raw where there is one. */
static const char *evaluate(apr_pool_t *pool, const char *rule, struct json_object *raw,
                            int *verified)
{
    static const char and[] = " and ";
    condition_t condition;
    const char *why;

    *verified = !strcmp(rule, AUTHJS_VERIFIED_ALWAYS);
    if (*verified || !strcmp(rule, AUTHJS_VERIFIED_NEVER)) {
        return NULL;
    }
    *verified = 1;
    for (;;) {
        why = read_condition(&condition, pool, &rule);
        if (why) {
            return why;
        }
        *verified &= raw && holds(&condition, pool, raw);
        if (!*rule) {
            return NULL;
        }
        if (strncmp(rule, and, sizeof(and) - 1)) {
            return RULE ", and several with \" and \" between them";
        }
        rule += sizeof(and) - 1;
    }
}

const char *authjs_verified_check(apr_pool_t *pool, const char *rule)
{
    int verified;

    return evaluate(pool, rule, NULL, &verified);
}

int authjs_verified(apr_pool_t *pool, const char *rule, struct json_object *raw)
{
    int verified;

    return !evaluate(pool, rule, raw, &verified) && verified;
}
