/* The runners that come with mod_authjs, and what they share. */
#ifndef AUTHJS_CALLBACKS_RUNNERS_H
#define AUTHJS_CALLBACKS_RUNNERS_H

#include "authjs.h"
#include "callbacks/callbacks.h"
#include "callbacks/redact.h"
#include "jose/jwt.h"
#include "mod_authjs.h"

/* ---- what spares a protected request the asking ----------------------------------- */

/** AuthJSSessionField, where it copies a claim, sets a fixed text or takes a member away.
 * Without a claim and a fixed text the member is taken away. */
typedef struct {
    const char *const *names; /**< the parts of the member's path; ended by NULL */
    const char *claim;        /**< name of the claim that is copied; NULL: none */
    authjs_claim_t fixed;     /**< raw NULL: none */
} authjs_session_field_t;

/** A runner of ours. The functions may be NULL: the runner cannot tell. */
struct authjs_own_runner_t {
    authjs_runner_t runner;
    /** jwt: whether it does nothing on a protected request, where there is the token and
     * nothing else. */
    int (*is_noop)(const void *instance);
    /** session: const authjs_session_field_t *, when that is all there is to do; else
     * NULL. */
    const apr_array_header_t *(*simple_fields)(const void *instance, apr_pool_t *pool);
    /** session: the answer that is kept of the same question. *text is that of *value,
     * which is NULL for undefined. In r->pool. @return 0: there is none. */
    int (*kept_answer)(const void *instance, request_rec *r,
                       const authjs_session_question_t *question,
                       struct json_object **value, const char **text);
};

/** The same of whatever runner is bound: 0 and NULL of another module's. */
int authjs_runner_is_noop(const authjs_bound_t *bound);
const apr_array_header_t *authjs_runner_simple_fields(const authjs_bound_t *bound,
                                                      apr_pool_t *pool);
int authjs_runner_keeps_answers(const authjs_bound_t *bound);
int authjs_runner_kept_answer(const authjs_bound_t *bound, request_rec *r,
                              const authjs_session_question_t *question,
                              struct json_object **value, const char **text);

/* ---- the runners ------------------------------------------------------------------ */

/** Register all of them: in register_hooks. */
void authjs_runners_register(apr_pool_t *pool);

/** expr=: an expression of httpd decides. */
extern const authjs_own_runner_t authjs_runner_expr;
/** http://, https://: a service is asked or told. */
extern const authjs_own_runner_t authjs_runner_http;
/** log:: events as lines of JSON. */
extern const authjs_own_runner_t authjs_runner_log;

/** Whether a service is named anywhere in the configuration that pconf is of: then there
 * has to be a client. */
int authjs_runner_http_is_used(apr_pool_t *pconf);
/** Open what log: writes to: a hook open_logs. */
int authjs_runner_log_open(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                           server_rec *s);

/* ---- what they share -------------------------------------------------------------- */

/** The event's own name: without "events."; NULL when it is a callback's. */
const char *authjs_event_short_name(const char *name);

/**
 * An event as it is written down: {id, time, event, requestId, client, host, params}.
 * @param id NULL: there is none
 * @return in call->pool.
 */
struct json_object *authjs_event_record(authjs_callback_t *call, const char *id);

#endif
