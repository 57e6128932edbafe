#include "actions/action.h"

#include "mod_authjs.h"
#include "pages/page.h"
#include "providers/provider.h"
#include "signin/events.h"
#include "settings/settings.h"
#include "web/url.h"

#include "apr_lib.h"

/* Nothing in a path below the base path is longer: an action and a provider id. */
#define SEGMENT_MAX 64

/* Spec 1.4. An action that is named here, but not for the method at hand, is known to the
 * path grammar and answered with UnknownAction. */
static const authjs_action_t actions[] = {
    /* name, method, provider, csrf, html, cookies, accounts, run */
    {"signin", M_GET, 1, 0, 1, 1, 0, authjs_action_signin_page},
    {"signin", M_POST, 1, 1, 0, 1, 0, authjs_action_signin},
    {"callback", M_GET, 1, 0, 0, 1, 0, authjs_action_callback},
    {"callback", M_POST, 1, 0, 0, 1, 0, authjs_action_callback},
    {"signout", M_GET, 0, 0, 1, 1, 0, authjs_action_signout_page},
    {"signout", M_POST, 0, 1, 0, 1, 0, authjs_action_signout},
    {"account", M_GET, 0, 0, 1, 1, 1, authjs_action_account_page},
    {"account", M_POST, 0, 1, 0, 1, 1, authjs_action_account},
    {"session", M_GET, 0, 0, 0, 1, 0, authjs_action_session},
    {"session", M_POST, 0, 1, 0, 1, 0, authjs_action_session_update},
    {"csrf", M_GET, 0, 0, 0, 1, 0, authjs_action_csrf},
    {"providers", M_GET, 0, 0, 0, 0, 0, authjs_action_providers},
    {"error", M_GET, 0, 0, 1, 1, 0, authjs_action_error},
    {"verify-request", M_GET, 0, 0, 1, 1, 0, authjs_action_verify_request},
    {"webauthn-options", M_GET, 1, 0, 0, 1, 0, NULL},
    {NULL, 0, 0, 0, 0, 0, 0, NULL}};

typedef struct {
    const char *action;
    const char *provider; /* NULL: none */
} endpoint_path_t;

/* Only what no decoder, proxy or file system reads as anything else. */
static int segment_valid(const char *segment)
{
    const char *c;

    for (c = segment; *c; c++) {
        if (!apr_isalnum(*c) && !ap_strchr_c("-._~", *c)) {
            return 0;
        }
    }
    return c - segment <= SEGMENT_MAX && strcmp(segment, ".") && strcmp(segment, "..");
}

static int parse_path(endpoint_path_t *path, apr_pool_t *pool, const char *rest,
                      const char *end)
{
    const char *segments[2] = {NULL, NULL};
    int count = 0;

    while (rest < end) {
        apr_size_t len = strcspn(rest, "/?");

        if (len) {
            if (count == 2) {
                return 0;
            }
            segments[count] = apr_pstrmemdup(pool, rest, len);
            if (!segment_valid(segments[count++])) {
                return 0;
            }
        }
        rest += len;
        rest += *rest == '/';
    }
    path->action = segments[0];
    path->provider = segments[1];
    return count > 0;
}

/* Whether httpd has read what came over the wire as it stands there, slashes merged. */
static int spells(const char *wire, const char *end, const char *uri)
{
    while (wire < end && *wire == *uri) {
        uri++;
        wire++;
        while (wire < end && *wire == '/' && wire[-1] == '/') {
            wire++;
        }
    }
    return wire == end && !*uri;
}

/* OK: an endpoint, which the wire and httpd (and with it the sections that apply) agree
 * about; HTTP_BAD_REQUEST: nothing else may be below the base path; DECLINED: elsewhere.
 */
static int find_endpoint(endpoint_path_t *path, const request_rec *r,
                         const authjs_site_t *site)
{
    const char *wire = r->proxyreq == PROXYREQ_PROXY ? NULL : authjs_wire_path(r);
    const char *rest, *end;

    if (!wire || strncmp(wire, site->base_path, site->base_path_len)) {
        return DECLINED;
    }
    rest = wire + site->base_path_len;
    end = wire + authjs_wire_path_len(wire);
    if (rest != end && *rest != '/') {
        return DECLINED;
    }
    return parse_path(path, r->pool, rest, end) && spells(wire, end, r->uri)
               ? OK
               : HTTP_BAD_REQUEST;
}

/* The first action of that name: all of a name have the same path grammar. */
static const authjs_action_t *find_action(const endpoint_path_t *path,
                                          const authjs_site_t *site)
{
    const authjs_action_t *action = actions;

    while (action->name && strcmp(action->name, path->action)) {
        action++;
    }
    if (!action->name || (path->provider && !action->takes_provider) ||
        (action->accounts && !(site->adapter && site->adapter->list_accounts))) {
        return NULL;
    }
    return action;
}

static int method_of(const request_rec *r)
{
    if (!strcmp(r->method, "GET")) {
        return M_GET;
    }
    return strcmp(r->method, "POST") ? M_INVALID : M_POST;
}

static const authjs_action_t *with_method(const authjs_action_t *action, int method)
{
    const authjs_action_t *found = action;

    while (found->name &&
           (strcmp(found->name, action->name) || found->method != method)) {
        found++;
    }
    return found->name && found->run ? found : NULL;
}

