/* The pages of AuthJSPreservePost. The browser keeps a sealed form for as long as its
 * window is open (sessionStorage), and each page says what to do without JavaScript. */
#include "pages/document.h"
#include "pages/page.h"

#include "web/url.h"

#define KEY "'authjs.form'"

static const char keep[] =
    "try {\n"
    "sessionStorage.setItem(" KEY ", document.getElementById('kept').textContent);\n"
    "location.replace(document.getElementById('next').href);\n"
    "} catch {}\n";
/* A field of the form may be called submit. */
static const char bring[] = "try {\n"
                            "const kept = sessionStorage.getItem(" KEY ");\n"
                            "const form = document.getElementById('resend');\n"
                            "if (kept) {\n"
                            "    form.elements.form.value = kept;\n"
                            "    HTMLFormElement.prototype.submit.call(form);\n"
                            "}\n"
                            "} catch {}\n";
static const char forget[] = "try { sessionStorage.removeItem(" KEY "); } catch {}\n";
static const char forget_and_send[] =
    "try { sessionStorage.removeItem(" KEY "); } catch {}\n"
    "HTMLFormElement.prototype.submit.call(document.getElementById('form'));\n";

static const char paper[] = "<path d=\"M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4M9.5 12h5M9.5 "
                            "15.5h5\"/>";

static authjs_document_t *begin(authjs_exchange_t *x, authjs_text_e heading)
{
    authjs_document_t *document =
        authjs_document_begin(x->r, x->site, "resend", AUTHJS_TEXT_formTitle, paper);

    authjs_document_add(document, "<h1>%s</h1>\n<p class=\"lead\">",
                        authjs_document_text(document, heading));
    return document;
}

/* The form itself, as it was. */
static void add_form(authjs_document_t *document, const authjs_form_t *form,
                     const char *kind)
{
    int i;

    authjs_document_add(document,
                        "<form id=\"form\" class=\"actions\" action=\"%s\" "
                        "method=\"POST\">\n",
                        form->url);
    for (i = 0; i < form->fields->nelts; i++) {
        const authjs_param_t *field = &APR_ARRAY_IDX(form->fields, i, authjs_param_t);

        authjs_document_add(document,
                            "<input type=\"hidden\" name=\"%s\" value=\"%s\">\n",
                            field->name, field->value);
    }
    authjs_document_add(document,
                        "<button class=\"%s\" type=\"submit\">%s</button>\n</form>\n",
                        kind, authjs_document_text(document, AUTHJS_TEXT_formSend));
}

const char *authjs_page_form_kept(authjs_exchange_t *x, const authjs_form_t *form,
                                  const char *sealed, const char *sign_in)
{
    authjs_document_t *document = begin(x, AUTHJS_TEXT_formKept);

    authjs_document_add(document,
                        "%s</p>\n<p class=\"actions\"><a id=\"next\" class=\"submit\" "
                        "target=\"_blank\" href=\"%s\">%s</a></p>\n"
                        "<p id=\"kept\" hidden>%s</p>\n",
                        authjs_document_text(document, AUTHJS_TEXT_formKeptText), sign_in,
                        authjs_document_text(document, AUTHJS_TEXT_signIn), sealed);
    add_form(document, form, "button");
    authjs_document_add_script(document, keep);
    return authjs_document_end(document, x->r);
}

void authjs_page_resend(authjs_exchange_t *x)
{
    authjs_document_t *document = begin(x, AUTHJS_TEXT_formTitle);

    authjs_document_add(document,
                        "%s</p>\n<form id=\"resend\" action=\"%s/resend\" "
                        "method=\"POST\">\n",
                        authjs_document_text(document, AUTHJS_TEXT_formBack),
                        x->base_url);
    authjs_document_add_hidden_fields(document, x, NULL);
    authjs_document_add(document,
                        "<input type=\"hidden\" name=\"form\" value=\"\">\n</form>\n");
    authjs_document_add_site_link(document, x);
    authjs_document_add_script(document, bring);
    authjs_document_send(x, HTTP_OK, document);
}

void authjs_page_form_send(authjs_exchange_t *x, const authjs_form_t *form)
{
    authjs_document_t *document = begin(x, AUTHJS_TEXT_formAsk);
    const char *path = form->url + strlen(x->origin);

    path = apr_pstrmemdup(x->pool, path, strcspn(path, "?"));
    authjs_document_add_text(document, AUTHJS_TEXT_formAskText, path, NULL);
    authjs_document_add(document, "</p>\n");
    add_form(document, form, "submit");
    authjs_document_add(document,
                        "<p class=\"after\"><a class=\"site\" href=\"%s\">%s</a></p>\n",
                        x->origin,
                        authjs_document_text(document, AUTHJS_TEXT_formNotSend));
    authjs_document_add_script(document, form->sure ? forget_and_send : forget);
    authjs_document_send(x, HTTP_OK, document);
}

void authjs_page_form_lost(authjs_exchange_t *x)
{
    authjs_document_t *document = begin(x, AUTHJS_TEXT_formLost);

    authjs_document_add(document, "%s</p>\n",
                        authjs_document_text(document, AUTHJS_TEXT_formLostText));
    authjs_document_add_site_link(document, x);
    authjs_document_add_script(document, forget);
    authjs_document_send(x, HTTP_FORBIDDEN, document);
}
