/* The callback authorized: a condition of the directory, beside what Require says. */
#include "access/access.h"

#include "callbacks/callbacks.h"
#include "core/jsonpath.h"

/* url and nextUrl are of what is asked for here and now, which may be something that a
 * browser's request led to. */
static struct json_object *request_object(request_rec *r, const authjs_request_t *request)
{
    struct json_object *object = authjs_request_object(r, request->origin);
    struct json_object *next = authjs_json_object(r->pool);
    const char *args =
        r->args && *r->args ? apr_pstrcat(r->pool, "?", r->args, NULL) : "";

    authjs_json_set_string(next, "pathname", ap_os_escape_path(r->pool, r->uri, 1));
    authjs_json_set_string(next, "search", authjs_as_url(r->pool, args));
    authjs_json_set(object, "nextUrl", next);
    return object;
}

/* Who is signed in, as a decision may see it: without an e-mail address that the provider
 * does not vouch for. */
static struct json_object *auth_object(request_rec *r, const authjs_session_t *session)
{
    struct json_object *auth = authjs_session_object(r, session);

    if (session->claims.email_unverified && auth) {
        auth = authjs_json_own(r->pool, authjs_json_copy(auth));
        json_object_object_del(authjs_json_get_object(auth, "user"), "email");
    }
    return auth;
}

/* Another sign-in would not help whoever is signed in and not allowed. */
static int refuse_unauthorized(request_rec *r, authjs_request_t *request,
                               const authjs_session_t *session, const char *redirect)
{
    authjs_set_no_store(r);
    if (redirect) {
        apr_table_setn(r->headers_out, "Location", redirect);
        return r->method_number == M_GET ? HTTP_MOVED_TEMPORARILY : HTTP_SEE_OTHER;
    }
    return session ? authjs_access_forbidden(r, request)
                   : authjs_access_unauthorized(r, request);
}

int authjs_access_authorized(request_rec *r, authjs_request_t *request)
{
    const authjs_session_t *session = authjs_session_of(r);
    struct json_object *params;
    const char *redirect;

    if (r->proxyreq == PROXYREQ_PROXY) {
        return HTTP_FORBIDDEN;
    }
    if (!session && authjs_session_is_unavailable(request)) {
        return authjs_access_unavailable(r, request);
    }
    if (!request->origin) {
        return authjs_access_unauthorized(r, request);
    }
    params = authjs_json_object(r->pool);
    authjs_json_set(params, "request", request_object(r, request));
    authjs_json_set(params, "auth", session ? auth_object(r, session) : NULL);
    return authjs_callback_authorized(r, request->site, authjs_dir_authorized(r), params,
                                      request->origin, &redirect)
               ? DECLINED
               : refuse_unauthorized(r, request, session, redirect);
}
