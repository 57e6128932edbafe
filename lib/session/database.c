#include "session/session.h"

#include "adapters/adapter.h"

static const authjs_session_t *database_read(request_rec *r, const authjs_site_t *site,
                                             const authjs_cookie_set_t *cookies,
                                             const char *token)
{
    (void)site;
    (void)cookies;
    (void)token;
    authjs_request(r, site)->unavailable = 1;
    return NULL;
}

static const authjs_error_t *database_create(authjs_exchange_t *x,
                                             struct json_object *user,
                                             struct json_object *account,
                                             struct json_object *stored)
{
    (void)user;
    (void)account;
    (void)stored;
    return authjs_error(x->pool, AUTHJS_ERR_UnsupportedStrategy, "no sessions yet");
}

static const authjs_error_t *database_get(authjs_exchange_t *x, struct json_object *data,
                                          int update, const char **json)
{
    (void)x;
    (void)data;
    (void)update;
    *json = "null";
    return NULL;
}

static const authjs_error_t *database_destroy(authjs_exchange_t *x)
{
    return authjs_error(x->pool, AUTHJS_ERR_UnsupportedStrategy, "no sessions yet");
}

const authjs_session_strategy_t authjs_strategy_database = {
    "database",   database_read,    NULL, database_create,
    database_get, database_destroy, NULL,
};
