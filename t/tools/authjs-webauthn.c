/* authjs-webauthn [--time N] <LINES: what the module says of ceremonies. Each line is
 * JSON:
 * {"op": "register"|"authenticate", "sent", "expected": {"rpId", "origins", "challenge",
 * "userVerification"?, "attestation"?: "none"|"self"}, "stored"?: {"id", "publicKey",
 * "counter"}}, bytes in base64url; "sent" may be JSON's text. Each is answered by a line
 * of JSON: {"accepted": true, "id", "publicKey", "counter", ...} or {"accepted": false,
 * "why"}.
 *
 * With --time, an authentication that is accepted is verified N times, in turns with
 * OpenSSL alone; "microseconds" has the least that one took: "ours"; "openssl",
 * EVP_DigestVerify with a key that is there; "fresh", the same with a key that is made
 * first.
 *
 * For the tests and the benchmark: not installed. */
#include "core/json.h"
#include "jose/base64url.h"
#include "webauthn/cose.h"
#include "webauthn/webauthn.h"

#include <apr_general.h>
#include <apr_time.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE (1024 * 1024)

typedef struct {
    struct json_object *sent;
    authjs_webauthn_expected_t expected;
    authjs_credential_t stored;
    int is_registration;
} task_t;

static void fail(const char *why)
{
    fprintf(stderr, "authjs-webauthn: %s\n", why);
    exit(1);
}

static const unsigned char *bytes_of(apr_pool_t *pool, struct json_object *object,
                                     const char *name, apr_size_t *len)
{
    const char *text = authjs_json_get_string(object, name);
    unsigned char *data;

    if (!text || !authjs_base64url_decode_dup(pool, text, strlen(text), &data, len)) {
        fail("a member of stored is not base64url");
        return NULL;
    }
    return data;
}

static void read_expected(task_t *task, apr_pool_t *pool, struct json_object *object)
{
    struct json_object *origins = authjs_json_get_array(object, "origins");
    apr_array_header_t *all = apr_array_make(pool, 2, sizeof(const char *));
    const char *attestation = authjs_json_get_string(object, "attestation");
    size_t i;

    for (i = 0; origins && i < json_object_array_length(origins); i++) {
        APR_ARRAY_PUSH(all, const char *) =
            json_object_get_string(json_object_array_get_idx(origins, i));
    }
    task->expected.rp_id = authjs_json_get_string(object, "rpId");
    task->expected.origins = all;
    task->expected.challenge = authjs_json_get_string(object, "challenge");
    task->expected.user_verification =
        authjs_json_is_affirmative(authjs_json_get(object, "userVerification"));
    task->expected.attestation = attestation && !strcmp(attestation, "self")
                                     ? AUTHJS_ATTESTATION_SELF
                                     : AUTHJS_ATTESTATION_NONE;
    if (!task->expected.rp_id || !task->expected.challenge) {
        fail("expected has no rpId or no challenge");
    }
}

static void read_stored(task_t *task, apr_pool_t *pool, struct json_object *object)
{
    apr_int64_t counter = 0;

    authjs_json_get_int64(object, "counter", &counter);
    task->stored.id = bytes_of(pool, object, "id", &task->stored.id_len);
    task->stored.public_key =
        bytes_of(pool, object, "publicKey", &task->stored.public_key_len);
    task->stored.counter = (apr_uint32_t)counter;
}

/* @return NULL, or why what was sent is no JSON, which is the sender's fault. */
static const char *read_task(task_t *task, apr_pool_t *pool, const char *line)
{
    struct json_object *object;
    const char *why = authjs_json_parse_object(&object, pool, line, strlen(line));
    const char *op, *text;

    if (why) {
        fail(why);
        return why;
    }
    op = authjs_json_get_string(object, "op");
    task->is_registration = op && !strcmp(op, "register");
    read_expected(task, pool, authjs_json_get_object(object, "expected"));
    if (!task->is_registration) {
        read_stored(task, pool, authjs_json_get_object(object, "stored"));
    }
    task->sent = authjs_json_get_object(object, "sent");
    text = authjs_json_get_string(object, "sent");
    return text ? authjs_json_parse_object(&task->sent, pool, text, strlen(text)) : NULL;
}

static const char *verify(authjs_ceremony_t *ceremony, apr_pool_t *pool,
                          const task_t *task)
{
    return task->is_registration
               ? authjs_webauthn_register(ceremony, pool, task->sent, &task->expected)
               : authjs_webauthn_authenticate(ceremony, pool, task->sent, &task->expected,
                                              &task->stored);
}

/* ---- how long it takes --------------------------------------------------------- */

/* How many of one kind are timed at once: a clock of microseconds is too coarse for one.
 */
#define AT_ONCE 20

typedef struct {
    const task_t *task;
    authjs_cose_key_t key;
    unsigned char *input;
    const unsigned char *signature;
    apr_size_t input_len, signature_len;
} timed_t;

static void time_ours(const timed_t *timed, apr_pool_t *pool)
{
    authjs_ceremony_t ceremony;

    if (verify(&ceremony, pool, timed->task)) {
        fail("what was accepted is refused");
    }
}

static void time_openssl(const timed_t *timed, apr_pool_t *pool)
{
    (void)pool;
    if (!authjs_cose_verify(&timed->key, timed->input, timed->input_len, timed->signature,
                            timed->signature_len)) {
        fail("OpenSSL refuses what was accepted");
    }
}

