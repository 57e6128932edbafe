#include "session/session.h"

#include "callbacks/callbacks.h"
#include "session/auth.h"
#include "session/cookies.h"
#include "session/provenance.h"
#include "session/refresh.h"
#include "session/slot.h"
#include "session/stored.h"
#include "settings/settings.h"

/* NULL, or why no row has to be looked for. */
static const char *token_refused(apr_pool_t *pool, const authjs_site_t *site,
                                 const char *token)
{
    const char *provider;

    if (!authjs_stored_token_valid(token)) {
        return "the cookie holds no session token";
    }
    return authjs_provenance_of_token(pool, site, token, &provider) ==
                   AUTHJS_PROVENANCE_NONE
               ? authjs_provenance_refusal
               : NULL;
}

static const authjs_session_t *database_read(request_rec *r, const authjs_site_t *site,
                                             const authjs_cookie_set_t *cookies,
                                             const char *token)
{
    const authjs_session_t *session = NULL;
    const char *why = token_refused(r->pool, site, token);
    authjs_call_t *call;
    authjs_adapter_status_e status;

    (void)cookies;
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "AuthJS: no session: %s", why);
        return NULL;
    }
    call = authjs_call(r);
    status = authjs_stored_find(call, site, token, &session);
    if (status != AUTHJS_ADAPTER_OK) {
        AUTHJS_SLOT(session, authjs_request(r))->unavailable = 1;
        authjs_log_error(r, authjs_adapter_error(call, status, "get_session_and_user"));
        return NULL;
    }
    return session;
}

/* ---- create ----------------------------------------------------------------------- */

/* The token that the browser sent, or NULL when it is none that counts. */
static const char *sent_token(const authjs_exchange_t *x)
{
    const char *token = authjs_session_cookie(x);

    return token && !token_refused(x->pool, x->site, token) ? token : NULL;
}

static const authjs_error_t *database_row(authjs_exchange_t *x, struct json_object **row)
{
    const char *token = authjs_provenance_new_token(x);
    char expires[AUTHJS_ISO8601_LEN + 1];

    if (!token) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "a session: no randomness");
    }
    authjs_iso8601(expires, x->now + x->site->max_age);
    *row = authjs_json_object(x->pool);
    authjs_json_set_string(*row, "sessionToken", token);
    authjs_json_set_string(*row, "expires", expires);
    return NULL;
}

static const authjs_error_t *store_row(authjs_exchange_t *x, struct json_object *user,
                                       struct json_object **row)
{
    const authjs_error_t *error = database_row(x, row);
    struct json_object *created;
    authjs_call_t *call = authjs_call(x->r);
    authjs_adapter_status_e status;

    if (error) {
        return error;
    }
    authjs_json_set(*row, "userId", authjs_json_get(user, "id"));
    status = authjs_store_create_session(x->site->store, call, *row, &created);
    return status == AUTHJS_ADAPTER_OK
               ? NULL
               : authjs_adapter_error(call, status, "create_session");
}

static const authjs_error_t *database_create(authjs_exchange_t *x,
                                             const authjs_signed_in_t *signed_in)
{
    struct json_object *stored = signed_in->stored;
    const authjs_error_t *error = stored ? NULL : store_row(x, signed_in->user, &stored);

    if (!error) {
        authjs_session_queue_cookies(x, authjs_json_get_string(stored, "sessionToken"));
    }
    return error;
}

/* ---- get, destroy ----------------------------------------------------------------- */

static void log_failure(authjs_exchange_t *x, authjs_error_e type,
                        const authjs_call_t *call, authjs_adapter_status_e status,
                        const char *method)
{
    authjs_log_error(x->r,
                     authjs_error(x->pool, type, "%s",
                                  authjs_adapter_error(call, status, method)->detail));
}

/* Auth.js's parameters of the callback session, but for the session. */
static struct json_object *session_params(authjs_exchange_t *x, int update,
                                          struct json_object *user)
{
    struct json_object *params = authjs_json_object(x->pool), *data;

    authjs_json_set(params, "session", NULL);
    authjs_json_set(params, "user", user);
    if (update) {
        if (json_object_object_get_ex(x->json, "data", &data)) {
            authjs_json_set(params, "newSession", data);
        }
        authjs_json_set_string(params, "trigger", "update");
    }
    return params;
}

/* What the browser sees: what the callback session says, which is given all of the row
 * and all of the user. NULL, or why there is nothing to see. */
static const char *show_session(authjs_exchange_t *x, int update,
                                const authjs_session_t *session, struct json_object *rows,
                                const char **json)
{
    struct json_object *user = authjs_json_get(rows, "user"), *all;
    authjs_object_e result = AUTHJS_UNASKED;

    if (rows) {
        all = authjs_session_from_rows(x->pool, rows);
        if (session->refresh_failed) {
            authjs_json_set_string(all, "error", AUTHJS_REFRESH_ERROR);
        }
        result = authjs_callback_object(x->r, x->site, AUTHJS_CALLBACK_session,
                                        session_params(x, update, user), &all);
    }
    switch (result) {
    case AUTHJS_THREW:
        return "the callback session failed";
    case AUTHJS_OBJECT:
        *json = authjs_json_text(x->pool, all);
        return NULL;
    case AUTHJS_NO_OBJECT:
        *json = "null";
        return NULL;
    case AUTHJS_NO_ANSWER:
        *json = "";
        return NULL;
    default:
        *json = authjs_session_text(x->pool, session);
        return NULL;
    }
}

