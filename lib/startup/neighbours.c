/* Hosts beside each other: those that share a secret, but not what a provider is. Each
 * host is looked at with its own secrets and providers only, so that ten times the hosts
 * take ten times as long. */
#include "settings/settings.h"
#include "startup/startup.h"

/* A site has a provider of an id, and a secret: all sites that have both are claims of
 * one list, in the order of the configuration. */
typedef struct {
    const authjs_site_t *site;
    const authjs_provider_t *provider;
    int place;             /* of the site among all */
    int other_fingerprint; /* the next claim that has another; none: the list's length */
    int other_realm;
} claim_t;

typedef struct {
    authjs_build_t *build;
    apr_array_header_t *sites; /* const authjs_site_t * */
    apr_hash_t *lists;         /* secret and id -> array of claim_t */
    apr_hash_t *realms;        /* secret, id and realm -> the first definition_hash */
    apr_hash_t *disputed;      /* realms in which one id means two providers */
    int *rival;                /* by place: of the site that is remarked on, or 0 */
} neighbours_t;

static int share_a_secret(const authjs_site_t *one, const authjs_site_t *other)
{
    int i, j;

    for (i = 0; i < one->secrets->nelts; i++) {
        for (j = 0; j < other->secrets->nelts; j++) {
            if (!strcmp(APR_ARRAY_IDX(one->secrets, i, const char *),
                        APR_ARRAY_IDX(other->secrets, j, const char *))) {
                return 1;
            }
        }
    }
    return 0;
}

static int in_one_realm(const authjs_site_t *one, const authjs_site_t *other)
{
    return one->realm && other->realm && !strcmp(one->realm, other->realm);
}

/* A provider of one that the other has by this id, and otherwise, or in a realm, where
 * the rules may differ, that is another one; NULL: there is none. */
static const char *in_dispute(const authjs_site_t *one, const authjs_site_t *other,
                              int realm)
{
    int i;

    for (i = 0; i < one->providers->nelts; i++) {
        const authjs_provider_t *mine =
            APR_ARRAY_IDX(one->providers, i, const authjs_provider_t *);
        const authjs_provider_t *theirs = authjs_site_provider(other, mine->id);

        if (theirs && strcmp(realm ? mine->definition_hash : mine->fingerprint,
                             realm ? theirs->definition_hash : theirs->fingerprint)) {
            return mine->id;
        }
    }
    return NULL;
}

/* ---- claims ------------------------------------------------------------------------ */

static void note_realm(neighbours_t *all, const authjs_site_t *site, const char *key,
                       const authjs_provider_t *provider)
{
    const char *first;

    key = apr_pstrcat(all->build->ptemp, key, "\n", site->realm, NULL);
    first = apr_hash_get(all->realms, key, APR_HASH_KEY_STRING);
    if (!first) {
        apr_hash_set(all->realms, key, APR_HASH_KEY_STRING, provider->definition_hash);
    }
    else if (strcmp(first, provider->definition_hash)) {
        apr_hash_set(all->disputed, site->realm, APR_HASH_KEY_STRING, "");
    }
}

static void add_claim(neighbours_t *all, int place, const char *secret,
                      const authjs_provider_t *provider)
{
    const authjs_site_t *site = APR_ARRAY_IDX(all->sites, place, const authjs_site_t *);
    const char *key = apr_pstrcat(all->build->ptemp, provider->id, "\n", secret, NULL);
    apr_array_header_t *list = apr_hash_get(all->lists, key, APR_HASH_KEY_STRING);
    claim_t *claim;

    if (!list) {
        list = apr_array_make(all->build->ptemp, 1, sizeof(claim_t));
        apr_hash_set(all->lists, key, APR_HASH_KEY_STRING, list);
    }
    claim = apr_array_push(list);
    claim->site = site;
    claim->provider = provider;
    claim->place = place;
    if (site->realm) {
        note_realm(all, site, key, provider);
    }
}

static void add_claims(neighbours_t *all, int place)
{
    const authjs_site_t *site = APR_ARRAY_IDX(all->sites, place, const authjs_site_t *);
    int i, j;

    for (i = 0; i < site->secrets->nelts; i++) {
        for (j = 0; j < site->providers->nelts; j++) {
            add_claim(all, place, APR_ARRAY_IDX(site->secrets, i, const char *),
                      APR_ARRAY_IDX(site->providers, j, const authjs_provider_t *));
        }
    }
}

