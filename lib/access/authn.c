#include "access/access.h"

#include "actions/action.h"
#include "site/provider_type.h"

#include "apr_uuid.h"

int authjs_access_is_address(const char *email)
{
    static const unsigned char odd[UCHAR_MAX + 1] = {
        [' '] = 1, ['"'] = 1, ['('] = 1, [')'] = 1,  [','] = 1, [':'] = 1, [';'] = 1,
        ['<'] = 1, ['>'] = 1, ['['] = 1, ['\\'] = 1, [']'] = 1, ['@'] = 1};
    const unsigned char *c = (const unsigned char *)email, *at;

    while (*c && !odd[*c]) {
        c++;
    }
    at = c;
    if (*at != '@' || at == (const unsigned char *)email || !at[1]) {
        return 0;
    }
    for (c++; *c && !odd[*c]; c++) {
    }
    return !*c;
}

/* What other providers' subjects look like: an e-mail address, or a UUID. */
static int looks_like_others(const authjs_provider_t *provider, const char *name)
{
    apr_uuid_t uuid;

    return (ap_strchr_c(name, '@') && !provider->login_is_email) ||
           !apr_uuid_parse(&uuid, name);
}

/* Whether a subject is what this provider of ours would say. Another host of the realm
 * may have it too, and keep its users elsewhere. */
static int is_subject_of(const authjs_site_t *site, const authjs_provider_t *provider,
                         const authjs_claims_t *claims)
{
    return !site->realm || !claims->via.value ||
           !strncmp(claims->via.value, provider->fingerprint, AUTHJS_FINGERPRINT_IDS_LEN);
}

/* The subject as a name that no other provider's is: a UUID made of the account, or the
 * id of a user in the database, as it is; the login of a credentials provider, where
 * another could have the same, and what is of another host, as <provider>:<subject>. A
 * colon is in no login and in no id of a provider. */
static const char *subject(request_rec *r, const authjs_session_t *session)
{
    const authjs_claims_t *claims = &session->claims;
    const char *id = claims->provider.value, *name = claims->sub.value;
    const authjs_site_t *site = authjs_site(r);
    const authjs_provider_t *provider;

    if (!name || !*name || !id || session->token) {
        return name;
    }
    provider = authjs_site_provider(site, id);
    if (provider && is_subject_of(site, provider, claims) &&
        (!provider->type->has_chosen_names ||
         (!provider->qualified &&
          (provider->authorize || !looks_like_others(provider, name))))) {
        return name;
    }
    return apr_pstrcat(r->pool, id, ":", name, NULL);
}

/* AuthJSRemoteUser; NULL when no claim can be a user name. A claim that is no line is not
 * there at all; one that repeats the subject is no more than that, unless it is
 * an e-mail address. */
static const char *remote_user(request_rec *r, const authjs_session_t *session)
{
    const char *claim = authjs_dir_remote_user(r);
    const authjs_claims_t *claims = &session->claims;
    const char *name;

    if (claim) {
        name = authjs_session_claim(r, session, claim);
        if (name && claims->sub.value && !strcmp(name, claims->sub.value) &&
            strcmp(claim, "email")) {
            name = subject(r, session);
        }
        return name && *name ? name : NULL;
    }
    name = authjs_claims_email(claims);
    if (name && authjs_access_is_address(name)) {
        return name;
    }
    name = subject(r, session);
    return name && *name ? name : NULL;
}

static int no_provider(request_rec *r, const char *what)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  "AuthJS: %s stands in a virtual host that has no provider; write: "
                  "AuthJSProvider <id>",
                  what);
    return HTTP_INTERNAL_SERVER_ERROR;
}

int authjs_access_check_authn(request_rec *r)
{
    const authjs_session_t *session;
    authjs_request_t *request;
    const char *user;

    if (!authjs_access_protects(r)) {
        return DECLINED;
    }
    request = authjs_request(r);
    if (!request) {
        return no_provider(r, "AuthType " AUTHJS_AUTH_TYPE);
    }
    if (r->proxyreq == PROXYREQ_PROXY) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      "AuthJS: a forward proxy cannot be protected by AuthType AuthJS");
        return authjs_access_forbidden(r, request);
    }
    session = authjs_session_of(r);
    if (!session) {
        return authjs_session_is_unavailable(request)
                   ? authjs_access_unavailable(r, request)
                   : authjs_access_unauthorized(r, request);
    }
    user = remote_user(r, session);
    if (!user) {
        authjs_access_log_no_user(r, session);
        return authjs_access_forbidden(r, request);
    }
    r->user = apr_pstrdup(r->pool, user);
    r->ap_auth_type = apr_pstrdup(r->pool, AUTHJS_AUTH_TYPE);
    return OK;
}

