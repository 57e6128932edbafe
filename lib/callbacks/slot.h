/* What the files of callbacks/ remember about a request. */
#ifndef AUTHJS_CALLBACKS_SLOT_H
#define AUTHJS_CALLBACKS_SLOT_H

#include "callbacks/callbacks.h"
#include "http/request.h"

struct authjs_callbacks_slot_t {
    struct json_object *params; /**< of the callback whose expression runs, else NULL */
    const authjs_session_question_t *question; /**< that is asked just now, else NULL */
};
AUTHJS_SLOT_FITS(callbacks);

#endif
