/* What a provider wants by what it says, in the words of the configuration. */
#include "oauth/oauth.h"

#include "web/url.h"

/* As much of a description as is looked at. */
#define SAID_MAX 1024

static const struct {
    int check;
    const char *directive, *what, *words[3];
} checks[] = {
    {AUTHJS_CHECK_PKCE, "pkce", "PKCE", {"pkce", "code_challenge", "code challenge"}},
    {AUTHJS_CHECK_STATE, "state", "a state", {"state", NULL, NULL}},
    {AUTHJS_CHECK_NONCE, "nonce", "a nonce", {"nonce", NULL, NULL}},
};
#define CHECKS (int)(sizeof(checks) / sizeof(checks[0]))

static int is_part_of_word(char c)
{
    return authjs_is_alnum(c) || c == '_';
}

static int has_word(const char *said, const char *word)
{
    const char *at;
    apr_size_t len = strlen(word);

    for (at = said; (at = ap_strstr_c(at, word)) != NULL; at += len) {
        if ((at == said || !is_part_of_word(at[-1])) && !is_part_of_word(at[len])) {
            return 1;
        }
    }
    return 0;
}

static int speaks_of(const char *said, int i)
{
    int j;

    for (j = 0; j < 3 && checks[i].words[j]; j++) {
        if (has_word(said, checks[i].words[j])) {
            return 1;
        }
    }
    return 0;
}

static const char *write_checks(apr_pool_t *pool, const authjs_provider_t *provider,
                                int added)
{
    const char *line = "write AuthJSChecks";
    int i;

    for (i = 0; i < CHECKS; i++) {
        if ((provider->checks | added) & checks[i].check) {
            line = apr_pstrcat(pool, line, " ", checks[i].directive, NULL);
        }
    }
    return line;
}

/* A check that it speaks of and that is not made. A nonce is for OpenID Connect; where an
 * answer comes as a form, PKCE cannot be. */
static const char *check_hint(apr_pool_t *pool, const authjs_provider_t *provider,
                              const char *said)
{
    int i;

    for (i = 0; i < CHECKS; i++) {
        if ((provider->checks & checks[i].check) || !speaks_of(said, i) ||
            (checks[i].check == AUTHJS_CHECK_NONCE && !provider->type->oidc) ||
            (checks[i].check == AUTHJS_CHECK_PKCE && provider->form_post)) {
            continue;
        }
        return apr_pstrcat(pool, "; if it wants ", checks[i].what, ", ",
                           write_checks(pool, provider, checks[i].check), NULL);
    }
    return NULL;
}

/* The methods that its document lists and that we have, unless ours is among them. */
static const char *method_hint(apr_pool_t *pool, const authjs_provider_t *provider,
                               const authjs_server_metadata_t *metadata)
{
    const char *others = NULL;
    int i;

    for (i = 0; metadata->auth_methods && i < metadata->auth_methods->nelts; i++) {
        const char *name = APR_ARRAY_IDX(metadata->auth_methods, i, const char *);
        authjs_client_auth_e method = authjs_client_auth_method(name);

        if (method == provider->client_auth) {
            return NULL;
        }
        if (method != AUTHJS_CLIENT_AUTH_UNSET) {
            others = others ? apr_pstrcat(pool, others, " or ", name, NULL) : name;
        }
    }
    return others ? apr_pstrcat(pool,
                                "; its discovery document lists another method: "
                                "write AuthJSClientAuth ",
                                others, NULL)
                  : NULL;
}

const char *authjs_oauth_hint(apr_pool_t *pool, const authjs_provider_t *provider,
                              const authjs_server_metadata_t *metadata, const char *code,
                              const char *description)
{
    char *said =
        apr_pstrcat(pool, code, " ",
                    description ? apr_pstrndup(pool, description, SAID_MAX) : "", NULL);
    const char *hint;

    ap_str_tolower(said);
    hint = check_hint(pool, provider, said);
    if (!hint && provider->client_auth == AUTHJS_PRIVATE_KEY_JWT &&
        !apr_table_get(provider->options, "certificate") &&
        (has_word(said, "x5t") || has_word(said, "thumbprint"))) {
        hint = "; if it knows the key by its certificate, write AuthJSOption "
               "certificate=file:/path/to/cert.pem";
    }
    if (!hint &&
        (!strcmp(code, "invalid_client") || !strcmp(code, "unauthorized_client"))) {
        hint = method_hint(pool, provider, metadata);
    }
    if (!hint && provider->type->oidc && !strcmp(code, "invalid_request") &&
        (!description || !*description) && !(provider->checks & AUTHJS_CHECK_NONCE)) {
        hint = apr_pstrcat(pool, "; it does not say why: if it wants a nonce, ",
                           write_checks(pool, provider, AUTHJS_CHECK_NONCE), NULL);
    }
    return hint ? hint : "";
}