static void read_key(authjs_cose_key_t *key, apr_pool_t *pool, const task_t *task)
{
    authjs_cbor_t map;

    if (authjs_cbor_read(&map, pool, task->stored.public_key, task->stored.public_key_len,
                         NULL) ||
        authjs_cose_read(key, pool, &map)) {
        fail("the stored key cannot be read");
    }
}

static void time_fresh(const timed_t *timed, apr_pool_t *pool)
{
    timed_t fresh = *timed;

    read_key(&fresh.key, pool, timed->task);
    time_openssl(&fresh, pool);
}

static const unsigned char *member(apr_size_t *len, apr_pool_t *pool, const task_t *task,
                                   const char *name)
{
    return bytes_of(pool, authjs_json_get_object(task->sent, "response"), name, len);
}

static void prepare(timed_t *timed, apr_pool_t *pool, const task_t *task)
{
    const unsigned char *client, *authdata;
    apr_size_t client_len, len;

    timed->task = task;
    read_key(&timed->key, pool, task);
    client = member(&client_len, pool, task, "clientDataJSON");
    authdata = member(&len, pool, task, "authenticatorData");
    timed->signature = member(&timed->signature_len, pool, task, "signature");
    timed->input_len = len + 32;
    timed->input = apr_palloc(pool, timed->input_len);
    memcpy(timed->input, authdata, len);
    authjs_sha256(timed->input + len, client, client_len);
}

static struct json_object *least_times(apr_pool_t *pool, const task_t *task, int count)
{
    static const struct {
        const char *name;
        void (*run)(const timed_t *timed, apr_pool_t *pool);
    } kinds[] = {{"ours", time_ours}, {"openssl", time_openssl}, {"fresh", time_fresh}};
    struct json_object *answer = authjs_json_object(pool);
    apr_interval_time_t least[3] = {0, 0, 0};
    timed_t timed;
    int i, j, k;

    prepare(&timed, pool, task);
    for (i = 0; i < count; i++) {
        for (k = 0; k < 3; k++) {
            apr_time_t start = apr_time_now();

            for (j = 0; j < AT_ONCE; j++) {
                apr_pool_t *own;

                apr_pool_create(&own, pool);
                kinds[k].run(&timed, own);
                apr_pool_destroy(own);
            }
            start = apr_time_now() - start;
            least[k] = !i || start < least[k] ? start : least[k];
        }
    }
    for (k = 0; k < 3; k++) {
        authjs_json_set(
            answer, kinds[k].name,
            authjs_json_own(pool, json_object_new_double((double)least[k] / AT_ONCE)));
    }
    return answer;
}

/* ---- the answer ---------------------------------------------------------------- */

static struct json_object *describe(apr_pool_t *pool, const authjs_ceremony_t *ceremony)
{
    const authjs_credential_t *credential = &ceremony->credential;
    struct json_object *answer = authjs_json_object(pool);

    authjs_json_set_boolean(answer, "accepted", 1);
    authjs_json_set_string(answer, "id",
                           authjs_base64url(pool, credential->id, credential->id_len));
    authjs_json_set_string(answer, "publicKey",
                           authjs_base64url(pool, credential->public_key,
                                            credential->public_key_len));
    authjs_json_set_int64(answer, "counter", credential->counter);
    authjs_json_set_int64(answer, "algorithm", ceremony->algorithm);
    authjs_json_set_boolean(answer, "userVerified", ceremony->user_verified);
    authjs_json_set_boolean(answer, "backupEligible", ceremony->backup_eligible);
    authjs_json_set_boolean(answer, "backedUp", ceremony->backed_up);
    authjs_json_set_string(answer, "format", ceremony->format);
    authjs_json_set(answer, "userHandle",
                    authjs_json_own(pool, ceremony->user_handle
                                              ? json_object_new_string_len(
                                                    (const char *)ceremony->user_handle,
                                                    (int)ceremony->user_handle_len)
                                              : NULL));
    return answer;
}

static void answer(apr_pool_t *pool, const char *line, int count)
{
    task_t task;
    authjs_ceremony_t ceremony;
    struct json_object *said;
    const char *why;

    memset(&task, 0, sizeof(task));
    why = read_task(&task, pool, line);
    if (!why) {
        why = verify(&ceremony, pool, &task);
    }
    if (why) {
        said = authjs_json_object(pool);
        authjs_json_set_boolean(said, "accepted", 0);
        authjs_json_set_string(said, "why", why);
    }
    else {
        said = describe(pool, &ceremony);
    }
    if (!why && count && !task.is_registration) {
        authjs_json_set(said, "microseconds", least_times(pool, &task, count));
    }
    printf("%s\n", authjs_json_text(pool, said));
}

int main(int argc, char **argv)
{
    char *line = malloc(MAX_LINE);
    int count =
        argc == 3 && !strcmp(argv[1], "--time") ? (int)strtol(argv[2], NULL, 10) : 0;
    apr_pool_t *pool;

    if (!line) {
        return 1;
    }
    apr_initialize();
    while (fgets(line, MAX_LINE, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        apr_pool_create(&pool, NULL);
        answer(pool, line, count);
        apr_pool_destroy(pool);
    }
    apr_terminate();
    free(line);
    return 0;
}
