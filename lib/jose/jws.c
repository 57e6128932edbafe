#include "jose/jws.h"

#include "core/core.h"
#include "core/json.h"
#include "jose/base64url.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

/* ---- verifying ------------------------------------------------------------------ */

/* The three parts of a compact JWS, still encoded. */
typedef struct {
    const char *header, *payload, *signature;
    apr_size_t header_len, payload_len, signature_len;
    apr_size_t input_len; /* of header "." payload, which is what is signed */
} parts_t;

static const char *split(parts_t *parts, const char *token, apr_size_t len)
{
    const char *end = token + len, *dot;

    if (len > AUTHJS_JWS_MAX_LEN) {
        return "the token is too long";
    }
    dot = memchr(token, '.', len);
    if (!dot) {
        return "the token has not three parts";
    }
    parts->header = token;
    parts->header_len = (apr_size_t)(dot - token);
    parts->payload = dot + 1;
    dot = memchr(parts->payload, '.', (apr_size_t)(end - parts->payload));
    if (!dot || memchr(dot + 1, '.', (apr_size_t)(end - dot - 1))) {
        return "the token has not three parts";
    }
    parts->payload_len = (apr_size_t)(dot - parts->payload);
    parts->input_len = (apr_size_t)(dot - token);
    parts->signature = dot + 1;
    parts->signature_len = (apr_size_t)(end - parts->signature);
    return NULL;
}

static const char *decode_object(apr_pool_t *pool, const char *part, apr_size_t len,
                                 struct json_object **object)
{
    unsigned char *text;
    apr_size_t text_len;

    if (!authjs_base64url_decode_dup(pool, part, len, &text, &text_len)) {
        return "a part of the token is not base64url";
    }
    return authjs_json_parse_object(object, pool, (const char *)text, text_len);
}

/* The algorithm a header asks for, if it is one the verifier accepts. */
static const char *accept_alg(const authjs_jws_verifier_t *verifier,
                              struct json_object *header, const authjs_alg_t **alg)
{
    const char *name = authjs_json_get_string(header, "alg");
    int i;

    *alg = NULL;
    if (!authjs_alg(name)) {
        return "the token's algorithm is not supported";
    }
    for (i = 0; verifier->algs && i < verifier->algs->nelts; i++) {
        if (!strcmp(APR_ARRAY_IDX(verifier->algs, i, const char *), name)) {
            *alg = authjs_alg(name);
            return NULL;
        }
    }
    return "the token's algorithm is not one that the provider is known to use";
}

static const char *check_header(struct json_object *header)
{
    if (json_object_object_get_ex(header, "crit", NULL) ||
        json_object_object_get_ex(header, "b64", NULL)) {
        return "the token's header has an extension that is not supported";
    }
    if (json_object_object_get_ex(header, "kid", NULL) &&
        !authjs_json_get_string(header, "kid")) {
        return "the token's kid is not a string";
    }
    return NULL;
}

/* HS: the client secret only; a key that the provider published is never a MAC key. */
static authjs_jws_e verify_mac(const authjs_jws_verifier_t *verifier,
                               const authjs_alg_t *alg, const parts_t *parts,
                               const unsigned char *sig, apr_size_t sig_len,
                               const char **why)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    apr_size_t mac_len;

    if (!authjs_alg_mac(alg, verifier->client_secret, parts->header, parts->input_len,
                        mac, &mac_len)) {
        *why = "the token is signed with a client secret and there is none to verify by";
        return AUTHJS_JWS_REFUSED;
    }
    if (!authjs_equal(mac, mac_len, sig, sig_len)) {
        *why = "the token's signature is wrong";
        return AUTHJS_JWS_REFUSED;
    }
    return AUTHJS_JWS_OK;
}

static authjs_jws_e verify_signature(const authjs_jws_verifier_t *verifier,
                                     const authjs_alg_t *alg, const char *kid,
                                     const parts_t *parts, const unsigned char *sig,
                                     apr_size_t sig_len, const char **why)
{
    int fitting;
    EVP_PKEY *pkey = authjs_jwks_select(verifier->jwks, alg, kid, &fitting);

    if (!fitting) {
        *why = "the provider's keys have none for this token";
        return AUTHJS_JWS_UNKNOWN_KEY;
    }
    if (!pkey) {
        *why = "several of the provider's keys fit this token";
        return AUTHJS_JWS_REFUSED;
    }
    if (!authjs_alg_verify(alg, pkey, parts->header, parts->input_len, sig, sig_len)) {
        *why = "the token's signature is wrong";
        return AUTHJS_JWS_BAD_SIGNATURE;
    }
    return AUTHJS_JWS_OK;
}

int authjs_jws_secret_fits(const char *alg, const char *secret)
{
    const authjs_alg_t *found = authjs_alg(alg);

    return !found || found->kty != AUTHJS_KTY_OCT ||
           (secret && strlen(secret) >= found->coordinate);
}

