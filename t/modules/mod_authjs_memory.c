/* An adapter that mod_authjs does not know, written against mod_authjs.h alone:
 *
 *     AuthJSAdapter memory /path/file.json
 *     AuthJSAdapter nineteen /path/file.json     the same with Auth.js's methods alone
 *
 * Everything is one JSON text in that file, read and written whole under a lock: for
 * tests. While /path/file.json.away exists, the database is "away"; while
 * /path/file.json.slow exists, a session is read and then kept back for a second; while
 * /path/file.json.late exists, an account is changed four seconds later. */
#include "memory_rows.h"

#include "http_config.h"
#include "http_log.h"

/* ---- what several methods do */

static status_e select_row(void *file, authjs_call_t *call, const char *name,
                           where_t where, json_t **out)
{
    work_t work;

    *out = NULL;
    if (begin(&work, file, call)) {
        *out = copy_of(call->pool, row_of(&work, name, where));
    }
    return end(&work, 0);
}

static status_e select_rows(void *file, authjs_call_t *call, const char *name,
                            const char *user_id, json_t **out)
{
    json_t *rows;
    work_t work;
    int i = -1;

    *out = own(call->pool, json_object_new_array());
    if (begin(&work, file, call)) {
        rows = table(&work, name);
        while ((i = find(rows, i + 1, WHERE("userId", user_id))) >= 0) {
            json_t *row = json_object_array_get_idx(rows, (size_t)i);
            json_object_array_add(*out, json_object_get(row));
        }
    }
    return end(&work, 0);
}

static status_e insert_row(void *file, authjs_call_t *call, const char *name,
                           const char *first, const char *second, json_t *from,
                           json_t **out)
{
    json_t *row;
    work_t work;

    *out = NULL;
    if (begin(&work, file, call)) {
        row = insert(&work, name, from, first, second);
        if (row && !strcmp(name, "users")) {
            set_id(row);
        }
        *out = copy_of(call->pool, row);
    }
    return end(&work, 1);
}

/** Changes: a member in which to find the row, or two. */
static status_e update_row(void *file, authjs_call_t *call, const char *name,
                           const char *first, const char *second, json_t *changes,
                           int must, json_t **out)
{
    json_t *row;
    work_t work;

    *out = NULL;
    if (begin(&work, file, call)) {
        row = row_of(&work, name, same(changes, first, second));
        if (row) {
            overlay(row, changes);
        }
        else if (must) {
            refuse(&work, AUTHJS_ADAPTER_FAILED, "there is none");
        }
        *out = copy_of(call->pool, row);
    }
    return end(&work, 1);
}

static status_e delete_row(void *file, authjs_call_t *call, const char *name,
                           where_t where, json_t **out)
{
    json_t *rows;
    work_t work;
    int i;

    *out = NULL;
    if (begin(&work, file, call)) {
        rows = table(&work, name);
        i = find(rows, 0, where);
        if (i >= 0) {
            *out = copy_of(call->pool, json_object_array_get_idx(rows, (size_t)i));
            json_object_array_del_idx(rows, (size_t)i, 1);
        }
    }
    return end(&work, 1);
}

/* ---- the methods */

static const char *create(void **instance, apr_pool_t *pconf, apr_pool_t *ptemp,
                          server_rec *s, int argc, const char *const *argv)
{
    (void)ptemp;
    (void)s;
    if (argc != 1 || argv[0][0] != '/') {
        return "memory takes the path of its file";
    }
    *instance = apr_pstrdup(pconf, argv[0]);
    return NULL;
}

#define INSERT(function, table, first, second)                                           \
    static status_e function(void *file, authjs_call_t *call, json_t *from,              \
                             json_t **out)                                               \
    {                                                                                    \
        return insert_row(file, call, table, first, second, from, out);                  \
    }
#define UPDATE(function, table, first, second, must)                                     \
    static status_e function(void *file, authjs_call_t *call, json_t *by, json_t **out)  \
    {                                                                                    \
        return update_row(file, call, table, first, second, by, must, out);              \
    }
#define ONE(function, do_row, table, member)                                             \
    static status_e function(void *file, authjs_call_t *call, const char *value,         \
                             json_t **out)                                               \
    {                                                                                    \
        return do_row(file, call, table, WHERE(member, value), out);                     \
    }
#define TWO(function, do_row, table, first, second)                                      \
    static status_e function(void *file, authjs_call_t *call, const char *one,           \
                             const char *two, json_t **out)                              \
    {                                                                                    \
        return do_row(file, call, table, WHERES(first, one, second, two), out);          \
    }
