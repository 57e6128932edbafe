/* From the member "mail" of a definition to requests that can be sent. */
#include "mail/finish.h"

#include "catalogue/catalogue.h"
#include "mail/fill.h"
#include "settings/settings.h"
#include "web/url.h"

#include "apr_base64.h"

/* ---- options ----------------------------------------------------------------------- */

static const char *read_key(authjs_provider_t *provider, authjs_mail_t *mail,
                            struct json_object *options, apr_pool_t *pool)
{
    const char *written = apr_table_get(provider->options, "apiKey"), *name, *why = NULL;

    mail->api_key = authjs_env_provider(pool, provider->id, "KEY", &name);
    if (written) {
        why = authjs_secret_resolve(&mail->api_key, pool, written);
    }
    if (why) {
        return apr_pstrcat(pool, "AuthJSOption apiKey: ", why, NULL);
    }
    if (!mail->api_key) {
        return json_object_object_get_ex(options, "apiKey", NULL)
                   ? apr_psprintf(pool,
                                  "needs the service's key; write AuthJSOption "
                                  "apiKey=env:NAME, or set %s",
                                  name)
                   : NULL;
    }
    return authjs_is_line(mail->api_key, 4096) ? NULL : "its apiKey is not one line";
}

/* A key that the definition has with null has to be written. */
static const char *check_options(authjs_provider_t *provider, struct json_object *options,
                                 apr_pool_t *pool)
{
    json_object_object_foreach(options, key, usual)
    {
        const char *value = apr_table_get(provider->options, key);

        if (!value && !usual && strcmp(key, "apiKey")) {
            return apr_psprintf(pool, "needs the option %s; write AuthJSOption %s=...",
                                key, key);
        }
        if (value && !authjs_is_line(value, 1024)) {
            return apr_psprintf(pool, "AuthJSOption %s is not one line", key);
        }
    }
    return NULL;
}

/* ---- values ------------------------------------------------------------------------ */

static int place(void *data, const char *name, const char **value)
{
    struct json_object *values = data;

    *value = authjs_json_get_string(values, name);
    return json_object_object_get_ex(values, name, NULL);
}

/* "Name <address>" as RFC 5322 has it: with the provider's name where the sender has
 * none. */
static const char *named_sender(const authjs_provider_t *provider, apr_pool_t *pool)
{
    const char *name = provider->mail->from_name, *c;
    const char *quoted = "";

    name = name ? name : provider->name;
    for (c = name; authjs_is_alnum(*c) || *c == ' ' || (*c & 0x80); c++) {
    }
    if (!*c) {
        return apr_pstrcat(pool, name, " <", provider->mail->from_address, ">", NULL);
    }
    for (c = name; *c; c++) {
        quoted = apr_pstrcat(pool, quoted, *c == '"' || *c == '\\' ? "\\" : "",
                             apr_pstrmemdup(pool, c, 1), NULL);
    }
    return apr_pstrcat(pool, "\"", quoted, "\" <", provider->mail->from_address, ">",
                       NULL);
}

/* What stands in the places that are known at start. What an option is unless it is
 * written may name another place. */
static struct json_object *values_of(const authjs_provider_t *provider, apr_pool_t *pool)
{
    struct json_object *values = authjs_json_object(pool);
    const apr_array_header_t *options = apr_table_elts(provider->options);
    const authjs_mail_t *mail = provider->mail;
    int i;

    authjs_json_set_string(values, "from", mail->from);
    authjs_json_set_string(values, "fromName", mail->from_name);
    authjs_json_set_string(values, "fromAddress", mail->from_address);
    authjs_json_set_string(values, "fromDomain",
                           mail->sender ? ap_strrchr_c(mail->sender, '@') + 1 : NULL);
    authjs_json_set_string(values, "sender",
                           mail->from_address ? named_sender(provider, pool) : NULL);
    authjs_json_set_string(values, "name", provider->name);
    for (i = 0; i < options->nelts; i++) {
        const apr_table_entry_t *option = &APR_ARRAY_IDX(options, i, apr_table_entry_t);

        authjs_json_set_string(values, option->key,
                               authjs_fill(pool, option->val, place, values, NULL));
    }
    authjs_json_set_string(values, "apiKey", mail->api_key);
    return values;
}

/* ---- the request ------------------------------------------------------------------- */

static const char *finish_url(authjs_provider_t *provider, const authjs_site_t *site,
                              struct json_object *values, apr_pool_t *pool)
{
    struct json_object *definition = authjs_json_get_object(provider->definition, "mail");
    const char *built_in = authjs_json_get_string(definition, "url"), *name, *why = NULL;
    authjs_mail_t *mail = provider->mail;
    authjs_url_t url;

