#include "adapters/d1.h"

#include "sql/d1_answer.h"

#include "apr_cstr.h"

#define TRIES        3
#define FIRST_WAIT   apr_time_from_msec(200)
#define LONGEST_WAIT apr_time_from_sec(5)

/* A run of statements. */
typedef struct {
    const authjs_d1_t *d1;
    authjs_call_t *call;
    authjs_statement_t *statements;
    int count;
    const char *nonce;
    int writes;     /* not knowing what D1 did, expect that rows were changed */
    int repeatable; /* running it twice does no harm */
    int again;      /* out: it may be sent again */
    apr_int64_t retry_after;
} batch_t;

static int begins(const authjs_statement_t *statement, const char *verb)
{
    return !apr_cstr_casecmpn(statement->text, verb, strlen(verb));
}

/* Rows are inserted under keys that we made, and updated to values that we gave: running
 * that again changes nothing, or ends in a CONFLICT, after which sign-in decides anew. A
 * DELETE that answers with its row would find none the second time. */
static void classify(batch_t *batch)
{
    int i;

    batch->repeatable = 1;
    for (i = 0; i < batch->count; i++) {
        const authjs_statement_t *statement = &batch->statements[i];

        if (!begins(statement, "SELECT")) {
            batch->writes = 1;
        }
        if (begins(statement, "DELETE") && statement->ncolumns) {
            batch->repeatable = 0;
        }
    }
}

/* ---- the request ------------------------------------------------------------------- */

static void add_statement(struct json_object *list, const char *sql,
                          const char *const *args, int nargs)
{
    struct json_object *statement = json_object_new_object();
    struct json_object *params = json_object_new_array();
    int i;

    for (i = 0; i < nargs; i++) {
        json_object_array_add(params, args[i] ? json_object_new_string(args[i]) : NULL);
    }
    json_object_object_add(statement, "sql", json_object_new_string(sql));
    json_object_object_add(statement, "params", params);
    json_object_array_add(list, statement);
}

static const char *body_of(const batch_t *batch)
{
    apr_pool_t *pool = batch->call->pool;
    struct json_object *body = authjs_json_object(pool), *list = json_object_new_array();
    int i;

    add_statement(list, "SELECT ?", &batch->nonce, 1);
    for (i = 0; i < batch->count; i++) {
        add_statement(list, batch->statements[i].text, batch->statements[i].args,
                      batch->statements[i].nargs);
    }
    json_object_object_add(body, "batch", list);
    return authjs_json_text(pool, body);
}

static int is_utf8(const authjs_statement_t *statement)
{
    int i;

    for (i = 0; i < statement->nargs; i++) {
        const char *arg = statement->args[i];

        if (arg && !authjs_utf8_valid(arg, strlen(arg))) {
            return 0;
        }
    }
    return 1;
}

/* ---- the answer -------------------------------------------------------------------- */

static authjs_adapter_status_e fail_batch(batch_t *batch, authjs_adapter_status_e status,
                                          const char *why)
{
    batch->call->error = apr_pstrcat(batch->call->pool, "D1: ", why, NULL);
    return status;
}

/* FAILED says that nothing was changed: not after an answer that cannot be used. */
static authjs_adapter_status_e unusable_answer(batch_t *batch, const char *why)
{
    return fail_batch(
        batch, batch->writes ? AUTHJS_ADAPTER_UNAVAILABLE : AUTHJS_ADAPTER_FAILED, why);
}

static authjs_adapter_status_e read_batch_rows(batch_t *batch, struct json_object *answer)
{
    apr_pool_t *pool = batch->call->pool;
    apr_array_header_t **rows =
        apr_palloc(pool, sizeof(*rows) * (apr_size_t)batch->count);
    int *columns = apr_palloc(pool, sizeof(*columns) * (apr_size_t)batch->count);
    const char *why;
    int i;

    for (i = 0; i < batch->count; i++) {
        columns[i] = batch->statements[i].ncolumns;
    }
    why = authjs_d1_read(pool, answer, batch->nonce, columns, batch->count, rows);
    if (why) {
        return unusable_answer(
            batch, apr_pstrcat(pool, "its answer cannot be used: ", why, NULL));
    }
    for (i = 0; i < batch->count; i++) {
        batch->statements[i].rows = rows[i];
    }
    return AUTHJS_ADAPTER_OK;
}

/* The errors for which D1's documentation says to try again. */
static int is_temporary(const char *error)
{
    return strstr(error, "Network connection lost") || strstr(error, "to be reset") ||
           strstr(error, "code was updated");
}

static authjs_adapter_status_e fail_for_now(batch_t *batch, const char *said, long status)
{
    apr_int64_t after = batch->retry_after;

    /* Sending more to a database that is overloaded makes it worse. */
    batch->again = !strstr(said, "overloaded") &&
                   (status == HTTP_TOO_MANY_REQUESTS || batch->repeatable ||
                    (status == HTTP_SERVICE_UNAVAILABLE && after >= 0));
    if (after >= 0) {
        said = apr_psprintf(batch->call->pool,
                            "%s, to be asked again in %" APR_INT64_T_FMT " seconds", said,
                            after);
    }
    return fail_batch(batch, AUTHJS_ADAPTER_UNAVAILABLE, said);
}

