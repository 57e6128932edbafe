#include "sql/schema.h"

static const authjs_sql_schema_t schemas[] = {
    {AUTHJS_PGSQL, "pg"},
    {AUTHJS_SQLITE, "d1"},
    {AUTHJS_MYSQL, "drizzle"},
};

const authjs_sql_schema_t *authjs_sql_schema(authjs_dialect_e dialect, const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
        if (schemas[i].dialect == dialect &&
            (name == NULL || !strcmp(name, schemas[i].name))) {
            return &schemas[i];
        }
    }
    return NULL;
}

const char *authjs_sql_schema_names(apr_pool_t *pool, authjs_dialect_e dialect)
{
    apr_array_header_t *names = apr_array_make(pool, 4, sizeof(const char *));
    size_t i;

    for (i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
        if (schemas[i].dialect == dialect) {
            APR_ARRAY_PUSH(names, const char *) = schemas[i].name;
        }
    }
    return apr_array_pstrcat(pool, names, ',');
}
