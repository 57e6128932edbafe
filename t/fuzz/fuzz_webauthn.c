/* What a browser sends of a passkey: the first byte says which part the others are: an
 * attestation object, authenticator data, client data, CBOR, a stored key, or all of it
 * as JSON. */
#include "core/json.h"
#include "jose/base64url.h"
#include "webauthn/attestation.h"
#include "webauthn/authdata.h"
#include "webauthn/clientdata.h"
#include "webauthn/webauthn.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ID        "AQIDBA"
#define CHALLENGE "Y2hhbGxlbmdlLWNyZWF0ZS0wMTIzNDU2Nzg5"
#define ORIGIN    "http://localhost:18260"

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static authjs_webauthn_expected_t expected_of(apr_pool_t *pool)
{
    authjs_webauthn_expected_t expected = {"localhost", NULL, CHALLENGE, 0,
                                           AUTHJS_ATTESTATION_NONE};
    apr_array_header_t *origins = apr_array_make(pool, 1, sizeof(const char *));

    APR_ARRAY_PUSH(origins, const char *) = ORIGIN;
    expected.origins = origins;
    return expected;
}

static int inside(const void *part, apr_size_t part_len, const uint8_t *data, size_t size)
{
    const uint8_t *at = part;

    return at >= data && at <= data + size && part_len <= (size_t)(data + size - at);
}

/* Items are inside of what they were read from, and each of them reads as itself. */
static apr_size_t walk(apr_pool_t *pool, const authjs_cbor_t *item, const uint8_t *data,
                       size_t size, int depth)
{
    apr_size_t i, n = item->type == AUTHJS_CBOR_MAP ? 2 * item->count : item->count;
    apr_size_t items = 1;
    authjs_cbor_t again;

    check(depth <= AUTHJS_CBOR_MAX_DEPTH && inside(item->start, item->size, data, size));
    check(!item->bytes || inside(item->bytes, item->len, item->start, item->size));
    for (i = 0; i < n; i++) {
        items += walk(pool, &item->items[i], item->start, item->size, depth + 1);
    }
    check(!authjs_cbor_read(&again, pool, item->start, item->size, NULL));
    check(again.type == item->type && again.number == item->number &&
          again.count == item->count && again.len == item->len);
    return items;
}

static void read_cbor(apr_pool_t *pool, const uint8_t *data, size_t size)
{
    authjs_cbor_t item;
    apr_size_t used = 0;

    if (!authjs_cbor_read(&item, pool, data, size, &used)) {
        check(used && used <= size && used == item.size);
        check(walk(pool, &item, data, size, 0) <= AUTHJS_CBOR_MAX_ITEMS);
        check((used == size) == !authjs_cbor_read(&item, pool, data, size, NULL));
    }
}

/* A key that is taken is of its algorithm, and takes no signature that nobody made. */
static void read_key(apr_pool_t *pool, const uint8_t *data, size_t size)
{
    static const unsigned char sig[64] = {3, 1, 4, 1, 5};
    authjs_cbor_t item;
    authjs_cose_key_t key;

    if (!authjs_cbor_read(&item, pool, data, size, NULL) &&
        !authjs_cose_read(&key, pool, &item)) {
        check(authjs_alg_fits(key.alg, key.pkey));
        check(!authjs_cose_verify(&key, "data", 4, sig, sizeof(sig)));
        check(!authjs_cose_verify(&key, "data", 4, sig, 0));
    }
}

static void read_authdata(apr_pool_t *pool, const uint8_t *data, size_t size)
{
    authjs_authdata_t read;

    if (!authjs_authdata_read(&read, pool, data, size)) {
        check(size >= 37 && !(read.flags & AUTHJS_FLAG_AT) == !read.credential_id);
        check(!read.credential_id ||
              inside(read.credential_id, read.credential_id_len, data, size));
        check(read.credential_id_len <= AUTHJS_CREDENTIAL_ID_MAX);
        check(read.flags & (AUTHJS_FLAG_AT | AUTHJS_FLAG_ED) || size == 37);
    }
}

static void read_client(apr_pool_t *pool, const uint8_t *data, size_t size)
{
    authjs_webauthn_expected_t expected = expected_of(pool);

    if (!authjs_clientdata_check(pool, data, size, "webauthn.get", &expected)) {
        check(authjs_clientdata_check(pool, data, size, "webauthn.create", &expected) !=
              NULL);
        expected.challenge = CHALLENGE "A";
        check(authjs_clientdata_check(pool, data, size, "webauthn.get", &expected) !=
              NULL);
    }
}

/* Both ceremonies; what is taken of a registration can be stored. */
static void take(apr_pool_t *pool, struct json_object *sent)
{
    authjs_webauthn_expected_t expected = expected_of(pool);
    authjs_credential_t stored = {(const unsigned char *)"\1\2\3\4", 4, NULL, 0, 0};
    authjs_ceremony_t ceremony;

    if (!authjs_webauthn_register(&ceremony, pool, sent, &expected)) {
        check(ceremony.credential.id_len > 0 && ceremony.credential.public_key_len > 0);
        check(strlen(ceremony.format) <= AUTHJS_FORMAT_MAX);
        check(!ceremony.backed_up || ceremony.backup_eligible);
        read_key(pool, ceremony.credential.public_key,
                 ceremony.credential.public_key_len);
        stored = ceremony.credential;
    }
    /* Nobody has the key that would sign this. */
    check(authjs_webauthn_authenticate(&ceremony, pool, sent, &expected, &stored) !=
          NULL);
}

static void read_object(apr_pool_t *pool, const uint8_t *data, size_t size)
{
    static const char client[] =
        "{\"type\":\"webauthn.create\",\"challenge\":\"" CHALLENGE
        "\",\"origin\":\"" ORIGIN "\"}";
    struct json_object *sent = authjs_json_object(pool);
    struct json_object *response = authjs_json_object(pool);
    authjs_attestation_t attestation;

    if (!authjs_attestation_read(&attestation, pool, data, size)) {
        check(inside(attestation.authdata, attestation.authdata_len, data, size));
        read_authdata(pool, attestation.authdata, attestation.authdata_len);
    }
    authjs_json_set_string(sent, "id", ID);
    authjs_json_set_string(sent, "rawId", ID);
    authjs_json_set_string(sent, "type", "public-key");
    authjs_json_set_string(response, "clientDataJSON",
                           authjs_base64url(pool, client, sizeof(client) - 1));
    authjs_json_set_string(response, "attestationObject",
                           authjs_base64url(pool, data, size));
    authjs_json_set(sent, "response", response);
    take(pool, sent);
}

static void read_sent(apr_pool_t *pool, const uint8_t *data, size_t size)
{
    struct json_object *sent;

    if (!authjs_json_parse_object(&sent, pool, (const char *)data, size)) {
        take(pool, sent);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(apr_pool_t *, const uint8_t *, size_t) = {
        read_object, read_authdata, read_client, read_cbor, read_key, read_sent};
    static int initialized;
    apr_pool_t *pool;

    if (!initialized) {
        apr_initialize();
        initialized = 1;
    }
    apr_pool_create(&pool, NULL);
    if (size) {
        readers[*data % (sizeof(readers) / sizeof(readers[0]))](pool, data + 1, size - 1);
        check(!ERR_peek_error());
    }
    apr_pool_destroy(pool);
    return 0;
}
