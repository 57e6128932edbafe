#include "sql/methods.h"

#include "core/json.h"

#define MATCH_ACCOUNT(provider, id)                                                      \
    AUTHJS_MATCH2("provider", provider, "providerAccountId", id)

void authjs_sql_delete_orphan(authjs_sql_list_t *list, const authjs_sql_match_t *account)
{
    authjs_sql_delete_where(list, AUTHJS_ACCOUNTS);
    authjs_sql_match(list, AUTHJS_ACCOUNTS, account);
    authjs_sql_text(list, " AND NOT EXISTS (SELECT 1 FROM ");
    authjs_sql_table(list, AUTHJS_USERS);
    authjs_sql_text(list, " WHERE ");
    authjs_sql_same_user(list, AUTHJS_ACCOUNTS);
    authjs_sql_text(list, ")");
    authjs_sql_end(list, 0);
}

authjs_adapter_status_e authjs_sql_link_account(void *instance, authjs_call_t *call,
                                                struct json_object *account,
                                                struct json_object **linked)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match =
        MATCH_ACCOUNT(authjs_json_get_string(account, "provider"),
                      authjs_json_get_string(account, "providerAccountId"));
    const authjs_sql_condition_t is_new[] = {
        {0, AUTHJS_ACCOUNTS, match},
        {0, AUTHJS_TABLES, NULL},
    };
    authjs_adapter_status_e status;
    int before, after;

    *linked = NULL;
    authjs_sql_delete_orphan(list, match);
    before = authjs_sql_select(list, AUTHJS_ACCOUNTS, match, NULL);
    authjs_sql_insert(list, AUTHJS_ACCOUNTS, account, NULL, is_new);
    after = authjs_sql_select(list, AUTHJS_ACCOUNTS, match, NULL);
    status = authjs_sql_run(list, 1);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    if (authjs_sql_count(list, before) > 0) {
        call->error = "the account is there already";
        return AUTHJS_ADAPTER_CONFLICT;
    }
    return authjs_sql_row(list, after, AUTHJS_ACCOUNTS, linked);
}

authjs_adapter_status_e authjs_sql_unlink_account(void *instance, authjs_call_t *call,
                                                  const char *provider,
                                                  const char *provider_account_id,
                                                  struct json_object **unlinked)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match = MATCH_ACCOUNT(provider, provider_account_id);
    authjs_adapter_status_e status;
    unsigned present;
    int was;

    *unlinked = NULL;
    status = authjs_sql_present(instance, call, &present);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    was = authjs_sql_select(list, AUTHJS_ACCOUNTS, match, " LIMIT 1");
    authjs_sql_delete(list, AUTHJS_ACCOUNTS, match);
    authjs_sql_delete_passkey(list, present, NULL, provider_account_id);
    return authjs_sql_run_row(list, 0, was, AUTHJS_ACCOUNTS, unlinked);
}

/* A passkey's account without the authenticator lets nobody in. */
static void put_is_way_in(authjs_sql_list_t *list, unsigned present, const char *user_id)
{
    int has = !!(present & 1u << AUTHJS_AUTHENTICATORS);

    authjs_sql_text(list, has ? "(" : NULL);
    authjs_sql_column(list, AUTHJS_ACCOUNTS, "type");
    authjs_sql_text(list, " <> 'webauthn'");
    if (has) {
        authjs_sql_text(list, " OR EXISTS (SELECT 1 FROM ");
        authjs_sql_table(list, AUTHJS_AUTHENTICATORS);
        authjs_sql_text(list, " WHERE ");
        authjs_sql_match(list, AUTHJS_AUTHENTICATORS, AUTHJS_MATCH("userId", user_id));
        authjs_sql_text(list, " AND ");
        authjs_sql_same(list, AUTHJS_AUTHENTICATORS, AUTHJS_ACCOUNTS,
                        "providerAccountId");
        authjs_sql_text(list, "))");
    }
}

