#include "oauth/oauth.h"

#include "http/cache.h"
#include "web/url.h"

#define WELL_KNOWN "/.well-known/openid-configuration"
/* Seconds. A provider's Cache-Control may say less, but not that we ask every time. */
#define TTL_MAX 3600
#define TTL_MIN 60

static const authjs_error_t *
discovery_error(authjs_exchange_t *x, const authjs_provider_t *provider, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError, "discovery of %s: %s",
                        provider->id, why);
}

apr_int64_t authjs_oauth_ttl(const authjs_site_t *site, apr_int64_t max_age)
{
    apr_int64_t max = authjs_cache_ttl(site, TTL_MAX);
    apr_int64_t min = max < TTL_MIN ? max : TTL_MIN;

    if (max_age < 0 || max_age > max) {
        return max;
    }
    return max_age < min ? min : max_age;
}

static const char *without_slash(apr_pool_t *pool, const char *text)
{
    apr_size_t len = strlen(text);

    return len && text[len - 1] == '/' ? apr_pstrmemdup(pool, text, len - 1) : text;
}

/* https://idp and https://idp/ are the same issuer, /realm and /realm/ are not. */
static int same_issuer(apr_pool_t *pool, const char *a, const char *b)
{
    authjs_url_t left, right;

    if (authjs_url_parse(&left, pool, a) || authjs_url_parse(&right, pool, b)) {
        return 0;
    }
    return !strcmp(left.origin, right.origin) &&
           !strcmp(*left.path ? left.path : "/", *right.path ? right.path : "/") &&
           !left.query && !right.query && !left.has_fragment && !right.has_fragment;
}

/* Microsoft writes {tenantid} where the tenant of the asked issuer belongs. */
static void fill_in_tenant(authjs_exchange_t *x, const char *issuer,
                           struct json_object *document)
{
    static const char placeholder[] = "{tenantid}";
    const char *announced = authjs_json_get_string(document, "issuer");
    const char *at = announced ? ap_strstr_c(announced, placeholder) : NULL;
    authjs_url_t url;
    const char *tenant;

    if (!at || authjs_url_parse(&url, x->pool, issuer) || !*url.path) {
        return;
    }
    tenant = apr_pstrmemdup(x->pool, url.path + 1, strcspn(url.path + 1, "/"));
    authjs_json_set_string(document, "issuer",
                           apr_pstrcat(x->pool,
                                       apr_pstrmemdup(x->pool, announced, at - announced),
                                       tenant, at + sizeof(placeholder) - 1, NULL));
}

static const authjs_error_t *
fetch_document(authjs_exchange_t *x, const authjs_provider_t *provider,
               const char *issuer, struct json_object **document, apr_int64_t *max_age)
{
    const char *url =
        apr_pstrcat(x->pool, without_slash(x->pool, issuer), WELL_KNOWN, NULL);
    const char *announced, *why;

    why = authjs_client_get_json(x, url, !strncmp(issuer, "http:", 5), NULL, document,
                                 max_age);
    if (why) {
        return discovery_error(x, provider, why);
    }
    fill_in_tenant(x, issuer, *document);
    announced = authjs_json_get_string(*document, "issuer");
    if (!announced || !same_issuer(x->pool, announced, issuer)) {
        return discovery_error(x, provider, "the document is of another issuer");
    }
    return NULL;
}

static int cached_document(authjs_exchange_t *x, const char *issuer,
                           struct json_object **document)
{
    const char *text;
    apr_size_t len;

    return authjs_cache_get(x->site->cache, x->pool, "discovery", issuer,
                            AUTHJS_CACHE_MAX, &text, &len) == APR_SUCCESS &&
           !authjs_json_parse_object(document, x->pool, text, len);
}

static void keep_document(authjs_exchange_t *x, const char *issuer,
                          struct json_object *document, apr_int64_t max_age)
{
    const char *text = authjs_json_text(x->pool, document);

    authjs_cache_set(x->site->cache, x->pool, "discovery", issuer, text, strlen(text),
                     authjs_oauth_ttl(x->site, max_age));
}

