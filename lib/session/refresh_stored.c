#include "session/refresh.h"

#include "adapters/session_cache.h"
#include "http/cache.h"
#include "session/provenance.h"
#include "site/provider_type.h"

#define PURPOSE "account"
/* Seconds that an account's tokens are taken from the cache, unless AuthJSCacheTTL says
 * otherwise. */
#define USUAL_TTL 60
#define ENTRY_MAX (16 * 1024)

/* A session and the account it lives on. */
typedef struct {
    authjs_call_t *call;
    const authjs_site_t *site;
    const authjs_provider_t *provider;
    const char *name;            /* in the cache */
    struct json_object *account; /* as the database has it; read on demand */
} stored_t;

/* ---- the account's tokens in the cache -------------------------------------------- */

/* As claims, for the reader of the hot path: sub is the account's id. The refresh token
 * itself stays in the database. */
static const char *make_entry(const stored_t *in, struct json_object *account, int failed)
{
    struct json_object *entry = authjs_json_object(in->call->pool);

    authjs_refresh_claims_set(entry, account);
    if (authjs_json_get_string(entry, "refresh_token")) {
        authjs_json_set_string(entry, "refresh_token", "");
    }
    authjs_json_set_string(entry, "sub",
                           authjs_json_get_string(account, "providerAccountId"));
    if (failed) {
        authjs_json_set_string(entry, "error", AUTHJS_REFRESH_ERROR);
    }
    return authjs_json_text(in->call->pool, entry);
}

static const char *keep_entry(const stored_t *in, struct json_object *account, int failed)
{
    const char *entry = make_entry(in, account, failed);
    apr_int64_t ttl = authjs_cache_ttl(in->site, USUAL_TTL);

    if (strlen(entry) <= ENTRY_MAX) {
        authjs_cache_set(in->site->cache, in->call->pool, PURPOSE, in->name, entry,
                         strlen(entry), ttl);
    }
    return entry;
}

/* ---- the account in the database -------------------------------------------------- */

static void log_failure(const stored_t *in, authjs_adapter_status_e status,
                        const char *method)
{
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, in->call->r,
                  "AuthJS: the tokens of an account: %s",
                  authjs_adapter_error(in->call, status, method)->detail);
}

static int is_of(struct json_object *account, const authjs_provider_t *provider)
{
    const char *id = authjs_json_get_string(account, "provider");

    return id && !strcmp(id, provider->id);
}

/* The user's account with the provider of the session: one that can be refreshed before
 * others. *account NULL: there is none. @return 0 when the database did not say. */
static int find_account(const stored_t *in, const char *user_id,
                        struct json_object **account)
{
    struct json_object *accounts = NULL, *one;
    authjs_adapter_status_e status =
        authjs_store_list_accounts(in->site->store, in->call, user_id, &accounts);
    apr_size_t i, count;

    if (status != AUTHJS_ADAPTER_OK) {
        log_failure(in, status, "listAccounts");
        return 0;
    }
    *account = NULL;
    count = json_object_is_type(accounts, json_type_array)
                ? json_object_array_length(accounts)
                : 0;
    for (i = 0; i < count; i++) {
        one = json_object_array_get_idx(accounts, i);
        if (is_of(one, in->provider) &&
            (!*account || (authjs_json_get_string(one, "refresh_token") &&
                           !authjs_json_get_string(*account, "refresh_token")))) {
            *account = one;
        }
    }
    return 1;
}

static int save_tokens(void *baton, struct json_object *tokens)
{
    const stored_t *in = baton;
    struct json_object *row = authjs_json_object(in->call->pool), *updated = NULL;
    authjs_adapter_status_e status;

    authjs_json_set_string(row, "provider", in->provider->id);
    authjs_json_set(row, "providerAccountId",
                    authjs_json_get(in->account, "providerAccountId"));
    authjs_json_set(row, "expires_at", NULL);
    authjs_refresh_claims_set(row, tokens);
    if (authjs_json_get(tokens, "scope")) {
        authjs_json_set(row, "scope", authjs_json_get(tokens, "scope"));
    }
    status = authjs_store_update_account(in->site->store, in->call, row, &updated);
    if (status != AUTHJS_ADAPTER_OK) {
        log_failure(in, status, "updateAccount");
    }
    return status == AUTHJS_ADAPTER_OK;
}