#define LIST(function, table)                                                            \
    static status_e function(void *file, authjs_call_t *call, const char *user_id,       \
                             json_t **out)                                               \
    {                                                                                    \
        return select_rows(file, call, table, user_id, out);                             \
    }

INSERT(create_user, "users", "email", NULL)
INSERT(link_account, "accounts", "provider", "providerAccountId")
INSERT(create_session, "sessions", "sessionToken", NULL)
INSERT(create_token, "tokens", "identifier", "token")
INSERT(create_authenticator, "authenticators", "credentialID", NULL)
UPDATE(update_user, "users", "id", NULL, 1)
UPDATE(update_account, "accounts", "provider", "providerAccountId", 0)
UPDATE(update_session, "sessions", "sessionToken", NULL, 0)
ONE(get_user, select_row, "users", "id")
ONE(get_user_by_email, select_row, "users", "email")
ONE(get_authenticator, select_row, "authenticators", "credentialID")
ONE(delete_session, delete_row, "sessions", "sessionToken")
TWO(get_account, select_row, "accounts", "providerAccountId", "provider")
TWO(use_token, delete_row, "tokens", "identifier", "token")
TWO(get_token, select_row, "tokens", "identifier", "token")
LIST(list_accounts, "accounts")
LIST(list_sessions, "sessions")
LIST(list_authenticators, "authenticators")

static status_e get_user_by_account(void *file, authjs_call_t *call, const char *provider,
                                    const char *id, json_t **out)
{
    json_t *account, *user = NULL;
    work_t work;

    if (begin(&work, file, call)) {
        account = row_of(&work, "accounts", ACCOUNT(provider, id));
        if (account) {
            user = row_of(&work, "users", WHERE("id", text(account, "userId")));
        }
    }
    *out = copy_of(call->pool, user);
    return end(&work, 0);
}

static status_e delete_user(void *file, authjs_call_t *call, const char *id, json_t **out)
{
    work_t work;

    *out = NULL;
    if (begin(&work, file, call)) {
        *out = copy_of(call->pool, row_of(&work, "users", WHERE("id", id)));
        delete_all(&work, "users", "id", id);
        delete_all(&work, "accounts", "userId", id);
        delete_all(&work, "sessions", "userId", id);
        delete_all(&work, "authenticators", "userId", id);
        delete_all(&work, "passkeys", "userId", id);
    }
    return end(&work, 1);
}

static status_e get_session_and_user(void *file, authjs_call_t *call, const char *token,
                                     json_t **out)
{
    json_t *session, *user = NULL;
    work_t work;

    *out = NULL;
    if (begin(&work, file, call)) {
        session = row_of(&work, "sessions", WHERE("sessionToken", token));
        if (session) {
            user = row_of(&work, "users", WHERE("id", text(session, "userId")));
        }
        if (user) {
            *out = own(call->pool, json_object_new_object());
            json_object_object_add(*out, "session", json_object_get(session));
            json_object_object_add(*out, "user", json_object_get(user));
        }
    }
    return end(&work, 0);
}

/** Who changes the same account meanwhile is overtaken. */
static status_e update_account_late(void *file, authjs_call_t *call, json_t *account,
                                    json_t **updated)
{
    if (!access(apr_pstrcat(call->pool, file, ".late", NULL), F_OK)) {
        apr_sleep(apr_time_from_sec(4));
    }
    return update_account(file, call, account, updated);
}

/** What a slow reader was told may be wrong when it hears it. */
static status_e get_session_slowly(void *file, authjs_call_t *call, const char *token,
                                   json_t **out)
{
    status_e status = get_session_and_user(file, call, token, out);

    if (!access(apr_pstrcat(call->pool, file, ".slow", NULL), F_OK)) {
        apr_sleep(apr_time_from_sec(1));
    }
    return status;
}

/* ---- passkeys */

static status_e update_counter(void *file, authjs_call_t *call, const char *id,
                               apr_int64_t counter, json_t **out)
{
    json_t *row;
    apr_int64_t stored;
    work_t work;

    *out = NULL;
    if (begin(&work, file, call)) {
        row = row_of(&work, "authenticators", WHERE("credentialID", id));
        stored = json_object_get_int64(json_object_object_get(row, "counter"));
        if (!row) {
            refuse(&work, AUTHJS_ADAPTER_FAILED, "there is none");
        }
        else if (stored < counter || (!stored && !counter)) {
            json_object_object_add(row, "counter", json_object_new_int64(counter));
            *out = copy_of(call->pool, row);
        }
    }
    return end(&work, 1);
}

