/* The adapter d1: Cloudflare D1 over its HTTP API. What is declared here uses httpd's
 * types alone: authjsctl links it, with a send of its own. */
#ifndef AUTHJS_ADAPTERS_D1_H
#define AUTHJS_ADAPTERS_D1_H

#include "http/client.h"
#include "sql/sql.h"

/** A D1 database. Read-only once made. */
typedef struct {
    authjs_sql_t sql; /**< first: what the methods take is this structure; run and
                           connection are the caller's to set */
    const char *url;  /**< of its queries */
    int allow_http;
    const char *headers[4];
    const char *identity; /**< where and which, no token */
} authjs_d1_t;

/** How one run of statements reaches D1. */
typedef struct {
    apr_time_t deadline; /**< no request and no wait begins after it */
    /** One HTTP request, as authjs_client_send_for. */
    const char *(*send)(void *baton, const authjs_client_request_t *request,
                        authjs_client_response_t **response);
    void *baton;
} authjs_d1_link_t;

/** authjs_secret_resolve, or what stands for it. */
typedef const char *authjs_d1_resolve_fn(const char **secret, apr_pool_t *pool,
                                         const char *written);

/**
 * Read the words behind "AuthJSAdapter d1": account=ID database=UUID token=SECRET
 * [schema=d1] [api=URL]. http is for this machine alone: the token is in each
 * request.
 * @return NULL, or what to write (never the token).
 */
const char *authjs_d1_open(authjs_d1_t **d1, apr_pool_t *pool, int argc,
                           const char *const *argv, authjs_d1_resolve_fn *resolve);

/**
 * Run statements as one batch, which is one transaction of D1 (authjs_sql_t's run). What
 * fails for a moment (429, 5xx, no connection) is sent again, three times in all; a batch
 * that D1 may have run already only if running it twice does no harm.
 * @return as authjs_sql_t's run: UNAVAILABLE also when it is not known what happened
 */
authjs_adapter_status_e authjs_d1_run(const authjs_d1_t *d1, authjs_call_t *call,
                                      authjs_statement_t *statements, int count,
                                      const authjs_d1_link_t *link);

/** Register the adapter. */
void authjs_d1_register(apr_pool_t *pool);

#endif
