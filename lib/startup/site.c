/* One virtual host's finished configuration. */
#include "settings/settings.h"
#include "site/mail.h"
#include "startup/startup.h"

#include "adapters/adapter.h"
#include "adapters/session_cache.h"
#include "callbacks/callbacks.h"
#include "callbacks/runners.h"
#include "http/cache.h"
#include "http/handles.h"
#include "jose/invitation.h"
#include "session/fast_path.h"
#include "session/refresh.h"
#include "site/provider_type.h"
#include "texts/texts.h"
#include "web/url.h"

#include <curl/curl.h>

#define DEFAULT_BASE_PATH "/auth"
#define REAUTH            ((apr_int64_t)10 * 60)
#define DAY               ((apr_int64_t)24 * 3600)
#define EXCHANGE_MS       15000

/* ---- what is wrong with it --------------------------------------------------------- */

static void report(authjs_build_t *build, server_rec *s, const char *why)
{
    if (why) {
        authjs_fault(&build->faults, s, "%s", why);
    }
}

/* What hosts inherit is wrong once: the first that comes upon it says so. written: where
 * it stands, the same pointer in all of them. */
static void report_once(authjs_build_t *build, server_rec *s, const void *written,
                        const char *why)
{
    void **place;

    if (!why) {
        return;
    }
    place =
        authjs_shared(build, "fault", apr_psprintf(build->ptemp, "%pp %s", written, why));
    if (*place) {
        build->faults++;
        return;
    }
    *place = build;
    authjs_fault(&build->faults, s, "%s", why);
}

/* ---- where it is ------------------------------------------------------------------- */

/* What a front proxy takes off: in AuthJSURL it stands before the base path. */
static const char *find_prefix(const authjs_site_t *site, apr_pool_t *pool,
                               const char *path)
{
    apr_size_t len = strlen(path);

    if (len >= site->base_path_len &&
        !strcmp(path + len - site->base_path_len, site->base_path)) {
        return apr_pstrmemdup(pool, path, len - site->base_path_len);
    }
    if (len) {
        authjs_remark(
            site->s,
            "%s: AuthJSBasePath %s is used, not the path %s of AuthJSURL; if a front "
            "proxy removes a prefix from the path, write AuthJSURL with that prefix "
            "before %s",
            authjs_vhost_name(pool, site->s), site->base_path, path, site->base_path);
    }
    return "";
}

static const char *find_origin(authjs_site_t *site, apr_pool_t *pool,
                               const authjs_server_config_t *conf)
{
    const char *path = "", *why;
    authjs_url_t url;

    if (conf->url) {
        why = authjs_url_parse(&url, pool, conf->url);
        if (why) {
            return apr_pstrcat(pool, "AuthJSURL: ", why, NULL);
        }
        site->pinned_origin = url.origin;
        path = url.path;
    }
    if (*path && path[strlen(path) - 1] == '/') {
        path = apr_pstrmemdup(pool, path, strlen(path) - 1);
    }
    if (*path && authjs_base_path_check(path)) {
        return apr_psprintf(pool, "the path of AUTH_URL %s",
                            authjs_base_path_check(path));
    }
    site->base_path = conf->base_path ? conf->base_path
                      : *path         ? path
                                      : DEFAULT_BASE_PATH;
    site->base_path_len = strlen(site->base_path);
    site->prefix = find_prefix(site, pool, path);
    site->trust_host = conf->trust_host == AUTHJS_UNSET ? 0 : conf->trust_host;
    site->redirect_proxy_url = conf->redirect_proxy_url;
    site->redirect_allow = conf->redirect_allow;
    return NULL;
}

static int is_canonical(const authjs_build_t *build, server_rec *s)
{
    const core_dir_config *core = ap_get_module_config(s->lookup_defaults, &core_module);

    return core->use_canonical_name == USE_CANONICAL_NAME_ON &&
           authjs_server_name_written(s, build->main_server, build->ptemp);
}

static const char no_origin[] =
    "there is no origin to rely on; write AuthJSURL https://www.example.com, or ServerName "
    "with UseCanonicalName On, or, behind a proxy that sets X-Forwarded-Host, "
    "AuthJSTrustHost On";

/* The main server often holds what its virtual hosts inherit, and answers nobody itself.
 */
