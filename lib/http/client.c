#include "http/client.h"

#include "apr_thread_mutex.h"

#include <curl/curl.h>

#define IDLE_HANDLES 16
#define HEADER_MAX   (64 * 1024)
#define FIRST_BLOCK  (16 * 1024)

/* Handles keep their connections: what is idle waits here for the next request. */
struct authjs_client_t {
    apr_thread_mutex_t *mutex;
    CURL *idle[IDLE_HANDLES];
    int count;
};

/* An answer on its way in. */
typedef struct {
    apr_pool_t *pool;
    char *body;
    apr_size_t len, size, max;
    apr_size_t header_bytes;
    int encoded;
    apr_int64_t max_age;
    const char *refused;
} incoming_t;

static apr_status_t global_cleanup(void *data)
{
    (void)data;
    curl_global_cleanup();
    return APR_SUCCESS;
}

apr_status_t authjs_client_global_init(apr_pool_t *pconf)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return APR_EGENERAL;
    }
    apr_pool_cleanup_register(pconf, NULL, global_cleanup, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

authjs_client_t *authjs_client_create(apr_pool_t *pconf)
{
    return apr_pcalloc(pconf, sizeof(authjs_client_t));
}

static apr_status_t close_idle(void *data)
{
    authjs_client_t *client = data;

    while (client->count > 0) {
        curl_easy_cleanup(client->idle[--client->count]);
    }
    return APR_SUCCESS;
}

void authjs_client_child_init(apr_pool_t *pchild, authjs_client_t *client)
{
    if (apr_thread_mutex_create(&client->mutex, APR_THREAD_MUTEX_DEFAULT, pchild) !=
        APR_SUCCESS) {
        client->mutex = NULL;
    }
    apr_pool_cleanup_register(pchild, client, close_idle, apr_pool_cleanup_null);
}

static CURL *take(authjs_client_t *client)
{
    CURL *curl = NULL;

    if (client->mutex && apr_thread_mutex_lock(client->mutex) == APR_SUCCESS) {
        if (client->count > 0) {
            curl = client->idle[--client->count];
        }
        apr_thread_mutex_unlock(client->mutex);
    }
    return curl ? curl : curl_easy_init();
}

static void give_back(authjs_client_t *client, CURL *curl)
{
    int kept = 0;

    curl_easy_reset(curl);
    if (client->mutex && apr_thread_mutex_lock(client->mutex) == APR_SUCCESS) {
        if (client->count < IDLE_HANDLES) {
            client->idle[client->count++] = curl;
            kept = 1;
        }
        apr_thread_mutex_unlock(client->mutex);
    }
    if (!kept) {
        curl_easy_cleanup(curl);
    }
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    incoming_t *in = user;
    apr_size_t add = size * count;
    char *grown;

    if (add > in->max - in->len) {
        in->refused = "its answer is too large";
        return 0;
    }
    while (in->len + add + 1 > in->size) {
        grown = apr_palloc(in->pool, in->size * 2);
        memcpy(grown, in->body, in->len);
        in->body = grown;
        in->size *= 2;
    }
    memcpy(in->body + in->len, data, add);
    in->len += add;
    return add;
}

static apr_int64_t max_age_of(const char *value)
{
    const char *directive = ap_strcasestr(value, "max-age=");

    if (ap_strcasestr(value, "no-store") || ap_strcasestr(value, "no-cache")) {
        return 0;
    }
    return directive ? apr_strtoi64(directive + 8, NULL, 10) : -1;
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    static const char encoding[] = "Content-Encoding:";
    static const char cache_control[] = "Cache-Control:";
    incoming_t *in = user;
    apr_size_t len = size * count;
    const char *line;

    in->header_bytes += len;
    if (in->header_bytes > HEADER_MAX) {
        in->refused = "its header is too large";
        return 0;
    }
    line = apr_pstrmemdup(in->pool, data, len);
    if (!strncmp(line, "HTTP/", 5)) {
        /* what an interim answer or a proxy said is not about this answer */
        in->encoded = 0;
        in->max_age = -1;
    }
    else if (!ap_cstr_casecmpn(line, encoding, sizeof(encoding) - 1)) {
        in->encoded = !ap_strcasestr(line, "identity");
    }
    else if (!ap_cstr_casecmpn(line, cache_control, sizeof(cache_control) - 1)) {
        in->max_age = max_age_of(line + sizeof(cache_control) - 1);
    }
    return len;
}

/* Milliseconds left for this request; 0 when the exchange has had its time. */
static long time_left(const authjs_exchange_t *x)
{
    apr_int64_t left = (x->deadline - apr_time_now()) / 1000;

    if (left <= 0) {
        return 0;
    }
    return (long)(left < x->site->http.timeout_ms ? left : x->site->http.timeout_ms);
}

static void set_request(CURL *curl, const authjs_client_request_t *request,
                        struct curl_slist *headers)
{
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                     request->allow_http ? "http,https" : "https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "mod_authjs");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (!strcmp(request->method, "POST")) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
    }
}

