#include "sql/methods.h"

#include <apr_strings.h>

#include <string.h>

const authjs_adapter_t authjs_sql_methods = {
    .create_user = authjs_sql_create_user,
    .get_user = authjs_sql_get_user,
    .get_user_by_email = authjs_sql_get_user_by_email,
    .get_user_by_account = authjs_sql_get_user_by_account,
    .update_user = authjs_sql_update_user,
    .delete_user = authjs_sql_delete_user,
    .link_account = authjs_sql_link_account,
    .unlink_account = authjs_sql_unlink_account,
    .create_session = authjs_sql_create_session,
    .get_session_and_user = authjs_sql_get_session_and_user,
    .update_session = authjs_sql_update_session,
    .delete_session = authjs_sql_delete_session,
    .create_verification_token = authjs_sql_create_verification_token,
    .use_verification_token = authjs_sql_use_verification_token,
    .get_account = authjs_sql_get_account,
    .get_authenticator = authjs_sql_get_authenticator,
    .create_authenticator = authjs_sql_create_authenticator,
    .list_authenticators_by_user_id = authjs_sql_list_authenticators,
    .update_authenticator_counter = authjs_sql_update_authenticator_counter,
    .sign_up = authjs_sql_sign_up,
    .update_account = authjs_sql_update_account,
    .list_accounts = authjs_sql_list_accounts,
    .unlink_account_but_last = authjs_sql_unlink_account_but_last,
    .list_sessions = authjs_sql_list_sessions,
    .prune = authjs_sql_prune,
    .list_passkeys = authjs_sql_list_passkeys,
    .describe_passkey = authjs_sql_describe_passkey,
    .get_verification_token = authjs_sql_get_verification_token,
};

static const authjs_sql_schema_t *schemas_of(authjs_dialect_e dialect)
{
    switch (dialect) {
    case AUTHJS_PGSQL:
        return authjs_sql_pgsql;
    case AUTHJS_MYSQL:
        return authjs_sql_mysql;
    case AUTHJS_SQLITE:
    default:
        return authjs_sql_sqlite;
    }
}

const authjs_sql_schema_t *authjs_sql_schema(authjs_dialect_e dialect, const char *name)
{
    const authjs_sql_schema_t *schema = schemas_of(dialect);

    for (; schema->name; schema++) {
        if (!name || !strcmp(name, schema->name)) {
            return schema;
        }
    }
    return NULL;
}

const char *authjs_sql_schema_names(apr_pool_t *pool, authjs_dialect_e dialect)
{
    const authjs_sql_schema_t *schema = schemas_of(dialect);
    const char *names = schema->name;

    for (schema++; schema->name; schema++) {
        names = apr_pstrcat(pool, names, ", ", schema->name, NULL);
    }
    return names;
}
