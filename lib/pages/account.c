#include "pages/document.h"
#include "pages/page.h"
#include "pages/passkey.h"

#include "adapters/store.h"
#include "jose/jws.h"
#include "site/provider_type.h"
#include "signin/signin.h"

static const char person[] = "<circle cx=\"12\" cy=\"8\" r=\"3.75\"/>"
                             "<path d=\"M4.5 20a7.5 7.5 0 0 1 15 0\"/>";

static const char *text(struct json_object *object, const char *name)
{
    const char *value = authjs_json_get_string(object, name);

    return value ? value : "";
}

/* Where a provider stands among the site's, or -1: one of former times. */
static int index_of(const authjs_site_t *site, const char *id)
{
    int i = 0;

    while (i < site->providers->nelts &&
           strcmp(APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *)->id, id)) {
        i++;
    }
    return i < site->providers->nelts ? i : -1;
}

static int has_account(struct json_object *accounts, const char *provider)
{
    apr_size_t i;

    for (i = 0; i < json_object_array_length(accounts); i++) {
        if (!strcmp(text(json_object_array_get_idx(accounts, i), "provider"), provider)) {
            return 1;
        }
    }
    return 0;
}

static void add_hint(authjs_document_t *document, authjs_text_e text)
{
    authjs_document_add(document, "<p class=\"hint\">%s</p>\n",
                        authjs_document_text(document, text));
}

/* ---- the accounts ----------------------------------------------------------------- */

/* Of an id that tells a person something (an address, a short name) all; of others as
 * much as tells two of them apart. */
static const char *short_id(apr_pool_t *pool, const char *id)
{
    apr_size_t len = strlen(id), kept = 0;

    if (len <= 20 || ap_strchr_c(id, '@')) {
        return id;
    }
    while (kept < 8) {
        kept += authjs_utf8_sequence(id + kept, len - kept);
    }
    return apr_pstrcat(pool, apr_pstrmemdup(pool, id, kept), "\u2026", NULL);
}

/* What a person calls an account: its address or name, as the id_token says that was kept
 * when it was linked; else its id. */
static const char *account_label(apr_pool_t *pool, struct json_object *account)
{
    static const char *const members[] = {"email", "preferred_username", "name"};
    const char *token = authjs_json_get_string(account, "id_token"), *label = NULL;
    struct json_object *claims;
    apr_size_t i;

    if (token && !authjs_jws_peek(pool, token, strlen(token), &claims)) {
        for (i = 0; i < 3 && !authjs_is_line(label ? label : "", 256); i++) {
            label = authjs_json_get_string(claims, members[i]);
        }
    }
    return label && authjs_is_line(label, 256)
               ? label
               : short_id(pool, text(account, "providerAccountId"));
}

static void add_unlink(authjs_document_t *document, const authjs_exchange_t *x,
                       struct json_object *account, const char *name)
{
    const char *id = text(account, "providerAccountId");
    const char *which = authjs_document_text_of(document, AUTHJS_TEXT_unlinkWhich, name,
                                                account_label(x->pool, account));

    authjs_document_add(document, "<form action=\"%s/account\" method=\"POST\">\n",
                        x->base_url);
    authjs_document_add_hidden_fields(document, x, NULL);
    authjs_document_add(
        document,
        "<input type=\"hidden\" name=\"provider\" value=\"%s\">\n"
        "<input type=\"hidden\" name=\"providerAccountId\" value=\"%s\">\n"
        "<button type=\"submit\" class=\"quiet\" aria-label=\"%s\">%s"
        "</button>\n</form>\n",
        text(account, "provider"), id, which,
        authjs_document_text(document, AUTHJS_TEXT_unlink));
}

static void add_account(authjs_document_t *document, const authjs_exchange_t *x,
                        struct json_object *account, int may_unlink)
{
    const char *id = text(account, "provider");
    int index = index_of(x->site, id);
    const authjs_provider_t *provider =
        index < 0 ? NULL
                  : APR_ARRAY_IDX(x->site->providers, index, const authjs_provider_t *);
    const char *name = provider ? provider->name : id;

    authjs_document_add(document, "<li>");
    authjs_document_add_mark(document, provider, name, index);
    authjs_document_add(
        document, "<span class=\"what\"><strong>%s</strong> <span>%s</span></span>\n",
        name, account_label(x->pool, account));
    if (may_unlink) {
        add_unlink(document, x, account, name);
    }
    authjs_document_add(document, "</li>\n");
}

static void add_accounts(authjs_document_t *document, const authjs_exchange_t *x,
                         const authjs_account_page_t *page)
{
    apr_size_t count = json_object_array_length(page->accounts), i;
    int may_unlink = count > 1 && authjs_store_can(x->site->store,
                                                   AUTHJS_METHOD_unlink_account_but_last);
    int shown = 0;

    for (i = 0; i < count; i++) {
        struct json_object *account = json_object_array_get_idx(page->accounts, i);

        if (authjs_passkey_of(page->passkeys, account)) {
            continue;
        }
        if (!shown++) {
            authjs_document_add(document, "<h2>%s</h2>\n<ul class=\"accounts\">\n",
                                authjs_document_text(document,
                                                     AUTHJS_TEXT_linkedAccounts));
        }
        add_account(document, x, account, may_unlink);
    }
    if (shown) {
        authjs_document_add(document, "</ul>\n");
    }
    authjs_passkeys_add(document, x, page, may_unlink);
    if (count == 1) {
        add_hint(document, AUTHJS_TEXT_onlyAccount);
    }
}

