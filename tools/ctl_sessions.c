/* authjsctl sessions. A session's token is never shown: a short hash names it. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#define PAGE      500
#define TOKEN_MAX (16 * 1024)
#define UUID_LEN  36

typedef struct {
    const authjs_ctl_t *ctl;
    authjs_ctl_database_t *database;
    struct json_object *found; /* array: sessions that are wanted */
    const char *user_id;       /* only of this user, or NULL */
    const char *id;            /* only those whose hash begins so, or NULL */
} search_t;

/* The provider that a token of ours tells: "<provider>.<UUID>". NULL: none. */
static const char *provider_of(apr_pool_t *pool, struct json_object *session)
{
    const char *token = authjs_json_get_string(session, "sessionToken");
    const char *dot = token ? strrchr(token, '.') : NULL;

    return dot && dot > token && strlen(dot + 1) == UUID_LEN
               ? apr_pstrmemdup(pool, token, strcspn(token, "."))
               : NULL;
}

/* ---- search --------------------------------------------------------------------- */

static void keep_wanted(search_t *search, struct json_object *session)
{
    const char *id =
        search->id ? authjs_ctl_session_hash(search->database->call.pool, session) : NULL;

    if (!search->id || (id && !strncmp(id, search->id, strlen(search->id)))) {
        json_object_array_add(search->found, json_object_get(session));
    }
}

/* Tokens are in no order of their hashes: all pages are looked at. */
static int find_sessions(search_t *search)
{
    const char *after = NULL;
    struct json_object *page;
    size_t count, i;

    search->found = json_object_new_array();
    authjs_json_own(search->ctl->pool, search->found);
    apr_pool_create(&search->database->call.pool, search->ctl->pool);
    do {
        authjs_adapter_status_e status =
            authjs_sql_browse_sessions(search->database->sql, &search->database->call,
                                       search->user_id, after, PAGE, &page);

        if (status != AUTHJS_ADAPTER_OK) {
            return authjs_ctl_failed(&search->database->call, status);
        }
        count = json_object_array_length(page);
        for (i = 0; i < count; i++) {
            struct json_object *session = json_object_array_get_idx(page, i);

            after = authjs_json_get_string(session, "sessionToken");
            keep_wanted(search, session);
        }
        after = apr_pstrdup(search->ctl->pool, after);
        apr_pool_clear(search->database->call.pool);
    } while (count == PAGE);
    return AUTHJS_CTL_OK;
}

/* --user, as an id. */
static int find_owner(search_t *search)
{
    const char *who = search->ctl->value[AUTHJS_OPT_USER];
    struct json_object *user;
    int code;

    if (!who) {
        return AUTHJS_CTL_OK;
    }
    code = authjs_ctl_find_user(search->database, who, &user);
    if (!code) {
        search->user_id = authjs_json_get_string(user, "id");
    }
    return code;
}

/* ---- list ----------------------------------------------------------------------- */

static struct json_object *describe(apr_pool_t *pool, struct json_object *session)
{
    struct json_object *shown = json_object_new_object();

    authjs_json_set_string(shown, "session", authjs_ctl_session_id(pool, session));
    authjs_json_set(shown, "expires", authjs_json_get(session, "expires"));
    authjs_json_set(shown, "userId", authjs_json_get(session, "userId"));
    authjs_json_set_string(shown, "provider", provider_of(pool, session));
    return shown;
}

static void print_line(apr_pool_t *pool, struct json_object *shown)
{
    static const char *const members[] = {"session", "expires", "userId", "provider"};
    size_t i;

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *text = authjs_json_get_string(shown, members[i]);

        if (text) {
            printf("%s%s", i ? "  " : "", authjs_ctl_text(pool, text));
        }
    }
    putchar('\n');
}

