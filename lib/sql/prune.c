#include "sql/methods.h"

#include <apr_strings.h>

#include <string.h>

/* Calls that share a pool are one pass over the database: what it has found out, and how
 * far it has come. */
typedef struct {
    int begun;
    int has_index[AUTHJS_TABLES]; /* on expires: ours, by its name */
    const char *last;             /* sessions without one: the last token that was seen */
} pass_t;

static pass_t *pass_of(const authjs_sql_list_t *list)
{
    apr_pool_t *pool = list->call->pool;
    const char *key = apr_psprintf(pool, "authjs-prune-%pp", (const void *)list->sql);
    void *pass = NULL;

    apr_pool_userdata_get(&pass, key, pool);
    if (!pass) {
        pass = apr_pcalloc(pool, sizeof(pass_t));
        apr_pool_userdata_setn(pass, key, NULL, pool);
    }
    return pass;
}

static apr_int64_t read_count(const authjs_sql_list_t *list, int statement)
{
    const char *cell = authjs_sql_count(list, statement)
                           ? authjs_sql_cells(list, statement, 0)[0]
                           : NULL;

    return cell ? apr_atoi64(cell) : 0;
}

/* ---- is there an index? --------------------------------------------------------- */

static const char *index_name(const authjs_sql_schema_t *schema, authjs_sql_table_e table)
{
    const authjs_sql_key_t *k;

    for (k = schema->keys; k->columns; k++) {
        if (k->table == table && !strcmp(k->columns, "expires")) {
            return k->name;
        }
    }
    return "";
}

static void look_for_index(authjs_sql_list_t *list, authjs_sql_table_e table)
{
    static const char *const where[] = {
        [AUTHJS_SQLITE] = "sqlite_master WHERE type = 'index' AND name = ",
        [AUTHJS_PGSQL] =
            "pg_class WHERE relkind = 'i' AND pg_table_is_visible(oid) AND relname = ",
        [AUTHJS_MYSQL] = ("information_schema.statistics WHERE table_schema = DATABASE() "
                          "AND index_name = ")};

    authjs_sql_text(list, "SELECT COUNT(*) FROM ");
    authjs_sql_text(list, where[list->sql->dialect]);
    authjs_sql_value(list, AUTHJS_SESSIONS, "sessionToken",
                     index_name(list->sql->schema, table));
    authjs_sql_end(list, 1);
}

static authjs_adapter_status_e begin_pass(void *instance, authjs_call_t *call,
                                          pass_t *pass)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    authjs_adapter_status_e status;

    look_for_index(list, AUTHJS_SESSIONS);
    look_for_index(list, AUTHJS_VERIFICATION_TOKENS);
    status = authjs_sql_run(list, 0);
    if (status == AUTHJS_ADAPTER_OK) {
        pass->has_index[AUTHJS_SESSIONS] = read_count(list, 0) > 0;
        pass->has_index[AUTHJS_VERIFICATION_TOKENS] = read_count(list, 1) > 0;
        pass->begun = 1;
    }
    return status;
}

/* ---- a batch -------------------------------------------------------------------- */

static void put_expired(authjs_sql_list_t *list, authjs_sql_table_e table,
                        const char *now)
{
    authjs_sql_column(list, table, "expires");
    authjs_sql_text(list, " < ");
    authjs_sql_value(list, table, "expires", now);
}

static void select_expired(authjs_sql_list_t *list, authjs_sql_table_e table,
                           const char *what, const char *now, const char *behind)
{
    authjs_sql_text(list, "SELECT ");
    authjs_sql_text(list, what);
    authjs_sql_text(list, " FROM ");
    authjs_sql_table(list, table);
    authjs_sql_text(list, " WHERE ");
    put_expired(list, table, now);
    authjs_sql_text(list, behind);
}

/* What stands behind WHERE ... : the oldest first where an index has them in that order.
 */
static const char *limited(const authjs_sql_list_t *list, authjs_sql_table_e table,
                           int has_index, int limit)
{
    apr_pool_t *pool = list->call->pool;
    authjs_dialect_e dialect = list->sql->dialect;

    return has_index ? apr_psprintf(pool, " ORDER BY %s.%s LIMIT %d",
                                    authjs_sql_quote(pool, dialect,
                                                     list->sql->schema->tables[table]),
                                    authjs_sql_quote(pool, dialect, "expires"), limit)
                     : apr_psprintf(pool, " LIMIT %d", limit);
}

/* MySQL has no LIMIT behind IN (SELECT ...), the others none behind DELETE: they find the
 * rows again by where they stand. */
static void delete_expired(authjs_sql_list_t *list, authjs_sql_table_e table,
                           const char *now, const char *behind)
{
    static const char *const find[] = {[AUTHJS_SQLITE] = " AND rowid IN (",
                                       [AUTHJS_PGSQL] = " AND ctid = ANY (ARRAY(",
                                       [AUTHJS_MYSQL] = NULL};
    authjs_dialect_e dialect = list->sql->dialect;

    authjs_sql_delete_where(list, table);
    put_expired(list, table, now);
    if (!find[dialect]) {
        authjs_sql_text(list, behind);
    }
    else {
        authjs_sql_text(list, find[dialect]);
        select_expired(list, table, dialect == AUTHJS_SQLITE ? "rowid" : "ctid", now,
                       behind);
        authjs_sql_text(list, dialect == AUTHJS_SQLITE ? ")" : "))");
    }
    authjs_sql_end(list, 0);
}