    if (mail->server) {
        why = authjs_secret_resolve(&mail->server, pool, mail->server);
    }
    else {
        mail->server = authjs_env_provider(pool, provider->id, "SERVER", &name);
    }
    if (why) {
        return apr_pstrcat(pool, "AuthJSMailServer ", why, NULL);
    }
    if (!mail->server && !built_in) {
        return apr_psprintf(pool,
                            "does not say where mails are handed in; write "
                            "AuthJSMailServer https://HOST/PATH, or set %s",
                            name);
    }
    if (!mail->server) {
        mail->server =
            authjs_fill(pool, built_in, place, values, authjs_url_encode_component);
    }
    if (mail->server == authjs_secret_pending) {
        mail->server = "https://localhost/";
    }
    if (authjs_url_parse(&url, pool, mail->server) || url.has_fragment || mail->plain) {
        return "AuthJSMailServer must be an https URL, since this provider hands mails "
               "in by HTTP; user and password belong into AuthJSOption apiKey";
    }
    if (!strcmp(url.scheme, "http") && !authjs_url_is_loopback(url.host)) {
        authjs_remark(site->s,
                      "provider %s: mails go to %s in the clear, and whoever reads the "
                      "link in one can sign in",
                      provider->id, url.origin);
    }
    return NULL;
}

/* A header that is nothing but a place where nothing stands is not sent, nor is one whose
 * key is missing. */
static const char *add_header(struct json_object *lines, apr_pool_t *pool,
                              const char *name, const char *text,
                              struct json_object *values)
{
    if (ap_strstr_c(text, "{apiKey}") && !authjs_json_get_string(values, "apiKey")) {
        return NULL;
    }
    text = authjs_fill(pool, text, place, values, NULL);
    if (!text) {
        return NULL;
    }
    if (!authjs_line(text)) {
        return apr_psprintf(pool, "its header %s has a line end or the like in it", name);
    }
    json_object_array_add(lines, json_object_new_string(
                                     apr_pstrcat(pool, name, ": ", text, NULL)));
    return NULL;
}

static const char *finish_headers(struct json_object *request, apr_pool_t *pool,
                                  struct json_object *definition,
                                  struct json_object *values)
{
    struct json_object *headers = authjs_json_get_object(definition, "headers");
    const char *basic = authjs_json_get_string(definition, "basic"), *why = NULL;
    struct json_object *lines = authjs_json_own(pool, json_object_new_array());

    if (headers) {
        json_object_object_foreach(headers, name, text)
        {
            why =
                why ? why
                    : add_header(lines, pool, name, json_object_get_string(text), values);
        }
    }
    if (!why && basic) {
        char *encoded;

        basic = authjs_fill(pool, basic, place, values, NULL);
        encoded = apr_palloc(pool, apr_base64_encode_len((int)strlen(basic)));
        apr_base64_encode(encoded, basic, (int)strlen(basic));
        why = add_header(lines, pool, "Authorization",
                         apr_pstrcat(pool, "Basic ", encoded, NULL), values);
    }
    authjs_json_set(request, "headers", lines);
    return why;
}

static struct json_object *request_of(apr_pool_t *pool, struct json_object *definition,
                                      struct json_object *values)
{
    static const char *const members[] = {"json", "form", "multipart", "success", NULL};
    struct json_object *request = authjs_json_object(pool);
    int i;

    for (i = 0; members[i]; i++) {
        authjs_json_copy_member(request, definition, members[i]);
    }
    authjs_json_set(request, "values", values);
    return request;
}

const char *authjs_service_finish(authjs_provider_t *provider, const authjs_site_t *site,
                                  apr_pool_t *pool)
{
    static const char *const general[] = {"apiKey", "secret", NULL};
    struct json_object *definition = authjs_json_get_object(provider->definition, "mail");
    struct json_object *options = authjs_json_get_object(provider->definition, "options");
    struct json_object *values;
    const char *why = authjs_catalogue_options(provider, pool, general);

    options = options ? options : authjs_json_object(pool);
    if (!why) {
        why = read_key(provider, provider->mail, options, pool);
    }
    if (!why) {
        why = check_options(provider, options, pool);
    }
    if (why) {
        return why;
    }
    if (!authjs_json_get_object(definition, "json") &&
        !authjs_json_get_object(definition, "form") &&
        !authjs_json_get_object(definition, "multipart")) {
        return "its definition's mail must have one of json, form and multipart";
    }
    values = values_of(provider, pool);
    provider->mail->request = request_of(pool, definition, values);
    why = finish_headers(provider->mail->request, pool, definition, values);
    return why ? why : finish_url(provider, site, values, pool);
}
