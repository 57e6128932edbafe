/* What a browser asked for: what is remembered of it, its origin and its path. */
#ifndef AUTHJS_HTTP_REQUEST_H
#define AUTHJS_HTTP_REQUEST_H

#include "site/site.h"
#include "texts/texts.h"

/* A slot is what one room remembers about a request. Only that room defines it, reads it
 * and writes it; all others call the room's functions. */
typedef struct authjs_callbacks_slot_t authjs_callbacks_slot_t; /* callbacks/slot.h */
typedef struct authjs_session_slot_t authjs_session_slot_t;     /* session/slot.h */
typedef struct authjs_access_slot_t authjs_access_slot_t;       /* access/access.h */

/** What is remembered about what a browser asked for, whatever sub-requests and internal
 * redirects follow from it. Read-only once it is made, but for the slots. */
typedef struct authjs_request_t {
    request_rec *r;                     /**< the browser's own request */
    const authjs_site_t *site;          /**< never NULL */
    const char *origin;                 /**< ours; NULL: none can be trusted */
    const authjs_cookie_set_t *cookies; /**< NULL without an origin */
    const char *cookie_header; /**< as the browser sent it; a back end sees less */

    /** Memory of the slots, all zero at first: AUTHJS_SLOT gives it its type. */
    void *callbacks[2], *session[13], *access[4];
} authjs_request_t;

/** The slot of a room, in that room. */
#define AUTHJS_SLOT(room, request) ((authjs_##room##_slot_t *)(void *)(request)->room)
/** Beside the slot's definition: it must fit into its memory. */
#define AUTHJS_SLOT_FITS(room)                                                           \
    _Static_assert(sizeof(authjs_##room##_slot_t) <=                                     \
                       sizeof(((authjs_request_t *)NULL)->room),                         \
                   "http/request.h has too little memory for this slot")

/** What is remembered about a request: made at the first call, in the pool of the
 * browser's own request.
 * @return NULL when its virtual host does not use AuthJS. */
authjs_request_t *authjs_request(request_rec *r);

/* ---- origin and path --------------------------------------------------------------- */

/**
 * The origin under which this request reached us: the pinned one; else, with
 * AuthJSTrustHost, what X-Forwarded-Proto and -Host say, or Host; else ServerName under
 * UseCanonicalName On. In r->pool.
 * @return NULL when none can be trusted or what was sent is malformed (UntrustedHost).
 */
const char *authjs_origin(request_rec *r, const authjs_site_t *site);

/** A path of ours as a browser finds it: behind the origin, and behind what a front proxy
 * takes off the path. All that is told to a browser about our paths comes from here; all
 * that is decided goes by httpd's. In r->pool.
 * @param origin what authjs_origin() has said of r */
const char *authjs_outward(const request_rec *r, const authjs_site_t *site,
                           const char *origin, const char *path);
/** The start page: the base URL where an address cannot be used. */
const char *authjs_home(const request_rec *r, const authjs_site_t *site,
                        const char *origin);

/** The path of a request as it came over the wire, neither decoded nor normalised, with
 * the query behind its authjs_wire_path_len bytes. It is there to be compared with the
 * path that httpd has read, for what two parsers read differently is what attacks are
 * made of. NULL unless the target is one of a resource: a path, or http(s)://host/path
 * without a user. */
const char *authjs_wire_path(const request_rec *r);
apr_size_t authjs_wire_path_len(const char *path);

/** A path that httpd has decided on, with the query that came over the wire, as a URL
 * spells them; "/" when it is none. */
const char *authjs_path_as_url(const request_rec *r, const char *path);

/** What a browser would have sent: visible ASCII, all else percent-encoded. */
const char *authjs_as_url(apr_pool_t *pool, const char *text);

/** The status of which r shows the ErrorDocument, or 0. */
int authjs_error_document_of(const request_rec *r);

/** A request as callbacks get it: url, method and headers, names in lower case; without
 * Cookie, Authorization and Proxy-Authorization. In r->pool. */
struct json_object *authjs_request_object(request_rec *r, const char *origin);

/** What a request is called in logs: mod_unique_id's id, else the one that %L shows in
 * error and access log. */
const char *authjs_request_id(request_rec *r);

/* ---- language ---------------------------------------------------------------------- */

/** The request header that says which languages somebody reads. */
#define AUTHJS_LANGUAGE_HEADER "Accept-Language"

/** The language of whoever asks: the one that the administrator fixed (AuthJSLanguage),
 * or the one that the visitor prefers; *negotiated tells which. */
const authjs_language_t *
authjs_request_language(const request_rec *r, const authjs_site_t *site, int *negotiated);

#endif
