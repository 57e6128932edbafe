#include "webauthn/webauthn.h"

#include "jose/base64url.h"
#include "webauthn/attestation.h"
#include "webauthn/authdata.h"
#include "webauthn/clientdata.h"
#include "webauthn/cose.h"

#include <string.h>

/* Bytes at most. A browser's client data has some hundred, an attestation object with a
 * chain of certificates some thousand; a signature of RSA is as long as the modulus. */
#define CLIENT_DATA_MAX (16 * 1024)
#define ATTESTATION_MAX (32 * 1024)
#define AUTHDATA_MAX    (4 * 1024)
#define SIGNATURE_MAX   (AUTHJS_RSA_MAX_BITS / 8)
#define PUBLIC_KEY_MAX  (2 * 1024)
/* A handle has 64 bytes (section 4) and is sent as base64url, or as text, in which what
 * is not UTF-8 has become three bytes each. */
#define HANDLE_MAX (3 * 64)

typedef struct {
    unsigned char *data;
    apr_size_t len;
} bytes_t;

/* The bytes of a member that is base64url, at least one. @return 1, or 0 when it is
 * none. */
static int read_member(bytes_t *bytes, apr_pool_t *pool, struct json_object *object,
                       const char *name, apr_size_t max)
{
    const char *text = authjs_json_get_string(object, name);
    apr_size_t len = text ? strlen(text) : 0;

    return len && len <= AUTHJS_BASE64URL_LEN(max) &&
           authjs_base64url_decode_dup(pool, text, len, &bytes->data, &bytes->len);
}

const char *authjs_webauthn_id(apr_pool_t *pool, struct json_object *sent,
                               const unsigned char **id, apr_size_t *len)
{
    const char *raw = authjs_json_get_string(sent, "rawId");
    const char *text = authjs_json_get_string(sent, "id");
    const char *type = authjs_json_get_string(sent, "type");
    bytes_t bytes;

    if (!type || strcmp(type, "public-key") != 0) {
        return "what was sent is not a public key's";
    }
    if (!raw || !text || strcmp(raw, text) != 0 ||
        !read_member(&bytes, pool, sent, "id", AUTHJS_CREDENTIAL_ID_MAX)) {
        return "the credential's id is missing, twice different, no base64url, or too long";
    }
    *id = bytes.data;
    *len = bytes.len;
    return NULL;
}

/* Of both ceremonies: who asked, and what they asked for. */
static const char *check_client(bytes_t *client, apr_pool_t *pool,
                                struct json_object *response, const char *type,
                                const authjs_webauthn_expected_t *expected)
{
    if (!read_member(client, pool, response, "clientDataJSON", CLIENT_DATA_MAX)) {
        return "clientDataJSON is missing, no base64url, or too long";
    }
    return authjs_clientdata_check(pool, client->data, client->len, type, expected);
}

/* Of both ceremonies: for whom the authenticator answered, and what it says of the
 * person. */
static const char *check_authdata(authjs_ceremony_t *ceremony,
                                  const authjs_authdata_t *data,
                                  const authjs_webauthn_expected_t *expected)
{
    unsigned char hash[32];

    if (!authjs_sha256(hash, expected->rp_id, strlen(expected->rp_id)) ||
        memcmp(hash, data->rp_id_hash, sizeof(hash)) != 0) {
        return "the authenticator answered another site";
    }
    if (!(data->flags & AUTHJS_FLAG_UP)) {
        return "the authenticator did not see that a person is there";
    }
    ceremony->user_verified = (data->flags & AUTHJS_FLAG_UV) != 0;
    ceremony->backup_eligible = (data->flags & AUTHJS_FLAG_BE) != 0;
    ceremony->backed_up = (data->flags & AUTHJS_FLAG_BS) != 0;
    if (expected->user_verification && !ceremony->user_verified) {
        return "the authenticator did not verify the person";
    }
    if (ceremony->backed_up && !ceremony->backup_eligible) {
        return "the authenticator has copied what it says cannot be copied";
    }
    ceremony->credential.counter = data->counter;
    return NULL;
}

/* What an authenticator signs: its data, and the hash of the client's (section 6.3.3). */
static const char *signed_data(bytes_t *made, apr_pool_t *pool,
                               const unsigned char *authdata, apr_size_t len,
                               const bytes_t *client)
{
    made->len = len + 32;
    made->data = apr_palloc(pool, made->len);
    memcpy(made->data, authdata, len);
    return authjs_sha256(made->data + len, client->data, client->len)
               ? NULL
               : "OpenSSL could not hash the client data";
}

/* The credential that was made: its id is the one that was sent, its key can be used. */
static const char *read_credential(authjs_ceremony_t *ceremony, authjs_cose_key_t *key,
                                   apr_pool_t *pool, const authjs_authdata_t *data)
{
    authjs_credential_t *credential = &ceremony->credential;
    const char *why;

    if (!(data->flags & AUTHJS_FLAG_AT)) {
        return "the authenticator's answer has no credential";
    }
    if (data->credential_id_len != credential->id_len ||
        memcmp(data->credential_id, credential->id, credential->id_len) != 0) {
        return "the credential's id is not the one that was sent";
    }
    if (data->public_key.size > PUBLIC_KEY_MAX) {
        return "the public key is too long";
    }
    why = authjs_cose_read(key, pool, &data->public_key);
    ceremony->algorithm = why ? 0 : key->algorithm;
    credential->public_key = data->public_key.start;
    credential->public_key_len = data->public_key.size;
    return why;
}

