#include "pages/document.h"
#include "pages/page.h"
#include "pages/passkey.h"

#include "adapters/store.h"
#include "site/provider_type.h"
#include "signin/signin.h"
#include "web/url.h"

/* What a visitor reads for a code in ?error=, as on Auth.js's sign-in page. A code that
 * is not here has the last text: nothing of the request is repeated. */
static const struct {
    const char *code;
    authjs_text_e text;
} errors[] = {{"Signin", AUTHJS_TEXT_errorOther},
              {"OAuthSignin", AUTHJS_TEXT_errorOther},
              {"OAuthCallbackError", AUTHJS_TEXT_errorOther},
              {"OAuthCreateAccount", AUTHJS_TEXT_errorOther},
              {"EmailCreateAccount", AUTHJS_TEXT_errorOther},
              {"Callback", AUTHJS_TEXT_errorOther},
              {"OAuthAccountNotLinked", AUTHJS_TEXT_errorNotLinked},
              {"EmailLimit", AUTHJS_TEXT_errorEmailLimit},
              {"EmailSignin", AUTHJS_TEXT_errorEmail},
              {"CredentialsSignin", AUTHJS_TEXT_errorCredentials},
              {"SessionRequired", AUTHJS_TEXT_errorSessionRequired},
              {"ReauthRequired", AUTHJS_TEXT_errorReauth},
              {AUTHJS_FACTOR_REQUIRED, AUTHJS_TEXT_errorFactor},
              {"MissingCSRF", AUTHJS_TEXT_errorFormExpired},
              {"SignInExpired", AUTHJS_TEXT_errorSignInExpired},
              {"WebAuthnVerificationError", AUTHJS_TEXT_errorPasskey},
              {"AccountNotLinked", AUTHJS_TEXT_errorNotLinked},
              {NULL, AUTHJS_TEXT_errorSignIn}};

/* What of the site's providers a page shows. */
typedef struct {
    const authjs_signin_page_t *page;
    apr_array_header_t *providers; /* int: indexes into the site's */
    int forms;                     /* how many of them are forms */
    int many;
    const authjs_provider_t *mistaken; /* in whose form the mistake is; or NULL */
    const authjs_provider_t *last;     /* which of several was used last; or NULL */
    const authjs_provider_t *autofill; /* whose passkeys a field offers; or NULL */
    authjs_passkeys_t *passkeys;       /* of each provider of the site; NULL: no forms */
} shown_t;

static const char padlock[] =
    "<rect x=\"4.5\" y=\"10.5\" width=\"15\" height=\"10\" rx=\"2.5\"/>"
    "<path d=\"M8 10.5V7a4 4 0 0 1 8 0v3.5M12 14.5v2\"/>";

static authjs_text_e text_of_error(const char *code, int is_signed_in)
{
    int i = 0;

    if (is_signed_in &&
        (!strcmp(code, "OAuthAccountNotLinked") || !strcmp(code, "AccountNotLinked"))) {
        /* The visitor asked for an account to be linked. */
        return AUTHJS_TEXT_errorLinkedElsewhere;
    }
    while (errors[i].code && strcmp(errors[i].code, code)) {
        i++;
    }
    return errors[i].text;
}

/* How long the limit lasts stands in no address. */
static void add_error(authjs_document_t *document, const authjs_exchange_t *x,
                      const shown_t *shown, int is_signed_in)
{
    apr_int64_t seconds = shown->page->tried.until - x->now;

    if (!strcmp(shown->page->error, "EmailLimit") && seconds > 0) {
        authjs_document_add_error_of(document, AUTHJS_TEXT_errorEmailLimitUntil,
                                     apr_psprintf(x->pool, "%" APR_INT64_T_FMT,
                                                  (seconds + 59) / 60));
        return;
    }
    authjs_document_add_error(document, text_of_error(shown->page->error, is_signed_in));
}

static int is_wanted(const apr_array_header_t *only, const authjs_provider_t *provider)
{
    int i;

    for (i = 0; only && i < only->nelts; i++) {
        if (!strcmp(APR_ARRAY_IDX(only, i, const char *), provider->id)) {
            return 1;
        }
    }
    return !only;
}

