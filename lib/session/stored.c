#include "session/stored.h"

#include "adapters/session_cache.h"
#include "callbacks/callbacks.h"
#include "http/cache.h"
#include "session/provenance.h"
#include "session/slot.h"

#define TOKEN_MAX 255
/* Seconds that a session is taken from the cache, unless AuthJSCacheTTL says otherwise.
 */
#define USUAL_TTL 60
/* Of parallel requests that find a session due, one writes; the others see what it wrote
 * when this many seconds are over. */
#define EXTENDING 10

int authjs_stored_token_valid(const char *token)
{
    return authjs_is_line(token, TOKEN_MAX) && !strchr(token, ' ');
}

/* ---- the text in the cache -------------------------------------------------------- */

/* It is expires and the claims; where a callback session wants them, a new line and the
 * rows follow. */
static int wants_rows(const authjs_site_t *site)
{
    return authjs_has_callback(site, AUTHJS_CALLBACK_session);
}

/* NULL, or why this is no session that counts. */
static const char *read_entry(const authjs_call_t *call, const authjs_site_t *site,
                              const char *entry, apr_size_t len, const char *token,
                              const authjs_session_t **found)
{
    apr_pool_t *pool = call->pool;
    apr_time_t now = call->r->request_time;
    authjs_session_t *session = apr_pcalloc(pool, sizeof(*session));
    const char *claims = entry + AUTHJS_ISO8601_LEN, *end = entry + len, *rows, *why;
    apr_int64_t expires;

    if (len <= AUTHJS_ISO8601_LEN) {
        return "it is too short";
    }
    memcpy(session->expires, entry, AUTHJS_ISO8601_LEN);
    if (!authjs_iso8601_read(&expires, session->expires)) {
        return "its end is no time";
    }
    if (expires < apr_time_as_msec(now)) {
        return "it has expired";
    }
    rows = memchr(claims, '\n', end - claims);
    if (rows) {
        claims = apr_pstrmemdup(pool, claims, rows - claims);
        end = claims + strlen(claims);
        session->rows = rows + 1;
    }
    why = authjs_claims_read(pool, claims, end - claims, apr_time_sec(now),
                             &session->claims);
    if (why) {
        return why;
    }
    session->token = token;
    authjs_provenance_settle(pool, site, session);
    *found = session;
    return NULL;
}

static const authjs_session_t *from_cache(authjs_call_t *call, const authjs_site_t *site,
                                          const char *token, const char *name)
{
    const authjs_session_t *session = NULL;
    const char *entry, *why;
    apr_size_t len;

    if (authjs_cache_get(site->cache, call->pool, AUTHJS_SESSION_CACHE, name,
                         AUTHJS_SESSION_ENTRY_MAX, &entry, &len) != APR_SUCCESS) {
        return NULL;
    }
    why = read_entry(call, site, entry, len, token, &session);
    if (why && strcmp(entry, AUTHJS_SESSION_RESTS)) {
        ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, call->r,
                      "AuthJS: the session in the cache is not used: %s", why);
    }
    /* another site, without the callback, may have put it there */
    return session && wants_rows(site) && !session->rows ? NULL : session;
}

/* A slow reader may come back when the session was changed and the mark of that is gone:
 * it keeps nothing. */
static void into_cache(authjs_call_t *call, const authjs_site_t *site, const char *name,
                       const char *entry, apr_time_t asked)
{
    apr_time_t spent = apr_time_now() - asked;
    apr_int64_t ttl = authjs_cache_ttl(site, USUAL_TTL);
    apr_size_t len = strlen(entry);

    if (len <= AUTHJS_SESSION_ENTRY_MAX &&
        spent < apr_time_from_sec(AUTHJS_SESSION_REST) / 2) {
        authjs_cache_add(site->cache, call->pool, AUTHJS_SESSION_CACHE, name, entry, len,
                         ttl);
    }
}

/* ---- the row ---------------------------------------------------------------------- */

/* A text, or null, or not there. */
static int is_text(struct json_object *object, const char *key)
{
    struct json_object *value = authjs_json_get(object, key);

    return !value || json_object_is_type(value, json_type_string);
}

/* What the rest of the module takes for granted. NULL, or what is wrong. */
static const char *check_rows(struct json_object *session, struct json_object *user,
                              const char *token)
{
    const char *user_id = authjs_json_get_string(session, "userId");
    const char *id = authjs_json_get_string(user, "id");
    const char *found = authjs_json_get_string(session, "sessionToken");
    const char *expires = authjs_json_get_string(session, "expires");
    apr_int64_t ms;

    if (!found || strcmp(found, token)) {
        return "it is another session than the one that was asked for";
    }
    if (!id || !*id || (user_id && strcmp(user_id, id))) {
        return "its user has no id, or another one";
    }
    if (!expires || !authjs_iso8601_read(&ms, expires)) {
        return "expires is no time";
    }
    if (!is_text(user, "name") || !is_text(user, "email") || !is_text(user, "image")) {
        return "name, email or image of its user is no text";
    }
    return NULL;
}

/* Of whom the session is, when its token does not say: the provider of the user's only
 * account. */
static authjs_adapter_status_e find_provider(authjs_call_t *call,
                                             const authjs_site_t *site, const char *token,
                                             const char *user_id, const char **provider)
{
    struct json_object *accounts = NULL;
    authjs_adapter_status_e status;

    authjs_provenance_of_token(call->pool, site, token, provider);
    if (*provider || !authjs_store_can(site->store, AUTHJS_METHOD_list_accounts)) {
        return AUTHJS_ADAPTER_OK;
    }
    status = authjs_store_list_accounts(site->store, call, user_id, &accounts);
    if (status == AUTHJS_ADAPTER_OK && json_object_is_type(accounts, json_type_array) &&
        json_object_array_length(accounts) == 1) {
        *provider =
            authjs_json_get_string(json_object_array_get_idx(accounts, 0), "provider");
    }
    return status;
}

