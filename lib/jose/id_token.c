#include "jose/jws.h"

#include "core/core.h"
#include "core/json.h"
#include "jose/base64url.h"

#include <apr_cstr.h>
#include <apr_strings.h>
#include <string.h>

#define CLAIM_SHOWN 256

static int has(struct json_object *claims, const char *name)
{
    return json_object_object_get_ex(claims, name, NULL);
}

static int is_string(struct json_object *claims, const char *name, const char *expected)
{
    return authjs_equal_str(authjs_json_get_string(claims, name), expected);
}

/* A token that says in its header that it is of another kind (RFC 8725 3.11): an access
 * token (at+jwt), a logout token... */
static const char *check_type(struct json_object *header)
{
    const char *typ = authjs_json_get_string(header, "typ");
    apr_size_t len;

    if (!has(header, "typ")) {
        return NULL;
    }
    if (!typ) {
        return "the id_token's typ is not a string";
    }
    len = strlen(typ);
    if (len >= 4 && !apr_cstr_casecmp(typ + len - 4, "+jwt")) {
        return "the token is of another kind than an id_token";
    }
    return NULL;
}

/* For the log: a clock that is wrong is seen at once. */
static const char *at_wrong_time(apr_pool_t *pool, const char *why, apr_int64_t says,
                                 apr_int64_t now)
{
    char then[AUTHJS_ISO8601_LEN + 1], here[AUTHJS_ISO8601_LEN + 1];

    authjs_iso8601(then, says);
    authjs_iso8601(here, now);
    return apr_psprintf(pool, "%s: it says %s, this server's clock says %s", why, then,
                        here);
}

static const char *check_times(apr_pool_t *pool, struct json_object *claims,
                               apr_int64_t now)
{
    apr_int64_t exp, nbf, iat;

    if (!authjs_json_get_int64(claims, "exp", &exp)) {
        return "the id_token has no exp that is a number";
    }
    if (exp <= now - AUTHJS_ID_TOKEN_TOLERANCE) {
        return at_wrong_time(pool, "the id_token has expired", exp, now);
    }
    if (!authjs_json_get_int64(claims, "iat", &iat)) {
        return "the id_token has no iat that is a number";
    }
    if (has(claims, "nbf")) {
        if (!authjs_json_get_int64(claims, "nbf", &nbf)) {
            return "the id_token's nbf is not a number";
        }
        if (nbf > now + AUTHJS_ID_TOKEN_TOLERANCE) {
            return at_wrong_time(pool, "the id_token is not valid yet", nbf, now);
        }
    }
    return NULL;
}

/* Whether aud is the client or an array of strings that holds it; *single: nobody else.
 */
static int audience_has(struct json_object *aud, const char *client_id, int *single)
{
    size_t i, n;
    int found = 0;

    *single = 1;
    if (json_object_is_type(aud, json_type_string)) {
        return authjs_equal(json_object_get_string(aud),
                            (apr_size_t)json_object_get_string_len(aud), client_id,
                            strlen(client_id));
    }
    if (!json_object_is_type(aud, json_type_array)) {
        return 0;
    }
    n = json_object_array_length(aud);
    *single = n == 1;
    for (i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(aud, i);

        if (!json_object_is_type(one, json_type_string)) {
            return 0;
        }
        found |= authjs_equal(json_object_get_string(one),
                              (apr_size_t)json_object_get_string_len(one), client_id,
                              strlen(client_id));
    }
    return found;
}

/* For the log: what a claim says, and what it should. */
static const char *differs(apr_pool_t *pool, const char *why, struct json_object *claims,
                           const char *name, const char *expected)
{
    struct json_object *value = authjs_json_get(claims, name);
    const char *text = value ? authjs_json_text(pool, value) : "";

    if (json_object_is_type(value, json_type_string)) {
        text = json_object_get_string(value);
    }
    return apr_psprintf(pool, "%s: it is \"%s\", and not \"%s\"", why,
                        authjs_printable(pool, text, CLAIM_SHOWN),
                        expected ? authjs_printable(pool, expected, CLAIM_SHOWN) : "");
}

const char *authjs_claims_check_parties(apr_pool_t *pool, struct json_object *claims,
                                        const char *issuer, const char *client_id)
{
    int single;

    if (!is_string(claims, "iss", issuer)) {
        return differs(pool, "the token's iss is not the provider's issuer", claims,
                       "iss", issuer);
    }
    if (!client_id || !audience_has(authjs_json_get(claims, "aud"), client_id, &single)) {
        return differs(pool, "the token's aud does not name this client", claims, "aud",
                       client_id);
    }
    if ((has(claims, "azp") || !single) && !is_string(claims, "azp", client_id)) {
        return differs(pool, "the token's azp is not this client", claims, "azp",
                       client_id);
    }
    return NULL;
}

static const char *check_subject(struct json_object *claims)
{
    const char *sub = authjs_json_get_string(claims, "sub");

    if (!sub || !*sub) {
        return "the id_token has no sub that is a string";
    }
    return NULL;
}

static const char *check_nonce(struct json_object *claims, const char *nonce)
{
    if (!nonce) {
        return has(claims, "nonce") ? "the id_token has a nonce and none was sent" : NULL;
    }
    return is_string(claims, "nonce", nonce) ? NULL
                                             : "the id_token's nonce is not the one sent";
}

/* The left half of the access token's hash, by the algorithm's digest (OpenID Connect
 * Core 3.1.3.6). */
static const char *check_at_hash(apr_pool_t *pool, struct json_object *claims,
                                 const authjs_alg_t *alg, const char *access_token)
{
    const char *at_hash = authjs_json_get_string(claims, "at_hash");
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t len;

    if (!has(claims, "at_hash")) {
        return NULL;
    }
    if (!at_hash) {
        return "the id_token's at_hash is not a string";
    }
    if (!access_token) {
        return NULL;
    }
    if (EVP_Q_digest(NULL, alg->digest, NULL, access_token, strlen(access_token), digest,
                     &len) != 1) {
        return "OpenSSL could not hash the access token";
    }
    return authjs_equal_str(at_hash, authjs_base64url(pool, digest, len / 2))
               ? NULL
               : "the id_token's at_hash does not belong to the access token";
}

authjs_jws_e authjs_id_token_verify(apr_pool_t *pool,
                                    const authjs_jws_verifier_t *verifier,
                                    const authjs_id_token_expected_t *expected,
                                    const char *token, apr_size_t len,
                                    struct json_object **claims, const char **why)
{
    struct json_object *payload;
    authjs_jws_t jws;
    authjs_jws_e verdict = authjs_jws_open(pool, verifier, token, len, &jws, why);

    *claims = NULL;
    if (verdict != AUTHJS_JWS_OK) {
        return verdict;
    }
    if ((*why = check_type(jws.header)) != NULL ||
        (*why = authjs_json_parse_object(&payload, pool, jws.payload, jws.payload_len)) !=
            NULL ||
        (*why = check_times(pool, payload, expected->now)) != NULL ||
        (*why = authjs_claims_check_parties(pool, payload, expected->issuer,
                                            expected->client_id)) != NULL ||
        (*why = check_subject(payload)) != NULL ||
        (*why = check_nonce(payload, expected->nonce)) != NULL ||
        (*why = check_at_hash(pool, payload, jws.alg, expected->access_token)) != NULL) {
        return AUTHJS_JWS_REFUSED;
    }
    *claims = payload;
    return AUTHJS_JWS_OK;
}