static void add_last_used(authjs_document_t *document, const shown_t *shown,
                          const authjs_provider_t *provider)
{
    if (provider == shown->last) {
        authjs_document_add(document, " <small class=\"last\">%s</small>",
                            authjs_document_text(document, AUTHJS_TEXT_lastUsed));
    }
}

static void add_label(authjs_document_t *document, const authjs_provider_t *provider,
                      const shown_t *shown, int index)
{
    authjs_document_add_mark(document, provider, provider->name, index);
    authjs_document_add_labelled(document, AUTHJS_TEXT_signInWith, provider->name);
    add_last_used(document, shown, provider);
    authjs_document_add(document, "</button>\n");
}

static void add_button(authjs_document_t *document, const authjs_exchange_t *x,
                       const authjs_provider_t *provider, const shown_t *shown, int index)
{
    const char *action =
        apr_pstrcat(x->pool, x->base_url, "/signin/", provider->id, NULL);

    if (x->login_hint) {
        action = authjs_url_with_param(x->pool, action, "login_hint", x->login_hint);
    }
    authjs_document_add(
        document, "<form class=\"provider\" action=\"%s\" method=\"POST\">\n", action);
    authjs_document_add_hidden_fields(document, x, x->callback_url);
    authjs_document_add(document, "<button type=\"submit\" class=\"button\">");
    add_label(document, provider, shown, index);
    authjs_document_add(document, "</form>\n");
}

/* Whoever is signed in has an account. */
static void add_passkeys(authjs_document_t *document, const authjs_exchange_t *x,
                         const authjs_provider_t *provider, const shown_t *shown,
                         int index)
{
    const authjs_passkeys_t *passkeys = &shown->passkeys[index];

    authjs_passkey_open(document, x, provider, AUTHJS_PASSKEY_GET, x->callback_url,
                        provider == shown->autofill);
    authjs_document_add(document, "<button type=\"submit\" class=\"button\" disabled>");
    add_label(document, provider, shown, index);
    authjs_passkey_close(document);
    if (passkeys->by_address) {
        authjs_passkey_add_fields(document, x, provider, NULL, 0);
    }
    if (passkeys->sign_up && !shown->page->user) {
        authjs_passkey_add_fields(document, x, provider, passkeys,
                                  passkeys->invitation || shown->providers->nelts == 1);
    }
}

static void add_field(authjs_document_t *document, const authjs_provider_t *provider,
                      const authjs_field_t *field, const char *value, int autofocus,
                      int mistaken, int passkeys)
{
    authjs_document_add(document,
                        "<div>\n<label for=\"input-%s-for-%s-provider\">%s</label>\n"
                        "<input id=\"input-%s-for-%s-provider\" name=\"%s\" value=\"%s\" "
                        "type=\"%s\" autocomplete=\"%s%s\"",
                        field->name, provider->id,
                        authjs_document_text(document, field->label), field->name,
                        provider->id, field->name, value, field->type,
                        field->autocomplete, passkeys ? " webauthn" : "");
    if (field->is_verbatim) {
        authjs_document_add(document, " autocapitalize=\"none\" spellcheck=\"false\"");
    }
    if (mistaken) {
        /* An address may be right, and the mail is not sent all the same. */
        if (!provider->type->signin) {
            authjs_document_add(document, " aria-invalid=\"true\"");
        }
        authjs_document_add(document, " aria-describedby=\"error\"");
    }
    authjs_document_add(document, " maxlength=\"%s\" required%s>\n</div>\n",
                        field->maxlength, autofocus ? " autofocus" : "");
}