/* The derived table is for MySQL, which does not let DELETE look at its own table. */
static void delete_but_last(authjs_sql_list_t *list, const authjs_sql_match_t *match,
                            const authjs_sql_match_t *account, const char *user_id,
                            unsigned present)
{
    authjs_sql_delete_where(list, AUTHJS_ACCOUNTS);
    authjs_sql_match(list, AUTHJS_ACCOUNTS, match);
    authjs_sql_text(list, " AND (SELECT COUNT(*) FROM (SELECT 1 FROM ");
    authjs_sql_table(list, AUTHJS_ACCOUNTS);
    authjs_sql_text(list, " WHERE ");
    authjs_sql_match(list, AUTHJS_ACCOUNTS, AUTHJS_MATCH("userId", user_id));
    authjs_sql_text(list, " AND NOT (");
    authjs_sql_match(list, AUTHJS_ACCOUNTS, account);
    authjs_sql_text(list, ") AND ");
    put_is_way_in(list, present, user_id);
    authjs_sql_text(list, " LIMIT 1) AS others) > 0");
    authjs_sql_end(list, 0);
}

authjs_adapter_status_e authjs_sql_unlink_account_but_last(
    void *instance, authjs_call_t *call, const char *user_id, const char *provider,
    const char *provider_account_id, struct json_object **unlinked)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t match[] = {
        {"userId", user_id},
        {"provider", provider},
        {"providerAccountId", provider_account_id},
        {NULL, NULL},
    };
    authjs_adapter_status_e status;
    unsigned present;
    int before, after;

    *unlinked = NULL;
    status = authjs_sql_present(instance, call, &present);
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    before = authjs_sql_select(list, AUTHJS_ACCOUNTS, match, " LIMIT 1");
    delete_but_last(list, match, match + 1, user_id, present);
    authjs_sql_delete_passkey(list, present, user_id, provider_account_id);
    after = authjs_sql_select(list, AUTHJS_ACCOUNTS, match, " LIMIT 1");
    status = authjs_sql_run(list, 1);
    if (status != AUTHJS_ADAPTER_OK || authjs_sql_count(list, after) > 0) {
        return status;
    }
    return authjs_sql_row(list, before, AUTHJS_ACCOUNTS, unlinked);
}

authjs_adapter_status_e authjs_sql_get_account(void *instance, authjs_call_t *call,
                                               const char *provider_account_id,
                                               const char *provider,
                                               struct json_object **account)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int found = authjs_sql_select(list, AUTHJS_ACCOUNTS,
                                  MATCH_ACCOUNT(provider, provider_account_id), NULL);

    *account = NULL;
    return authjs_sql_run_row(list, 0, found, AUTHJS_ACCOUNTS, account);
}

authjs_adapter_status_e authjs_sql_update_account(void *instance, authjs_call_t *call,
                                                  struct json_object *account,
                                                  struct json_object **updated)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    const authjs_sql_match_t *match =
        MATCH_ACCOUNT(authjs_json_get_string(account, "provider"),
                      authjs_json_get_string(account, "providerAccountId"));
    int found;

    *updated = NULL;
    authjs_sql_update(list, AUTHJS_ACCOUNTS, account, match);
    found = authjs_sql_select(list, AUTHJS_ACCOUNTS, match, NULL);
    return authjs_sql_run_row(list, 0, found, AUTHJS_ACCOUNTS, updated);
}

authjs_adapter_status_e authjs_sql_list_accounts(void *instance, authjs_call_t *call,
                                                 const char *user_id,
                                                 struct json_object **accounts)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    int found = authjs_sql_select(list, AUTHJS_ACCOUNTS, AUTHJS_MATCH("userId", user_id),
                                  " ORDER BY provider" AUTHJS_SQL_ALL);

    *accounts = NULL;
    return authjs_sql_run_rows(list, found, AUTHJS_ACCOUNTS, accounts);
}
