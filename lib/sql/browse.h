/* Tables page by page, in the order of their keys: for authjsctl. */
#ifndef AUTHJS_SQL_BROWSE_H
#define AUTHJS_SQL_BROWSE_H

#include "sql/sql.h"

/**
 * @param after the id of the last user of the page before; NULL: the first page
 * @param limit how many at most, up to AUTHJS_SQL_ROWS_MAX; less is the last page
 * @param users an array, in call->pool
 */
authjs_adapter_status_e authjs_sql_browse_users(authjs_sql_t *sql, authjs_call_t *call,
                                                const char *after, int limit,
                                                struct json_object **users);

/** The same with sessions, by their tokens. @param user_id only this user's, or NULL */
authjs_adapter_status_e authjs_sql_browse_sessions(authjs_sql_t *sql, authjs_call_t *call,
                                                   const char *user_id, const char *after,
                                                   int limit,
                                                   struct json_object **sessions);

#endif
