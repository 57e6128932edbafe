#include "session/provenance.h"

#include "apr_lib.h"

#define UUID_LEN 36

const char authjs_provenance_refusal[] =
    "the provider that vouched for it is none of this host's as it is defined here";

/* ---- a JWT ------------------------------------------------------------------------ */

static authjs_provenance_e of_members(const authjs_site_t *site, const char *provider,
                                      const char *via, const char *realm)
{
    const authjs_provider_t *ours;

    if (!provider) {
        return site->foreign_sessions ? AUTHJS_PROVENANCE_FOREIGN
                                      : AUTHJS_PROVENANCE_NONE;
    }
    ours = via ? authjs_site_provider(site, provider) : NULL;
    if (ours && !strcmp(ours->fingerprint, via)) {
        return AUTHJS_PROVENANCE_OWN;
    }
    return site->realm && realm && !strcmp(site->realm, realm) ? AUTHJS_PROVENANCE_REALM
                                                               : AUTHJS_PROVENANCE_NONE;
}

authjs_provenance_e authjs_provenance_of_claims(const authjs_site_t *site,
                                                struct json_object *claims)
{
    return of_members(site, authjs_json_get_string(claims, "provider"),
                      authjs_json_get_string(claims, "via"),
                      authjs_json_get_string(claims, "realm"));
}

static void set_or_remove(struct json_object *claims, const char *name, const char *text)
{
    if (text) {
        authjs_json_set_string(claims, name, text);
    }
    else {
        json_object_object_del(claims, name);
    }
}

void authjs_provenance_write(struct json_object *claims, const authjs_exchange_t *x)
{
    authjs_proof_t proof = authjs_provenance_proof(x);

    authjs_json_set_string(claims, "provider", x->provider->id);
    authjs_json_set_string(claims, "via", x->provider->fingerprint);
    set_or_remove(claims, "realm", x->site->realm);
    set_or_remove(claims, "factor", authjs_factors_text(proof.factors));
    authjs_json_set_int64(claims, "auth_time", proof.auth_time);
}

void authjs_provenance_keep_unverified(struct json_object *claims,
                                       struct json_object *from)
{
    struct json_object *verified;

    if (json_object_object_get_ex(from, "email_verified", &verified) &&
        !authjs_json_is_affirmative(verified)) {
        authjs_json_set_boolean(claims, "email_verified", 0);
    }
}

void authjs_provenance_restore(struct json_object *claims, struct json_object *read)
{
    static const char *const members[] = {"provider", "via",       "realm",
                                          "factor",   "auth_time", NULL};
    int i;

    for (i = 0; members[i]; i++) {
        if (json_object_object_get_ex(read, members[i], NULL)) {
            authjs_json_copy_as(claims, members[i], read, members[i]);
        }
        else {
            json_object_object_del(claims, members[i]);
        }
    }
    authjs_provenance_keep_unverified(claims, read);
}

/* ---- a row ------------------------------------------------------------------------ */

/* Where the UUID of a token of ours begins: behind a dot. NULL: it has none. */
static const char *uuid_in(const char *token)
{
    static const char uuid[] = "00000000-0000-0000-0000-000000000000";
    const char *dot = strrchr(token, '.');
    int i;

    if (!dot || dot == token || strlen(dot + 1) != UUID_LEN) {
        return NULL;
    }
    for (i = 0; i < UUID_LEN; i++) {
        char c = dot[1 + i];

        if (uuid[i] == '-' ? c != '-' : !apr_isxdigit(c)) {
            return NULL;
        }
    }
    return dot + 1;
}

static int has_tag(const authjs_provider_t *provider, const char *tag)
{
    int i;

    for (i = 0; i < provider->tags->nelts; i++) {
        if (!memcmp(APR_ARRAY_IDX(provider->tags, i, const char *), tag,
                    AUTHJS_FINGERPRINT_LEN)) {
            return 1;
        }
    }
    return 0;
}

/* The part that stands directly before the UUID: what was proved, where it has that form,
 * which no realm has. Tokens of former times have none. end: of what stands before both,
 * behind its dot. */
