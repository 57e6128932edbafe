/* authjsctl users */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#define PAGE 500

/* ---- list ----------------------------------------------------------------------- */

static const char *member(apr_pool_t *pool, struct json_object *object, const char *name)
{
    return authjs_ctl_text(pool, authjs_json_get_string(object, name));
}

static int is_wanted(const authjs_ctl_t *ctl, struct json_object *user)
{
    const char *part = ctl->value[AUTHJS_OPT_EMAIL];
    const char *email = authjs_json_get_string(user, "email");

    return !part || (email && authjs_ctl_contains(email, part));
}

static void print_line(apr_pool_t *pool, struct json_object *user)
{
    printf("%-36s  %-32s  %s\n", member(pool, user, "id"), member(pool, user, "email"),
           member(pool, user, "name"));
}

static int list(const authjs_ctl_t *ctl, authjs_ctl_database_t *database)
{
    authjs_call_t *call = &database->call;
    struct json_object *page, *wanted = json_object_new_array();
    const char *after = NULL;
    size_t count, i;

    authjs_json_own(ctl->pool, wanted);
    apr_pool_create(&call->pool, ctl->pool);
    do {
        authjs_adapter_status_e status =
            authjs_sql_browse_users(database->sql, call, after, PAGE, &page);

        if (status != AUTHJS_ADAPTER_OK) {
            return authjs_ctl_failed(call, status);
        }
        count = json_object_array_length(page);
        for (i = 0; i < count; i++) {
            struct json_object *user = json_object_array_get_idx(page, i);

            after = authjs_json_get_string(user, "id");
            if (!is_wanted(ctl, user)) {
                continue;
            }
            if (ctl->value[AUTHJS_OPT_JSON]) {
                json_object_array_add(wanted, json_object_get(user));
            }
            else {
                print_line(call->pool, user);
            }
        }
        after = apr_pstrdup(ctl->pool, after);
        apr_pool_clear(call->pool);
    } while (count == PAGE);
    if (ctl->value[AUTHJS_OPT_JSON]) {
        puts(authjs_json_text(ctl->pool, wanted));
    }
    return AUTHJS_CTL_OK;
}

/* ---- show ----------------------------------------------------------------------- */

/* Accounts, passkeys and sessions without what is a secret in them. */
static struct json_object *without_secrets(apr_pool_t *pool, struct json_object *rows,
                                           const char *const *members, int sessions)
{
    struct json_object *shown = json_object_new_array();
    size_t i;
    int j;

    authjs_json_own(pool, shown);
    for (i = 0; i < json_object_array_length(rows); i++) {
        struct json_object *row = json_object_array_get_idx(rows, i);
        struct json_object *copy = json_object_new_object();

        if (sessions) {
            authjs_json_set_string(copy, "session", authjs_ctl_session_id(pool, row));
        }
        for (j = 0; members[j]; j++) {
            authjs_json_set(copy, members[j], authjs_json_get(row, members[j]));
        }
        json_object_array_add(shown, copy);
    }
    return shown;
}

static void print_passkey(apr_pool_t *pool, struct json_object *passkey)
{
    static const struct {
        const char *member, *before;
    } parts[] = {
        {"credentialID", ""}, {"created", " of "}, {"lastUsed", " used "}, {"name", " "}};
    size_t i;

    printf("passkey        ");
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (authjs_json_get_string(passkey, parts[i].member)) {
            printf("%s%s", parts[i].before, member(pool, passkey, parts[i].member));
        }
    }
    puts("");
}

