/* What is an endpoint: the paths below the base path. */
#include "actions/action.h"

#include "web/url.h"

/* Nothing in a path below the base path is longer: an action and a provider id. */
#define SEGMENT_MAX 64

/* Only what no decoder, proxy or file system reads as anything else. */
static int segment_valid(const char *segment)
{
    const char *c;

    for (c = segment; *c; c++) {
        if (!authjs_is_alnum(*c) && !ap_strchr_c("-._~", *c)) {
            return 0;
        }
    }
    return c - segment <= SEGMENT_MAX && strcmp(segment, ".") && strcmp(segment, "..");
}

static int parse_path(authjs_endpoint_path_t *path, apr_pool_t *pool, const char *rest,
                      const char *end)
{
    const char *segments[2] = {NULL, NULL};
    int count = 0;

    while (rest < end) {
        apr_size_t len = strcspn(rest, "/?");

        if (len) {
            if (count == 2) {
                return 0;
            }
            segments[count] = apr_pstrmemdup(pool, rest, len);
            if (!segment_valid(segments[count++])) {
                return 0;
            }
        }
        rest += len;
        rest += *rest == '/';
    }
    path->action = count ? segments[0] : "";
    path->provider = segments[1];
    return 1;
}

/* Whether httpd has read what came over the wire as it stands there, slashes merged. */
static int spells(const char *wire, const char *end, const char *uri)
{
    while (wire < end && *wire == *uri) {
        uri++;
        wire++;
        while (wire < end && *wire == '/' && wire[-1] == '/') {
            wire++;
        }
    }
    return wire == end && !*uri;
}

/* Whether the path is not below the base path, told from its first bytes. Several hooks
 * want to know this of each request: asking anew costs less than remembering, and cannot
 * be out of date after a redirect, nor be taken for what another sub-request was whose
 * memory this one has got. */
static int begins_otherwise(const request_rec *r, const authjs_site_t *site)
{
    const char *target = r->unparsed_uri, *base = site->base_path;

    if (!target || *target != '/') {
        return 0;
    }
    while (*base && *base == *target) {
        base++;
        target++;
    }
    return *base != '\0';
}

int authjs_endpoint_path(authjs_endpoint_path_t *path, const request_rec *r,
                         const authjs_site_t *site)
{
    const char *wire, *rest, *end;

    if (r->proxyreq == PROXYREQ_PROXY || begins_otherwise(r, site)) {
        return DECLINED;
    }
    wire = authjs_wire_path(r);
    if (!wire || strncmp(wire, site->base_path, site->base_path_len)) {
        return DECLINED;
    }
    rest = wire + site->base_path_len;
    end = wire + authjs_wire_path_len(wire);
    if (rest != end && *rest != '/') {
        return DECLINED;
    }
    return parse_path(path, r->pool, rest, end) && spells(wire, end, r->uri)
               ? OK
               : HTTP_BAD_REQUEST;
}

int authjs_is_endpoint(const request_rec *r, const authjs_site_t *site)
{
    authjs_endpoint_path_t path;

    return authjs_endpoint_path(&path, r, site) == OK;
}
