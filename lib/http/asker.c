#include "http/asker.h"

#include "web/url.h"

static const char *header(const request_rec *r, const char *name)
{
    return apr_table_get(r->headers_in, name);
}

static int is_read(const request_rec *r)
{
    return r->method_number == M_GET; /* HEAD too */
}

/* ---- who asks -------------------------------------------------------------------- */

int authjs_is_prefetch(const request_rec *r)
{
    static const char *const names[] = {"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"};
    const char *value;
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        value = header(r, names[i]);
        if (value &&
            (ap_strcasestr(value, "prefetch") || ap_strcasestr(value, "prerender") ||
             ap_strcasestr(value, "preview"))) {
            return 1;
        }
    }
    return 0;
}

static int asks_for_html(const request_rec *r)
{
    const char *accept = header(r, "Accept");

    return accept && (ap_strcasestr(accept, "text/html") ||
                      ap_strcasestr(accept, "application/xhtml+xml"));
}

/* What script libraries say. Android's WebView has the name of its app there, in page
 * visits too. */
static int is_of_library(const request_rec *r)
{
    const char *by = header(r, "X-Requested-With");

    return by && !ap_cstr_casecmp(by, "XMLHttpRequest");
}

/* A navigation is for no element of a page (empty: a service worker passes it on), for
 * the window, or for an element that shows a page within another. */
static authjs_asker_e asker_by_metadata(const char *mode, const char *dest)
{
    if (strcmp(mode, "navigate") && strcmp(mode, "nested-navigate")) {
        return AUTHJS_ASKER_PROGRAM;
    }
    return !dest || !strcmp(dest, "document") || !strcmp(dest, "empty")
               ? AUTHJS_ASKER_PERSON
               : AUTHJS_ASKER_FRAME;
}

authjs_asker_e authjs_asker(const request_rec *r)
{
    const char *mode = header(r, "Sec-Fetch-Mode");

    if (!(is_read(r) || r->method_number == M_POST) || authjs_is_prefetch(r)) {
        return AUTHJS_ASKER_PROGRAM;
    }
    if (mode) {
        return asker_by_metadata(mode, header(r, "Sec-Fetch-Dest"));
    }
    return asks_for_html(r) && !is_of_library(r) ? AUTHJS_ASKER_PERSON
                                                 : AUTHJS_ASKER_PROGRAM;
}

/* Fetch Metadata is written by the browser alone; Origin is null where a page keeps its
 * address to itself (Referrer-Policy). */
int authjs_is_same_origin(const request_rec *r, const char *our_origin)
{
    const char *site = header(r, "Sec-Fetch-Site"), *origin = header(r, "Origin");

    if (site ? strcmp(site, "same-origin") != 0 : !origin) {
        return 0;
    }
    return !origin || !strcmp(origin, our_origin) || (site && !strcmp(origin, "null"));
}

/* ---- the way back ---------------------------------------------------------------- */

/* As a path has to be spelled to come through authjs_url_decide: browsers percent-encode
 * all but visible ASCII, and leave a backslash in a query as it is. */
static const char *spelled(apr_pool_t *pool, const char *url)
{
    return authjs_url_encode(pool, url, "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~");
}

const char *authjs_requested_url(const authjs_request_t *request)
{
    const request_rec *r = request->r;
    const char *path = authjs_wire_path(r);

    return authjs_outward(
        r, request->site, request->origin,
        spelled(r->pool, path ? path : authjs_path_as_url(r, r->parsed_uri.path)));
}

static apr_size_t len_without_query(const char *url)
{
    return strcspn(url, "?#");
}

/* A worker stands in no page: its own address is that of its script. */
static int is_script(const char *url)
{
    apr_size_t len = len_without_query(url);

    return (len > 3 && !ap_cstr_casecmpn(url + len - 3, ".js", 3)) ||
           (len > 4 && !ap_cstr_casecmpn(url + len - 4, ".mjs", 4));
}

/* The page that a program or a frame stands in, or NULL: ours and known. What asks for
 * HTML, and is none of the libraries that put it into a page, is a page itself (a service
 * worker that asks in the place of the window). */
static const char *page_around(const authjs_request_t *request)
{
    const request_rec *r = request->r;
    const char *referer = header(r, "Referer");
    int usable = 0;

    if (!referer || is_script(referer) ||
        (authjs_asker(r) == AUTHJS_ASKER_PROGRAM && asks_for_html(r) &&
         !is_of_library(r))) {
        return NULL;
    }
    referer = authjs_url_decide(r->pool, request->origin, request->site->redirect_allow,
                                spelled(r->pool, referer), &usable);
    return usable ? referer : NULL;
}

const char *authjs_asked_for(const authjs_request_t *request)
{
    const request_rec *r = request->r;
    const char *url = authjs_requested_url(request);

    if (!is_read(r) || strlen(url) > AUTHJS_URL_MAX_LEN) {
        url = apr_pstrmemdup(r->pool, url, strcspn(url, "?"));
    }
    return strlen(url) > AUTHJS_URL_MAX_LEN
               ? authjs_home(r, request->site, request->origin)
               : url;
}

const char *authjs_way_back(const authjs_request_t *request)
{
    const char *page =
        authjs_asker(request->r) == AUTHJS_ASKER_PERSON ? NULL : page_around(request);

    return page ? page : authjs_asked_for(request);
}