authjs_jws_e authjs_jws_open(apr_pool_t *pool, const authjs_jws_verifier_t *verifier,
                             const char *token, apr_size_t len, authjs_jws_t *jws,
                             const char **why)
{
    parts_t parts;
    unsigned char *sig, *payload;
    apr_size_t sig_len;
    authjs_jws_e verdict;

    memset(jws, 0, sizeof(*jws));
    if ((*why = split(&parts, token, len)) != NULL ||
        (*why = decode_object(pool, parts.header, parts.header_len, &jws->header)) !=
            NULL ||
        (*why = accept_alg(verifier, jws->header, &jws->alg)) != NULL ||
        (*why = check_header(jws->header)) != NULL) {
        return AUTHJS_JWS_REFUSED;
    }
    if (!authjs_base64url_decode_dup(pool, parts.payload, parts.payload_len, &payload,
                                     &jws->payload_len) ||
        !authjs_base64url_decode_dup(pool, parts.signature, parts.signature_len, &sig,
                                     &sig_len)) {
        *why = "a part of the token is not base64url";
        return AUTHJS_JWS_REFUSED;
    }
    if (jws->alg->kty == AUTHJS_KTY_OCT) {
        verdict = verify_mac(verifier, jws->alg, &parts, sig, sig_len, why);
    }
    else {
        verdict = verify_signature(verifier, jws->alg,
                                   authjs_json_get_string(jws->header, "kid"), &parts,
                                   sig, sig_len, why);
    }
    if (verdict == AUTHJS_JWS_OK) {
        jws->payload = (char *)payload;
    }
    return verdict;
}

authjs_jws_e authjs_jws_verify(apr_pool_t *pool, const authjs_jws_verifier_t *verifier,
                               const char *token, apr_size_t len, char **payload,
                               apr_size_t *payload_len, const char **why)
{
    authjs_jws_t jws;
    authjs_jws_e verdict = authjs_jws_open(pool, verifier, token, len, &jws, why);

    *payload = jws.payload;
    *payload_len = jws.payload_len;
    return verdict;
}

const char *authjs_jws_peek(apr_pool_t *pool, const char *token, apr_size_t len,
                            struct json_object **claims)
{
    parts_t parts;
    const char *why = split(&parts, token, len);

    *claims = NULL;
    return why ? why : decode_object(pool, parts.payload, parts.payload_len, claims);
}

/* ---- signing -------------------------------------------------------------------- */

/* A PEM file is a few kilobytes. */
#define PEM_MAX (64 * 1024)

struct authjs_signing_key_t {
    const char *kid;
    const char *x5t, *x5t_s256; /* of its certificate, NULL: none */
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

static X509 *read_certificate(const char *path)
{
    X509 *certificate = NULL;
    BIO *bio = BIO_new_file(path, "r");

    if (bio) {
        certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
    }
    BIO_free(bio);
    return certificate;
}

/* RFC 7515 section 4.1.7 and 4.1.8: which certificate, not whether it is right. */
static const char *certificate_thumbprint(apr_pool_t *pool, const X509 *certificate,
                                          const EVP_MD *md)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len;

    return X509_digest(certificate, md, digest, &len) == 1
               ? authjs_base64url(pool, digest, len)
               : NULL;
}

const char *authjs_signing_key_certify(authjs_signing_key_t *key, apr_pool_t *pool,
                                       const char *path)
{
    const char *why = NULL;
    X509 *certificate;

    ERR_set_mark();
    certificate = read_certificate(path);
    if (!certificate) {
        why = "not a file with a PEM certificate";
    }
    else if (X509_check_private_key(certificate, key->pkey) != 1) {
        why = "it is the certificate of another key than privateKey";
    }
    else {
        key->x5t = certificate_thumbprint(pool, certificate, EVP_sha1());
        key->x5t_s256 = certificate_thumbprint(pool, certificate, EVP_sha256());
        why = key->x5t && key->x5t_s256 ? NULL : "OpenSSL could not hash it";
    }
    X509_free(certificate);
    ERR_pop_to_mark();
    return why;
}

/* BASE64URL(header) "." BASE64URL(claims): what is signed.
 * @param key NULL: a secret signs */
static const char *signing_input(apr_pool_t *pool, const authjs_alg_t *alg,
                                 const authjs_signing_key_t *key,
                                 struct json_object *claims)
{
    struct json_object *header = authjs_json_object(pool);
    const char *head, *body = authjs_json_text(pool, claims);

    authjs_json_set_string(header, "alg", alg->name);
    if (key && key->kid) {
        authjs_json_set_string(header, "kid", key->kid);
    }
    if (key && key->x5t) {
        authjs_json_set_string(header, "x5t", key->x5t);
        authjs_json_set_string(header, "x5t#S256", key->x5t_s256);
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
    const char *input = signing_input(pool, key->alg, key, claims);
    unsigned char *sig;
    apr_size_t len;

    if (!authjs_alg_sign(pool, key->alg, key->pkey, input, strlen(input), &sig, &len)) {
        return "OpenSSL could not sign";
    }
    *token = apr_pstrcat(pool, input, ".", authjs_base64url(pool, sig, len), NULL);
    return NULL;
}
