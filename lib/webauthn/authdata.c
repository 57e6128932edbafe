#include "webauthn/authdata.h"

#include "webauthn/webauthn.h"

#include <string.h>

enum { HASH_LEN = 32, HEAD_LEN = HASH_LEN + 1 + 4, AAGUID_LEN = 16 };

#define TOO_SHORT "the authenticator data ends too early"

/* The credential (section 6.5.1): aaguid, length, id, public key.
 * @param used how many bytes it takes */
static const char *read_credential(authjs_authdata_t *data, apr_pool_t *pool,
                                   const unsigned char *bytes, apr_size_t len,
                                   apr_size_t *used)
{
    const apr_size_t head = AAGUID_LEN + 2;
    const char *why;

    if (len < head) {
        return TOO_SHORT;
    }
    data->credential_id = bytes + head;
    data->credential_id_len = (apr_size_t)bytes[AAGUID_LEN] << 8 | bytes[AAGUID_LEN + 1];
    if (!data->credential_id_len || data->credential_id_len > AUTHJS_CREDENTIAL_ID_MAX) {
        return "the credential's id is empty or too long";
    }
    if (len - head < data->credential_id_len) {
        return TOO_SHORT;
    }
    *used = head + data->credential_id_len;
    why = authjs_cbor_read(&data->public_key, pool, bytes + *used, len - *used, &len);
    *used += len;
    return why;
}

static const char *read_extensions(apr_pool_t *pool, const unsigned char *bytes,
                                   apr_size_t len)
{
    authjs_cbor_t map;
    const char *why = authjs_cbor_read(&map, pool, bytes, len, NULL);

    return !why && map.type != AUTHJS_CBOR_MAP ? "the extensions are not a map" : why;
}

const char *authjs_authdata_read(authjs_authdata_t *data, apr_pool_t *pool,
                                 const unsigned char *bytes, apr_size_t len)
{
    apr_size_t at = HEAD_LEN, used = 0;
    const char *why = NULL;

    memset(data, 0, sizeof(*data));
    if (len < HEAD_LEN) {
        return TOO_SHORT;
    }
    data->rp_id_hash = bytes;
    data->flags = bytes[HASH_LEN];
    data->counter = (apr_uint32_t)bytes[33] << 24 | (apr_uint32_t)bytes[34] << 16 |
                    (apr_uint32_t)bytes[35] << 8 | bytes[36];
    if (data->flags & AUTHJS_FLAG_AT) {
        why = read_credential(data, pool, bytes + at, len - at, &used);
        at += used;
    }
    if (!why && data->flags & AUTHJS_FLAG_ED) {
        return read_extensions(pool, bytes + at, len - at);
    }
    return !why && at != len ? "the authenticator data has bytes behind its end" : why;
}