static int is_only_inherited(const authjs_build_t *build, server_rec *s)
{
    if (s != build->main_server || !s->next) {
        return 0;
    }
    authjs_remark(s, "the main server has no origin of its own, so AuthJS works in the "
                     "virtual hosts only");
    return 1;
}

/* ---- its secrets ------------------------------------------------------------------- */

static const char *find_secrets(authjs_site_t *site, authjs_build_t *build,
                                const authjs_server_config_t *conf,
                                const authjs_secrets_t **secrets)
{
    const char *why;

    if (!conf->secrets) {
        return apr_pstrcat(
            build->ptemp,
            "there is no secret; write AuthJSSecret file:/path/to/secret with what "
            "\"openssl rand -base64 33\" prints in that file, or set AUTH_SECRET in a "
            "file that AuthJSEnvFile names, or where httpd is started",
            authjs_env_advice(), NULL);
    }
    why = authjs_shared_secrets(secrets, build, conf->secrets);
    if (why) {
        return why;
    }
    site->secrets = (*secrets)->list;
    site->secret_string = (*secrets)->joined;
    why = authjs_shared_keys(&site->state_keys, build, *secrets, "encodedState");
    if (!why) {
        why = authjs_shared_keys(&site->tried_keys, build, *secrets, "mod_authjs tried");
    }
    if (!why) {
        why = authjs_shared_keys(&site->link_keys, build, *secrets, "mod_authjs link");
    }
    if (!why) {
        why = authjs_shared_keys(&site->invitation_keys, build, *secrets,
                                 AUTHJS_INVITATION_SALT);
    }
    if (!why && conf->preserve_post == 1) {
        why = authjs_shared_keys(&site->form_keys, build, *secrets, "keptForm");
    }
    return why ? why : authjs_site_cookies(build, site, *secrets, conf->cookies);
}

/* ---- its sessions, pages and limits ------------------------------------------------ */

static const char *find_session(authjs_site_t *site, const authjs_server_config_t *conf)
{
    const char *strategy = conf->session_strategy ? conf->session_strategy
                           : conf->adapter        ? "database"
                                                  : "jwt";

    if (strcmp(strategy, "jwt") && !conf->adapter) {
        return "AuthJSSessionStrategy database needs an adapter, and there is none; write "
               "AuthJSAdapter dbd, or AuthJSSessionStrategy jwt";
    }
    site->strategy =
        strcmp(strategy, "jwt") ? &authjs_strategy_database : &authjs_strategy_jwt;
    site->max_age =
        conf->session_max_age == AUTHJS_UNSET ? 30 * DAY : conf->session_max_age;
    site->update_age =
        conf->session_update_age == AUTHJS_UNSET ? DAY : conf->session_update_age;
    site->reauth = conf->reauth == AUTHJS_UNSET ? REAUTH : conf->reauth;
    return NULL;
}

static const char *find_adapter(authjs_build_t *build, authjs_site_t *site,
                                const authjs_server_config_t *conf)
{
    const char *why;

    if (!conf->adapter) {
        return NULL;
    }
    why = authjs_adapter_create(site, build->pconf, build->ptemp, conf->adapter);
    return why ? apr_pstrcat(build->ptemp, "AuthJSAdapter: ", why, NULL) : NULL;
}

/* Expressions are the same in all hosts that inherit them; another runner is told in
 * which host it is, and may keep that. */
static int are_expressions(const apr_array_header_t *written)
{
    const char *runner;
    int i;

    for (i = 0; written && i < written->nelts; i++) {
        runner = APR_ARRAY_IDX(written, i, authjs_written_callback_t).argv[0];
        if (strncmp(runner, "expr", 4) || strcspn(runner, ":=") != 4) {
            return 0;
        }
    }
    return 1;
}

static const char *find_callbacks(authjs_build_t *build, authjs_site_t *site,
                                  const authjs_server_config_t *conf)
{
    void **place =
        authjs_shared(build, "callbacks",
                      apr_psprintf(build->ptemp, "%pp %pp", (void *)conf->callbacks,
                                   (void *)conf->events));
    const authjs_site_t *first = *place;
    const char *why;

    if (first) {
        memcpy(site->callbacks, first->callbacks, sizeof(site->callbacks));
        memcpy(site->events, first->events, sizeof(site->events));
        site->callback_hooks = first->callback_hooks;
        site->event_hooks = first->event_hooks;
        return NULL;
    }
    why = authjs_callbacks_bind(site, build->pconf, build->ptemp, conf->callbacks,
                                conf->events);
    if (!why && are_expressions(conf->callbacks) && are_expressions(conf->events)) {
        *place = site;
    }
    return why;
}

