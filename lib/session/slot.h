/* What the files of session/ remember about a request. */
#ifndef AUTHJS_SESSION_SLOT_H
#define AUTHJS_SESSION_SLOT_H

#include "http/request.h"

struct authjs_session_slot_t {
    int cookie_read, bearer_read; /**< whether the two below were looked for */
    const struct authjs_session_t *by_cookie, *by_bearer;
    int unavailable; /**< the database is away: 503, not "sign in" */
    int fresh;       /**< a session counts only as the database has it */
    int asked;       /**< the session had a say in this answer */
    int slid;        /**< the cookie had its chance to be renewed */
    int decided;     /**< an endpoint has said what becomes of the session */
    const struct authjs_session_t *parsed; /**< whose claims tree holds */
    struct json_object *tree;
    const struct authjs_session_t *shown_of; /**< whose session object shown is */
    struct json_object *shown;
};
AUTHJS_SLOT_FITS(session);

#endif
