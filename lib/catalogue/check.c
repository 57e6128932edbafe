/* Definitions held against the schema of their format (definitions/schema.json). */
#include "catalogue/catalogue.h"

#include "core/core.h"
#include "core/jsonschema.h"
#include "settings/settings.h"
#include "web/html.h"
#include "web/url.h"

#include <apr_lib.h>

/* Made from definitions/schema.json by definitions/generate. */
static const char schema_text[] =
#include "catalogue/definitions/schema.inc"
    ;

/* What a sign-in page has room for. */
#define NAME_BYTES 200

/* ---- what a text may be ---------------------------------------------------- */

static const char *check_id(apr_pool_t *pool, const char *text)
{
    (void)pool;
    return authjs_provider_id_check(text);
}

static const char *check_line(apr_pool_t *pool, const char *text)
{
    (void)pool;
    return authjs_is_line(text, NAME_BYTES)
               ? NULL
               : "write one line of text, of 200 bytes at most";
}

/* A URL once its places are filled in (a 1 may be a part of a host or a port); one at the
 * beginning has its scheme. */
static const char *check_url(apr_pool_t *pool, const char *text)
{
    const char *filled = "", *why;
    authjs_url_t url;
    apr_size_t len;

    while (*text) {
        len = *text == '{' ? strcspn(text, "}") : strcspn(text, "{");
        if (*text != '{') {
            filled = apr_pstrcat(pool, filled, apr_pstrmemdup(pool, text, len), NULL);
        }
        else if (!text[len]) {
            return "a { is not closed";
        }
        else {
            filled = apr_pstrcat(pool, *filled ? filled : "https://", "1", NULL);
            len++;
        }
        text += len;
    }
    why = authjs_url_parse(&url, pool, filled);
    return why ? apr_pstrcat(pool, why,
                             "; write one such as https://login.example.com/token", NULL)
               : NULL;
}

static const char *check_colour(apr_pool_t *pool, const char *text)
{
    const char *why = authjs_style_key_check(pool, "bg", text);

    return why ? "write a colour such as #0b7285" : NULL;
}

static const char *check_logo(apr_pool_t *pool, const char *text)
{
    return authjs_style_key_check(pool, "logo", text);
}

static const char *check_field(apr_pool_t *pool, const char *text)
{
    (void)pool;
    return strcmp(text, AUTHJS_EMAIL_VERIFIED)
               ? NULL
               : "profile has no member emailVerified; write it beside profile, in the "
                 "definition itself";
}

/* What a place can name. */
static const char *check_option(apr_pool_t *pool, const char *text)
{
    const char *at = text;

    (void)pool;
    while (authjs_is_alnum(*at)) {
        at++;
    }
    return at == text || *at || apr_isdigit(*text)
               ? "an option is made of letters and digits, and begins with a letter"
               : NULL;
}

static const char *check_one_line(apr_pool_t *pool, const char *text)
{
    (void)pool;
    return authjs_line(text) ? NULL : "write it without control characters";
}

static const char *check_pointer(apr_pool_t *pool, const char *text)
{
    (void)pool;
    return *text == '/' ? NULL : "write a JSON pointer such as /data/user";
}

/* RFC 9110 section 5.6.2, and none that says where a request ends or goes to. */
static const char *check_header(apr_pool_t *pool, const char *text)
{
    static const char *const ours[] = {"Connection", "Content-Length", "Host",
                                       "Transfer-Encoding", NULL};
    const char *at = text;

    (void)pool;
    while (authjs_is_alnum(*at) || (*at && strchr("!#$%&'*+-.^_`|~", *at))) {
        at++;
    }
    if (at == text || *at) {
        return "it is no name of a header";
    }
    return authjs_word(ours, text) ? "mod_authjs sets this header itself" : NULL;
}

static const authjs_json_format_t formats[] = {{"authjs-id", check_id},
                                               {"authjs-line", check_line},
                                               {"authjs-url", check_url},
                                               {"authjs-mapping", authjs_profile_check},
                                               {"authjs-verified", authjs_verified_check},
                                               {"authjs-colour", check_colour},
                                               {"authjs-logo", check_logo},
                                               {"authjs-field", check_field},
                                               {"authjs-header", check_header},
                                               {"authjs-oneline", check_one_line},
                                               {"authjs-pointer", check_pointer},
                                               {"authjs-option", check_option},
                                               {NULL, NULL}};

