/* Definitions of providers: data, in the format of docs/providers/custom.md. */
#include "catalogue/catalogue.h"

#include "settings/settings.h"
#include "web/url.h"

/* Made from definitions/providers.json by definitions/generate; in the order of the ids.
 */
static const struct {
    const char *id, *json;
} catalogue[] = {
#include "catalogue/definitions/providers.inc"
};
#define CATALOGUE_LEN ((int)(sizeof(catalogue) / sizeof(catalogue[0])))

/* Templates that are a type and nothing else. */
static const char *const bare_types[] = {"credentials", "email",    "oauth",
                                         "oidc",        "webauthn", NULL};

/* ---- looking up -------------------------------------------------------------------- */

static const char *const endpoints[] = {"authorization", "token", "userinfo", NULL};

/* Auth.js's default without its random id: nobody can be recognised by that. */
static struct json_object *default_profile(apr_pool_t *pool)
{
    struct json_object *profile = authjs_json_object(pool);

    authjs_json_set_string(profile, "id", "/sub ?? /id");
    authjs_json_set_string(profile, "name", "/name ?? /nickname ?? /preferred_username");
    authjs_json_set_string(profile, "email", "/email");
    authjs_json_set_string(profile, "image", "/picture");
    return profile;
}

/* An endpoint written as a string is one with a url; a profile is there. */
static struct json_object *normalise(apr_pool_t *pool, struct json_object *entry)
{
    int i;

    for (i = 0; endpoints[i]; i++) {
        struct json_object *endpoint = authjs_json_get(entry, endpoints[i]);

        if (json_object_is_type(endpoint, json_type_string)) {
            struct json_object *object = authjs_json_object(pool);

            authjs_json_set(object, "url", endpoint);
            authjs_json_set(entry, endpoints[i], object);
        }
    }
    if (!authjs_json_get_object(entry, "profile")) {
        authjs_json_set(entry, "profile", default_profile(pool));
    }
    return entry;
}

static struct json_object *from_files(apr_pool_t *pool, const apr_array_header_t *files,
                                      const char *id)
{
    struct json_object *entry = NULL, *copy = NULL;
    int i;

    for (i = 0; files && i < files->nelts; i++) {
        struct json_object *entries = APR_ARRAY_IDX(files, i, struct json_object *);

        entry = authjs_json_get_object(entries, id);
        if (entry && json_object_deep_copy(entry, &copy, NULL) == 0) {
            return normalise(pool, authjs_json_own(pool, copy));
        }
    }
    return NULL;
}

struct json_object *
authjs_catalogue_entry(apr_pool_t *pool, const apr_array_header_t *files, const char *id)
{
    struct json_object *entry = from_files(pool, files, id);
    int i;

    if (entry) {
        return entry;
    }
    for (i = 0; bare_types[i]; i++) {
        if (!strcmp(bare_types[i], id)) {
            entry = authjs_json_object(pool);
            authjs_json_set_string(entry, "type", id);
            return normalise(pool, entry);
        }
    }
    for (i = 0; i < CATALOGUE_LEN; i++) {
        if (!strcmp(catalogue[i].id, id)) {
            return authjs_json_parse_object(&entry, pool, catalogue[i].json,
                                            strlen(catalogue[i].json))
                       ? NULL
                       : normalise(pool, entry);
        }
    }
    return NULL;
}

const char *authjs_catalogue_nearest(apr_pool_t *pool, const apr_array_header_t *files,
                                     const char *id)
{
    authjs_nearest_t nearest = {id, NULL, 0};
    int i;

    for (i = 0; bare_types[i]; i++) {
        authjs_nearest_consider(&nearest, bare_types[i]);
    }
    for (i = 0; i < CATALOGUE_LEN; i++) {
        authjs_nearest_consider(&nearest, catalogue[i].id);
    }
    for (i = 0; files && i < files->nelts; i++) {
        json_object_object_foreach(APR_ARRAY_IDX(files, i, struct json_object *), key,
                                   value)
        {
            (void)value;
            authjs_nearest_consider(&nearest, key);
        }
    }
    return nearest.best ? apr_pstrdup(pool, nearest.best) : NULL;
}

/* ---- placeholders ------------------------------------------------------------------ */

static const char *placeholder(apr_pool_t *pool, const authjs_provider_t *provider,
                               const char *name)
{
    apr_size_t len;

    if (!strcmp(name, "clientId")) {
        return provider->client_id;
    }
    if (!strcmp(name, "clientSecret")) {
        return "{clientSecret}"; /* the request fills it in: no definition holds a secret
                                  */
    }
    if (strcmp(name, "issuer")) {
        return provider->options ? apr_table_get(provider->options, name) : NULL;
    }
    if (!provider->issuer) {
        return NULL;
    }
    len = strlen(provider->issuer);
    return apr_pstrmemdup(pool, provider->issuer,
                          provider->issuer[len - 1] == '/' ? len - 1 : len);
}