/* Visitors are sent there by redirects, so that it must be open. */
static void open_page(authjs_build_t *build, authjs_site_t *site, const char *written)
{
    authjs_open_page_t *page = &site->open_pages[site->open_page_count++];
    char *path = apr_pstrdup(build->pconf, written);

    if (path[1] && path[strlen(path) - 1] == '/') {
        path[strlen(path) - 1] = '\0';
    }
    page->written = apr_pstrdup(build->pconf, path);
    page->written_len = strlen(path);
    ap_unescape_url(path);
    page->path = path;
    page->path_len = strlen(path);
}

/* The texts of the pages; the same for all sites with the same files. */
static const char *find_languages(authjs_build_t *build, authjs_site_t *site,
                                  const authjs_server_config_t *conf)
{
    void **place =
        authjs_shared(build, "languages",
                      apr_psprintf(build->ptemp, "%pp", (void *)conf->text_files));
    apr_array_header_t *languages = *place;
    const char *why = NULL;

    if (!languages) {
        why = authjs_languages_make(&languages, build->pconf, conf->text_files);
        *place = why ? NULL : languages;
    }
    site->languages = languages;
    return why ? apr_pstrcat(build->ptemp, "AuthJSTexts: ", why, NULL) : NULL;
}

static void find_pages(authjs_build_t *build, authjs_site_t *site,
                       const authjs_server_config_t *conf)
{
    const char *path;
    int i;

    for (i = 0; conf->pages && i < AUTHJS_PAGE__COUNT; i++) {
        path = apr_table_get(conf->pages, authjs_page_keys[i]);
        site->pages[i] = path && *path ? path : NULL;
        if (site->pages[i] && i != AUTHJS_PAGE_SIGN_OUT && i != AUTHJS_PAGE_NEW_USER) {
            open_page(build, site, path);
        }
    }
    if (conf->theme) {
        site->color_scheme = apr_table_get(conf->theme, "colorScheme");
        site->logo = apr_table_get(conf->theme, "logo");
        site->brand_color = apr_table_get(conf->theme, "brandColor");
        site->button_text = apr_table_get(conf->theme, "buttonText");
        site->name = apr_table_get(conf->theme, "name");
    }
    if (!site->color_scheme) {
        site->color_scheme = "auto";
    }
}

static apr_int64_t http_number(const authjs_server_config_t *conf, const char *key,
                               apr_int64_t otherwise)
{
    const char *value = conf->http ? apr_table_get(conf->http, key) : NULL;

    return value ? apr_atoi64(value) : otherwise;
}

/* host:port:address:port, as libcurl's CURLOPT_CONNECT_TO takes them. */
static struct curl_slist *addresses(apr_pool_t *pool, const apr_table_t *written)
{
    const apr_size_t len = strlen(AUTHJS_HTTP_RESOLVE);
    struct curl_slist *list = NULL;
    int i;

    for (i = 0; written && i < apr_table_elts(written)->nelts; i++) {
        const apr_table_entry_t *entry =
            &APR_ARRAY_IDX(apr_table_elts(written), i, apr_table_entry_t);

        if (!strncmp(entry->key, AUTHJS_HTTP_RESOLVE, len)) {
            struct curl_slist *one = apr_pcalloc(pool, sizeof(*one));

            one->data = apr_pstrcat(pool, entry->key + len, ":", entry->val, NULL);
            one->next = list;
            list = one;
        }
    }
    return list;
}

static void find_limits(authjs_site_t *site, apr_pool_t *pool,
                        const authjs_server_config_t *conf)
{
    site->http.connect_ms = http_number(conf, "connect", 2000);
    site->http.timeout_ms = http_number(conf, "timeout", 10000);
    site->http.exchange_ms = EXCHANGE_MS;
    site->http.max_body = (apr_size_t)http_number(conf, "max-body", 1024 * 1024);
    site->http.proxy = conf->http ? apr_table_get(conf->http, "proxy") : NULL;
    site->http.ca = conf->http ? apr_table_get(conf->http, "ca") : NULL;
    site->http.resolve = addresses(pool, conf->http);
}

