/* Runs one method of a virtual host's adapter, for any adapter test-suite:
 *
 *     SetHandler authjs-test-adapter
 *     POST {"method":"createUser","args":[{"email":"jane@example.com"}]}
 *     -> {"ok":{...}} or {"error":"why","status":"conflict"}
 *
 * Methods and arguments are Auth.js's; beyond them signUp [user, account, session],
 * updateAccount [account], listAccounts [userId], listSessions [userId],
 * unlinkAccountButLast [userId, {provider, providerAccountId}], prune [now, limit],
 * listPasskeys [userId] and describePasskey [credentialID, {name, created, lastUsed}].
 * Whoever reaches it owns every account: tests only, and from this machine only. */
#include "mod_authjs.h"

#include "http_config.h"
#include "http_log.h"
#include "http_protocol.h"

#include "apr_strings.h"

#include <json-c/json.h>
#include <string.h>

#define MAX_BODY (8 * 1024 * 1024)

/** A call with what it needs. */
typedef struct {
    const authjs_adapter_t *adapter;
    void *instance;
    authjs_call_t *call;
    json_object *args;   /**< an array */
    json_object *result; /**< belongs to the call's pool */
    const char *wrong;   /**< what is wrong with the request itself */
} job_t;

/* ---- arguments */

static json_object *object_at(job_t *job, size_t i)
{
    json_object *value = json_object_array_get_idx(job->args, i);

    if (!json_object_is_type(value, json_type_object)) {
        job->wrong = "an argument is not an object";
        return NULL;
    }
    return value;
}

static const char *text_of(job_t *job, json_object *value)
{
    const char *text = json_object_get_string(value);

    if (!json_object_is_type(value, json_type_string)) {
        job->wrong = "an argument is not text";
        return NULL;
    }
    if (strlen(text) != (size_t)json_object_get_string_len(value)) {
        job->wrong = "an argument has a NUL in it, which a C string cannot hold";
        return NULL;
    }
    return text;
}

static const char *text_at(job_t *job, size_t i)
{
    return text_of(job, json_object_array_get_idx(job->args, i));
}

static const char *member_at(job_t *job, size_t i, const char *name)
{
    json_object *value = NULL;

    json_object_object_get_ex(object_at(job, i), name, &value);
    return text_of(job, value);
}

static apr_int64_t number_at(job_t *job, size_t i)
{
    json_object *value = json_object_array_get_idx(job->args, i);

    if (!json_object_is_type(value, json_type_int)) {
        job->wrong = "an argument is not a whole number";
    }
    return json_object_get_int64(value);
}

/* ---- methods: run_<function of the adapter>, by the form of the arguments */

#define DEFINE(function, declarations, arguments)                                        \
    static authjs_adapter_status_e run_##function(job_t *job)                            \
    {                                                                                    \
        declarations;                                                                    \
        if (!job->adapter->function) {                                                   \
            job->wrong = "this adapter has no such method";                              \
        }                                                                                \
        return job->wrong ? AUTHJS_ADAPTER_FAILED : job->adapter->function arguments;    \
    }

#define OBJECT(function)                                                                 \
    DEFINE(function, json_object *object = object_at(job, 0),                            \
           (job->instance, job->call, object, &job->result))
#define TEXT(function)                                                                   \
    DEFINE(function, const char *text = text_at(job, 0),                                 \
           (job->instance, job->call, text, &job->result))
#define MEMBERS(function, one, two)                                                      \
    DEFINE(function, const char *first = member_at(job, 0, one);                         \
           const char *second = member_at(job, 0, two),                                  \
           (job->instance, job->call, first, second, &job->result))

