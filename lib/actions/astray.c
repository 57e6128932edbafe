/* What is no answer of an endpoint: a person is shown where it goes on. */
#include "actions/action.h"

#include "http/asker.h"
#include "pages/page.h"
#include "web/url.h"

const char *authjs_astray_page(request_rec *r, const authjs_site_t *site)
{
    const authjs_request_t *request = authjs_request(r);

    return authjs_asker(request->r) == AUTHJS_ASKER_PROGRAM
               ? NULL
               : authjs_page_astray(r, site, request->origin);
}

int authjs_send_astray(request_rec *r, const authjs_site_t *site)
{
    const char *page = authjs_astray_page(r, site), *rest = r->uri + site->base_path_len;

    if (!page) {
        return authjs_send_bad_request(r, HTTP_BAD_REQUEST, NULL);
    }
    /* The base path itself is nothing amiss: whoever types it wants to sign in. */
    return authjs_send_bad_request(r, rest[strspn(rest, "/")] ? HTTP_NOT_FOUND : HTTP_OK,
                                   page);
}

int authjs_lead_astray_on(authjs_exchange_t *x, int status)
{
    const char *page = authjs_wants_json_redirect(x->r) || x->r->prev
                           ? NULL
                           : authjs_astray_page(x->r, x->site);

    if (!page) {
        return 0;
    }
    apr_array_clear(x->set_cookies);
    x->status = status;
    x->content_type = "text/html";
    x->body = page;
    x->body_len = strlen(page);
    return 1;
}

/* An ErrorDocument that leads here (as mod_auth_form's do) is for a person. */
int authjs_answer_refusal(authjs_exchange_t *x, const char *action)
{
    const authjs_request_t *request = authjs_request(x->r);
    authjs_asker_e asker = authjs_asker(request->r);
    const char *url;

    if ((x->refused != HTTP_UNAUTHORIZED && x->refused != HTTP_FORBIDDEN) ||
        asker == AUTHJS_ASKER_PERSON) {
        return 0;
    }
    url = authjs_url_with_param(x->pool,
                                apr_pstrcat(x->pool, x->base_url, "/", action, NULL),
                                "callbackUrl", authjs_way_back(request));
    if (asker == AUTHJS_ASKER_PROGRAM) {
        authjs_exchange_answer_json(x, x->refused,
                                    authjs_refusal_json(x->pool,
                                                        x->refused == HTTP_FORBIDDEN
                                                            ? AUTHJS_ACCESS_DENIED
                                                            : NULL,
                                                        url));
        return 1;
    }
    x->body =
        authjs_page_framed(x->r, x->site, x->refused,
                           x->refused == HTTP_UNAUTHORIZED ? url
                                                           : authjs_asked_for(request));
    x->body_len = strlen(x->body);
    x->content_type = "text/html";
    return 1;
}
