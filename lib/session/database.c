#include "session/session.h"

#include "session/stored.h"

static const authjs_session_t *database_read(request_rec *r, const authjs_site_t *site,
                                             const authjs_cookie_set_t *cookies,
                                             const char *token)
{
    const authjs_session_t *session = NULL;
    authjs_call_t *call;
    authjs_adapter_status_e status;

    (void)cookies;
    if (!authjs_stored_token_valid(token)) {
        ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r,
                      "AuthJS: no session: the cookie holds no session token");
        return NULL;
    }
    call = authjs_call(r);
    status = authjs_stored_find(call, site, token, &session);
    if (status != AUTHJS_ADAPTER_OK) {
        authjs_request(r, site)->unavailable = 1;
        authjs_log_error(r, authjs_adapter_error(call, status, "get_session_and_user"));
        return NULL;
    }
    return session;
}

/* ---- create ----------------------------------------------------------------------- */

/* The token that the browser sent, or NULL when it is none. */
static const char *sent_token(const authjs_exchange_t *x)
{
    const char *token = authjs_session_cookie(x);

    return token && authjs_stored_token_valid(token) ? token : NULL;
}

static const authjs_error_t *database_row(authjs_exchange_t *x, struct json_object **row)
{
    const char *uuid = authjs_random_uuid(x->pool);
    char expires[AUTHJS_ISO8601_LEN + 1];

    if (!uuid) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "a session: no randomness");
    }
    authjs_iso8601(expires, x->now + x->site->max_age);
    *row = authjs_json_object(x->pool);
    authjs_json_set_string(*row, "sessionToken",
                           apr_pstrcat(x->pool, x->provider->id, ".", uuid, NULL));
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
    status =
        x->site->adapter->create_session(x->site->adapter_instance, call, *row, &created);
    return status == AUTHJS_ADAPTER_OK
               ? NULL
               : authjs_adapter_error(call, status, "create_session");
}

static const authjs_error_t *database_create(authjs_exchange_t *x,
                                             struct json_object *user,
                                             struct json_object *account,
                                             struct json_object *stored)
{
    const authjs_error_t *error = stored ? NULL : store_row(x, user, &stored);

    (void)account;
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

/* Spec 10.2. An adapter that fails ends nothing: the cookie stays. */
static const authjs_error_t *database_get(authjs_exchange_t *x, struct json_object *data,
                                          int update, const char **json)
{
    const char *token = sent_token(x);
    const authjs_session_t *session = NULL;
    authjs_call_t *call = authjs_call(x->r);
    authjs_adapter_status_e status = AUTHJS_ADAPTER_OK;
    int extended, gone = 0;

    (void)data;
    (void)update;
    *json = "null";
    if (!authjs_session_has_cookies(x)) {
        return NULL;
    }
    if (token) {
        status = authjs_stored_find(call, x->site, token, &session);
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
    *json = authjs_session_text(x->pool, session);
    authjs_session_queue_cookies(x, token);
    return NULL;
}

/* Spec 11.4: whatever the adapter says, the browser forgets it. */
static const authjs_error_t *database_destroy(authjs_exchange_t *x)
{
    const char *token = sent_token(x);
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *deleted;
    authjs_adapter_status_e status;

    if (token) {
        status = x->site->adapter->delete_session(x->site->adapter_instance, call, token,
                                                  &deleted);
        if (status != AUTHJS_ADAPTER_OK) {
            log_failure(x, AUTHJS_ERR_SignOutError, call, status, "delete_session");
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

const authjs_session_strategy_t authjs_strategy_database = {
    "database",   database_read,    database_row,   database_create,
    database_get, database_destroy, database_slide,
};
