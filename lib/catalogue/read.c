/* AuthJSProviderFile: definitions in the catalogue's format, checked. */
#include "catalogue/catalogue.h"

#include "settings/settings.h"

static const char *check_strings(apr_pool_t *pool, const char *name,
                                 struct json_object *object, int null_allowed)
{
    json_object_object_foreach(object, key, value)
    {
        if (!json_object_is_type(value, json_type_string) && (value || !null_allowed)) {
            return apr_psprintf(pool, "%s.%s must be a string", name, key);
        }
    }
    return NULL;
}

/* The members of object must be among names. */
static const char *check_names(apr_pool_t *pool, const char *where,
                               struct json_object *object, const char *const *names)
{
    json_object_object_foreach(object, key, value)
    {
        int i;

        (void)value;
        for (i = 0; names[i] && strcmp(names[i], key); i++) {
        }
        if (!names[i]) {
            return apr_psprintf(pool, "%s has no member %s; the members are %s", where,
                                key, authjs_words_text(pool, names));
        }
    }
    return NULL;
}

static const char *check_mapping(apr_pool_t *pool, struct json_object *profile)
{
    const char *why = check_strings(pool, "profile", profile, 1);

    json_object_object_foreach(profile, field, mapping)
    {
        if (!why && !strcmp(field, AUTHJS_EMAIL_VERIFIED)) {
            why = "profile has no member emailVerified; write it beside profile, in the "
                  "definition itself";
        }
        if (!why && mapping) {
            why = authjs_profile_check(pool, json_object_get_string(mapping));
            why = why ? apr_pstrcat(pool, "profile.", field, ": ", why, NULL) : NULL;
        }
    }
    return why;
}

static const char *check_style(apr_pool_t *pool, struct json_object *style)
{
    const char *why = check_strings(pool, "style", style, 0);

    json_object_object_foreach(style, key, value)
    {
        if (!why) {
            why = authjs_style_key_check(pool, key, json_object_get_string(value));
            why = why ? apr_pstrcat(pool, "style ", why, NULL) : NULL;
        }
    }
    return why;
}

static const char *check_checks(struct json_object *checks)
{
    static const char *const words[] = {"pkce", "state", "nonce", "none", NULL};
    size_t i;

    for (i = 0; i < json_object_array_length(checks); i++) {
        struct json_object *check = json_object_array_get_idx(checks, i);

        if (!json_object_is_type(check, json_type_string) ||
            !authjs_word(words, json_object_get_string(check))) {
            return "checks takes pkce, state, nonce and none";
        }
    }
    return NULL;
}

static const char *check_client(apr_pool_t *pool, struct json_object *client)
{
    static const char *const names[] = {"token_endpoint_auth_method",
                                        "id_token_signed_response_alg", NULL};
    const char *why = check_names(pool, "client", client, names);
    const char *method = authjs_json_get_string(client, names[0]);
    const char *alg = authjs_json_get_string(client, names[1]);

    if (!why) {
        why = check_strings(pool, "client", client, 0);
    }
    if (!why && method && authjs_client_auth_method(method) == AUTHJS_CLIENT_AUTH_UNSET) {
        why = apr_pstrcat(pool, "client has no method ", method, NULL);
    }
    if (!why && alg) {
        why = authjs_id_token_alg_check(alg);
    }
    return why;
}

static const char *check_endpoint(apr_pool_t *pool, const char *name,
                                  struct json_object *endpoint)
{
    static const char *const names[] = {"url", "params", "emails_url", NULL};
    struct json_object *params;
    const char *why;

    if (json_object_is_type(endpoint, json_type_string)) {
        return NULL;
    }
    if (!json_object_is_type(endpoint, json_type_object)) {
        return apr_pstrcat(pool, name, " must be a URL or an object", NULL);
    }
    why = check_names(pool, name, endpoint, names);
    params = authjs_json_get(endpoint, "params");
    if (!why && params && !json_object_is_type(params, json_type_object)) {
        why = apr_pstrcat(pool, name, ".params must be an object", NULL);
    }
    return why || !params ? why : check_strings(pool, "params", params, 0);
}

static const struct {
    const char *name;
    enum json_type type;
} members[] = {{"name", json_type_string},
               {"type", json_type_string},
               {"issuer", json_type_string},
               {"jwks_endpoint", json_type_string},
               {"idToken", json_type_boolean},
               {"checks", json_type_array},
               {"client", json_type_object},
               {"profile", json_type_object},
               {"style", json_type_object},
               {"options", json_type_object},
               {"emailVerified", json_type_string},
               {"emailVerifiedSource", json_type_string},
               {"stateMax", json_type_int},
               {"authorization", json_type_null},
               {"token", json_type_null},
               {"userinfo", json_type_null},
               {NULL, json_type_null}};

static const char *check_member(apr_pool_t *pool, const char *name,
                                struct json_object *value)
{
    const char *why;
    int i;

    for (i = 0; members[i].name && strcmp(members[i].name, name); i++) {
    }
    if (!members[i].name) {
        return apr_pstrcat(pool, "a definition has no member ", name, NULL);
    }
    if (members[i].type == json_type_null) {
        return check_endpoint(pool, name, value);
    }
    if (!json_object_is_type(value, members[i].type)) {
        return apr_psprintf(pool, "%s must be of type %s", name,
                            json_type_to_name(members[i].type));
    }
    if (!strcmp(name, "checks")) {
        return check_checks(value);
    }
    if (!strcmp(name, "client")) {
        return check_client(pool, value);
    }
    if (!strcmp(name, "profile")) {
        return check_mapping(pool, value);
    }
    if (!strcmp(name, AUTHJS_EMAIL_VERIFIED)) {
        why = authjs_verified_check(pool, json_object_get_string(value));
        return why ? apr_pstrcat(pool, name, ": ", why, NULL) : NULL;
    }
    if (!strcmp(name, "style")) {
        return check_style(pool, value);
    }
    return strcmp(name, "options") ? NULL : check_strings(pool, name, value, 1);
}

static const char *check_entry(apr_pool_t *pool, struct json_object *entry)
{
    const char *type = authjs_json_get_string(entry, "type"), *why = NULL;

    if (!type || (strcmp(type, "oauth") && strcmp(type, "oidc"))) {
        return "type must be oauth or oidc";
    }
    json_object_object_foreach(entry, name, value)
    {
        if (!why) {
            why = check_member(pool, name, value);
        }
    }
    return why;
}

const char *authjs_catalogue_read(struct json_object **entries, apr_pool_t *pool,
                                  apr_pool_t *ptemp, const char *path)
{
    const char *why = authjs_json_file(entries, pool, ptemp, path);

    if (why) {
        return why;
    }
    json_object_object_foreach(*entries, id, entry)
    {
        if (!why && !json_object_is_type(entry, json_type_object)) {
            why = "a definition must be an object";
        }
        if (!why) {
            why = check_entry(pool, entry);
        }
        if (why) {
            return apr_psprintf(pool, "%s: %s: %s", path, id, why);
        }
    }
    return NULL;
}
