/* What visitors without a session may see where AuthType is AuthJS: the endpoints and the
 * pages that they are sent to; and how far that goes. */
#include "access/access.h"

#include "actions/action.h"

#include "util_script.h"

/* ---- the endpoints ----------------------------------------------------------------- */

/* r->handler of an endpoint. The handler itself goes by the path; this keeps mod_dir's
 * FallbackResource from taking a request that has no file and no handler. */
static const char handler_name[] = "authjs";

static int is_endpoint(const request_rec *r)
{
    const authjs_site_t *site = authjs_site(r);

    return site && authjs_is_endpoint(r, site);
}

int authjs_access_pre_translate(request_rec *r)
{
    return is_endpoint(r) ? OK : DECLINED;
}

int authjs_access_translate(request_rec *r)
{
    if (!is_endpoint(r)) {
        return DECLINED;
    }
    r->handler = handler_name;
    r->filename = apr_pstrdup(r->pool, r->uri);
    return OK;
}

int authjs_access_map_to_storage(request_rec *r)
{
    return r->handler == handler_name ? OK : DECLINED;
}

/* ---- pages ------------------------------------------------------------------------- */

/* In the notes of a request that was let in for its address: "o" because it is open, "a"
 * by the callback authorized, "e" as a document about an error. With a '?' httpd still
 * looks for what stands for it: its index, its variant. */
#define NOTE "authjs-let-in"
/* In those of one that came as far as the last of its fixups. */
#define PASSED "authjs-passed"

static const char *note_of(const request_rec *r)
{
    return r ? apr_table_get(r->notes, NOTE) : NULL;
}

static apr_size_t without_slash(const char *path, apr_size_t len)
{
    return len > 1 && path[len - 1] == '/' ? len - 1 : len;
}

/* /login is also /login/, where mod_dir sends the visitor if it is a directory. */
static int is_page(const char *path, apr_size_t path_len, const char *page,
                   apr_size_t page_len)
{
    return without_slash(path, path_len) == page_len && !memcmp(path, page, page_len);
}

/* AuthJSPage: where visitors without a session are sent must be open to them, or they are
 * sent there for ever. The wire must spell the page as the redirect to it does, and httpd
 * must have read the page from it; a rewrite rule may make it what it likes. */
static int is_open_page(const request_rec *r, const authjs_site_t *site)
{
    const char *path = r->parsed_uri.path, *wire;
    apr_size_t path_len;
    int i;

    if (!site->open_page_count || !path || *r->uri != '/' ||
        (r->method_number != M_GET && r->method_number != M_POST)) {
        return 0;
    }
    path_len = strlen(path);
    for (i = 0; i < site->open_page_count; i++) {
        const authjs_open_page_t *page = &site->open_pages[i];

        if (is_page(path, path_len, page->path, page->path_len)) {
            wire = authjs_wire_path(r);
            return wire && is_page(wire, authjs_wire_path_len(wire), page->written,
                                   page->written_len);
        }
    }
    return 0;
}

/* The index of an open directory (DirectoryIndex), and the variant of an open page that
 * was negotiated (MultiViews), while httpd looks for them. */
static int stands_for_page(const request_rec *r)
{
    const char *note = note_of(r->main);
    const char *page, *rest;
    apr_size_t len;

    if (!note || strcmp(note, "o?") || r->prev) {
        return 0;
    }
    page = r->main->uri;
    len = strlen(page);
    if (!len || strncmp(r->uri, page, len)) {
        return 0;
    }
    rest = r->uri + len;
    return *rest && !ap_strchr_c(rest, '/') && (page[len - 1] == '/' || *rest == '.');
}

int authjs_access_is_open(const request_rec *r, const authjs_request_t *request)
{
    const authjs_site_t *site = request->site;

    if (r->proxyreq == PROXYREQ_PROXY) {
        return 0;
    }
    return authjs_is_endpoint(r, site) || is_open_page(r, site) || stands_for_page(r);
}

/* ---- how far that goes ------------------------------------------------------------- */

void authjs_access_let_in(request_rec *r, int open)
{
    apr_table_setn(r->notes, NOTE, open ? "o?" : "a?");
}

int authjs_access_was_open(const request_rec *r)
{
    const char *note = note_of(r);

    return note && *note == 'o';
}

void authjs_access_found(request_rec *r)
{
    const char *note = note_of(r);

    if (note && note[1]) {
        apr_table_setn(r->notes, NOTE, *note == 'o' ? "o" : "a");
    }
}

int authjs_access_pass(request_rec *r)
{
    apr_table_setn(r->notes, PASSED, "");
    return DECLINED;
}

int authjs_access_has_passed(const request_rec *r)
{
    return apr_table_get(r->notes, PASSED) != NULL;
}

/* Whether what httpd makes of a request is to be decided anew. What authorized has let in
 * stays so while httpd or a rewrite rule says what it is. */
static int is_decided_anew(const request_rec *from, int rewritten)
{
    const char *note = note_of(from);

    if (!note || *note != 'a') {
        return note != NULL;
    }
    return !note[1] && !rewritten;
}

/* A fragment that is included as a file below the page has no address, and so escapes
 * every <Location>, and is any page to a callback: it gets the one that it has beside the
 * page. */
static int give_address(request_rec *r)
{
    const request_rec *page = r->main;
    const char *dir;
    char *uri;
    int status;

    while (!*page->uri && page->main) {
        page = page->main;
    }
    dir = ap_make_dirstr_parent(r->pool, page->filename);
    uri = apr_pstrdup(r->pool, page->uri);
    if (page->path_info) {
        uri[ap_find_path_info(uri, page->path_info)] = '\0';
    }
    if (strncmp(r->filename, dir, strlen(dir))) {
        return HTTP_FORBIDDEN;
    }
    r->uri = ap_make_full_path(r->pool, ap_make_dirstr_parent(r->pool, uri),
                               r->filename + strlen(dir));
    status = ap_location_walk(r);
    return status == OK ? ap_if_walk(r) : status;
}

/* By a rule in a directory or in .htaccess. */
static int is_rewritten(const request_rec *r)
{
    return r && r->handler && !strcmp(r->handler, "redirect-handler");
}

/* An ErrorDocument in the section that has refused the visitor: httpd shows it unasked.
 * What it leads to is no part of it, least of all an application that goes by the address
 * that was refused. */
static void note_unasked(request_rec *r)
{
    if (r->prev && r->prev->status != HTTP_OK &&
        r->prev->per_dir_config == r->per_dir_config &&
        (authjs_access_protects(r) || authjs_access_has_authorized(r))) {
        apr_table_setn(r->notes, NOTE, "e");
    }
}

int authjs_access_ask_anew(request_rec *r)
{
    int of_page = is_decided_anew(r->main, 0), status = OK;
    int nameless = r->main && !*r->uri && r->filename &&
                   (of_page || authjs_access_has_authorized(r));

    if (!of_page && !nameless && !is_decided_anew(r->prev, is_rewritten(r->prev))) {
        note_unasked(r);
        return DECLINED;
    }
    if (nameless) {
        status = give_address(r);
    }
    /* The same configuration at another address, which is what httpd compares. */
    r->per_dir_config = ap_merge_per_dir_configs(r->pool, r->per_dir_config,
                                                 ap_create_request_config(r->pool));
    return status;
}
