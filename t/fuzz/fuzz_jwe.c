/* Any text as a token, and any text behind a good MAC: as padded plaintext, as a header.
 * What opens must open to what was sealed. */
#include "core/json.h"
#include "jose/base64url.h"
#include "jose/jwt.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1790000000

static void check(int good)
{
    if (!good) {
        abort();
    }
}

/* The secrets of t/data/jwe.json, and one that is newer. */
static const authjs_keyring_t *make_ring(apr_pool_t *pool)
{
    apr_array_header_t *secrets = apr_array_make(pool, 3, sizeof(const char *));
    authjs_keyring_t *ring;

    APR_ARRAY_PUSH(secrets, const char *) = "newest-secret";
    APR_ARRAY_PUSH(secrets, const char *) = "vector-secret-0123456789abcdefghijklmnop";
    check(!authjs_keyring_create(&ring, pool, secrets, "authjs.session-token"));
    return ring;
}

/* Decoding and the hot path agree, and nothing is given with a refusal. */
static void read_token(apr_pool_t *pool, const authjs_keyring_t *ring, const char *token,
                       apr_size_t len)
{
    struct json_object *tree;
    authjs_claims_t claims;
    const char *decoded = authjs_jwt_decode(pool, ring, token, len, NOW, &tree);
    const char *read = authjs_jwt_read(pool, ring, token, len, NOW, &claims);

    check((decoded == NULL) == (tree != NULL));
    check((read == NULL) == (claims.json != NULL));
    check((decoded == NULL) == (read == NULL));
}

static void seal_and_open(apr_pool_t *pool, const authjs_keyring_t *ring,
                          const char *plain, apr_size_t len)
{
    const char *token;
    apr_size_t back_len;
    char *back;

    check(!authjs_jwe_seal(pool, ring, plain, len, &token));
    check(!authjs_jwe_open(pool, ring, token, strlen(token), &back, &back_len));
    check(back_len == len && !memcmp(back, plain, len) && !back[len]);
    read_token(pool, ring, token, strlen(token));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char rest[] = "..AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA."
                               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    static apr_pool_t *global;
    const authjs_keyring_t *ring;
    const char *token;
    apr_pool_t *pool;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    if (size > AUTHJS_JWE_MAX_PLAIN) {
        return 0;
    }
    apr_pool_create(&pool, global);
    ring = make_ring(pool);
    read_token(pool, ring, (const char *)data, size);
    seal_and_open(pool, ring, (const char *)data, size);
    token = apr_pstrcat(pool, authjs_base64url(pool, data, size), rest, NULL);
    read_token(pool, ring, token, strlen(token));
    apr_pool_destroy(pool);
    return 0;
}
