/* authjsctl migrate and prune */
#include "ctl.h"

#include <stdio.h>

#define PRUNE_LIMIT 1000

static int print_sql(const authjs_ctl_t *ctl)
{
    const authjs_sql_schema_t *schema;
    apr_array_header_t *statements;
    authjs_dialect_e dialect;
    int code = authjs_ctl_schema(ctl, &dialect, &schema), i;

    if (code) {
        return code;
    }
    statements = authjs_sql_migration(ctl->pool, dialect, schema);
    for (i = 0; i < statements->nelts; i++) {
        printf("%s;\n", APR_ARRAY_IDX(statements, i, const char *));
    }
    return AUTHJS_CTL_OK;
}

int authjs_ctl_migrate(authjs_ctl_t *ctl)
{
    authjs_adapter_status_e status;
    authjs_ctl_database_t database;
    int code;

    if (ctl->value[AUTHJS_OPT_PRINT]) {
        return print_sql(ctl);
    }
    ctl->migrates = 1;
    code = authjs_ctl_database(ctl, &database);
    if (code) {
        return code;
    }
    status = database.migrate(database.sql, &database.call);
    if (status == AUTHJS_ADAPTER_CONFLICT) {
        authjs_ctl_failed(&database.call, status);
        return authjs_ctl_fail(AUTHJS_CTL_FAILED,
                               "a unique index cannot be made while rows are there "
                               "twice; merge these, then run migrate again");
    }
    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_ctl_failed(&database.call, status);
    }
    puts("the tables are complete");
    return AUTHJS_CTL_OK;
}

int authjs_ctl_prune(authjs_ctl_t *ctl)
{
    char now[AUTHJS_ISO8601_LEN + 1];
    authjs_ctl_database_t database;
    authjs_adapter_status_e status = AUTHJS_ADAPTER_OK;
    apr_int64_t all = 0, some = 1;
    int code = authjs_ctl_database(ctl, &database);

    authjs_iso8601(now, ctl->now);
    while (!code && some > 0) {
        status = authjs_sql_methods.prune(database.sql, &database.call, now, PRUNE_LIMIT,
                                          &some);
        if (status != AUTHJS_ADAPTER_OK) {
            return authjs_ctl_failed(&database.call, status);
        }
        all += some;
    }
    if (!code) {
        printf("deleted %" APR_INT64_T_FMT " expired sessions and verification tokens\n",
               all);
    }
    return code;
}
