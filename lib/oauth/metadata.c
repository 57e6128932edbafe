#include "oauth/oauth.h"

#include "http/cache.h"
#include "http/parsed.h"
#include "web/issuer.h"
#include "web/url.h"

/* Seconds. A provider's Cache-Control may say less, but not that we ask every time. */
#define TTL_MAX    3600
#define ISSUER_MAX 512
#define TTL_MIN    60

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

/* Where the document of an issuer is: what was written, for the issuer that was written;
 * else where every provider has it. */
static const char *document_url(apr_pool_t *pool, const authjs_provider_t *provider,
                                const char *issuer)
{
    return provider->discovery_url && !strcmp(issuer, provider->issuer)
               ? provider->discovery_url
               : authjs_issuer_document(pool, issuer);
}

static const authjs_error_t *
fetch_document(authjs_exchange_t *x, const authjs_provider_t *provider,
               const char *issuer, struct json_object **document, apr_int64_t *max_age)
{
    const char *url = document_url(x->pool, provider, issuer);
    const char *announced, *why;

    why = authjs_oauth_get_json(x, url, !strncmp(issuer, "http:", 5), document, max_age);
    if (why) {
        return discovery_error(x, provider, why);
    }
    announced =
        authjs_issuer_of_tenant(x->pool, authjs_json_get_string(*document, "issuer"),
                                issuer);
    if (announced) {
        announced = apr_pstrdup(x->pool, announced);
        authjs_json_set_string(*document, "issuer", announced);
    }
    if (!announced || !authjs_issuer_is(x->pool, announced, issuer)) {
        return discovery_error(
            x, provider,
            apr_psprintf(x->pool,
                         "the document's issuer is \"%s\", AuthJSIssuer says \"%s\"; "
                         "write the document's, if it is the right one (GET %s)",
                         announced ? authjs_printable(x->pool, announced, ISSUER_MAX)
                                   : "",
                         issuer, authjs_oauth_address(x, url)));
    }
    return NULL;
}

/* A document is kept for the issuer that it was compared with, and for no other. */
static const char *cache_key(apr_pool_t *pool, const authjs_provider_t *provider,
                             const char *issuer)
{
    return apr_pstrcat(pool, issuer, " ", document_url(pool, provider, issuer), NULL);
}

static void keep_document(authjs_exchange_t *x, const char *key,
                          struct json_object *document, apr_int64_t max_age)
{
    const char *text = authjs_json_text(x->pool, document);

    authjs_cache_set(x->site->cache, x->pool, "discovery", key, text, strlen(text),
                     authjs_oauth_ttl(x->site, max_age));
}

/* A document, and what is made of it. */
typedef struct {
    authjs_exchange_t *x; /* of who fetched it: what is odd is said once; or NULL */
    apr_pool_t *pool;     /* of what is made */
    const authjs_provider_t *provider;
    struct json_object *document; /* NULL: all was written */
    authjs_server_metadata_t *made;
    const char *why; /* it cannot be used */
} reading_t;

static void leave_out(const reading_t *in, const char *name)
{
    if (in->x) {
        authjs_oauth_odd(in->x, in->provider,
                         apr_psprintf(in->x->pool,
                                      "the discovery document's %s cannot be used: it is "
                                      "taken for absent",
                                      name));
    }
}

static int has(const reading_t *in, const char *name)
{
    return in->document && json_object_object_get_ex(in->document, name, NULL);
}

/* The texts in a list; NULL: there are none. */
static apr_array_header_t *text_list(const reading_t *in, const char *name)
{
    struct json_object *list = authjs_json_get_array(in->document, name);
    apr_array_header_t *result = apr_array_make(in->pool, 8, sizeof(const char *));
    size_t i, n = list ? json_object_array_length(list) : 0;

    for (i = 0; i < n && i < 64; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);

        if (json_object_is_type(item, json_type_string)) {
            APR_ARRAY_PUSH(result, const char *) =
                apr_pstrdup(in->pool, json_object_get_string(item));
        }
    }
    if (result->nelts) {
        return result;
    }
    if (has(in, name)) {
        leave_out(in, name);
    }
    return NULL;
}

/* What the administrator wrote wins over what was discovered. A discovered endpoint of an
 * https issuer is https too. */