static void copy_members(json_t *to, json_t *from, const char *const *members, int nulls)
{
    json_t *value;

    for (; from && *members; members++) {
        if (json_object_object_get_ex(from, *members, &value) && (value || nulls)) {
            json_object_object_add(to, *members, json_object_get(value));
        }
    }
}

static const char *const of_text[] = {"name", "created", "lastUsed", NULL};

static json_t *passkey_of(work_t *work, json_t *authenticator)
{
    static const char *const of_authenticator[] = {
        "credentialID",       "providerAccountId", "credentialDeviceType",
        "credentialBackedUp", "transports",        NULL};
    static const char *const of_account[] = {"provider", NULL};
    json_t *passkey = json_object_new_object();

    copy_members(passkey, authenticator, of_authenticator, 0);
    copy_members(passkey,
                 row_of(work, "accounts",
                        WHERES("providerAccountId",
                               text(authenticator, "providerAccountId"), "type",
                               "webauthn")),
                 of_account, 0);
    copy_members(passkey,
                 row_of(work, "passkeys", same(authenticator, "credentialID", NULL)),
                 of_text, 0);
    return passkey;
}

/** In the order in which they were made. */
static status_e list_passkeys(void *file, authjs_call_t *call, const char *user_id,
                              json_t **out)
{
    json_t *rows;
    work_t work;
    int i = -1;

    *out = own(call->pool, json_object_new_array());
    if (begin(&work, file, call)) {
        rows = table(&work, "authenticators");
        while ((i = find(rows, i + 1, WHERE("userId", user_id))) >= 0) {
            json_object_array_add(
                *out, passkey_of(&work, json_object_array_get_idx(rows, (size_t)i)));
        }
    }
    return end(&work, 0);
}

static status_e describe_passkey(void *file, authjs_call_t *call, const char *id,
                                 json_t *texts, json_t **out)
{
    json_t *authenticator, *row;
    work_t work;

    *out = NULL;
    if (begin(&work, file, call) &&
        (authenticator = row_of(&work, "authenticators", WHERE("credentialID", id)))) {
        row = row_of(&work, "passkeys", WHERE("credentialID", id));
        if (!row) {
            row = json_object_new_object();
            json_object_object_add(row, "credentialID", json_object_new_string(id));
            json_object_object_add(row, "userId",
                                   json_object_get(
                                       json_object_object_get(authenticator, "userId")));
            json_object_array_add(table(&work, "passkeys"), row);
        }
        copy_members(row, texts, of_text, 1);
        *out = copy_of(call->pool, row);
    }
    return end(&work, 1);
}

/** A passkey's account without its authenticator lets nobody in. */
static int is_way_in(work_t *work, json_t *account)
{
    return !has(account, "type", "webauthn") ||
           row_of(work, "authenticators",
                  WHERES("providerAccountId", text(account, "providerAccountId"),
                         "userId", text(account, "userId")));
}

static json_t *unlink_row(work_t *work, int i)
{
    json_t *rows = table(work, "accounts");
    json_t *account =
        copy_of(work->call->pool, json_object_array_get_idx(rows, (size_t)i));

    json_object_array_del_idx(rows, (size_t)i, 1);
    if (has(account, "type", "webauthn")) {
        delete_all(work, "authenticators", "credentialID",
                   text(account, "providerAccountId"));
        delete_all(work, "passkeys", "credentialID", text(account, "providerAccountId"));
    }
    return account;
}

static status_e unlink_account(void *file, authjs_call_t *call, const char *provider,
                               const char *id, json_t **out)
{
    work_t work;
    int i;

    *out = NULL;
    if (begin(&work, file, call) &&
        (i = find(table(&work, "accounts"), 0, ACCOUNT(provider, id))) >= 0) {
        *out = unlink_row(&work, i);
    }
    return end(&work, 1);
}

/** Inserted for the user that was made before it; nothing stays when it fails, because
 * nothing is written then. */
static void insert_for(work_t *work, const char *name, json_t *from, const char *first,
                       const char *second, const char *user_id)
{
    json_t *row = from ? insert(work, name, from, first, second) : NULL;

    if (row) {
        json_object_object_add(row, "userId", json_object_new_string(user_id));
    }
}

static status_e sign_up(void *file, authjs_call_t *call, json_t *user, json_t *account,
                        json_t *session, json_t **out)
{
    json_t *row;
    work_t work;

    *out = NULL;
    if (begin(&work, file, call) && (row = insert(&work, "users", user, "email", NULL))) {
        set_id(row);
        insert_for(&work, "accounts", account, "provider", "providerAccountId",
                   text(row, "id"));
        insert_for(&work, "sessions", session, "sessionToken", NULL, text(row, "id"));
        *out = work.status == AUTHJS_ADAPTER_OK ? copy_of(call->pool, row) : NULL;
    }
    return end(&work, 1);
}

