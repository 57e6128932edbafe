/* Auth.js's callbacks and events, by name and by number. */
#ifndef AUTHJS_SITE_CALLBACKS_H
#define AUTHJS_SITE_CALLBACKS_H

/* Auth.js's callbacks, those of its e-mail providers among them, and its events with one
 * more. */
#define AUTHJS_CALLBACKS(X)                                                              \
    X(signIn)                                                                            \
    X(redirect)                                                                          \
    X(jwt) X(session) X(authorized) X(generateVerificationToken) X(normalizeIdentifier)
#define AUTHJS_EVENTS(X)                                                                 \
    X(signIn)                                                                            \
    X(signOut) X(createUser) X(updateUser) X(linkAccount) X(session) X(signInFailed)

typedef enum {
#define X(name) AUTHJS_CALLBACK_##name,
    AUTHJS_CALLBACKS(X)
#undef X
        AUTHJS_CALLBACK__COUNT
} authjs_callback_e;

typedef enum {
#define X(name) AUTHJS_EVENT_##name,
    AUTHJS_EVENTS(X)
#undef X
        AUTHJS_EVENT__COUNT
} authjs_event_e;

/** One AuthJSCallback or AuthJSEvent as written. */
typedef struct {
    int which;        /**< authjs_callback_e or authjs_event_e */
    const char *name; /**< as Auth.js calls it */
    int argc;         /**< the words behind the name */
    const char *const *argv;
} authjs_written_callback_t;

/** Auth.js's names of the callbacks ("signIn") and of the events ("events.signIn"), by
 * authjs_callback_e and authjs_event_e; ended by NULL. */
extern const char *const authjs_callback_names[];
extern const char *const authjs_event_names[];
/** The same without "events.". */
extern const char *const authjs_event_short_names[];

#endif
