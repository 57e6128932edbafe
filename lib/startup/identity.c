/* The fingerprints of a site's providers: hashes of what each provider is, and of who may
 * sign in here. Hosts that share a secret compare them before they believe each other's
 * sessions. */
#include "startup/startup.h"

#include "adapters/store.h"
#include "jose/keyring.h"
#include "jose/seal.h"
#include "settings/settings.h"
#include "signin/signin.h"
#include "site/provider_type.h"

#include "ap_provider.h"
#include "apr_optional_hooks.h"

/* ---- who may sign in, and whose ids these are -------------------------------------- */

static void add_rules(authjs_parts_t *parts, const authjs_server_config_t *conf,
                      const server_rec *s)
{
    int i, word;

    if (apr_optional_hook_get("authjs_callback")) { /* a module that is asked, too */
        authjs_parts_add_host(parts, s);
    }
    for (i = 0; conf->callbacks && i < conf->callbacks->nelts; i++) {
        const authjs_written_callback_t *one =
            &APR_ARRAY_IDX(conf->callbacks, i, authjs_written_callback_t);

        for (word = 0; one->which == AUTHJS_CALLBACK_signIn && word < one->argc; word++) {
            authjs_parts_add(parts, word ? "word" : "signIn", one->argv[word]);
            if (!word && authjs_runner_may_differ(one->argv[word])) {
                authjs_parts_add_host(parts, s);
            }
        }
    }
}

/* The ids that sessions of this provider tell: of users in a database, or its own. */
static void add_ids(authjs_parts_t *parts, const authjs_site_t *site,
                    const authjs_provider_t *provider)
{
    authjs_parts_add(parts, "users",
                     authjs_keeps_accounts(site, provider)
                         ? authjs_store_identity(site->store)
                         : NULL);
    authjs_parts_add(parts, "addresses", provider->login_is_email ? "verified" : NULL);
}

/* One text that grows: what the provider is; with where its users are; with who may sign
 * in. NULL, or what failed. */
static const char *find_fingerprint(authjs_build_t *build, const authjs_site_t *site,
                                    const authjs_server_config_t *conf,
                                    authjs_provider_t *provider)
{
    authjs_parts_t *parts = authjs_parts_make(build->ptemp);
    const char *ids, *all;

    authjs_parts_add(parts, "id", provider->id);
    authjs_parts_add(parts, "type", provider->type->name);
    provider->type->describe(parts, provider, site);
    provider->definition_hash = authjs_parts_hash(build->pconf, authjs_parts_text(parts),
                                                  AUTHJS_FINGERPRINT_BYTES);
    add_ids(parts, site, provider);
    ids = authjs_parts_hash(build->ptemp, authjs_parts_text(parts),
                            AUTHJS_FINGERPRINT_BYTES / 2);
    add_rules(parts, conf, site->s);
    all = authjs_parts_hash(build->ptemp, authjs_parts_text(parts),
                            AUTHJS_FINGERPRINT_BYTES / 2);
    if (!ids || !all) {
        return "OpenSSL has no SHA-256";
    }
    provider->fingerprint = apr_pstrcat(build->pconf, ids, all, NULL);
    return NULL;
}

/* ---- what is derived from it ----------------------------------------------------- */

/* The same text under each secret, for tokens that a browser can read. */
static const char *make_tags(authjs_provider_t *provider, apr_pool_t *pool,
                             apr_pool_t *ptemp, const authjs_site_t *site)
{
    int i;

    provider->tags = apr_array_make(pool, site->secrets->nelts, sizeof(const char *));
    for (i = 0; i < site->secrets->nelts; i++) {
        apr_array_header_t *one = apr_array_make(ptemp, 1, sizeof(const char *));
        authjs_keyring_t *ring;
        const char *why, *key;

        APR_ARRAY_PUSH(one, const char *) = APR_ARRAY_IDX(site->secrets, i, const char *);
        why = authjs_keyring_create(&ring, ptemp, one, "mod_authjs session tags");
        if (why) {
            return why;
        }
        key = authjs_seal_name_key(ptemp, ring);
        APR_ARRAY_PUSH(provider->tags, const char *) =
            authjs_parts_hash(pool,
                              apr_pstrcat(ptemp, key, "\n", provider->fingerprint, NULL),
                              AUTHJS_FINGERPRINT_BYTES);
    }
    return NULL;
}

/* Whether a name of this provider alone could be somebody else's: another such
 * provider's, or, unless a runner chose it, the id of a user in the database. */
static int has_rivals(const authjs_site_t *site, const authjs_provider_t *provider)
{
    int i, count = 0;

    for (i = 0; i < site->providers->nelts; i++) {
        count += APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *)
                     ->type->has_chosen_names;
    }
    return provider->type->has_chosen_names &&
           (count > 1 || (site->store && !provider->authorize));
}

const char *authjs_site_identities(authjs_build_t *build, authjs_site_t *site,
                                   const authjs_server_config_t *conf)
{
    const char *why = NULL;
    int i;

    site->foreign_sessions = conf->foreign_sessions != 0;
    site->realm = conf->session_realm;
    for (i = 0; i < site->providers->nelts && !why; i++) {
        authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, authjs_provider_t *);

        provider->qualified = has_rivals(site, provider);
        why = find_fingerprint(build, site, conf, provider);
        if (!why) {
            why = make_tags(provider, build->pconf, build->ptemp, site);
        }
        if (!why && provider->type->keep_apart) {
            why = provider->type->keep_apart(provider, site, build->pconf, build->ptemp);
        }
    }
    return why;
}