static void add_form(authjs_document_t *document, const authjs_exchange_t *x,
                     const authjs_provider_t *provider, const shown_t *shown, int number)
{
    const authjs_provider_type_t *type = provider->type;
    const char *with =
        authjs_document_text_of(document, AUTHJS_TEXT_signInWith, provider->name, NULL);
    const authjs_tried_t *tried = &shown->page->tried;
    const char *known =
        !tried->provider || !strcmp(tried->provider, provider->id) ? tried->name : NULL;
    int mistaken = provider == shown->mistaken, several = shown->forms > 1, i;
    int focus = mistaken || (shown->providers->nelts == 1 && !shown->mistaken);

    authjs_document_add(document,
                        "<form class=\"provider fields\" action=\"%s/%s/%s\" "
                        "method=\"POST\" aria-label=\"%s\">\n",
                        x->base_url, type->signin ? "signin" : "callback", provider->id,
                        with);
    authjs_document_add_hidden_fields(document, x, x->callback_url);
    if (several || shown->many || provider == shown->last) {
        authjs_document_add(document, "<h2>%s", provider->name);
        add_last_used(document, shown, provider);
        authjs_document_add(document, "</h2>\n");
    }
    if (mistaken) {
        add_error(document, x, shown, 0);
    }
    for (i = 0; type->fields[i].name; i++) {
        /* The first one that is empty. */
        int first = i == (known && *known && type->fields[1].name);

        add_field(document, provider, &type->fields[i], i ? "" : known, focus && first,
                  mistaken, !i && shown->autofill);
    }
    authjs_document_add(document,
                        "<button class=\"submit\" id=\"submitButton%s\" "
                        "type=\"submit\">%s</button>\n</form>\n",
                        number ? apr_psprintf(x->pool, "-%d", number) : "",
                        several ? with
                                : authjs_document_text(document, AUTHJS_TEXT_signIn));
}

/* The one that was used last comes first, where there are others. */
static void put_first(shown_t *shown, const authjs_site_t *site)
{
    int *indexes = (int *)shown->providers->elts;
    int i, index;

    for (i = 0; i < shown->providers->nelts; i++) {
        index = indexes[i];
        if (shown->providers->nelts > 1 &&
            APR_ARRAY_IDX(site->providers, index, const authjs_provider_t *) ==
                shown->page->last) {
            memmove(indexes + 1, indexes, (apr_size_t)i * sizeof(*indexes));
            indexes[0] = index;
            shown->last = shown->page->last;
        }
    }
}

/* Whether an error is one of a form like this: an address that no mail was sent to, a
 * password. */
static int is_of_form(const char *code, const authjs_provider_t *provider)
{
    if (!code || !provider->type->fields) {
        return 0;
    }
    return provider->type->signin
               ? !strcmp(code, "EmailSignin") || !strcmp(code, "EmailLimit")
               : !strcmp(code, "CredentialsSignin");
}

/* The form that the mistake was made in; else the only one that it can be. */
static const authjs_provider_t *find_mistaken(const authjs_site_t *site,
                                              const shown_t *shown)
{
    const char *tried = shown->page->tried.provider;
    const authjs_provider_t *found = NULL;
    int i, count = 0;

    for (i = 0; i < shown->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, APR_ARRAY_IDX(shown->providers, i, int),
                          const authjs_provider_t *);

        if (is_of_form(shown->page->error, provider)) {
            if (tried && !strcmp(tried, provider->id)) {
                return provider;
            }
            found = provider;
            count++;
        }
    }
    return count == 1 ? found : NULL;
}

/* A page has one offer at most. */
static void look_at_passkeys(shown_t *shown, const authjs_exchange_t *x,
                             const authjs_provider_t *provider, int index)
{
    if (!provider->type->passkeys) {
        return;
    }
    if (!shown->passkeys) {
        shown->passkeys = apr_pcalloc(x->pool, sizeof(*shown->passkeys) *
                                                   (apr_size_t)x->site->providers->nelts);
    }
    provider->type->passkeys(&shown->passkeys[index], x, provider);
    if (shown->passkeys[index].autofill && !shown->autofill) {
        shown->autofill = provider;
    }
}

