/* Writing a list of statements, running it and reading its rows. What goes wrong on the
 * way (a value that is refused, a row that cannot be read) is kept in the list; the
 * function that runs it or reads its rows returns it. */
#ifndef AUTHJS_SQL_STATEMENT_H
#define AUTHJS_SQL_STATEMENT_H

#include "sql/schema.h"

#include <apr_general.h>
#include <json-c/json.h>

#define AUTHJS_SQL_LIST_MAX 8

typedef struct {
    const authjs_sql_t *sql;
    authjs_call_t *call;
    authjs_statement_t statements[AUTHJS_SQL_LIST_MAX];
    int count;
    apr_array_header_t *text; /**< parts of the statement that is being written */
    apr_array_header_t *args;
    int failed;     /**< call->error says why */
    int impossible; /**< no row can match: an id that is none of this database */
} authjs_sql_list_t;

/** Rows are found by the values of columns; the list ends with one without a name. */
typedef struct {
    const char *column;
    const char *value;
} authjs_sql_match_t;

#define AUTHJS_MATCH(column, value) ((const authjs_sql_match_t[]){{column, value}, {0}})
#define AUTHJS_MATCH2(column1, value1, column2, value2)                                  \
    ((const authjs_sql_match_t[]){{column1, value1}, {column2, value2}, {0}})

/** A condition on rows of a table: there must be one, or none. */
typedef struct {
    int exists;
    authjs_sql_table_e table;
    const authjs_sql_match_t *match; /**< NULL ends a list of conditions */
} authjs_sql_condition_t;

/** An empty list in call->pool. */
authjs_sql_list_t *authjs_sql_list(void *instance, authjs_call_t *call);

/* Parts of a statement. Text is constant or ours. */
void authjs_sql_text(authjs_sql_list_t *list, const char *text);
/** A table, or a column of one with the table before it, quoted. */
void authjs_sql_table(authjs_sql_list_t *list, authjs_sql_table_e table);
void authjs_sql_column(authjs_sql_list_t *list, authjs_sql_table_e table,
                       const char *column);
/** All columns of a table as they are read, with commas between. @return how many. */
int authjs_sql_select_columns(authjs_sql_list_t *list, authjs_sql_table_e table);
/** "SELECT columns FROM table", or "DELETE FROM table WHERE ". @return of SELECT how many
 * columns. */
int authjs_sql_select_from(authjs_sql_list_t *list, authjs_sql_table_e table);
void authjs_sql_delete_where(authjs_sql_list_t *list, authjs_sql_table_e table);
/** value where column's values stand. */
void authjs_sql_value(authjs_sql_list_t *list, authjs_sql_table_e table,
                      const char *column, const char *value);
/** "column = value AND ...": exact, also where the collation is not. */
void authjs_sql_match(authjs_sql_list_t *list, authjs_sql_table_e table,
                      const authjs_sql_match_t *match);
/** "table.column = other.column", exact too, whatever the collations of the two. */
void authjs_sql_same(authjs_sql_list_t *list, authjs_sql_table_e table,
                     authjs_sql_table_e other, const char *column);
/** "users.id = table.userId" */
void authjs_sql_same_user(authjs_sql_list_t *list, authjs_sql_table_e table);
/** " JOIN users ON users.id = table.userId" */
void authjs_sql_join_users(authjs_sql_list_t *list, authjs_sql_table_e table);
/** The statement is whole. @return its number in the list. */
int authjs_sql_end(authjs_sql_list_t *list, int ncolumns);

/* Whole statements. @return the number in the list. */
/** behind: what follows the condition, AUTHJS_SQL_ALL where many rows are wanted;
 * NULL: LIMIT 2, so that a second row is seen. */
#define AUTHJS_SQL_ALL " LIMIT " APR_STRINGIFY(AUTHJS_SQL_ROWS_MAX)
int authjs_sql_select(authjs_sql_list_t *list, authjs_sql_table_e table,
                      const authjs_sql_match_t *match, const char *behind);
/**
 * @param user_id users: the id; others: userId, NULL for that of row
 * @param conditions NULL: none
 */
int authjs_sql_insert(authjs_sql_list_t *list, authjs_sql_table_e table,
                      struct json_object *row, const char *user_id,
                      const authjs_sql_condition_t *conditions);
/** Writes the members that row has, except ids and what is matched; no statement at all
 * when there is none. */
void authjs_sql_update(authjs_sql_list_t *list, authjs_sql_table_e table,
                       struct json_object *row, const authjs_sql_match_t *match);
int authjs_sql_delete(authjs_sql_list_t *list, authjs_sql_table_e table,
                      const authjs_sql_match_t *match);

/** Run the list. */
authjs_adapter_status_e authjs_sql_run(authjs_sql_list_t *list, int lock);

/** How many rows a statement gave. */
int authjs_sql_count(const authjs_sql_list_t *list, int statement);
/** The cells of one of them. */
const char *const *authjs_sql_cells(const authjs_sql_list_t *list, int statement,
                                    int row);
/** The only row of a statement, NULL when there is none; FAILED when there are more. */
authjs_adapter_status_e authjs_sql_row(authjs_sql_list_t *list, int statement,
                                       authjs_sql_table_e table,
                                       struct json_object **row);
/** The columns of table out of a row, from its first-th cell on. */
authjs_adapter_status_e authjs_sql_read(authjs_sql_list_t *list, const char *const *cells,
                                        int first, authjs_sql_table_e table,
                                        struct json_object **row);
/** authjs_sql_run and authjs_sql_row. */
authjs_adapter_status_e authjs_sql_run_row(authjs_sql_list_t *list, int lock,
                                           int statement, authjs_sql_table_e table,
                                           struct json_object **row);
/** Run the list; all rows of a statement as an array. */
authjs_adapter_status_e authjs_sql_run_rows(authjs_sql_list_t *list, int statement,
                                            authjs_sql_table_e table,
                                            struct json_object **rows);

/** All rows of a statement as an array, after authjs_sql_run. */
authjs_adapter_status_e authjs_sql_rows(authjs_sql_list_t *list, int statement,
                                        authjs_sql_table_e table,
                                        struct json_object **rows);

/** FAILED, with a sentence of ours. */
authjs_adapter_status_e authjs_sql_failed(authjs_sql_list_t *list, const char *error);

#endif
