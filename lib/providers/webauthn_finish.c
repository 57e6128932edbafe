/* What is written about a provider of type webauthn. */
#include "providers/webauthn.h"

#include "adapters/store.h"
#include "catalogue/catalogue.h"
#include "settings/settings.h"

/* As Auth.js: five minutes. */
#define TIMEOUT "300s"

/* The methods of an adapter that passkeys take. */
static const authjs_method_e methods[] = {AUTHJS_METHOD_get_account,
                                          AUTHJS_METHOD_get_authenticator,
                                          AUTHJS_METHOD_create_authenticator,
                                          AUTHJS_METHOD_list_authenticators_by_user_id,
                                          AUTHJS_METHOD_update_authenticator_counter};

static const char *check_store(const authjs_store_t *store)
{
    apr_size_t i;

    if (!store) {
        return "needs a database, where passkeys are kept; write AuthJSAdapter";
    }
    for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (!authjs_store_can(store, methods[i])) {
            return "needs an AuthJSAdapter with getAccount, getAuthenticator, "
                   "createAuthenticator, listAuthenticatorsByUserId and "
                   "updateAuthenticatorCounter";
        }
    }
    return NULL;
}

/* An invitation is good once: the database says whether it was used. */
static const char *check_sign_up(const authjs_passkey_t *passkey,
                                 const authjs_store_t *store)
{
    return passkey->sign_up != AUTHJS_SIGN_UP_INVITATION ||
                   authjs_store_can(store, AUTHJS_METHOD_use_verification_token)
               ? NULL
               : "AuthJSOption signUp=invitation needs an AuthJSAdapter with "
                 "createVerificationToken and useVerificationToken";
}

static const char *one_of(apr_pool_t *pool, const char *key, const char *const *words,
                          const char *written, int *index)
{
    for (*index = 0; words[*index] && strcmp(words[*index], written); ++*index) {
    }
    return words[*index] ? NULL
                         : apr_psprintf(pool, "AuthJSOption %s is one of %s", key,
                                        authjs_words_text(pool, words));
}

/* A domain in the spelling of URLs: what a host is compared with. */
static int is_domain(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    apr_size_t len = strlen(text);

    return len && len <= 253 && strspn(text, letters) == len && *text != '.' &&
           text[len - 1] != '.' && !strstr(text, "..") &&
           strspn(text, "0123456789.") != len;
}

static const char *read_rp_id(authjs_passkey_t *passkey, const char *written)
{
    if (written && !is_domain(written)) {
        return "AuthJSOption rpId is a domain in lower case, as example.com: no scheme, no "
               "port, no address of digits";
    }
    passkey->rp_id = written;
    return NULL;
}

static const char *read_origins(authjs_passkey_t *passkey, apr_pool_t *pool,
                                const char *written)
{
    apr_array_header_t *origins = apr_array_make(pool, 1, sizeof(const char *));

    while (written && *written) {
        const char *origin = ap_getword_conf(pool, &written);
        const char *scheme_end = ap_strchr_c(origin, ':');

        if (!*origin) {
            break;
        }
        /* android:apk-key-hash:... is an origin, too. */
        if (!scheme_end || scheme_end == origin || !scheme_end[1] ||
            (!strncmp(scheme_end, "://", 3) && ap_strchr_c(scheme_end + 3, '/'))) {
            return apr_psprintf(pool,
                                "AuthJSOption origin has origins, as https://example.com "
                                "without a path; %s is none",
                                origin);
        }
        APR_ARRAY_PUSH(origins, const char *) = origin;
    }
    passkey->origins = origins;
    return NULL;
}

static const char *word_or_preferred(const apr_table_t *options, const char *key)
{
    const char *written = apr_table_get(options, key);

    return written ? written : "preferred";
}

static const char *read_words(authjs_passkey_t *passkey, const apr_table_t *options,
                              apr_pool_t *pool)
{
    static const char *const wants[] = {"required", "preferred", "discouraged", NULL};
    static const char *const attestations[] = {"none", "self", NULL};
    static const char *const sign_ups[] = {"open", "email", "invitation", NULL};
    const char *attestation = apr_table_get(options, "attestation");
    const char *sign_up = apr_table_get(options, "signUp");
    const char *why;
    int index;

    passkey->user_verification = word_or_preferred(options, "userVerification");
    passkey->resident_key = word_or_preferred(options, "residentKey");
    why = one_of(pool, "userVerification", wants, passkey->user_verification, &index);
    if (!why) {
        why = one_of(pool, "residentKey", wants, passkey->resident_key, &index);
    }
    if (!why && attestation) {
        why = one_of(pool, "attestation", attestations, attestation, &index);
        passkey->attestation = (authjs_attestation_e)index;
    }
    if (!why && sign_up) {
        why = one_of(pool, "signUp", sign_ups, sign_up, &index);
        passkey->sign_up = (authjs_sign_up_e)index;
    }
    return why;
}

static const char *read_options(authjs_provider_t *provider, apr_pool_t *pool)
{
    const apr_table_t *options = provider->options;
    authjs_passkey_t *passkey = provider->passkey;
    const char *timeout = apr_table_get(options, "timeout");
    const char *autofill = apr_table_get(options, "autofill");
    const char *why = read_words(passkey, options, pool);

    passkey->rp_name = apr_table_get(options, "rpName");
    if (!why && passkey->rp_name && !authjs_is_line(passkey->rp_name, 64)) {
        why = "AuthJSOption rpName is a line of text of 64 bytes at most";
    }
    if (!why) {
        why = read_rp_id(passkey, apr_table_get(options, "rpId"));
    }
    if (!why) {
        why = read_origins(passkey, pool, apr_table_get(options, "origin"));
    }
    if (!why &&
        (authjs_duration_parse_ms(&passkey->timeout_ms, timeout ? timeout : TIMEOUT) ||
         passkey->timeout_ms < 1000 || passkey->timeout_ms > 600000)) {
        why = "AuthJSOption timeout is a duration between 1s and 10m";
    }
    passkey->autofill = 1;
    if (!why && autofill && authjs_boolean_parse(&passkey->autofill, autofill)) {
        why = "AuthJSOption autofill is on or off";
    }
    return why;
}

const char *authjs_webauthn_finish(authjs_provider_t *provider, const authjs_site_t *site,
                                   apr_pool_t *pool)
{
    static const char *const general[] = {"rpId",    "rpName",      "origin",
                                          "timeout", "attestation", "autofill",
                                          "signUp",  "residentKey", "userVerification",
                                          NULL};
    const char *why = check_store(site->store);

    if (!why) {
        why = authjs_catalogue_options(provider, pool, general);
    }
    provider->passkey = apr_pcalloc(pool, sizeof(*provider->passkey));
    if (!why) {
        why = read_options(provider, pool);
    }
    return why ? why : check_sign_up(provider->passkey, site->store);
}
