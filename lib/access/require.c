#include "access/access.h"

#include "jose/refresh_claims.h"

#include "ap_provider.h"
#include "mod_auth.h"
#include "apr_fnmatch.h"
#include "apr_lib.h"

typedef authz_status(require_f)(request_rec *r, const authjs_session_t *session,
                                const void *parsed);

/* Without a user httpd asks again once there is one. Another AuthType's user is not whom
 * the session is about. */
static authz_status require(request_rec *r, const void *parsed, require_f *check)
{
    const authjs_session_t *session;

    if (!r->user) {
        return AUTHZ_DENIED_NO_USER;
    }
    session = authjs_access_signed_in(r) ? authjs_session_of(r) : NULL;
    return session ? check(r, session, parsed) : AUTHZ_DENIED;
}

static authz_status verdict(request_rec *r, int granted, const char *what)
{
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "AuthJS: Require %s: %s", what,
                  granted ? "granted" : "denied");
    return granted ? AUTHZ_GRANTED : AUTHZ_DENIED;
}

/* For the log, should that be why somebody is refused. */
static void missed(request_rec *r, const char *path)
{
    authjs_access_slot_t *slot = AUTHJS_SLOT(access, authjs_request(r));

    slot->missed_claim = slot->missed_claim ? slot->missed_claim : path;
}

/* The words of a Require line: one at least. */
static int parse_words(cmd_parms *cmd, const char *line, apr_array_header_t **words)
{
    *words = apr_array_make(cmd->pool, 4, sizeof(const char *));
    while (*line) {
        APR_ARRAY_PUSH(*words, const char *) = ap_getword_conf(cmd->pool, &line);
    }
    return (*words)->nelts > 0;
}

/* ---- Require authjs-provider id... ----------------------------------------------- */

static const char *provider_parse(cmd_parms *cmd, const char *line, const void **parsed)
{
    apr_array_header_t *ids;

    if (!parse_words(cmd, line, &ids)) {
        return "Require authjs-provider: name a provider: authjs-provider github";
    }
    *parsed = ids;
    return NULL;
}

static authz_status provider_matches(request_rec *r, const authjs_session_t *session,
                                     const void *parsed)
{
    const char *provider = session->claims.provider.value;

    if (!provider) {
        missed(r, "provider");
    }
    return verdict(r, provider && authjs_cookie_index(parsed, provider) >= 0,
                   "authjs-provider");
}

static authz_status provider_check(request_rec *r, const char *line, const void *parsed)
{
    (void)line;
    return require(r, parsed, provider_matches);
}

/* ---- Require authjs-email glob... ------------------------------------------------ */

static const char *email_parse(cmd_parms *cmd, const char *line, const void **parsed)
{
    apr_array_header_t *globs;

    if (!parse_words(cmd, line, &globs)) {
        return "Require authjs-email: name an address: authjs-email *@example.com";
    }
    *parsed = globs;
    return NULL;
}

static authz_status email_matches(request_rec *r, const authjs_session_t *session,
                                  const void *parsed)
{
    const apr_array_header_t *globs = parsed;
    const char *email = authjs_claims_email(&session->claims);
    int i, granted = 0;

    if (!email) {
        missed(r, "email");
    }
    if (email && authjs_access_is_address(email)) {
        for (i = 0; i < globs->nelts && !granted; i++) {
            granted = apr_fnmatch(APR_ARRAY_IDX(globs, i, const char *), email,
                                  APR_FNM_CASE_BLIND) == APR_SUCCESS;
        }
    }
    return verdict(r, granted, "authjs-email");
}

static authz_status email_check(request_rec *r, const char *line, const void *parsed)
{
    (void)line;
    return require(r, parsed, email_matches);
}

/* ---- Require authjs-claim path op value... --------------------------------------- */

typedef enum { CLAIM_IS, CLAIM_IS_NOT, CLAIM_MATCHES, CLAIM_IN } claim_op_e;

typedef struct {
    const char *path;
    claim_op_e op;
    apr_array_header_t *values;
    const ap_regex_t *regex; /* CLAIM_MATCHES */
} claim_rule_t;

static const char claim_usage[] =
    "Require authjs-claim: write: authjs-claim <path> =|!=|=~ <value>, or "
    "authjs-claim <path> in <value>...";

static int claim_op(const char *word, claim_op_e *op)
{
    static const char *const ops[] = {"=", "!=", "=~", "in"};
    int i;

    for (i = 0; i < 4; i++) {
        if (!strcmp(word, ops[i])) {
            *op = (claim_op_e)i;
            return 1;
        }
    }
    return 0;
}

