/* The definitions of lib/catalogue, which are data, and what can be read in them of what
 * a provider needs. No provider is known here by its name. */
#include "ctl_catalogue.h"

#include <apr_lib.h>

#include <string.h>

/* As lib/catalogue/catalogue.c has them. */
static const struct {
    const char *id, *json;
} catalogue[] = {
#include "catalogue/definitions/providers.inc"
};
#define CATALOGUE_LEN ((int)(sizeof(catalogue) / sizeof(catalogue[0])))

/* Made from the manual by tools/registration. */
static const struct {
    const char *id, *page, *at;
} registrations[] = {
#include "registration.inc"
};
#define REGISTRATION_LEN ((int)(sizeof(registrations) / sizeof(registrations[0])))

static const char *const bare_types[] = {"credentials", "oauth", "oidc", NULL};

const char *authjs_ctl_catalogue_id(int index)
{
    return index < CATALOGUE_LEN    ? catalogue[index].id
           : index == CATALOGUE_LEN ? bare_types[0]
                                    : NULL;
}

const char *authjs_ctl_variable(apr_pool_t *pool, const char *id, const char *suffix)
{
    char *variable = apr_pstrcat(pool, "AUTH_", id, "_", suffix, NULL), *at;

    for (at = variable; *at; at++) {
        *at = *at == '-' ? '_' : (char)apr_toupper(*at);
    }
    return variable;
}

static struct json_object *find(apr_pool_t *pool, struct json_object *files,
                                const char *id)
{
    struct json_object *entry = authjs_json_get_object(files, id);
    int i;

    for (i = 0; !entry && bare_types[i]; i++) {
        if (!strcmp(bare_types[i], id)) {
            entry = authjs_json_object(pool);
            authjs_json_set_string(entry, "type", id);
        }
    }
    for (i = 0; !entry && i < CATALOGUE_LEN; i++) {
        if (!strcmp(catalogue[i].id, id) &&
            authjs_json_parse_object(&entry, pool, catalogue[i].json,
                                     strlen(catalogue[i].json))) {
            return NULL;
        }
    }
    return entry;
}

/* Whether a text anywhere in a definition has the place {name}. */
static int has_place(apr_pool_t *pool, struct json_object *definition, const char *name)
{
    return strstr(authjs_json_text(pool, definition),
                  apr_pstrcat(pool, "{", name, "}", NULL)) != NULL;
}

/* ---- by type ----------------------------------------------------------------- */

/* Options without a default: those that are for the secret alone, a key, and others. */
static void read_options(authjs_ctl_needs_t *needs, apr_pool_t *pool,
                         struct json_object *options, struct json_object *secret)
{
    if (!options) {
        return;
    }
    json_object_object_foreach(options, key, usual)
    {
        if (usual) {
            continue;
        }
        if (!strcmp(key, "apiKey")) {
            needs->key = 1;
        }
        else if (secret && has_place(pool, secret, key)) {
            APR_ARRAY_PUSH(needs->key_options, const char *) = key;
        }
        else {
            APR_ARRAY_PUSH(needs->options, const char *) = key;
        }
    }
}

static void find_registration(authjs_ctl_needs_t *needs)
{
    const char *id = needs->template_id ? needs->template_id : needs->id;
    int i;

    for (i = 0; i < REGISTRATION_LEN; i++) {
        if (!strcmp(registrations[i].id, id)) {
            needs->page = registrations[i].page;
            needs->register_at = *registrations[i].at ? registrations[i].at : NULL;
        }
    }
}

static int has_endpoints(struct json_object *definition)
{
    return authjs_json_get(definition, "authorization") &&
           authjs_json_get(definition, "token") &&
           authjs_json_get(definition, "userinfo");
}

static void read_client(authjs_ctl_needs_t *needs, apr_pool_t *pool,
                        struct json_object *definition)
{
    struct json_object *client = authjs_json_get_object(definition, "client");
    struct json_object *secret = authjs_json_get_object(client, "signed_secret");
    const char *method = authjs_json_get_string(client, "token_endpoint_auth_method");
    const char *issuer = authjs_json_get_string(definition, "issuer");

    find_registration(needs);
    needs->client = 1;
    needs->no_secret = method && !strcmp(method, "none");
    needs->makes_secret = secret != NULL;
    needs->issuer = !issuer && (!strcmp(needs->type, "oidc") ||
                                has_place(pool, definition, "issuer"));
    if (authjs_json_get_object(definition, "tenants")) {
        needs->usual_issuer = issuer;
    }
    if (!needs->issuer && !issuer && !has_endpoints(definition)) {
        needs->otherwise =
            "it has addresses that are yours, and no discovery to find them: write "
            "AuthJSAuthorizationURL, AuthJSTokenURL and AuthJSUserinfoURL inside an "
            "<AuthJSProvider> of that name, as docs/providers/custom.md shows";
    }
    read_options(needs, pool, authjs_json_get_object(definition, "options"), secret);
    if (needs->makes_secret) {
        APR_ARRAY_PUSH(needs->key_options, const char *) = "keyId";
        APR_ARRAY_PUSH(needs->key_options, const char *) = "privateKey";
    }
}

/* A service that is asked at an address of its own takes a key, a mail server a name and
 * a password. */
static void read_mail(authjs_ctl_needs_t *needs, apr_pool_t *pool,
                      struct json_object *definition)
{
    struct json_object *mail = authjs_json_get_object(definition, "mail");

    needs->store = 1;
    needs->mail_from = 1;
    needs->mail_server = !authjs_json_get_string(mail, "url");
    read_options(needs, pool, authjs_json_get_object(definition, "options"), NULL);
    needs->key = needs->key || (mail && has_place(pool, mail, "apiKey"));
}

int authjs_ctl_needs(authjs_ctl_needs_t *needs, apr_pool_t *pool,
                     struct json_object *files, const char *id, const char *template_id)
{
    struct json_object *definition = find(pool, files, template_id ? template_id : id);
    const char *name = authjs_json_get_string(definition, "name");

    memset(needs, 0, sizeof(*needs));
    if (!definition) {
        return 0;
    }
    needs->id = id;
    needs->template_id = template_id && strcmp(id, template_id) ? template_id : NULL;
    needs->name = name ? authjs_ctl_text(pool, name) : id;
    needs->type = authjs_json_get_string(definition, "type");
    needs->options = apr_array_make(pool, 2, sizeof(const char *));
    needs->key_options = apr_array_make(pool, 4, sizeof(const char *));
    if (!strcmp(needs->type, "email")) {
        read_mail(needs, pool, definition);
    }
    else if (!strcmp(needs->type, "webauthn")) {
        needs->store = 1;
    }
    else if (!strcmp(needs->type, "credentials")) {
        needs->password_file = 1;
    }
    else {
        read_client(needs, pool, definition);
    }
    return 1;
}
