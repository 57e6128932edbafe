/* The runner http:// and https://: a service is asked, or told. */
#include "callbacks/http_service.h"
#include "callbacks/runners.h"
#include "core/jsonpath.h"
#include "http/cache.h"
#include "http/client.h"

#include <openssl/evp.h>

#define USED       "authjs-http-runner"
#define ANSWER_MAX (64 * 1024)
#define SAID_MAX   200
#define ID_LEN     16 /* bytes */
#define USUAL_TTL  60
#define KEPT_MAX   (8 * 1024)
#define PURPOSE    "callback"

/* ---- configuration ---------------------------------------------------------------- */

static const char *create_service(void **instance, apr_pool_t *pconf, apr_pool_t *ptemp,
                                  server_rec *s, const char *name, int argc,
                                  const char *const *words, int htaccess)
{
    authjs_service_t *service;
    const char *why;

    (void)ptemp;
    (void)s;
    if (htaccess) {
        return "a .htaccess file cannot have a service asked; write it in httpd's own "
               "configuration";
    }
    why = authjs_service_read(&service, pconf, argc, words, name);
    if (!why) {
        apr_pool_userdata_setn(service, USED, NULL, pconf);
        *instance = service;
    }
    return why;
}

int authjs_runner_http_is_used(apr_pool_t *pconf)
{
    void *used = NULL;

    apr_pool_userdata_get(&used, USED, pconf);
    return used != NULL;
}

/* ---- the question ----------------------------------------------------------------- */

static struct json_object *question(authjs_callback_t *call, const char *id)
{
    struct json_object *asked;

    if (authjs_event_short_name(call->name)) {
        return authjs_event_record(call, id);
    }
    asked = authjs_json_object(call->pool);
    authjs_json_set_string(asked, "id", id);
    authjs_json_set_string(asked, "callback", call->name);
    authjs_json_set(asked, "params", call->params);
    return asked;
}

/* The time is signed too, so that the service can refuse an old question. */
static const char *signature(apr_pool_t *pool, const char *secret, const char *body)
{
    apr_int64_t now = apr_time_sec(apr_time_now());
    const char *text = apr_psprintf(pool, "%" APR_INT64_T_FMT ".%s", now, body);
    unsigned char mac[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    size_t len = 0;

    if (!EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, secret, strlen(secret),
                   (const unsigned char *)text, strlen(text), mac, sizeof(mac), &len)) {
        return NULL;
    }
    ap_bin2hex(mac, len, hex);
    return apr_psprintf(pool, "X-AuthJS-Signature: t=%" APR_INT64_T_FMT ",v1=%s", now,
                        hex);
}

/* ---- the answer ------------------------------------------------------------------- */

/* The service's own words, for our log. */
static const char *said(apr_pool_t *pool, const char *text)
{
    return ap_escape_logitem(pool, apr_pstrmemdup(pool, text, strnlen(text, SAID_MAX)));
}

/* {id, value}, {id} or {id, error}. NULL, or why it is no answer. */
static const char *read_answer(authjs_callback_t *call, const char *id,
                               const authjs_client_response_t *response)
{
    struct json_object *answer, *value;
    const char *why, *error;
    int has_value;

    if (strcmp(response->content_type, "application/json")) {
        return "its answer is not application/json";
    }
    why =
        authjs_json_parse_object(&answer, call->pool, response->body, response->body_len);
    if (why) {
        return apr_pstrcat(call->pool, "its answer is not a JSON object: ", why, NULL);
    }
    if (!authjs_equal_str(authjs_json_get_string(answer, "id"), id)) {
        return "its answer does not repeat the id: it is another question's";
    }
    has_value = json_object_object_get_ex(answer, "value", &value);
    if (!json_object_object_get_ex(answer, "error", NULL)) {
        call->answer = has_value ? AUTHJS_ANSWER_VALUE : AUTHJS_ANSWER_UNDEFINED;
        call->value = has_value ? value : NULL;
        return NULL;
    }
    error = authjs_json_get_string(answer, "error");
    if (!error || has_value) {
        return "its answer has an error that is no text, or a value beside it";
    }
    call->answer = AUTHJS_ANSWER_ERROR;
    call->error =
        apr_pstrcat(call->pool, "the service says: ", said(call->pool, error), NULL);
    call->code = authjs_json_get_string(answer, "code");
    return NULL;
}

/* ---- asking ----------------------------------------------------------------------- */

static const char *check_status(const authjs_callback_t *call,
                                const authjs_client_response_t *response)
{
    int good = authjs_event_short_name(call->name) ? response->status / 100 == 2
                                                   : response->status == HTTP_OK;

    return good ? NULL : apr_psprintf(call->pool, "status %ld", response->status);
}

static const char *ask_service(const authjs_service_t *service, const authjs_site_t *site,
                               authjs_callback_t *call)
{
    const char *id = authjs_random_hex(call->pool, ID_LEN), *why;
    const char *headers[] = {"Content-Type: application/json", "Accept: application/json",
                             NULL, NULL};
    authjs_client_request_t request = {
        "POST", service->url, service->allow_http, headers, NULL, ANSWER_MAX, 0};
    authjs_client_caller_t caller = {site, call->r, call->pool, 0};
    authjs_client_response_t *response;

    if (!id) {
        return "OpenSSL has no randomness";
    }
    request.body = authjs_json_text(call->pool, question(call, id));
    headers[2] = signature(call->pool, service->secret, request.body);
    if (!headers[2]) {
        return "OpenSSL cannot sign the question";
    }
    caller.deadline =
        apr_time_now() + apr_time_from_msec(service->timeout_ms ? service->timeout_ms
                                                                : site->http.timeout_ms);
    why = authjs_client_send_for(&caller, &request, &response);
    if (!why) {
        why = check_status(call, response);
    }
    if (why || authjs_event_short_name(call->name)) {
        return why;
    }
    return read_answer(call, id, response);
}