static void tell_session(authjs_exchange_t *x, const char *json)
{
    struct json_object *params, *session = NULL;

    if (authjs_has_event(x->site, AUTHJS_EVENT_session)) {
        authjs_json_parse(&session, x->pool, json, strlen(json));
        params = authjs_json_object(x->pool);
        authjs_json_set(params, "session", session);
        authjs_event(x->r, x->site, AUTHJS_EVENT_session, params);
    }
}

/* The callback session is given more than the cache has. */
static authjs_adapter_status_e find_session(authjs_exchange_t *x, authjs_call_t *call,
                                            const char *token,
                                            const authjs_session_t **session,
                                            struct json_object **rows)
{
    return authjs_has_callback(x->site, AUTHJS_CALLBACK_session)
               ? authjs_stored_rows(call, x->site, token, session, rows)
               : authjs_stored_find(call, x->site, token, session);
}

/* As session() of Auth.js. An adapter that fails ends nothing: the cookie stays. */
static const authjs_error_t *database_get(authjs_exchange_t *x, int update,
                                          const char **json)
{
    const char *token = sent_token(x);
    const authjs_session_t *session = NULL;
    struct json_object *rows = NULL;
    authjs_call_t *call = authjs_call(x->r);
    authjs_adapter_status_e status = AUTHJS_ADAPTER_OK;
    int extended, gone = 0;
    const char *why;

    *json = "null";
    if (!authjs_session_has_cookies(x)) {
        return NULL;
    }
    if (token) {
        status = find_session(x, call, token, &session, &rows);
    }
    if (session) {
        status = authjs_stored_extend(call, x->site, session, x->now, &extended, &gone);
    }
    if (status != AUTHJS_ADAPTER_OK) {
        log_failure(x, AUTHJS_ERR_SessionTokenError, call, status,
                    session ? "update_session" : "get_session_and_user");
        return NULL;
    }
    if (!session || gone) {
        authjs_session_queue_cookies(x, NULL);
        return NULL;
    }
    if (x->site->refreshes) {
        session = authjs_stored_refresh(call, x->site, session);
    }
    why = show_session(x, update, session, rows, json);
    if (why) {
        authjs_log_error(x->r,
                         authjs_error(x->pool, AUTHJS_ERR_SessionTokenError, "%s", why));
        return NULL;
    }
    authjs_session_queue_cookies(x, token);
    tell_session(x, *json);
    return NULL;
}

/* *told: the first session that was there, or that there was none. */
static void end_session(authjs_exchange_t *x, const char *token,
                        struct json_object **told)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *deleted = NULL;
    authjs_adapter_status_e status =
        authjs_store_delete_session(x->site->store, call, token, &deleted);

    if (status != AUTHJS_ADAPTER_OK) {
        log_failure(x, AUTHJS_ERR_SignOutError, call, status, "delete_session");
    }
    else if (!*told || (deleted && !authjs_json_get(*told, "session"))) {
        *told = authjs_json_object(x->pool);
        authjs_json_set(*told, "session", deleted);
    }
}

/* As signOut() of Auth.js: whatever the adapter says, the browser forgets it. What stands
 * in several cookies ends in all of them. */
static const authjs_error_t *database_destroy(authjs_exchange_t *x,
                                              struct json_object **told)
{
    const apr_array_header_t *all = authjs_session_cookies(x);
    int i;

    *told = NULL;
    for (i = 0; i < all->nelts; i++) {
        const char *token = APR_ARRAY_IDX(all, i, const char *);

        if (!token_refused(x->pool, x->site, token)) {
            end_session(x, token, told);
        }
    }
    authjs_session_queue_cookies(x, NULL);
    return NULL;
}

/* ---- slide ------------------------------------------------------------------------ */

static void database_slide(request_rec *r, const authjs_site_t *site,
                           const authjs_cookie_set_t *cookies,
                           const authjs_session_t *session)
{
    authjs_call_t *call = authjs_call(r);
    authjs_adapter_status_e status;
    int extended, gone;

    status = authjs_stored_extend(call, site, session, AUTHJS_NOW(r), &extended, &gone);
    if (status != AUTHJS_ADAPTER_OK) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      "AuthJS: the session is not extended: %s",
                      authjs_adapter_error(call, status, "update_session")->detail);
        return;
    }
    if (extended && !gone) {
        authjs_session_send_cookies(r, site, cookies, session->token);
    }
}

static const authjs_session_t *database_refresh(authjs_request_t *request,
                                                const authjs_site_t *site,
                                                const authjs_session_t *session)
{
    return authjs_stored_refresh(authjs_call(request->r), site, session);
}

const authjs_session_strategy_t authjs_strategy_database = {
    "database",   database_read,    database_row,   database_create,
    database_get, database_destroy, database_slide, database_refresh,
};
