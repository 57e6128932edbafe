/* Who asks: a person who waits for a page, or a program. */
#ifndef AUTHJS_HTTP_ASKER_H
#define AUTHJS_HTTP_ASKER_H

#include "http/request.h"

/** docs/protect.md has the table. */
typedef enum {
    AUTHJS_ASKER_PROGRAM, /**< a script, a picture, a tool: told by status and JSON */
    AUTHJS_ASKER_PERSON,  /**< a page visit: may be sent on, and is shown a page */
    AUTHJS_ASKER_FRAME    /**< a person who looks at a part of another page: what refuses
                               to be framed would show nothing there */
} authjs_asker_e;

/** Who made a request. All that answers in two ways goes by this and by nothing else.
 * @param r the browser's own request */
authjs_asker_e authjs_asker(const request_rec *r);

/** Whether a page is only fetched ahead (prefetch, prerender): nobody has asked for it
 * yet. */
int authjs_is_prefetch(const request_rec *r);

/** What was asked for, as a page to ask for again: a form that was sent is not sent
 * again, and its address loses the query. request->origin is known. In request->r->pool.
 */
const char *authjs_asked_for(const authjs_request_t *request);
/** Whether a page of our own origin has made a request, by what its browser says; a
 * browser that says nothing does not count. */
int authjs_is_same_origin(const request_rec *r, const char *our_origin);

/** The address in the browser: what it asked for, before any rewriting, spelled as a
 * browser would, whatever bytes came over the wire. request->origin is known. */
const char *authjs_requested_url(const authjs_request_t *request);

/** Where a visitor whom a request was refused to goes after the sign-in: a page visit to
 * what was asked for, a program or a frame to the page that it stands in, if that is ours
 * to tell. request->origin is known. In request->r->pool. */
const char *authjs_way_back(const authjs_request_t *request);

#endif
