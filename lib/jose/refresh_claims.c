#include "jose/refresh_claims.h"

#include "core/json.h"
#include "core/jsonpath.h"

#include <string.h>

static const char refresh_token[] = "refresh_token";
static const char *const members[] = {"access_token", "expires_at", refresh_token, NULL};

/* ---- what is kept ----------------------------------------------------------------- */

void authjs_refresh_claims_set(struct json_object *claims, struct json_object *account)
{
    int i;

    for (i = 0; members[i]; i++) {
        authjs_json_copy_member(claims, account, members[i]);
    }
}

int authjs_refresh_claims_remove(struct json_object *claims)
{
    int i, before = json_object_object_length(claims);

    for (i = 0; members[i]; i++) {
        json_object_object_del(claims, members[i]);
    }
    return json_object_object_length(claims) < before;
}

int authjs_refresh_claims_failed(struct json_object *claims)
{
    const char *error = authjs_json_get_string(claims, "error");

    return error && !strcmp(error, AUTHJS_REFRESH_ERROR);
}

void authjs_refresh_claims_replace(struct json_object *claims, struct json_object *tokens)
{
    if (authjs_refresh_claims_failed(claims)) {
        json_object_object_del(claims, "error");
    }
    authjs_refresh_claims_remove(claims);
    authjs_refresh_claims_set(claims, tokens);
}

/* ---- who may read it -------------------------------------------------------------- */

/* Whether a part of the path is this name. */
static int passes(const char *path, const char *name)
{
    apr_size_t len;

    for (;; path += len + 1) {
        len = strcspn(path, ".");
        if (len == strlen(name) && !memcmp(path, name, len)) {
            return 1;
        }
        if (!path[len]) {
            return 0;
        }
    }
}

int authjs_refresh_claims_reserve(const char *path)
{
    int i;

    for (i = 0; members[i] && !passes(path, members[i]); i++) {
    }
    return members[i] != NULL;
}

int authjs_refresh_claims_is_secret(const char *path)
{
    return passes(path, refresh_token);
}

/* An object without a refresh token; what is shared with others is not changed. */
static struct json_object *without(apr_pool_t *pool, struct json_object *object)
{
    if (!json_object_object_get_ex(object, refresh_token, NULL)) {
        return object;
    }
    object = authjs_json_own(pool, authjs_json_copy(object));
    json_object_object_del(object, refresh_token);
    return object;
}

struct json_object *authjs_refresh_claims_hide(apr_pool_t *pool,
                                               struct json_object *session)
{
    struct json_object *user, *hidden;

    if (!json_object_is_type(session, json_type_object)) {
        return session;
    }
    hidden = without(pool, session);
    user = authjs_json_get_object(session, "user");
    if (user && without(pool, user) != user) {
        hidden =
            hidden == session ? authjs_json_own(pool, authjs_json_copy(session)) : hidden;
        authjs_json_set(hidden, "user", without(pool, user));
    }
    return hidden;
}
