/* What a definition asks for beside the profile: a list of e-mail addresses, a picture.
 */
#include "oauth/oauth.h"

#include "settings/settings.h"
#include "web/url.h"

#include "apr_base64.h"

/* Bytes of an answer, and how long it is waited for. */
#define EXTRA_MAX  (64 * 1024)
#define EXTRA_TIME apr_time_from_sec(3)

static int is_primary(struct json_object *entry)
{
    struct json_object *flag = authjs_json_get(entry, "primary");

    return flag && json_object_get_boolean(flag);
}

static int is_of_address(struct json_object *entry, const char *address)
{
    const char *email = authjs_json_get_string(entry, "email");

    return email && !ap_cstr_casecmp(email, address);
}

/* The entry of the address that is known; else the primary one, else the first. */
static struct json_object *find_email(struct json_object *emails, const char *known)
{
    struct json_object *entry, *first = NULL;
    size_t i;

    for (i = 0; i < json_object_array_length(emails); i++) {
        entry = json_object_array_get_idx(emails, i);
        if (!json_object_is_type(entry, json_type_object)) {
            continue;
        }
        if (known ? is_of_address(entry, known) : is_primary(entry)) {
            return entry;
        }
        first = first ? first : entry;
    }
    return known ? NULL : first;
}

/* Whether AuthJSUserinfoURL has the profile at another host than the definition: what the
 * definition asks beside it is not that host's, and the access token not its business. */
static int is_elsewhere(apr_pool_t *pool, const authjs_provider_t *provider)
{
    const char *usual =
        authjs_json_get_string(authjs_json_get_object(provider->definition, "userinfo"),
                               "url");
    authjs_url_t theirs, ours;

    return usual && provider->userinfo_url && !authjs_url_parse(&theirs, pool, usual) &&
           !authjs_url_parse(&ours, pool, provider->userinfo_url) &&
           strcmp(theirs.origin, ours.origin) != 0;
}

static const char *get_emails(authjs_exchange_t *x, const authjs_provider_t *provider,
                              const authjs_server_metadata_t *metadata, const char *url,
                              struct json_object *tokens, struct json_object **emails)
{
    authjs_question_t question = {
        url, NULL, tokens, "application/json", metadata->allow_http, 0};
    authjs_client_response_t *response;
    const char *why =
        is_elsewhere(x->pool, provider)
            ? "AuthJSUserinfoURL names another host than userinfo.emails_url"
            : authjs_oauth_ask(x, provider, &question, &response);

    if (!why) {
        why = authjs_json_parse(emails, x->pool, response->body, response->body_len);
    }
    return why || json_object_is_type(*emails, json_type_array)
               ? why
               : "the e-mail addresses are not an array";
}

/* emails_url: GitHub keeps addresses apart, and says there alone which are verified: a
 * second request. Where the profile has an address, that it fails is no reason to refuse
 * anybody: the address counts for nothing then. */
static const authjs_error_t *add_email(authjs_exchange_t *x,
                                       const authjs_provider_t *provider,
                                       const authjs_server_metadata_t *metadata,
                                       struct json_object *tokens,
                                       struct json_object *profile)
{
    struct json_object *userinfo =
        authjs_json_get_object(provider->definition, "userinfo");
    const char *url = authjs_json_get_string(userinfo, "emails_url");
    const char *known = authjs_json_get_string(profile, "email"), *why;
    struct json_object *emails = NULL, *entry;

    if (!url || (authjs_json_get(profile, "email") && !known)) {
        return NULL; /* or an e-mail address that is no text, for which it is refused */
    }
    known = known && *known ? known : NULL;
    json_object_object_del(profile, "email_verified");
    why = get_emails(x, provider, metadata, url, tokens, &emails);
    if (why && known) {
        authjs_oauth_odd(
            x, provider,
            apr_pstrcat(x->pool, "whether the address is verified is not known: ", why,
                        NULL));
        return NULL;
    }
    if (why) {
        return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError, "userinfo: %s", why);
    }
    entry = find_email(emails, known);
    if (entry) {
        if (!known) {
            authjs_json_set(profile, "email", authjs_json_get(entry, "email"));
        }
        authjs_json_set(profile, "email_verified", authjs_json_get(entry, "verified"));
    }
    return NULL;
}

/* ---- extra requests ---------------------------------------------------------------- */

