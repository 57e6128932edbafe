/* Errors of three databases as one answer. apr_dbd hands on a number that means something
 * for MySQL only, and a text. */
#include "sql/dbd_internal.h"

#include <apr_escape.h>
#include <apr_lib.h>

#define TEXT_MAX 300

typedef struct {
    const char *sign; /* beginning of an SQLSTATE, or part of SQLite's text */
    authjs_dbd_outcome_e outcome;
} meaning_t;

static const meaning_t sqlite_texts[] = {
    {"UNIQUE constraint failed", DBD_CONFLICT},
    {"PRIMARY KEY must be unique", DBD_CONFLICT},
    {"is locked", DBD_BUSY}, /* database, database table, database schema */
    {"schema has changed", DBD_STALE},
    {"no such table", DBD_MISSING},
    {"unable to open database file", DBD_AWAY},
    {"disk I/O error", DBD_AWAY},
    {"disk is full", DBD_AWAY},
};

static const meaning_t sqlstates[] = {
    {"23505", DBD_CONFLICT}, {"23P01", DBD_CONFLICT}, /* exclusion constraint */
    {"40001", DBD_BUSY},                              /* serialization failure */
    {"40P01", DBD_BUSY},                              /* deadlock */
    {"55P03", DBD_BUSY},                              /* lock_timeout */
    {"26000", DBD_STALE},                             /* no such prepared statement */
    {"42P05", DBD_STALE},                             /* there is one of this name */
    {"0A000", DBD_STALE}, /* cached plan must not change result type */
    {"42P01", DBD_MISSING},  {"08", DBD_LOST},
    {"57P", DBD_LOST},   /* shutting down, starting up, terminated by an administrator */
    {"25P03", DBD_LOST}, /* idle in transaction for too long */
    {"25006", DBD_AWAY}, /* read only: a standby */
    {"57014", DBD_AWAY}, /* statement_timeout */
    {"53", DBD_AWAY},    /* too many connections, disk full, out of memory */
    {"58", DBD_AWAY},    /* the system's fault: I/O */
};

static const struct {
    int code;
    authjs_dbd_outcome_e outcome;
} mysql_codes[] = {
    {1062, DBD_CONFLICT}, {1586, DBD_CONFLICT}, {1205, DBD_BUSY}, /* lock wait timeout */
    {1213, DBD_BUSY},                                             /* deadlock */
    {1020, DBD_BUSY},  /* the row has changed since the transaction began */
    {1243, DBD_LOST},  /* unknown prepared statement */
    {1615, DBD_STALE}, /* prepare it again */
    {2030, DBD_LOST},  /* not prepared: the driver has connected anew */
    {2056, DBD_LOST},  /* closed */
    {2002, DBD_LOST},     {2003, DBD_LOST},     {2006, DBD_LOST}, {2013, DBD_LOST},
    {2014, DBD_LOST}, /* out of sync: this connection is of no use */
    {2055, DBD_LOST},     {1053, DBD_LOST}, /* server shutdown */
    {1158, DBD_LOST},     {1159, DBD_LOST},     {1160, DBD_LOST}, {1161, DBD_LOST},
    {1927, DBD_LOST},                                             /* connection killed */
    {4031, DBD_LOST},                                             /* idle for too long */
    {1040, DBD_AWAY},     {1203, DBD_AWAY},     {1226, DBD_AWAY}, /* too many connections
                                                                   */
    {1290, DBD_AWAY},     {1792, DBD_AWAY},     {1836, DBD_AWAY}, /* read only */
    {1317, DBD_AWAY},     {1969, DBD_AWAY},     {3024, DBD_AWAY}, /* interrupted, timeout
                                                                   */
    {1021, DBD_AWAY},     {1114, DBD_AWAY},                       /* disk or table full */
    {1146, DBD_MISSING},
};

static authjs_dbd_outcome_e sqlite_outcome(const char *text)
{
    size_t i;

    for (i = 0; i < sizeof(sqlite_texts) / sizeof(sqlite_texts[0]); i++) {
        if (strstr(text, sqlite_texts[i].sign)) {
            return sqlite_texts[i].outcome;
        }
    }
    return DBD_FAILED;
}

static authjs_dbd_outcome_e mysql_outcome(int rv)
{
    size_t i;

    for (i = 0; i < sizeof(mysql_codes) / sizeof(mysql_codes[0]); i++) {
        if (mysql_codes[i].code == rv) {
            return mysql_codes[i].outcome;
        }
    }
    return DBD_FAILED;
}

/* "ERROR:  23505: text": the severity is in the server's language. NULL: the text is
 * libpq's own. */
static const char *find_sqlstate(const char *text)
{
    const char *state = strstr(text, ":  ");
    int i;

    if (!state) {
        return NULL;
    }
    state += 3;
    for (i = 0; i < 5 && (apr_isdigit(state[i]) || apr_isupper(state[i])); i++) {
    }
    return i == 5 && state[5] == ':' ? state : NULL;
}

/* What libpq says itself is about the connection. */
static authjs_dbd_outcome_e pgsql_outcome(const char **text)
{
    const char *state = find_sqlstate(*text);
    size_t i;

    if (!state) {
        return DBD_LOST;
    }
    *text = state;
    for (i = 0; i < sizeof(sqlstates) / sizeof(sqlstates[0]); i++) {
        if (!strncmp(state, sqlstates[i].sign, strlen(sqlstates[i].sign))) {
            return sqlstates[i].outcome;
        }
    }
    return DBD_FAILED;
}

/* The first line as far as no value is quoted: databases write values behind ": ", and
 * PostgreSQL in its further lines. */
static const char *clean(apr_pool_t *pool, const char *text)
{
    apr_size_t length = strcspn(text, "\r\n");
    const char *quoted;

    for (quoted = text; (quoted = strstr(quoted, ": ")); quoted += 2) {
        if (strchr("\"'`", quoted[2]) && (apr_size_t)(quoted - text) < length) {
            length = (apr_size_t)(quoted - text);
            break;
        }
    }
    if (length > TEXT_MAX) {
        length = TEXT_MAX;
    }
    return apr_pescape_echo(pool, apr_pstrmemdup(pool, text, length), 0);
}

authjs_dbd_outcome_e authjs_dbd_outcome(authjs_dbd_work_t *work, int rv)
{
    const authjs_dbd_connection_t *connection = work->connection;
    apr_pool_t *pool = work->call->pool;
    authjs_dbd_outcome_e outcome;
    const char *text;

    if (rv == 0) {
        return DBD_DONE;
    }
    text = apr_dbd_error(connection->driver, connection->handle, rv);
    text = text ? text : "";
    switch (work->sql->dialect) {
    case AUTHJS_SQLITE:
        outcome = sqlite_outcome(text);
        break;
    case AUTHJS_PGSQL:
        outcome = pgsql_outcome(&text);
        break;
    default:
        outcome = mysql_outcome(rv);
        text = apr_psprintf(pool, "%d: %s", rv, text);
    }
    work->call->error = clean(pool, text);
    return outcome;
}