const char *authjs_catalogue_expand(const char **expanded, apr_pool_t *pool,
                                    const authjs_provider_t *provider, const char *text)
{
    const char *name, *value, *result = "";
    apr_size_t len;

    while (*text) {
        name = authjs_catalogue_place(pool, text);
        if (!name) {
            len = 1 + strcspn(text + 1, "{");
            result = apr_pstrcat(pool, result, apr_pstrmemdup(pool, text, len), NULL);
            text += len;
            continue;
        }
        value = placeholder(pool, provider, name);
        if (!value && !strcmp(name, "issuer")) {
            authjs_env_provider(pool, provider->id, "ISSUER", &name);
            return apr_psprintf(pool, "needs its issuer; write AuthJSIssuer, or set %s",
                                name);
        }
        if (!value) {
            return apr_psprintf(pool, "needs the option %s; write AuthJSOption %s=...",
                                name, name);
        }
        result = apr_pstrcat(pool, result, value, NULL);
        text += strlen(name) + 2;
    }
    *expanded = result;
    return NULL;
}

static const char *fill_in_strings(apr_pool_t *pool, struct json_object *object,
                                   const authjs_provider_t *provider);

static const char *fill_in_list(apr_pool_t *pool, struct json_object *list,
                                const authjs_provider_t *provider)
{
    const char *why = NULL;
    size_t i;

    for (i = 0; !why && i < json_object_array_length(list); i++) {
        struct json_object *member = json_object_array_get_idx(list, i);

        if (json_object_is_type(member, json_type_object)) {
            why = fill_in_strings(pool, member, provider);
        }
    }
    return why;
}

/* A parameter that is nothing but an option that is empty is not sent. */
static const char *fill_in_strings(apr_pool_t *pool, struct json_object *object,
                                   const authjs_provider_t *provider)
{
    const char *text, *why = NULL;

    json_object_object_foreach(object, name, value)
    {
        if (!why && json_object_is_type(value, json_type_object)) {
            why = fill_in_strings(pool, value, provider);
        }
        else if (!why && json_object_is_type(value, json_type_string) &&
                 ap_strchr_c(json_object_get_string(value), '{')) {
            why = authjs_catalogue_expand(&text, pool, provider,
                                          json_object_get_string(value));
            if (!why && *text) {
                authjs_json_set_string(object, name, text);
            }
            else if (!why) {
                json_object_object_del(object, name);
            }
        }
    }
    return why;
}

static int has_placeholder(struct json_object *value)
{
    const char *text = json_object_is_type(value, json_type_string)
                           ? json_object_get_string(value)
                           : NULL;

    size_t i, n = json_object_is_type(value, json_type_array)
                      ? json_object_array_length(value)
                      : 0;

    for (i = 0; i < n; i++) {
        if (has_placeholder(json_object_array_get_idx(value, i))) {
            return 1;
        }
    }
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, name, member)
        {
            (void)name;
            if (has_placeholder(member)) {
                return 1;
            }
        }
    }
    return text && ap_strchr_c(text, '{');
}

/* What requests are described in: endpoints, and the list of extra ones. */
static const char *const described[] = {"authorization", "token", "userinfo", "extra",
                                        NULL};

/* The entry with descriptions of its own; the rest is that of the entry. */
static struct json_object *copy_described(apr_pool_t *pool, struct json_object *entry)
{
    struct json_object *copy = authjs_json_object(pool);
    int i;

    json_object_object_foreach(entry, name, value)
    {
        authjs_json_set(copy, name, value);
    }
    for (i = 0; described[i]; i++) {
        struct json_object *part = authjs_json_get(entry, described[i]), *own = NULL;

        if (part && json_object_deep_copy(part, &own, NULL) == 0) {
            authjs_json_set(copy, described[i], authjs_json_own(pool, own));
        }
    }
    return copy;
}

const char *authjs_catalogue_fill_in(struct json_object **entry, apr_pool_t *pool,
                                     const authjs_provider_t *provider)
{
    const char *jwks = authjs_json_get_string(*entry, "jwks_endpoint"), *why = NULL;
    int i, filled = jwks && ap_strchr_c(jwks, '{');

    for (i = 0; !filled && described[i]; i++) {
        filled = has_placeholder(authjs_json_get(*entry, described[i]));
    }
    if (!filled) {
        return NULL;
    }
    *entry = copy_described(pool, *entry);
    for (i = 0; !why && described[i]; i++) {
        struct json_object *part = authjs_json_get(*entry, described[i]);

        if (json_object_is_type(part, json_type_object)) {
            why = fill_in_strings(pool, part, provider);
        }
        else if (json_object_is_type(part, json_type_array)) {
            why = fill_in_list(pool, part, provider);
        }
    }
    if (!why && jwks) {
        why = authjs_catalogue_expand(&jwks, pool, provider, jwks);
        authjs_json_set_string(*entry, "jwks_endpoint", jwks);
    }
    return why;
}