/* What is seen on a page can be sent as it is: no vector graphics, which run programs. */
static int is_picture(const char *type)
{
    static const char *const types[] = {"image/jpeg", "image/png", "image/gif",
                                        "image/webp", NULL};

    return authjs_word(types, type) != NULL;
}

static const char *read_picture(struct json_object **value, apr_pool_t *pool,
                                const authjs_client_response_t *response)
{
    char *encoded;

    if (!response->body_len || !is_picture(response->content_type)) {
        return "it is no picture";
    }
    encoded = apr_palloc(pool, apr_base64_encode_len((int)response->body_len));
    apr_base64_encode(encoded, response->body, (int)response->body_len);
    *value = authjs_json_own(pool, json_object_new_string(
                                       apr_pstrcat(pool, "data:", response->content_type,
                                                   ";base64,", encoded, NULL)));
    return NULL;
}

static int is_of_picture(struct json_object *described)
{
    const char *format = authjs_json_get_string(described, "format");

    return format && !strcmp(format, "image");
}

static const char *ask(authjs_exchange_t *x, const authjs_provider_t *provider,
                       const authjs_server_metadata_t *metadata,
                       struct json_object *tokens, struct json_object *described,
                       struct json_object **value)
{
    int is_image = is_of_picture(described);
    authjs_question_t question = {authjs_json_get_string(described, "url"),
                                  described,
                                  tokens,
                                  is_image ? "image/*" : "application/json",
                                  metadata->allow_http,
                                  EXTRA_MAX};
    authjs_client_response_t *response;
    const char *why = authjs_oauth_ask(x, provider, &question, &response);

    if (why) {
        return why;
    }
    return is_image
               ? read_picture(value, x->pool, response)
               : authjs_json_parse(value, x->pool, response->body, response->body_len);
}

/* Whether a field of the user comes from the answer: else nobody has to wait for it. */
static int is_used(const authjs_provider_t *provider, apr_pool_t *pool, const char *as)
{
    const char *path = apr_pstrcat(pool, "/", as, NULL);

    json_object_object_foreach(provider->profile, field, mapping)
    {
        (void)field;
        if (mapping && ap_strstr_c(json_object_get_string(mapping), path)) {
            return 1;
        }
    }
    return ap_strstr_c(provider->email_verified, path) != NULL;
}

/* One answer, as a member of the profile. Nobody is refused without it: it is null then.
 */
static void add_extra(authjs_exchange_t *x, const authjs_provider_t *provider,
                      const authjs_server_metadata_t *metadata,
                      struct json_object *tokens, struct json_object *described,
                      struct json_object *profile)
{
    const char *as = authjs_json_get_string(described, "as"), *why;
    apr_time_t deadline = x->deadline, soon = apr_time_now() + EXTRA_TIME;
    struct json_object *value = NULL;

    if (!is_used(provider, x->pool, as)) {
        return;
    }
    x->deadline = soon < deadline ? soon : deadline;
    why = is_elsewhere(x->pool, provider)
              ? "AuthJSUserinfoURL names another host than the definition"
              : ask(x, provider, metadata, tokens, described, &value);
    x->deadline = deadline;
    if (why) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                      "AuthJS: provider %s: the profile's %s is taken for null: %s",
                      provider->id, as, why);
    }
    authjs_json_set(profile, as, value);
}

const authjs_error_t *authjs_oauth_extra(authjs_exchange_t *x,
                                         const authjs_provider_t *provider,
                                         const authjs_server_metadata_t *metadata,
                                         struct json_object *tokens,
                                         struct json_object *profile)
{
    struct json_object *extra = authjs_json_get_array(provider->definition, "extra");
    const authjs_error_t *error = add_email(x, provider, metadata, tokens, profile);
    size_t i;

    for (i = 0; !error && extra && i < json_object_array_length(extra); i++) {
        add_extra(x, provider, metadata, tokens, json_object_array_get_idx(extra, i),
                  profile);
    }
    return error;
}

void authjs_oauth_drop_pictures(const authjs_provider_t *provider,
                                struct json_object *profile)
{
    struct json_object *extra = authjs_json_get_array(provider->definition, "extra");
    size_t i;

    for (i = 0; extra && i < json_object_array_length(extra); i++) {
        struct json_object *described = json_object_array_get_idx(extra, i);

        if (is_of_picture(described)) {
            json_object_object_del(profile, authjs_json_get_string(described, "as"));
        }
    }
}
