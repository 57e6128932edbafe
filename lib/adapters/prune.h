/* Deleting expired sessions and verification tokens from the databases of the sites. */
#ifndef AUTHJS_ADAPTERS_PRUNE_H
#define AUTHJS_ADAPTERS_PRUNE_H

#include "site/site.h"

/** post_config, not on the dry run: let mod_watchdog call us, in one process at a time,
 * soon after a start and then every ten minutes. Without mod_watchdog, or an adapter that
 * can prune, nothing happens but a remark in the log. */
void authjs_prune_register(apr_pool_t *pconf, server_rec *s);
/** child_init: from now on this child may delete, until pchild ends; that waits until it
 * is through. */
void authjs_prune_child_init(apr_pool_t *pchild, server_rec *s);

#endif
