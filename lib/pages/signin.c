#include "pages/document.h"
#include "pages/page.h"

#include "adapters/store.h"
#include "site/provider_type.h"
#include "signin/signin.h"

/* What a visitor reads for a code in ?error=, as on Auth.js's sign-in page. A code that
 * is not here has the last text: nothing of the request is repeated. */
static const struct {
    const char *code;
    const char *text;
} errors[] = {
    {"Signin", "That did not work. Try again, or use another account."},
    {"OAuthSignin", "That did not work. Try again, or use another account."},
    {"OAuthCallbackError", "That did not work. Try again, or use another account."},
    {"OAuthCreateAccount", "That did not work. Try again, or use another account."},
    {"EmailCreateAccount", "That did not work. Try again, or use another account."},
    {"Callback", "That did not work. Try again, or use another account."},
    {"OAuthAccountNotLinked",
     "To confirm that it is you, sign in with the account you used the first time."},
    {"EmailSignin", "The e-mail could not be sent."},
    {"CredentialsSignin", "Sign-in failed. Check the details you entered and try again."},
    {"SessionRequired", "Please sign in to see this page."},
    {"MissingCSRF", "This form had expired, or cookies are blocked. Please try again."},
    {NULL, "You could not be signed in. Please try again."}};

/* What of the site's providers a page shows. */
typedef struct {
    apr_array_header_t *providers; /* int: indexes into the site's */
    int forms;                     /* how many of them are forms */
    const char *known;             /* what the first field is filled with, or NULL */
} shown_t;

static const char padlock[] =
    "<rect x=\"4.5\" y=\"10.5\" width=\"15\" height=\"10\" rx=\"2.5\"/>"
    "<path d=\"M8 10.5V7a4 4 0 0 1 8 0v3.5M12 14.5v2\"/>";

/* Signed in already, the visitor asked for an account to be linked. */
static const char linked_elsewhere[] =
    "That account is linked to another user. To sign in as that user, sign out first.";

static const char *text_of_error(const char *code, int is_signed_in)
{
    int i = 0;

    if (is_signed_in && !strcmp(code, "OAuthAccountNotLinked")) {
        return linked_elsewhere;
    }
    while (errors[i].code && strcmp(errors[i].code, code)) {
        i++;
    }
    return errors[i].text;
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

static void add_button(authjs_document_t *document, const authjs_exchange_t *x,
                       const authjs_provider_t *provider, int index)
{
    authjs_document_add(
        document, "<form class=\"provider\" action=\"%s/signin/%s\" method=\"POST\">\n",
        x->base_url, provider->id);
    authjs_document_add_hidden_fields(document, x, x->callback_url);
    authjs_document_add(document, "<button type=\"submit\" class=\"button\">");
    authjs_document_add_mark(document, provider, provider->name, index);
    authjs_document_add(document, "<span>Sign in with %s</span></button>\n</form>\n",
                        provider->name);
}

static void add_field(authjs_document_t *document, const authjs_provider_t *provider,
                      const authjs_field_t *field, const char *value, int autofocus)
{
    authjs_document_add(document,
                        "<div>\n<label for=\"input-%s-for-%s-provider\">%s</label>\n"
                        "<input id=\"input-%s-for-%s-provider\" name=\"%s\" value=\"%s\" "
                        "type=\"%s\" autocomplete=\"%s\"",
                        field->name, provider->id, field->label, field->name,
                        provider->id, field->name, value, field->type,
                        field->autocomplete);
    if (field->is_verbatim) {
        authjs_document_add(document, " autocapitalize=\"none\" spellcheck=\"false\"");
    }
    authjs_document_add(document, " maxlength=\"%s\" required%s>\n</div>\n",
                        field->maxlength, autofocus ? " autofocus" : "");
}

static void add_form(authjs_document_t *document, const authjs_exchange_t *x,
                     const authjs_provider_t *provider, const shown_t *shown, int number)
{
    const authjs_provider_type_t *type = provider->type;
    int alone = shown->providers->nelts == 1, named = shown->forms > 1, i;

    authjs_document_add(document,
                        "<form class=\"provider fields\" action=\"%s/%s/%s\" "
                        "method=\"POST\" aria-label=\"Sign in with %s\">\n",
                        x->base_url, type->signin ? "signin" : "callback", provider->id,
                        provider->name);
    authjs_document_add_hidden_fields(document, x, x->callback_url);
    for (i = 0; type->fields[i].name; i++) {
        add_field(document, provider, &type->fields[i], i ? "" : shown->known,
                  !i && alone);
    }
    authjs_document_add(document,
                        "<button class=\"submit\" id=\"submitButton%s\" "
                        "type=\"submit\">Sign in%s%s</button>\n</form>\n",
                        number ? apr_psprintf(x->pool, "-%d", number) : "",
                        named ? " with " : "", named ? provider->name : "");
}

static shown_t *choose(const authjs_exchange_t *x, const apr_array_header_t *only,
                       const char *email)
{
    shown_t *shown = apr_pcalloc(x->pool, sizeof(*shown));
    int i;

    shown->known = email;
    shown->providers = apr_array_make(x->pool, 8, sizeof(int));
    for (i = 0; i < x->site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(x->site->providers, i, const authjs_provider_t *);

        if (is_wanted(only, provider)) {
            APR_ARRAY_PUSH(shown->providers, int) = i;
            shown->forms += provider->type->fields != NULL;
        }
    }
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
            authjs_document_add(document, "<p class=\"or\">or</p>\n");
        }
        if (button) {
            add_button(document, x, provider, index);
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
    authjs_document_add(document,
                        "<p class=\"note\">You are signed in as <strong>%s</strong>. An "
                        "account you choose here is linked to this user.",
                        authjs_user_label(user));
    if (authjs_store_can(x->site->store, AUTHJS_METHOD_list_accounts)) {
        authjs_document_add(document,
                            " <a class=\"site\" href=\"%s/account\">Your accounts</a>",
                            x->base_url);
    }
    authjs_document_add(document, "</p>\n");
}

void authjs_page_signin(authjs_exchange_t *x, struct json_object *user, const char *error,
                        const char *email, const apr_array_header_t *only)
{
    authjs_document_t *document =
        authjs_document_begin(x->pool, x->site, "signin", "Sign In", padlock);

    authjs_document_add(document,
                        "<h1>Sign in</h1>\n<p class=\"lead\">to continue to "
                        "<strong>%s</strong></p>\n",
                        authjs_document_host(x));
    if (user) {
        add_signed_in(document, x, user);
    }
    if (error) {
        authjs_document_add_error(document, text_of_error(error, user != NULL));
    }
    authjs_document_add(document, "<div class=\"providers\">\n");
    add_providers(document, x, choose(x, only, email));
    authjs_document_add(document, "</div>\n");
    authjs_document_keep_fragment(document);
    authjs_document_send(x, HTTP_OK, document);
}
