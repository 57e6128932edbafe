/* AuthJSSessionField on protected requests, where every line copies a claim, sets a fixed
 * text or takes a member away: done on the text of the claims, without a tree. Whatever
 * is not as simple as that is the runner's. */
#ifndef AUTHJS_SESSION_PLAIN_H
#define AUTHJS_SESSION_PLAIN_H

#include "session/session.h"

/** One line. Without a claim and a fixed text the member is taken away. */
typedef struct {
    const char *const *names; /**< the parts of the member's path; ended by NULL */
    const char *claim;        /**< name of the claim that is copied; NULL: none */
    authjs_claim_t fixed;     /**< raw NULL: none */
} authjs_plain_line_t;

/**
 * The session of a JWT as the lines want it: authjs_site_t's answer_at_once.
 * @param lines apr_array_header_t of const authjs_plain_line_t *
 * @param session gets shown, as text, when a line has changed anything
 * @return 0: that takes a tree; nothing is set.
 */
int authjs_plain_show(request_rec *r, void *lines, authjs_session_t *session);

#endif