static status_e unlink_but_last(void *file, authjs_call_t *call, const char *user_id,
                                const char *provider, const char *id, json_t **out)
{
    json_t *rows;
    work_t work;
    int i, other = -1;

    *out = NULL;
    if (begin(&work, file, call)) {
        rows = table(&work, "accounts");
        i = find(rows, 0, ACCOUNT(provider, id));
        do {
            other = find(rows, other + 1, WHERE("userId", user_id));
        } while (other >= 0 &&
                 (other == i ||
                  !is_way_in(&work, json_object_array_get_idx(rows, (size_t)other))));
        if (i >= 0 && other >= 0 &&
            has(json_object_array_get_idx(rows, (size_t)i), "userId", user_id)) {
            *out = unlink_row(&work, i);
        }
    }
    return end(&work, 1);
}

static int prune_rows(json_t *rows, const char *now, int limit)
{
    int i, count = 0;

    for (i = (int)json_object_array_length(rows) - 1; i >= 0 && count < limit; i--) {
        const char *expires = text(json_object_array_get_idx(rows, (size_t)i), "expires");
        if (expires && strcmp(expires, now) < 0) {
            json_object_array_del_idx(rows, (size_t)i, 1);
            count++;
        }
    }
    return count;
}

static status_e prune(void *file, authjs_call_t *call, const char *now, int limit,
                      apr_int64_t *pruned)
{
    work_t work;

    *pruned = 0;
    if (begin(&work, file, call)) {
        *pruned = prune_rows(table(&work, "sessions"), now, limit) +
                  prune_rows(table(&work, "tokens"), now, limit);
    }
    return end(&work, 1);
}

/* What a site cannot do without. */
#define NEEDED                                                                           \
    .create = create, .create_user = create_user, .get_user = get_user,                  \
    .get_user_by_email = get_user_by_email, .get_user_by_account = get_user_by_account,  \
    .update_user = update_user, .link_account = link_account,                            \
    .create_session = create_session, .get_session_and_user = get_session_slowly,        \
    .update_session = update_session, .delete_session = delete_session

static const authjs_adapter_t memory = {
    NEEDED,
    .delete_user = delete_user,
    .unlink_account = unlink_account,
    .create_verification_token = create_token,
    .use_verification_token = use_token,
    .get_account = get_account,
    .get_authenticator = get_authenticator,
    .create_authenticator = create_authenticator,
    .list_authenticators_by_user_id = list_authenticators,
    .update_authenticator_counter = update_counter,
    .sign_up = sign_up,
    .update_account = update_account_late,
    .list_accounts = list_accounts,
    .unlink_account_but_last = unlink_but_last,
    .list_sessions = list_sessions,
    .prune = prune,
    .list_passkeys = list_passkeys,
    .get_verification_token = get_token,
    .describe_passkey = describe_passkey,
};

/* Auth.js's nineteen methods and nothing else: what the adapters of others may be. */
static authjs_adapter_t nineteen, tokenless, incomplete;
static const authjs_adapter_t least = {NEEDED};

static void offer(apr_pool_t *p, const char *name, const authjs_adapter_t *adapter)
{
    ap_register_provider(p, AUTHJS_ADAPTER_GROUP, name, AUTHJS_ADAPTER_VERSION, adapter);
}

static void hooks(apr_pool_t *pool)
{
    nineteen = memory;
    nineteen.sign_up = NULL;
    nineteen.update_account = NULL;
    nineteen.list_accounts = NULL;
    nineteen.unlink_account_but_last = NULL;
    nineteen.list_sessions = NULL;
    nineteen.prune = NULL;
    nineteen.list_passkeys = NULL;
    nineteen.describe_passkey = NULL;
    nineteen.get_verification_token = NULL;
    tokenless = memory;
    tokenless.use_verification_token = NULL;
    offer(pool, "memory", &memory);
    offer(pool, "nineteen", &nineteen);
    offer(pool, "tokenless", &tokenless);
    offer(pool, "least", &least);
    incomplete = least;
    incomplete.get_user = NULL;
    offer(pool, "incomplete", &incomplete);
}

AP_DECLARE_MODULE(authjs_memory)
__attribute__((visibility("default"))) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks, AP_MODULE_FLAG_NONE,
};