static int list_sessions(search_t *search)
{
    apr_pool_t *pool = search->ctl->pool;
    struct json_object *all = json_object_new_array();
    int code = find_owner(search);
    size_t i;

    authjs_json_own(pool, all);
    if (!code) {
        code = find_sessions(search);
    }
    if (code) {
        return code;
    }
    for (i = 0; i < json_object_array_length(search->found); i++) {
        struct json_object *shown =
            describe(pool, json_object_array_get_idx(search->found, i));

        json_object_array_add(all, shown);
        if (!search->ctl->value[AUTHJS_OPT_JSON]) {
            print_line(pool, shown);
        }
    }
    if (search->ctl->value[AUTHJS_OPT_JSON]) {
        puts(authjs_json_text(pool, all));
    }
    return AUTHJS_CTL_OK;
}

/* ---- revoke --------------------------------------------------------------------- */

static int revoke_token(const search_t *search, const char *token, int *revoked)
{
    struct json_object *deleted = NULL;
    authjs_adapter_status_e status =
        authjs_sql_methods.delete_session(search->database->sql, &search->database->call,
                                          token, &deleted);

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_ctl_failed(&search->database->call, status);
    }
    *revoked += deleted != NULL;
    return AUTHJS_CTL_OK;
}

static int revoke_found(search_t *search, int *revoked)
{
    int code = find_sessions(search);
    size_t i;

    if (!code && search->id && json_object_array_length(search->found) > 1) {
        return authjs_ctl_fail(AUTHJS_CTL_FAILED,
                               "more than one session begins with %s; write more digits",
                               search->id);
    }
    for (i = 0; !code && i < json_object_array_length(search->found); i++) {
        const char *token =
            authjs_json_get_string(json_object_array_get_idx(search->found, i),
                                   "sessionToken");

        code = token ? revoke_token(search, token, revoked) : AUTHJS_CTL_OK;
    }
    return code;
}

static int revoke_from_stdin(search_t *search, int *revoked)
{
    const char *token, *why = authjs_ctl_read(&token, search->ctl->pool, "-", TOKEN_MAX);

    return why ? authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s", why)
               : revoke_token(search, token, revoked);
}

static int is_id(const char *text)
{
    apr_size_t len = strlen(text);

    return len >= AUTHJS_CTL_SESSION_ID_LEN && len <= 64 &&
           strspn(text, "0123456789abcdef") == len;
}

static int revoke_session(search_t *search)
{
    const authjs_ctl_t *ctl = search->ctl;
    const char *id = ctl->nargs > 1 ? ctl->args[1] : NULL;
    int code, revoked = 0;

    if (ctl->value[AUTHJS_OPT_STDIN]) {
        code = revoke_from_stdin(search, &revoked);
    }
    else {
        search->id = id;
        code = find_owner(search);
        if (!code) {
            code = revoke_found(search, &revoked);
        }
    }
    if (code) {
        return code;
    }
    if (!revoked && !search->user_id) {
        return authjs_ctl_fail(AUTHJS_CTL_FAILED, "there is no such session");
    }
    printf("revoked %d session%s\n", revoked, revoked == 1 ? "" : "s");
    return AUTHJS_CTL_OK;
}

/* Of SESSION, --stdin and --user exactly one says which. */
static int says_which(const authjs_ctl_t *ctl)
{
    int ways = (ctl->nargs > 1) + (ctl->value[AUTHJS_OPT_STDIN] != NULL) +
               (ctl->value[AUTHJS_OPT_USER] != NULL);

    return ways == 1 && (ctl->nargs < 2 || is_id(ctl->args[1]));
}

int authjs_ctl_sessions(authjs_ctl_t *ctl)
{
    const char *what = ctl->nargs ? ctl->args[0] : "list";
    int revokes = !strcmp(what, "revoke");
    search_t search = {0};
    authjs_ctl_database_t database;
    int code;

    if (!revokes &&
        (strcmp(what, "list") || ctl->nargs > 1 || ctl->value[AUTHJS_OPT_STDIN])) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "sessions list or sessions revoke; see "
                                                 "authjsctl sessions --help");
    }
    if (revokes && !says_which(ctl)) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "sessions revoke takes what sessions list shows (12 or "
                               "more hex digits), or --stdin, or --user ID|EMAIL");
    }
    code = authjs_ctl_database(ctl, &database);
    search.ctl = ctl;
    search.database = &database;
    return code ? code : revokes ? revoke_session(&search) : list_sessions(&search);
}
