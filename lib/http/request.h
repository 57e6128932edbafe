/* What a browser asked for, resolved once. */
#ifndef AUTHJS_HTTP_REQUEST_H
#define AUTHJS_HTTP_REQUEST_H

#include "site/site.h"

/** What is remembered about what a browser asked for, whatever sub-requests and internal
 * redirects follow from it. */
typedef struct authjs_request_t {
    request_rec *r;                     /**< the browser's own request */
    const char *origin;                 /**< ours; NULL: none can be trusted */
    const authjs_cookie_set_t *cookies; /**< NULL without an origin */
    const char *cookie_header;    /**< as the browser sent it; a back end sees less */
    int cookie_read, bearer_read; /**< whether the two below were looked for */
    const struct authjs_session_t *by_cookie, *by_bearer;
    int unavailable;             /**< the database is away: 503, not "sign in" */
    int fresh;                   /**< a session counts only as the database has it */
    int undecided;               /**< and an expression asked for the session */
    int asked;                   /**< the session had a say in this answer */
    int slid;                    /**< the cookie had its chance to be renewed */
    const request_rec *endpoint; /**< of what followed, the request for an endpoint */
    int decided;                 /**< an endpoint has said what becomes of the session */
    int headers_set;             /**< the request carries headers of ours */
    const request_rec *deciding; /**< whose auth_checker hooks run within our own */
    const request_rec *refused;  /**< whose 401 is answered with JSON */
    const struct authjs_session_t *parsed; /**< whose claims tree holds */
    struct json_object *tree;
    const struct json_object *usual; /**< the session that stands without a callback, as
                                          session is given it of tree */
    const struct authjs_session_t *shown_of; /**< whose session object shown is */
    struct json_object *shown;
    struct json_object *params; /**< of the callback whose expression runs, else NULL */
} authjs_request_t;

/** What is remembered about a request of one of our sites. Made at the first call, in the
 * pool of the browser's own request. */
authjs_request_t *authjs_request(request_rec *r, const authjs_site_t *site);

#endif
