/* The passkeys of the account page. */
#include "pages/passkey.h"

#include "adapters/store.h"
#include "site/provider_type.h"

static const char *text(struct json_object *object, const char *name)
{
    const char *value = authjs_json_get_string(object, name);

    return value ? value : "";
}

typedef struct {
    int may_rename, may_remove;
} list_t;

struct json_object *authjs_passkey_of(struct json_object *passkeys,
                                      struct json_object *account)
{
    apr_size_t i, count = passkeys ? json_object_array_length(passkeys) : 0;

    for (i = 0; i < count; i++) {
        struct json_object *passkey = json_object_array_get_idx(passkeys, i);
        const char *provider = authjs_json_get_string(passkey, "provider");

        if (!strcmp(text(passkey, "providerAccountId"),
                    text(account, "providerAccountId")) &&
            (!provider || !strcmp(provider, text(account, "provider")))) {
            return passkey;
        }
    }
    return NULL;
}

/* The day of a time in ISO 8601; the script has it as the visitor writes days. */
static const char *day_of(apr_pool_t *pool, const char *time)
{
    return strlen(time) > 10 ? apr_pstrmemdup(pool, time, 10) : NULL;
}

static void add_time(authjs_document_t *document, const authjs_exchange_t *x,
                     authjs_text_e label, const char *time)
{
    const char *day = day_of(x->pool, time);

    if (day) {
        authjs_document_add(document, "<span>%s <time datetime=\"%s\">%s</time></span>\n",
                            authjs_document_text(document, label), time, day);
    }
}

/* What screen readers call it: several may have no name. */
static const char *label_of(const authjs_document_t *document, const authjs_exchange_t *x,
                            struct json_object *passkey)
{
    const char *name = authjs_json_get_string(passkey, "name");
    const char *day = day_of(x->pool, text(passkey, "created"));

    if (name) {
        return name;
    }
    name = authjs_document_text(document, AUTHJS_TEXT_passkey);
    return day ? apr_pstrcat(x->pool, name, " ", day, NULL) : name;
}

static void open_form(authjs_document_t *document, const authjs_exchange_t *x,
                      struct json_object *passkey)
{
    authjs_document_add(document, "<form action=\"%s/account\" method=\"POST\">\n",
                        x->base_url);
    authjs_document_add_hidden_fields(document, x, NULL);
    authjs_document_add(document,
                        "<input type=\"hidden\" name=\"provider\" value=\"%s\">\n"
                        "<input type=\"hidden\" name=\"providerAccountId\" "
                        "value=\"%s\">\n",
                        text(passkey, "provider"), text(passkey, "providerAccountId"));
}

static void add_rename(authjs_document_t *document, const authjs_exchange_t *x,
                       struct json_object *passkey, const char *number)
{
    authjs_document_add(document,
                        "<details>\n<summary class=\"quiet\" "
                        "aria-label=\"%s\">%s</summary>\n",
                        authjs_document_text_of(document, AUTHJS_TEXT_renameWhich,
                                                label_of(document, x, passkey), NULL),
                        authjs_document_text(document, AUTHJS_TEXT_rename));
    open_form(document, x, passkey);
    authjs_document_add(
        document,
        "<input type=\"hidden\" name=\"action\" value=\"rename\">\n"
        "<label for=\"passkey-name-%s\">%s</label>\n"
        "<input id=\"passkey-name-%s\" name=\"name\" type=\"text\" value=\"%s\" "
        "autocomplete=\"off\" maxlength=\"64\" required>\n"
        "<button type=\"submit\" class=\"quiet\">%s</button>\n</form>\n</details>\n",
        number, authjs_document_text(document, AUTHJS_TEXT_passkeyName), number,
        text(passkey, "name"), authjs_document_text(document, AUTHJS_TEXT_save));
}

static void add_remove(authjs_document_t *document, const authjs_exchange_t *x,
                       struct json_object *passkey)
{
    open_form(document, x, passkey);
    authjs_document_add(
        document,
        "<button type=\"submit\" class=\"quiet\" aria-label=\"%s\">%s</button>\n"
        "</form>\n",
        authjs_document_text_of(document, AUTHJS_TEXT_removeWhich,
                                label_of(document, x, passkey), NULL),
        authjs_document_text(document, AUTHJS_TEXT_remove));
}

static void add_passkey(authjs_document_t *document, const authjs_exchange_t *x,
                        struct json_object *passkey, const list_t *list, int number)
{
    const char *name = authjs_json_get_string(passkey, "name");

    authjs_document_add(
        document, "<li>\n<span class=\"what\"><strong>%s</strong>\n<span>%s</span>\n",
        name ? name : authjs_document_text(document, AUTHJS_TEXT_passkey),
        authjs_document_text(document, json_object_get_boolean(
                                           authjs_json_get(passkey, "credentialBackedUp"))
                                           ? AUTHJS_TEXT_passkeySynced
                                           : AUTHJS_TEXT_passkeyOneDevice));
    add_time(document, x, AUTHJS_TEXT_passkeyCreated, text(passkey, "created"));
    add_time(document, x, AUTHJS_TEXT_lastUsed, text(passkey, "lastUsed"));
    authjs_document_add(document, "</span>\n");
    if (list->may_rename) {
        add_rename(document, x, passkey, apr_itoa(x->pool, number));
    }
    if (list->may_remove) {
        add_remove(document, x, passkey);
    }
    authjs_document_add(document, "</li>\n");
}

