/* authjs-webauthn <LINES: what the module says of ceremonies. Each line is JSON: {"op":
 * "register"|"authenticate", "sent", "expected": {"rpId", "origins", "challenge",
 * "userVerification"?, "attestation"?: "none"|"self"}, "stored"?: {"id", "publicKey",
 * "counter"}}, bytes in base64url; "sent" may be JSON's text. Each is answered by a line
 * of JSON: {"accepted": true, "id", "publicKey", "counter", ...} or {"accepted": false,
 * "why"}. With --time N: each is verified N times, and "microseconds" is the least that
 * one took. For the tests and the benchmark: not installed. */
#include "core/json.h"
#include "jose/base64url.h"
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

/* The least time that one of count verifications took, in a pool of its own each. */
static double least_time(apr_pool_t *pool, const task_t *task, int count)
{
    apr_interval_time_t least = 0;
    int i, j;

    for (i = 0; i < count; i++) {
        apr_time_t start = apr_time_now();

        for (j = 0; j < 20; j++) {
            authjs_ceremony_t ceremony;
            apr_pool_t *own;

            apr_pool_create(&own, pool);
            verify(&ceremony, own, task);
            apr_pool_destroy(own);
        }
        start = apr_time_now() - start;
        least = !i || start < least ? start : least;
    }
    return (double)least / 20;
}

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
    if (!why && count) {
        authjs_json_set(said, "microseconds",
                        authjs_json_own(pool, json_object_new_double(
                                                  least_time(pool, &task, count))));
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