static const char *advice(long status, const char *error)
{
    if (status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN) {
        return "; see that token= is a valid API token with the permission D1 Edit for the "
               "account of account=";
    }
    if (status == HTTP_NOT_FOUND) {
        return "; see that account= and database= are right, and api= if it is set";
    }
    if (!error) {
        return status < HTTP_BAD_REQUEST ? "; see that api= is right" : "";
    }
    return strstr(error, "no such table") || strstr(error, "no such column")
               ? "; authjsctl migrate makes the tables"
               : "";
}

/* An error of D1, or of what stands in front of it. */
static authjs_adapter_status_e read_error(batch_t *batch, long status, const char *error)
{
    const char *said = apr_psprintf(batch->call->pool, "status %ld%s%s", status,
                                    error ? ", error " : "", error ? error : "");

    if (error && strstr(error, "UNIQUE constraint failed")) {
        return fail_batch(batch, AUTHJS_ADAPTER_CONFLICT, said);
    }
    if (status == HTTP_TOO_MANY_REQUESTS || status >= HTTP_INTERNAL_SERVER_ERROR ||
        is_temporary(said)) {
        return fail_for_now(batch, said, status);
    }
    return fail_batch(batch, AUTHJS_ADAPTER_FAILED,
                      apr_pstrcat(batch->call->pool, said, advice(status, error), NULL));
}

static authjs_adapter_status_e read_response(batch_t *batch,
                                             const authjs_client_response_t *response)
{
    apr_pool_t *pool = batch->call->pool;
    struct json_object *answer = NULL;
    const char *why =
        authjs_json_parse_object(&answer, pool, response->body, response->body_len);
    const char *error = why ? NULL : authjs_d1_error(pool, answer);

    batch->retry_after = response->retry_after;
    if (response->status != HTTP_OK || error) {
        return read_error(batch, response->status, error);
    }
    if (why) {
        return unusable_answer(batch,
                               apr_pstrcat(pool, "its answer is not JSON: ", why, NULL));
    }
    return read_batch_rows(batch, answer);
}

/* ---- sending ----------------------------------------------------------------------- */

static authjs_adapter_status_e send_batch(batch_t *batch, const char *body,
                                          const authjs_d1_link_t *link)
{
    const authjs_d1_t *d1 = batch->d1;
    authjs_client_request_t request = {"POST", d1->url, d1->allow_http,    d1->headers,
                                       body,   0,       !batch->repeatable};
    authjs_client_response_t *response = NULL;
    const char *why = link->send(link->baton, &request, &response);

    batch->again = 0;
    batch->retry_after = -1;
    if (!why) {
        return read_response(batch, response);
    }
    if (response && response->outcome == AUTHJS_CLIENT_REFUSED) {
        return unusable_answer(batch, why);
    }
    batch->again =
        batch->repeatable || (response && response->outcome == AUTHJS_CLIENT_NOT_SENT);
    return fail_batch(batch, AUTHJS_ADAPTER_UNAVAILABLE, why);
}

/* How long to wait before the next try; negative: there is none. */
static apr_interval_time_t wait_before_retry(const batch_t *batch, int tried,
                                             apr_time_t deadline)
{
    apr_interval_time_t wait = FIRST_WAIT << (tried - 1);
    unsigned char random = 0;

    if (!batch->again || tried == TRIES) {
        return -1;
    }
    if (batch->retry_after >= 0) {
        if (batch->retry_after > apr_time_sec(LONGEST_WAIT)) {
            return -1;
        }
        wait = apr_time_from_sec(batch->retry_after);
    }
    else if (authjs_random_bytes(&random, 1) == APR_SUCCESS) {
        wait += wait * random / 512;
    }
    return apr_time_now() + wait < deadline ? wait : -1;
}

authjs_adapter_status_e authjs_d1_run(const authjs_d1_t *d1, authjs_call_t *call,
                                      authjs_statement_t *statements, int count,
                                      const authjs_d1_link_t *link)
{
    batch_t batch = {d1, call, statements, count, NULL, 0, 0, 0, -1};
    authjs_adapter_status_e status = AUTHJS_ADAPTER_FAILED;
    apr_interval_time_t wait;
    const char *body;
    int i, tried;

    for (i = 0; i < count; i++) {
        if (!is_utf8(&statements[i])) {
            return fail_batch(&batch, status, "a value is not UTF-8");
        }
    }
    batch.nonce = authjs_random_hex(call->pool, 8);
    if (!batch.nonce) {
        return fail_batch(&batch, status, "there is no randomness");
    }
    classify(&batch);
    body = body_of(&batch);
    for (tried = 1;; tried++) {
        status = send_batch(&batch, body, link);
        wait = wait_before_retry(&batch, tried, link->deadline);
        if (wait < 0) {
            return status;
        }
        apr_sleep(wait);
    }
}
