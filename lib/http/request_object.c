/* A request as Auth.js gives it to callbacks. */
#include "http/exchange.h"

/* What opens doors elsewhere is nobody's to see. */
static int is_secret(const char *header)
{
    return !strcmp(header, "cookie") || !strcmp(header, "authorization") ||
           !strcmp(header, "proxy-authorization");
}

/* As a Headers object has them: names in lower case. What is no text is left out. */
static struct json_object *headers_of(request_rec *r)
{
    const apr_array_header_t *table = apr_table_elts(r->headers_in);
    struct json_object *headers = authjs_json_object(r->pool);
    int i;

    for (i = 0; i < table->nelts; i++) {
        const apr_table_entry_t *entry = &APR_ARRAY_IDX(table, i, apr_table_entry_t);
        char *name = apr_pstrdup(r->pool, entry->key);

        ap_str_tolower(name);
        if (!is_secret(name) && authjs_utf8_valid(name, strlen(name)) &&
            authjs_utf8_valid(entry->val, strlen(entry->val))) {
            authjs_json_set_string(headers, name, entry->val);
        }
    }
    return headers;
}

struct json_object *authjs_request_object(request_rec *r, const char *origin)
{
    struct json_object *object = authjs_json_object(r->pool);

    authjs_json_set_string(
        object, "url", apr_pstrcat(r->pool, origin, authjs_path_as_url(r, r->uri), NULL));
    authjs_json_set_string(object, "method", r->method);
    authjs_json_set(object, "headers", headers_of(r));
    return object;
}
