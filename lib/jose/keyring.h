/* What is inside a keyring (jwe.h): for the files that seal and open. */
#ifndef AUTHJS_JOSE_KEYRING_H
#define AUTHJS_JOSE_KEYRING_H

#include "jose/jwe.h"

#include <openssl/evp.h>

/** A256CBC-HS512's key: its first half authenticates, the second encrypts. */
#define AUTHJS_CEK_LEN     64
#define AUTHJS_CEK_MAC_LEN 32
/** A256GCM's key: the first bytes of the other. */
#define AUTHJS_GCM_KEY_LEN 32
#define AUTHJS_HMAC_LEN    64

/**
 * One key and everything about it that is the same for every token. The contexts are
 * templates, copied at each use and never changed, so that threads may share them.
 */
typedef struct {
    unsigned char cek[AUTHJS_CEK_LEN];
    const char *header; /**< the header we write, base64url */
    apr_size_t header_len;
    const char *kid_cbc;
    const char *kid_gcm;
    EVP_MD_CTX *inner;        /**< SHA-512 behind HMAC's inner pad */
    EVP_MD_CTX *inner_header; /**< the same behind the header we write */
    EVP_MD_CTX *outer;        /**< SHA-512 behind HMAC's outer pad */
    EVP_CIPHER_CTX *decrypt;  /**< AES-256-CBC with its key, without an IV */
} authjs_key_t;

struct authjs_keyring_t {
    EVP_MD *sha512;
    EVP_CIPHER *cbc;
    EVP_CIPHER *gcm;
    authjs_key_t *keys;
    int count;
};

/**
 * The HMAC-SHA-512 of RFC 7518 section 5.2.2.1: of header, iv and ciphertext, and the
 * header's length in bits.
 * @param header its base64url text; that of key->header is already in a template
 * @param data iv and ciphertext, one behind the other
 * @return 0 when OpenSSL fails.
 */
int authjs_key_mac(unsigned char mac[AUTHJS_HMAC_LEN], const authjs_key_t *key,
                   const char *header, apr_size_t header_len, const unsigned char *data,
                   apr_size_t len);

#endif
