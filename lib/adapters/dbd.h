/* The adapter dbd: SQLite, PostgreSQL and MySQL through mod_dbd. */
#ifndef AUTHJS_ADAPTERS_DBD_H
#define AUTHJS_ADAPTERS_DBD_H

#include "sql/dbd.h"

/** Where mod_dbd's connections for a virtual host come from. */
typedef struct authjs_dbd_pool_t authjs_dbd_pool_t;

/** Register the adapter, and a hook of mod_dbd. */
void authjs_dbd_register(apr_pool_t *pool);

/** Ask mod_dbd to tell of its connections. */
void authjs_dbd_pool_register(void);

/** mod_dbd's connections of the virtual host s. In pconf; in a child,
 * authjs_dbd_pool_child_init follows.
 * @return NULL when mod_dbd is not loaded */
authjs_dbd_pool_t *authjs_dbd_pool_create(apr_pool_t *pconf, server_rec *s);
void authjs_dbd_pool_child_init(authjs_dbd_pool_t *pool, apr_pool_t *pchild);

/** As authjs_dbd_t has them; its owner is an authjs_dbd_pool_t. */
authjs_dbd_connection_t *authjs_dbd_pool_acquire(authjs_dbd_t *dbd, authjs_call_t *call,
                                                 apr_time_t deadline);
void authjs_dbd_pool_release(authjs_dbd_t *dbd, authjs_dbd_connection_t *connection);

#endif