/* httpd's environment decides nothing: without AuthJSHTTP proxy= there is no proxy. */
static void set_limits(CURL *curl, const authjs_http_limits_t *limits, long timeout_ms,
                       incoming_t *in)
{
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else the time is over only when a name server that is silent is given up. */
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)limits->connect_ms);
    curl_easy_setopt(curl, CURLOPT_PROXY, limits->proxy ? limits->proxy : "");
    if (limits->ca) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, limits->ca);
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, in);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, in);
}

static struct curl_slist *header_list(const authjs_client_request_t *request)
{
    /* Without Expect: curl would wait for a 100 before a larger body. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    int i;

    for (i = 0; request->headers && request->headers[i]; i++) {
        list = curl_slist_append(list, request->headers[i]);
    }
    return list;
}

static const char *media_type(apr_pool_t *pool, const char *content_type)
{
    char *type;

    if (!content_type) {
        return "";
    }
    type = apr_pstrmemdup(pool, content_type, strcspn(content_type, "; \t"));
    ap_str_tolower(type);
    return type;
}

static void read_answer(CURL *curl, incoming_t *in, authjs_client_response_t *answer)
{
    const char *type = NULL;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    answer->content_type = media_type(in->pool, type);
    in->body[in->len] = '\0';
    answer->body = in->body;
    answer->body_len = in->len;
    answer->max_age = in->max_age;
}

static const char *perform(authjs_exchange_t *x, CURL *curl,
                           const authjs_client_request_t *request, incoming_t *in,
                           authjs_client_response_t **response)
{
    long timeout_ms = time_left(x);
    struct curl_slist *headers;
    CURLcode result;

    if (!timeout_ms) {
        return "the time for this sign-in is used up";
    }
    headers = header_list(request);
    set_request(curl, request, headers);
    set_limits(curl, &x->site->http, timeout_ms, in);
    result = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (in->refused || result != CURLE_OK) {
        return in->refused ? in->refused : curl_easy_strerror(result);
    }
    if (in->encoded) {
        return "its answer is compressed";
    }
    *response = apr_pcalloc(x->pool, sizeof(**response));
    read_answer(curl, in, *response);
    return NULL;
}

const char *authjs_client_send(authjs_exchange_t *x,
                               const authjs_client_request_t *request,
                               authjs_client_response_t **response)
{
    incoming_t in = {0};
    authjs_url_t url;
    const char *why;
    CURL *curl;

    if (authjs_url_parse(&url, x->pool, request->url) || url.has_fragment) {
        return "a URL that cannot be used";
    }
    curl = take(x->site->client);
    if (!curl) {
        return "libcurl has no handle";
    }
    in.pool = x->pool;
    in.max = request->max_body ? request->max_body : x->site->http.max_body;
    in.size = FIRST_BLOCK;
    in.body = apr_palloc(x->pool, in.size);
    in.max_age = -1;
    why = perform(x, curl, request, &in, response);
    give_back(x->site->client, curl);
    if (why) {
        return apr_psprintf(x->pool, "%s: %s", url.origin, why);
    }
    ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, x->r, "AuthJS: %s %s: %ld, %lu bytes",
                  request->method, url.origin, (*response)->status,
                  (unsigned long)(*response)->body_len);
    return NULL;
}

const char *authjs_client_get_json(authjs_exchange_t *x, const char *url, int allow_http,
                                   const char *const *headers,
                                   struct json_object **object, apr_int64_t *max_age)
{
    static const char *const accept[] = {"Accept: application/json", NULL};
    authjs_client_request_t request = {"GET", url, allow_http, headers ? headers : accept,
                                       NULL,  0};
    authjs_client_response_t *response;
    const char *why = authjs_client_send(x, &request, &response);
    authjs_url_t parsed;

    if (why || (why = authjs_url_parse(&parsed, x->pool, url))) {
        return why;
    }
    if (response->status != HTTP_OK) {
        return apr_psprintf(x->pool, "%s: status %ld", parsed.origin, response->status);
    }
    why = authjs_json_parse_object(object, x->pool, response->body, response->body_len);
    if (why) {
        return apr_psprintf(x->pool, "%s: %s", parsed.origin, why);
    }
    if (max_age) {
        *max_age = response->max_age;
    }
    return NULL;
}