static authjs_proof_t proof_in(const char *begin, const char *uuid, const char **end)
{
    const char *part = uuid - 1;
    authjs_proof_t proof;

    while (part > begin && part[-1] != '.') {
        part--;
    }
    *end =
        part < uuid - 1 && authjs_proof_read(&proof, part, uuid - 1 - part) ? part : uuid;
    if (*end == uuid) {
        memset(&proof, 0, sizeof(proof));
    }
    return proof;
}

/* realm: what stands behind the tag, with a dot at its end; or nothing. */
static int is_of_realm(const authjs_site_t *site, const char *realm, const char *end)
{
    apr_size_t len = site->realm ? strlen(site->realm) : 0;

    return len && end - realm == (apr_ssize_t)len + 1 && !memcmp(realm, site->realm, len);
}

static authjs_provenance_e of_token(apr_pool_t *pool, const authjs_site_t *site,
                                    const char *token, const char **provider,
                                    authjs_proof_t *proof)
{
    const char *uuid = uuid_in(token), *tag, *realm, *end;
    const authjs_provider_t *ours;

    *provider = NULL;
    memset(proof, 0, sizeof(*proof));
    if (!uuid) {
        return site->foreign_sessions ? AUTHJS_PROVENANCE_FOREIGN
                                      : AUTHJS_PROVENANCE_NONE;
    }
    tag = strchr(token, '.') + 1;
    *provider = apr_pstrmemdup(pool, token, tag - 1 - token);
    if (uuid - tag < AUTHJS_FINGERPRINT_LEN + 1 || tag[AUTHJS_FINGERPRINT_LEN] != '.') {
        return AUTHJS_PROVENANCE_NONE;
    }
    realm = tag + AUTHJS_FINGERPRINT_LEN + 1;
    *proof = proof_in(realm, uuid, &end);
    ours = authjs_site_provider(site, *provider);
    if (ours && has_tag(ours, tag)) {
        return AUTHJS_PROVENANCE_OWN;
    }
    return is_of_realm(site, realm, end) ? AUTHJS_PROVENANCE_REALM
                                         : AUTHJS_PROVENANCE_NONE;
}

authjs_provenance_e authjs_provenance_of_token(apr_pool_t *pool,
                                               const authjs_site_t *site,
                                               const char *token, const char **provider)
{
    authjs_proof_t proof;

    return of_token(pool, site, token, provider, &proof);
}

const char *authjs_provenance_new_token(const authjs_exchange_t *x)
{
    const char *uuid = authjs_random_uuid(x->pool), *realm = x->site->realm;
    const char *tag = APR_ARRAY_IDX(x->provider->tags, 0, const char *);
    authjs_proof_t proof = authjs_provenance_proof(x);

    if (!uuid) {
        return NULL;
    }
    return apr_pstrcat(x->pool, x->provider->id, ".", tag, ".", realm ? realm : "",
                       realm ? "." : "", authjs_proof_part(x->pool, &proof), ".", uuid,
                       NULL);
}

/* ---- what was proved -------------------------------------------------------------- */

authjs_proof_t authjs_provenance_proof(const authjs_exchange_t *x)
{
    authjs_proof_t proof = {x->factors, x->now};

    if (x->auth_time && x->auth_time < x->now) {
        proof.auth_time = x->auth_time;
    }
    return proof;
}

authjs_provenance_e authjs_provenance_of_session(apr_pool_t *pool,
                                                 const authjs_site_t *site,
                                                 const authjs_session_t *session)
{
    const authjs_claims_t *claims = &session->claims;
    const char *provider;

    return session->token
               ? authjs_provenance_of_token(pool, site, session->token, &provider)
               : of_members(site, claims->provider.value, claims->via.value,
                            claims->realm.value);
}

authjs_provenance_e authjs_provenance_settle(apr_pool_t *pool, const authjs_site_t *site,
                                             authjs_session_t *session)
{
    const authjs_claims_t *claims = &session->claims;
    authjs_proof_t proof = {authjs_factors_read(claims->factor.value), claims->auth_time};
    const char *provider;
    authjs_provenance_e provenance =
        session->token ? of_token(pool, site, session->token, &provider, &proof)
                       : authjs_provenance_of_session(pool, site, session);

    if (provenance == AUTHJS_PROVENANCE_OWN || provenance == AUTHJS_PROVENANCE_REALM) {
        session->proof = proof;
    }
    return provenance;
}
