/* authjsctl check: a discovery document against the configuration. What is in it is
 * somebody else's text. */
#include "ctl_check.h"

#include "web/issuer.h"
#include "web/url.h"

#include <string.h>

#define TEXT_MAX 200

typedef struct {
    authjs_ctl_site_t *site;
    struct json_object *provider, *document;
    const char *id;
} comparison_t;

static const char *written(const comparison_t *in, const char *key)
{
    return authjs_json_get_string(in->provider, key);
}

static int is_true(struct json_object *object, const char *key)
{
    return json_object_get_boolean(authjs_json_get(object, key));
}

static const char *shown(const comparison_t *in, const char *text)
{
    return text ? apr_pstrcat(in->site->check->pool, "\"",
                              authjs_printable(in->site->check->pool, text, TEXT_MAX),
                              "\"", NULL)
                : "none";
}

#define FOUND(in, level, code, ...)                                                      \
    authjs_ctl_found((in)->site->check, level, code, (in)->site->name, __VA_ARGS__)

/* ---- lists ------------------------------------------------------------------- */

/* 1: it is in the list, 0: it is not, -1: there is no list. */
static int supports(const comparison_t *in, const char *list, const char *word,
                    size_t word_len)
{
    struct json_object *all = authjs_json_get_array(in->document, list);
    size_t i;

    if (!all) {
        return -1;
    }
    for (i = 0; i < json_object_array_length(all); i++) {
        struct json_object *one = json_object_array_get_idx(all, i);
        const char *text =
            json_object_is_type(one, json_type_string) ? json_object_get_string(one) : "";

        if (strlen(text) == word_len && !strncmp(text, word, word_len)) {
            return 1;
        }
    }
    return 0;
}

static int supports_word(const comparison_t *in, const char *list, const char *word)
{
    return supports(in, list, word, strlen(word));
}

static void compare_scopes(const comparison_t *in)
{
    const char *scope = written(in, "scope");
    size_t len;

    scope = scope ? scope : "openid profile email";
    for (; *(scope += strspn(scope, " ")); scope += len) {
        len = strcspn(scope, " ");
        if (!supports(in, "scopes_supported", scope, len)) {
            FOUND(in, AUTHJS_FOUND_NOTE, "scope",
                  "provider %s: the scope %.*s is asked for, and is not among those that "
                  "its document has (it need not have all)",
                  in->id, (int)len, scope);
        }
    }
}

static void compare_checks(const comparison_t *in)
{
    int pkce = supports_word(in, "code_challenge_methods_supported", "S256");

    if (is_true(in->provider, "pkce") && pkce != 1) {
        FOUND(in, pkce ? AUTHJS_FOUND_NOTE : AUTHJS_FOUND_WARNING, "pkce",
              "provider %s: PKCE is used, and its document %s; if it ignores PKCE, "
              "nothing binds its answer to the browser: write AuthJSChecks state%s",
              in->id, pkce ? "says nothing of it" : "has other methods than S256",
              is_true(in->provider, "oidc") ? " nonce" : "");
    }
    if (is_true(in->provider, "formPost") &&
        supports_word(in, "response_modes_supported", "form_post") != 1) {
        FOUND(in, AUTHJS_FOUND_WARNING, "response-mode",
              "provider %s: response_mode=form_post is asked for, and is not among those "
              "that its document has",
              in->id);
    }
    if (!supports_word(in, "response_types_supported", "code")) {
        FOUND(in, AUTHJS_FOUND_ERROR, "response-type",
              "provider %s: its document does not have the response type code, without "
              "which nobody can sign in",
              in->id);
    }
}

static void compare_client(const comparison_t *in)
{
    static const char list[] = "token_endpoint_auth_methods_supported";
    const char *method = written(in, "method");
    int found = supports_word(in, list, method);

    if (found < 0) { /* RFC 8414, section 2 */
        found = !strcmp(method, "client_secret_basic") || !strcmp(method, "none");
    }
    if (!found) {
        FOUND(in, AUTHJS_FOUND_WARNING, "client-auth",
              "provider %s: AuthJSClientAuth is %s, and its document has %s", in->id,
              method,
              shown(in, authjs_json_text(in->site->check->pool,
                                         authjs_json_get(in->document, list))));
    }
}