static void prune_batch(authjs_sql_list_t *list, authjs_sql_table_e table,
                        const char *now, const char *behind)
{
    authjs_sql_text(list, "SELECT COUNT(*) FROM (");
    select_expired(list, table, "1", now, behind);
    authjs_sql_text(list, ") AS expired");
    authjs_sql_end(list, 1);
    delete_expired(list, table, now, behind);
}

/* ---- sessions of others' tables ------------------------------------------------- */

/* Without an index on expires the expired are looked for along that of the tokens: a pass
 * sees each row once, however many batches it takes. */

static void put_bound(authjs_sql_list_t *list, const char *relation, const char *token)
{
    authjs_sql_text(list, " AND ");
    authjs_sql_column(list, AUTHJS_SESSIONS, "sessionToken");
    authjs_sql_text(list, relation);
    authjs_sql_value(list, AUTHJS_SESSIONS, "sessionToken", token);
}

static void put_after(authjs_sql_list_t *list, const pass_t *pass)
{
    if (pass->last) {
        put_bound(list, " > ", pass->last);
    }
}

static authjs_adapter_status_e find_next(authjs_sql_list_t *list, const pass_t *pass,
                                         const char *now, int limit, const char **last,
                                         int *count)
{
    authjs_adapter_status_e status;

    authjs_sql_text(list, "SELECT ");
    authjs_sql_column(list, AUTHJS_SESSIONS, "sessionToken");
    authjs_sql_text(list, " FROM ");
    authjs_sql_table(list, AUTHJS_SESSIONS);
    authjs_sql_text(list, " WHERE ");
    put_expired(list, AUTHJS_SESSIONS, now);
    put_after(list, pass);
    authjs_sql_text(list, " ORDER BY ");
    authjs_sql_column(list, AUTHJS_SESSIONS, "sessionToken");
    authjs_sql_text(list, apr_psprintf(list->call->pool, " LIMIT %d", limit));
    authjs_sql_end(list, 1);
    status = authjs_sql_run(list, 0);
    *count = status == AUTHJS_ADAPTER_OK ? authjs_sql_count(list, 0) : 0;
    if (*count) {
        *last = authjs_sql_cells(list, 0, *count - 1)[0];
    }
    return status;
}

/* found: an empty list, to look with; list: of the batch's other statements. */
static authjs_adapter_status_e prune_next(authjs_sql_list_t *list,
                                          authjs_sql_list_t *found, pass_t *pass,
                                          const char *now, int limit, int *count)
{
    const char *last = NULL;
    authjs_adapter_status_e status = find_next(found, pass, now, limit, &last, count);

    if (last) {
        authjs_sql_delete_where(list, AUTHJS_SESSIONS);
        put_expired(list, AUTHJS_SESSIONS, now);
        put_after(list, pass);
        put_bound(list, " <= ", last);
        authjs_sql_end(list, 0);
    }
    pass->last = *count < limit ? NULL : last;
    return status;
}

/* ---- prune ---------------------------------------------------------------------- */

authjs_adapter_status_e authjs_sql_prune(void *instance, authjs_call_t *call,
                                         const char *now, int limit, apr_int64_t *pruned)
{
    authjs_sql_list_t *list = authjs_sql_list(instance, call);
    pass_t *pass = pass_of(list);
    authjs_adapter_status_e status = AUTHJS_ADAPTER_OK;
    int sessions = 0;

    *pruned = 0;
    limit = limit < AUTHJS_SQL_ROWS_MAX ? limit : AUTHJS_SQL_ROWS_MAX;
    if (!pass->begun) {
        status = begin_pass(instance, call, pass);
    }
    if (status != AUTHJS_ADAPTER_OK) {
        return status;
    }
    prune_batch(list, AUTHJS_VERIFICATION_TOKENS, now,
                limited(list, AUTHJS_VERIFICATION_TOKENS,
                        pass->has_index[AUTHJS_VERIFICATION_TOKENS], limit));
    if (pass->has_index[AUTHJS_SESSIONS]) {
        prune_batch(list, AUTHJS_SESSIONS, now, limited(list, AUTHJS_SESSIONS, 1, limit));
    }
    else {
        status = prune_next(list, authjs_sql_list(instance, call), pass, now, limit,
                            &sessions);
    }
    if (status == AUTHJS_ADAPTER_OK) {
        status = authjs_sql_run(list, 0);
    }
    if (status == AUTHJS_ADAPTER_OK) {
        *pruned = read_count(list, 0) +
                  (pass->has_index[AUTHJS_SESSIONS] ? read_count(list, 2) : sessions);
    }
    return status;
}
