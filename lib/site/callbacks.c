#include "site/callbacks.h"

#include <stddef.h>

const char *const authjs_callback_names[] = {
#define X(name) #name,
    AUTHJS_CALLBACKS(X)
#undef X
        NULL};

const char *const authjs_event_names[] = {
#define X(name) "events." #name,
    AUTHJS_EVENTS(X)
#undef X
        NULL};

const char *const authjs_event_short_names[] = {
#define X(name) #name,
    AUTHJS_EVENTS(X)
#undef X
        NULL};
