/* What sites have in common is made once, in pconf. It is found again by a text that says
 * all that it was made of: sites share what is the same, and nothing else. */
#include "startup/startup.h"

#include "jose/seal.h"
#include "settings/settings.h"
#include "site/parts.h"

void **authjs_shared(authjs_build_t *build, const char *kind, const char *text)
{
    const char *key = apr_pstrcat(build->ptemp, kind, "\n", text, NULL);
    void **place = apr_hash_get(build->shared, key, APR_HASH_KEY_STRING);
    apr_pool_t *pool = apr_hash_pool_get(build->shared);

    if (!place) {
        place = apr_pcalloc(pool, sizeof(*place));
        apr_hash_set(build->shared, apr_pstrdup(pool, key), APR_HASH_KEY_STRING, place);
    }
    return place;
}

const char *authjs_shared_keys(const authjs_keyring_t **keys, authjs_build_t *build,
                               const authjs_secrets_t *secrets, const char *salt)
{
    void **place =
        authjs_shared(build, "keys",
                      apr_psprintf(build->ptemp, "%pp %s", (const void *)secrets, salt));
    authjs_keyring_t *made;
    const char *why = NULL;

    if (!*place) {
        why = authjs_keyring_create(&made, build->pconf, secrets->list, salt);
        *place = made;
    }
    *keys = *place;
    return why;
}

/* ---- secrets ----------------------------------------------------------------------- */

static const char *text_of(authjs_build_t *build, const apr_array_header_t *list)
{
    authjs_parts_t *parts = authjs_parts_make(build->ptemp);
    int i;

    for (i = 0; i < list->nelts; i++) {
        authjs_parts_add(parts, "", APR_ARRAY_IDX(list, i, const char *));
    }
    return authjs_parts_text(parts);
}

static const char *resolve(apr_array_header_t **resolved, apr_pool_t *pool,
                           const apr_array_header_t *written)
{
    const char *secret, *why;
    int i;

    *resolved = apr_array_make(pool, written->nelts, sizeof(const char *));
    for (i = 0; i < written->nelts; i++) {
        why =
            authjs_secret_resolve(&secret, pool, APR_ARRAY_IDX(written, i, const char *));
        if (!why && strlen(secret) < AUTHJS_SECRET_MIN) {
            why = "the secret is shorter than 32 bytes; make one with "
                  "\"openssl rand -base64 33\"";
        }
        if (why) {
            return apr_pstrcat(pool, "AuthJSSecret: ", why, NULL);
        }
        /* Of a program that is not run yet, its command line stands for the secret. */
        APR_ARRAY_PUSH(*resolved, const char *) =
            secret == authjs_secret_pending ? APR_ARRAY_IDX(written, i, const char *)
                                            : secret;
    }
    return NULL;
}

/* The keys of tags: the first half of each is for another purpose. */
static const char *derive_tag_keys(authjs_secrets_t *secrets, authjs_build_t *build)
{
    int i;

    secrets->tag_keys =
        apr_array_make(build->pconf, secrets->list->nelts, sizeof(const char *));
    for (i = 0; i < secrets->list->nelts; i++) {
        apr_array_header_t *one = apr_array_make(build->ptemp, 1, sizeof(const char *));
        authjs_keyring_t *ring;
        const char *why;

        APR_ARRAY_PUSH(one, const char *) = APR_ARRAY_IDX(secrets->list, i, const char *);
        why = authjs_keyring_create(&ring, build->ptemp, one, "mod_authjs session tags");
        if (why) {
            return why;
        }
        APR_ARRAY_PUSH(secrets->tag_keys, const char *) =
            authjs_seal_name_key(build->pconf, ring);
    }
    return NULL;
}

/* Other words may have led to the same secrets. */
static const char *make_secrets(authjs_secrets_t **secrets, authjs_build_t *build,
                                apr_array_header_t *list)
{
    void **place = authjs_shared(build, "resolved", text_of(build, list));
    authjs_secrets_t *made;
    const char *why;

    if (!*place) {
        made = apr_pcalloc(build->pconf, sizeof(*made));
        made->list = list;
        made->joined = apr_array_pstrcat(build->pconf, list, ',');
        why = derive_tag_keys(made, build);
        if (why) {
            return why;
        }
        *place = made;
    }
    *secrets = *place;
    return NULL;
}

const char *authjs_shared_secrets(const authjs_secrets_t **secrets, authjs_build_t *build,
                                  const apr_array_header_t *written)
{
    void **place =
        authjs_shared(build, "secrets",
                      apr_psprintf(build->ptemp, "%pp %s", (const void *)build->env_files,
                                   text_of(build, written)));
    authjs_secrets_t *made = NULL;
    apr_array_header_t *list;
    const char *why = NULL;

    if (!*place) {
        why = resolve(&list, build->pconf, written);
        if (!why) {
            why = make_secrets(&made, build, list);
        }
        *place = made;
    }
    *secrets = *place;
    return why;
}
