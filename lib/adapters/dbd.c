/* AuthJSAdapter dbd: its words, and what DBDriver and DBDParams say. */
#include "adapters/dbd.h"

#include "adapters/adapter.h"
#include "core/file.h"
#include "sql/schema.h"
#include "settings/settings.h"

typedef struct {
    authjs_sql_t sql; /* first: what the methods take */
    authjs_dbd_t dbd;
    const char *identity;
    const char *file; /* of SQLite */
} adapter_t;

/* ---- what is configured ---------------------------------------------------------- */

static const char *read_dbd_words(apr_pool_t *pool, int argc, const char *const *argv,
                                  const char **schema)
{
    int i;

    *schema = NULL;
    for (i = 0; i < argc; i++) {
        if (strncmp(argv[i], "schema=", 7) || !argv[i][7]) {
            return apr_psprintf(pool,
                                "dbd does not know the word %s; write schema=NAME or "
                                "nothing: DBDriver and DBDParams name the database",
                                argv[i]);
        }
        if (*schema) {
            return "dbd takes one schema=NAME";
        }
        *schema = argv[i] + 7;
    }
    return NULL;
}

static const char *find_schema(apr_pool_t *pool, authjs_sql_t *sql, const char *driver,
                               const char *name)
{
    sql->schema = authjs_sql_schema(sql->dialect, name);
    if (sql->schema) {
        return NULL;
    }
    return apr_psprintf(pool, "there is no schema %s for DBDriver %s; write one of: %s",
                        name, driver, authjs_sql_schema_names(pool, sql->dialect));
}

/* Each connection has its own :memory:, and a child of httpd its folder in /. */
static const char *check_params(apr_pool_t *pool, authjs_dialect_e dialect,
                                const char *params)
{
    if (!params || !*params) {
        return dialect == AUTHJS_SQLITE
                   ? "dbd needs to know the file; write DBDParams \"/path/to/auth.db\""
                   : "dbd needs to know the database; write DBDParams \"host=... "
                     "dbname=...\"";
    }
    if (dialect == AUTHJS_SQLITE && *params != '/') {
        return apr_psprintf(pool,
                            "DBDParams \"%s\" is not the path of a file from / on; write "
                            "DBDParams \"/path/to/auth.db\"",
                            params);
    }
    return NULL;
}

static const char *read_directives(apr_pool_t *pool, authjs_sql_t *sql, server_rec *s,
                                   const char **driver, const char **params)
{
    const char *why;

    *driver = authjs_tree_word(pool, s, "DBDriver");
    *params = authjs_tree_word(pool, s, "DBDParams");
    if (!*driver) {
        return "dbd needs a database; write DBDriver sqlite3, pgsql or mysql, and "
               "DBDParams, here or in the main server";
    }
    why = authjs_dbd_dialect(pool, &sql->dialect, *driver);
    return why ? why : check_params(pool, sql->dialect, *params);
}

/* ---- which database it is -------------------------------------------------------- */

/* The value at *at, in quotes or up to one of ends; *at moves behind it. */
static const char *read_value(apr_pool_t *pool, const char **at, const char *ends)
{
    const char *start = *at, *c = start + 1;

    if (*start != '\'') {
        *at += strcspn(start, ends);
        return apr_pstrmemdup(pool, start, *at - start);
    }
    while (*c && *c != '\'') {
        c += *c == '\\' && c[1] ? 2 : 1;
    }
    *at = *c ? c + 1 : c;
    return apr_pstrmemdup(pool, start + 1, c - start - 1);
}

/* name=value, with ends between; of two the last one counts. */
static void read_pairs(apr_table_t *pairs, apr_pool_t *pool, const char *at,
                       const char *ends)
{
    while (*(at += strspn(at, ends))) {
        apr_size_t len = strcspn(at, " \t\r\n=,;|");
        const char *name = apr_pstrmemdup(pool, at, len);

        at += len + strspn(at + len, " \t\r\n=");
        apr_table_setn(pairs, name, read_value(pool, &at, ends));
    }
}

/* Of postgresql://user:password@host:port/name?options, what stands behind the user. The
 * user stays where there is no name: it is the user's then. */
static const char *place_in_url(apr_pool_t *pool, const char *url)
{
    const char *place = strstr(url, "://") + 3, *at;
    apr_size_t len = strcspn(place, "/?");

    at = ap_strrchr_c(apr_pstrmemdup(pool, place, len), '@');
    return at && place[len] == '/' && strcspn(place + len + 1, "?")
               ? apr_pstrcat(pool, at + 1, place + len, NULL)
               : place;
}

/* What of DBDParams names the database. Users, passwords and time limits do not: hosts
 * may connect to one database as different users. */