/* ---- what can be linked ----------------------------------------------------------- */

/* A form to fill in is on the sign-in page. */
static void add_link(authjs_document_t *document, const authjs_exchange_t *x,
                     const authjs_provider_t *provider, int index)
{
    if (!provider->type->fields) {
        authjs_document_add(document, "<form action=\"%s/signin/%s\" method=\"POST\">\n",
                            x->base_url, provider->id);
        authjs_document_add_hidden_fields(
            document, x, apr_pstrcat(x->pool, x->base_url, "/account", NULL));
    }
    else {
        authjs_document_add(
            document,
            "<form action=\"%s/signin\" method=\"GET\">\n"
            "<input type=\"hidden\" name=\"provider\" value=\"%s\">\n"
            "<input type=\"hidden\" name=\"callbackUrl\" value=\"%s/account\">\n",
            x->base_url, provider->id, x->base_url);
    }
    authjs_document_add(document, "<button type=\"submit\" class=\"button\">");
    authjs_document_add_mark(document, provider, provider->name, index);
    authjs_document_add_labelled(document, AUTHJS_TEXT_linkWith, provider->name);
    authjs_document_add(document, "</button>\n</form>\n");
}

static int can_be_linked(const authjs_exchange_t *x, const authjs_provider_t *provider)
{
    return authjs_keeps_accounts(x->site, provider) && provider->linkable &&
           !provider->type->passkeys;
}

/* int: indexes of the site's providers. */
static apr_array_header_t *find_links(const authjs_exchange_t *x,
                                      struct json_object *accounts)
{
    apr_array_header_t *links = apr_array_make(x->pool, 8, sizeof(int));
    int i;

    for (i = 0; accounts && i < x->site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(x->site->providers, i, const authjs_provider_t *);

        if (can_be_linked(x, provider) && !has_account(accounts, provider->id)) {
            APR_ARRAY_PUSH(links, int) = i;
        }
    }
    return links;
}

static void add_links(authjs_document_t *document, const authjs_exchange_t *x,
                      const apr_array_header_t *links)
{
    int i;

    if (!links->nelts) {
        return;
    }
    authjs_document_add(document, "<h2>%s</h2>\n",
                        authjs_document_text(document, AUTHJS_TEXT_linkAnother));
    authjs_document_open_providers(document, links->nelts);
    for (i = 0; i < links->nelts; i++) {
        int index = APR_ARRAY_IDX(links, i, int);

        add_link(document, x,
                 APR_ARRAY_IDX(x->site->providers, index, const authjs_provider_t *),
                 index);
    }
    authjs_document_add(document, "</div>\n");
}

/* ---- the page --------------------------------------------------------------------- */

static void add_person(authjs_document_t *document, const authjs_exchange_t *x,
                       struct json_object *user)
{
    const char *name = authjs_user_label(user), *email = text(user, "email");

    authjs_document_add(document, "<h1>%s</h1>\n<p class=\"lead\">", name);
    if (*email && strcmp(email, name)) {
        authjs_document_add(document, "<strong>%s</strong><br>\n", email);
    }
    authjs_document_add(document, "%s</p>\n",
                        authjs_document_text_of(document, AUTHJS_TEXT_signedInTo,
                                                authjs_document_host(x), NULL));
}

static void add_signout(authjs_document_t *document, const authjs_exchange_t *x)
{
    authjs_document_add(
        document, "<form class=\"actions\" action=\"%s/signout\" method=\"POST\">\n",
        x->base_url);
    authjs_document_add_hidden_fields(document, x, x->home);
    authjs_document_add(document,
                        "<button class=\"submit\" id=\"submitButton\" "
                        "type=\"submit\">%s</button>\n</form>\n",
                        authjs_document_text(document, AUTHJS_TEXT_signOut));
}

void authjs_page_account(authjs_exchange_t *x, const authjs_account_page_t *page)
{
    const apr_array_header_t *links = find_links(x, page->accounts);
    authjs_document_t *document =
        authjs_document_begin(x->r, x->site,
                              links->nelts < AUTHJS_MANY ? "account" : "account many",
                              AUTHJS_TEXT_accountTitle, person);

    add_person(document, x, page->user);
    if (page->error) {
        authjs_document_add_error(document, strcmp(page->error, "NotRenamed")
                                                ? AUTHJS_TEXT_notUnlinked
                                                : AUTHJS_TEXT_notRenamed);
    }
    if (page->accounts) {
        add_accounts(document, x, page);
        add_links(document, x, links);
    }
    else {
        add_hint(document, AUTHJS_TEXT_notKept);
    }
    add_signout(document, x);
    authjs_document_add_site_link(document, x);
    authjs_document_send(x, HTTP_OK, document);
}
