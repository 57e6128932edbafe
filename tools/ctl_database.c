/* Which database: that of the options, else that of httpd's configuration. */
#include "ctl_d1.h"

#include "sql/dbd.h"
#include "sql/schema.h"

#include <apr_file_info.h>

#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARAMS_MAX (16 * 1024)

/* Where the database is. adapter is NULL until that is known. */
typedef struct {
    const char *adapter; /* dbd, d1 */
    const char *driver, *params, *schema;
    apr_array_header_t *words; /* of d1 */
} place_t;

/* ---- as options say ------------------------------------------------------------- */

static const char *params_of(const authjs_ctl_t *ctl, const char **params)
{
    const char *path = ctl->value[AUTHJS_OPT_PARAMS_FILE];

    if (path) {
        return authjs_ctl_read(params, ctl->pool, path, PARAMS_MAX);
    }
    *params = getenv("AUTHJS_DBD_PARAMS");
    return *params || ctl->value[AUTHJS_OPT_PRINT]
               ? NULL
               : "--driver needs --params-file FILE, or AUTHJS_DBD_PARAMS in the "
                 "environment: what stands behind DBDParams";
}

static const char *from_options(const authjs_ctl_t *ctl, place_t *place)
{
    int ways = (ctl->value[AUTHJS_OPT_SQLITE] != NULL) +
               (ctl->value[AUTHJS_OPT_DRIVER] != NULL) +
               (ctl->value[AUTHJS_OPT_D1_DATABASE] != NULL);

    if (ways > 1) {
        return "of --sqlite, --driver and --d1-database one is enough";
    }
    place->schema = ctl->value[AUTHJS_OPT_SCHEMA];
    if (ctl->value[AUTHJS_OPT_SQLITE]) {
        place->adapter = "dbd";
        place->driver = "sqlite3";
        place->params = ctl->value[AUTHJS_OPT_SQLITE];
    }
    else if (ctl->value[AUTHJS_OPT_DRIVER]) {
        place->adapter = "dbd";
        place->driver = ctl->value[AUTHJS_OPT_DRIVER];
        return params_of(ctl, &place->params);
    }
    else if (ctl->value[AUTHJS_OPT_D1_DATABASE]) {
        place->adapter = "d1";
        return ctl->value[AUTHJS_OPT_PRINT] ? NULL
                                            : authjs_ctl_d1_words(ctl, &place->words);
    }
    return NULL;
}

/* ---- as httpd says -------------------------------------------------------------- */

/* --schema takes the place of schema=. */
static void take_words(const authjs_ctl_t *ctl, place_t *place, struct json_object *words)
{
    size_t i, count = json_object_array_length(words);

    place->words = apr_array_make(ctl->pool, (int)count, sizeof(const char *));
    for (i = 1; i < count; i++) {
        const char *word = json_object_get_string(json_object_array_get_idx(words, i));

        if (strncmp(word, "schema=", 7)) {
            APR_ARRAY_PUSH(place->words, const char *) = word;
        }
        else if (!place->schema) {
            place->schema = word + 7;
        }
    }
    if (place->schema) {
        APR_ARRAY_PUSH(place->words, const char *) =
            apr_pstrcat(ctl->pool, "schema=", place->schema, NULL);
    }
}

static int from_httpd(const authjs_ctl_t *ctl, place_t *place)
{
    static const char *const members[] = {"adapter", "driver", "params", NULL};
    struct json_object *site, *words;
    int code = authjs_ctl_site(ctl, members, &site);

    if (code) {
        return code;
    }
    words = authjs_json_get_array(site, "adapter");
    place->adapter = json_object_get_string(json_object_array_get_idx(words, 0));
    place->driver = authjs_json_get_string(site, "driver");
    place->params = authjs_json_get_string(site, "params");
    take_words(ctl, place, words);
    if (!strcmp(place->adapter, "dbd") && (!place->driver || !place->params)) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "httpd's configuration has no DBDriver or no DBDParams");
    }
    return AUTHJS_CTL_OK;
}

static int find_place(const authjs_ctl_t *ctl, place_t *place)
{
    const char *why = from_options(ctl, place);
    int code = why              ? authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s", why)
               : place->adapter ? AUTHJS_CTL_OK
                                : from_httpd(ctl, place);

    if (!code && strcmp(place->adapter, "dbd") && strcmp(place->adapter, "d1")) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "the adapter %s is that of another module; authjsctl "
                               "knows dbd and d1",
                               authjs_ctl_text(ctl->pool, place->adapter));
    }
    return code;
}

/* ---- SQLite's file -------------------------------------------------------------- */

/* What root makes beside the database, httpd could not write; and nobody who may write
 * there shall lead root elsewhere with a link. */
static const char *become(uid_t user, gid_t group)
{
    if (geteuid() != 0 || user == 0) {
        return NULL;
    }
    return setgroups(0, NULL) || setgid(group) || setuid(user)
               ? "the rights of root cannot be given up"
               : NULL;
}