/* ---- answers that are kept ------------------------------------------------------- */

/* The end of a session is a later one with each request: a question with another end is
 * the same question. */
static struct json_object *without_expires(apr_pool_t *pool, struct json_object *session)
{
    struct json_object *kept = authjs_json_own(pool, authjs_json_copy(session));

    json_object_object_del(kept, "expires");
    return kept;
}

/* Of the callback session: the text of the claims stands for the token and the session,
 * so that neither has to be written down. */
static const char *session_name(apr_pool_t *pool, const authjs_service_t *service,
                                const authjs_session_question_t *question)
{
    return apr_pstrcat(pool, service->identity, " session ",
                       question->refresh_failed ? "refresh-failed " : "",
                       question->claims, NULL);
}

static const char *cache_name(const authjs_service_t *service,
                              const authjs_callback_t *call)
{
    const authjs_session_question_t *question = authjs_callback_question(call->r);
    struct json_object *session = authjs_json_get(call->params, "session");
    const char *name = apr_pstrcat(call->pool, service->identity, " ", call->name, NULL);

    if (session && question && session == question->session) {
        return session_name(call->pool, service, question);
    }
    json_object_object_foreach(call->params, parameter, value)
    {
        if (value == session && json_object_is_type(value, json_type_object)) {
            value = without_expires(call->pool, value);
        }
        name = apr_pstrcat(call->pool, name, " ", parameter, " ",
                           authjs_json_text(call->pool, value), NULL);
    }
    return name;
}

/* The question authorized without a session, which anybody can ask about as many
 * addresses as he likes: its answers are not kept. */
static int is_of_nobody(const authjs_callback_t *call)
{
    return !strcmp(call->name, "authorized") && !authjs_json_get(call->params, "auth");
}

/* What keep_answer() has written. */
static const char *read_kept(authjs_callback_t *call, const char *text, apr_size_t len)
{
    return *text == '{' ? authjs_json_parse_own(&call->value, call->pool, text, len)
                        : authjs_json_parse(&call->value, call->pool, text, len);
}

/* @return 1 when an answer is kept: a value, of which *text is the text, or undefined. */
static int find_answer(const authjs_site_t *site, authjs_callback_t *call,
                       const char *name, const char **text)
{
    apr_size_t len;

    if (authjs_cache_get(site->cache, call->pool, PURPOSE, name, KEPT_MAX, text, &len) !=
        APR_SUCCESS) {
        return 0;
    }
    if (len > 1 && read_kept(call, ++*text, len - 1)) {
        return 0;
    }
    call->answer = len > 1 ? AUTHJS_ANSWER_VALUE : AUTHJS_ANSWER_UNDEFINED;
    return 1;
}

static void keep_answer(const authjs_site_t *site, const authjs_callback_t *call,
                        const char *name)
{
    const char *text = "=";

    if (call->answer == AUTHJS_ANSWER_ERROR) {
        return;
    }
    if (call->answer == AUTHJS_ANSWER_VALUE) {
        text = apr_pstrcat(
            call->pool, "=",
            authjs_json_line(call->pool, authjs_json_text(call->pool, call->value), NULL),
            NULL);
    }
    if (strlen(text) <= KEPT_MAX) {
        authjs_cache_set(site->cache, call->pool, PURPOSE, name, text, strlen(text),
                         authjs_cache_ttl(site, USUAL_TTL));
    }
}

/* ---- run -------------------------------------------------------------------------- */

/* A service that is away takes nothing from a token or a session that are there. */
static struct json_object *unchanged(const authjs_callback_t *call)
{
    const char *member = !strcmp(call->name, "jwt")       ? "token"
                         : !strcmp(call->name, "session") ? "session"
                                                          : NULL;

    return member ? authjs_json_get_object(call->params, member) : NULL;
}

static void answer_failure(const authjs_service_t *service, authjs_callback_t *call,
                           const char *why)
{
    struct json_object *object = service->refuses ? NULL : unchanged(call);

    if (!object) {
        call->answer = AUTHJS_ANSWER_ERROR;
        call->error = why;
        return;
    }
    call->answer = AUTHJS_ANSWER_VALUE;
    call->value = authjs_json_own(call->pool, json_object_get(object));
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, call->r,
                  "AuthJS: the callback %s failed and changes nothing: %s", call->name,
                  why);
}

static void run_service(void *instance, authjs_callback_t *call)
{
    const authjs_service_t *service = instance;
    const authjs_site_t *site = authjs_site(call->r);
    const char *name, *text, *why;

    if (!site || !site->client) {
        answer_failure(service, call, "AuthJS is not used in this virtual host");
        return;
    }
    name = call->cacheable && !is_of_nobody(call) ? cache_name(service, call) : NULL;
    if (name && find_answer(site, call, name, &text)) {
        return;
    }
    why = ask_service(service, site, call);
    if (why) {
        answer_failure(service, call, why);
    }
    else if (name) {
        keep_answer(site, call, name);
    }
}

static int kept_answer(const void *instance, request_rec *r,
                       const authjs_session_question_t *question,
                       struct json_object **value, const char **text)
{
    authjs_callback_t call = {0};
    int found;

    call.pool = r->pool;
    found = find_answer(authjs_site(r), &call, session_name(r->pool, instance, question),
                        text);
    *value = call.value;
    return found;
}

const authjs_own_runner_t authjs_runner_http = {
    {create_service, NULL, run_service}, NULL, NULL, kept_answer};