static void compare_algs(const comparison_t *in)
{
    static const char list[] = "id_token_signing_alg_values_supported";
    const char *alg = written(in, "alg");

    if (is_true(in->provider, "oidc") && alg && !supports_word(in, list, alg)) {
        FOUND(in, AUTHJS_FOUND_ERROR, "id-token-alg",
              "provider %s: AuthJSIDTokenAlg is %s, and its document has %s", in->id, alg,
              shown(in, authjs_json_text(in->site->check->pool,
                                         authjs_json_get(in->document, list))));
    }
}

/* ---- endpoints --------------------------------------------------------------- */

/* What is written counts; else what the document says. */
static const char *compare_endpoint(const comparison_t *in, const char *key,
                                    const char *name, int needed)
{
    const char *ours = written(in, key);
    const char *theirs = authjs_json_get_string(in->document, name);
    int https = !strncmp(written(in, "issuer"), "https:", 6);
    const char *why = NULL;
    authjs_url_t url;

    if (ours) {
        if (theirs && strncmp(ours, theirs, strcspn(ours, "?#"))) {
            FOUND(in, AUTHJS_FOUND_NOTE, "endpoint",
                  "provider %s: its %s is %s as it is configured, and %s in its document",
                  in->id, name, ours, shown(in, theirs));
        }
        return ours;
    }
    if (!theirs) {
        why = "is missing";
    }
    else if (authjs_url_parse(&url, in->site->check->pool, theirs)) {
        why = "is no URL";
    }
    else if (https && strcmp(url.scheme, "https")) {
        why = "is not https, but its issuer is";
    }
    if (why && needed) {
        FOUND(in, AUTHJS_FOUND_ERROR, "endpoint",
              "provider %s: the %s of its document %s (%s)", in->id, name, why,
              shown(in, theirs));
    }
    return why ? NULL : theirs;
}

static void compare_demands(const comparison_t *in)
{
    static const char *const members[] = {"require_pushed_authorization_requests",
                                          "require_signed_request_object", NULL};
    int i;

    for (i = 0; members[i]; i++) {
        if (authjs_json_is_affirmative(authjs_json_get(in->document, members[i]))) {
            FOUND(in, AUTHJS_FOUND_ERROR, "demand",
                  "provider %s: its document has %s, which this module does not do: let "
                  "the provider do without for this client",
                  in->id, members[i]);
        }
    }
}

const char *authjs_ctl_check_document(authjs_ctl_site_t *site,
                                      struct json_object *provider,
                                      struct json_object *document)
{
    comparison_t in = {site, provider, document, authjs_json_get_string(provider, "id")};
    apr_pool_t *pool = site->check->pool;
    const char *issuer = written(&in, "issuer"), *announced;
    const char *alg = written(&in, "alg");
    int keys = is_true(provider, "oidc") && !(alg && !strncmp(alg, "HS", 2));

    announced =
        authjs_issuer_of_tenant(pool, authjs_json_get_string(document, "issuer"), issuer);
    if (!announced || !authjs_issuer_is(pool, announced, issuer)) {
        FOUND(&in, AUTHJS_FOUND_ERROR, "issuer",
              "provider %s: its document is that of the issuer %s, and AuthJSIssuer says "
              "%s; write the document's, if it is the right one",
              in.id, shown(&in, announced), issuer);
    }
    compare_endpoint(&in, "authorization", "authorization_endpoint", 1);
    compare_endpoint(&in, "token", "token_endpoint", 1);
    compare_endpoint(&in, "userinfo", "userinfo_endpoint",
                     is_true(provider, "userinfoUsed"));
    compare_scopes(&in);
    compare_checks(&in);
    compare_client(&in);
    compare_algs(&in);
    compare_demands(&in);
    return keys ? compare_endpoint(&in, "jwks", "jwks_uri", 1) : NULL;
}