static const char *find_endpoint(reading_t *in, const char *configured, const char *name,
                                 int needed)
{
    const char *found =
        configured ? configured : authjs_json_get_string(in->document, name);
    const char *why = found ? NULL : "is missing";
    authjs_url_t url;

    if (!why) {
        why = authjs_url_parse(&url, in->pool, found);
    }
    if (!why && !configured && !in->made->allow_http && strcmp(url.scheme, "https")) {
        why = apr_psprintf(in->pool, "is not https, but its issuer is: \"%s\"",
                           authjs_printable(in->pool, found, ISSUER_MAX));
    }
    if (!why) {
        return apr_pstrdup(in->pool, found);
    }
    if (needed && !in->why) {
        in->why = apr_pstrcat(in->pool, name, ": ", why, NULL);
    }
    else if (!needed && has(in, name)) {
        leave_out(in, name);
    }
    return NULL;
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

/* Whether its published keys have a say: not where the client secret does. */
static int needs_keys(const authjs_provider_t *provider)
{
    return provider->type->oidc &&
           !(provider->id_token_alg && !strncmp(provider->id_token_alg, "HS", 2));
}

/* What it demands and does not get is why nobody can sign in. */
static void say_what_is_wanted(const reading_t *in)
{
    static const char *const members[] = {"require_pushed_authorization_requests",
                                          "require_signed_request_object", NULL};
    int i;

    for (i = 0; in->x && members[i]; i++) {
        if (authjs_json_is_affirmative(authjs_json_get(in->document, members[i]))) {
            ap_log_rerror(
                APLOG_MARK, APLOG_WARNING, 0, in->x->r,
                "AuthJS: provider %s: its discovery document has %s, which this "
                "module does not do: let the provider do without for this client",
                in->provider->id, members[i]);
        }
    }
}

/* NULL, or why it cannot be used. */
static const char *complete_metadata(reading_t *in, const char *issuer)
{
    const authjs_provider_t *provider = in->provider;
    authjs_server_metadata_t *m = in->made = apr_pcalloc(in->pool, sizeof(*m));

    m->issuer = apr_pstrdup(
        in->pool, in->document ? authjs_json_get_string(in->document, "issuer") : issuer);
    m->allow_http = allows_http(provider);
    m->authorization_endpoint =
        find_endpoint(in, provider->authorization_url, "authorization_endpoint", 1);
    m->token_endpoint = find_endpoint(in, provider->token_url, "token_endpoint", 1);
    m->userinfo_endpoint = find_endpoint(in, provider->userinfo_url, "userinfo_endpoint",
                                         provider->userinfo_required);
    m->jwks_uri = find_endpoint(in, provider->jwks_url, "jwks_uri", needs_keys(provider));
    if (in->why) {
        return in->why;
    }
    say_what_is_wanted(in);
    m->id_token_algs = text_list(in, "id_token_signing_alg_values_supported");
    m->auth_methods = text_list(in, "token_endpoint_auth_methods_supported");
    m->iss_parameter = authjs_json_is_affirmative(
        authjs_json_get(in->document, "authorization_response_iss_parameter_supported"));
    return NULL;
}

static const char *read_document(const void **made, apr_pool_t *pool, apr_pool_t *ptemp,
                                 const char *text, apr_size_t len, const void *provider)
{
    reading_t in = {NULL, pool, provider, NULL, NULL, NULL};
    const char *why = authjs_json_parse_object(&in.document, ptemp, text, len);

    why = why ? why : complete_metadata(&in, NULL);
    *made = in.made;
    return why;
}

/* What the document in the cache says; NULL: there is none that can be used. */
static const authjs_server_metadata_t *
cached(authjs_exchange_t *x, const authjs_provider_t *provider, const char *key)
{
    const char *text, *name;
    const void *made;
    apr_size_t len;

    if (authjs_cache_get(x->site->cache, x->pool, "discovery", key, AUTHJS_CACHE_MAX,
                         &text, &len) != APR_SUCCESS) {
        return NULL;
    }
    name = apr_psprintf(x->pool, "discovery %pp %s", (const void *)provider, key);
    return authjs_parsed(&made, x->pool, name, text, len, read_document, provider) ? NULL
                                                                                   : made;
}

/* Only a document that can be used is kept: a mistake of the provider's must not last. */
const authjs_error_t *authjs_oauth_metadata_of(authjs_exchange_t *x,
                                               const authjs_provider_t *provider,
                                               const char *issuer,
                                               const authjs_server_metadata_t **metadata)
{
    reading_t in = {x, x->pool, provider, NULL, NULL, NULL};
    const authjs_error_t *error;
    const char *key = NULL, *why;
    apr_int64_t max_age = -1;

    if (needs_discovery(provider)) {
        key = cache_key(x->pool, provider, issuer);
        *metadata = cached(x, provider, key);
        if (*metadata) {
            return NULL;
        }
        error = fetch_document(x, provider, issuer, &in.document, &max_age);
        if (error) {
            return error;
        }
    }
    why = complete_metadata(&in, issuer);
    *metadata = in.made;
    if (why) {
        return discovery_error(x, provider, why);
    }
    if (in.document) {
        keep_document(x, key, in.document, max_age);
    }
    return NULL;
}

const authjs_error_t *authjs_oauth_metadata(authjs_exchange_t *x,
                                            const authjs_provider_t *provider,
                                            const authjs_server_metadata_t **metadata)
{
    return authjs_oauth_metadata_of(x, provider, provider->issuer, metadata);
}
