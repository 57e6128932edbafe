/* Passkeys as persons see them: an authenticator, whose account it is, and what we keep
 * beside it in a table of our own, which may be missing. */
#include "sql/methods.h"

#include "core/json.h"

#include <string.h>

#define NAME_CHARACTERS_MAX 64
#define LIMIT               " LIMIT 200"

static int has(unsigned present, authjs_sql_table_e table)
{
    return !!(present & 1u << table);
}

/* ---- list ----------------------------------------------------------------------- */

/* The row of an array that has this credential id, or NULL. */
static struct json_object *by_key(struct json_object *rows, const char *key,
                                  const char *value)
{
    size_t count = rows ? json_object_array_length(rows) : 0, i;

    for (i = 0; i < count; i++) {
        struct json_object *row = json_object_array_get_idx(rows, i);

        if (!strcmp(authjs_json_get_string(row, key), value)) {
            return row;
        }
    }
    return NULL;
}

static void copy_members(struct json_object *to, struct json_object *from,
                         const char *const *members)
{
    for (; from && *members; members++) {
        if (authjs_json_get(from, *members)) {
            authjs_json_set(to, *members, authjs_json_get(from, *members));
        }
    }
}

static struct json_object *passkey_of(apr_pool_t *pool, struct json_object *authenticator,
                                      struct json_object *accounts,
                                      struct json_object *texts)
{
    static const char *const of_authenticator[] = {
        "credentialID",       "providerAccountId", "credentialDeviceType",
        "credentialBackedUp", "transports",        NULL};
    static const char *const of_account[] = {"provider", NULL};
    static const char *const of_text[] = {"name", "created", "lastUsed", NULL};
    struct json_object *passkey = authjs_json_object(pool);

    copy_members(passkey, authenticator, of_authenticator);
    copy_members(passkey,
                 by_key(accounts, "providerAccountId",
                        authjs_json_get_string(authenticator, "providerAccountId")),
                 of_account);
    copy_members(passkey,
                 by_key(texts, "credentialID",
                        authjs_json_get_string(authenticator, "credentialID")),
                 of_text);
    return passkey;
}

/* By age; those of no known age first. */
static int compare(const void *one, const void *two)
{
    struct json_object *a = *(struct json_object *const *)one;
    struct json_object *b = *(struct json_object *const *)two;
    const char *created_a = authjs_json_get_string(a, "created");
    const char *created_b = authjs_json_get_string(b, "created");
    int order = strcmp(created_a ? created_a : "", created_b ? created_b : "");

    return order ? order
                 : strcmp(authjs_json_get_string(a, "credentialID"),
                          authjs_json_get_string(b, "credentialID"));
}

static authjs_adapter_status_e read_lists(authjs_sql_list_t *list, unsigned present,
                                          struct json_object **authenticators,
                                          struct json_object **accounts,
                                          struct json_object **texts)
{
    authjs_adapter_status_e status =
        authjs_sql_run_rows(list, 0, AUTHJS_AUTHENTICATORS, authenticators);

    if (status == AUTHJS_ADAPTER_OK) {
        status = authjs_sql_rows(list, 1, AUTHJS_ACCOUNTS, accounts);
    }
    if (status == AUTHJS_ADAPTER_OK && has(present, AUTHJS_PASSKEYS)) {
        status = authjs_sql_rows(list, 2, AUTHJS_PASSKEYS, texts);
    }
    return status;
}

static authjs_adapter_status_e list_of(authjs_sql_list_t *list, unsigned present,
                                       const char *user_id, struct json_object *passkeys)
{
    const authjs_sql_match_t *own = AUTHJS_MATCH("userId", user_id);
    struct json_object *authenticators = NULL, *accounts = NULL, *texts = NULL;
    authjs_adapter_status_e status;
    size_t i;

    authjs_sql_select(list, AUTHJS_AUTHENTICATORS, own, LIMIT);
    authjs_sql_select(list, AUTHJS_ACCOUNTS,
                      AUTHJS_MATCH2("userId", user_id, "type", "webauthn"), LIMIT);
    if (has(present, AUTHJS_PASSKEYS)) {
        authjs_sql_select(list, AUTHJS_PASSKEYS, own, LIMIT);
    }
    status = read_lists(list, present, &authenticators, &accounts, &texts);
    for (i = 0;
         status == AUTHJS_ADAPTER_OK && i < json_object_array_length(authenticators);
         i++) {
        struct json_object *passkey =
            passkey_of(list->call->pool, json_object_array_get_idx(authenticators, i),
                       accounts, texts);

        json_object_array_add(passkeys, json_object_get(passkey));
    }
    json_object_array_sort(passkeys, compare);
    return status;
}