static const char *place_of(apr_pool_t *pool, authjs_dialect_e dialect,
                            const char *params)
{
    static const char *const words[] = {"host",    "hostaddr", "port",  "sock",
                                        "service", "options",  "group", "dbname"};
    int is_url = dialect == AUTHJS_PGSQL && (!strncmp(params, "postgres://", 11) ||
                                             !strncmp(params, "postgresql://", 13));
    apr_table_t *pairs = apr_table_make(pool, 8);
    const char *place = "", *value;
    apr_size_t i;

    if (is_url) {
        params = place_in_url(pool, params);
        place = apr_pstrmemdup(pool, params, strcspn(params, "?"));
        params += strlen(place);
    }
    read_pairs(pairs, pool, params,
               is_url                    ? "?&"
               : dialect == AUTHJS_PGSQL ? " \t\r\n"
                                         : " \t\r\n,;|");
    value = apr_table_get(pairs, "user");
    if (value && !apr_table_get(pairs, "dbname")) { /* libpq's default */
        apr_table_setn(pairs, "dbname", value);
    }
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        value = apr_table_get(pairs, words[i]);
        if (value) {
            place = apr_pstrcat(pool, place, "\n", words[i], "=", value, NULL);
        }
    }
    return place;
}

static const char *identify(apr_pool_t *pool, const authjs_sql_t *sql, const char *driver,
                            const char *params)
{
    const char *place =
        sql->dialect == AUTHJS_SQLITE ? params : place_of(pool, sql->dialect, params);

    return apr_pstrcat(pool, "dbd ", driver, " ", place, " ", sql->schema->name, NULL);
}

/* Sessions and tokens are in the file: whoever can write it can sign in as anybody. */
static const char *check_file(server_rec *s, apr_pool_t *pool, const char *path)
{
    const char *why = authjs_file_open_to_others(pool, path, AUTHJS_FILE_WRITE);

    if (why) {
        return apr_pstrcat(pool, "the database is open to others: ", why, NULL);
    }
    why = authjs_file_open_to_others(pool, path, AUTHJS_FILE_READ);
    if (why) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     "AuthJS: sessions and tokens are open to others: %s", why);
    }
    return NULL;
}

/* Without connect_timeout nothing ends an attempt to connect to a host that is away. */
static void remark_on_timeout(server_rec *s, const authjs_sql_t *sql, const char *params)
{
    if (sql->dialect == AUTHJS_PGSQL && !strstr(params, "connect_timeout") &&
        !getenv("PGCONNECT_TIMEOUT")) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     "AuthJS: DBDParams has no connect_timeout: while the database is "
                     "away, requests may wait for minutes; write connect_timeout=2 into "
                     "it");
    }
}

/* ---- the adapter ----------------------------------------------------------------- */

static const char *create(void **instance, apr_pool_t *pconf, apr_pool_t *ptemp,
                          server_rec *s, int argc, const char *const *argv)
{
    adapter_t *adapter = apr_pcalloc(pconf, sizeof(*adapter));
    authjs_sql_t *sql = &adapter->sql;
    const char *why, *schema, *driver, *params;

    adapter->dbd.owner = authjs_dbd_pool_create(pconf, s);
    if (!adapter->dbd.owner) {
        return apr_pstrcat(ptemp, "dbd works through mod_dbd; write ",
                           authjs_load_module(ptemp, "dbd"), NULL);
    }
    why = read_dbd_words(ptemp, argc, argv, &schema);
    if (!why) {
        why = read_directives(ptemp, sql, s, &driver, &params);
    }
    if (!why) {
        why = find_schema(ptemp, sql, driver, schema);
    }
    if (!why && sql->dialect == AUTHJS_SQLITE) {
        why = check_file(s, ptemp, params);
        adapter->file = apr_pstrdup(pconf, params);
    }
    if (why) {
        return why;
    }
    adapter->dbd.acquire = authjs_dbd_pool_acquire;
    adapter->dbd.release = authjs_dbd_pool_release;
    adapter->dbd.creates = 1;
    sql->run = authjs_dbd_run;
    sql->connection = &adapter->dbd;
    remark_on_timeout(s, sql, params);
    adapter->identity = identify(pconf, sql, driver, params);
    *instance = sql;
    return NULL;
}

static const char *identity(const void *instance)
{
    const adapter_t *adapter = instance;

    return adapter->identity;
}

static apr_status_t child_init(void *instance, apr_pool_t *pchild, server_rec *s)
{
    adapter_t *adapter = instance;

    (void)s;
    authjs_dbd_pool_child_init(adapter->dbd.owner, pchild);
    if (adapter->file) {
        authjs_file_make(adapter->file);
        adapter->dbd.writers = authjs_dbd_mutex(pchild);
    }
    return APR_SUCCESS;
}

void authjs_dbd_register(apr_pool_t *pool)
{
    static authjs_adapter_t adapter;

    adapter = authjs_sql_methods;
    adapter.create = create;
    adapter.identity = identity;
    adapter.child_init = child_init;
    ap_register_provider(pool, AUTHJS_ADAPTER_GROUP, "dbd", AUTHJS_ADAPTER_VERSION,
                         &adapter);
    authjs_dbd_pool_register();
}