static void print_user(apr_pool_t *pool, struct json_object *shown)
{
    static const char *const members[] = {"id",    "name", "email", "emailVerified",
                                          "image", NULL};
    struct json_object *user = authjs_json_get(shown, "user");
    struct json_object *rows = authjs_json_get(shown, "accounts"), *row;
    size_t i;

    for (i = 0; members[i]; i++) {
        printf("%-14s %s\n", members[i], member(pool, user, members[i]));
    }
    for (i = 0; i < json_object_array_length(rows); i++) {
        row = json_object_array_get_idx(rows, i);
        printf("%-14s %s %s (%s)\n", "account", member(pool, row, "provider"),
               member(pool, row, "providerAccountId"), member(pool, row, "type"));
    }
    rows = authjs_json_get(shown, "passkeys");
    for (i = 0; i < json_object_array_length(rows); i++) {
        print_passkey(pool, json_object_array_get_idx(rows, i));
    }
    rows = authjs_json_get(shown, "sessions");
    for (i = 0; i < json_object_array_length(rows); i++) {
        row = json_object_array_get_idx(rows, i);
        printf("%-14s %s until %s\n", "session", member(pool, row, "session"),
               member(pool, row, "expires"));
    }
}

static int show(const authjs_ctl_t *ctl, authjs_ctl_database_t *database)
{
    static const char *const of_account[] = {"provider", "providerAccountId", "type",
                                             NULL};
    static const char *const of_session[] = {"expires", NULL};
    authjs_call_t *call = &database->call;
    struct json_object *shown = authjs_json_object(ctl->pool), *user, *accounts,
                       *passkeys, *sessions;
    int code = authjs_ctl_find_user(database, ctl->args[1], &user);
    authjs_adapter_status_e status;
    const char *id;

    if (code) {
        return code;
    }
    id = authjs_json_get_string(user, "id");
    status = authjs_sql_methods.list_accounts(database->sql, call, id, &accounts);
    if (status == AUTHJS_ADAPTER_OK) {
        status = authjs_sql_methods.list_passkeys(database->sql, call, id, &passkeys);
    }
    if (status == AUTHJS_ADAPTER_OK) {
        status = authjs_sql_methods.list_sessions(database->sql, call, id, &sessions);
    }
    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_ctl_failed(call, status);
    }
    authjs_json_set(shown, "user", user);
    authjs_json_set(shown, "accounts",
                    without_secrets(ctl->pool, accounts, of_account, 0));
    authjs_json_set(shown, "passkeys", passkeys);
    authjs_json_set(shown, "sessions",
                    without_secrets(ctl->pool, sessions, of_session, 1));
    if (ctl->value[AUTHJS_OPT_JSON]) {
        puts(authjs_json_text(ctl->pool, shown));
    }
    else {
        print_user(ctl->pool, shown);
    }
    return AUTHJS_CTL_OK;
}

/* ---- delete --------------------------------------------------------------------- */

static int delete_user(const authjs_ctl_t *ctl, authjs_ctl_database_t *database)
{
    authjs_call_t *call = &database->call;
    struct json_object *user, *deleted;
    int code = authjs_ctl_find_user(database, ctl->args[1], &user);
    authjs_adapter_status_e status;

    if (code) {
        return code;
    }
    status = authjs_sql_methods.delete_user(database->sql, call,
                                            authjs_json_get_string(user, "id"), &deleted);
    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_ctl_failed(call, status);
    }
    printf("deleted user %s %s\n", member(call->pool, user, "id"),
           member(call->pool, user, "email"));
    return AUTHJS_CTL_OK;
}

int authjs_ctl_users(authjs_ctl_t *ctl)
{
    const char *what = ctl->nargs ? ctl->args[0] : "list";
    int (*run)(const authjs_ctl_t *, authjs_ctl_database_t *) =
        !strcmp(what, "list")     ? list
        : !strcmp(what, "show")   ? show
        : !strcmp(what, "delete") ? delete_user
                                  : NULL;
    authjs_ctl_database_t database;
    int code;

    if (!run || (run == list ? ctl->nargs > 1 : ctl->nargs != 2)) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "users list, users show ID|EMAIL or users delete "
                               "ID|EMAIL; see authjsctl users --help");
    }
    code = authjs_ctl_database(ctl, &database);
    return code ? code : run(ctl, &database);
}