static const char *make_entry(apr_pool_t *pool, const authjs_site_t *site,
                              struct json_object *found, const char *provider)
{
    struct json_object *session = authjs_json_get_object(found, "session");
    struct json_object *user = authjs_json_get_object(found, "user");
    const char *expires = authjs_json_get_string(session, "expires");
    struct json_object *claims = authjs_json_object(pool);
    const char *entry;
    apr_int64_t ms = 0;

    authjs_iso8601_read(&ms, expires);
    authjs_json_set(claims, "name", authjs_json_get(user, "name"));
    authjs_json_set(claims, "email", authjs_json_get(user, "email"));
    authjs_json_set(claims, "picture", authjs_json_get(user, "image"));
    authjs_json_set(claims, "sub", authjs_json_get(user, "id"));
    if (provider) {
        authjs_json_set_string(claims, "provider", provider);
    }
    authjs_json_set_int64(claims, "exp", ms / 1000);
    entry = apr_pstrcat(pool, expires, authjs_json_text(pool, claims), NULL);
    return wants_rows(site)
               ? apr_pstrcat(pool, entry, "\n", authjs_json_text(pool, found), NULL)
               : entry;
}

/* The entry of a row that get_session_and_user found. */
static authjs_adapter_status_e read_rows(authjs_call_t *call, const authjs_site_t *site,
                                         const char *token, struct json_object *found,
                                         const char **entry)
{
    struct json_object *session = authjs_json_get_object(found, "session");
    struct json_object *user = authjs_json_get_object(found, "user");
    const char *why = check_rows(session, user, token), *provider;
    authjs_adapter_status_e status;

    if (why) {
        call->error = apr_pstrcat(call->pool, "the row is no session: ", why, NULL);
        return AUTHJS_ADAPTER_FAILED;
    }
    status =
        find_provider(call, site, token, authjs_json_get_string(user, "id"), &provider);
    if (status == AUTHJS_ADAPTER_OK) {
        *entry = make_entry(call->pool, site, found, provider);
    }
    return status;
}

/* ---- find ------------------------------------------------------------------------- */

static int is_expired(const authjs_call_t *call, const char *entry)
{
    char expires[AUTHJS_ISO8601_LEN + 1];
    apr_int64_t ms = 0;

    apr_cpystrn(expires, entry, sizeof(expires));
    authjs_iso8601_read(&ms, expires);
    return ms < apr_time_as_msec(call->r->request_time);
}

authjs_adapter_status_e authjs_stored_rows(authjs_call_t *call, const authjs_site_t *site,
                                           const char *token,
                                           const authjs_session_t **session,
                                           struct json_object **rows)
{
    struct json_object *deleted;
    apr_time_t asked = apr_time_now();
    const char *entry = NULL, *why;
    authjs_adapter_status_e status;

    *session = NULL;
    *rows = NULL;
    status = authjs_store_get_session_and_user(site->store, call, token, rows);
    if (status == AUTHJS_ADAPTER_OK && *rows) {
        status = read_rows(call, site, token, *rows, &entry);
    }
    if (!entry) {
        return status;
    }
    if (is_expired(call, entry)) {
        return authjs_store_delete_session(site->store, call, token, &deleted);
    }
    why = read_entry(call, site, entry, strlen(entry), token, session);
    if (why) {
        call->error = apr_pstrcat(call->pool, "the row is no session: ", why, NULL);
        return AUTHJS_ADAPTER_FAILED;
    }
    into_cache(call, site, authjs_session_cache_name(call->pool, site, token), entry,
               asked);
    return AUTHJS_ADAPTER_OK;
}

authjs_adapter_status_e authjs_stored_find(authjs_call_t *call, const authjs_site_t *site,
                                           const char *token,
                                           const authjs_session_t **session)
{
    int fresh = AUTHJS_SLOT(session, authjs_request(call->r))->fresh;
    authjs_adapter_status_e status;
    struct json_object *rows;

    *session = fresh ? NULL
                     : from_cache(call, site, token,
                                  authjs_session_cache_name(call->pool, site, token));
    if (*session) {
        return AUTHJS_ADAPTER_OK;
    }
    status = authjs_stored_rows(call, site, token, session, &rows);
    if (fresh && status == AUTHJS_ADAPTER_OK && !*session &&
        authjs_session_cache_has(site, call->pool, token)) {
        authjs_session_cache_forget(site, call->pool, token);
    }
    return status;
}

/* ---- extend ----------------------------------------------------------------------- */

authjs_adapter_status_e authjs_stored_extend(authjs_call_t *call,
                                             const authjs_site_t *site,
                                             const authjs_session_t *session,
                                             apr_int64_t now, int *extended, int *gone)
{
    struct json_object *row, *updated = NULL;
    char expires[AUTHJS_ISO8601_LEN + 1];
    authjs_adapter_status_e status;

    *gone = 0;
    *extended = session->claims.exp - site->max_age + site->update_age <= now;
    if (!*extended ||
        (site->update_age &&
         !authjs_cache_first(site->cache, call->pool, "extension",
                             authjs_session_cache_name(call->pool, site, session->token),
                             EXTENDING))) {
        return AUTHJS_ADAPTER_OK;
    }
    row = authjs_json_object(call->pool);
    authjs_iso8601(expires, now + site->max_age);
    authjs_json_set_string(row, "sessionToken", session->token);
    authjs_json_set_string(row, "expires", expires);
    status = authjs_store_update_session(site->store, call, row, &updated);
    *gone = status == AUTHJS_ADAPTER_OK && !updated;
    return status;
}