static const char *claim_parse(cmd_parms *cmd, const char *line, const void **parsed)
{
    claim_rule_t *rule = apr_pcalloc(cmd->pool, sizeof(*rule));

    rule->path = ap_getword_conf(cmd->pool, &line);
    if (authjs_refresh_claims_reserve(rule->path)) {
        return "Require authjs-claim: access_token, expires_at and refresh_token are what "
               "AuthJSRefresh keeps, which decides about nobody; name another claim";
    }
    if (!claim_op(ap_getword_conf(cmd->pool, &line), &rule->op) ||
        !parse_words(cmd, line, &rule->values) ||
        (rule->op != CLAIM_IN && rule->values->nelts > 1)) {
        return claim_usage;
    }
    if (rule->op == CLAIM_MATCHES) {
        rule->regex = ap_pregcomp(cmd->pool, APR_ARRAY_IDX(rule->values, 0, const char *),
                                  AP_REG_EXTENDED | AP_REG_NOSUB);
        if (!rule->regex) {
            return "Require authjs-claim: the regular expression is not valid";
        }
    }
    *parsed = rule;
    return NULL;
}

static int value_satisfies(const claim_rule_t *rule, const char *value)
{
    return rule->op == CLAIM_MATCHES ? !ap_regexec(rule->regex, value, 0, NULL, 0)
                                     : authjs_cookie_index(rule->values, value) >= 0;
}

/* Of several values one has to fit, and for != none may be the one. A claim that is not
 * there fits nothing, != included. */
static authz_status claim_matches(request_rec *r, const authjs_session_t *session,
                                  const void *parsed)
{
    const claim_rule_t *rule = parsed;
    apr_array_header_t *values = authjs_session_claim_values(r, session, rule->path);
    int i, found = 0;

    for (i = 0; i < values->nelts && !found; i++) {
        found = value_satisfies(rule, APR_ARRAY_IDX(values, i, const char *));
    }
    if (!values->nelts) {
        missed(r, rule->path);
    }
    return verdict(r, rule->op == CLAIM_IS_NOT ? values->nelts && !found : found,
                   apr_pstrcat(r->pool, "authjs-claim ", rule->path, NULL));
}

static authz_status claim_check(request_rec *r, const char *line, const void *parsed)
{
    (void)line;
    return require(r, parsed, claim_matches);
}

/* ---- Require authjs-factor word... ----------------------------------------------- */

typedef struct {
    int factors; /* authjs_factor_e: one of them is enough */
    int wanted;  /* whoever has it comes in: no "not" turns that round */
} factor_rule_t;

static int is_wanted(const ap_directive_t *directive)
{
    int wanted = ap_cstr_casecmpn(directive->args, "not ", 4) != 0;

    while ((directive = directive->parent) != NULL) {
        wanted ^= !ap_cstr_casecmp(directive->directive, "<RequireNone");
    }
    return wanted;
}

static const char *factor_parse(cmd_parms *cmd, const char *line, const void **parsed)
{
    factor_rule_t *rule = apr_pcalloc(cmd->pool, sizeof(*rule));
    apr_array_header_t *words;
    int known = parse_words(cmd, line, &words), i;

    for (i = 0; i < words->nelts; i++) {
        const char *word = APR_ARRAY_IDX(words, i, const char *);
        int factor = ap_strchr_c(word, ' ') ? 0 : authjs_factors_read(word);

        known = known && factor;
        rule->factors |= factor;
    }
    rule->wanted = is_wanted(cmd->directive);
    *parsed = rule;
    return known ? NULL
                 : "Require authjs-factor: takes passkey, mfa or both: authjs-factor mfa";
}

/* What another sign-in could bring is noted for authjs_access_forbid. */
static authz_status factor_matches(request_rec *r, const authjs_session_t *session,
                                   const void *parsed)
{
    const factor_rule_t *rule = parsed;
    int granted = (session->proof.factors & rule->factors) != 0;

    if (!granted && rule->wanted) {
        AUTHJS_SLOT(access, authjs_request(r))->missed_factor = 1;
    }
    return verdict(r, granted, "authjs-factor");
}

static authz_status factor_check(request_rec *r, const char *line, const void *parsed)
{
    (void)line;
    return require(r, parsed, factor_matches);
}

/* ---- registration ---------------------------------------------------------------- */

void authjs_access_register_require(apr_pool_t *pool)
{
    static const authz_provider provider = {provider_check, provider_parse};
    static const authz_provider email = {email_check, email_parse};
    static const authz_provider claim = {claim_check, claim_parse};
    static const authz_provider factor = {factor_check, factor_parse};

    ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, "authjs-provider",
                              AUTHZ_PROVIDER_VERSION, &provider,
                              AP_AUTH_INTERNAL_PER_CONF);
    ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, "authjs-email",
                              AUTHZ_PROVIDER_VERSION, &email, AP_AUTH_INTERNAL_PER_CONF);
    ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, "authjs-claim",
                              AUTHZ_PROVIDER_VERSION, &claim, AP_AUTH_INTERNAL_PER_CONF);
    ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, "authjs-factor",
                              AUTHZ_PROVIDER_VERSION, &factor, AP_AUTH_INTERNAL_PER_CONF);
}
