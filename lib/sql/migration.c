#include "sql/schema.h"

#include <apr_strings.h>

#include <string.h>

/* MySQL 8 has no CREATE INDEX IF NOT EXISTS: its indexes stand in CREATE TABLE. */
static int index_in_table(authjs_dialect_e dialect)
{
    return dialect == AUTHJS_MYSQL;
}

/* Not for MySQL's last tables: where the others were there before, their character set
 * may be another, and then these cannot refer to them. */
static int refers_to_users(authjs_dialect_e dialect, const authjs_sql_schema_t *schema,
                           authjs_sql_table_e table)
{
    return schema->foreign_keys &&
           !(dialect == AUTHJS_MYSQL &&
             (table == AUTHJS_AUTHENTICATORS || table == AUTHJS_PASSKEYS));
}

/* MySQL makes an index on what refers to users by itself. */
static int is_made_by_itself(authjs_dialect_e dialect, const authjs_sql_schema_t *schema,
                             const authjs_sql_key_t *k)
{
    return index_in_table(dialect) && k->kind == AUTHJS_SQL_INDEX &&
           !strcmp(k->columns, "userId") && refers_to_users(dialect, schema, k->table);
}

static int stands_in_table(authjs_dialect_e dialect, const authjs_sql_schema_t *schema,
                           const authjs_sql_key_t *k)
{
    return k->kind == AUTHJS_SQL_PRIMARY ||
           (index_in_table(dialect) && !is_made_by_itself(dialect, schema, k));
}

static const char *column(apr_pool_t *pool, authjs_dialect_e dialect,
                          const authjs_sql_column_t *c, const authjs_sql_role_t *role)
{
    return apr_pstrcat(pool, authjs_sql_quote(pool, dialect, c->name), " ", role->ddl,
                       c->required ? " NOT NULL" : " NULL", NULL);
}

static const char *quoted_list(apr_pool_t *pool, authjs_dialect_e dialect,
                               const char *columns)
{
    const char *list = "", *comma;

    while ((comma = strchr(columns, ',')) != NULL) {
        list =
            apr_pstrcat(pool, list,
                        authjs_sql_quote(pool, dialect,
                                         apr_pstrmemdup(pool, columns, comma - columns)),
                        ", ", NULL);
        columns = comma + 1;
    }
    return apr_pstrcat(pool, "(", list, authjs_sql_quote(pool, dialect, columns), ")",
                       NULL);
}

static const char *key(apr_pool_t *pool, authjs_dialect_e dialect,
                       const authjs_sql_key_t *k)
{
    const char *list = quoted_list(pool, dialect, k->columns);

    if (k->kind == AUTHJS_SQL_PRIMARY) {
        return apr_pstrcat(pool, "PRIMARY KEY ", list, NULL);
    }
    return apr_pstrcat(pool, k->kind == AUTHJS_SQL_UNIQUE ? "UNIQUE KEY " : "KEY ",
                       authjs_sql_quote(pool, dialect, k->name), " ", list, NULL);
}

static const char *reference(apr_pool_t *pool, authjs_dialect_e dialect,
                             const authjs_sql_schema_t *schema,
                             const authjs_sql_column_t *c)
{
    return apr_pstrcat(pool, "FOREIGN KEY (", authjs_sql_quote(pool, dialect, c->name),
                       ") REFERENCES ",
                       authjs_sql_quote(pool, dialect, schema->tables[AUTHJS_USERS]),
                       " (", authjs_sql_quote(pool, dialect, "id"), ") ON DELETE CASCADE",
                       NULL);
}

