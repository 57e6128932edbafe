#include "actions/action.h"

#include "adapters/store.h"
#include "http/asker.h"
#include "pages/page.h"
#include "session/session.h"
#include "signin/events.h"
#include "settings/settings.h"
#include "site/provider_type.h"
#include "web/url.h"

/* In what endpoints differ. */
enum {
    PROVIDER = 1 << 0,  /* a provider's id may follow: with all methods of a name */
    COOKIES = 1 << 1,   /* sets the cookies of the CSRF token and of the callback URL */
    CSRF = 1 << 2,      /* needs the CSRF token; callback asks the provider's type */
    PAGE = 1 << 3,      /* answers with a page: configuration errors are HTML too */
    ACCOUNTS = 1 << 4,  /* only where the adapter tells a user's accounts */
    SIGN_IN = 1 << 5,   /* an error is a sign-in that failed: event signInFailed */
    CHECKS = 1 << 6,    /* an error ends the attempt that the check cookies belong to */
    INITIATED = 1 << 8, /* another site may ask for it, with an id unknown here */
    ERROR_IS_NULL = 1 << 7, /* an error is answered 400 with null, not with a redirect */
    ACTS = 1 << 9,          /* GET does something: HEAD only says that it is there */
    FORMS = 1 << 10         /* only where forms are kept (AuthJSPreservePost) */
};

typedef struct {
    const char *name; /* path segment: signin, callback... */
    int method;       /* M_GET or M_POST */
    int traits;       /* of the above */
    const authjs_error_t *(*answer)(authjs_exchange_t *x); /* NULL: not offered */
} endpoint_t;

/* docs/endpoints.md. What is named here, but not for the method at hand, is known to the
 * path grammar and answered with UnknownAction. */
static const endpoint_t endpoints[] = {
    {"signin", M_GET, PROVIDER | COOKIES | PAGE | INITIATED, authjs_action_signin_page},
    {"signin", M_POST, PROVIDER | COOKIES | CSRF | SIGN_IN | INITIATED,
     authjs_action_signin},
    {"callback", M_GET, PROVIDER | COOKIES | SIGN_IN | CHECKS | ACTS,
     authjs_action_callback},
    {"callback", M_POST, PROVIDER | COOKIES | SIGN_IN | CHECKS, authjs_action_callback},
    {"signout", M_GET, COOKIES | PAGE, authjs_action_signout_page},
    {"signout", M_POST, COOKIES | CSRF, authjs_action_signout},
    {"account", M_GET, COOKIES | PAGE | ACCOUNTS, authjs_action_account_page},
    {"account", M_POST, COOKIES | CSRF | ACCOUNTS, authjs_action_account},
    {"session", M_GET, COOKIES | ACTS, authjs_action_session},
    {"session", M_POST, COOKIES | CSRF | ERROR_IS_NULL, authjs_action_session_update},
    {"csrf", M_GET, COOKIES, authjs_action_csrf},
    {"providers", M_GET, 0, authjs_action_providers},
    {"error", M_GET, COOKIES | PAGE, authjs_action_error},
    {"verify-request", M_GET, COOKIES | PAGE, authjs_action_verify_request},
    {"resend", M_GET, COOKIES | PAGE | FORMS, authjs_action_resend_page},
    {"resend", M_POST, COOKIES | CSRF | PAGE | FORMS, authjs_action_resend},
    {"webauthn-options", M_GET, PROVIDER | COOKIES, authjs_action_webauthn_options},
    {NULL, 0, 0, NULL}};

static int method_of(const request_rec *r)
{
    if (!strcmp(r->method, "GET") || !strcmp(r->method, "HEAD")) {
        return M_GET;
    }
    return strcmp(r->method, "POST") ? M_INVALID : M_POST;
}

/* What is neither GET, HEAD nor POST: told what would do. */
static int send_methods(request_rec *r, const endpoint_t *first)
{
    const endpoint_t *endpoint;
    const char *methods = "OPTIONS";

    for (endpoint = first; endpoint->name && !strcmp(endpoint->name, first->name);
         endpoint++) {
        if (endpoint->answer) {
            methods =
                apr_pstrcat(r->pool, methods,
                            endpoint->method == M_GET ? ", GET, HEAD" : ", POST", NULL);
        }
    }
    apr_table_setn(r->headers_out, "Allow", methods);
    return strcmp(r->method, "OPTIONS")
               ? authjs_send_bad_request(r, HTTP_METHOD_NOT_ALLOWED, NULL)
               : authjs_send_empty(r, HTTP_OK);
}

/* The first endpoint of that name: all of a name have the same path grammar. */
static const endpoint_t *find_name(const authjs_endpoint_path_t *path,
                                   const authjs_site_t *site)
{
    const endpoint_t *endpoint = endpoints;

    while (endpoint->name && strcmp(endpoint->name, path->action)) {
        endpoint++;
    }
    if (!endpoint->name || (path->provider && !(endpoint->traits & PROVIDER)) ||
        (endpoint->traits & ACCOUNTS &&
         !authjs_store_can(site->store, AUTHJS_METHOD_list_accounts)) ||
        (endpoint->traits & FORMS && !site->form_keys)) {
        return NULL;
    }
    return endpoint;
}

