/* The libcurl handles of a child. Each has gone to one place, and keeps its connection.
 */
#ifndef AUTHJS_HTTP_HANDLES_H
#define AUTHJS_HTTP_HANDLES_H

#include "site/site.h"

#include <curl/curl.h>

/** post_config: libcurl's own set-up, undone with pconf. */
apr_status_t authjs_client_global_init(apr_pool_t *pconf);
/** One for the server, in pconf; holds nothing before child_init. */
authjs_client_t *authjs_client_create(apr_pool_t *pconf);
/** child_init: from now on idle connections are kept, until pchild ends. */
void authjs_client_child_init(apr_pool_t *pchild, authjs_client_t *client);

/** A handle that has been to this place, else a new one. NULL: there is no memory.
 * @param place all that a connection must have in common with another one to be as good
 */
CURL *authjs_client_take(authjs_client_t *client, const char *place);
/** For the next one who goes there.
 * @param idle_max how many connections to the place may wait */
void authjs_client_give_back(authjs_client_t *client, const char *place, CURL *curl,
                             int idle_max);
/** A place where nobody answered is left alone for some seconds, so that a server that is
 * away does not hold one worker after another: whether this is one. */
int authjs_client_is_away(authjs_client_t *client, const char *place);
/** Nobody has answered there: no connection, or not a word over it. */
void authjs_client_note_away(authjs_client_t *client, const char *place);
/** Close a handle without waiting for what its server says to that. */
void authjs_handle_close(CURL *curl);

#endif