/* The verdict of the others about a request, asked for within one of our own hooks: the
 * same hook is run again, in which we say nothing. */
static int verdict_of_others(request_rec *r, authjs_request_t *request,
                             int (*hook)(request_rec *r))
{
    authjs_access_slot_t *slot = AUTHJS_SLOT(access, request);
    const request_rec *outer = slot->deciding;
    int status;

    slot->deciding = r;
    status = hook(r);
    slot->deciding = outer;
    return status;
}

static int is_deciding(const request_rec *r, authjs_request_t *request)
{
    return AUTHJS_SLOT(access, request)->deciding == r;
}

/* The verdict of the others about access, and whether the session had a say in it. */
static int verdict_on_access(request_rec *r, authjs_request_t *request, int *asked)
{
    int before = authjs_session_was_asked(request), status;

    authjs_session_set_asked(request, 0);
    status = verdict_of_others(r, request, ap_run_access_checker_ex);
    *asked = authjs_session_was_asked(request);
    authjs_session_set_asked(request, *asked || before);
    return status;
}

/* A visitor without a session whom an expression about the session refuses. */
static int check_without_session(request_rec *r, authjs_request_t *request)
{
    int asked;
    int status = verdict_on_access(r, request, &asked);

    if (AUTHJS_SLOT(access, request)->undecided) {
        return authjs_access_unavailable(r, request);
    }
    return status == HTTP_FORBIDDEN && asked ? authjs_access_unauthorized(r, request)
                                             : DECLINED;
}

/* Open means that no session is needed. What is refused to everybody, whoever he is,
 * stays so: a page, its index or its variant that Require all denied or Require ip
 * closes. */
static int check_open(request_rec *r, authjs_request_t *request)
{
    int asked;

    if (!authjs_is_endpoint(r, request->site) &&
        verdict_on_access(r, request, &asked) == HTTP_FORBIDDEN && !asked) {
        return HTTP_FORBIDDEN;
    }
    authjs_access_let_in(r, 1);
    return authjs_access_protects(r) ? OK : DECLINED;
}

/* What the callback authorized says; it lets a request in for its address alone. */
static int check_authorized(request_rec *r, authjs_request_t *request)
{
    int status = authjs_access_authorized(r, request);

    if (status == DECLINED) {
        authjs_access_let_in(r, 0);
    }
    return status;
}

/* Under Satisfy Any httpd asks nobody else when the address does. */
int authjs_access_check_any(request_rec *r)
{
    authjs_request_t *request;

    if (ap_satisfies(r) != SATISFY_ANY || !authjs_access_has_authorized(r) ||
        !(request = authjs_request(r)) || authjs_access_is_open(r, request)) {
        return DECLINED;
    }
    return check_authorized(r, request);
}

int authjs_access_check(request_rec *r)
{
    int protects = authjs_access_protects(r);
    int has_authorized = authjs_access_has_authorized(r), status = DECLINED;
    authjs_request_t *request;

    if (!protects && !has_authorized) {
        return DECLINED;
    }
    request = authjs_request(r);
    if (!request) {
        return has_authorized ? no_provider(r, "AuthJSCallback authorized") : DECLINED;
    }
    if (is_deciding(r, request)) {
        return DECLINED;
    }
    if (authjs_access_is_open(r, request)) {
        return check_open(r, request);
    }
    if (has_authorized) {
        status = check_authorized(r, request);
    }
    return status != DECLINED || !protects || authjs_session_of(r)
               ? status
               : check_without_session(r, request);
}

int authjs_access_force_authn(request_rec *r)
{
    const authjs_session_t *session;
    authjs_request_t *request;

    if (!authjs_access_protects(r) || !(request = authjs_request(r)) ||
        authjs_access_is_open(r, request)) {
        return DECLINED;
    }
    session = authjs_session_of(r);
    return session && remote_user(r, session) ? OK : DECLINED;
}

int authjs_access_forbid(request_rec *r)
{
    authjs_request_t *request;
    authjs_access_slot_t *slot;
    unsigned int before, missed;
    int status;

    if (!authjs_access_signed_in(r) || !(request = authjs_request(r)) ||
        is_deciding(r, request)) {
        return DECLINED;
    }
    slot = AUTHJS_SLOT(access, request);
    slot->missed_claim = NULL;
    /* a rule may ask about another page, and so come here meanwhile */
    before = slot->missed_factor;
    slot->missed_factor = 0;
    status = verdict_of_others(r, request, ap_run_auth_checker);
    missed = slot->missed_factor;
    slot->missed_factor = before;
    if (status != HTTP_UNAUTHORIZED && status != HTTP_FORBIDDEN) {
        return status;
    }
    if (missed) {
        return authjs_access_step_up(r, request);
    }
    authjs_access_log_missed_claim(r, request);
    return authjs_access_forbidden(r, request);
}
