/* The runners that come with mod_authjs, and what they share. */
#ifndef AUTHJS_CALLBACKS_RUNNERS_H
#define AUTHJS_CALLBACKS_RUNNERS_H

#include "authjs.h"
#include "callbacks/redact.h"
#include "mod_authjs.h"
#include "session/session.h"

/** Register all of them: in register_hooks. */
void authjs_runners_register(apr_pool_t *pool);

/** expr=: an expression of httpd decides (expr.c). */
void authjs_runner_expr_register(apr_pool_t *pool);
/** http://, https://: a service is asked or told (http.c). */
void authjs_runner_http_register(apr_pool_t *pool);
/** log:: events as lines of JSON (log.c). */
void authjs_runner_log_register(apr_pool_t *pool);

/** Whether a service is named anywhere in the configuration that pconf is of: then there
 * has to be a client. */
int authjs_runner_http_is_used(apr_pool_t *pconf);

/** Whether this is the runner of http:// and https://. */
int authjs_runner_http_is(const authjs_runner_t *runner);
/** Show what a service is known to answer to the session of these claims: authjs_site_t's
 * answer_at_once. instance: the runner's. @return 0: it is not known. */
int authjs_runner_http_show_known(request_rec *r, void *instance,
                                  authjs_session_t *session);

/** Set what a protected request has to ask (authjs_site_t: asks_jwt, asks_auth,
 * answer_at_once), once the site's callbacks are bound. */
void authjs_callbacks_weigh(authjs_site_t *site, apr_pool_t *pconf);

/** The event's own name: without "events."; NULL when it is a callback's. */
const char *authjs_event_short_name(const char *name);

/**
 * An event as it is written down: {id, time, event, requestId, client, host, params}.
 * @param id NULL: there is none
 * @return in call->pool.
 */
struct json_object *authjs_event_record(authjs_callback_t *call, const char *id);

#endif
