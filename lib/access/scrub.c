#include "access/access.h"

#include "apr_lib.h"

/* True for X-AuthJS-<anything>, where whatever is no letter and no digit stands for '-':
 * what a CGI or WSGI layer makes of a header's name must not be one of ours either. */
static int is_ours(const char *name)
{
    static const char prefix[] = "x-authjs-";
    apr_size_t i;

    for (i = 0; i < sizeof(prefix) - 1; i++) {
        char c = name[i];

        if (prefix[i] == '-' ? (!c || apr_isalnum(c)) : apr_tolower(c) != prefix[i]) {
            return 0;
        }
    }
    return 1;
}

void authjs_access_remove_headers(apr_table_t *headers)
{
    const apr_array_header_t *array = apr_table_elts(headers);
    int i = 0;

    while (i < array->nelts) {
        const char *name = APR_ARRAY_IDX(array, i, apr_table_entry_t).key;

        if (is_ours(name)) {
            apr_table_unset(headers, name);
            i = 0;
        }
        else {
            i++;
        }
    }
}

int authjs_access_scrub(request_rec *r)
{
    if (authjs_site(r)) {
        authjs_access_remove_headers(r->headers_in);
    }
    return DECLINED;
}
