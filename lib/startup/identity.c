/* The fingerprints of a site's providers: hashes of what each provider is, and of who may
 * sign in here. Hosts that share a secret compare them before they believe each other's
 * sessions. */
#include "startup/startup.h"

#include "adapters/store.h"
#include "settings/settings.h"
#include "signin/signin.h"
#include "site/provider_type.h"

#include "ap_provider.h"
#include "apr_optional_hooks.h"

/* ---- who may sign in, and whose ids these are -------------------------------------- */

/* The callbacks that say who somebody is: what would be believed of another host that
 * asks others must have been said to both. */
static int decides(int which)
{
    return which == AUTHJS_CALLBACK_signIn ||
           which == AUTHJS_CALLBACK_generateVerificationToken ||
           which == AUTHJS_CALLBACK_normalizeIdentifier;
}

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

        for (word = 0; decides(one->which) && word < one->argc; word++) {
            authjs_parts_add(parts, word ? "word" : one->name, one->argv[word]);
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

/* What a finished provider is in one host. */
typedef struct {
    int qualified;
    const char *definition_hash, *fingerprint;
    const char *host; /* where each has its own, else "" */
} identity_t;

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

/* One text that grows: what the provider is; with where its users are; with who may sign
 * in. NULL, or what failed. */
static const char *identify(identity_t *identity, authjs_build_t *build,
                            const authjs_site_t *site, const authjs_server_config_t *conf,
                            const authjs_provider_t *provider)
{
    authjs_parts_t *parts = authjs_parts_make(build->ptemp);
    const char *ids, *all;

    authjs_parts_add(parts, "id", provider->id);
    authjs_parts_add(parts, "type", provider->type->name);
    provider->type->describe(parts, provider, site);
    identity->definition_hash = authjs_parts_hash(build->ptemp, authjs_parts_text(parts),
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
    identity->fingerprint = apr_pstrcat(build->ptemp, ids, all, NULL);
    identity->qualified = has_rivals(site, provider);
    identity->host =
        provider->type->keep_apart ? authjs_vhost_name(build->ptemp, site->s) : "";
    return NULL;
}

/* ---- what is derived from it ----------------------------------------------------- */

/* The same text under each secret, for tokens that a browser can read. */
static apr_array_header_t *
make_tags(authjs_build_t *build, const authjs_secrets_t *secrets, const char *fingerprint)
{
    const apr_array_header_t *keys = secrets->tag_keys;
    apr_array_header_t *tags =
        apr_array_make(build->pconf, keys->nelts, sizeof(const char *));
    int i;

    for (i = 0; i < keys->nelts; i++) {
        APR_ARRAY_PUSH(tags, const char *) = authjs_parts_hash(
            build->pconf,
            apr_pstrcat(build->ptemp, APR_ARRAY_IDX(keys, i, const char *), "\n",
                        fingerprint, NULL),
            AUTHJS_FINGERPRINT_BYTES);
    }
    return tags;
}

/* The first host takes the finished provider itself, others, which are of another
 * opinion, a copy; where each has its own, nobody takes it. */
static const char *make_identified(void **made, authjs_build_t *build,
                                   const authjs_site_t *site,
                                   const authjs_secrets_t *secrets,
                                   authjs_provider_t *finished,
                                   const identity_t *identity)
{
    authjs_provider_t *provider =
        finished->fingerprint || finished->type->keep_apart
            ? apr_pmemdup(build->pconf, finished, sizeof(*finished))
            : finished;
    const char *why = NULL;

    provider->qualified = identity->qualified;
    provider->definition_hash = apr_pstrdup(build->pconf, identity->definition_hash);
    provider->fingerprint = apr_pstrdup(build->pconf, identity->fingerprint);
    provider->tags = make_tags(build, secrets, provider->fingerprint);
    if (provider->type->keep_apart) {
        why = provider->type->keep_apart(provider, site, build->pconf, build->ptemp);
    }
    *made = why ? NULL : provider;
    return why;
}

static const char *find_identified(authjs_provider_t **provider, authjs_build_t *build,
                                   const authjs_site_t *site,
                                   const authjs_secrets_t *secrets,
                                   const authjs_server_config_t *conf)
{
    identity_t identity;
    const char *why = identify(&identity, build, site, conf, *provider);
    void **place;

    if (why) {
        return why;
    }
    place = authjs_shared(build, "identity",
                          apr_psprintf(build->ptemp, "%pp %pp %d %s %s %s",
                                       (const void *)*provider, (const void *)secrets,
                                       identity.qualified, identity.definition_hash,
                                       identity.fingerprint, identity.host));
    if (!*place) {
        why = make_identified(place, build, site, secrets, *provider, &identity);
    }
    if (!why) {
        *provider = *place;
    }
    return why;
}

const char *authjs_site_identities(authjs_build_t *build, authjs_site_t *site,
                                   const authjs_secrets_t *secrets,
                                   const authjs_server_config_t *conf)
{
    const char *why = NULL;
    int i;

    site->foreign_sessions = conf->foreign_sessions != 0;
    site->realm = conf->session_realm;
    for (i = 0; i < site->providers->nelts && !why; i++) {
        why = find_identified(&APR_ARRAY_IDX(site->providers, i, authjs_provider_t *),
                              build, site, secrets, conf);
    }
    return why;
}