/* ---- its providers ----------------------------------------------------------------- */

/* The one that was written is shared by all virtual hosts that inherit it, and so is what
 * is made of it in hosts of which it is told the same. */
static authjs_provider_t *finish_provider(authjs_build_t *build,
                                          const authjs_site_t *site,
                                          const authjs_server_config_t *conf,
                                          const authjs_provider_t *written)
{
    authjs_site_t told = {0};
    authjs_provider_t *provider;
    const char *why;
    void **place;

    told.s = site->s;
    told.store = site->store;
    told.redirect_proxy_url = site->redirect_proxy_url;
    told.goes_straight = site->goes_straight;
    place = authjs_shared(
        build, "provider",
        apr_psprintf(build->ptemp, "%pp %pp %pp %d %d %s", (const void *)written,
                     (void *)conf->provider_files, (void *)conf->env_files,
                     told.store != NULL, told.goes_straight,
                     told.redirect_proxy_url ? told.redirect_proxy_url : ""));
    if (*place) {
        return *place;
    }
    provider = apr_pmemdup(build->pconf, written, sizeof(*provider));
    why = authjs_provider_finish(provider, build, &told, conf->provider_files);
    if (why) {
        report_once(build, site->s, written,
                    apr_psprintf(build->ptemp, "provider %s (%s): %s", provider->id,
                                 provider->defined_at, why));
    }
    else {
        *place = provider;
    }
    return provider;
}

static void find_providers(authjs_build_t *build, authjs_site_t *site,
                           const authjs_server_config_t *conf)
{
    int i;

    site->providers =
        apr_array_make(build->pconf, conf->providers->nelts, sizeof(authjs_provider_t *));
    for (i = 0; i < conf->providers->nelts; i++) {
        APR_ARRAY_PUSH(site->providers, authjs_provider_t *) =
            finish_provider(build, site, conf,
                            APR_ARRAY_IDX(conf->providers, i, authjs_provider_t *));
    }
}

/* Codes are for the browser that holds the CSRF token. */
static const char *check_codes(const authjs_site_t *site)
{
    int i;

    for (i = 0; site->skip_csrf_check && i < site->providers->nelts; i++) {
        const authjs_mail_t *mail =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *)->mail;

        if (mail && mail->code) {
            return "AuthJSMailCode: a code counts in the browser that holds the CSRF "
                   "token; leave out AuthJSSkipCSRFCheck";
        }
    }
    return NULL;
}

static int sends_requests(const authjs_site_t *site)
{
    int i;

    for (i = 0; i < site->providers->nelts; i++) {
        if (APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *)
                ->type->sends_requests) {
            return 1;
        }
    }
    return 0;
}

/* The cache and the client are one for all sites: children share their connections. */
static const char *find_shared(authjs_build_t *build, authjs_site_t *site,
                               const authjs_server_config_t *conf)
{
    const char *spec = conf->cache ? conf->cache : "", *why;

    site->cache_ttl = conf->cache_ttl == AUTHJS_UNSET ? 0 : conf->cache_ttl;
    if (!sends_requests(site) && !conf->cache && !conf->adapter && !site->form_keys &&
        !authjs_runner_http_is_used(build->pconf)) {
        return NULL;
    }
    if (!build->cache_store) {
        why = authjs_cache_create(&build->cache_store, build->pconf, build->ptemp,
                                  conf->cache);
        if (why) {
            return apr_pstrcat(build->ptemp, "AuthJSCache: ", why, NULL);
        }
        build->cache_spec = spec;
        build->client = authjs_client_create(build->pconf);
    }
    if (strcmp(build->cache_spec, spec)) {
        return "AuthJSCache: there is one cache for all virtual hosts; write the "
               "directive once, outside of them";
    }
    site->client = build->client;
    why = authjs_cache_for_site(&site->cache, build->pconf, build->cache_store, site->s,
                                site->secrets);
    return !why && site->store
               ? authjs_session_cache_prepare(site, authjs_store_identity(site->store),
                                              build->pconf, build->ptemp)
               : why;
}

static int has_tokens(const authjs_site_t *site)
{
    int i;

    for (i = 0; i < site->providers->nelts; i++) {
        if (APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *)->type->renewer) {
            return 1;
        }
    }
    return 0;
}

