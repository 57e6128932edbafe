/*
 * mod_authjs: Auth.js for Apache httpd.
 *
 * The module record, the hook table and the entry points; what they do is in lib/.
 */
#define AUTHJS_MODULE_RECORD
#include "authjs.h"
#include "mod_authjs.h"

#include "access/access.h"
#include "actions/action.h"
#include "adapters/adapter.h"
#include "adapters/prune.h"
#include "callbacks/callbacks.h"
#include "callbacks/runners.h"
#include "http/cache.h"
#include "http/parsed.h"
#include "http/handles.h"
#include "signin/failed.h"
#include "session/session.h"
#include "startup/startup.h"

/* All sites that talk to providers share one cache and one client. A site that holds
 * them, or NULL. */
static const authjs_site_t *site_with_client(server_rec *s)
{
    const authjs_site_t *site;

    do {
        site = authjs_site_next(&s);
    } while (site && !site->client);
    return site;
}

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    return authjs_cache_pre_config(pconf) == APR_SUCCESS ? OK
                                                         : HTTP_INTERNAL_SERVER_ERROR;
}

/* What only the store itself can say. */
static const char *check_refresh(server_rec *s, apr_pool_t *pool)
{
    const authjs_site_t *site;
    const char *why = NULL;

    while (!why && (site = authjs_site_next(&s))) {
        why = site->refreshes ? authjs_cache_is_narrow(site->cache, pool) : NULL;
    }
    return why;
}

/* Runs for configtest too, which post_config does not. */
static int check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                        server_rec *s)
{
    (void)plog;
    return authjs_config_check(pconf, ptemp, s);
}

/* The first pass of a start holds nothing. */
static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s)
{
    const authjs_site_t *site = site_with_client(s);
    const char *why;

    (void)plog;
    (void)ptemp;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    authjs_status_log(s);
    if (!site) {
        return OK;
    }
    if (authjs_client_global_init(pconf) != APR_SUCCESS) {
        why = "libcurl cannot be started";
    }
    else {
        why = authjs_cache_init(site->cache, s, pconf);
        why = why ? why : check_refresh(s, pconf);
    }
    if (why) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s, "AuthJS: %s", why);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    authjs_failures_share(pconf);
    authjs_prune_register(pconf, s);
    return OK;
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    const authjs_site_t *site = site_with_client(s);

    if (site) {
        authjs_cache_child_init(site->cache, pchild, s);
        authjs_client_child_init(pchild, site->client);
    }
    authjs_parsed_child_init(pchild);
    authjs_adapters_child_init(pchild, s);
    authjs_callbacks_child_init(pchild, s);
    authjs_prune_child_init(pchild, s);
}

/* The optional function of mod_authjs.h. */
static const char *authjs_session_json(request_rec *r)
{
    const authjs_session_t *session = authjs_session_of(r);

    return session ? authjs_session_text(r->pool, session) : NULL;
}

static const authjs_adapter_t *authjs_adapter(request_rec *r, void **instance)
{
    const authjs_site_t *site = authjs_site(r);

    *instance = site ? site->store : NULL;
    return site ? authjs_store_adapter(site->store) : NULL;
}

static void register_hooks(apr_pool_t *pool)
{
    static const char *const mod_ssl[] = {"mod_ssl.c", NULL};
    static const char *const mod_proxy[] = {"mod_proxy.c", NULL};
    static const char *const mod_dir[] = {"mod_dir.c", NULL};
    static const char *const mod_dbd[] = {"mod_dbd.c", NULL}; /* connects there */

    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_test_config(authjs_config_dump, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, mod_ssl, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, mod_dbd, APR_HOOK_MIDDLE);

    ap_hook_post_read_request(authjs_access_scrub, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_pre_translate_name(authjs_access_pre_translate, NULL, mod_proxy,
                               APR_HOOK_REALLY_FIRST);
    ap_hook_translate_name(authjs_access_translate, NULL, mod_proxy,
                           APR_HOOK_REALLY_FIRST);
    ap_hook_map_to_storage(authjs_access_map_to_storage, NULL, mod_proxy,
                           APR_HOOK_REALLY_FIRST);
    ap_hook_post_perdir_config(authjs_access_ask_anew, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_check_access(authjs_access_check_any, NULL, NULL, APR_HOOK_REALLY_FIRST,
                         AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_access_ex(authjs_access_check, NULL, NULL, APR_HOOK_REALLY_FIRST,
                            AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_force_authn(authjs_access_force_authn, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_check_authn(authjs_access_check_authn, NULL, NULL, APR_HOOK_MIDDLE,
                        AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authz(authjs_access_forbid, NULL, NULL, APR_HOOK_REALLY_FIRST,
                        AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_note_auth_failure(authjs_access_note_auth_failure, NULL, NULL,
                              APR_HOOK_MIDDLE);
    ap_hook_fixups(authjs_access_fixups, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_fixups(authjs_access_pass, NULL, mod_dir, APR_HOOK_LAST);
    ap_hook_fixups(authjs_access_strip, NULL, NULL, APR_HOOK_REALLY_LAST);
    ap_hook_handler(authjs_actions_handler, NULL, mod_proxy, APR_HOOK_FIRST);
    ap_hook_insert_filter(authjs_access_watch_trailers, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_insert_error_filter(authjs_access_insert_error_filter, NULL, NULL,
                                APR_HOOK_MIDDLE);

    ap_hook_expr_lookup(authjs_access_expr_lookup, NULL, NULL, APR_HOOK_MIDDLE);
    authjs_access_register_filter();
    authjs_access_register_trailers();
    authjs_access_register_require(pool);
    authjs_adapters_register(pool);
    authjs_runners_register(pool);
    authjs_status_register();
    APR_REGISTER_OPTIONAL_FN(authjs_session_json);
    APR_REGISTER_OPTIONAL_FN(authjs_adapter);
}

AP_DECLARE_MODULE(authjs)
__attribute__((visibility("default"))) = {
    STANDARD20_MODULE_STUFF,
    authjs_config_create_dir,
    authjs_config_merge_dir,
    authjs_config_create_server,
    authjs_config_merge_server,
    authjs_directives,
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