OBJECT(create_user)
TEXT(get_user)
TEXT(get_user_by_email)
MEMBERS(get_user_by_account, "provider", "providerAccountId")
OBJECT(update_user)
TEXT(delete_user)
OBJECT(link_account)
MEMBERS(unlink_account, "provider", "providerAccountId")
OBJECT(create_session)
TEXT(get_session_and_user)
OBJECT(update_session)
TEXT(delete_session)
OBJECT(create_verification_token)
MEMBERS(use_verification_token, "identifier", "token")
MEMBERS(get_verification_token, "identifier", "token")
DEFINE(get_account, const char *id = text_at(job, 0);
       const char *provider = text_at(job, 1),
       (job->instance, job->call, id, provider, &job->result))
TEXT(get_authenticator)
OBJECT(create_authenticator)
TEXT(list_authenticators_by_user_id)
DEFINE(update_authenticator_counter, const char *id = text_at(job, 0);
       apr_int64_t counter = number_at(job, 1),
       (job->instance, job->call, id, counter, &job->result))
DEFINE(sign_up, json_object *user = object_at(job, 0);
       json_object *account = json_object_array_get_idx(job->args, 1);
       json_object *session = json_object_array_get_idx(job->args, 2),
       (job->instance, job->call, user, account, session, &job->result))
OBJECT(update_account)
TEXT(list_accounts)
DEFINE(unlink_account_but_last, const char *user = text_at(job, 0);
       const char *provider = member_at(job, 1, "provider");
       const char *id = member_at(job, 1, "providerAccountId"),
       (job->instance, job->call, user, provider, id, &job->result))
TEXT(list_sessions)
TEXT(list_passkeys)
DEFINE(describe_passkey, const char *id = text_at(job, 0);
       json_object *texts = object_at(job, 1),
       (job->instance, job->call, id, texts, &job->result))

static apr_status_t put(void *object)
{
    json_object_put(object);
    return APR_SUCCESS;
}

/** Released with the request. */
static json_object *own(apr_pool_t *pool, json_object *object)
{
    apr_pool_cleanup_register(pool, object, put, apr_pool_cleanup_null);
    return object;
}

static authjs_adapter_status_e run_prune(job_t *job)
{
    const char *now = text_at(job, 0);
    int limit = (int)number_at(job, 1);
    authjs_adapter_status_e status = AUTHJS_ADAPTER_FAILED;
    apr_int64_t pruned = 0;

    if (!job->adapter->prune) {
        job->wrong = "this adapter has no such method";
    }
    if (!job->wrong) {
        status = job->adapter->prune(job->instance, job->call, now, limit, &pruned);
        job->result = own(job->call->pool, json_object_new_int64(pruned));
    }
    return status;
}

static const struct {
    const char *name;
    authjs_adapter_status_e (*run)(job_t *job);
} methods[] = {
    {"createUser", run_create_user},
    {"getUser", run_get_user},
    {"getUserByEmail", run_get_user_by_email},
    {"getUserByAccount", run_get_user_by_account},
    {"updateUser", run_update_user},
    {"deleteUser", run_delete_user},
    {"linkAccount", run_link_account},
    {"unlinkAccount", run_unlink_account},
    {"createSession", run_create_session},
    {"getSessionAndUser", run_get_session_and_user},
    {"updateSession", run_update_session},
    {"deleteSession", run_delete_session},
    {"createVerificationToken", run_create_verification_token},
    {"useVerificationToken", run_use_verification_token},
    {"getVerificationToken", run_get_verification_token},
    {"getAccount", run_get_account},
    {"getAuthenticator", run_get_authenticator},
    {"createAuthenticator", run_create_authenticator},
    {"listAuthenticatorsByUserId", run_list_authenticators_by_user_id},
    {"updateAuthenticatorCounter", run_update_authenticator_counter},
    {"signUp", run_sign_up},
    {"updateAccount", run_update_account},
    {"listAccounts", run_list_accounts},
    {"unlinkAccountButLast", run_unlink_account_but_last},
    {"listSessions", run_list_sessions},
    {"prune", run_prune},
    {"listPasskeys", run_list_passkeys},
    {"describePasskey", run_describe_passkey},
};

/* ---- the request */

