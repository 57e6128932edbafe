/* WebAuthn's two ceremonies, as a relying party verifies them (Web Authentication Level
 * 2, section 7). Pure: no clock, no state; whether a challenge was used is the caller's
 * matter. */
#ifndef AUTHJS_WEBAUTHN_WEBAUTHN_H
#define AUTHJS_WEBAUTHN_WEBAUTHN_H

#include "core/core.h"
#include "core/json.h"

/** Bytes of a credential's id at most (section 4). */
#define AUTHJS_CREDENTIAL_ID_MAX 1023

/** What a site asks of the statement about an authenticator. */
typedef enum {
    AUTHJS_ATTESTATION_NONE, /**< nothing: statements of formats unknown here are passed
                                over */
    AUTHJS_ATTESTATION_SELF  /**< format packed, signed with the credential's own key */
} authjs_attestation_e;

/** What the relying party expects of a ceremony. */
typedef struct {
    const char *rp_id;
    const apr_array_header_t *origins; /**< const char *: one of these, byte for byte */
    const char *challenge;             /**< base64url, as it was sent */
    int user_verification;             /**< 1: the UV flag has to be set */
    authjs_attestation_e attestation;
} authjs_webauthn_expected_t;

/** A credential: what a registration made, or what is stored of one. */
typedef struct {
    const unsigned char *id;
    apr_size_t id_len;
    const unsigned char *public_key; /**< COSE_Key, the authenticator's own bytes */
    apr_size_t public_key_len;
    apr_uint32_t counter;
} authjs_credential_t;

/** What a ceremony that was verified says. */
typedef struct {
    authjs_credential_t credential; /**< of an authentication: counter is the new one */
    int algorithm;                  /**< COSE: -7, -8, ... */
    int user_verified, backup_eligible, backed_up;
    const char *format; /**< of the attestation; NULL: an authentication */
    const unsigned char
        *user_handle; /**< of an authentication, as it was sent: base64url,
                           or text by @simplewebauthn/browser 9; NULL: none */
    apr_size_t user_handle_len;
} authjs_ceremony_t;

/**
 * The id of a credential as a browser sent it (PublicKeyCredential as JSON, members id,
 * rawId, type): checked to be one, canonical base64url, and twice the same. In pool.
 * @return NULL, or what is wrong.
 */
const char *authjs_webauthn_id(apr_pool_t *pool, struct json_object *sent,
                               const unsigned char **id, apr_size_t *len);

/**
 * Verify a registration (section 7.1). Refused, nothing in ceremony counts.
 * @param sent RegistrationResponseJSON
 * @param ceremony in pool
 * @return NULL, or a constant sentence: what was refused.
 */
const char *authjs_webauthn_register(authjs_ceremony_t *ceremony, apr_pool_t *pool,
                                     struct json_object *sent,
                                     const authjs_webauthn_expected_t *expected);

/**
 * Verify an authentication (section 7.2) by the stored credential; its counter has to be
 * less than the new one unless both are 0.
 * @param sent AuthenticationResponseJSON
 * @return NULL, or a constant sentence: what was refused.
 */
const char *authjs_webauthn_authenticate(authjs_ceremony_t *ceremony, apr_pool_t *pool,
                                         struct json_object *sent,
                                         const authjs_webauthn_expected_t *expected,
                                         const authjs_credential_t *stored);

#endif
