/* What the tests of the session token share: keyrings, and the vectors of t/data. */
#ifndef AUTHJS_T_JWT_HELPER_H
#define AUTHJS_T_JWT_HELPER_H

#include "web_helper.h"

#include "core/json.h"
#include "jose/jwt.h"

#include <stdlib.h>

#define SALT "authjs.session-token"

static inline authjs_keyring_t *helper_ring(apr_pool_t *pool, const char *salt,
                                            const char *secret, const char *older)
{
    authjs_keyring_t *ring;

    assert_null(
        authjs_keyring_create(&ring, pool, helper_list(pool, secret, older, NULL), salt));
    return ring;
}

/* The keyring of a vector, whose secret is a text or several. */
static inline authjs_keyring_t *helper_vector_ring(apr_pool_t *pool,
                                                   struct json_object *vector)
{
    apr_array_header_t *secrets = apr_array_make(pool, 4, sizeof(const char *));
    struct json_object *secret = authjs_json_get(vector, "secret");
    authjs_keyring_t *ring;
    size_t i;

    if (json_object_is_type(secret, json_type_string)) {
        APR_ARRAY_PUSH(secrets, const char *) = json_object_get_string(secret);
    }
    else {
        for (i = 0; i < json_object_array_length(secret); i++) {
            APR_ARRAY_PUSH(secrets, const char *) =
                json_object_get_string(json_object_array_get_idx(secret, i));
        }
    }
    assert_null(authjs_keyring_create(&ring, pool, secrets,
                                      authjs_json_get_string(vector, "salt")));
    return ring;
}

/* The array "vectors" of a file of t/data. */
static inline struct json_object *helper_vectors(apr_pool_t *pool, const char *name)
{
    const char *srcdir = getenv("srcdir");
    struct json_object *data = json_object_from_file(
        apr_pstrcat(pool, srcdir ? srcdir : ".", "/t/data/", name, NULL));

    assert_non_null(data);
    return authjs_json_get_array(authjs_json_own(pool, data), "vectors");
}

#endif