/* ---- what one member says of another --------------------------------------- */

const char *authjs_catalogue_place(apr_pool_t *pool, const char *text)
{
    apr_size_t len = 1;

    while (*text == '{' && authjs_is_alnum(text[len]) && !apr_isdigit(text[len])) {
        len++;
    }
    return len > 1 && text[len] == '}' ? apr_pstrmemdup(pool, text + 1, len - 1) : NULL;
}

/* Whether a place names an option, or what a word of one stands for. */
static int is_option(struct json_object *options, const char *name)
{
    if (!options || json_object_object_get_ex(options, name, NULL)) {
        return options != NULL;
    }
    json_object_object_foreach(options, key, words)
    {
        (void)key;
        if (json_object_is_type(words, json_type_object)) {
            json_object_object_foreach(words, word, places)
            {
                (void)word;
                if (json_object_object_get_ex(places, name, NULL)) {
                    return 1;
                }
            }
        }
    }
    return 0;
}

static const char *check_text(apr_pool_t *pool, const char *path, const char *text,
                              struct json_object *options)
{
    static const char *const usual[] = {"issuer", "clientId", "clientSecret", NULL};
    const char *name;
    int i;

    for (; *text; text++) {
        name = authjs_catalogue_place(pool, text);
        for (i = 0; name && usual[i] && strcmp(usual[i], name); i++) {
        }
        if (name && !usual[i] && !is_option(options, name)) {
            return apr_psprintf(pool,
                                "%s has the place {%s}, and options no member %s; write "
                                "\"options\": {\"%s\": null}",
                                path, name, name, name);
        }
    }
    return NULL;
}

/* Places name what there is to fill them with. */
static const char *check_places(apr_pool_t *pool, const char *path,
                                struct json_object *value, struct json_object *options)
{
    const char *why = NULL;
    size_t i;

    if (json_object_is_type(value, json_type_string)) {
        return check_text(pool, path, json_object_get_string(value), options);
    }
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, name, member)
        {
            why = why ? why
                      : check_places(pool, apr_pstrcat(pool, path, ".", name, NULL),
                                     member, options);
        }
        return why;
    }
    for (i = 0; !why && json_object_is_type(value, json_type_array) &&
                i < json_object_array_length(value);
         i++) {
        why = check_places(pool, apr_psprintf(pool, "%s.%d", path, (int)i),
                           json_object_array_get_idx(value, i), options);
    }
    return why;
}

static const char *check_definition(apr_pool_t *pool, const char *id,
                                    struct json_object *definition)
{
    static const char *const filled[] = {"issuer",   "authorization", "token",
                                         "userinfo", "extra",         "jwks_endpoint",
                                         "profile",  "client",        "implied",
                                         NULL};
    static const char *const bodies[] = {"json", "form", "multipart", NULL};
    struct json_object *mail = authjs_json_get_object(definition, "mail");
    const char *why = NULL;
    int i, count = 0;

    for (i = 0; !why && filled[i]; i++) {
        why = check_places(pool, apr_pstrcat(pool, id, ".", filled[i], NULL),
                           authjs_json_get(definition, filled[i]),
                           authjs_json_get_object(definition, "options"));
    }
    for (i = 0; mail && bodies[i]; i++) {
        count += json_object_object_get_ex(mail, bodies[i], NULL);
    }
    return why || !mail || count == 1
               ? why
               : apr_pstrcat(pool, id, ".mail must have one of json, form and multipart",
                             NULL);
}

const char *authjs_catalogue_check(apr_pool_t *pool, struct json_object *entries)
{
    struct json_object *schema;
    const char *why =
        authjs_json_parse_object(&schema, pool, schema_text, sizeof(schema_text) - 1);

    if (json_object_is_type(authjs_json_get(entries, "$schema"), json_type_string)) {
        json_object_object_del(entries, "$schema");
    }
    if (!why) {
        why = authjs_json_schema_hold(pool, schema, entries, formats);
    }
    json_object_object_foreach(entries, id, definition)
    {
        why = why ? why : check_definition(pool, id, definition);
    }
    return why;
}