/* ---- renew ------------------------------------------------------------------------ */

/* @return the entry that holds from now on, or NULL: as it was. */
static const char *renew_tokens(stored_t *in)
{
    authjs_renewal_t renewal = {in->call->r, in->site, in->provider, NULL, 0,
                                save_tokens, in};
    struct json_object *tokens;
    apr_int64_t end = 0;

    authjs_json_get_int64(in->account, "expires_at", &end);
    renewal.refresh_token = authjs_json_get_string(in->account, "refresh_token");
    renewal.expired = end <= AUTHJS_NOW(in->call->r);
    if (!renewal.refresh_token || !*renewal.refresh_token ||
        !authjs_refresh_due(in->call->r, end)) {
        return keep_entry(in, in->account, 0); /* somebody else was here */
    }
    switch (authjs_renew(&renewal, &tokens)) {
    case AUTHJS_REFRESH_DONE:
        authjs_json_set(tokens, "providerAccountId",
                        authjs_json_get(in->account, "providerAccountId"));
        return keep_entry(in, tokens, 0);
    case AUTHJS_REFRESH_REFUSED:
        return keep_entry(in, in->account, 1);
    default:
        return NULL;
    }
}

/* The row says what holds: another host, or an application, may have renewed it. */
static const char *renew_account(stored_t *in, const char *account_id)
{
    authjs_adapter_status_e status =
        authjs_store_get_account(in->site->store, in->call, account_id, in->provider->id,
                                 &in->account);

    if (status != AUTHJS_ADAPTER_OK) {
        log_failure(in, status, "getAccount");
        return NULL;
    }
    return in->account ? renew_tokens(in) : NULL;
}

static const char *find_entry(const stored_t *in, const char *user_id)
{
    struct json_object *account;
    const char *entry;
    apr_size_t len;

    if (authjs_cache_get(in->site->cache, in->call->pool, PURPOSE, in->name, ENTRY_MAX,
                         &entry, &len) == APR_SUCCESS) {
        return entry;
    }
    if (!find_account(in, user_id, &account)) {
        return NULL;
    }
    return keep_entry(in, account, 0);
}

static int read_entry(const stored_t *in, const char *entry, authjs_claims_t *claims)
{
    return !authjs_claims_read(in->call->pool, entry, strlen(entry),
                               AUTHJS_NOW(in->call->r), claims);
}

const authjs_session_t *authjs_stored_refresh(authjs_call_t *call,
                                              const authjs_site_t *site,
                                              const authjs_session_t *session)
{
    const char *id = session->claims.provider.value, *entry, *renewed;
    stored_t in = {call, site, NULL, NULL, NULL};
    authjs_session_t *result;
    authjs_claims_t tokens;

    in.provider = id ? authjs_site_provider(site, id) : NULL;
    if (!in.provider || !in.provider->type->renewer || !session->claims.sub.value ||
        authjs_provenance_of_session(call->pool, site, session) ==
            AUTHJS_PROVENANCE_REALM) {
        return session;
    }
    in.name = authjs_session_cache_name(call->pool, site, session->token);
    entry = find_entry(&in, session->claims.sub.value);
    if (!entry || !read_entry(&in, entry, &tokens)) {
        return session;
    }
    if (tokens.sub.value && tokens.has_refresh_token && !tokens.refresh_failed &&
        authjs_refresh_due(call->r, tokens.expires_at)) {
        renewed = renew_account(&in, tokens.sub.value);
        if (renewed && !read_entry(&in, renewed, &tokens)) {
            return session;
        }
    }
    result = apr_pmemdup(call->pool, session, sizeof(*result));
    result->claims.access_token = tokens.access_token;
    result->claims.expires_at = tokens.expires_at;
    result->refresh_failed = tokens.refresh_failed;
    return result;
}