int authjs_is_endpoint(const request_rec *r, const authjs_site_t *site)
{
    endpoint_path_t path;

    return find_endpoint(&path, r, site) == OK;
}

/* The page an error leads to, with ?error= (and &code=). */
static const char *error_location(const authjs_exchange_t *x, const authjs_error_t *error)
{
    int sign_in = error->kind == AUTHJS_KIND_SIGN_IN;
    const char *page = x->site->pages[sign_in ? AUTHJS_PAGE_SIGN_IN : AUTHJS_PAGE_ERROR];
    const char *url =
        page ? apr_pstrcat(x->pool, x->origin, page, NULL)
             : apr_pstrcat(x->pool, x->base_url, sign_in ? "/signin" : "/error", NULL);

    url = authjs_url_with_param(x->pool, url, "error", error->client_code);
    return error->code ? authjs_url_with_param(x->pool, url, "code", error->code) : url;
}

/* What a failed callback leaves behind is of no use to anyone: the check cookies of this
 * attempt go, so that the next one starts afresh. */
static void forget_checks(authjs_exchange_t *x)
{
    static const authjs_cookie_e checks[] = {AUTHJS_COOKIE_PKCE_CODE_VERIFIER,
                                             AUTHJS_COOKIE_STATE, AUTHJS_COOKIE_NONCE};
    apr_size_t i;

    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (authjs_exchange_cookie(x, checks[i])) {
            authjs_exchange_delete_cookie(x, checks[i]);
        }
    }
}

/* Spec 1.7: nothing of what was queued survives. */
static int send_error(authjs_exchange_t *x, const authjs_error_t *error)
{
    struct json_object *answer;

    authjs_log_error(x->r, error);
    if (x->action && (x->action->run == authjs_action_callback ||
                      x->action->run == authjs_action_signin)) {
        authjs_event_sign_in_failed(x, error);
    }
    apr_array_clear(x->set_cookies);
    x->location = NULL;
    x->status = 0;
    if (x->action && x->action->run == authjs_action_session_update) {
        authjs_exchange_answer_json(x, HTTP_BAD_REQUEST, "null");
        return authjs_exchange_send(x);
    }
    if (x->action && x->action->run == authjs_action_callback && x->provider &&
        x->provider->type->button) {
        forget_checks(x);
    }
    if (authjs_wants_json_redirect(x->r)) {
        /* Unlike a success, without a Location. */
        answer = authjs_json_object(x->pool);
        authjs_json_set_string(answer, "url", error_location(x, error));
        authjs_exchange_answer_json(x, HTTP_OK, authjs_json_text(x->pool, answer));
    }
    else {
        x->location = error_location(x, error);
    }
    return authjs_exchange_send(x);
}

/* Spec 1.3, steps 3 to 6. */
static const authjs_error_t *run_action(authjs_exchange_t *x, const endpoint_path_t *path)
{
    const authjs_error_t *error;

    if (path->provider) {
        x->provider = authjs_site_provider(x->site, path->provider);
        if (!x->provider) {
            return authjs_error(x->pool, AUTHJS_ERR_InvalidProvider,
                                "there is no provider \"%s\" here", path->provider);
        }
    }
    if (!x->action) {
        return authjs_error(x->pool, AUTHJS_ERR_UnknownAction, "no %s %s", x->r->method,
                            path->action);
    }
    if (x->action->cookies) {
        authjs_csrf_begin(x);
        authjs_callback_url_begin(x);
    }
    if (x->action->csrf && (error = authjs_csrf_require(x))) {
        return error;
    }
    return x->action->run(x);
}

int authjs_actions_handler(request_rec *r)
{
    const authjs_site_t *site = authjs_site(r);
    int method = method_of(r), found;
    const authjs_action_t *action;
    const authjs_error_t *error;
    authjs_request_e request;
    endpoint_path_t path;
    authjs_exchange_t *x;

    found = site ? find_endpoint(&path, r, site) : DECLINED;
    if (found == DECLINED) {
        return DECLINED;
    }
    if (method == M_INVALID || found != OK || !(action = find_action(&path, site))) {
        return authjs_send_bad_request(r, HTTP_BAD_REQUEST);
    }
    if (path.provider && !strcmp(path.provider, "undefined")) {
        path.provider = NULL;
    }
    action = with_method(action, method);
    error = authjs_exchange_begin(&x, r, site, authjs_request(r, site)->cookie_header);
    if (error) {
        return authjs_send_configuration_error(
            r, error,
            action && action->html ? authjs_page_configuration_error(r, site) : NULL);
    }
    x->action = action;
    request = x->malformed       ? AUTHJS_REQUEST_BAD
              : method == M_POST ? authjs_exchange_read_body(x)
                                 : AUTHJS_REQUEST_OK;
    if (request != AUTHJS_REQUEST_OK) {
        return authjs_send_bad_request(r, request == AUTHJS_REQUEST_TOO_LARGE
                                              ? HTTP_REQUEST_ENTITY_TOO_LARGE
                                              : HTTP_BAD_REQUEST);
    }
    error = run_action(x, &path);
    return error ? send_error(x, error) : authjs_exchange_send(x);
}
