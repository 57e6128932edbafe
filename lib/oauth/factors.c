/* How somebody signed in at an OpenID provider, as its id_token says: with more than one
 * factor, and when. Only what is signed counts; what was asked for (acr_values) proves
 * nothing. */
#include "oauth/oauth.h"

#include "session/proof.h"

/* September 2001: what a provider says was before (Glewlwyd writes 0) is no time, and its
 * users would never have a fresh session. */
#define EARLIEST 1000000000

/* What says so, unless AuthJSMFA does: RFC 8176; OpenID Connect Extended Authentication
 * Profile 1.0; PAPE 1.0; the REFEDS MFA profile. */
static const char *const usual_amr[] = {"mfa", NULL};
static const char *const usual_acr[] = {
    "phr", "phrh", "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
    "https://refeds.org/profile/mfa", NULL};

static int is_among(const char *value, const apr_array_header_t *written,
                    const char *const usual[])
{
    int i;

    for (i = 0; written && i < written->nelts; i++) {
        if (!strcmp(APR_ARRAY_IDX(written, i, const char *), value)) {
            return 1;
        }
    }
    for (i = 0; !written && usual[i]; i++) {
        if (!strcmp(usual[i], value)) {
            return 1;
        }
    }
    return 0;
}

static int says_mfa(const authjs_provider_t *provider, struct json_object *claims)
{
    const char *acr = authjs_json_get_string(claims, "acr"), *method;
    struct json_object *amr = authjs_json_get_array(claims, "amr");
    size_t i;

    if (acr && is_among(acr, provider->mfa, usual_acr)) {
        return 1;
    }
    for (i = 0; amr && i < json_object_array_length(amr); i++) {
        struct json_object *one = json_object_array_get_idx(amr, i);

        method =
            json_object_is_type(one, json_type_string) ? json_object_get_string(one) : "";
        if (*method && is_among(method, provider->mfa, usual_amr)) {
            return 1;
        }
    }
    return 0;
}

void authjs_oauth_factors(authjs_exchange_t *x, const authjs_provider_t *provider,
                          struct json_object *claims)
{
    apr_int64_t when;

    if (says_mfa(provider, claims)) {
        x->factors |= AUTHJS_FACTOR_MFA;
    }
    if (authjs_json_get_int64(claims, "auth_time", &when) && when >= EARLIEST) {
        x->auth_time = when;
    }
}