static shown_t *choose(const authjs_exchange_t *x, const authjs_signin_page_t *page)
{
    shown_t *shown = apr_pcalloc(x->pool, sizeof(*shown));
    int i;

    shown->page = page;
    shown->providers = apr_array_make(x->pool, 8, sizeof(int));
    for (i = 0; i < x->site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(x->site->providers, i, const authjs_provider_t *);

        if (is_wanted(page->only, provider)) {
            APR_ARRAY_PUSH(shown->providers, int) = i;
            shown->forms += provider->type->fields != NULL;
            look_at_passkeys(shown, x, provider, i);
        }
    }
    shown->mistaken = find_mistaken(x->site, shown);
    shown->many = shown->providers->nelts >= AUTHJS_MANY;
    put_first(shown, x->site);
    return shown;
}

static void add_providers(authjs_document_t *document, const authjs_exchange_t *x,
                          const shown_t *shown)
{
    int form = 0, after_button = 0, after_form = 0;
    int i;

    for (i = 0; i < shown->providers->nelts; i++) {
        int index = APR_ARRAY_IDX(shown->providers, i, int);
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(x->site->providers, index, const authjs_provider_t *);
        int button = !provider->type->fields;

        if (after_form || (after_button && !button)) {
            authjs_document_add(document, "<p class=\"or\">%s</p>\n",
                                authjs_document_text(document, AUTHJS_TEXT_or));
        }
        if (provider->type->passkeys) {
            add_passkeys(document, x, provider, shown, index);
        }
        else if (button) {
            add_button(document, x, provider, shown, index);
        }
        else {
            add_form(document, x, provider, shown, form++);
        }
        after_button = button;
        after_form = !button;
    }
}

/* Who is signed in already, and what a further sign-in does then. */
static void add_signed_in(authjs_document_t *document, const authjs_exchange_t *x,
                          struct json_object *user)
{
    authjs_document_add(document, "<p class=\"note\">");
    authjs_document_add_text(document, AUTHJS_TEXT_signedInAs, authjs_user_label(user),
                             NULL);
    if (authjs_store_can(x->site->store, AUTHJS_METHOD_list_accounts)) {
        authjs_document_add(document, " <a class=\"site\" href=\"%s/account\">%s</a>",
                            x->base_url,
                            authjs_document_text(document, AUTHJS_TEXT_yourAccounts));
    }
    authjs_document_add(document, "</p>\n");
}

/* An invitation is for one provider: to all others it is none. */
static void add_invitation(authjs_document_t *document, const authjs_exchange_t *x,
                           const shown_t *shown)
{
    int invited = 0, uninvited = 0, i;

    for (i = 0; shown->passkeys && i < x->site->providers->nelts; i++) {
        invited |= shown->passkeys[i].invitation != NULL;
        uninvited |= shown->passkeys[i].uninvited;
    }
    if (invited) {
        authjs_document_add(document, "<p class=\"note\">");
        authjs_document_add_text(document, AUTHJS_TEXT_invited, authjs_document_host(x),
                                 NULL);
        authjs_document_add(document, "</p>\n");
    }
    else if (uninvited && !shown->page->error) {
        authjs_document_add_error(document, AUTHJS_TEXT_errorInvitation);
    }
}

void authjs_page_signin(authjs_exchange_t *x, const authjs_signin_page_t *page)
{
    const shown_t *shown = choose(x, page);
    authjs_document_t *document =
        authjs_document_begin(x->r, x->site, shown->many ? "signin many" : "signin",
                              AUTHJS_TEXT_signInTitle, padlock);

    authjs_document_add(document, "<h1>%s</h1>\n<p class=\"lead\">",
                        authjs_document_text(document, AUTHJS_TEXT_signIn));
    authjs_document_add_text(document, AUTHJS_TEXT_signInLead, authjs_document_host(x),
                             NULL);
    authjs_document_add(document, "</p>\n");
    if (page->user) {
        add_signed_in(document, x, page->user);
    }
    else {
        add_invitation(document, x, shown);
    }
    if (page->error && !shown->mistaken) {
        add_error(document, x, shown, page->user != NULL);
    }
    authjs_document_open_providers(document, shown->providers->nelts);
    add_providers(document, x, shown);
    authjs_document_add(document, "</div>\n");
    if (shown->passkeys) {
        authjs_passkey_add_script(document);
    }
    authjs_document_keep_fragment(document);
    authjs_document_send(x, x->status ? x->status : HTTP_OK, document);
}