/* The one of the same name that has this method, or NULL. */
static const endpoint_t *with_method(const endpoint_t *first, int method)
{
    const endpoint_t *endpoint = first;

    while (endpoint->name &&
           (strcmp(endpoint->name, first->name) || endpoint->method != method)) {
        endpoint++;
    }
    return endpoint->name && endpoint->answer ? endpoint : NULL;
}

/* The page an error leads to, with ?error= (and &code=). */
static const char *error_location(authjs_exchange_t *x, const authjs_error_t *error)
{
    static const struct {
        authjs_page_e page;
        const char *path;
    } pages[] = {[AUTHJS_KIND_ERROR] = {AUTHJS_PAGE_ERROR, "/error"},
                 [AUTHJS_KIND_SIGN_IN] = {AUTHJS_PAGE_SIGN_IN, "/signin"},
                 [AUTHJS_KIND_VERIFY] = {AUTHJS_PAGE_VERIFY_REQUEST, "/verify-request"}};
    const char *url;

    if (x->start_again) {
        return authjs_again_location(x);
    }
    url = authjs_exchange_page(x, pages[error->kind].page);
    if (!url) {
        url = apr_pstrcat(x->pool, x->base_url, pages[error->kind].path, NULL);
    }
    if (error->kind == AUTHJS_KIND_VERIFY) {
        url = authjs_url_with_param(x->pool, url, "provider", x->provider->id);
        url = authjs_url_with_param(x->pool, url, "type", x->provider->type->name);
    }
    if (error->type == AUTHJS_ERR_ReauthRequired) {
        url = authjs_reauth_location(x, url);
    }
    if (error->kind == AUTHJS_KIND_SIGN_IN && x->invitation) {
        /* Whoever is invited tries again. */
        url = authjs_url_with_param(x->pool, url, "invitation", x->invitation->token);
    }
    url = authjs_url_with_param(x->pool, url, "error", error->client_code);
    return error->code ? authjs_url_with_param(x->pool, url, "code", error->code) : url;
}

/* For a person who goes on from there: the sign-in page takes a fragment that the form
 * has told on into its own forms (lib/pages/fragment.c). Of another origin it is not
 * shown. */
static const char *with_fragment(const authjs_exchange_t *x, const authjs_error_t *error,
                                 const char *location)
{
    apr_size_t len = strlen(x->origin);
    const char *fragment = x->callback_url ? ap_strchr_c(x->callback_url, '#') : NULL;

    if (!fragment || error->kind != AUTHJS_KIND_SIGN_IN ||
        strncmp(x->callback_url, x->origin, len) ||
        !ap_strchr_c("/?#", x->callback_url[len])) {
        return location;
    }
    return apr_pstrcat(x->pool, location, fragment, NULL);
}

/* What a failed callback leaves behind is of no use to anyone: the check cookies of this
 * attempt go, so that the next one starts afresh. Those of another attempt stay. */
static void forget_checks(authjs_exchange_t *x)
{
    static const authjs_cookie_e checks[] = {AUTHJS_COOKIE_PKCE_CODE_VERIFIER,
                                             AUTHJS_COOKIE_STATE, AUTHJS_COOKIE_NONCE};
    apr_size_t i;

    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (x->attempt_known ? x->attempt_cookies & 1 << checks[i]
                             : authjs_exchange_cookie(x, checks[i]) != NULL) {
            authjs_exchange_delete_cookie(x, checks[i]);
        }
    }
}

/* What is limited is told to a program by the status as well; a person reads it on the
 * sign-in page. */
static int limited_status(authjs_exchange_t *x)
{
    if (x->retry_after) {
        apr_table_setn(x->r->err_headers_out, "Retry-After",
                       apr_psprintf(x->pool, "%" APR_INT64_T_FMT, x->retry_after));
    }
    return x->retry_after && authjs_asker(authjs_request(x->r)->r) == AUTHJS_ASKER_PROGRAM
               ? HTTP_TOO_MANY_REQUESTS
               : 0;
}

/* Whether an error is about the address alone, and the site has no page for that. */
static int is_astray(const authjs_exchange_t *x, const authjs_error_t *error)
{
    return (error->type == AUTHJS_ERR_UnknownAction ||
            error->type == AUTHJS_ERR_InvalidProvider) &&
           !authjs_exchange_page(x, AUTHJS_PAGE_ERROR);
}

