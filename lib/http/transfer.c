#include "http/transfer.h"

#include "apr_cstr.h"
#include "apr_date.h"
#include "apr_lib.h"
#include "apr_strings.h"

#define HEADER_MAX  (64 * 1024)
#define FIRST_BLOCK (16 * 1024)
#define AGE_MAX     ((apr_int64_t)366 * 24 * 3600)

/* An answer on its way in. */
typedef struct {
    apr_pool_t *pool;
    char *body;
    apr_size_t len, size, max;
    apr_size_t header_bytes;
    int encoded;
    apr_int64_t max_age, retry_after;
    apr_time_t date, age;
    const char *refused;
    const char *authenticate;
} incoming_t;

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

/* The value of a header line when it is the header of that name (with its colon). */
static const char *header_value(const char *line, const char *name)
{
    apr_size_t len = strlen(name);

    if (apr_cstr_casecmpn(line, name, len)) {
        return NULL;
    }
    return line + len + strspn(line + len, " \t");
}

static apr_int64_t max_age_of(apr_pool_t *pool, const char *value)
{
    char *text = apr_pstrdup(pool, value), *c;
    const char *directive;

    for (c = text; *c; c++) {
        *c = (char)apr_tolower(*c);
    }
    if (strstr(text, "no-store") || strstr(text, "no-cache")) {
        return 0;
    }
    directive = strstr(text, "max-age=");
    return directive ? apr_strtoi64(directive + 8, NULL, 10) : -1;
}

/* RFC 9110, section 10.2.3: seconds, or a date. */
static apr_int64_t retry_after_of(const char *value)
{
    apr_time_t date;

    if (apr_isdigit(*value)) {
        return apr_strtoi64(value, NULL, 10);
    }
    date = apr_date_parse_http(value);
    if (date == APR_DATE_BAD) {
        return -1;
    }
    date -= apr_time_now();
    return date > 0 ? apr_time_sec(date) + 1 : 0;
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    incoming_t *in = user;
    apr_size_t len = size * count;
    const char *line, *value;

    in->header_bytes += len;
    if (in->header_bytes > HEADER_MAX) {
        in->refused = "its header is too large";
        return 0;
    }
    line = apr_pstrmemdup(in->pool, data, len);
    if (!strncmp(line, "HTTP/", 5)) {
        /* what an interim answer or a proxy said is not about this answer */
        in->encoded = 0;
        in->authenticate = NULL;
        in->max_age = in->retry_after = -1;
        in->date = in->age = 0;
    }
    else if ((value = header_value(line, "Content-Encoding:"))) {
        in->encoded = apr_cstr_casecmpn(value, "identity", 8) != 0;
    }
    else if ((value = header_value(line, "Cache-Control:"))) {
        in->max_age = max_age_of(in->pool, value);
    }
    else if ((value = header_value(line, "WWW-Authenticate:")) && !in->authenticate) {
        in->authenticate = apr_pstrdup(in->pool, value);
    }
    else if ((value = header_value(line, "Retry-After:"))) {
        in->retry_after = retry_after_of(value);
    }
    else if ((value = header_value(line, "Date:"))) {
        in->date = apr_date_parse_http(value);
    }
    else if ((value = header_value(line, "Age:")) && apr_isdigit(*value)) {
        in->age = apr_time_from_sec(apr_strtoi64(value, NULL, 10) % AGE_MAX);
    }
    return len;
}

long authjs_transfer_time_left(const authjs_http_limits_t *limits, apr_time_t deadline)
{
    apr_int64_t left = (deadline - apr_time_now()) / 1000;

    if (left <= 0) {
        return 0;
    }
    return (long)(left < limits->timeout_ms ? left : limits->timeout_ms);
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
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, (long)request->once);
    if (!strcmp(request->method, "POST")) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
    }
}

void authjs_transfer_bound(CURL *curl, const authjs_http_limits_t *limits,
                           long timeout_ms)
{
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else the time is over only when a name server that is silent is given up. */
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)limits->connect_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, limits->resolve);
    if (limits->ca) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, limits->ca);
    }
}

/* httpd's environment decides nothing: without AuthJSHTTP proxy= there is no proxy. */
static void set_limits(CURL *curl, const authjs_http_limits_t *limits, long timeout_ms,
                       incoming_t *in)
{
    authjs_transfer_bound(curl, limits, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_PROXY, limits->proxy ? limits->proxy : "");
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
    char *type, *c;

    if (!content_type) {
        return "";
    }
    type = apr_pstrmemdup(pool, content_type, strcspn(content_type, "; \t"));
    for (c = type; *c; c++) {
        *c = (char)apr_tolower(*c);
    }
    return type;
}

static void fill_response(CURL *curl, incoming_t *in, authjs_client_response_t *answer)
{
    const char *type = NULL;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    answer->outcome = AUTHJS_CLIENT_ANSWERED;
    answer->content_type = media_type(in->pool, type);
    in->body[in->len] = '\0';
    answer->body = in->body;
    answer->body_len = in->len;
    answer->authenticate = in->authenticate;
    answer->max_age = in->max_age;
    answer->date = in->date != APR_DATE_BAD ? in->date + in->age : 0;
    answer->retry_after = in->retry_after;
}

static const char *perform(CURL *curl, const authjs_client_request_t *request,
                           incoming_t *in, authjs_client_response_t *answer)
{
    struct curl_slist *headers = header_list(request);
    long sent = 0;
    CURLcode result;

    set_request(curl, request, headers);
    result = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (in->refused || (result == CURLE_OK && in->encoded)) {
        answer->outcome = AUTHJS_CLIENT_REFUSED;
        return in->refused ? in->refused : "its answer is compressed";
    }
    if (result != CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
        answer->outcome = sent > 0 ? AUTHJS_CLIENT_LOST : AUTHJS_CLIENT_NOT_SENT;
        return curl_easy_strerror(result);
    }
    fill_response(curl, in, answer);
    return NULL;
}

const char *authjs_transfer(CURL *curl, apr_pool_t *pool,
                            const authjs_http_limits_t *limits, apr_time_t deadline,
                            const authjs_client_request_t *request,
                            authjs_client_response_t **response)
{
    long timeout_ms = authjs_transfer_time_left(limits, deadline);
    incoming_t in = {0};

    *response = apr_pcalloc(pool, sizeof(**response));
    if (!timeout_ms) {
        return "the time for it is used up";
    }
    in.pool = pool;
    in.max = request->max_body ? request->max_body : limits->max_body;
    in.size = FIRST_BLOCK;
    in.body = apr_palloc(pool, in.size);
    in.max_age = in.retry_after = -1;
    set_limits(curl, limits, timeout_ms, &in);
    return perform(curl, request, &in, *response);
}