static const char *create_table(apr_pool_t *pool, authjs_dialect_e dialect,
                                const authjs_sql_schema_t *schema,
                                authjs_sql_table_e table)
{
    apr_array_header_t *parts = apr_array_make(pool, 24, sizeof(const char *));
    const authjs_sql_column_t *c;
    const authjs_sql_key_t *k;
    int i;

    for (c = authjs_sql_columns(table); c->name; c++) {
        if (schema->roles[c->role].ddl) {
            APR_ARRAY_PUSH(parts, const char *) =
                column(pool, dialect, c, &schema->roles[c->role]);
        }
    }
    for (k = schema->keys; k->columns; k++) {
        if (k->table == table && stands_in_table(dialect, schema, k)) {
            APR_ARRAY_PUSH(parts, const char *) = key(pool, dialect, k);
        }
    }
    for (c = authjs_sql_columns(table); c->name; c++) {
        if (c->role == AUTHJS_SQL_USER_ID && refers_to_users(dialect, schema, table)) {
            APR_ARRAY_PUSH(parts, const char *) = reference(pool, dialect, schema, c);
        }
    }
    for (i = 0; i + 1 < parts->nelts; i++) {
        APR_ARRAY_IDX(parts, i, const char *) =
            apr_pstrcat(pool, APR_ARRAY_IDX(parts, i, const char *), ",\n    ", NULL);
    }
    return apr_pstrcat(
        pool, "CREATE TABLE IF NOT EXISTS ",
        authjs_sql_quote(pool, dialect, schema->tables[table]), " (\n    ",
        apr_array_pstrcat(pool, parts, 0), "\n)",
        /* _bin: an account 'abc' is not the account 'ABC'. */
        dialect == AUTHJS_MYSQL ? " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : "",
        NULL);
}

static const char *create_index(apr_pool_t *pool, authjs_dialect_e dialect,
                                const authjs_sql_schema_t *schema,
                                const authjs_sql_key_t *k)
{
    return apr_pstrcat(
        pool, k->kind == AUTHJS_SQL_UNIQUE ? "CREATE UNIQUE INDEX" : "CREATE INDEX",
        index_in_table(dialect) ? " " : " IF NOT EXISTS ",
        authjs_sql_quote(pool, dialect, k->name), " ON ",
        authjs_sql_quote(pool, dialect, schema->tables[k->table]), " ",
        quoted_list(pool, dialect, k->columns), NULL);
}

/* For MySQL's tables that were there before. Not the unique ones: rows may be there
 * twice, and what is there is an application's. */
static void push_late_index(apr_array_header_t *statements, apr_pool_t *pool,
                            const authjs_sql_schema_t *schema, const authjs_sql_key_t *k)
{
    APR_ARRAY_PUSH(statements, const char *) = apr_pstrcat(
        pool,
        "SET @authjs = IF(EXISTS (SELECT 1 FROM information_schema.statistics WHERE "
        "table_schema = DATABASE() AND table_name = '",
        schema->tables[k->table], "' AND index_name = '", k->name, "'), 'DO 0', '",
        create_index(pool, AUTHJS_MYSQL, schema, k), "')", NULL);
    APR_ARRAY_PUSH(statements, const char *) = "PREPARE authjs FROM @authjs";
    APR_ARRAY_PUSH(statements, const char *) = "EXECUTE authjs";
    APR_ARRAY_PUSH(statements, const char *) = "DEALLOCATE PREPARE authjs";
}

apr_array_header_t *authjs_sql_migration(apr_pool_t *pool, authjs_dialect_e dialect,
                                         const authjs_sql_schema_t *schema)
{
    apr_array_header_t *statements = apr_array_make(pool, 16, sizeof(const char *));
    const authjs_sql_key_t *k;
    int table;

    for (table = 0; table < AUTHJS_TABLES; table++) {
        APR_ARRAY_PUSH(statements, const char *) =
            create_table(pool, dialect, schema, (authjs_sql_table_e)table);
    }
    for (k = schema->keys; k->columns; k++) {
        if (k->kind != AUTHJS_SQL_PRIMARY && !index_in_table(dialect)) {
            APR_ARRAY_PUSH(statements, const char *) =
                create_index(pool, dialect, schema, k);
        }
        else if (k->kind == AUTHJS_SQL_INDEX && !is_made_by_itself(dialect, schema, k)) {
            push_late_index(statements, pool, schema, k);
        }
    }
    return statements;
}