const char *authjs_webauthn_register(authjs_ceremony_t *ceremony, apr_pool_t *pool,
                                     struct json_object *sent,
                                     const authjs_webauthn_expected_t *expected)
{
    struct json_object *response = authjs_json_get_object(sent, "response");
    bytes_t client, object, input;
    authjs_attestation_t attestation;
    authjs_authdata_t data;
    authjs_cose_key_t key;
    const char *why;

    memset(ceremony, 0, sizeof(*ceremony));
    why = authjs_webauthn_id(pool, sent, &ceremony->credential.id,
                             &ceremony->credential.id_len);
    if (!why) {
        why = check_client(&client, pool, response, "webauthn.create", expected);
    }
    if (!why &&
        !read_member(&object, pool, response, "attestationObject", ATTESTATION_MAX)) {
        why = "attestationObject is missing, no base64url, or too long";
    }
    if (!why) {
        why = authjs_attestation_read(&attestation, pool, object.data, object.len);
    }
    if (!why) {
        ceremony->format = attestation.format;
        why = authjs_authdata_read(&data, pool, attestation.authdata,
                                   attestation.authdata_len);
    }
    if (!why) {
        why = check_authdata(ceremony, &data, expected);
    }
    if (!why) {
        why = read_credential(ceremony, &key, pool, &data);
    }
    if (!why) {
        why = signed_data(&input, pool, attestation.authdata, attestation.authdata_len,
                          &client);
    }
    return why ? why
               : authjs_attestation_check(&attestation, expected->attestation, &key,
                                          input.data, input.len);
}

/* The handle of the user as the page sent it. */
static const char *read_handle(authjs_ceremony_t *ceremony, struct json_object *response)
{
    struct json_object *handle = authjs_json_get(response, "userHandle");

    if (!handle) {
        return NULL;
    }
    if (!json_object_is_type(handle, json_type_string) ||
        json_object_get_string_len(handle) > HANDLE_MAX) {
        return "userHandle is no text, or too long";
    }
    ceremony->user_handle_len = (apr_size_t)json_object_get_string_len(handle);
    if (ceremony->user_handle_len) {
        ceremony->user_handle = (const unsigned char *)json_object_get_string(handle);
    }
    return NULL;
}

/* What is stored is held to what a registration takes: a table is not believed. */
static const char *read_stored(authjs_cose_key_t *key, apr_pool_t *pool,
                               const authjs_credential_t *stored)
{
    authjs_cbor_t map;

    return stored->public_key_len > PUBLIC_KEY_MAX ||
                   authjs_cbor_read(&map, pool, stored->public_key,
                                    stored->public_key_len, NULL) ||
                   authjs_cose_read(key, pool, &map)
               ? "the stored public key cannot be used"
               : NULL;
}

static const char *check_signature(authjs_ceremony_t *ceremony, apr_pool_t *pool,
                                   struct json_object *response, const bytes_t *client,
                                   const bytes_t *authdata)
{
    const authjs_credential_t *credential = &ceremony->credential;
    authjs_cose_key_t key;
    bytes_t signature, input;
    const char *why = read_stored(&key, pool, credential);

    if (why) {
        return why;
    }
    ceremony->algorithm = key.algorithm;
    if (!read_member(&signature, pool, response, "signature", SIGNATURE_MAX)) {
        return "signature is missing, no base64url, or too long";
    }
    why = signed_data(&input, pool, authdata->data, authdata->len, client);
    if (why) {
        return why;
    }
    return authjs_cose_verify(&key, input.data, input.len, signature.data, signature.len)
               ? NULL
               : "the signature is wrong";
}

/* An authenticator that counts never says the same number twice: a copy of it would
 * (section 6.1.1). */
static const char *check_counter(apr_uint32_t stored, apr_uint32_t counter)
{
    return (stored || counter) && counter <= stored
               ? "the authenticator's counter went back: there may be a copy of it"
               : NULL;
}

const char *authjs_webauthn_authenticate(authjs_ceremony_t *ceremony, apr_pool_t *pool,
                                         struct json_object *sent,
                                         const authjs_webauthn_expected_t *expected,
                                         const authjs_credential_t *stored)
{
    struct json_object *response = authjs_json_get_object(sent, "response");
    bytes_t client, authdata;
    authjs_authdata_t data;
    const unsigned char *id;
    apr_size_t id_len;
    const char *why;

    memset(ceremony, 0, sizeof(*ceremony));
    ceremony->credential = *stored;
    why = authjs_webauthn_id(pool, sent, &id, &id_len);
    if (!why && (id_len != stored->id_len || memcmp(id, stored->id, id_len) != 0)) {
        why = "the credential's id is not the stored one's";
    }
    if (!why) {
        why = check_client(&client, pool, response, "webauthn.get", expected);
    }
    if (!why &&
        !read_member(&authdata, pool, response, "authenticatorData", AUTHDATA_MAX)) {
        why = "authenticatorData is missing, no base64url, or too long";
    }
    if (!why) {
        why = authjs_authdata_read(&data, pool, authdata.data, authdata.len);
    }
    if (!why && data.flags & AUTHJS_FLAG_AT) {
        why = "the authenticator made a credential where it should have used one";
    }
    if (!why) {
        why = check_authdata(ceremony, &data, expected);
    }
    if (!why) {
        why = read_handle(ceremony, response);
    }
    if (!why) {
        why = check_signature(ceremony, pool, response, &client, &authdata);
    }
    return why ? why : check_counter(stored->counter, data.counter);
}
