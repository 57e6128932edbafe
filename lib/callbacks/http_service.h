/* A service as AuthJSCallback or AuthJSEvent names it. */
#ifndef AUTHJS_CALLBACKS_HTTP_SERVICE_H
#define AUTHJS_CALLBACKS_HTTP_SERVICE_H

#include "authjs.h"

typedef struct {
    const char *url;
    int allow_http;
    const char *secret;     /**< what questions are signed with */
    apr_int64_t timeout_ms; /**< of one question; 0: AuthJSHTTP's */
    int refuses;            /**< onfail=refuse: a failure is an error that was thrown */
    const char *identity;   /**< hash of url and secret: cached answers are of it */
} authjs_service_t;

/**
 * Read "https://host/path secret=SECRET [timeout=1s] [onfail=refuse]". http is for this
 * machine alone: what is sent has personal data.
 * @param name of the callback or event; nobody waits for more than a second for an event
 *             unless timeout says so
 * @return NULL, or what to write (never the secret).
 */
const char *authjs_service_read(authjs_service_t **service, apr_pool_t *pool, int argc,
                                const char *const *words, const char *name);

#endif
