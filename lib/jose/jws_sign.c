#include "jose/jws.h"

#include "core/json.h"
#include "jose/base64url.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* A PEM file is a few kilobytes. */
#define PEM_MAX (64 * 1024)

struct authjs_signing_key_t {
    const char *kid;
    const authjs_alg_t *alg;
    EVP_PKEY *pkey;
};

static apr_status_t free_key(void *data)
{
    authjs_signing_key_t *key = data;

    EVP_PKEY_free(key->pkey);
    key->pkey = NULL;
    return APR_SUCCESS;
}

/* Without this, OpenSSL would ask at the terminal. */
static int no_passphrase(char *buf, int size, int writing, void *data)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)data;
    return 0;
}

static EVP_PKEY *read_pem(const char *pem, apr_size_t len)
{
    EVP_PKEY *pkey = NULL;
    BIO *bio;

    if (len > PEM_MAX) {
        return NULL;
    }
    ERR_set_mark();
    bio = BIO_new_mem_buf(pem, (int)len);
    if (bio) {
        pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    }
    BIO_free(bio);
    ERR_pop_to_mark();
    return pkey;
}

const char *authjs_signing_key_read(authjs_signing_key_t **key, apr_pool_t *pool,
                                    const char *pem, apr_size_t len, const char *kid,
                                    const char *alg)
{
    authjs_signing_key_t *made = apr_pcalloc(pool, sizeof(*made));

    *key = NULL;
    made->pkey = read_pem(pem, len);
    if (!made->pkey) {
        return "not a PEM private key without a pass phrase";
    }
    apr_pool_cleanup_register(pool, made, free_key, apr_pool_cleanup_null);
    made->kid = kid ? apr_pstrdup(pool, kid) : NULL;
    made->alg = alg ? authjs_alg(alg) : authjs_alg_of_key(made->pkey);
    if (!made->alg || !authjs_alg_fits(made->alg, made->pkey)) {
        return alg ? "the algorithm does not fit the private key"
                   : "a private key must be RSA of 2048 to 8192 bits, EC P-256, P-384 or "
                     "P-521, or Ed25519";
    }
    *key = made;
    return NULL;
}

/* BASE64URL(header) "." BASE64URL(claims): what is signed. */
static const char *signing_input(apr_pool_t *pool, const authjs_alg_t *alg,
                                 const char *kid, struct json_object *claims)
{
    struct json_object *header = authjs_json_object(pool);
    const char *head, *body = authjs_json_text(pool, claims);

    authjs_json_set_string(header, "alg", alg->name);
    if (kid) {
        authjs_json_set_string(header, "kid", kid);
    }
    head = authjs_json_text(pool, header);
    return apr_pstrcat(pool, authjs_base64url(pool, head, strlen(head)), ".",
                       authjs_base64url(pool, body, strlen(body)), NULL);
}

const char *authjs_jws_sign_hs256(apr_pool_t *pool, const char *secret,
                                  struct json_object *claims, const char **token)
{
    const authjs_alg_t *alg = authjs_alg("HS256");
    const char *input = signing_input(pool, alg, NULL, claims);
    unsigned char mac[EVP_MAX_MD_SIZE];
    apr_size_t len;

    if (!authjs_alg_mac(alg, secret, input, strlen(input), mac, &len)) {
        return "there is no client secret to sign with";
    }
    *token = apr_pstrcat(pool, input, ".", authjs_base64url(pool, mac, len), NULL);
    return NULL;
}

const char *authjs_jws_sign(apr_pool_t *pool, const authjs_signing_key_t *key,
                            struct json_object *claims, const char **token)
{
    const char *input = signing_input(pool, key->alg, key->kid, claims);
    unsigned char *sig;
    apr_size_t len;

    if (!authjs_alg_sign(pool, key->alg, key->pkey, input, strlen(input), &sig, &len)) {
        return "OpenSSL could not sign";
    }
    *token = apr_pstrcat(pool, input, ".", authjs_base64url(pool, sig, len), NULL);
    return NULL;
}
