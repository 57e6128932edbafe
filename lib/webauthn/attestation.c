#include "webauthn/attestation.h"

#include <apr_strings.h>
#include <string.h>

/* RFC 8809 section 2.1: printable ASCII without " and \. */
static int is_format(const authjs_cbor_t *item)
{
    apr_size_t i;

    if (!authjs_cbor_is(item, AUTHJS_CBOR_TEXT) || !item->len ||
        item->len > AUTHJS_FORMAT_MAX) {
        return 0;
    }
    for (i = 0; i < item->len; i++) {
        unsigned char c = item->bytes[i];

        if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\') {
            return 0;
        }
    }
    return 1;
}

const char *authjs_attestation_read(authjs_attestation_t *attestation, apr_pool_t *pool,
                                    const unsigned char *bytes, apr_size_t len)
{
    authjs_cbor_t object;
    const authjs_cbor_t *format, *authdata;
    const char *why = authjs_cbor_read(&object, pool, bytes, len, NULL);

    if (why) {
        return why;
    }
    format = authjs_cbor_named(&object, "fmt");
    authdata = authjs_cbor_named(&object, "authData");
    attestation->statement = authjs_cbor_named(&object, "attStmt");
    if (object.type != AUTHJS_CBOR_MAP || object.count != 3 ||
        !authjs_cbor_is(authdata, AUTHJS_CBOR_BYTES) ||
        !authjs_cbor_is(attestation->statement, AUTHJS_CBOR_MAP)) {
        return "the attestation object is not a map of fmt, attStmt and authData";
    }
    if (!is_format(format)) {
        return "the attestation's format is no name of one";
    }
    attestation->format = apr_pstrmemdup(pool, (const char *)format->bytes, format->len);
    attestation->authdata = authdata->bytes;
    attestation->authdata_len = authdata->len;
    return NULL;
}

/* Section 8.2, without x5c: alg and sig, the credential's own. */
static const char *check_self(const authjs_cbor_t *statement,
                              const authjs_cose_key_t *key,
                              const unsigned char *signed_data, apr_size_t len)
{
    const authjs_cbor_t *sig = authjs_cbor_named(statement, "sig");

    if (statement->count != 2 || !authjs_cbor_is(sig, AUTHJS_CBOR_BYTES)) {
        return "the attestation statement is not a map of alg and sig";
    }
    if (!authjs_cbor_is_number(authjs_cbor_named(statement, "alg"), key->algorithm)) {
        return "the attestation's algorithm is not the credential's";
    }
    return authjs_cose_verify(key, signed_data, len, sig->bytes, sig->len)
               ? NULL
               : "the attestation's signature is wrong";
}

const char *authjs_attestation_check(const authjs_attestation_t *attestation,
                                     authjs_attestation_e policy,
                                     const authjs_cose_key_t *key,
                                     const unsigned char *signed_data, apr_size_t len)
{
    const authjs_cbor_t *statement = attestation->statement;

    if (!strcmp(attestation->format, "packed") && !authjs_cbor_named(statement, "x5c")) {
        return check_self(statement, key, signed_data, len);
    }
    if (policy != AUTHJS_ATTESTATION_NONE) {
        return "the site asks for an attestation by the credential itself, and this is none";
    }
    return !strcmp(attestation->format, "none") && statement->count
               ? "the attestation of format none has a statement"
               : NULL;
}
