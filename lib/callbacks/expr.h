/* httpd's expressions as callbacks: what the files of the runner "expr" share. */
#ifndef AUTHJS_CALLBACKS_EXPR_H
#define AUTHJS_CALLBACKS_EXPR_H

#include "authjs.h"
#include "callbacks/callbacks.h"
#include "http/request.h"
#include "ap_expr.h"

#include <json-c/json.h>

/** What stands in front of a boolean expression. */
#define AUTHJS_EXPR_PREFIX "expr="

/** What stands in front of the names and values of members: for bind. */
#define AUTHJS_EXPR_MEMBERS "expr"

/** A compiled expression. */
typedef struct {
    const ap_expr_info_t *info;
    /** The parameters that its %{AUTHJS:...} name; ended by NULL. */
    const char *const *reads;
} authjs_expr_t;

/**
 * Compile an expression. Logs nothing.
 * @param flags AP_EXPR_FLAG_STRING_RESULT, AP_EXPR_FLAG_RESTRICTED or 0
 * @return NULL, or what to write.
 */
const char *authjs_expr_compile(authjs_expr_t *expr, apr_pool_t *pool, apr_pool_t *ptemp,
                                const char *callback, const char *text,
                                unsigned int flags);
/** Whether a boolean expression is true of call's parameters. 0 with call->error set:
 * it could not be evaluated. */
int authjs_expr_is_true(const authjs_expr_t *expr, authjs_callback_t *call);
/** What a string expression gives. NULL with call->error set: nothing. */
const char *authjs_expr_text(const authjs_expr_t *expr, authjs_callback_t *call);

/** What %{AUTHJS:...} reads: the parameters of the callback whose expression runs, else
 * NULL. */
struct json_object *authjs_expr_params(authjs_request_t *request);

/** The members that AuthJSToken or AuthJSSessionField set: elements are this file's own.
 */
typedef struct authjs_expr_member_t authjs_expr_member_t;

/**
 * Read one line: the name of a member and an expression, or "!name" without one.
 * @param value NULL: the member is removed
 * @return NULL, or what to write.
 */
const char *authjs_expr_member_read(authjs_expr_member_t **member, apr_pool_t *pool,
                                    apr_pool_t *ptemp, const char *callback,
                                    const char *name, const char *value);
/** Answer call: the token or session with the members set.
 * @param members authjs_expr_member_t * */
void authjs_expr_members_run(const apr_array_header_t *members, authjs_callback_t *call);

/* ---- on protected requests -------------------------------------------------------- */

/** authjs_own_runner_t's simple_fields and is_noop, of members. */
const apr_array_header_t *authjs_expr_members_fields(const apr_array_header_t *members,
                                                     apr_pool_t *pool);
int authjs_expr_members_noop(const apr_array_header_t *members);

#endif