/** The body as a JSON object {method, args}; NULL when it is none. */
static json_object *read_request(request_rec *r)
{
    json_tokener *tokener;
    json_object *request;
    char *body = apr_palloc(r->pool, MAX_BODY);
    int len = 0;
    long n;

    if (ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK) != OK) {
        return NULL;
    }
    while (len < MAX_BODY &&
           (n = ap_get_client_block(r, body + len, (apr_size_t)(MAX_BODY - len))) > 0) {
        len += (int)n;
    }
    tokener = json_tokener_new();
    request = own(r->pool, json_tokener_parse_ex(tokener, body, len));
    json_tokener_free(tokener);
    return json_object_is_type(request, json_type_object) ? request : NULL;
}

/** Run it: what is wrong with the request goes to job->wrong. */
static authjs_adapter_status_e run(job_t *job, json_object *request)
{
    json_object *method = NULL;
    size_t i;

    json_object_object_get_ex(request, "method", &method);
    json_object_object_get_ex(request, "args", &job->args);
    if (!json_object_is_type(method, json_type_string) ||
        !json_object_is_type(job->args, json_type_array)) {
        job->wrong = "not {\"method\":\"...\",\"args\":[...]}";
        return AUTHJS_ADAPTER_FAILED;
    }
    for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (!strcmp(methods[i].name, json_object_get_string(method))) {
            return methods[i].run(job);
        }
    }
    job->wrong = "there is no such method";
    return AUTHJS_ADAPTER_FAILED;
}

static int answer(request_rec *r, const job_t *job, authjs_adapter_status_e status)
{
    static const struct {
        int http;
        const char *name;
    } ends[] = {
        {HTTP_OK, "ok"},
        {HTTP_CONFLICT, "conflict"},
        {HTTP_SERVICE_UNAVAILABLE, "unavailable"},
        {HTTP_INTERNAL_SERVER_ERROR, "failed"},
    };
    json_object *body = own(r->pool, json_object_new_object());
    const char *why = job->wrong ? job->wrong : job->call->error, *text;
    size_t len;

    if (status == AUTHJS_ADAPTER_OK && !job->wrong) {
        json_object_object_add(body, "ok", json_object_get(job->result));
    }
    else {
        json_object_object_add(body, "error", json_object_new_string(why ? why : ""));
        json_object_object_add(body, "status",
                               json_object_new_string(job->wrong ? "wrong"
                                                                 : ends[status].name));
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "the adapter answers %s: %s",
                      ends[status].name, why ? why : "nothing");
    }
    r->status = job->wrong ? HTTP_BAD_REQUEST : ends[status].http;
    ap_set_content_type(r, "application/json");
    text = json_object_to_json_string_length(
        body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
    ap_set_content_length(r, (apr_off_t)len);
    ap_rwrite(text, (int)len, r);
    return OK;
}

static int handler(request_rec *r)
{
    APR_OPTIONAL_FN_TYPE(authjs_adapter) *adapter_of =
        APR_RETRIEVE_OPTIONAL_FN(authjs_adapter);
    authjs_call_t call = {r, r->server, r->pool, NULL};
    job_t job = {NULL, NULL, &call, NULL, NULL, NULL};
    json_object *request;

    if (!r->handler || strcmp(r->handler, "authjs-test-adapter")) {
        return DECLINED;
    }
    if (strcmp(r->connection->client_ip, "127.0.0.1") &&
        strcmp(r->connection->client_ip, "::1")) {
        return HTTP_FORBIDDEN;
    }
    if (r->method_number != M_POST) {
        return HTTP_METHOD_NOT_ALLOWED;
    }
    job.adapter = adapter_of ? adapter_of(r, &job.instance) : NULL;
    if (!job.adapter) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "there is no AuthJSAdapter here");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    request = read_request(r);
    return answer(r, &job, run(&job, request));
}

static void hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(authjs_test_adapter)
__attribute__((visibility("default"))) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks, AP_MODULE_FLAG_NONE,
};
