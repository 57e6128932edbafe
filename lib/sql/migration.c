#include "sql/schema.h"

apr_array_header_t *authjs_sql_migration(apr_pool_t *pool, authjs_dialect_e dialect,
                                         const authjs_sql_schema_t *schema)
{
    (void)dialect;
    (void)schema;
    return apr_array_make(pool, 10, sizeof(const char *));
}