/* Only migrate makes a database: SQLite would make one for every slip of the keyboard. */
static int check_file(const authjs_ctl_t *ctl, const place_t *place)
{
    const char *slash = strrchr(place->params, '/'), *why;
    apr_size_t len = slash ? (apr_size_t)(slash - place->params) + 1 : 0;
    const char *dir = len ? apr_pstrmemdup(ctl->pool, place->params, len) : ".";
    apr_finfo_t info;

    if (apr_stat(&info, place->params, APR_FINFO_OWNER, ctl->pool) != APR_SUCCESS) {
        if (!ctl->migrates) {
            return authjs_ctl_fail(AUTHJS_CTL_AWAY,
                                   "there is no database %s yet; authjsctl migrate "
                                   "makes it",
                                   place->params);
        }
        if (apr_stat(&info, dir, APR_FINFO_OWNER, ctl->pool) != APR_SUCCESS) {
            return authjs_ctl_fail(AUTHJS_CTL_USAGE, "there is no directory %s", dir);
        }
    }
    why = become(info.user, info.group);
    umask(077);
    return why ? authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s", why) : AUTHJS_CTL_OK;
}

/* ---- open ----------------------------------------------------------------------- */

int authjs_ctl_database(const authjs_ctl_t *ctl, authjs_ctl_database_t *database)
{
    place_t place = {0};
    int code = find_place(ctl, &place);
    const char *why;

    if (!code && !strcmp(place.adapter, "dbd") && !strcmp(place.driver, "sqlite3")) {
        code = check_file(ctl, &place);
    }
    if (code) {
        return code;
    }
    memset(database, 0, sizeof(*database));
    database->call.pool = ctl->pool;
    if (!strcmp(place.adapter, "d1")) {
        why = authjs_ctl_d1_open(&database->sql, ctl->pool, place.words);
        database->migrate = authjs_ctl_d1_migrate;
    }
    else {
        why = authjs_dbd_open(&database->sql, ctl->pool, place.driver, place.params,
                              place.schema);
        database->migrate = authjs_dbd_migrate;
    }
    /* Once all else is right there is an sql. */
    return why ? authjs_ctl_fail(database->sql ? AUTHJS_CTL_AWAY : AUTHJS_CTL_USAGE, "%s",
                                 authjs_ctl_text(ctl->pool, why))
               : AUTHJS_CTL_OK;
}

/* Of a table that is not there, or lacks a column, nothing can be read. */
static authjs_adapter_status_e look_for(authjs_ctl_database_t *database,
                                        const char *columns, const char *table)
{
    authjs_sql_t *sql = database->sql;
    authjs_call_t *call = &database->call;
    authjs_statement_t statement = {0};

    statement.text = apr_pstrcat(call->pool, "SELECT ", columns, " FROM ",
                                 authjs_sql_quote(call->pool, sql->dialect, table),
                                 " WHERE 1 = 0", NULL);
    statement.ncolumns = 1;
    return sql->run(sql, call, &statement, 1, 0);
}

authjs_adapter_status_e authjs_ctl_missing(authjs_ctl_database_t *database,
                                           const char **missing)
{
    authjs_sql_t *sql = database->sql;
    apr_pool_t *pool = database->call.pool;
    authjs_adapter_status_e status = AUTHJS_ADAPTER_OK;
    const authjs_sql_column_t *column;
    int table;

    *missing = NULL;
    for (table = 0; table < AUTHJS_TABLES; table++) {
        const char *name = sql->schema->tables[table], *lacks = NULL;

        status = look_for(database, "1", name);
        if (status == AUTHJS_ADAPTER_UNAVAILABLE) {
            return status;
        }
        lacks = status == AUTHJS_ADAPTER_OK ? NULL : name;
        for (column = authjs_sql_columns((authjs_sql_table_e)table);
             !lacks && column->name; column++) {
            if (sql->schema->roles[column->role].ddl &&
                look_for(database, authjs_sql_quote(pool, sql->dialect, column->name),
                         name) != AUTHJS_ADAPTER_OK) {
                lacks = apr_pstrcat(pool, name, ".", column->name, NULL);
            }
        }
        if (lacks) {
            *missing = *missing ? apr_pstrcat(pool, *missing, ", ", lacks, NULL) : lacks;
        }
    }
    return AUTHJS_ADAPTER_OK;
}

int authjs_ctl_schema(const authjs_ctl_t *ctl, authjs_dialect_e *dialect,
                      const authjs_sql_schema_t **schema)
{
    place_t place = {0};
    int code = find_place(ctl, &place);
    const char *why = NULL;

    if (code) {
        return code;
    }
    *dialect = AUTHJS_SQLITE;
    if (!strcmp(place.adapter, "dbd")) {
        why = authjs_dbd_dialect(ctl->pool, dialect, place.driver);
    }
    if (why) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s", why);
    }
    *schema = authjs_sql_schema(*dialect, place.schema);
    return *schema ? AUTHJS_CTL_OK
                   : authjs_ctl_fail(AUTHJS_CTL_USAGE,
                                     "there is no such schema; write one of: %s",
                                     authjs_sql_schema_names(ctl->pool, *dialect));
}