authjs_adapter_status_e authjs_sql_list_passkeys(void *instance, authjs_call_t *call,
                                                 const char *user_id,
                                                 struct json_object **passkeys)
{
    struct json_object *all = authjs_json_own(call->pool, json_object_new_array());
    authjs_adapter_status_e status;
    unsigned present;

    status = authjs_sql_present(instance, call, &present);
    if (status == AUTHJS_ADAPTER_OK && has(present, AUTHJS_AUTHENTICATORS)) {
        status = list_of(authjs_sql_list(instance, call), present, user_id, all);
    }
    *passkeys = status == AUTHJS_ADAPTER_OK ? all : NULL;
    return status;
}

/* ---- describe ------------------------------------------------------------------- */

static int is_short(const char *name)
{
    apr_size_t count = 0;

    for (; name && *name; name++) {
        count += ((unsigned char)*name & 0xC0) != 0x80;
        if (count > NAME_CHARACTERS_MAX) {
            return 0;
        }
    }
    return 1;
}

static void insert(authjs_sql_list_t *list, struct json_object *texts,
                   const authjs_sql_match_t *match, const char *user_id)
{
    static const char *const members[] = {"name", "created", "lastUsed", NULL};
    struct json_object *row = authjs_json_object(list->call->pool);
    const authjs_sql_condition_t is_new[] = {
        {1, AUTHJS_AUTHENTICATORS, match},
        {0, AUTHJS_PASSKEYS, match},
        {0, AUTHJS_TABLES, NULL},
    };

    copy_members(row, texts, members);
    authjs_json_set_string(row, match->column, match->value);
    authjs_sql_insert(list, AUTHJS_PASSKEYS, row, user_id, is_new);
}

static authjs_adapter_status_e write_texts(void *instance, authjs_call_t *call,
                                           const char *credential_id, const char *user_id,
                                           struct json_object *texts,
                                           struct json_object **described)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match = AUTHJS_MATCH("credentialID", credential_id);
    int found;

    insert(list, texts, match, user_id);
    authjs_sql_update(list, AUTHJS_PASSKEYS, texts, match);
    found = authjs_sql_select(list, AUTHJS_PASSKEYS, match, NULL);
    return authjs_sql_run_row(list, 0, found, AUTHJS_PASSKEYS, described);
}

authjs_adapter_status_e authjs_sql_describe_passkey(void *instance, authjs_call_t *call,
                                                    const char *credential_id,
                                                    struct json_object *texts,
                                                    struct json_object **described)
{
    struct json_object *authenticator = NULL;
    authjs_adapter_status_e status;
    const char *user_id;
    unsigned present;

    *described = NULL;
    if (!is_short(authjs_json_get_string(texts, "name"))) {
        call->error = "the name of a passkey is too long";
        return AUTHJS_ADAPTER_FAILED;
    }
    status = authjs_sql_present(instance, call, &present);
    if (status == AUTHJS_ADAPTER_OK && has(present, AUTHJS_AUTHENTICATORS)) {
        status =
            authjs_sql_get_authenticator(instance, call, credential_id, &authenticator);
    }
    if (status != AUTHJS_ADAPTER_OK || !authenticator) {
        return status;
    }
    if (!has(present, AUTHJS_PASSKEYS)) {
        call->error = "there is no table " AUTHJS_SQL_PASSKEYS "; run: authjsctl migrate";
        return AUTHJS_ADAPTER_OK;
    }
    user_id = authjs_json_get_string(authenticator, "userId");
    status = write_texts(instance, call, credential_id, user_id, texts, described);
    /* Another has inserted the row in between: now it is there to be updated. */
    return status == AUTHJS_ADAPTER_CONFLICT
               ? write_texts(instance, call, credential_id, user_id, texts, described)
               : status;
}

/* ---- delete --------------------------------------------------------------------- */

void authjs_sql_delete_passkey(authjs_sql_list_t *list, unsigned present,
                               const char *user_id, const char *credential_id)
{
    static const authjs_sql_table_e tables[] = {AUTHJS_PASSKEYS, AUTHJS_AUTHENTICATORS};
    const authjs_sql_match_t of_row[] = {
        {"credentialID", credential_id},
        {user_id ? "userId" : NULL, user_id},
        {NULL, NULL},
    };
    size_t i;

    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (!has(present, tables[i])) {
            continue;
        }
        authjs_sql_delete_where(list, tables[i]);
        authjs_sql_match(list, tables[i], of_row);
        authjs_sql_text(list, " AND NOT EXISTS (SELECT 1 FROM ");
        authjs_sql_table(list, AUTHJS_ACCOUNTS);
        authjs_sql_text(list, " WHERE ");
        authjs_sql_match(list, AUTHJS_ACCOUNTS,
                         AUTHJS_MATCH2("providerAccountId", credential_id, "type",
                                       "webauthn"));
        authjs_sql_text(list, ")");
        authjs_sql_end(list, 0);
    }
}
