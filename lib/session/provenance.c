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

void authjs_provenance_write(struct json_object *claims, const authjs_site_t *site,
                             const authjs_provider_t *provider)
{
    authjs_json_set_string(claims, "provider", provider->id);
    authjs_json_set_string(claims, "via", provider->fingerprint);
    if (site->realm) {
        authjs_json_set_string(claims, "realm", site->realm);
    }
    else {
        json_object_object_del(claims, "realm");
    }
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
    static const char *const members[] = {"provider", "via", "realm", NULL};
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

/* realm: what stands between the tag and the UUID, with a dot at its end; or nothing. */
static int is_of_realm(const authjs_site_t *site, const char *realm, const char *uuid)
{
    apr_size_t len = site->realm ? strlen(site->realm) : 0;

    return len && uuid - realm == (apr_ssize_t)len + 1 &&
           !memcmp(realm, site->realm, len);
}

authjs_provenance_e authjs_provenance_of_token(apr_pool_t *pool,
                                               const authjs_site_t *site,
                                               const char *token, const char **provider)
{
    const char *uuid = uuid_in(token), *tag;
    const authjs_provider_t *ours;

    *provider = NULL;
    if (!uuid) {
        return site->foreign_sessions ? AUTHJS_PROVENANCE_FOREIGN
                                      : AUTHJS_PROVENANCE_NONE;
    }
    tag = strchr(token, '.') + 1;
    *provider = apr_pstrmemdup(pool, token, tag - 1 - token);
    if (uuid - tag < AUTHJS_FINGERPRINT_LEN + 1 || tag[AUTHJS_FINGERPRINT_LEN] != '.') {
        return AUTHJS_PROVENANCE_NONE;
    }
    ours = authjs_site_provider(site, *provider);
    if (ours && has_tag(ours, tag)) {
        return AUTHJS_PROVENANCE_OWN;
    }
    return is_of_realm(site, tag + AUTHJS_FINGERPRINT_LEN + 1, uuid)
               ? AUTHJS_PROVENANCE_REALM
               : AUTHJS_PROVENANCE_NONE;
}

const char *authjs_provenance_new_token(apr_pool_t *pool, const authjs_site_t *site,
                                        const authjs_provider_t *provider)
{
    const char *uuid = authjs_random_uuid(pool);
    const char *tag = APR_ARRAY_IDX(provider->tags, 0, const char *);

    if (!uuid) {
        return NULL;
    }
    return apr_pstrcat(pool, provider->id, ".", tag, ".", site->realm ? site->realm : "",
                       site->realm ? "." : "", uuid, NULL);
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