static apr_array_header_t *text_list(apr_pool_t *pool, struct json_object *document,
                                     const char *name)
{
    struct json_object *list = authjs_json_get_array(document, name);
    apr_array_header_t *result;
    size_t i;

    if (!list) {
        return NULL;
    }
    result = apr_array_make(pool, 8, sizeof(const char *));
    for (i = 0; i < json_object_array_length(list) && i < 64; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);

        if (json_object_is_type(item, json_type_string)) {
            APR_ARRAY_PUSH(result, const char *) =
                apr_pstrdup(pool, json_object_get_string(item));
        }
    }
    return result;
}

/* What the administrator wrote wins over what was discovered. A discovered endpoint of an
 * https issuer is https too. */
static const char *find_endpoint(authjs_exchange_t *x, authjs_server_metadata_t *metadata,
                                 const char *configured, struct json_object *document,
                                 const char *name, const char **why)
{
    const char *found = configured ? configured : authjs_json_get_string(document, name);
    authjs_url_t url;

    if (!found) {
        return NULL;
    }
    *why = authjs_url_parse(&url, x->pool, found);
    if (!*why && !configured && !metadata->allow_http && strcmp(url.scheme, "https")) {
        *why = apr_pstrcat(x->pool, name, " is not https, but its issuer is", NULL);
    }
    return *why ? NULL : apr_pstrdup(x->pool, found);
}

static int needs_discovery(const authjs_provider_t *provider)
{
    return provider->issuer && (!provider->authorization_url || !provider->token_url ||
                                (provider->type->oidc && !provider->jwks_url) ||
                                (provider->userinfo_required && !provider->userinfo_url));
}

static int allows_http(const authjs_provider_t *provider)
{
    const char *decides = provider->issuer ? provider->issuer : provider->token_url;

    return decides && !strncmp(decides, "http:", 5);
}

static const authjs_error_t *complete_metadata(authjs_exchange_t *x,
                                               const authjs_provider_t *provider,
                                               struct json_object *document,
                                               authjs_server_metadata_t *m)
{
    const char *why = NULL;
    struct json_object *flag =
        authjs_json_get(document, "authorization_response_iss_parameter_supported");

    m->authorization_endpoint = find_endpoint(x, m, provider->authorization_url, document,
                                              "authorization_endpoint", &why);
    if (!why) {
        m->token_endpoint =
            find_endpoint(x, m, provider->token_url, document, "token_endpoint", &why);
    }
    if (!why) {
        m->userinfo_endpoint = find_endpoint(x, m, provider->userinfo_url, document,
                                             "userinfo_endpoint", &why);
    }
    if (!why) {
        m->jwks_uri = find_endpoint(x, m, provider->jwks_url, document, "jwks_uri", &why);
    }
    if (why || !m->authorization_endpoint || !m->token_endpoint) {
        return discovery_error(x, provider, why ? why : "an endpoint is missing");
    }
    m->id_token_algs =
        text_list(x->pool, document, "id_token_signing_alg_values_supported");
    m->iss_parameter = flag && json_object_is_type(flag, json_type_boolean) &&
                       json_object_get_boolean(flag);
    return NULL;
}

/* Only a document that can be used is kept: a mistake of the provider's must not last. */
const authjs_error_t *authjs_oauth_metadata_of(authjs_exchange_t *x,
                                               const authjs_provider_t *provider,
                                               const char *issuer,
                                               authjs_server_metadata_t **metadata)
{
    authjs_server_metadata_t *m = apr_pcalloc(x->pool, sizeof(*m));
    struct json_object *document = NULL;
    const authjs_error_t *error = NULL;
    apr_int64_t max_age;
    int fresh = 0;

    *metadata = m;
    m->issuer = issuer;
    m->allow_http = allows_http(provider);
    if (needs_discovery(provider)) {
        fresh = !cached_document(x, issuer, &document);
        if (fresh) {
            error = fetch_document(x, provider, issuer, &document, &max_age);
        }
        if (error) {
            return error;
        }
        m->issuer = apr_pstrdup(x->pool, authjs_json_get_string(document, "issuer"));
    }
    error = complete_metadata(x, provider, document, m);
    if (!error && fresh) {
        keep_document(x, issuer, document, max_age);
    }
    return error;
}

const authjs_error_t *authjs_oauth_metadata(authjs_exchange_t *x,
                                            const authjs_provider_t *provider,
                                            authjs_server_metadata_t **metadata)
{
    return authjs_oauth_metadata_of(x, provider, provider->issuer, metadata);
}