/* Nothing of what was queued survives. */
static int send_error(authjs_exchange_t *x, int traits, const authjs_error_t *error)
{
    struct json_object *answer;
    int limited;

    if (traits & SIGN_IN && !x->r->header_only) {
        authjs_event_sign_in_failed(x, error);
    }
    else {
        authjs_log_error(x->r, error);
    }
    apr_array_clear(x->set_cookies);
    x->location = NULL;
    x->status = 0;
    if (traits & ERROR_IS_NULL) {
        authjs_exchange_answer_json(x, HTTP_BAD_REQUEST, "null");
        return authjs_exchange_send(x);
    }
    if (traits & CHECKS && x->provider && x->provider->type->has_checks) {
        forget_checks(x);
        authjs_ask_first(x, AUTHJS_AFTER_CALLBACK);
    }
    if (traits & SIGN_IN && error->kind == AUTHJS_KIND_ERROR && !x->start_again) {
        authjs_reference_keep(x);
    }
    if (is_astray(x, error) && authjs_lead_astray_on(x, HTTP_NOT_FOUND)) {
        return authjs_exchange_send(x);
    }
    if (error->kind == AUTHJS_KIND_SIGN_IN) {
        authjs_tried_keep(x);
    }
    limited = limited_status(x);
    if (authjs_wants_json_redirect(x->r) || limited) {
        /* Unlike a success, without a Location. */
        answer = authjs_json_object(x->pool);
        authjs_json_set_string(answer, "url", error_location(x, error));
        authjs_exchange_answer_json(x, limited ? limited : HTTP_OK,
                                    authjs_json_text(x->pool, answer));
    }
    else {
        x->location = with_fragment(x, error, error_location(x, error));
    }
    return authjs_exchange_send(x);
}

/* Have an endpoint answer, after what stands before every answer: the provider, the
 * cookies, the CSRF token. endpoint NULL: that name does not have the method. */
static const authjs_error_t *serve(authjs_exchange_t *x, const endpoint_t *endpoint,
                                   const authjs_endpoint_path_t *path)
{
    int initiated = endpoint && endpoint->traits & INITIATED;
    const authjs_error_t *error;

    if (initiated && authjs_is_initiated(x)) {
        authjs_initiated_by_get(x, path->provider);
        return NULL;
    }
    if (path->provider) {
        x->provider = authjs_site_provider(x->site, path->provider);
        if (!x->provider && initiated && x->method == M_GET) {
            x->status = HTTP_NOT_FOUND;
        }
        else if (!x->provider) {
            return authjs_error(x->pool, AUTHJS_ERR_InvalidProvider,
                                "there is no provider \"%s\" here", path->provider);
        }
    }
    if (!endpoint) {
        return authjs_error(x->pool, AUTHJS_ERR_UnknownAction, "no %s %s", x->r->method,
                            path->action);
    }
    if (endpoint->traits & ACTS && x->r->header_only) {
        x->content_type = endpoint->traits & SIGN_IN ? "text/html" : "application/json";
        return NULL;
    }
    if (endpoint->traits & PAGE && authjs_answer_refusal(x, path->action)) {
        return NULL;
    }
    if (endpoint->traits & COOKIES) {
        authjs_csrf_begin(x);
        authjs_callback_url_begin(x, initiated ? "target_link_uri" : NULL);
    }
    if (endpoint->traits & CSRF && (error = authjs_csrf_require(x))) {
        return error;
    }
    return endpoint->answer(x);
}

int authjs_actions_handler(request_rec *r)
{
    const authjs_site_t *site = authjs_site(r);
    int method = method_of(r), traits, found;
    const endpoint_t *endpoint;
    const authjs_error_t *error;
    authjs_endpoint_path_t path;
    authjs_request_e request;
    authjs_exchange_t *x;

    found = site ? authjs_endpoint_path(&path, r, site) : DECLINED;
    if (found == DECLINED) {
        return DECLINED;
    }
    if (authjs_is_prefetch(r) && !r->prev) {
        return authjs_send_empty(r, HTTP_SERVICE_UNAVAILABLE);
    }
    if (found != OK || !(endpoint = find_name(&path, site))) {
        return authjs_send_astray(r, site);
    }
    if (method == M_INVALID) {
        return send_methods(r, endpoint);
    }
    apr_table_unset(r->headers_in, "Range"); /* no part of an answer makes sense */
    if (path.provider && !strcmp(path.provider, "undefined")) {
        path.provider = NULL;
    }
    endpoint = with_method(endpoint, method);
    traits = endpoint ? endpoint->traits : 0;
    error = authjs_exchange_begin(&x, r, site, authjs_request(r)->cookie_header);
    if (error) {
        return authjs_send_configuration_error(
            r, error,
            traits & PAGE || authjs_astray_page(r, site)
                ? authjs_page_configuration_error(r, site)
                : NULL);
    }
    x->method = method;
    request = x->malformed       ? AUTHJS_REQUEST_BAD
              : method == M_POST ? authjs_exchange_read_body(x)
                                 : AUTHJS_REQUEST_OK;
    if (request != AUTHJS_REQUEST_OK) {
        return authjs_send_bad_request(r,
                                       request == AUTHJS_REQUEST_TOO_LARGE
                                           ? HTTP_REQUEST_ENTITY_TOO_LARGE
                                           : HTTP_BAD_REQUEST,
                                       authjs_astray_page(r, site));
    }
    error = serve(x, endpoint, &path);
    if (error && authjs_again_not_needed(x)) {
        return authjs_exchange_send(x);
    }
    return error ? send_error(x, traits, error) : authjs_exchange_send(x);
}