/* With a session that is too old the way leads over the sign-in page. */
static void open_button(authjs_document_t *document, const authjs_exchange_t *x,
                        const authjs_provider_t *provider, int stale)
{
    const char *page = apr_pstrcat(x->pool, x->base_url, "/account", NULL);

    if (!stale) {
        authjs_passkey_open(document, x, provider, AUTHJS_PASSKEY_CREATE, page, 0);
        authjs_document_add(document,
                            "<button type=\"submit\" class=\"button\" disabled>");
        return;
    }
    authjs_document_add(document,
                        "<form class=\"passkey\" action=\"%s/signin\" method=\"GET\">\n"
                        "<input type=\"hidden\" name=\"callbackUrl\" value=\"%s\">\n"
                        "<input type=\"hidden\" name=\"" AUTHJS_REAUTH "\" value=\"1\">\n"
                        "<input type=\"hidden\" name=\"error\" "
                        "value=\"ReauthRequired\">\n"
                        "<button type=\"submit\" class=\"button\">",
                        x->base_url, page);
}

static void add_button(authjs_document_t *document, const authjs_exchange_t *x, int index,
                       int stale, int several)
{
    const authjs_provider_t *provider =
        APR_ARRAY_IDX(x->site->providers, index, const authjs_provider_t *);

    open_button(document, x, provider, stale);
    authjs_document_add_mark(document, provider, provider->name, index);
    authjs_document_add(document, "<span>%s</span>",
                        authjs_document_text(document, AUTHJS_TEXT_passkeyAdd));
    if (several) {
        authjs_document_add(document, " <small class=\"last\">%s</small>",
                            provider->name);
    }
    authjs_document_add(document, "</button>\n");
    if (stale) {
        authjs_document_add(document, "</form>\n");
    }
    else {
        authjs_passkey_close(document);
    }
}

/* int: indexes of the providers whose users sign in with passkeys. */
static apr_array_header_t *find_providers(const authjs_exchange_t *x)
{
    apr_array_header_t *found = apr_array_make(x->pool, 2, sizeof(int));
    int i;

    for (i = 0; i < x->site->providers->nelts; i++) {
        if (APR_ARRAY_IDX(x->site->providers, i, const authjs_provider_t *)
                ->type->passkeys) {
            APR_ARRAY_PUSH(found, int) = i;
        }
    }
    return found;
}

/* Where no passkey has texts there is no room for any. */
static int has_texts(struct json_object *passkeys)
{
    apr_size_t i;

    for (i = 0; i < json_object_array_length(passkeys); i++) {
        struct json_object *passkey = json_object_array_get_idx(passkeys, i);

        if (*text(passkey, "created") || *text(passkey, "lastUsed") ||
            *text(passkey, "name")) {
            return 1;
        }
    }
    return 0;
}

/* How many there are. Those of no account let nobody in. */
static int add_list(authjs_document_t *document, const authjs_exchange_t *x,
                    struct json_object *passkeys, int may_remove)
{
    list_t list = {0, may_remove};
    apr_size_t i, count = passkeys ? json_object_array_length(passkeys) : 0;
    int number = 0;

    list.may_rename = count &&
                      authjs_store_can(x->site->store, AUTHJS_METHOD_describe_passkey) &&
                      has_texts(passkeys);
    for (i = 0; i < count; i++) {
        struct json_object *passkey = json_object_array_get_idx(passkeys, i);

        if (!authjs_json_get_string(passkey, "provider")) {
            continue;
        }
        if (!number++) {
            authjs_document_add(document, "<ul class=\"accounts passkeys\">\n");
        }
        add_passkey(document, x, passkey, &list, number);
    }
    if (number) {
        authjs_document_add(document, "</ul>\n");
    }
    return number;
}

void authjs_passkeys_add(authjs_document_t *document, const authjs_exchange_t *x,
                         const authjs_account_page_t *page, int may_remove)
{
    const apr_array_header_t *providers = find_providers(x);
    int i;

    if (!providers->nelts) {
        return;
    }
    authjs_document_add(document, "<h2>%s</h2>\n",
                        authjs_document_text(document, AUTHJS_TEXT_passkeys));
    if (!add_list(document, x, page->passkeys, may_remove)) {
        authjs_document_add(document, "<p class=\"hint\">%s</p>\n",
                            authjs_document_text(document, AUTHJS_TEXT_passkeysHint));
    }
    for (i = 0; i < providers->nelts; i++) {
        add_button(document, x, APR_ARRAY_IDX(providers, i, int), page->stale,
                   providers->nelts > 1);
    }
    authjs_passkey_add_script(document);
}
