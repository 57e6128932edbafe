#include "callbacks/redact.h"

#include "web/url.h"

#include <string.h>

#define NAME_MAX_LEN 128

/* Letters and digits in lower case: sessionToken, session_token and Session-Token are one
 * name. The end of a long name says what it is, so the beginning is cut. */
static void normalise(char out[NAME_MAX_LEN + 1], const char *name)
{
    apr_size_t len = strlen(name), n = 0;

    if (len > NAME_MAX_LEN) {
        name += len - NAME_MAX_LEN;
    }
    for (; *name; name++) {
        if (authjs_is_alnum(*name)) {
            out[n++] = (char)(*name | 0x20); /* digits have that bit */
        }
    }
    out[n] = '\0';
}

static int holds(const char *const *parts, const char *name)
{
    for (; *parts; parts++) {
        if (strstr(name, *parts)) {
            return 1;
        }
    }
    return 0;
}

static int is_one_of(const char *const *names, const char *name)
{
    for (; *names; names++) {
        if (!strcmp(name, *names)) {
            return 1;
        }
    }
    return 0;
}

static int ends_with(const char *name, const char *end)
{
    apr_size_t len = strlen(name), end_len = strlen(end);

    return len >= end_len && !strcmp(name + len - end_len, end);
}

int authjs_is_secret_member(const char *name, struct json_object *value)
{
    static const char *const parts[] = {"secret", "password",   "passwd", "passphrase",
                                        "apikey", "privatekey", NULL};
    static const char *const names[] = {"code",   "codeverifier",  "pwd", "pin",
                                        "otp",    "totp",          "jwt", "assertion",
                                        "cookie", "authorization", NULL};
    char plain[NAME_MAX_LEN + 1];

    normalise(plain, name);
    if (!strcmp(plain, "token") && json_object_is_type(value, json_type_object)) {
        return 0;
    }
    return ends_with(plain, "token") || ends_with(plain, "tokens") ||
           holds(parts, plain) || is_one_of(names, plain);
}

static struct json_object *copy_redacted(struct json_object *value, int depth);

static struct json_object *copy_object(struct json_object *object, int depth)
{
    struct json_object *made = json_object_new_object();

    json_object_object_foreach(object, name, value)
    {
        if (!authjs_is_secret_member(name, value)) {
            json_object_object_add(made, name, copy_redacted(value, depth));
        }
    }
    return made;
}

static struct json_object *copy_array(struct json_object *array, int depth)
{
    struct json_object *made = json_object_new_array();
    size_t i;

    for (i = 0; i < json_object_array_length(array); i++) {
        json_object_array_add(made,
                              copy_redacted(json_object_array_get_idx(array, i), depth));
    }
    return made;
}

/* What has no members is never changed: a reference will do. */
static struct json_object *copy_redacted(struct json_object *value, int depth)
{
    if (json_object_is_type(value, json_type_object)) {
        return depth ? copy_object(value, depth - 1) : NULL;
    }
    if (json_object_is_type(value, json_type_array)) {
        return depth ? copy_array(value, depth - 1) : NULL;
    }
    return json_object_get(value);
}

struct json_object *authjs_redacted(apr_pool_t *pool, struct json_object *params)
{
    return authjs_json_own(pool, copy_redacted(params, AUTHJS_REDACT_DEPTH));
}