/* The first claim behind i of another fingerprint and in another realm. Runs of claims
 * that are alike are passed over at once. */
static int next_rival(const claim_t *claims, int i, int count)
{
    int j = i + 1;

    while (j < count) {
        if (!strcmp(claims[i].provider->fingerprint, claims[j].provider->fingerprint)) {
            j = claims[j].other_fingerprint;
        }
        else if (in_one_realm(claims[i].site, claims[j].site)) {
            j = claims[j].other_realm;
        }
        else {
            break;
        }
    }
    return j;
}

static void find_rivals(neighbours_t *all, const apr_array_header_t *list)
{
    claim_t *claims = (claim_t *)list->elts;
    int count = list->nelts, i, j;

    for (i = count - 1; i >= 0; i--) {
        claim_t *claim = &claims[i], *next = i + 1 < count ? claim + 1 : NULL;
        int alike =
            next && !strcmp(claim->provider->fingerprint, next->provider->fingerprint);
        int *rival = &all->rival[claim->place];

        claim->other_fingerprint = alike ? next->other_fingerprint : i + 1;
        alike = next && in_one_realm(claim->site, next->site);
        claim->other_realm = alike ? next->other_realm : i + 1;
        j = next_rival(claims, i, count);
        if (j < count && (!*rival || claims[j].place < *rival)) {
            *rival = claims[j].place;
        }
    }
}

/* ---- what is said of it ------------------------------------------------------------ */

static void remark_on(authjs_build_t *build, const authjs_site_t *one,
                      const authjs_site_t *other)
{
    authjs_remark(one->s,
                  "%s has a secret in common with %s, and another provider %s or other "
                  "rules of who may sign in: a session of one does not count in the "
                  "other. Give each a secret of its own, or, to share sessions, "
                  "write AuthJSSessionRealm in both",
                  authjs_vhost_name(build->ptemp, one->s),
                  authjs_vhost_name(build->ptemp, other->s), in_dispute(one, other, 0));
}

static void refuse_realm(authjs_build_t *build, const authjs_site_t *one,
                         const authjs_site_t *other)
{
    const char *id = in_dispute(one, other, 1);

    if (id && share_a_secret(one, other)) {
        authjs_fault(
            &build->faults, one->s,
            "AuthJSSessionRealm %s: provider %s is not the same in %s, so that its "
            "sessions could be anybody's; write it once, outside of the virtual "
            "hosts, or give one of the two another id",
            one->realm, id, authjs_vhost_name(build->ptemp, other->s));
    }
}

/* What is said of a host and those behind it, in their order. Each pair is named, of the
 * realms that something is wrong with. */
static void report_on(neighbours_t *all, int i)
{
    const authjs_site_t **sites = (const authjs_site_t **)all->sites->elts;
    int rival = all->rival[i], j;

    if (!sites[i]->realm ||
        !apr_hash_get(all->disputed, sites[i]->realm, APR_HASH_KEY_STRING)) {
        if (rival) {
            remark_on(all->build, sites[i], sites[rival]);
        }
        return;
    }
    for (j = i + 1; j < all->sites->nelts; j++) {
        if (j == rival) {
            remark_on(all->build, sites[i], sites[j]);
        }
        else if (in_one_realm(sites[i], sites[j])) {
            refuse_realm(all->build, sites[i], sites[j]);
        }
    }
}

void authjs_check_neighbours(authjs_build_t *build)
{
    apr_pool_t *pool = build->ptemp;
    neighbours_t all = {build,
                        apr_array_make(pool, 8, sizeof(const authjs_site_t *)),
                        apr_hash_make(pool),
                        apr_hash_make(pool),
                        apr_hash_make(pool),
                        NULL};
    server_rec *s = build->main_server;
    const authjs_site_t *site;
    apr_hash_index_t *index;
    int i;

    while ((site = authjs_site_next(&s))) {
        APR_ARRAY_PUSH(all.sites, const authjs_site_t *) = site;
        add_claims(&all, all.sites->nelts - 1);
    }
    all.rival = apr_pcalloc(pool, sizeof(int) * (apr_size_t)(all.sites->nelts + 1));
    for (index = apr_hash_first(pool, all.lists); index; index = apr_hash_next(index)) {
        find_rivals(&all, apr_hash_this_val(index));
    }
    for (i = 0; i < all.sites->nelts; i++) {
        report_on(&all, i);
    }
}