/* After the adapter and the cache, without which tokens cannot be kept. */
static const char *find_refresh(authjs_site_t *site, const authjs_server_config_t *conf)
{
    apr_int64_t grace = conf->refresh_grace;

    site->refresh_grace = grace == AUTHJS_UNSET ? AUTHJS_REFRESH_GRACE : grace;
    if (site->refresh_grace < AUTHJS_REFRESH_GRACE_MIN ||
        site->refresh_grace > AUTHJS_REFRESH_GRACE_MAX) {
        return "AuthJSRefreshGrace: takes 15s to 1h";
    }
    if (conf->refresh != 1 || !has_tokens(site)) {
        return NULL;
    }
    if (!authjs_cache_keeps(site->cache)) {
        return "AuthJSRefresh: requests share renewed tokens through the cache; write "
               "another AuthJSCache than none";
    }
    if (site->strategy->row &&
        (!authjs_store_can(site->store, AUTHJS_METHOD_list_accounts) ||
         !authjs_store_can(site->store, AUTHJS_METHOD_get_account) ||
         !authjs_store_can(site->store, AUTHJS_METHOD_update_account))) {
        return "AuthJSRefresh: this adapter cannot change accounts; write "
               "AuthJSSessionStrategy jwt";
    }
    site->refreshes = 1;
    return NULL;
}

/* Without the CSRF token any page could have a form sent again. */
static const char *check_preserve_post(const authjs_server_config_t *conf)
{
    return conf->preserve_post == 1 && conf->skip_csrf_check == 1
               ? "AuthJSPreservePost: a form is kept for the browser that holds the CSRF "
                 "token; leave out AuthJSSkipCSRFCheck"
               : NULL;
}

/* ---- all of it --------------------------------------------------------------------- */

/* Every part reports its own fault: the administrator sees all of them at once. */
authjs_site_t *authjs_site_build(authjs_build_t *build, server_rec *s,
                                 const authjs_server_config_t *conf)
{
    authjs_site_t *site = apr_pcalloc(build->pconf, sizeof(*site));
    const authjs_secrets_t *secrets = NULL;
    const char *words;
    int faults = build->faults;

    site->s = s;
    site->use_secure_cookies = conf->use_secure_cookies == AUTHJS_UNSET
                                   ? AUTHJS_AUTO
                                   : (authjs_auto_e)conf->use_secure_cookies;
    site->skip_csrf_check = conf->skip_csrf_check == 1;
    site->goes_straight = conf->signin_page == 1;
    site->event_detail = conf->event_detail == 1;
    site->log_user = conf->log_user == 1;
    report(build, s, find_origin(site, build->pconf, conf));
    if (!site->pinned_origin && !site->trust_host && !is_canonical(build, s)) {
        if (is_only_inherited(build, s)) {
            return NULL;
        }
        report(build, s, no_origin);
    }
    report_once(build, s, conf->callbacks, find_callbacks(build, site, conf));
    find_pages(build, site, conf);
    report(build, s, find_languages(build, site, conf));
    find_limits(site, build->pconf, conf);
    report(build, s, find_session(site, conf));
    report_once(build, s, conf->adapter, find_adapter(build, site, conf));
    words = conf->secrets ? apr_array_pstrcat(build->ptemp, conf->secrets, '\n') : "";
    report_once(build, s, authjs_shared(build, "words", words),
                find_secrets(site, build, conf, &secrets));
    report(build, s, check_preserve_post(conf));
    find_providers(build, site, conf);
    site->keeps_last_used = conf->last_used != 0 && site->providers->nelts > 1 &&
                            !site->pages[AUTHJS_PAGE_SIGN_IN];
    report(build, s, check_codes(site));
    authjs_site_look(build, site);
    if (conf->logos) {
        authjs_site_logos(build, site, conf->logos);
    }
    if (build->faults == faults) {
        authjs_fast_path_choose(site, build->pconf);
        report_once(build, s, conf->cache, find_shared(build, site, conf));
    }
    if (build->faults == faults) {
        report(build, s, find_refresh(site, conf));
    }
    if (build->faults == faults) {
        report(build, s, authjs_site_identities(build, site, secrets, conf));
    }
    return build->faults == faults ? site : NULL;
}
